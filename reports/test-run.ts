import { createHash } from 'node:crypto';
import type { Results, TestResult } from '../core/results.ts';
import type { Files } from '../core/system/files.ts';
import { text } from '../core/text.ts';
import { toBody } from '../core/trace/body.ts';

/** An invented run for the tests of reports: files in memory, and strings such as a hostile target sends. */

export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  ']]>',
  'nul\u0000 lone\ud800 bidi\u202e',
  '__proto__',
  '@everyone #1 [x](https://evil.example) `code` | cell | **bold**',
].join(' ');

export const ACCESS_TOKEN = 'eyJhbGciOiJFUzI1NiJ9.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl';
export const PRE_AUTHORIZED_CODE = 'pre-4f8a2b6c9d0e1f2a';
export const TX_CODE = '493536';

export function memoryFiles(
  initial: Readonly<Record<string, string>> = {},
): Files & { readonly all: Map<string, string> } {
  const all = new Map(Object.entries(initial));
  return {
    all,
    read: (path) => {
      const content = all.get(path);
      return Promise.resolve(content === undefined ? undefined : Buffer.from(content));
    },
    write: (path, content) => {
      all.set(path, typeof content === 'string' ? content : Buffer.from(content).toString());
      return Promise.resolve();
    },
    list: () => Promise.resolve([...all.keys()]),
    remove: (path) => {
      all.delete(path);
      return Promise.resolve();
    },
  };
}

function test(id: string, verdict: TestResult['verdict'], message: string): TestResult {
  return {
    id,
    title: text(`Title of ${id}`, `${id} 的標題`),
    kind: 'negative',
    variant: 'issuance grant=pre-authorized_code',
    fault: 'wallet/key-proof/nonce-unknown',
    verdict,
    ms: 12.5,
    flows: ['f1'],
    findings: [
      {
        check: 'key-proof/nonce',
        requirements: ['OID4VCI-8.3-18'],
        verdict,
        message: text(message, `訊息：${message}`),
        expected: 'invalid_nonce',
        seen: HOSTILE,
        evidence: [2, 3, 999],
      },
    ],
  };
}

/** One test for each verdict; the failing one is full of hostile strings. */
export function sampleResults(over: Partial<Results> = {}): Results {
  const tests = [
    test(`issuer/x/${HOSTILE}`, 'fail', `refused wrongly: ${HOSTILE}`),
    test('issuer/token/error', 'error', 'harness stumbled'),
    test('issuer/token/inconclusive', 'inconclusive', 'control was refused'),
    test('issuer/token/warning', 'warning', `token ${ACCESS_TOKEN} has no expiry`),
    test('issuer/token/pass', 'pass', 'refused'),
    test('issuer/token/not-applicable', 'not-applicable', 'no DPoP offered'),
  ];
  return {
    tool: { name: 'touchstone', version: '0.0.0' },
    profile: { id: 'oid4vc-1.0', release: '1.0' },
    against: {
      profile: 'other',
      requirements: [{ id: 'HAIP-4-1', verdict: 'fail', standing: 'deviates-on-its-own', deviation: HOSTILE }],
    },
    role: 'issuer',
    target: { url: 'https://issuer.example', note: HOSTILE },
    configuration: { driver: { kind: 'http', headers: { 'x-api-key': 'sk-live-0123456789' } } },
    environment: { node: '20.20.2', os: 'linux', seed: null, clock: '2026-11-23T00:00:00Z', skew: 250 },
    catalogues: [{ id: 'oid4vci-1.0', sha256: 'ab'.repeat(32), requirements: 400 }],
    startedAt: '2026-11-23T00:00:00.000Z',
    finishedAt: '2026-11-23T00:00:09.000Z',
    trace: { file: 'trace.jsonl', sha256: '', entries: 0 },
    verdict: 'fail',
    complete: false,
    notRun: [{ test: 'issuer/skipped', reason: `--skip ${HOSTILE}` }],
    summary: { pass: 1, fail: 1, warning: 1, inconclusive: 1, notApplicable: 1, error: 1 },
    tests,
    requirements: [
      { id: 'OID4VCI-8.3-18', level: 'MUST', verdict: 'fail', findings: 6 },
      { id: 'OID4VCI-8.3-19', level: 'SHOULD', verdict: 'pass', findings: 1 },
    ],
    causes: [{ message: text(`cause ${HOSTILE}`, `原因 ${HOSTILE}`), verdict: 'fail', tests: [tests[0]?.id ?? ''] }],
    ...over,
  };
}

/** A token request and its answer, a credential request with the token and a hostile answer of 5 MB, and one without answer. */
export function sampleTrace(): string {
  const message = {
    type: 'message',
    flow: 'f1',
    channel: 'http',
    sender: 'wallet',
    receiver: 'issuer',
    author: 'harness',
  };
  const answer = { ...message, sender: 'issuer', receiver: 'wallet', author: 'sut' };
  const form = `grant_type=urn%3Aietf&pre-authorized_code=${PRE_AUTHORIZED_CODE}&tx_code=${TX_CODE}`;
  const json = (value: unknown) => toBody(JSON.stringify(value));
  const big = `{"error_description":${JSON.stringify(HOSTILE)},"echo":"${ACCESS_TOKEN}","__proto__":{"x":1},"long":"${'A<&'.repeat(1_700_000)}"}`;
  const type = ['content-type', 'application/json'];
  const entries = [
    { type: 'header', format: 'touchstone-trace', version: 1, role: 'issuer', profile: 'oid4vc-1.0' },
    {
      ...message,
      kind: 'token-request',
      http: {
        method: 'POST',
        url: 'https://issuer.example/token?code=SplxlOBeZQQYbYS6WxSbIA',
        headers: [['content-type', 'application/x-www-form-urlencoded']],
      },
      body: toBody(form),
    },
    {
      ...answer,
      kind: 'token-response',
      re: 1,
      http: { status: 200, headers: [type, ['set-cookie', 'sid=session-secret-1; Path=/'], ['x-evil', HOSTILE]] },
      body: json({ access_token: ACCESS_TOKEN, token_type: 'DPoP', tx_code: 4935 }),
    },
    {
      ...message,
      kind: 'credential-request',
      http: {
        method: 'POST',
        url: 'https://issuer.example/credential',
        headers: [type, ['Authorization', `DPoP ${ACCESS_TOKEN}`], ['cookie', 'sid=session-secret-1']],
      },
      body: json({ proofs: { jwt: ['e30.e30.c2ln'] } }),
    },
    {
      ...answer,
      kind: 'credential-error',
      re: 3,
      http: { status: 400, headers: [type] },
      body: toBody(big, 6_000_000),
    },
    {
      ...message,
      kind: 'nonce-request',
      http: { method: 'POST', url: 'not a url \u0000<b>', headers: [] },
      body: toBody(''),
    },
    { type: 'event', flow: 'f1', event: 'transport-failure', failure: 'reset', reason: HOSTILE, message: 5 },
    { ...answer, kind: 'credential', channel: 'link', parent: 4, body: toBody(Uint8Array.of(0xff, 0x00, 0xfe)) },
    { type: 'material', use: 'decryption-key', value: { kty: 'EC', d: 'private-key-material-1234567890' } },
    { ...answer, kind: 'broken', body: 'no body at all' },
  ];
  return entries
    .map((entry, seq) => `${JSON.stringify({ seq, at: 1000 + seq * 10, clock: 1000, ...entry })}\n`)
    .join('');
}

/** The folder `run` with the sample; `results` may be changed. */
export function sampleFiles(over: Partial<Results> = {}, trace = sampleTrace()) {
  const sha256 = createHash('sha256').update(trace).digest('hex');
  const results = sampleResults({ trace: { file: 'trace.jsonl', sha256, entries: 9 }, ...over });
  return memoryFiles({ 'run/results.json': JSON.stringify(results), 'run/trace.jsonl': trace });
}
