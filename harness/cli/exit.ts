import type { RequirementIndex } from '../../core/requirements.ts';
import type { Results } from '../../core/results.ts';

export type ExitCode = 0 | 1 | 2 | 3;

const MUSTS = new Set(['MUST', 'MUST NOT', 'REQUIRED']);

/**
 * Exit code of a run (DESIGN 6): 1 a fail (with `should` also a warning), 3 if something could not be judged: an error, or a MUST that
 * is inconclusive, or nothing judged at all; else 0.
 */
export function exitCodeOf(
  results: Pick<Results, 'tests' | 'verdict'>,
  requirements: RequirementIndex,
  failOn: 'must' | 'should',
): ExitCode {
  const red = results.tests
    .flatMap((test) => test.findings)
    .some(
      (finding) =>
        finding.expectedByBaseline !== true &&
        (finding.verdict === 'fail' || (failOn === 'should' && finding.verdict === 'warning')),
    );
  if (red) return 1;
  const open = results.tests.some(
    (test) =>
      test.verdict === 'error' ||
      (test.verdict === 'inconclusive' &&
        (test.findings.length === 0 ||
          test.findings.some(
            (finding) =>
              finding.verdict === 'inconclusive' &&
              finding.requirements.some((id) => MUSTS.has(requirements.get(id)?.level ?? 'MUST')),
          ))),
  );
  return open || results.tests.length === 0 ? 3 : 0;
}

/** Several roles: the worst of 2, 1, 3, 0 in that order. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return ([2, 1, 3] as const).find((code) => codes.includes(code)) ?? 0;
}
