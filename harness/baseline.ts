import { parseDocument } from 'yaml';
import type { Results, TestResult } from '../core/results.ts';
import { arr, isObject, str } from '../protocol/json.ts';
import { matchesAny } from './plan.ts';

/** An expected failure: of one test, because of one check (default any), for a reason, owned by somebody, until a day. */
export interface Expected {
  readonly test: string;
  readonly check?: string;
  readonly reason: string;
  readonly owner: string;
  /** `YYYY-MM-DD`; from the day after, the entry is a problem of its own. */
  readonly until: string;
}

export interface BaselineOutcome {
  readonly tests: readonly TestResult[];
  /** Entries that no longer fail, or that are past their day. Each is a failure of the run. */
  readonly stale: readonly string[];
}

/** Reads a baseline (YAML or JSON: `expected: [{test, check?, reason, owner, until}]`). Returns its problems instead of throwing. */
export function readBaseline(
  source: string,
): { readonly expected: readonly Expected[] } | { readonly problems: readonly string[] } {
  const document = parseDocument(source, { prettyErrors: true });
  if (document.errors.length > 0) return { problems: document.errors.map((error) => error.message) };
  const list = arr(document.toJS({ maxAliasCount: 50 }) as unknown, 'expected');
  if (list === undefined) return { problems: ['a list "expected" is missing'] };
  const problems: string[] = [];
  const expected: Expected[] = [];
  for (const [index, entry] of list.entries()) {
    const missing = (['test', 'reason', 'owner', 'until'] as const).filter((name) => str(entry, name) === undefined);
    const until = str(entry, 'until') ?? '';
    if (!isObject(entry) || missing.length > 0) problems.push(`expected[${index}] lacks ${missing.join(', ')} (texts)`);
    else if (!/^\d{4}-\d{2}-\d{2}$/u.test(until)) problems.push(`expected[${index}].until is no day YYYY-MM-DD`);
    else {
      const check = str(entry, 'check');
      expected.push({
        test: str(entry, 'test') ?? '',
        reason: str(entry, 'reason') ?? '',
        owner: str(entry, 'owner') ?? '',
        until,
        ...(check === undefined ? {} : { check }),
      });
    }
  }
  return problems.length > 0 ? { problems } : { expected };
}

/** Marks what the baseline expects. Verdicts stay as they are: only the exit code looks away. `now`: ms. */
export function applyBaseline(
  results: Pick<Results, 'tests'>,
  expected: readonly Expected[],
  now: number,
): BaselineOutcome {
  const used = new Set<Expected>();
  const today = new Date(now).toISOString().slice(0, 10);
  const valid = expected.filter((entry) => entry.until >= today);
  const tests = results.tests.map((test) => ({
    ...test,
    findings: test.findings.map((finding) => {
      if (finding.verdict !== 'fail' && finding.verdict !== 'warning') return finding;
      const entry = valid.find(
        (candidate) =>
          matchesAny(test.id, [candidate.test]) &&
          (candidate.check === undefined || matchesAny(finding.check, [candidate.check])),
      );
      if (entry === undefined) return finding;
      used.add(entry);
      return { ...finding, expectedByBaseline: true as const };
    }),
  }));
  const stale = expected.flatMap((entry) => {
    const name = `${entry.test}${entry.check === undefined ? '' : ` (${entry.check})`}`;
    if (entry.until < today)
      return [`${name}: expected until ${entry.until}; that day is past (${entry.owner}: ${entry.reason})`];
    return used.has(entry)
      ? []
      : [`${name}: expected to fail and does not; remove the entry (${entry.owner}: ${entry.reason})`];
  });
  return { tests, stale };
}
