import { beforeAll, describe, expect, it } from 'vitest';
import { proofSetting, playInMemory } from '../harness/prove/play.ts';
import type { ProofSetting } from '../harness/prove/play.ts';
import { definitionProblems, faultOf, STEPS, testsOf } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';
import { OID4VC_1_0 } from '../profiles/oid4vc-1.0/profile.ts';
import { WALLET_FEATURES } from '../suites/wallet/features.ts';

const requirements = loadRequirements(OID4VC_1_0.catalogues);
const START = Date.UTC(2031, 4, 17, 9);
const tests = testsOf(OID4VC_1_0, 'wallet');
const negatives = tests.filter((test) => test.kind === 'negative');

let setting: ProofSetting;
beforeAll(async () => {
  setting = await proofSetting(OID4VC_1_0, requirements, START);
});

describe('the rows of the tables', () => {
  it('are sound', () => {
    const known = { requirement: (id: string) => requirements.get(id) !== undefined };
    expect(definitionProblems(OID4VC_1_0, known).filter((problem) => problem.includes('wallet/'))).toEqual([]);
  });

  it('are of every kind, and name no feature that is not described', () => {
    const variants = tests.filter((test) => test.kind === 'variant');
    expect(tests.length).toBeGreaterThanOrEqual(80);
    expect(negatives.length).toBeGreaterThanOrEqual(25);
    expect(variants.length).toBeGreaterThanOrEqual(8);
    const features = new Set(tests.flatMap((test) => test.features ?? []));
    expect([...features].filter((name) => !Object.hasOwn(WALLET_FEATURES, name))).toEqual([]);
  });
});

/** A wallet that does not report: only the presence probe can tell what it keeps. */
describe('the presence probe', () => {
  const issuances = negatives.filter(
    (test) => test.variant.kind === 'issuance' && faultOf(test.fault ?? '')?.refusedBy.startsWith('wallet/credential/'),
  );

  it('finds what a conforming wallet keeps, and nothing else', { timeout: 120_000 }, async () => {
    const straight = tests.filter((test) => test.kind === 'positive' && test.variant.kind === 'issuance');
    const played = await playInMemory(setting, 'wallet', [...straight, ...issuances], { silent: true });
    expect(played.judgement.tests.filter((test) => test.verdict !== 'pass').map((test) => test.id)).toEqual([]);
    const probed = played.log.entries.filter(
      (entry) => entry.type === 'event' && entry.event === 'outcome' && entry.source === 'probe',
    );
    expect(probed.length).toBeGreaterThanOrEqual(straight.length + issuances.length / 2);
  });

  it('finds the credential that a lenient wallet should have refused', { timeout: 120_000 }, async () => {
    const leniencies = new Set(STEPS.map((step) => step.id).filter((id) => id.startsWith('wallet/credential/')));
    const played = await playInMemory(setting, 'wallet', issuances, { silent: true, leniencies });
    const missed = played.judgement.tests.filter((test) => test.verdict !== 'fail' && test.verdict !== 'warning');
    expect(missed.map((test) => test.id).filter((id) => id !== 'wallet/run/whole-run')).toEqual([]);
  });
});
