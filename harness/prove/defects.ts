import type { Check } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Fault } from '../../core/flow.ts';
import type { Role } from '../../core/kinds.ts';
import type { Finding, TestResult } from '../../core/results.ts';
import type { Defect } from '../registry.ts';
import { DEFECTS, FAULTS, faultOf } from '../registry.ts';
import type { Played, ProofSetting } from './play.ts';
import { playInMemory } from './play.ts';
import type { ProofRow, RolePart } from './rows.ts';
import { isRed } from './rows.ts';

/** A defect is played on so many of the straight tests that can carry it: the first, and some that go another way. */
const CARRIERS = 3;

/**
 * Each defect and fault that the mock of this role can have, on tests that can carry it: which checks notice it. Weighed by all
 * catalogues that are known, so that a check which speaks of another one than the profile's is proven, too; what the conforming mock shows
 * as well proves nothing. `already`: checks that another proof turned red. A defect that no flow can carry, that never came to pass, or that nothing notices is unproven itself.
 */
export async function defectProof(
  role: Role,
  tests: readonly Test[],
  checks: readonly Check[],
  conforming: Played,
  setting: ProofSetting,
  already: ReadonlySet<string>,
  full: boolean,
  part: RolePart,
  add: (row: ProofRow) => void,
): Promise<Set<string>> {
  const straight = tests.filter((test) => test.kind !== 'negative');
  const known = new Set(checks.map((check) => check.id));
  const normal = new Set(
    conforming.byEveryCatalogue.tests.flatMap((test) =>
      test.findings.filter(isRed).map((finding) => keyOf(test, finding)),
    ),
  );
  const proven = new Set(already);
  // What only helps another defect may be no defect by itself.
  const helpers = new Set(DEFECTS.flatMap((defect) => defect.also ?? []));
  const made = new Set(DEFECTS.map(({ id }) => id).filter((id) => !helpers.has(id)));
  const all: readonly Defect[] = [...DEFECTS, ...FAULTS];
  for (const defect of all.filter((entry) => entry.role === role)) {
    // Faults have tests of their own: here they serve the checks alone, and only as long as one is open.
    if (!full && !made.has(defect.id) && !helpers.has(defect.id) && checks.every(({ id }) => proven.has(id))) break;
    const faults = [defect, ...(defect.also ?? []).flatMap((id) => faultOf(id) ?? [])];
    const carriers = carriersOf(faults, tests, straight, conforming);
    const noted = new Set<string>();
    let applied = 0;
    if (carriers.length > 0) {
      const broken = faults.map((fault) => onceItCan(fault, () => (applied += 1)));
      const played = await playInMemory(setting, role, carriers, { faults: broken });
      for (const test of played.byEveryCatalogue.tests) {
        // A target that no longer reaches its goal earns nothing, whatever the cause.
        if (test.verdict === 'inconclusive') noted.add('inconclusive');
        for (const finding of test.findings) {
          if (finding.verdict === 'error')
            part.spurious.push(`${finding.check} broke on ${defect.id}: ${finding.message.en}`);
          if (isRed(finding) && !normal.has(keyOf(test, finding))) noted.add(finding.check);
        }
      }
    }
    const red = [...noted].filter((check) => known.has(check));
    for (const check of red) proven.add(check);
    if (made.has(defect.id)) {
      if (carriers.length === 0) part.unproven.push(`defect ${defect.id}: no flow forms ${defect.step}`);
      else if (applied === 0 && defect.replay !== true)
        part.unproven.push(`defect ${defect.id}: it never came to pass`);
      else if (noted.size === 0) part.unproven.push(`defect ${defect.id}: nothing notices it`);
    }
    add({ defect: defect.id, at: defect.step, expected: [], red });
  }
  return proven;
}

function keyOf(test: TestResult, finding: Finding): string {
  return `${test.id} ${finding.check} ${finding.requirements.join(' ')}`;
}

/** A fault that needs something of an earlier flow lets the first one pass, as such a system would. */
function onceItCan(fault: Fault<never>, onApplied: () => void): Fault<never> {
  return {
    ...fault,
    apply: async (draft, context) => {
      try {
        const changed = await fault.apply(draft, context);
        onApplied();
        return changed;
      } catch {
        return draft;
      }
    },
  };
}

/** Tests on which a defect is played: those that provoke it, else straight ones in whose conforming flows the target formed its step. */
function carriersOf(
  [defect, ...others]: readonly Defect[],
  tests: readonly Test[],
  straight: readonly Test[],
  conforming: Played,
): readonly Test[] {
  if (defect === undefined) return [];
  if (defect.provokedBy !== undefined) {
    const provoking = tests.filter((test) => test.fault === defect.provokedBy);
    return provoking.slice(0, 1);
  }
  // A replayed message is named by its exchange, not by a forming step.
  const forms = (test: Test) => [defect, ...others].some(({ step }) => conforming.formed.get(test.id)?.has(step));
  const able = straight.filter((test) => defect.replay === true || forms(test));
  const fitting = [...able].sort((one, other) => misfit(one, defect) - misfit(other, defect));
  const [best, next] = fitting;
  // What only shows when it happens again needs two flows of the right kind.
  const alone =
    best !== undefined && next !== undefined && misfit(best, defect) < LACKS && misfit(next, defect) >= LACKS;
  return [...(alone ? [{ ...best }] : []), ...fitting].slice(0, CARRIERS);
}

/** A test that lacks a member of the wanted variant is this much further away. */
const LACKS = 100;

/** How far a test is from the variant that a defect names: members that it lacks count most, then those that it has beyond. */
function misfit({ variant }: Test, defect: Defect): number {
  if (defect.variant === undefined) return 0;
  const own = Object.entries(variant);
  const wanted = Object.entries(defect.variant);
  const has = (list: readonly [string, unknown][], [name, value]: readonly [string, unknown]): boolean =>
    list.some(([other, its]) => other === name && String(its) === String(value));
  const lacking = wanted.filter((member) => !has(own, member)).length;
  return lacking * LACKS + own.filter((member) => !has(wanted, member)).length;
}
