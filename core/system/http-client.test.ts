import { createServer as createHttp } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { TransportError, fromUtf8, header, utf8 } from '../http.ts';
import type { HttpRequest } from '../http.ts';
import type { HttpLimits } from '../ports.ts';
import { followRedirects } from './follow-redirects.ts';
import { undiciClient } from './http-client.ts';
import { isPrivateAddress } from './private-addresses.ts';

const client = undiciClient({ timeoutMs: 5_000 });
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => client.close());

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that speaks HTTP. */
function web(listener: RequestListener): Promise<string> {
  return listening(createHttp(listener));
}

/** A server that answers whatever bytes it likes. */
function raw(answer: (socket: Socket, request: string) => void): Promise<string> {
  return listening(
    createTcp((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => answer(socket, data.toString('latin1')));
    }),
  );
}

function get(url: string): HttpRequest {
  return { method: 'GET', url, headers: [], body: new Uint8Array() };
}

async function failure(url: string, limits?: HttpLimits): Promise<{ failure: string; message: string; ms: number }> {
  const start = performance.now();
  const error: unknown = await client.send(get(url), limits).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TransportError)) throw new Error(`expected a TransportError, got ${String(error)}`);
  return { failure: error.failure, message: error.message, ms: performance.now() - start };
}

describe('what leaves and what comes back', () => {
  test('headers keep order and case both ways, and none is added but the transport’s', async () => {
    let seen: string[] = [];
    const url = await web((request, response) => {
      seen = request.rawHeaders;
      response.sendDate = false;
      response.writeHead(201, ['X-One', '1', 'x-two', '2', 'X-One', '3', 'Content-Length', '2']);
      response.end('ok');
    });
    const response = await client.send({
      method: 'POST',
      url: `${url}/p?a=%20b#fragment`,
      headers: [
        ['DPoP', 'x'],
        ['authorization', 'DPoP y'],
        ['X-Again', '1'],
        ['X-Again', '2'],
      ],
      body: utf8('body'),
    });
    const names = seen.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(['host', 'connection', 'DPoP', 'authorization', 'X-Again', 'X-Again', 'content-length']);
    expect(response.status).toBe(201);
    expect(response.headers.slice(0, 3)).toEqual([
      ['X-One', '1'],
      ['x-two', '2'],
      ['X-One', '3'],
    ]);
    expect(fromUtf8(response.body)).toBe('ok');
  });

  test('user agent and headers of the options are sent unless the request has its own', async () => {
    const seen: (string | undefined)[][] = [];
    const url = await web((request, response) => {
      seen.push([request.headers['user-agent'], request.headers['x-key'] as string]);
      response.end();
    });
    const own = undiciClient({ userAgent: 'touchstone', headers: [['X-Key', 'k']] });
    await own.send(get(url));
    await own.send({ ...get(url), headers: [['User-Agent', 'wallet']] });
    await own.close();
    expect(seen).toEqual([
      ['touchstone', 'k'],
      ['wallet', 'k'],
    ]);
  });

  test('connections are reused, redirects are not followed', async () => {
    const sockets = new Set<Socket>();
    const url = await web((request, response) => {
      sockets.add(request.socket);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    for (let call = 0; call < 10; call += 1) expect((await client.send(get(url))).status).toBe(302);
    // The client lets a connection rest for one turn of the event loop, so two take turns.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('a content coding that nobody asked for is undone, a bomb is not', async () => {
    const url = await web((request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(request.url === '/bomb' ? gzipSync(Buffer.alloc(50_000_000)) : gzipSync('{"a":1}'));
    });
    expect(fromUtf8((await client.send(get(url))).body)).toBe('{"a":1}');
    expect((await failure(`${url}/bomb`)).failure).toBe('too-large');
  });

  test('a body at the cap passes, one byte more does not', async () => {
    const url = await web((request, response) => {
      response.end(Buffer.alloc(request.url === '/more' ? 1001 : 1000));
    });
    expect((await client.send(get(url), { maxBytes: 1000 })).body).toHaveLength(1000);
    expect((await failure(`${url}/more`, { maxBytes: 1000 })).failure).toBe('too-large');
  });
});

describe('hostile servers: a named failure in bounded time', () => {
  test('a body of 1 GB is given up at once when it is announced, and at the cap when it is not', async () => {
    let sent = 0;
    const url = await web((request, response) => {
      if (request.url === '/announced') response.setHeader('Content-Length', 1_000_000_000);
      const megabyte = Buffer.alloc(1_000_000);
      const pump = (): void => {
        while (sent < 1e9 && !response.destroyed) {
          sent += megabyte.length;
          if (!response.write(megabyte)) {
            response.once('drain', pump);
            return;
          }
        }
      };
      pump();
    });
    for (const path of ['/announced', '/chunked']) {
      sent = 0;
      const result = await failure(`${url}${path}`);
      expect(result.failure).toBe('too-large');
      expect(result.ms).toBeLessThan(3_000);
      expect(sent).toBeLessThan(100_000_000);
    }
  });

  test('a body that never ends, drop by drop, is given up at the deadline', async () => {
    const url = await web((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const result = await failure(url, { timeoutMs: 300 });
    expect(result).toMatchObject({ failure: 'timeout' });
    expect(result.message).toContain('unfinished');
    expect(result.ms).toBeLessThan(1_500);
  });

  test('a header that never ends, drop by drop, is given up at the deadline', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-');
      const timer = setInterval(() => socket.write('a'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await failure(url, { timeoutMs: 300 })).toMatchObject({ failure: 'timeout' });
  });

  test.each([
    ['silence', (): void => {}, 'timeout'],
    ['a closed socket', (socket: Socket): void => void socket.end(), 'reset'],
    ['a reset', (socket: Socket): void => void socket.resetAndDestroy(), 'reset'],
    ['no HTTP', (socket: Socket): void => void socket.end('hello, this is no HTTP\r\n\r\n'), 'malformed'],
    [
      'a bad chunk',
      (socket: Socket): void =>
        void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'),
      'malformed',
    ],
    [
      'a body shorter than announced',
      (socket: Socket): void => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
      'reset',
    ],
    [
      'headers without end',
      (socket: Socket): void => void socket.write(`HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaa\r\n'.repeat(10_000)}`),
      'too-large',
    ],
    [
      'corrupt gzip',
      (socket: Socket): void =>
        void socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello'),
      'malformed',
    ],
    [
      'an upgrade that nobody asked for',
      (socket: Socket): void => void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'),
      'reset',
    ],
  ])('%s', async (_name, answer, expected) => {
    const url = await raw(answer);
    const result = await failure(url, { timeoutMs: 500 });
    expect(result.failure).toBe(expected);
    expect(result.ms).toBeLessThan(2_000);
    expect(result.message).toContain('127.0.0.1');
  });

  test('informational answers come before the real one', async () => {
    const url = await raw(
      (socket) =>
        void socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
    const response = await client.send(get(url));
    expect([response.status, fromUtf8(response.body)]).toEqual([200, 'ok']);
    expect(header(response.headers, 'link')).toBeUndefined();
  });

  test('nobody listens, no such name, no URL, another scheme, an impossible header', async () => {
    const url = await web((_request, response) => void response.end());
    for (const close of closers.splice(0)) close();
    expect((await failure(url)).failure).toBe('refused');
    expect((await failure('http://no-such-host.invalid/')).failure).toBe('dns');
    expect((await failure('not a url')).failure).toBe('malformed');
    expect((await failure('file:///etc/passwd')).failure).toBe('blocked');
    const bad = client.send({ ...get(url), headers: [['X-A', 'a\r\nX-B: b']] });
    await expect(bad).rejects.toMatchObject({ failure: 'malformed' });
  });

  test('plain HTTP where TLS was wanted', async () => {
    const url = await raw((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    expect((await failure(url.replace('http:', 'https:'))).failure).toBe('tls');
  });
});

describe('private addresses', () => {
  test.each([
    ['127.0.0.1', true],
    ['[::1]', true],
    ['::ffff:10.0.0.1', true],
    ['169.254.169.254', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['8.8.8.8', false],
    ['2001:4860:4860::8888', false],
    ['localhost', false],
  ])('%s: %s', (address, expected) => {
    expect(isPrivateAddress(address)).toBe(expected);
  });

  test('are blocked by literal and by name, unless excepted', async () => {
    const url = await web((_request, response) => void response.end('ok'));
    const careful = undiciClient({ blockPrivate: true });
    const named = url.replace('127.0.0.1', 'localhost');
    await expect(careful.send(get(url))).rejects.toMatchObject({ failure: 'blocked' });
    await expect(careful.send(get(named))).rejects.toMatchObject({ failure: 'blocked' });
    const open = undiciClient({ blockPrivate: { except: ['localhost'] } });
    expect((await open.send(get(named))).status).toBe(200);
    await Promise.all([careful.close(), open.close()]);
  });
});

describe('followRedirects', () => {
  const follow = (request: HttpRequest) => followRedirects((each) => client.send(each), request);

  test('a circle and an endless chain end with too-many-redirects', async () => {
    let calls = 0;
    const url = await web((request, response) => {
      calls += 1;
      const to = request.url?.startsWith('/chain') === true ? `/chain${calls}` : request.url === '/a' ? '/b' : '/a';
      response.writeHead(302, { location: to }).end();
    });
    await expect(follow(get(`${url}/a`))).rejects.toMatchObject({ failure: 'too-many-redirects' });
    await expect(follow(get(`${url}/chain`))).rejects.toMatchObject({ failure: 'too-many-redirects' });
    expect(calls).toBeLessThan(12);
  });

  test('another origin gets no credentials; 303 becomes GET, 307 keeps the body', async () => {
    const seen: { path: string; method: string; authorization: string | undefined; body: string }[] = [];
    const record: RequestListener = (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const { url: path = '', method = '', headers } = request;
        seen.push({ path, method, authorization: headers.authorization, body });
        if (path === '/303') response.writeHead(303, { location: `${other}/end` }).end();
        else if (path === '/307') response.writeHead(307, { location: '/end' }).end();
        else response.end('end');
      });
    };
    const other = await web(record);
    const url = await web(record);
    const post = (path: string): HttpRequest => ({
      method: 'POST',
      url: `${url}${path}`,
      headers: [['authorization', 'Bearer x']],
      body: utf8('a=b'),
    });
    expect((await follow(post('/303'))).via).toEqual([`${url}/303`]);
    expect((await follow(post('/307'))).url).toBe(`${url}/end`);
    expect(seen.filter(({ path }) => path === '/end')).toEqual([
      { path: '/end', method: 'GET', authorization: undefined, body: '' },
      { path: '/end', method: 'POST', authorization: 'Bearer x', body: 'a=b' },
    ]);
  });
});
