import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EXCHANGES } from '../kinds.ts';
import type { TraceEntry } from '../trace/entries.ts';
import type { Results } from '../results.ts';
import { SCHEMA_BASE, documentOf, schemaFolder } from './documents.ts';
import { validateAgainst } from './validate.ts';

function problems(schema: string, value: unknown): string[] {
  const document = documentOf(`${SCHEMA_BASE}${schema}`);
  if (document === undefined) throw new Error(`no ${schema}`);
  return validateAgainst(document, value).violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}

it.each(['trace.schema.json', 'results.schema.json', 'requirements/requirement.schema.json'])(
  '%s is a JSON Schema',
  (name) => {
    expect(new Ajv2020().validateSchema(documentOf(`${SCHEMA_BASE}${name}`)?.root ?? {})).toBe(true);
  },
);

describe('trace.schema.json', () => {
  const at = { seq: 1, at: 1_700_000_000_000, clock: 1_700_000_000_000 };
  const body = { encoding: 'utf8', bytes: '{}', size: 2, sha256: 'ab' } as const;
  const message = {
    type: 'message',
    kind: 'nonce-response',
    author: 'sut',
    sender: 'issuer',
    receiver: 'wallet',
    channel: 'http',
  } as const;
  const entries: readonly TraceEntry[] = [
    {
      ...at,
      type: 'header',
      format: 'touchstone-trace',
      version: 1,
      tool: { name: 'touchstone', version: '0.1.0' },
      role: 'issuer',
      profile: 'p',
      startedAt: '2026-01-01T00:00:00.000Z',
      bodyCap: 1,
    },
    {
      ...at,
      ...message,
      flow: 'f',
      re: 3,
      http: { status: 200, headers: [['content-type', 'application/json']] },
      body,
    },
    {
      ...at,
      ...message,
      parent: 1,
      http: { method: 'POST', url: 'https://issuer.example/nonce', headers: [] },
      body: { ...body, truncated: true },
    },
    {
      ...at,
      type: 'event',
      flow: 'f',
      event: 'flow-start',
      test: 'issuer/a',
      variant: 'v',
      fault: 'wallet/x/y',
      control: true,
    },
    {
      ...at,
      type: 'event',
      event: 'step',
      step: 'issuer/key-proof/nonce',
      result: 'refused',
      code: 'invalid_nonce',
      reason: 'r',
    },
    { ...at, type: 'event', event: 'fault-sent', fault: 'wallet/x/y', message: 4 },
    { ...at, type: 'event', event: 'outcome', source: 'wire', value: 'refused' },
    { ...at, type: 'event', event: 'silence', deadline: 500 },
    { ...at, type: 'event', event: 'clock-moved', by: -1 },
    { ...at, type: 'event', event: 'transport-failure', failure: 'reset', reason: 'r', message: 4 },
    { ...at, type: 'event', event: 'harness-error', reason: 'r' },
    { ...at, type: 'event', event: 'unmet', reason: 'r' },
    { ...at, type: 'event', event: 'flow-end' },
    { ...at, type: 'material', use: 'decryption-key', value: { kty: 'EC' } },
  ];

  it('takes every entry that the log writes', () => {
    for (const entry of entries) expect([entry, problems('trace.schema.json', entry)]).toEqual([entry, []]);
  });

  it('refuses what is no entry', () => {
    expect(problems('trace.schema.json', { ...entries[1], author: 'me' })).toContain('/author enum');
    expect(problems('trace.schema.json', { ...entries[1], http: { headers: [] } })).toContain('/http oneOf');
    expect(problems('trace.schema.json', { ...entries[5], message: undefined })).toContain('/message required');
    expect(problems('trace.schema.json', { ...entries[6], surprise: 1 })).toEqual([' unevaluatedProperties']);
    expect(problems('trace.schema.json', { ...at, type: 'event', event: 'other' })).toContain('/event enum');
  });
});

describe('results.schema.json', () => {
  const message = { en: 'a', 'zh-Hant': '甲' };
  const results: Results = {
    tool: { name: 'touchstone', version: '0.1.0' },
    profile: { id: 'p', release: '1' },
    against: null,
    role: 'issuer',
    target: {},
    configuration: {},
    environment: { node: '20', os: 'linux', seed: null, clock: 'real', skew: null },
    catalogues: [{ id: 'oid4vci-1.0', sha256: 'ab', requirements: 1 }],
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:01Z',
    trace: { file: 'trace.jsonl', sha256: 'ab', entries: 3 },
    verdict: 'fail',
    complete: false,
    notRun: [{ test: 'issuer/a', reason: 'needs X' }],
    summary: { pass: 0, fail: 1, warning: 0, inconclusive: 0, notApplicable: 0, error: 0 },
    tests: [
      {
        id: 'issuer/credential/proof-nonce-unknown',
        title: message,
        kind: 'negative',
        fault: 'wallet/key-proof/nonce-unknown',
        variant: 'issuance',
        control: 'issuer/a',
        verdict: 'fail',
        ms: 1.5,
        flows: ['f'],
        findings: [
          {
            check: 'reaction',
            requirements: ['OID4VCI-F.4-6'],
            verdict: 'fail',
            message,
            expected: 'x',
            seen: 'y',
            evidence: [4],
          },
        ],
      },
    ],
    requirements: [{ id: 'OID4VCI-F.4-6', level: 'MUST', verdict: 'fail', findings: 1 }],
    causes: [{ message, verdict: 'fail', tests: ['issuer/credential/proof-nonce-unknown'] }],
  };

  it('takes the results of a run and refuses what lacks a part', () => {
    expect(problems('results.schema.json', results)).toEqual([]);
    const against = { profile: 'q', requirements: [{ id: 'X-1', verdict: 'pass', standing: 'conforms' }] };
    expect(problems('results.schema.json', { ...results, against })).toEqual([]);
    expect(problems('results.schema.json', { ...results, summary: { pass: 1 } })).toContain('/summary/fail required');
    expect(problems('results.schema.json', { ...results, verdict: 'green' })).toEqual(['/verdict enum']);
    const [test] = results.tests;
    expect(problems('results.schema.json', { ...results, tests: [{ ...test, control: undefined }] })).toEqual([
      '/tests/0/control required',
    ]);
    expect(problems('results.schema.json', { ...results, tests: [test, test] })).toEqual(['/tests x-unique']);
  });
});

it.each(['oid4vci-1.0', 'oid4vp-1.0', 'haip-1.0'])('every entry of the catalogue %s is a requirement', (name) => {
  const entries = JSON.parse(readFileSync(join(schemaFolder(), 'requirements', `${name}.json`), 'utf8')) as object[];
  expect(entries.length).toBeGreaterThan(100);
  expect(
    entries.flatMap((entry) => problems('requirements/requirement.schema.json', entry).map((found) => [entry, found])),
  ).toEqual([]);
});

it('has a schema for every kind of an exchange that carries a body of its own', () => {
  const without = Object.values(EXCHANGES)
    .flatMap((kinds) => Object.values(kinds))
    .filter((kind) => documentOf(`${SCHEMA_BASE}messages/${kind}.schema.json`) === undefined);
  expect([...new Set(without)].sort()).toMatchInlineSnapshot(`
    [
      "as-metadata-request",
      "control-error",
      "control-reply",
      "control-request",
      "credential-offer-request",
      "did-document",
      "did-document-request",
      "http-error",
      "issuer-metadata-request",
      "jwks-request",
      "jwt-vc-issuer-metadata-request",
      "login-page",
      "login-request",
      "nonce-error",
      "nonce-request",
      "notification-response",
      "presentation-error",
      "redirect-uri-page",
      "redirect-uri-request",
      "status-list-request",
      "type-metadata",
      "type-metadata-request",
    ]
  `);
});
