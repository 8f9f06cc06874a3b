/**
 * HTTP as data. Mocks, checks and the trace know only these shapes; sockets live in `mocks/http` and `core/system`.
 */

export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface HttpRequest {
  readonly method: string;
  /** Absolute URL as it was requested, query included. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** Why a request got no complete response. `too-large` and `timeout` are caps of the harness, see SECURITY in docs. */
export type TransportFailure =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'dns'
  | 'tls'
  | 'too-large'
  | 'too-many-redirects'
  | 'malformed'
  | 'blocked';

/** The only error that an HttpClient throws. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  constructor(failure: TransportFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** First value of a header, name compared without case; undefined if absent. */
export function header(headers: HeaderList, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** All values of a header, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
}

/** Media type of the Content-Type header: lower case, without parameters; undefined if absent. */
export function mediaType(headers: HeaderList): string | undefined {
  return header(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text. */
export function utf8(value: string): Uint8Array {
  return encoder.encode(value);
}

/** Text of UTF-8 bytes; malformed sequences become U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const NO_STORE = ['cache-control', 'no-store'] as const;

/** A JSON response, `no-store` unless the caller's headers say otherwise. */
export function jsonResponse(status: number, value: unknown, headers: HeaderList = []): HttpResponse {
  return {
    status,
    headers: [['content-type', 'application/json'], NO_STORE, ...headers],
    body: utf8(JSON.stringify(value)),
  };
}

/** A text response of any media type, `no-store`. */
export function textResponse(status: number, type: string, value: string, headers: HeaderList = []): HttpResponse {
  return { status, headers: [['content-type', type], NO_STORE, ...headers], body: utf8(value) };
}
