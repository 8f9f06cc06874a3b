import type { Verdict } from '../../core/verdict.ts';
import type { Judgement } from '../judge/judge.ts';

/** One row of the matrix: a defect, where it sits, which tests or checks should notice, and which did. */
export interface ProofRow {
  readonly defect: string;
  readonly at: string;
  readonly expected: readonly string[];
  readonly red: readonly string[];
}

/** What the proofs of one role found so far. */
export interface RolePart {
  readonly checks: number;
  readonly tests: number;
  readonly unproven: string[];
  readonly spurious: string[];
  readonly falseAlarms: string[];
  readonly matrix: ProofRow[];
}

/** Tests that a run turned red or yellow. */
export function reds({ tests }: Judgement): string[] {
  return tests.filter((test) => isRed(test)).map((test) => test.id);
}

/** Checks that turned red or yellow in a run. */
export function redChecks({ tests }: Judgement): string[] {
  return tests.flatMap(({ findings }) => findings.filter(isRed).map(({ check }) => check));
}

/** A fail or a warning. */
export function isRed({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict === 'fail' || verdict === 'warning';
}
