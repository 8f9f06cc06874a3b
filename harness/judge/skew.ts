import { header } from '../../core/http.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';

/**
 * Difference between the target's clock and ours, ms: the median over the Date headers of its answers; positive if it is ahead. The header has whole
 * seconds, so half a second is added. Null if it sent none.
 */
export function measureSkew(entries: readonly TraceEntry[]): number | null {
  const differences: number[] = [];
  for (const entry of entries) {
    if (entry.type !== 'message' || entry.author !== 'sut' || entry.http === undefined || !('status' in entry.http))
      continue;
    const date = Date.parse(header(entry.http.headers, 'date') ?? '');
    if (!Number.isNaN(date)) differences.push(date + 500 - entry.at);
  }
  differences.sort((a, b) => a - b);
  return differences[Math.floor(differences.length / 2)] ?? null;
}
