import type { Check } from '../../core/contracts/check.ts';
import type { Driver } from '../../core/contracts/driver.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Fault } from '../../core/flow.ts';
import type { Role } from '../../core/kinds.ts';
import type { RequirementIndex } from '../../core/requirements.ts';
import { manualClock, systemClock } from '../../core/system/clock.ts';
import { seededRandom } from '../../core/system/random.ts';
import { createLog } from '../../core/trace/log.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import { memoryNetwork } from '../../mocks/memory.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import { createIdentities } from '../../mocks/trust/identity.ts';
import { REGISTERED, registeredVerifier } from '../flows/registered.ts';
import type { Judgement } from '../judge/judge.ts';
import { judge } from '../judge/judge.ts';
import { catalogueIds, loadRequirements } from '../requirements.ts';
import { playRun } from '../run.ts';
import { memoryStage } from '../stage.ts';
import type { MemoryTarget } from './targets.ts';
import { memoryTarget } from './targets.ts';

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

/** What the configuration of the wallet in memory would declare. */
const DECLARED = ['transaction-data', 'registered-verifier', 'trusted-authorities', 'private-key-jwt'];

const ORIGIN = 'https://harness.example';

/** What all proofs of a profile share. Identities are made once. */
export interface ProofSetting {
  readonly profile: Profile;
  readonly requirements: RequirementIndex;
  /** Every catalogue that is known, also those that the profile does not name. */
  readonly everything: RequirementIndex;
  readonly ours: IdentitySet;
  readonly theirs: IdentitySet;
  readonly start: number;
}

/** One run in memory: the harness's trace and verdicts, and the target's own log. */
export interface Played {
  readonly log: TraceLog;
  readonly targetLog: TraceLog;
  /** By the profile. Each judgement is made when it is first asked for. */
  readonly judgement: Judgement;
  /** By every catalogue that is known. */
  readonly byEveryCatalogue: Judgement;
  /** By how the flows ended alone: the quickest way to see whether a stimulus was refused. */
  readonly byReactions: Judgement;
  /** Length of the target's log when an entry of ours was written, by its seq: tells which of its steps belong to a flow. */
  readonly marks: ReadonlyMap<number, number>;
  /** Forming steps that the target reached in the flows of a test, by test id. */
  readonly formed: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Makes the setting; `start` is the time at which all clocks begin. */
export async function proofSetting(
  profile: Profile,
  requirements: RequirementIndex,
  start: number,
): Promise<ProofSetting> {
  const clock = manualClock(start, { sleep: 'jump' });
  const ours = await createIdentities({ hosts: ['harness.example'], clock, random: seededRandom('ours') });
  const theirs = await createIdentities({ hosts: ['target.example'], clock, random: seededRandom('theirs') });
  return { profile, requirements, everything: loadRequirements(catalogueIds()), ours, theirs, start };
}

/** Runs tests against a mock in memory that deviates as told, and judges. No network, no waiting. */
export async function playInMemory(
  setting: ProofSetting,
  role: Role,
  tests: readonly Test[],
  deviation: {
    readonly faults?: readonly Fault<never>[];
    readonly leniencies?: ReadonlySet<string>;
    readonly dead?: true;
    /** A wallet that does not tell how it ended; its silence is waited for in real time. */
    readonly silent?: true;
    /** The harness comes with identities that the target does not trust. */
    readonly stranger?: IdentitySet;
  },
): Promise<Played> {
  const { profile } = setting;
  const clock = manualClock(setting.start, { sleep: 'jump' });
  const random = seededRandom('proof');
  const network = memoryNetwork();
  const marks = new Map<number, number>();
  const formed = new Map<string, Set<string>>();
  let current = '';
  const inner = createLog({ real: clock });
  const log: TraceLog = {
    ...inner,
    append(entry) {
      const written = inner.append(entry);
      if (written.type === 'event') {
        marks.set(written.seq, target.log.entries.length);
        if (written.event === 'flow-start') current = written.test;
      }
      return written;
    },
  };
  const target: MemoryTarget = memoryTarget(role, {
    network,
    ports: { clock, random: seededRandom('target') },
    profile,
    own: setting.theirs,
    peer: setting.ours,
    onForm: (step) => {
      const steps = formed.get(current);
      if (steps === undefined) formed.set(current, new Set([step]));
      else steps.add(step);
    },
    registered: registeredVerifier(`${ORIGIN}/verifier/${REGISTERED}`, setting.ours.verifier),
    ...(deviation.silent === undefined ? {} : { silent: deviation.silent }),
    ...(deviation.faults === undefined ? {} : { faults: deviation.faults }),
    ...(deviation.leniencies === undefined ? {} : { leniencies: deviation.leniencies }),
  });
  for (const anchor of [setting.ours.issuer.ca, setting.theirs.issuer.ca])
    log.append({ type: 'material', use: 'trust-anchor', value: anchor });
  for (const feature of role === 'wallet' ? DECLARED : [])
    log.append({ type: 'material', use: 'declared-feature', value: { feature, offered: true } });
  await playRun(
    {
      stage: memoryStage(network, {
        log,
        identities: deviation.stranger ?? setting.ours,
        ports: { clock, random },
        origin: ORIGIN,
      }),
      driver: deviation.dead === true ? deadDriver(role) : target.driver,
      credentialIssuer: deviation.dead === true ? NOWHERE : target.credentialIssuer,
      role,
      profile,
      real: systemClock(),
      timeoutMs: 600_000,
      silenceMs: 20,
      redirectUri: `${ORIGIN}/callback`,
      anchors: [setting.theirs.issuer.ca],
    },
    { tests, workers: 1, allow: ['changes-state', 'may-lock'] },
  );
  const { requirements, everything } = setting;
  const judged = (index: RequirementIndex, checks: readonly Check[]) =>
    once(() => judge({ entries: log.entries, role, profile, tests, checks, requirements: index, skewMs: 300_000 }));
  const [judgement, byEveryCatalogue] = [judged(requirements, profile.checks), judged(everything, profile.checks)];
  const byReactions = judged(requirements, []);
  return {
    log,
    targetLog: target.log,
    marks,
    formed,
    get judgement() {
      return judgement();
    },
    get byEveryCatalogue() {
      return byEveryCatalogue();
    },
    get byReactions() {
      return byReactions();
    },
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

const NOWHERE = 'https://nowhere.example';

/** A target that is there and does nothing: its links lead nowhere, it reports a refusal of all. */
function deadDriver(role: Role): Driver {
  if (role === 'issuer') {
    const offer = {
      credential_issuer: NOWHERE,
      credential_configuration_ids: ['x'],
      grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': 'x' } },
    };
    return {
      role,
      offer: async () => ({
        link: `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(offer))}`,
      }),
    };
  }
  if (role === 'wallet') {
    return {
      role,
      reports: true,
      open: async () => ({ done: Promise.resolve({ outcome: 'refused' as const, detail: 'refuses everything' }) }),
    };
  }
  return {
    role,
    reports: true,
    request: async () => ({ link: `openid4vp://?client_id=x&request_uri=${encodeURIComponent(`${NOWHERE}/request`)}` }),
    result: async () => ({ outcome: 'refused' as const, detail: 'refuses everything' }),
  };
}
