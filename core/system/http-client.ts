import { createSecureContext, rootCertificates } from 'node:tls';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { HeaderList, HttpRequest, HttpResponse } from '../http.ts';
import { TransportError, header } from '../http.ts';
import type { HttpClient, HttpLimits } from '../ports.ts';
import { isPrivateAddress, publicLookup } from './private-addresses.ts';
import { toTransportError, where } from './transport-error.ts';

export interface HttpClientOptions {
  /** Sent as `user-agent` where the request has none of its own. Default: none is sent. */
  readonly userAgent?: string;
  /** Sent with every request that does not have a header of that name (a sandbox's API key, for example). */
  readonly headers?: HeaderList;
  /** Root certificates (PEM) that are trusted beside the well-known ones. */
  readonly ca?: readonly string[];
  /** Refuse loopback, private and reserved addresses with `blocked`; `except` names hosts that are called all the same. */
  readonly blockPrivate?: boolean | { readonly except: readonly string[] };
  /** Whole exchange, ms, where a call says nothing. Default 30 000. */
  readonly timeoutMs?: number;
  /** Response body, bytes, where a call says nothing. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Response headers, bytes. Default 64 KiB. */
  readonly maxHeaderBytes?: number;
}

export interface ClosableHttpClient extends HttpClient {
  /** Closes idle and busy connections; calls under way fail with `reset`. */
  close(): Promise<void>;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** Idle connections are given up early: a server that closes one just then would look as if it had crashed. */
const KEEP_ALIVE_MS = 2_000;

/**
 * HTTP/1.1 over undici. Redirects are answers like any other. Connections are reused. Header order and case are kept both ways;
 * `host`, `connection` and `content-length` are the transport's, and nothing else is added but what the options say.
 * The body is given without its content coding (gzip, deflate, br), since a server may apply one that nobody asked for;
 * the caps hold for both the coded and the plain body.
 * Every failure is a TransportError whose message names the host and the reason, never the whole URL.
 */
export function undiciClient(options: HttpClientOptions = {}): ClosableHttpClient {
  const agent = new Agent({
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    // The one deadline of an exchange is ours; the parser's own would only blur which cap was hit.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: 10 * KEEP_ALIVE_MS,
    connect: connectOptions(options),
  });
  return {
    send: (request, limits) => exchange(agent, options, request, limits),
    close: () => agent.destroy(),
  };
}

function connectOptions(options: HttpClientOptions) {
  return {
    timeout: CONNECT_TIMEOUT_MS,
    autoSelectFamily: true,
    ...(options.ca === undefined || options.ca.length === 0
      ? {}
      : { secureContext: createSecureContext({ ca: [...rootCertificates, ...options.ca] }) }),
    ...(isBlocking(options) ? { lookup: publicLookup(exceptions(options)) } : {}),
  };
}

function isBlocking(options: HttpClientOptions): boolean {
  return options.blockPrivate !== undefined && options.blockPrivate !== false;
}

function exceptions(options: HttpClientOptions): ReadonlySet<string> {
  return new Set(typeof options.blockPrivate === 'object' ? options.blockPrivate.except : []);
}

/** Where a request goes. Throws TransportError for what is not an absolute http(s) URL, or is blocked. */
function destination(url: string, options: HttpClientOptions): { readonly origin: string; readonly path: string } {
  if (!URL.canParse(url)) throw new TransportError('malformed', `malformed: not an absolute URL: ${where(url)}`);
  const { protocol, origin, hostname, pathname, search } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TransportError('blocked', `blocked: only http and https are called, not ${protocol}`);
  }
  if (isBlocking(options) && isPrivateAddress(hostname) && !exceptions(options).has(hostname)) {
    throw new TransportError('blocked', `blocked: ${where(url)} is a private address`);
  }
  return { origin, path: `${pathname}${search}` };
}

function requestHeaders(request: HttpRequest, options: HttpClientOptions): string[] {
  const headers: string[] = [];
  for (const [name, value] of request.headers) headers.push(name, value);
  const added: HeaderList = [
    ...(options.userAgent === undefined ? [] : [['user-agent', options.userAgent] as const]),
    ...(options.headers ?? []),
  ];
  for (const [name, value] of added) {
    if (header(request.headers, name) === undefined) headers.push(name, value);
  }
  return headers;
}

function exchange(
  agent: Agent,
  options: HttpClientOptions,
  request: HttpRequest,
  limits: HttpLimits = {},
): Promise<HttpResponse> {
  const timeoutMs = limits.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxBytes = limits.maxBytes ?? options.maxBytes ?? DEFAULT_MAX_BYTES;
  return new Promise((resolve, reject) => {
    const { origin, path } = destination(request.url, options);
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let headers: HeaderList = [];
    const chunks: Uint8Array[] = [];
    let size = 0;

    const settle = (): boolean => {
      const first = !settled;
      settled = true;
      clearTimeout(timer);
      return first;
    };
    const fail = (error: TransportError): void => {
      if (settle()) reject(error);
      controller?.abort(error);
    };
    const tooLarge = (): void =>
      fail(
        new TransportError('too-large', `too-large: ${where(request.url)} sent a body of more than ${maxBytes} bytes`),
      );
    const timer = setTimeout(() => {
      const got = status === 0 ? 'no answer' : `an unfinished answer (status ${status}, ${size} bytes)`;
      fail(new TransportError('timeout', `timeout: ${got} from ${where(request.url)} after ${timeoutMs} ms`));
    }, timeoutMs);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        // The deadline passed while the request waited for a connection.
        if (settled) started.abort(new Error('cancelled'));
      },
      onResponseStart: (started, statusCode) => {
        if (statusCode < 200) return;
        status = statusCode;
        headers = readRawHeaders(started.rawHeaders);
        const announced = Number(header(headers, 'content-length'));
        if (request.method !== 'HEAD' && announced > maxBytes) tooLarge();
      },
      onResponseData: (_controller, chunk) => {
        size += chunk.length;
        if (size > maxBytes) tooLarge();
        else chunks.push(chunk);
      },
      onResponseEnd: () => {
        if (!settle()) return;
        try {
          resolve({ status, headers, body: plainBody(join(chunks, size), headers, maxBytes, request.url) });
        } catch (error) {
          reject(toTransportError(error, request.url));
        }
      },
      onResponseError: (_controller, error) => fail(toTransportError(error, request.url)),
    };

    try {
      agent.dispatch(
        {
          origin,
          path,
          // Any method may be sent: faults use wrong ones.
          method: request.method,
          headers: requestHeaders(request, options),
          body: request.body.length === 0 ? null : request.body,
        },
        handler,
      );
    } catch (error) {
      fail(toTransportError(error, request.url));
    }
  });
}

/** Header lines as they came. Header bytes are latin1 on the wire (RFC 9110 section 5.5). */
function readRawHeaders(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  const headers: [string, string][] = [];
  if (!Array.isArray(raw)) return headers;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([latin1(raw[index]), latin1(raw[index + 1])]);
  }
  return headers;
}

function latin1(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const only = chunks[0];
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
}

function plainBody(body: Uint8Array, headers: HeaderList, maxBytes: number, url: string): Uint8Array {
  const codings = header(headers, 'content-encoding')?.toLowerCase().split(',') ?? [];
  let plain = body;
  for (const coding of codings.reverse()) {
    if (plain.length === 0) break;
    plain = decode(coding.trim(), plain, maxBytes, url);
  }
  return plain;
}

function decode(coding: string, body: Uint8Array, maxBytes: number, url: string): Uint8Array {
  const cap = { maxOutputLength: maxBytes };
  try {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, cap);
      case 'br':
        return brotliDecompressSync(body, cap);
      case 'deflate':
        // Half of the world sends deflate without the zlib wrapper that RFC 9110 section 8.4.1.2 asks for.
        return ((body[0] ?? 0) & 0x0f) === 8 ? inflateSync(body, cap) : inflateRawSync(body, cap);
      default:
        return body;
    }
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw isBomb
      ? new TransportError('too-large', `too-large: ${where(url)} sent a ${coding} body of more than ${maxBytes} bytes`)
      : new TransportError('malformed', `malformed: ${where(url)} sent a ${coding} body that cannot be decoded`);
  }
}
