import type { Risk, Test } from '../core/contracts/test.ts';
import type { Variant } from '../core/contracts/variant.ts';
import { variantId } from '../core/contracts/variant.ts';
import { runView } from '../suites/view/run.ts';
import type { FlowOrder, FlowSetting } from './flows/play.ts';
import { playFlow } from './flows/play.ts';
import { applicability } from './judge/applicability.ts';
import type { FlowOutcome } from './judge/outcome.ts';
import { outcomeOf } from './judge/outcome.ts';
import { faultOf, testsOf } from './registry.ts';

/** A test that will not be run, and why. */
export interface NotRun {
  readonly test: string;
  readonly reason: string;
}

export interface RunOptions {
  /** Planned tests of the role; controls that are not among them are taken from the profile. */
  readonly tests: readonly Test[];
  /** Flows at the same time. Wallets: 1. */
  readonly workers: number;
  readonly allow: readonly Risk[];
  /** Why no new flow may be begun, if so: stopped by the user, or shut out by the target. */
  readonly stopped?: () => string | undefined;
  /** Told when a test begins. */
  readonly onStart?: (test: Test) => void;
  /** Told when everything that the verdicts of these tests need has been played. */
  readonly onDone?: (tests: readonly Test[]) => void;
}

/** How many faults share a pair of controls. Small enough that one hiccup does not spoil many verdicts. */
const GROUP = 12;

/**
 * Plays all flows of a run: first one straight flow, which tells what the target offers; then the straight tests; then the faults in
 * groups, each group closed by a control of the same variant (DESIGN rule 1). Returns what was not run. Never throws.
 */
export async function playRun(setting: FlowSetting, options: RunOptions): Promise<NotRun[]> {
  const session = new Session(setting, options);
  const straight = options.tests.filter((test) => test.kind !== 'negative');
  const faults = options.tests.filter((test) => test.kind === 'negative');
  const first = straight[0] ?? session.controlFor(faults[0]);
  if (first !== undefined) {
    await session.straight(first, straight.includes(first));
    await session.makeSureOfLife(first);
  }
  await pool(
    options.workers,
    straight.filter((test) => test !== first && test.last !== true),
    (test) => session.straight(test, true),
  );
  // A wallet that keeps what it should have refused would present it later: what is issued with faults comes after the presentations.
  const applicable = session.applicable(faults);
  const inTurn =
    setting.role === 'wallet'
      ? (['presentation', 'issuance'] as const).map((kind) => applicable.filter((test) => test.variant.kind === kind))
      : [applicable];
  for (const some of inTurn) await pool(options.workers, groupByControl(some), (group) => session.group(group));
  for (const test of straight) if (test.last === true && test !== first) await session.straight(test, true);
  return session.notRun;
}

class Session {
  readonly notRun: NotRun[] = [];
  readonly setting: FlowSetting;
  readonly options: RunOptions;
  /** Set-up flows that reached their goal: a wallet keeps what it got. */
  private readonly held = new Set<string>();
  private flows = 0;
  /** Why nothing more can be learned from this target, if so. */
  private dead: string | undefined;

  constructor(setting: FlowSetting, options: RunOptions) {
    this.setting = setting;
    this.options = options;
  }

  controlFor(test: Test | undefined): Test | undefined {
    return testsOf(this.setting.profile, this.setting.role).find((other) => other.id === test?.control);
  }

  applies(test: Test): boolean {
    const view = viewOf(this.setting);
    return applicability(test, view) === undefined;
  }

  /** Those that the target offers; the others are told as done. */
  applicable(tests: readonly Test[]): Test[] {
    const view = viewOf(this.setting);
    const some = tests.filter((test) => applicability(test, view) === undefined);
    this.report(tests.filter((test) => !some.includes(test)));
    return some;
  }

  async straight(test: Test, own: boolean): Promise<void> {
    if (!this.may(test)) return;
    if (own && this.flows > 0 && !this.applies(test)) return this.report([test]);
    this.options.onStart?.(test);
    await this.setUp(test);
    await this.play({ test: test.id, variant: test.variant, ...(own ? {} : { control: true as const }) });
    if (own) this.report([test]);
  }

  /** Control, faults, control. The straight flow of the control test, if it ran, is the first control. */
  async group(all: readonly Test[]): Promise<void> {
    const tests = all.filter((test) => this.may(test));
    const [first] = tests;
    const control = this.controlFor(first);
    if (first === undefined || control === undefined) return;
    await this.setUp(control);
    const obstacle = await this.controlProblem(control);
    if (obstacle !== undefined) {
      for (const test of tests) this.notRun.push({ test: test.id, reason: obstacle });
      return this.report(tests);
    }
    for (const test of tests) {
      if (!this.may(test)) continue;
      const fault = faultOf(test.fault ?? '');
      if (fault === undefined) {
        this.notRun.push({ test: test.id, reason: `no fault ${test.fault ?? ''}` });
        continue;
      }
      this.options.onStart?.(test);
      await this.setUp(test);
      await this.play({ test: test.id, variant: test.variant, fault });
    }
    await this.play({ test: control.id, variant: control.variant, control: true });
    this.report(tests);
  }

  /**
   * A target that gave no answer at all in the first flow is asked once more; then the run ends, since everything else would only wait
   * for it, too.
   */
  async makeSureOfLife(test: Test): Promise<void> {
    if (this.lifeless(this.lastFlow(test.id, test.variant)) === undefined) return;
    const id = await this.play({ test: test.id, variant: test.variant, control: true });
    const reason = this.lifeless(id);
    if (reason !== undefined) this.dead = `the target does not answer: ${reason}`;
  }

  /** How the connection failed in a flow in which the target answered nothing; undefined if it lives. */
  private lifeless(flow: string | undefined): string | undefined {
    if (flow === undefined) return undefined;
    let failure: string | undefined;
    let unanswered = 0;
    for (const entry of this.setting.stage.log.ofFlow(flow)) {
      if (entry.type === 'message') {
        if (entry.kind === 'control-request') unanswered += 1;
        else if (entry.kind === 'control-reply' || entry.kind === 'control-error') unanswered -= 1;
        // What the control interface says is no sign of life of the system behind it; an HTTP message is.
        else if (entry.author === 'sut' && entry.http !== undefined) return undefined;
      } else if (entry.type === 'event' && (entry.event === 'transport-failure' || entry.event === 'unmet')) {
        if (entry.event === 'transport-failure' || unanswered > 0) failure ??= entry.reason;
      }
    }
    return failure;
  }

  private may(test: Test): boolean {
    const reason = this.dead ?? this.options.stopped?.();
    if (reason === undefined) return true;
    this.notRun.push({ test: test.id, reason });
    return false;
  }

  private report(tests: readonly Test[]): void {
    this.options.onDone?.(tests);
  }

  /**
   * Sees to it that the control stands before the group. Where it is refused, twice, the faults would prove nothing: they are not
   * played, which spares the target's offers and a dead target's time.
   */
  private async controlProblem(control: Test): Promise<string | undefined> {
    const earlier = this.lastFlow(control.id, control.variant);
    if (earlier !== undefined && this.outcome(earlier).value === 'accepted') return undefined;
    for (const attempt of earlier === undefined ? [1, 2] : [2]) {
      const id = await this.play({ test: control.id, variant: control.variant, control: true });
      const outcome = this.outcome(id);
      if (outcome.value === 'accepted') return undefined;
      if (attempt === 2) return `its control ${control.id} was not accepted: ${outcome.detail}`;
    }
    return undefined;
  }

  private outcome(flow: string): FlowOutcome {
    const view = viewOf(this.setting, flow).flows[0];
    if (view === undefined) return { value: 'unknown', source: undefined, detail: 'not played', evidence: [] };
    return outcomeOf(view, this.setting.role, this.setting.profile);
  }

  /** The latest straight flow of a test in this run. */
  private lastFlow(test: string, variant: Variant): string | undefined {
    const wanted = variantId(variant);
    return this.setting.stage.log.entries.findLast(
      (entry) =>
        entry.type === 'event' &&
        entry.event === 'flow-start' &&
        entry.test === test &&
        entry.variant === wanted &&
        entry.fault === undefined,
    )?.flow;
  }

  private async setUp(test: Test): Promise<void> {
    if (test.setup === undefined || this.setting.role === 'verifier') return;
    const wanted = variantId(test.setup);
    if (this.held.has(wanted)) return;
    const id = await this.play({ test: test.id, variant: test.setup, setup: true });
    if (this.outcome(id).value === 'accepted') this.held.add(wanted);
  }

  private async play(order: Omit<FlowOrder, 'id'>): Promise<string> {
    this.flows += 1;
    const id = `f${this.flows}`;
    await playFlow({ id, ...order }, this.setting);
    return id;
  }
}

/** View of the run so far, or of one of its flows. */
function viewOf(setting: FlowSetting, flow?: string) {
  const { log } = setting.stage;
  return runView(flow === undefined ? log.entries : log.ofFlow(flow), {
    role: setting.role,
    profile: setting.profile,
    skewMs: 0,
    variantOf: () => undefined,
  });
}

function groupByControl(tests: readonly Test[]): Test[][] {
  const byControl = new Map<string, Test[]>();
  for (const test of tests) {
    const key = `${test.control ?? ''} ${test.last === true ? 'last' : ''}`;
    byControl.set(key, [...(byControl.get(key) ?? []), test]);
  }
  const groups: Test[][] = [];
  for (const all of byControl.values()) {
    for (let at = 0; at < all.length; at += GROUP) groups.push(all.slice(at, at + GROUP));
  }
  return groups.sort((a, b) => Number(a[0]?.last === true) - Number(b[0]?.last === true));
}

async function pool<Item>(workers: number, items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, items.length)) }, worker));
}
