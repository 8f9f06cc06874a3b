import type { Clock } from '../ports.ts';

/** The machine's clock. */
export function systemClock(): Clock {
  return { now: () => Date.now(), sleep: realSleep };
}

/** A clock that shows another time than the machine's, but runs at the same pace: sleeping really waits. */
export interface OffsetClock extends Clock {
  /** Moves the shown time by `ms` (may be negative); sleepers are not woken. */
  move(ms: number): void;
}

/** `base` shifted by `offsetMs`: the way to run everything 400 days from now. */
export function offsetClock(base: Clock, offsetMs: number): OffsetClock {
  let offset = offsetMs;
  return {
    now: () => base.now() + offset,
    sleep: (ms, signal) => base.sleep(ms, signal),
    move: (ms) => {
      offset += ms;
    },
  };
}

/** A clock that stands still until somebody moves it. */
export interface ManualClock extends Clock {
  /** Moves forward by `ms` and wakes, in the order of their deadlines, those who have slept long enough. */
  advance(ms: number): void;
  /** Shows this time (ms since the epoch). Going back wakes nobody. */
  set(time: number): void;
  /** Number of sleepers, for tests. */
  readonly sleeping: number;
}

/**
 * A clock for tests and in-memory flows, starting at `start` (ms since the epoch).
 * `sleep: 'wait'` (default) sleeps until the clock is moved; `sleep: 'jump'` moves the clock by itself, so that polling costs no time.
 * A jumping clock is wrong for deadlines that race against work: they would fire at once.
 */
export function manualClock(start: number, options: { readonly sleep?: 'wait' | 'jump' } = {}): ManualClock {
  let time = start;
  let sleepers: { readonly deadline: number; readonly wake: () => void }[] = [];

  const set = (to: number): void => {
    time = to;
    const due = sleepers.filter(({ deadline }) => deadline <= time).sort((a, b) => a.deadline - b.deadline);
    sleepers = sleepers.filter(({ deadline }) => deadline > time);
    for (const { wake } of due) wake();
  };

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      if (ms <= 0 || options.sleep === 'jump') {
        if (ms > 0) set(time + ms);
        resolve();
        return;
      }
      const abort = (): void => {
        sleepers = sleepers.filter((other) => other !== sleeper);
        reject(reasonOf(signal));
      };
      const sleeper = {
        deadline: time + ms,
        wake: (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      sleepers.push(sleeper);
    });

  return {
    now: () => time,
    sleep,
    advance: (ms) => set(time + ms),
    set,
    get sleeping() {
      return sleepers.length;
    },
  };
}

/** Longest delay of a timer; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal));
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
      Math.min(Math.max(0, ms), LONGEST_TIMER),
    );
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('cancelled');
}
