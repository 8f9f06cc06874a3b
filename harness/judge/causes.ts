import type { Cause, Finding, TestResult } from '../../core/results.ts';
import type { Verdict } from '../../core/verdict.ts';
import { VERDICTS } from '../../core/verdict.ts';

const BAD: readonly Verdict[] = ['fail', 'error', 'inconclusive', 'warning'];

/**
 * One cause, one line (DESIGN rule 9): tests that are not green for the same reason stand together. The reason of a test is
 * its worst finding; details that differ from flow to flow (numbers, URLs, quoted values, ids) are normalised away.
 */
export function causesOf(tests: readonly TestResult[]): Cause[] {
  const byKey = new Map<string, { cause: Finding; verdict: Verdict; tests: Set<string> }>();
  for (const test of tests) {
    for (const finding of test.findings) {
      if (!BAD.includes(finding.verdict) || finding.verdict !== test.verdict) continue;
      const key = `${finding.verdict} ${causeKey(finding)}`;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { cause: finding, verdict: finding.verdict, tests: new Set([test.id]) });
      else known.tests.add(test.id);
    }
  }
  return [...byKey.values()]
    .map(({ cause, verdict, tests }) => ({ message: cause.message, verdict, tests: [...tests] }))
    .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || b.tests.length - a.tests.length);
}

function causeKey(finding: Finding): string {
  const message = finding.message.en
    .replaceAll(/https?:\/\/\S+/gu, 'URL')
    .replaceAll(/"[^"]*"/gu, '"…"')
    .replaceAll(/[\w-]{20,}/gu, 'ID')
    .replaceAll(/\d+/gu, 'N');
  // An obstacle (control, set-up) is one cause for all tests that it stops; a judgement belongs to its check.
  return finding.check === 'control' || finding.check === 'harness' ? message : `${finding.check} ${message}`;
}
