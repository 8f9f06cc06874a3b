import { describe, expect, it } from 'vitest';
import type { VerifierDriver } from '../core/contracts/driver.ts';
import type { Test } from '../core/contracts/test.ts';
import type { PresentationVariant } from '../core/contracts/variant.ts';
import { subjects } from '../core/requirements.ts';
import { manualClock, systemClock } from '../core/system/clock.ts';
import { seededRandom } from '../core/system/random.ts';
import { createLog } from '../core/trace/log.ts';
import type { Judgement } from '../harness/judge/judge.ts';
import { judge } from '../harness/judge/judge.ts';
import { proofSetting } from '../harness/prove/play.ts';
import { memoryTarget } from '../harness/prove/targets.ts';
import { definitionProblems, STEPS } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';
import { playRun } from '../harness/run.ts';
import { memoryStage } from '../harness/stage.ts';
import { memoryNetwork } from '../mocks/memory.ts';
import { VERIFIER_ODDITIES } from '../mocks/verifier/variant.ts';
import { OID4VC_1_0 } from '../profiles/oid4vc-1.0/profile.ts';
import { VERIFIER_TESTS } from '../suites/verifier/index.ts';
import { isRequestFeature } from '../suites/verifier/seen.ts';

const START = Date.parse('2026-03-02T08:00:00Z');
const index = loadRequirements(OID4VC_1_0.catalogues);
const setting = await proofSetting(OID4VC_1_0, index, START);

describe('rows', () => {
  const negatives = VERIFIER_TESTS.filter((test) => test.kind === 'negative');

  it('are sound', () => {
    const problems = definitionProblems(OID4VC_1_0, { requirement: (id) => index.get(id) !== undefined });
    expect(problems.filter((problem) => problem.includes('verifier/'))).toEqual([]);
  });

  it('cite obligations of the verifier, and features that its request can show', () => {
    for (const test of VERIFIER_TESTS) {
      for (const id of [...test.requirements, ...(test.says?.requirements ?? [])]) {
        const requirement = index.get(id);
        expect([test.id, id, requirement && subjects(requirement)]).toEqual([
          test.id,
          id,
          expect.arrayContaining(['verifier']),
        ]);
      }
      expect((test.features ?? []).filter((name) => !isRequestFeature(name))).toEqual([]);
    }
  });

  it('are many, and ask the relying party where only that can tell', () => {
    expect(VERIFIER_TESTS.length).toBeGreaterThanOrEqual(60);
    expect(negatives.length).toBeGreaterThanOrEqual(40);
    expect(new Set(negatives.map((test) => test.fault)).size).toBeGreaterThanOrEqual(40);
    for (const test of negatives) expect(test.needs).toContain('result');
  });
});

/** Plays the tests against the mock verifier behind a driver that hears `asked` instead of the wish. */
async function playStubborn(
  tests: readonly Test[],
  asked: (wish: PresentationVariant) => PresentationVariant,
  leniencies: readonly string[] = [],
  says?: 'accepted' | 'refused',
): Promise<Judgement> {
  const clock = manualClock(START, { sleep: 'jump' });
  const network = memoryNetwork();
  const log = createLog({ real: clock });
  const target = memoryTarget('verifier', {
    network,
    ports: { clock, random: seededRandom('target') },
    profile: OID4VC_1_0,
    own: setting.theirs,
    peer: setting.ours,
    leniencies: new Set(leniencies),
  });
  const inner = target.driver as VerifierDriver;
  await playRun(
    {
      stage: memoryStage(network, { log, identities: setting.ours, ports: { clock, random: seededRandom('proof') } }),
      driver: {
        ...inner,
        request: (wish, context) => inner.request(asked(wish), context),
        result: async (made, context) => (says === undefined ? inner.result(made, context) : { outcome: says }),
      },
      role: 'verifier',
      profile: OID4VC_1_0,
      real: systemClock(),
      timeoutMs: 600_000,
      silenceMs: 20,
      redirectUri: 'https://harness.example/callback',
      anchors: [setting.theirs.issuer.ca],
    },
    { tests, workers: 1, allow: ['changes-state', 'may-lock'] },
  );
  return judge({
    entries: log.entries,
    role: 'verifier',
    profile: OID4VC_1_0,
    tests,
    checks: OID4VC_1_0.checks,
    requirements: index,
    skewMs: 300_000,
  });
}

const alarms = ({ tests }: Judgement): string[] =>
  tests.flatMap((test) =>
    test.verdict === 'pass' || test.verdict === 'not-applicable'
      ? []
      : [
          `${test.id}: ${test.verdict}: ${test.findings.find((entry) => entry.verdict === test.verdict)?.message.en ?? ''}`,
        ],
  );

type Form = Omit<PresentationVariant, 'kind'>;

describe('a conforming verifier that knows one form only gets no false alarm', { timeout: 60_000 }, () => {
  const forms: [form: Form, passes: number][] = [
    [{ clientIdPrefix: 'x509_hash', responseMode: 'direct_post.jwt' }, 70],
    [{ request: 'by-value', clientIdPrefix: 'redirect_uri', query: 'no-claims' }, 50],
    [{ request: 'uri-post', query: 'credential-sets', oddities: ['state-absent'] }, 50],
    [{ clientIdPrefix: 'decentralized_identifier', query: 'multiple', transactionData: true, redirectUri: true }, 50],
    [{ responseMode: 'direct_post.jwt', query: 'claim-sets' }, 60],
    [{ query: 'unbound' }, 40],
    [{ query: 'values', request: 'by-value-signed', clientIdPrefix: 'x509_hash' }, 50],
    [{ query: 'nested-claims', responseMode: 'direct_post.jwt' }, 60],
  ];

  it.each(forms)('%j', async (form, passes) => {
    const judged = await playStubborn(VERIFIER_TESTS, () => ({ kind: 'presentation', ...form }));
    expect(alarms(judged)).toEqual([]);
    expect(judged.summary.pass).toBeGreaterThanOrEqual(passes);
  });

  it('a registered one cannot be judged without its registration', async () => {
    const judged = await playStubborn(VERIFIER_TESTS.slice(0, 3), () => ({
      kind: 'presentation',
      clientIdPrefix: 'pre-registered',
      responseMode: 'direct_post.jwt',
    }));
    expect(judged.tests.slice(0, 3).map((test) => test.verdict)).toEqual(Array(3).fill('inconclusive'));
  });

  it('and its defects are still found', async () => {
    const form = { kind: 'presentation', clientIdPrefix: 'x509_hash', responseMode: 'direct_post.jwt' } as const;
    const tests = VERIFIER_TESTS.filter((test) => test.control === 'verifier/flow/any-form');
    for (const step of [
      'key-binding/nonce',
      'key-binding/present',
      'credential/disclosures',
      'credential/issuer-trust',
    ]) {
      const judged = await playStubborn(tests, () => form, [`verifier/${step}`]);
      expect(judged.summary.fail).toBeGreaterThan(0);
    }
  });
});

it('no legal oddity of a request is held against the verifier', { timeout: 60_000 }, async () => {
  const few = VERIFIER_TESTS.filter((test) => test.id === 'verifier/flow/any-form');
  for (const oddity of VERIFIER_ODDITIES) {
    for (const form of [{ responseMode: 'direct_post.jwt' }, { request: 'uri-post', redirectUri: true }] as const) {
      const judged = await playStubborn(few, () => ({ kind: 'presentation', ...form, oddities: [oddity] }));
      expect([oddity, ...alarms(judged)]).toEqual([oddity]);
    }
  }
});

it('what the text leaves to the verifier warns, unless the profile is firm', async () => {
  const tests = VERIFIER_TESTS.filter((test) => test.id === 'verifier/status/revoked');
  const judged = await playStubborn(tests, (wish) => wish, ['verifier/credential/status']);
  expect(judged.tests.find((test) => test.id === 'verifier/status/revoked')?.verdict).toBe('warning');
});

describe('a broken verifier earns no pass in any negative', () => {
  const negatives = VERIFIER_TESTS.filter((test) => test.kind === 'negative');
  const passed = (judged: Judgement): string[] =>
    judged.tests.filter((test) => test.kind === 'negative' && test.verdict === 'pass').map((test) => test.id);

  it('that refuses everything at the end', async () => {
    expect(passed(await playStubborn(negatives, (wish) => wish, [], 'refused'))).toEqual([]);
  });

  it('that accepts everything', async () => {
    const all = STEPS.map(({ id }) => id).filter((id) => id.startsWith('verifier/'));
    expect(passed(await playStubborn(negatives, (wish) => wish, all, 'accepted'))).toEqual([]);
  });
});
