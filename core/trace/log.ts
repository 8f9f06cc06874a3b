import type { Clock } from '../ports.ts';
import type { NewEntry, TraceEntry } from './entries.ts';

/** Where the lines of a trace go. `write` must hand the line to the operating system before it returns (crash safety). */
export interface LineSink {
  write(line: string): void;
  close(): void;
}

/** The append-only log of a run. Flows of one run share it; seq is unique and rising. */
export interface TraceLog {
  append(entry: NewEntry): TraceEntry & { readonly seq: number };
  readonly entries: readonly TraceEntry[];
  /** Entries of one flow, in order. */
  ofFlow(flow: string): readonly TraceEntry[];
  close(): void;
}

export interface LogOptions {
  /** Real time. */
  readonly real: Clock;
  /** The mocks' clock; default the real one. */
  readonly clock?: Clock;
  readonly sink?: LineSink;
}

/** A log in memory, and line by line in a sink if one is given. */
export function createLog(options: LogOptions): TraceLog {
  const entries: TraceEntry[] = [];
  const flows = new Map<string, TraceEntry[]>();
  const clock = options.clock ?? options.real;
  return {
    entries,
    append(entry) {
      const stamped = { seq: entries.length, at: options.real.now(), clock: clock.now(), ...entry } as TraceEntry;
      entries.push(stamped);
      if (stamped.flow !== undefined) {
        const list = flows.get(stamped.flow);
        if (list === undefined) flows.set(stamped.flow, [stamped]);
        else list.push(stamped);
      }
      options.sink?.write(`${JSON.stringify(stamped)}\n`);
      return stamped;
    },
    ofFlow: (flow) => flows.get(flow) ?? [],
    close: () => options.sink?.close(),
  };
}
