import type { HttpRequest, HttpResponse } from '../http.ts';
import { TransportError, header } from '../http.ts';
import { where } from './transport-error.ts';

export interface Followed {
  readonly response: HttpResponse;
  /** URL that gave the response. */
  readonly url: string;
  /** URLs that were asked before, in order. */
  readonly via: readonly string[];
}

/** Request headers that belong to the first host only. */
const BOUND_TO_HOST = new Set(['authorization', 'dpop', 'cookie', 'proxy-authorization', 'host']);

/**
 * Sends a request and follows its redirects (RFC 9110 section 15.4) with `send`, one recorded call each, at most `max` times (default 5).
 * 307 and 308 repeat method and body, the others become a GET. Another origin gets no credentials.
 * Throws TransportError `too-many-redirects` for too many or a circle, `blocked` for a step from https to anything else.
 * A redirect without a usable Location is given back as it is.
 */
export async function followRedirects(
  send: (request: HttpRequest) => Promise<HttpResponse>,
  request: HttpRequest,
  max = 5,
): Promise<Followed> {
  const via: string[] = [];
  let current = request;
  for (;;) {
    const response = await send(current);
    const next = redirected(current, response);
    if (next === undefined) return { response, url: current.url, via };
    via.push(current.url);
    if (via.length > max || (next.method === current.method && via.includes(next.url))) {
      throw new TransportError(
        'too-many-redirects',
        `too-many-redirects: ${where(request.url)} redirected ${via.length} times, in the end to ${where(next.url)}`,
      );
    }
    if (current.url.startsWith('https:') && !next.url.startsWith('https:')) {
      throw new TransportError('blocked', `blocked: ${where(current.url)} redirects from https to ${where(next.url)}`);
    }
    current = next;
  }
}

function redirected(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = header(response.headers, 'location');
  if (location === undefined || !URL.canParse(location, request.url)) return undefined;
  const target = new URL(location, request.url);
  const sameOrigin = target.origin === new URL(request.url).origin;
  const keepsBody = response.status === 307 || response.status === 308;
  const headers = request.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (!sameOrigin && BOUND_TO_HOST.has(lower)) return false;
    return keepsBody || !lower.startsWith('content-');
  });
  const method = keepsBody || request.method === 'HEAD' ? request.method : 'GET';
  return { method, url: target.href, headers, body: keepsBody ? request.body : new Uint8Array() };
}
