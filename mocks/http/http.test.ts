import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fromUtf8, header, jsonResponse, utf8 } from '../../core/http.ts';
import type { HttpRequest } from '../../core/http.ts';
import type { ServerMock } from '../../core/flow.ts';
import { manualClock, systemClock } from '../../core/system/clock.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import { systemRandom } from '../../core/system/random.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import { listen, publicUrlOf } from './listen.ts';
import type { ListenOptions, Listener } from './listen.ts';
import type { Serve, ServedResponse, TransportFault } from './response.ts';
import { recorded, router } from './router.ts';

const client = undiciClient({ timeoutMs: 400, maxBytes: 1_000_000 });
const open: Listener[] = [];

async function start(serve: Serve, options: ListenOptions = {}): Promise<Listener> {
  const listener = await listen(serve, options);
  open.push(listener);
  return listener;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

function request(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: [], body: new Uint8Array(), ...rest };
}

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.on('data', (data) => (received += data.toString('latin1')));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

describe('listen', () => {
  test('gives raw headers and bytes under the public URL, whatever Host says, and sends the response as it is', async () => {
    let seen: HttpRequest | undefined;
    const { port } = await start(
      async (incoming) => {
        seen = incoming;
        return {
          status: 202,
          headers: [
            ['X-A', '1'],
            ['x-a', '2'],
          ],
          body: utf8('ok'),
        };
      },
      { publicUrl: 'https://wallet.example', clock: manualClock(Date.UTC(2030, 0, 1)) },
    );
    const answer = await raw(
      port,
      'POST /a%2Fb?c=d HTTP/1.1\r\nHost: evil.example\r\nX-Case: 1\r\nx-case: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\xff\xfe\xfd',
    );
    expect(seen?.url).toBe('https://wallet.example/a%2Fb?c=d');
    expect(seen?.headers.slice(0, 3)).toEqual([
      ['Host', 'evil.example'],
      ['X-Case', '1'],
      ['x-case', '2'],
    ]);
    expect([...(seen?.body ?? [])]).toEqual([0xff, 0xfe, 0xfd]);
    expect(answer.split('\r\n').slice(0, 5)).toEqual([
      'HTTP/1.1 202 Accepted',
      'X-A: 1',
      'x-a: 2',
      'date: Tue, 01 Jan 2030 00:00:00 GMT',
      'content-length: 2',
    ]);
  });

  test.each([
    ['/x', 'https://h.example', 'https://h.example/x'],
    ['/x?y', 'https://h.example/t', 'https://h.example/t/x?y'],
    ['/t/x', 'https://h.example/t/', 'https://h.example/t/x'],
    ['/tx', 'https://h.example/t', 'https://h.example/t/tx'],
    ['/.well-known/a/t', 'https://h.example/t', 'https://h.example/.well-known/a/t'],
    ['http://other.example/x', 'https://h.example', 'https://h.example/x'],
    ['*', 'https://h.example', undefined],
  ])('target %s under %s is %s', (target, publicUrl, expected) => {
    expect(publicUrlOf(target, publicUrl)).toBe(expected);
  });

  test('a body over the cap is 413, no HTTP is 400, an exception is 500, and the server lives on', async () => {
    const errors: string[] = [];
    const { url, port } = await start(
      async (incoming) => {
        if (incoming.url.endsWith('/throw')) throw new Error('broken');
        return jsonResponse(200, {});
      },
      { maxBytes: 1000, onError: (reason) => errors.push(reason) },
    );
    const large = await client.send(request(url, { method: 'POST', body: new Uint8Array(100_000) }));
    expect(large.status).toBe(413);
    expect(await raw(port, 'hello\r\n\r\n')).toContain('400');
    expect((await client.send(request(`${url}/throw`))).status).toBe(500);
    expect((await client.send(request(url))).status).toBe(200);
    expect(errors.join('\n')).toMatch(/no HTTP[^]*broken/u);
  });

  test.each([
    [{ kind: 'hang' }, 'timeout'],
    [{ kind: 'close' }, 'reset'],
    [{ kind: 'reset' }, 'reset'],
    [{ kind: 'endless-body' }, 'too-large'],
    [{ kind: 'huge-body', bytes: 1_000_000_000 }, 'too-large'],
    [{ kind: 'truncated' }, 'reset'],
  ] satisfies [TransportFault, string][])('transport fault %o is seen as %s', async (transport, failure) => {
    const response: ServedResponse = { ...jsonResponse(200, { a: 'x'.repeat(10_000) }), transport };
    const { url } = await start(async () => response);
    await expect(client.send(request(url))).rejects.toMatchObject({ failure });
  });

  test('HEAD has no body, 204 no length', async () => {
    const { url } = await start(async (incoming) =>
      incoming.method === 'HEAD' ? jsonResponse(200, { a: 1 }) : { status: 204, headers: [], body: new Uint8Array() },
    );
    const head = await client.send(request(url, { method: 'HEAD' }));
    expect([head.status, head.body.length, header(head.headers, 'content-length')]).toEqual([200, 0, '7']);
    expect(header((await client.send(request(url))).headers, 'content-length')).toBeUndefined();
  });

  test('a port in use is an error, not a hang', async () => {
    const { port } = await start(async () => jsonResponse(200, {}));
    await expect(listen(async () => jsonResponse(200, {}), { port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('TLS', () => {
  let cert = '';
  let key = '';
  beforeAll(async () => {
    await import('reflect-metadata');
    const x509 = await import('@peculiar/x509');
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    cert = certificate.toString('pem');
    const exported = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    key = `-----BEGIN PRIVATE KEY-----\n${exported}\n-----END PRIVATE KEY-----\n`;
  });

  test('is spoken with the given certificate, which the client has to trust', async () => {
    const { url } = await start(async ({ url: asked }) => jsonResponse(200, { asked }), { tls: { cert, key } });
    expect(url).toMatch(/^https:/u);
    await expect(client.send(request(url))).rejects.toMatchObject({ failure: 'tls' });
    const trusting = undiciClient({ ca: [cert] });
    const answer = await trusting.send(request(`${url}/x`));
    await trusting.close();
    expect(JSON.parse(fromUtf8(answer.body))).toEqual({ asked: `${url}/x` });
  });
});

describe('router', () => {
  const says =
    (name: string): Serve =>
    async () =>
      jsonResponse(200, name);

  test('by longest path, and by the path inserted after /.well-known; unmounted and unknown paths are 404', async () => {
    const unknown: string[] = [];
    const routes = router({ onUnknown: ({ url }) => unknown.push(url) });
    routes.mount('https://h.example/f1', says('flow'));
    const unmount = routes.mount('https://h.example/f1/issuer/', says('issuer'));
    routes.mount('/f2', says('f2'));
    const ask = async (path: string): Promise<string | number> => {
      const response = await routes.handle(request(`https://h.example${path}`));
      return response.status === 200 ? String(JSON.parse(fromUtf8(response.body))) : response.status;
    };
    expect(await ask('/f1/issuer/token?x=/f2')).toBe('issuer');
    expect(await ask('/f1/issuers')).toBe('flow');
    expect(await ask('/.well-known/openid-credential-issuer/f1/issuer')).toBe('issuer');
    expect(await ask('/f1/issuer/.well-known/openid-configuration')).toBe('issuer');
    expect(await ask('/.well-known/openid-credential-issuer')).toBe(404);
    expect(await ask('/f3')).toBe(404);
    expect(() => routes.mount('/f2', says('again'))).toThrow('mounted already');
    unmount();
    expect(await ask('/f1/issuer/token')).toBe('flow');
    expect(unknown).toEqual(['https://h.example/.well-known/openid-credential-issuer', 'https://h.example/f3']);
  });

  test('records what a mounted mock is asked and answers, with faults of the transport passed on', async () => {
    const clock = systemClock();
    const log = createLog({ real: clock });
    const context = createFlowContext({ id: 'f', ports: { clock, random: systemRandom(), http: client }, log });
    const mock: ServerMock = {
      exchangeOf: () => ({ exchange: 'token', party: 'authorization-server' }),
      handle: async () => ({ ...jsonResponse(200, {}), transport: { kind: 'reset' } }) as ServedResponse,
    };
    const routes = router();
    const { url } = await start(routes.handle);
    routes.mount(`${url}/f`, recorded(mock, context, 'wallet'));
    await expect(client.send(request(`${url}/f/token`, { method: 'POST' }))).rejects.toMatchObject({
      failure: 'reset',
    });
    expect(log.entries.map((entry) => (entry.type === 'message' ? entry.kind : entry.type))).toEqual([
      'token-request',
      'token-response',
    ]);
  });
});
