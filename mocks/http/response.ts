import type { HttpRequest, HttpResponse } from '../../core/http.ts';

/**
 * What the adapter does to the connection instead of, or beside, answering. In-memory networks do not act on it.
 * - `hang`: takes the request and never answers.
 * - `close`: closes the connection without an answer; `reset`: the same with a TCP reset.
 * - `endless-body`: status and headers, then the body again and again, for ever (until the other side gives up).
 * - `huge-body`: status and headers, then the body repeated up to `bytes`, as fast as it is read.
 * - `truncated`: announces the whole body, sends half of it and closes.
 */
export type TransportFault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'close' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'endless-body' }
  | { readonly kind: 'huge-body'; readonly bytes: number }
  | { readonly kind: 'truncated' };

/** A response of a mock, possibly with a fault of the transport. */
export interface ServedResponse extends HttpResponse {
  readonly transport?: TransportFault;
}

/** Answers one request. */
export type Serve = (request: HttpRequest) => Promise<ServedResponse>;
