import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver } from '../core/contracts/driver.ts';
import type { Profile } from '../core/contracts/profile.ts';
import type { Risk, Test } from '../core/contracts/test.ts';
import type { Role } from '../core/kinds.ts';
import type { Ports } from '../core/ports.ts';
import type { Results, TestResult } from '../core/results.ts';
import { nodeFiles } from '../core/system/files.ts';
import { BODY_CAP } from '../core/trace/body.ts';
import type { TraceEntry } from '../core/trace/entries.ts';
import type { LineSink } from '../core/trace/log.ts';
import { createLog } from '../core/trace/log.ts';
import type { ListenOptions } from '../mocks/http/listen.ts';
import { listen } from '../mocks/http/listen.ts';
import { recorded, router } from '../mocks/http/router.ts';
import type { IdentitySet } from '../mocks/trust/identity.ts';
import type { SigningKey } from '../protocol/jose/keys.ts';
import type { FlowSetting } from './flows/play.ts';
import { applyBaseline } from './baseline.ts';
import type { Expected } from './baseline.ts';
import { judgeAgainst } from './judge/against.ts';
import type { JudgeInput } from './judge/judge.ts';
import { judge } from './judge/judge.ts';
import { measureSkew } from './judge/skew.ts';
import { loadCatalogue, loadRequirements } from './requirements.ts';
import type { NotRun } from './run.ts';
import { playRun } from './run.ts';
import type { Stage } from './stage.ts';
import { TOOL } from './tool.ts';

/** One run against one target, decided to the last detail. */
export interface RunOrder {
  readonly role: Role;
  readonly profile: Profile;
  /** Tests to run, and those that were left out on purpose. */
  readonly tests: readonly Test[];
  /** Left out on purpose. */
  readonly deselected: readonly NotRun[];
  /** Wanted, but something that they need is missing: inconclusive, with the reason. */
  readonly unmet: readonly NotRun[];
  readonly driver: Driver;
  readonly ports: Ports;
  /** Real time; `ports.clock` is the mocks' clock. */
  readonly real: Ports['clock'];
  readonly identities: IdentitySet;
  readonly listen: ListenOptions;
  /** Folder of the run; it is made. */
  readonly out: string;
  readonly workers: number;
  readonly allow: readonly Risk[];
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly skewMs: number;
  /** Credential Issuer Identifier, for flows that our wallet begins. */
  readonly credentialIssuer?: string;
  readonly clientId?: string;
  readonly redirectUri?: string;
  /** Key of our registered client. */
  readonly clientKey?: SigningKey;
  readonly authorize?: (url: string) => Promise<string>;
  readonly anchors: readonly string[];
  /** Features that the configuration declares (`false`: the target cannot do it). */
  readonly features: Readonly<Record<string, boolean>>;
  /** For the record: target and effective configuration without secrets. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly seed: number | null;
  /** Second profile to judge the same trace by. */
  readonly against?: Profile;
  /** Expected failures. */
  readonly baseline?: readonly Expected[];
  /** Hides secrets of the configuration in the record. */
  readonly mask?: (text: string) => string;
  readonly signal?: AbortSignal;
  /** Why the target wants no further call (429, firewall), if so. */
  readonly shutOut?: () => string | undefined;
  readonly onStart?: (test: string) => void;
  readonly onResult?: (result: TestResult) => void;
}

/** Runs, judges, and writes `trace.jsonl` and `results.json` into the folder. Throws only if the folder cannot be written. */
export async function executeRun(order: RunOrder): Promise<Results> {
  const { role, profile, ports, real } = order;
  mkdirSync(order.out, { recursive: true });
  const tracePath = join(order.out, 'trace.jsonl');
  const log = createLog({ real, clock: ports.clock, sink: fileSink(tracePath) });
  const startedAt = new Date(real.now()).toISOString();
  log.append({
    type: 'header',
    format: 'touchstone-trace',
    version: 1,
    tool: TOOL,
    role,
    profile: profile.id,
    startedAt,
    bodyCap: BODY_CAP,
  });
  for (const anchor of [order.identities.issuer.ca, ...order.anchors])
    log.append({ type: 'material', use: 'trust-anchor', value: anchor });
  for (const [feature, offered] of Object.entries(order.features)) {
    log.append({ type: 'material', use: 'declared-feature', value: { feature, offered } });
  }
  const routes = router();
  const listener = await listen(routes.handle, { ...order.listen, clock: ports.clock });
  const stage: Stage = {
    ports,
    log,
    identities: order.identities,
    baseFor: (own, flow) => `${listener.url}/${own}/${flow}`,
    host: async (base, mock, context, peer) => routes.mount(base, recorded(mock, context, peer)),
  };
  const setting: FlowSetting = {
    stage,
    driver: order.driver,
    role,
    profile,
    real,
    timeoutMs: order.timeoutMs,
    silenceMs: order.silenceMs,
    redirectUri: order.redirectUri ?? `${listener.url}/callback`,
    ...(order.clientKey === undefined ? {} : { clientKey: order.clientKey }),
    anchors: order.anchors,
    ...(order.credentialIssuer === undefined ? {} : { credentialIssuer: order.credentialIssuer }),
    ...(order.clientId === undefined ? {} : { clientId: order.clientId }),
    ...(order.authorize === undefined ? {} : { authorize: order.authorize }),
  };
  const requirements = loadRequirements(profile.catalogues);
  const inputOf = (tests: readonly Test[], entries: readonly TraceEntry[]): JudgeInput => ({
    entries,
    role,
    profile,
    tests,
    checks: profile.checks,
    requirements,
    skewMs: order.skewMs,
  });
  const judgeThese = (tests: readonly Test[], entries: readonly TraceEntry[], unmet: readonly NotRun[] = []) =>
    judge(inputOf(tests, entries), unmet);
  /** A first verdict while the run goes on, from the flows of these tests and their controls alone; the run's own is made at its end. */
  const early = (tests: readonly Test[]): void => {
    const ids = new Set(tests.flatMap((test) => [test.id, test.control ?? test.id]));
    for (const result of judgeThese(tests, flowsOf(log.entries, ids)).tests) order.onResult?.(result);
  };
  let notRun: readonly NotRun[] = [];
  try {
    notRun = await playRun(setting, {
      tests: order.tests,
      workers: order.workers,
      allow: order.allow,
      stopped: () => order.shutOut?.() ?? (order.signal?.aborted === true ? String(order.signal.reason) : undefined),
      ...(order.onStart === undefined ? {} : { onStart: (test) => order.onStart?.(test.id) }),
      ...(order.onResult === undefined ? {} : { onDone: early }),
    });
  } finally {
    await listener.close();
    await order.driver.close?.();
  }
  const judgement = judgeThese(order.tests, log.entries, [...order.unmet, ...notRun]);
  log.close();
  const all = [...order.unmet, ...order.deselected, ...notRun];
  const trace = await readFile(tracePath);
  const results: Results = {
    tool: TOOL,
    profile: { id: profile.id, release: profile.release.version },
    against:
      order.against === undefined
        ? null
        : judgeAgainst(inputOf(order.tests, log.entries), order.against, loadRequirements(order.against.catalogues)),
    role,
    target: order.target,
    configuration: order.configuration,
    environment: {
      node: process.version,
      os: `${process.platform} ${process.arch}`,
      seed: order.seed,
      clock: new Date(ports.clock.now()).toISOString(),
      skew: measureSkew(log.entries),
    },
    catalogues: profile.catalogues.map((id) => {
      const catalogue = loadCatalogue(id);
      return { id, sha256: catalogue.sha256, requirements: catalogue.requirements.length };
    }),
    startedAt,
    finishedAt: new Date(real.now()).toISOString(),
    trace: {
      file: 'trace.jsonl',
      sha256: createHash('sha256').update(trace).digest('hex'),
      entries: log.entries.length,
    },
    verdict: judgement.verdict,
    complete: judgement.complete && all.length === 0,
    notRun: all,
    summary: judgement.summary,
    tests: order.baseline === undefined ? judgement.tests : applyBaseline(judgement, order.baseline, real.now()).tests,
    requirements: judgement.requirements,
    causes: judgement.causes,
  };
  await nodeFiles().write(join(order.out, 'results.json'), `${JSON.stringify(results, undefined, 1)}\n`, {
    shared: true,
  });
  return results;
}

/** Entries of the flows that belong to some tests, and those of no flow. */
function flowsOf(entries: readonly TraceEntry[], tests: ReadonlySet<string>): TraceEntry[] {
  const flows = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'event' && entry.event === 'flow-start' && tests.has(entry.test) && entry.flow !== undefined)
      flows.add(entry.flow);
  }
  return entries.filter((entry) => entry.flow === undefined || flows.has(entry.flow));
}

/** A file that takes whole lines; each is handed to the operating system at once, so that a killed process loses none. */
function fileSink(path: string): LineSink {
  const file = openSync(path, 'w', 0o600);
  return { write: (line) => writeSync(file, line), close: () => closeSync(file) };
}
