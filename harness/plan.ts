import type { Profile } from '../core/contracts/profile.ts';
import type { Cost, Risk, Test } from '../core/contracts/test.ts';
import type { Role } from '../core/kinds.ts';
import { testsOf } from './registry.ts';
import type { NotRun } from './run.ts';

export interface PlanOptions {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly allow: readonly Risk[];
  /** Seconds that a test may wait in all. */
  readonly maxWait: number;
  /** What the set-up provides: driver reports, held credentials, registered issuer … */
  readonly provides: ReadonlySet<string>;
  /** The target serves real people: no negative tests. */
  readonly production: boolean;
}

export interface Plan {
  readonly run: readonly Test[];
  /** Selected, but cannot be judged; they appear as inconclusive. */
  readonly unmet: readonly NotRun[];
  /** Left out on purpose. */
  readonly deselected: readonly NotRun[];
  /** Controls included. */
  readonly cost: Required<Cost>;
}

/** Decides what a run would do. Pure. */
export function planRun(profile: Profile, role: Role, options: PlanOptions): Plan {
  const run: Test[] = [];
  const unmet: NotRun[] = [];
  const deselected: NotRun[] = [];
  for (const test of testsOf(profile, role)) {
    const names = [test.id, ...(test.aliases ?? [])];
    if (options.only.length > 0 && !names.some((name) => matchesAny(name, options.only))) {
      deselected.push({ test: test.id, reason: 'not selected by --only' });
    } else if (names.some((name) => matchesAny(name, options.skip)))
      deselected.push({ test: test.id, reason: 'left out by --skip' });
    else {
      const risk = test.risk ?? 'none';
      const reason = obstacle(test, options);
      if (risk !== 'none' && !options.allow.includes(risk)) {
        deselected.push({ test: test.id, reason: `left out without --allow ${risk}` });
      } else if (reason === undefined) run.push(test);
      else unmet.push({ test: test.id, reason });
    }
  }
  return { run, unmet, deselected, cost: costOf(run) };
}

function obstacle(test: Test, options: PlanOptions): string | undefined {
  if (options.production && test.kind === 'negative') return 'needs a target that is not in production';
  if ((test.waits ?? 0) > options.maxWait) return `needs ${test.waits} s of waiting (--max-wait)`;
  const missing = (test.needs ?? []).find((need) => !options.provides.has(need));
  return missing === undefined ? undefined : `needs ${missing}`;
}

/** True if a name matches one of the globs; `*` stands for any characters, slashes included. */
export function matchesAny(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const pattern = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`));
    return new RegExp(`^${pattern.join('.*')}$`, 'u').test(name);
  });
}

/** Flows share controls: one more for each group of faults. */
function costOf(tests: readonly Test[]): Required<Cost> {
  const sum: { -readonly [Key in keyof Cost]-?: number } = { offers: 0, presentations: 0, humanSteps: 0, calls: 0 };
  const add = (test: Test): void => {
    const own = test.cost ?? {};
    for (const variant of [test.variant, ...(test.setup === undefined ? [] : [test.setup])]) {
      if (variant.kind === 'issuance') sum.offers += own.offers ?? 1;
      else sum.presentations += own.presentations ?? 1;
    }
    sum.humanSteps += own.humanSteps ?? 0;
    sum.calls += own.calls ?? 0;
  };
  const controls = new Map<string, Test[]>();
  for (const test of tests) {
    add(test);
    if (test.control !== undefined) controls.set(test.control, [...(controls.get(test.control) ?? []), test]);
  }
  for (const group of controls.values()) {
    const [first] = group;
    if (first !== undefined) for (let at = 0; at < group.length; at += 12) add({ ...first, cost: {} });
  }
  return sum;
}
