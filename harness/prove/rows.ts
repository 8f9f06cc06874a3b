import type { Played } from './play.ts';

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
export function reds(played: Played): string[] {
  return played.judgement.tests
    .filter((test) => test.verdict === 'fail' || test.verdict === 'warning')
    .map((test) => test.id);
}

/** Checks that turned red or yellow in a run. */
export function redChecks(played: Played): string[] {
  return played.judgement.tests.flatMap(({ findings }) =>
    findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'warning').map(({ check }) => check),
  );
}
