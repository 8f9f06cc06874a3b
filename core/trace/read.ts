import type { TraceEntry } from './entries.ts';

export interface TraceReading {
  readonly entries: readonly TraceEntry[];
  /** Lines that could not be read, counted from 1. A cut last line is normal after a crash. */
  readonly errors: readonly { readonly line: number; readonly reason: string }[];
  /** The last line was cut: the run was killed. */
  readonly cut: boolean;
}

/**
 * Reads a trace (JSON Lines). Never throws: a broken line is reported and skipped.
 * `seq` is expected to rise; an entry out of order is reported and kept.
 */
export function readTrace(content: string): TraceReading {
  const entries: TraceEntry[] = [];
  const errors: { line: number; reason: string }[] = [];
  const lines = content.split('\n');
  const whole = lines.pop() ?? '';
  let last = -1;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      const entry = JSON.parse(line) as TraceEntry;
      if (typeof entry?.seq !== 'number' || typeof entry.type !== 'string') throw new Error('not a trace entry');
      if (entry.seq <= last) errors.push({ line: index + 1, reason: `seq ${entry.seq} follows ${last}` });
      last = entry.seq;
      entries.push(entry);
    } catch (error) {
      errors.push({ line: index + 1, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { entries, errors, cut: whole.trim() !== '' };
}
