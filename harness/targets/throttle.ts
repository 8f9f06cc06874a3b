import type { Clock, HttpClient } from '../../core/ports.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import { TransportError } from '../../core/http.ts';
import { StopError, shutOutBy } from './stop.ts';

export interface ThrottleLimits {
  /** Calls within any hour. */
  readonly callsPerHour?: number;
  /** ms between the starts of two calls. */
  readonly minInterval?: number;
  /** Longest wait for a free slot, ms; a longer one stops the run. Default: any. */
  readonly maxWaitMs?: number;
}

/** Keeps the calls to one target within what it bears, over all flows of a run. */
export interface Throttle {
  /** Waits until a call may start, and counts it. Throws StopError once the target has shut us out, DriverError `cancelled` by signal. */
  take(signal?: AbortSignal): Promise<void>;
  /** No further call: every `take` from now on throws this reason. The first reason stays. */
  stop(reason: string): void;
  /** Why the run must stop, if it must. */
  readonly stopped: StopError | undefined;
  /** Calls so far. */
  readonly calls: number;
}

const HOUR_MS = 3_600_000;

/** A throttle over a clock whose sleeping really waits. */
export function createThrottle(clock: Clock, limits: ThrottleLimits = {}): Throttle {
  const { callsPerHour, minInterval = 0, maxWaitMs = Number.POSITIVE_INFINITY } = limits;
  /** Starts that were given out within the last hour, some of them in the future. */
  let starts: number[] = [];
  let stopped: StopError | undefined;
  let calls = 0;

  const nextStart = (now: number): number => {
    const latest = starts.at(-1);
    let start = latest === undefined ? now : Math.max(now, latest + minInterval);
    if (callsPerHour === undefined) starts = starts.slice(-1);
    else {
      starts = starts.filter((time) => time > now - HOUR_MS);
      const limiting = starts.at(-callsPerHour);
      if (limiting !== undefined) start = Math.max(start, limiting + HOUR_MS);
    }
    return start;
  };

  return {
    async take(signal) {
      if (stopped !== undefined) throw stopped;
      const now = clock.now();
      const start = nextStart(now);
      if (start - now > maxWaitMs) {
        stopped ??= new StopError(`the target allows ${callsPerHour ?? 0} calls an hour, and they are used up`);
        throw stopped;
      }
      starts.push(start);
      calls += 1;
      if (start <= now) return;
      try {
        await clock.sleep(start - now, signal);
      } catch (error) {
        throw new DriverError('cancelled', 'cancelled while waiting for the next call to the target', { cause: error });
      }
      // It may have shut us out while we waited.
      if (stopped !== undefined) throw stopped;
    },
    stop: (reason) => {
      stopped ??= new StopError(`the target shut us out: ${reason}`);
    },
    get stopped() {
      return stopped;
    },
    get calls() {
      return calls;
    },
  };
}

/**
 * A client whose every call keeps to the throttle. A 429 or a firewall's page is still given back, since it belongs into the trace, but
 * stops the throttle. A call after that throws TransportError `blocked` with the StopError as its cause: nothing was sent.
 */
export function throttledClient(client: HttpClient, throttle: Throttle): HttpClient {
  return {
    send: async (request, limits) => {
      await throttle.take().catch((error: unknown) => {
        throw new TransportError('blocked', error instanceof Error ? error.message : String(error), { cause: error });
      });
      const response = await client.send(request, limits);
      const reason = shutOutBy(response);
      if (reason !== undefined) throttle.stop(reason);
      return response;
    },
  };
}

/** Flows at once: a wallet is one phone with one person before it, unless its owner says otherwise. */
export function flowsAtOnce(role: string, concurrency: number | undefined, workers: number): number {
  return Math.max(1, Math.min(workers, concurrency ?? (role === 'wallet' ? 1 : workers)));
}
