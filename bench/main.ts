import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Driver } from '../core/contracts/driver.ts';
import type { Variant } from '../core/contracts/variant.ts';
import { variantId } from '../core/contracts/variant.ts';
import type { Role } from '../core/kinds.ts';
import { schemaFolder } from '../core/schema/documents.ts';
import { systemClock } from '../core/system/clock.ts';
import { systemRandom } from '../core/system/random.ts';
import { judge } from '../harness/judge/judge.ts';
import { testsOf } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';
import { createIdentities } from '../mocks/trust/identity.ts';
import { OID4VC_1_0 as profile } from '../profiles/oid4vc-1.0/profile.ts';
import { startBareIssuer } from './bare/issuer.ts';
import { bareKey } from './bare/parties.ts';
import { startBareVerifier } from './bare/verifier.ts';
import { present, receive } from './bare/wallet.ts';
import { startHarness } from './harness-side.ts';
import type { HarnessSide } from './harness-side.ts';
import { compare, median } from './measure.ts';
import type { Comparison } from './measure.ts';

/**
 * What the harness costs (budgets: DESIGN 7): each flow against the same flow written bare, with the same bare system on the other
 * side, alternating in one process; judging apart; start of `--help` against `node -e 0`; peak memory.
 * `--json` prints the figures alone. It measures and reports; it does not fail because of a budget.
 */

const ISSUANCE: Variant = { kind: 'issuance', grant: 'pre-authorized_code', txCode: true };
const PRESENTATION: Variant = {
  kind: 'presentation',
  request: 'uri-get',
  clientIdPrefix: 'x509_hash',
  responseMode: 'direct_post.jwt',
};
const BUDGETS = { flow: 1.3, judging: 1, help: 2.5 };

interface FlowFigures extends Comparison {
  readonly role: Role;
  /** Milliseconds of judging for one flow with all checks, and the same as a part of the flow's time. */
  readonly judging: number;
  readonly judgingRatio: number;
}

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const identities = await createIdentities({ hosts: ['127.0.0.1'], clock: systemClock(), random: systemRandom() });
  const strangers = await createIdentities({ hosts: ['127.0.0.1'], clock: systemClock(), random: systemRandom() });
  const [type] = profile.credentialTypes;
  if (type === undefined) throw new Error('the profile has no credential type');
  const issuer = await startBareIssuer(bareKey(strangers.issuer.signing), type);
  const verifier = await startBareVerifier(bareKey(strangers.verifier.signing), type);

  const first = issuer.offer();
  const held = await receive(first.link, first.txCode);
  const issueBare = async () => {
    const { link, txCode } = issuer.offer();
    await receive(link, txCode);
  };
  const presentBare = async () => {
    const { link, id } = verifier.request();
    await present(link, held);
    if (verifier.result(id) === undefined) throw new Error('the bare verifier has no result');
  };
  const accepted = { done: Promise.resolve({ outcome: 'accepted' as const }) };
  const wallet: Driver = {
    role: 'wallet',
    reports: true,
    open: async (link, { goal, txCode }) => {
      if (goal === 'issuance') await receive(link, txCode ?? '');
      else await present(link, held);
      return accepted;
    },
  };
  const flows: readonly [name: string, driver: Driver, variant: Variant, bare: () => Promise<void>][] = [
    [
      'issuance, issuer under test',
      { role: 'issuer', offer: () => Promise.resolve(issuer.offer()) },
      ISSUANCE,
      issueBare,
    ],
    ['issuance, wallet under test', wallet, ISSUANCE, issueBare],
    ['presentation, wallet under test', wallet, PRESENTATION, presentBare],
    [
      'presentation, verifier under test',
      {
        role: 'verifier',
        reports: true,
        request: () => Promise.resolve(verifier.request()),
        result: ({ id }) =>
          Promise.resolve({ outcome: verifier.result(id ?? '') === undefined ? 'refused' : 'accepted' } as const),
      },
      PRESENTATION,
      presentBare,
    ],
  ];
  const figures: FlowFigures[] = [];
  for (const [name, driver, variant, bare] of flows) {
    const test =
      testsOf(profile, driver.role).find((item) => variantId(item.variant) === variantId(variant)) ??
      testsOf(profile, driver.role).find((item) => item.kind === 'positive' && item.variant.kind === variant.kind);
    if (test === undefined) throw new Error(`no test of a ${driver.role} with ${variant.kind}`);
    const harness = await startHarness(driver.role, driver, variant, test.id, profile, identities);
    const comparison = await compare(name, bare, () => harness.play());
    const judging = judgeTime(harness, driver.role);
    figures.push({ ...comparison, role: driver.role, judging, judgingRatio: judging / comparison.harness });
    await harness.close();
  }
  await issuer.close();
  await verifier.close();

  const help = helpTime();
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  const report = { node: process.version, budgets: BUDGETS, flows: figures, help, peakMemoryMiB: memory };
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : table(report));
}

/** Milliseconds for judging one flow: everything that was recorded, at once, as at the end of a run. */
function judgeTime(harness: HarnessSide, role: Role): number {
  const requirements = loadRequirements(profile.catalogues);
  const flows = harness.entries.filter((entry) => entry.type === 'event' && entry.event === 'flow-start').length;
  const once = (): number => {
    const start = performance.now();
    const tests = testsOf(profile, role);
    judge({ entries: harness.entries, role, profile, tests, checks: profile.checks, requirements, skewMs: 60_000 });
    return (performance.now() - start) / flows;
  };
  once();
  return median([once(), once(), once()]);
}

/** Start of `--help` against an empty Node, in turn. */
function helpTime(): { readonly node: number; readonly help: number; readonly ratio: number } {
  const main = join(schemaFolder(), '..', 'dist', 'harness', 'cli', 'main.js');
  const run = (...args: string[]): number => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}`);
    return performance.now() - start;
  };
  const times = Array.from({ length: 15 }, () => ({ node: run('-e', '0'), help: run(main, '--help') }));
  return {
    node: median(times.map(({ node }) => node)),
    help: median(times.map(({ help }) => help)),
    ratio: median(times.map(({ node, help }) => help / node)),
  };
}

function table(report: {
  readonly node: string;
  readonly flows: readonly FlowFigures[];
  readonly help: ReturnType<typeof helpTime>;
  readonly peakMemoryMiB: number;
}): string {
  const row = (name: string, ...cells: readonly string[]) =>
    `${name.padEnd(36)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const times = (value: number, budget: number) => `${value.toFixed(2)} x${value > budget ? ' !' : '  '}`;
  return [
    row(`Node ${report.node}`, 'bare', 'recorded', 'ratio', 'judging', 'of flow'),
    ...report.flows.map((flow) =>
      row(
        flow.name,
        ms(flow.bare),
        ms(flow.harness),
        times(flow.ratio, BUDGETS.flow),
        ms(flow.judging),
        times(flow.judgingRatio, BUDGETS.judging),
      ),
    ),
    row('start: node -e 0, --help', ms(report.help.node), ms(report.help.help), times(report.help.ratio, BUDGETS.help)),
    `peak memory ${report.peakMemoryMiB} MiB; budgets: flow ${BUDGETS.flow} x, judging ${BUDGETS.judging} x, --help ${BUDGETS.help} x; ! marks what is beyond`,
    '',
  ].join('\n');
}

await main();
