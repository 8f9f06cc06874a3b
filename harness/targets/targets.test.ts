import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { DriverContext } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import type { HttpRequest } from '../../core/http.ts';
import { fromUtf8, jsonResponse, textResponse } from '../../core/http.ts';
import { manualClock, systemClock } from '../../core/system/clock.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import { systemRandom } from '../../core/system/random.ts';
import { text } from '../../core/text.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import type { Serve, ServedResponse } from '../../mocks/http/response.ts';
import { listen } from '../../mocks/http/listen.ts';
import type { Listener } from '../../mocks/http/listen.ts';
import type { DriverConfig, TargetConfig } from '../configuration/types.ts';
import { createDriver } from './create.ts';
import { recordedControl } from './record-control.ts';
import { stopsRun } from './stop.ts';
import { fillJson, fillText, wishValues } from './template.ts';
import { processTerminal } from './terminal.ts';
import { createThrottle, throttledClient } from './throttle.ts';

const client = undiciClient({ timeoutMs: 2_000 });
const throttle = createThrottle(systemClock());
const preAuthorized: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };
const withCode: IssuanceVariant = { ...preAuthorized, txCode: true };
const presentation: PresentationVariant = { kind: 'presentation' };

function context(signal = new AbortController().signal): DriverContext {
  return {
    ports: { clock: systemClock(), random: systemRandom(), http: client },
    trace: { event: () => 0, message: () => 0, material: () => 0 },
    signal,
  };
}

function target(driver: DriverConfig): TargetConfig {
  return { driver };
}

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});
async function serving(serve: Serve): Promise<string> {
  const listener = await listen(serve);
  open.push(listener);
  return listener.url;
}

async function failureOf(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DriverError)) throw new Error(`expected a DriverError, got ${String(error)}`);
  return error;
}

describe('templates', () => {
  const values = { link: "a'b&c", flag: true, none: undefined, id: 'x/y?z' };
  test.each([
    ['-d {link}', "-d a'b&c"],
    ['{link:sh}', String.raw`'a'\''b&c'`],
    ['{none}', ''],
    ['{toString} {"a":1}', ' {"a":1}'],
    ['{flag}', 'true'],
  ])('text %s', (template, expected) => {
    expect(fillText(template, values)).toBe(expected);
  });
  test('JSON keeps types and leaves absent members out', () => {
    expect(fillJson({ a: '{flag}', b: '{none}', c: ['{id}', '{none}', 1], d: 'is {flag}' }, values)).toEqual({
      a: true,
      c: ['x/y?z', 1],
      d: 'is true',
    });
  });
  test('the target’s own words, with a default for what is absent', () => {
    const names = { grant: { 'pre-authorized_code': 'urn:pre' }, deferred: { true: 'late', default: 'soon' } };
    expect(wishValues(preAuthorized as never, names)).toMatchObject({ grant: 'urn:pre', deferred: 'soon' });
    expect(wishValues({ ...preAuthorized, deferred: true }, names)).toMatchObject({ deferred: 'late' });
  });
});

describe('issuer drivers', () => {
  const offerLink = (grants: unknown): string =>
    `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify({ grants }))}`;
  const pre = offerLink({ 'urn:ietf:params:oauth:grant-type:pre-authorized_code': { 'pre-authorized_code': 'c' } });
  const preWithCode = offerLink({ 'urn:ietf:params:oauth:grant-type:pre-authorized_code': { tx_code: {} } });
  const authorization = offerLink({ authorization_code: {} });
  const reference = 'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fi.example%2F1';

  test('static: each offer once, the one that fits the wish', async () => {
    const driver = createDriver(
      'issuer',
      target({ type: 'static', offers: [authorization, { link: preWithCode, txCode: '1234' }, pre, reference] }),
      { throttle },
    );
    expect((await driver.offer(preAuthorized, context())).link).toBe(pre);
    expect(await driver.offer(withCode, context())).toEqual({ link: preWithCode, txCode: '1234' });
    expect((await driver.offer({ ...preAuthorized, offer: 'by-reference' }, context())).link).toBe(reference);
    expect((await driver.offer({ kind: 'issuance', grant: 'authorization_code' }, context())).link).toBe(authorization);
    expect((await failureOf(driver.offer(preAuthorized, context()))).failure).toBe('unsupported');
  });

  test('http: the wish is sent in the target’s words, the answer is read by pointers', async () => {
    const seen: HttpRequest[] = [];
    const url = await serving(async (request) => {
      seen.push(request);
      return jsonResponse(200, { data: { uri: pre, pin: 493536 } });
    });
    const driver = createDriver(
      'issuer',
      target({
        type: 'http',
        offer: {
          url: `${url}/offers?by={offer}`,
          headers: { 'X-Key': 'k\r\nX-Evil: 1' },
          body: { grant: '{grant}', pin: '{txCode}', late: '{deferred}' },
        },
        answer: { link: '/data/uri', txCode: '/data/pin' },
        values: { grant: { 'pre-authorized_code': 'urn:pre' } },
        supports: { deferred: [false] },
      }),
      { throttle },
    );
    expect(await driver.offer(withCode, context())).toEqual({ link: pre, txCode: '493536' });
    expect(seen[0]?.method).toBe('POST');
    expect(seen[0]?.url).toBe(`${url}/offers?by=`);
    expect(JSON.parse(fromUtf8(seen[0]?.body ?? new Uint8Array()))).toEqual({ grant: 'urn:pre', pin: true });
    expect(seen[0]?.headers.map(([name]) => name)).not.toContain('X-Evil');
    const beyond = await failureOf(driver.offer({ ...preAuthorized, deferred: true }, context()));
    expect([beyond.failure, seen.length]).toEqual(['unsupported', 1]);
  });

  test('http: a form, where the headers say so', async () => {
    let body = '';
    const url = await serving(async (request) => {
      body = fromUtf8(request.body);
      return textResponse(200, 'text/plain', `${pre}\n`);
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const driver = createDriver(
      'issuer',
      target({ type: 'http', offer: { url, headers, body: { a: '{grant}', b: 'x&y' } } }),
      { throttle },
    );
    expect((await driver.offer(preAuthorized, context())).link).toBe(pre);
    expect(body).toBe('a=pre-authorized_code&b=x%26y');
  });

  test.each([
    ['a refusal', jsonResponse(400, { error: 'no' }), 'refused', false],
    ['not implemented', jsonResponse(501, {}), 'unsupported', false],
    ['unsupported by name', jsonResponse(400, { error: 'unsupported' }), 'unsupported', false],
    ['no link', jsonResponse(200, { offer: 'hello\u001b[31m' }), 'malformed', false],
    ['HTML', textResponse(200, 'text/html', '<p>hi'), 'malformed', false],
    ['a closed socket', { ...jsonResponse(200, {}), transport: { kind: 'close' } }, 'unreachable', false],
    ['too many requests', jsonResponse(429, {}), 'refused', true],
    ['a firewall', textResponse(403, 'text/html', '<title>Attention Required! | Cloudflare</title>'), 'refused', true],
    ['a plain 403', textResponse(403, 'text/html', '<h1>Forbidden</h1>'), 'refused', false],
  ] satisfies [string, ServedResponse, string, boolean][])('http: %s', async (_name, response, failure, stop) => {
    const url = await serving(async () => response);
    const driver = createDriver('issuer', target({ type: 'http', offer: { url } }), { throttle });
    const error = await failureOf(driver.offer(preAuthorized, context()));
    expect([error.failure, stopsRun(error)]).toEqual([failure, stop]);
    // oxlint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  });

  test('http: a hanging target is given up when the flow’s time is over', async () => {
    const url = await serving(async () => ({ ...jsonResponse(200, {}), transport: { kind: 'hang' } }));
    const driver = createDriver('issuer', target({ type: 'http', offer: { url } }), { throttle });
    expect((await failureOf(driver.offer(preAuthorized, context(AbortSignal.timeout(100))))).failure).toBe('cancelled');
  });

  const node = (script: string): DriverConfig => ({
    type: 'command',
    offer: { argv: [process.execPath, '-e', script, '{grant}', '$(id); {txCode}'], timeoutMs: 3_000 },
  });
  test('command: no shell, JSON or the plain link', async () => {
    const json = node(`console.log(JSON.stringify({offer: 'x:' + process.argv.slice(1).join('|'), tx_code: '1'}))`);
    const made = await createDriver('issuer', target(json), { throttle }).offer(withCode, context());
    expect(made).toEqual({ link: 'x:pre-authorized_code|$(id); true', txCode: '1' });
    const plain = createDriver('issuer', target(node(`console.log('${pre}')`)), { throttle });
    expect((await plain.offer(preAuthorized, context())).link).toBe(pre);
  });
  test.each([
    ['exit code', `console.error('broken'); process.exit(3)`, 'refused', /ended with 3: broken/],
    ['unsupported', 'process.exit(69)', 'unsupported', /./],
    ['endless output', `for (;;) require('fs').writeSync(1, 'x'.repeat(65536))`, 'malformed', /more than/],
    ['no link', `console.log('hello')`, 'malformed', /no link/],
  ])('command: %s', async (_name, script, failure, message) => {
    const error = await failureOf(
      createDriver('issuer', target(node(script)), { throttle }).offer(preAuthorized, context()),
    );
    expect(error.failure).toBe(failure);
    expect(error.message).toMatch(message);
  });
  test('command: one that hangs is ended with its children; one that is missing is said', async () => {
    const driver = (argv: string[]) =>
      createDriver('issuer', target({ type: 'command', offer: { argv, timeoutMs: 300 } }), { throttle });
    const start = performance.now();
    const hanging = driver(['/bin/sh', '-c', 'sleep 30 & sleep 30; echo never']);
    expect((await failureOf(hanging.offer(preAuthorized, context()))).failure).toBe('unreachable');
    expect(performance.now() - start).toBeLessThan(3_000);
    const missing = await failureOf(driver(['/no/such/program']).offer(preAuthorized, context()));
    expect([missing.failure, missing.message]).toEqual(['unreachable', expect.stringContaining('ENOENT')]);
  });
});

describe('wallet drivers', () => {
  const hint = { goal: 'issuance', txCode: '1234' } as const;

  test('http: opening returns before the wallet has finished; its words are mapped', async () => {
    let finish = (_response: ServedResponse): void => {};
    const url = await serving(() => new Promise((resolve) => (finish = resolve)));
    const driver = createDriver(
      'wallet',
      target({
        type: 'http',
        open: { url, body: { link: '{link}', tx_code: '{txCode}' } },
        outcomes: { error: 'crashed', true: 'accepted' },
      }),
      { throttle },
    );
    const { done } = await driver.open('x:y', hint, context());
    await systemClock().sleep(50);
    finish(jsonResponse(200, { outcome: 'error', detail: 'oh' }));
    expect(await done).toEqual({ outcome: 'crashed', detail: 'oh' });
    expect(driver.reports).toBe(true);
  });

  test('http: with a result call it is asked until it is final, or the time is over', async () => {
    let asked = 0;
    const url = await serving(async (request) => {
      if (request.method === 'POST') return jsonResponse(200, { id: 'a/b' });
      expect(request.url).toMatch(/\/results\/a%2Fb$/);
      asked += 1;
      return jsonResponse(200, { outcome: asked < 3 ? 'waiting' : 'refused' });
    });
    const config = (outcomes: Record<string, 'pending'>): DriverConfig => ({
      type: 'http',
      open: { url, body: {} },
      result: { url: `${url}/results/{id}` },
      outcomes,
      interval: 10,
    });
    const driver = createDriver('wallet', target(config({ waiting: 'pending' })), { throttle });
    expect(await (await driver.open('x:y', hint, context())).done).toEqual({ outcome: 'refused' });
    const late = createDriver('wallet', target(config({ refused: 'pending' })), { throttle });
    const { done } = await late.open('x:y', hint, context(AbortSignal.timeout(200)));
    expect((await done).outcome).toBe('unknown');
  });

  test('http: a value without a meaning is unknown, a dead wallet an error', async () => {
    const url = await serving(async () => jsonResponse(200, { outcome: 'banana' }));
    const driver = createDriver('wallet', target({ type: 'http', open: { url, body: {} } }), { throttle });
    expect(await (await driver.open('x:y', hint, context())).done).toEqual({
      outcome: 'unknown',
      detail: 'the target said banana',
    });
    await Promise.all(open.splice(0).map((listener) => listener.close()));
    const { done } = await driver.open('x:y', hint, context());
    expect((await failureOf(done)).failure).toBe('unreachable');
  });

  test('command: delivers the link as one argument and reports nothing by itself', async () => {
    const argv = [process.execPath, '-e', 'process.exit(process.argv[1] === "x:y?a=b&c=;ls" ? 0 : 1)', '{link}'];
    const driver = createDriver('wallet', target({ type: 'command', open: { argv } }), { throttle });
    expect(driver.reports).toBe(false);
    expect(await (await driver.open('x:y?a=b&c=;ls', hint, context())).done).toEqual({ outcome: 'unknown' });
    expect((await failureOf(driver.open('other:', hint, context()))).failure).toBe('refused');
  });

  test('manual: shows a QR code and the code, and takes a key for the outcome', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.on('data', (chunk) => (shown += String(chunk)));
    const terminal = processTerminal(input, output);
    const driver = createDriver('wallet', target({ type: 'manual' }), { throttle, terminal, language: 'zh-Hant' });
    const { done } = await driver.open('openid-credential-offer://?a=b', hint, context());
    input.write('what\nE\n');
    expect((await done).outcome).toBe('refused');
    expect(shown).toMatch(/█[^]*openid-credential-offer:\/\/\?a=b[^]*交易碼：1234/u);
    const silent = await driver.open('x:y', hint, context(AbortSignal.timeout(50)));
    expect((await silent.done).outcome).toBe('unknown');
    input.end();
    terminal.close();
  });
});

describe('verifier drivers', () => {
  test('http: link, id and the relying party’s result with claims', async () => {
    let asked = 0;
    const url = await serving(async (request) => {
      if (request.method === 'POST') return jsonResponse(201, { link: 'openid4vp://?x', id: 7 });
      asked += 1;
      return jsonResponse(200, asked === 1 ? { status: 'open' } : { status: 'done', got: { a: 1 } });
    });
    const driver = createDriver(
      'verifier',
      target({
        type: 'http',
        request: { url, body: { mode: '{responseMode}' } },
        result: {
          url: `${url}/r/{id}`,
          answer: { outcome: '/status', claims: '/got' },
          outcomes: { open: 'pending', done: 'accepted' },
        },
      }),
      { throttle },
    );
    const made = await driver.request(presentation, context());
    expect(made).toEqual({ link: 'openid4vp://?x', id: '7' });
    expect(await driver.result(made, context())).toEqual({ outcome: 'accepted', claims: { a: 1 } });
  });

  test('without a result call the result is unknown', async () => {
    const url = await serving(async () => jsonResponse(200, { link: 'openid4vp://?x' }));
    const driver = createDriver('verifier', target({ type: 'http', request: { url } }), { throttle });
    expect(driver.reports).toBe(false);
    expect((await driver.result(await driver.request(presentation, context()), context())).outcome).toBe('unknown');
  });

  test('command and manual', async () => {
    const say = (value: unknown): string[] => [process.execPath, '-e', `console.log('${JSON.stringify(value)}')`];
    const driver = createDriver(
      'verifier',
      target({
        type: 'command',
        request: { argv: say({ link: 'openid4vp://?x', id: '1' }) },
        result: { argv: say({ outcome: 'refused', detail: 'no' }) },
      }),
      { throttle },
    );
    const made = await driver.request(presentation, context());
    expect(await driver.result(made, context())).toEqual({ outcome: 'refused', detail: 'no' });
    const input = new PassThrough();
    const terminal = processTerminal(input, new PassThrough());
    const manual = createDriver('verifier', target({ type: 'manual' }), { throttle, terminal });
    input.write('openid4vp://?y\na\n\nnot a link\n');
    expect((await manual.request(presentation, context())).link).toBe('openid4vp://?y');
    expect((await manual.result({ link: 'openid4vp://?y' }, context())).outcome).toBe('accepted');
    expect((await failureOf(manual.request(presentation, context()))).failure).toBe('unsupported');
    expect((await failureOf(manual.request(presentation, context()))).failure).toBe('malformed');
    input.end();
  });
});

describe('choice of the driver', () => {
  test('a profile’s own driver by its type; a wrong type or role is refused before anything is sent', () => {
    const own = createDriver('issuer', target({ type: 'sandbox', apiKey: 'k' }), {
      throttle,
      registered: {
        sandbox: (config) => ({ role: 'issuer', offer: async () => ({ link: `x:${String(config['apiKey'])}` }) }),
      },
    });
    expect(own.role).toBe('issuer');
    expect(() => createDriver('wallet', target({ type: 'static', offers: [] }), { throttle })).toThrow(DriverError);
    expect(() => createDriver('issuer', target({ type: 'constructor' }), { throttle, registered: {} })).toThrow(
      DriverError,
    );
    const wallet = target({ type: 'http', open: { url: 'http://x' } });
    expect(() => createDriver('issuer', wallet, { throttle })).toThrow(DriverError);
  });
});

describe('throttle', () => {
  test('keeps the interval and the calls within an hour', async () => {
    const clock = manualClock(0);
    const limited = createThrottle(clock, { callsPerHour: 3, minInterval: 1_000 });
    const starts: number[] = [];
    const calls = [1, 2, 3, 4, 5].map(async () => {
      await limited.take();
      starts.push(clock.now());
    });
    for (const step of [0, 1_000, 1_000, 3_597_999, 1, 1_000]) {
      clock.advance(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect(starts).toEqual([0, 1_000, 2_000, 3_600_000, 3_601_000]);
  });

  test('a wait beyond the longest one, or a 429, stops everything with one reason', async () => {
    const used = createThrottle(manualClock(0), { callsPerHour: 1, maxWaitMs: 60_000 });
    await used.take();
    expect(stopsRun(await failureOf(used.take()))).toBe(true);
    let calls = 0;
    const url = await serving(async () => {
      calls += 1;
      return jsonResponse(calls === 1 ? 429 : 200, {}, [['retry-after', '60']]);
    });
    const limited = createThrottle(systemClock());
    const throttled = throttledClient(client, limited);
    const request: HttpRequest = { method: 'GET', url, headers: [], body: new Uint8Array() };
    expect((await throttled.send(request)).status).toBe(429);
    expect(limited.stopped?.message).toContain('Retry-After: 60');
    await expect(throttled.send(request)).rejects.toMatchObject({ name: 'TransportError', failure: 'blocked' });
    expect(calls).toBe(1);
    const driver = createDriver('issuer', target({ type: 'http', offer: { url } }), { throttle: limited });
    const through = { ...context(), ports: { ...context().ports, http: throttled } };
    expect(await failureOf(driver.offer(preAuthorized, through))).toBe(limited.stopped);
  });
});

test('a driver’s calls are recorded in the flow, without credentials, and take no fault for sent', async () => {
  const url = await serving(async () => jsonResponse(200, { offer: 'x:y' }));
  const clock = systemClock();
  const log = createLog({ real: clock });
  const flow = createFlowContext({
    id: 'f',
    ports: { clock, random: systemRandom(), http: client },
    log,
    faults: [
      { id: 'a', role: 'issuer', step: 's', refusedBy: 'r', title: text('a', 'a'), apply: (draft: never) => draft },
    ],
    authorOf: (party) => (party === 'issuer' ? 'sut' : 'harness'),
  });
  await flow.form('s', {});
  const driver = createDriver(
    'issuer',
    target({ type: 'http', offer: { url, headers: { Authorization: 'Bearer secret', Accept: 'a' } } }),
    { throttle },
  );
  const ports = { clock, random: systemRandom(), http: recordedControl(flow, 'issuer') };
  await driver.offer(preAuthorized, { ports, trace: flow.trace, signal: new AbortController().signal });
  expect(log.entries.map((entry) => (entry.type === 'message' ? [entry.kind, entry.author] : entry.type))).toEqual([
    ['control-request', 'harness'],
    ['control-reply', 'sut'],
  ]);
  expect(JSON.stringify(log.entries)).not.toContain('secret');
  expect(JSON.stringify(log.entries)).toContain('"Accept","a"');
});
