import type { Clock } from '../../core/ports.ts';
import type { NewEntry, TraceEntry } from '../../core/trace/entries.ts';
import type { TraceLog } from '../../core/trace/log.ts';

/** A log that forgets: a target may run for weeks. It keeps the last `size` entries. */
export function ringLog(clock: Clock, size = 500): TraceLog {
  let entries: TraceEntry[] = [];
  let seq = 0;
  return {
    get entries() {
      return entries;
    },
    append(entry: NewEntry) {
      const stamped = { seq, at: clock.now(), clock: clock.now(), ...entry } as TraceEntry;
      seq += 1;
      entries.push(stamped);
      if (entries.length > 2 * size) entries = entries.slice(-size);
      return stamped;
    },
    ofFlow: (flow) => entries.filter((entry) => entry.flow === flow),
    close: () => {},
  };
}
