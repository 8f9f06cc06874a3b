import { afterAll, describe, expect, it } from 'vitest';
import type { Role } from '../core/kinds.ts';
import { ROLES } from '../core/kinds.ts';
import type { Finding, TestResult } from '../core/results.ts';
import type { TraceEntry } from '../core/trace/entries.ts';
import type { NullKind } from '../harness/bundled/index.ts';
import { NULL_KINDS, startNullTarget } from '../harness/bundled/index.ts';
import { testsOf } from '../harness/registry.ts';
import type { Run } from './kit.ts';
import { BUNDLED, PROFILE, removeFolders, run } from './kit.ts';

/** Broken targets earn nothing (DESIGN rule 4), in every role, with the suites that everybody gets. */

afterAll(removeFolders);

const DEAD = NULL_KINDS.filter((kind) => kind !== 'refuses-at-last' && kind !== 'accepts-all');

async function runNull(role: Role, kind: NullKind): Promise<Run> {
  const target = await startNullTarget(role, kind, BUNDLED);
  try {
    return await run(role, target.configuration, { target, flags: { allow: ['changes-state', 'may-lock'] } });
  } finally {
    await target.close();
  }
}

function passing(tests: readonly TestResult[]): string[] {
  return tests.filter((test) => test.verdict === 'pass').map((test) => test.id);
}

/** The links that the control interface gave, and what stands in them: the one thing of a dead target that may be right. */
function inLinks(entries: readonly TraceEntry[]): ReadonlySet<number> {
  const links = new Set<number>();
  for (const entry of entries) {
    if (entry.type !== 'message') continue;
    if (entry.channel === 'link' || (entry.parent !== undefined && links.has(entry.parent))) links.add(entry.seq);
  }
  return links;
}

/** Findings that praise the reaction to a fault. */
function praise(tests: readonly TestResult[]): string[] {
  const isReaction = (finding: Finding): boolean => finding.verdict === 'pass' && finding.check.startsWith('reaction');
  return tests.filter((test) => test.findings.some(isReaction)).map((test) => test.id);
}

describe.each(ROLES)('a broken %s', (role) => {
  const negatives = testsOf(PROFILE, role).filter((test) => test.kind === 'negative');

  it.each(DEAD)('that never sends a valid message (%s) gets no pass at all', async (kind) => {
    const { results, trace } = await runNull(role, kind);
    expect(results.summary.error).toBe(0);
    expect(passing(results.tests)).toEqual([]);
    const links = inLinks(trace.entries);
    const praised = results.tests
      .flatMap((test) => test.findings)
      .filter((finding) => finding.verdict === 'pass' && !finding.evidence.every((seq) => links.has(seq)));
    expect(praised).toEqual([]);
    expect(results.verdict).not.toBe('pass');
    expect(results.complete).toBe(false);
  });

  it('that refuses everything at its last step gets no pass in any negative', async () => {
    const { results } = await runNull(role, 'refuses-at-last');
    const judged = results.tests.filter((test) => test.kind === 'negative');
    expect(judged.length).toBe(negatives.length);
    expect(passing(judged)).toEqual([]);
    expect(praise(judged)).toEqual([]);
    // It got so far that what came before the last step was judged.
    expect(results.tests.some((test) => test.findings.some((finding) => finding.verdict === 'pass'))).toBe(true);
  });

  it('that accepts everything gets no pass in any negative, and fails where it was proven', async () => {
    const { results } = await runNull(role, 'accepts-all');
    const judged = results.tests.filter((test) => test.kind === 'negative');
    expect(judged.length).toBe(negatives.length);
    expect(passing(judged)).toEqual([]);
    expect(praise(judged)).toEqual([]);
    expect(judged.filter((test) => test.verdict === 'fail').length).toBeGreaterThan(judged.length / 2);
  });
});
