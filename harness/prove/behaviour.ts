import type { Test } from '../../core/contracts/test.ts';
import type { Role } from '../../core/kinds.ts';
import { faultOf, STEPS } from '../registry.ts';
import type { ProofSetting } from './play.ts';
import { playInMemory } from './play.ts';
import type { ProofRow, RolePart } from './rows.ts';
import { redChecks, reds } from './rows.ts';

/** Ids of tests and of checks that turned red for a broken target. */
export interface Proven {
  readonly tests: ReadonlySet<string>;
  readonly checks: ReadonlySet<string>;
}

/** Each leniency that a fault names, alone: the tests of its faults turn red, the others stay as they are. */
export async function behaviourProof(
  role: Role,
  tests: readonly Test[],
  setting: ProofSetting,
  full: boolean,
  part: RolePart,
  add: (row: ProofRow) => void,
): Promise<Proven> {
  const byStep = new Map<string, Test[]>();
  for (const test of tests) {
    const steps = stepsOf(test).join(' ');
    if (steps !== '') byStep.set(steps, [...(byStep.get(steps) ?? []), test]);
  }
  const proven = new Set<string>();
  const checks = new Set<string>();
  for (const [joined, expected] of byStep) {
    const steps = joined.split(' ');
    const [step = ''] = steps;
    const played = await playInMemory(setting, role, full ? tests : expected, { leniencies: new Set(steps) });
    const names = expected.map((test) => test.id);
    // The reaction tells in nearly every case. Checks are asked where it does not, or where all tests are looked at.
    const quick = full ? [] : reds(played.byReactions);
    const told = names.every((id) => quick.includes(id));
    const red = told ? quick : reds(played.judgement);
    if (!told) for (const check of redChecks(played.judgement)) checks.add(check);
    add({ defect: `leniency ${steps.join(', ')}`, at: step, expected: names, red });
    for (const test of expected) if (red.includes(test.id)) proven.add(test.id);
    // Among all tests a replayed message may be one that another fault had spoiled: by themselves they tell.
    if (full && !names.every((id) => proven.has(id))) {
      const alone = await playInMemory(setting, role, expected, { leniencies: new Set(steps) });
      for (const id of reds(alone.judgement)) if (names.includes(id)) proven.add(id);
    }
    const cited = new Set([
      ...expected.flatMap((test) => test.requirements),
      ...STEPS.flatMap((entry) => (steps.includes(entry.id) ? entry.requirements : [])),
    ]);
    for (const id of red) {
      const test = tests.find((other) => other.id === id);
      if (names.includes(id) || test === undefined || test.requirements.some((requirement) => cited.has(requirement)))
        continue;
      // Where several steps are left out, those are expected too that one of them alone would have turned red.
      const own = stepsOf(test);
      if (own.length > 0 && own.every((other) => steps.includes(other))) continue;
      part.spurious.push(`${id} turned red although only ${steps.join(', ')} was left out`);
    }
  }
  // Straight tests: a target that refuses everything (its last step is broken) must turn each of them red.
  const straight = tests.filter((test) => test.kind !== 'negative');
  const dead = await playInMemory(setting, role, straight, { dead: true });
  const red = reds(dead.judgement);
  add({ defect: 'target that answers nothing', at: role, expected: straight.map((test) => test.id), red });
  for (const test of straight) {
    const verdict = dead.judgement.tests.find((result) => result.id === test.id)?.verdict;
    if (verdict !== 'pass') proven.add(test.id);
  }
  return { tests: proven, checks };
}

/** The steps at which a conforming target refuses the fault of a test: all of them have to be left out before it is accepted. */
function stepsOf(test: Test): readonly string[] {
  const fault = faultOf(test.fault ?? '');
  return fault === undefined ? [] : [fault.refusedBy, ...(fault.thenBy ?? [])];
}
