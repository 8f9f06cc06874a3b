import type { Role } from '../../core/kinds.ts';
import type { Finding, TestResult } from '../../core/results.ts';

/**
 * What the suites find at the three peers, each decided by reading the specification. The table stands in docs/peers.md: one row for each finding, with what
 * was seen, whose it is and why. A finding that comes or goes fails the test until somebody has decided again.
 */
export interface Decided {
  readonly role: Role;
  /** Id of the test whose reaction it is (`… says`: how a refusal is put), or check and requirements. */
  readonly row: string;
  readonly verdict: 'fail' | 'warning';
}

/** Rows of the tables of docs/peers.md: `| fail | \`row\` | …`, below a heading with the role. */
export function decidedIn(page: string): Decided[] {
  const rows: Decided[] = [];
  let role: Role | undefined;
  for (const line of page.split('\n')) {
    const heading = /^## (Issuer|Verifier|Wallet)\b/u.exec(line)?.[1];
    if (heading !== undefined) role = heading.toLowerCase() as Role;
    else if (line.startsWith('## ')) role = undefined;
    const [, verdict, row] = /^\| (fail|warning) \| `([^`]+)` \|/u.exec(line) ?? [];
    if (role !== undefined && row !== undefined) rows.push({ role, row, verdict: verdict as Decided['verdict'] });
  }
  return rows;
}

/** The findings of a run in the same form, each once. */
export function foundIn(role: Role, tests: readonly TestResult[]): Decided[] {
  const found = new Map<string, Decided>();
  for (const test of tests) {
    for (const finding of test.findings) {
      if (finding.verdict !== 'fail' && finding.verdict !== 'warning') continue;
      const row = rowOf(test, finding);
      found.set(`${finding.verdict} ${row}`, { role, row, verdict: finding.verdict });
    }
  }
  return [...found.values()];
}

function rowOf(test: TestResult, finding: Finding): string {
  if (finding.check === 'reaction') return test.id;
  if (finding.check === 'reaction/says') return `${test.id} says`;
  return [finding.check, ...finding.requirements].join(' ');
}
