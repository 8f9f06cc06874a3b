import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A hostile system on loopback: it passes requests on to a sound one, but for paths that match, which get something that no system
 * should send. Thus an attack can sit at any depth of a flow.
 */

/** What is sent in place of, or made of, the sound answer. */
export type Attack =
  | 'not-found'
  | 'reset'
  | 'gigabyte'
  | 'gigabyte-unannounced'
  | 'endless-drip'
  | 'redirect-circle'
  | 'html'
  | 'nested'
  | 'proto'
  | 'strings'
  | 'error-strings'
  | 'huge-jwt';

export const ATTACKS: readonly Attack[] = [
  'not-found',
  'reset',
  'gigabyte',
  'gigabyte-unannounced',
  'endless-drip',
  'redirect-circle',
  'html',
  'nested',
  'proto',
  'strings',
  'error-strings',
  'huge-jwt',
];

/** Escapes of terminals (title, colour, clear), a script, quotes, a bidi override and a lone surrogate. */
export const POISON = '\u001b]0;owned\u0007\u001b[2J\u009b31m<script>alert(1)</script>"\'`&]]>\u202e\ud800|';

export interface HostileProxy {
  readonly url: string;
  /** Where sound answers come from; to be set before the first request. */
  upstream: string;
  /** Body bytes that were handed to the socket by attacks. */
  readonly sent: number;
  close(): Promise<void>;
}

const GIGABYTE = 1_000_000_000;
const CHUNK = Buffer.alloc(64 * 1024, 0x20);

/** Starts the proxy; requests whose path matches `where` are attacked. */
export async function hostileProxy(attack: Attack, where: RegExp): Promise<HostileProxy> {
  let sent = 0;
  const flood = (response: ServerResponse, total: number): void => {
    const pump = (): void => {
      while (sent < total && !response.destroyed) {
        sent += CHUNK.length;
        if (!response.write(CHUNK)) {
          response.once('drain', pump);
          return;
        }
      }
    };
    pump();
  };
  const strike = (request: IncomingMessage, response: ServerResponse): boolean => {
    switch (attack) {
      case 'not-found':
        response.writeHead(404).end();
        return true;
      case 'reset':
        request.socket.resetAndDestroy();
        return true;
      case 'gigabyte':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': GIGABYTE });
        flood(response, GIGABYTE);
        return true;
      case 'gigabyte-unannounced':
        response.writeHead(200, { 'content-type': 'application/json' });
        flood(response, GIGABYTE);
        return true;
      case 'endless-drip': {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
        return true;
      }
      case 'redirect-circle':
        response.writeHead(302, { location: request.url ?? '/' }).end();
        return true;
      case 'html':
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Login</title><script>alert(1)</script><p>Please log in');
        return true;
      case 'nested':
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)}`);
        return true;
      case 'error-strings':
        response
          .writeHead(400, { 'content-type': 'application/json', 'x-error': '<script>alert(1)</script>' })
          .end(JSON.stringify({ error: POISON, error_description: POISON, [POISON]: POISON }));
        return true;
      default:
        return false;
    }
  };
  const server = createServer((request, response) => {
    const struck = where.test(request.url ?? '/');
    request.on('error', () => {});
    response.on('error', () => {});
    if (struck && strike(request, response)) {
      request.resume();
      return;
    }
    forward(proxy.upstream, request, response, struck ? attack : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const proxy: HostileProxy = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    upstream: '',
    get sent() {
      return sent;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function forward(
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
  attack: Attack | undefined,
): void {
  const { hostname, port } = new URL(upstream);
  const onward = httpRequest(
    { hostname, port, path: request.url, method: request.method, headers: request.headers, agent: false },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body =
          attack === undefined ? Buffer.concat(chunks) : Buffer.from(poisoned(Buffer.concat(chunks), attack));
        const { 'content-length': _length, 'transfer-encoding': _coding, ...headers } = answer.headers;
        response.writeHead(answer.statusCode ?? 500, headers).end(body);
      });
    },
  );
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** A JWT whose payload is made 5 MB long; its signature is no longer right. */
function huge(jwt: string): string {
  const [header = '', payload = '', ...rest] = jwt.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const padded = JSON.stringify({ ...claims, padding: 'x'.repeat(5_000_000) });
  return [header, Buffer.from(padded).toString('base64url'), ...rest].join('.');
}

/** A JSON body with hostile members, or a JWT in it that is huge; anything else as it is. */
function poisoned(body: Buffer, attack: Attack): string {
  const text = body.toString();
  if (attack === 'huge-jwt') return text.replaceAll(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/gu, huge);
  if (!text.startsWith('{')) return text;
  if (attack === 'strings') {
    // Values that the protocol needs stay usable: new members and descriptions are poisoned, and every name that is free.
    const value = JSON.parse(text) as Record<string, unknown>;
    const display = [{ name: POISON, locale: POISON, logo: { uri: `javascript:alert(1)//${POISON}` } }];
    return JSON.stringify({ ...value, display, error_description: POISON, [POISON]: { [POISON]: [POISON] } });
  }
  const members =
    '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":1';
  return text === '{}' ? `{${members}}` : `{${members},${text.slice(1)}`;
}
