import type { HttpRequest, HttpResponse } from './http.ts';

/** Time. Milliseconds since the epoch. Bundled targets and tests pass a clock that they can move. */
export interface Clock {
  now(): number;
  /** Resolves after `ms` of this clock's time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness. A seeded implementation makes a run repeatable. */
export interface Random {
  bytes(length: number): Uint8Array;
}

export interface HttpLimits {
  /** Whole exchange, milliseconds. */
  readonly timeoutMs?: number;
  /** Response body, bytes; beyond it the response is abandoned with `too-large`. */
  readonly maxBytes?: number;
}

/** Sends one request and does not follow redirects. Throws TransportError only. */
export interface HttpClient {
  send(request: HttpRequest, limits?: HttpLimits): Promise<HttpResponse>;
}

/** What every mock and driver gets from outside. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: HttpClient;
}

/** URL-safe random identifier of `bytes` bytes of entropy (default 128 bit). */
export function randomId(random: Random, bytes = 16): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url');
}
