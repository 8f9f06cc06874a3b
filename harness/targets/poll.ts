import type { DriverContext } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { OutcomeAnswer, OutcomeNames } from '../configuration/types.ts';
import { outcomeIn } from './answers.ts';
import type { ReadOutcome } from './answers.ts';

const INTERVAL_MS = 500;
/** The first questions come soon after each other: a machine has its result at once. */
const FIRST_MS = 20;

export interface Final {
  readonly outcome: Outcome;
  readonly detail?: string;
  readonly claims?: unknown;
}

/** Asks until the outcome is final, or the signal fires: then it is `unknown`. Intervals grow from 20 ms to `intervalMs`. */
export async function pollOutcome(
  ask: () => Promise<unknown>,
  reading: { readonly answer?: OutcomeAnswer; readonly outcomes?: OutcomeNames; readonly interval?: number },
  { ports, signal }: DriverContext,
): Promise<Final> {
  const longest = reading.interval ?? INTERVAL_MS;
  let pause = Math.min(FIRST_MS, longest);
  for (;;) {
    let read: ReadOutcome;
    try {
      read = outcomeIn(await ask(), reading.answer ?? {}, reading.outcomes);
      const { outcome, ...rest } = read;
      if (outcome !== 'pending') return { outcome, ...rest };
      await ports.clock.sleep(pause, signal);
    } catch (error) {
      if (signal.aborted) return { outcome: 'unknown', detail: 'the target had no result when the time was over' };
      if (error instanceof DriverError) throw error;
      throw new DriverError('malformed', String(error), { cause: error });
    }
    pause = Math.min(pause * 2, longest);
  }
}
