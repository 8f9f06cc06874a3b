import type { Clock } from '../ports.ts';
import { shortened } from './body.ts';
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
  /** Characters of bodies that are kept whole in all; what comes later is kept up to a small cap. Default 256 Mi. */
  readonly budget?: number;
}

const BUDGET = 256 * 1024 * 1024;
/** Cap of a body once the budget is used up: enough for every ordinary message. */
const LATE_CAP = 64 * 1024;

/** A log in memory, and line by line in a sink if one is given. */
export function createLog(options: LogOptions): TraceLog {
  const entries: TraceEntry[] = [];
  const flows = new Map<string, TraceEntry[]>();
  const clock = options.clock ?? options.real;
  const budget = options.budget ?? BUDGET;
  let kept = 0;
  /** A target that sends large bodies for hours must not fill our memory, nor the disk. */
  const spare = (entry: NewEntry): NewEntry => {
    if (entry.type !== 'message') return entry;
    const small = kept > budget && entry.body.bytes.length > LATE_CAP ? shortened(entry.body, LATE_CAP) : entry.body;
    kept += small.bytes.length;
    return { ...entry, body: small };
  };
  return {
    entries,
    append(given) {
      const entry = spare(given);
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
