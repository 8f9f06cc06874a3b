import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { HeaderList, HttpRequest } from '../../core/http.ts';
import { header, textResponse } from '../../core/http.ts';
import type { Clock } from '../../core/ports.ts';
import type { Serve, ServedResponse } from './response.ts';
import { send } from './send.ts';

export interface ListenOptions {
  /** Address to listen on. Default 127.0.0.1: nobody else's. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Certificate chain and private key, PEM: then it speaks https. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The only source of the URLs that requests are given (never the Host header). Default: scheme, host and port of the listener. */
  readonly publicUrl?: string;
  /** Time of the Date header; default the machine's. */
  readonly clock?: Clock;
  /** Request body, bytes; more is answered with 413. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Told what cannot be told to the client: requests that are no HTTP, exceptions of the handler. */
  readonly onError?: (reason: string) => void;
}

export interface Listener {
  /** Public base URL, without trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Closes the listener and all connections. */
  close(): Promise<void>;
}

const MAX_BYTES = 10 * 1024 * 1024;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * An HTTP/1.1 server that hands raw requests to `serve` and sends its responses as they are: no router, no parser, no header of its own
 * but Date, Connection and, where the response has none, Content-Length. Rejects if the address cannot be used.
 */
export async function listen(serve: Serve, options: ListenOptions = {}): Promise<Listener> {
  const host = options.host ?? '127.0.0.1';
  let publicUrl = '';
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void answer(incoming, outgoing, serve, publicUrl, options);
  };
  const settings = { maxHeaderSize: 64 * 1024, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server: Server =
    options.tls === undefined
      ? createServer(settings, onRequest)
      : createTlsServer({ ...settings, cert: options.tls.cert, key: options.tls.key }, onRequest);
  server.on('clientError', (error: Error, socket: Socket) => {
    options.onError?.(`a request that is no HTTP: ${error.message}`);
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.on('tlsClientError', (error) => options.onError?.(`a TLS handshake failed: ${error.message}`));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  publicUrl = withoutSlash(options.publicUrl ?? `${options.tls ? 'https' : 'http'}://${callable(host)}:${port}`);
  return {
    url: publicUrl,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** A host that a client on this machine can call: "all addresses" is none. */
function callable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  serve: Serve,
  publicUrl: string,
  options: ListenOptions,
): Promise<void> {
  let response: ServedResponse;
  try {
    const url = publicUrlOf(incoming.url ?? '/', publicUrl);
    const body = url === undefined ? undefined : await readBody(incoming, options.maxBytes ?? MAX_BYTES);
    if (url === undefined) response = textResponse(400, 'text/plain', 'bad request target');
    else if (body === 'aborted' || body === undefined) return;
    else if (body === 'too-large') {
      response = textResponse(413, 'text/plain', 'the request body is too large', [['connection', 'close']]);
    } else {
      const request: HttpRequest = { method: incoming.method ?? 'GET', url, headers: pairs(incoming.rawHeaders), body };
      response = await serve(request);
    }
  } catch (error) {
    options.onError?.(`exception while answering: ${error instanceof Error ? error.message : String(error)}`);
    response = textResponse(500, 'text/plain', 'internal error');
  }
  const date = header(response.headers, 'date') === undefined ? now(options.clock) : undefined;
  try {
    await send(incoming, outgoing, response, date);
  } catch (error) {
    // Only a header that HTTP cannot carry gets here; the connection would hang otherwise.
    options.onError?.(`a response could not be sent: ${error instanceof Error ? error.message : String(error)}`);
    outgoing.destroy();
  }
}

function now(clock: Clock | undefined): string | undefined {
  return clock === undefined ? undefined : new Date(clock.now()).toUTCString();
}

/**
 * The absolute URL of a request target under the public URL. Where the public URL has a path and a proxy in front took it away,
 * it is put back; `/.well-known` stands at the root of the host in any case.
 */
export function publicUrlOf(target: string, publicUrl: string): string | undefined {
  let path = target;
  if (!path.startsWith('/')) {
    if (!URL.canParse(path)) return undefined;
    const absolute = new URL(path);
    path = `${absolute.pathname}${absolute.search}`;
  }
  const { origin, pathname } = new URL(publicUrl);
  const prefix = withoutSlash(pathname);
  const complete =
    prefix === '' || path === prefix || path.startsWith(`${prefix}/`) || path.startsWith('/.well-known/');
  const url = `${origin}${complete ? '' : prefix}${path}`;
  return URL.canParse(url) ? url : undefined;
}

function pairs(raw: readonly string[]): HeaderList {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) headers.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return headers;
}

function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        // What still comes is not read; the answer says "connection: close".
        incoming.pause();
        resolve('too-large');
      }
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks, size)));
    incoming.on('error', () => resolve('aborted'));
    incoming.on('close', () => resolve('aborted'));
  });
}
