import { describe, expect, it } from 'vitest';
import { SCHEMA_BASE, documentOf } from './documents.ts';
import { mutationsFor } from './mutate.ts';
import { validateAgainst, validateMessage } from './validate.ts';
import type { SchemaViolation } from './validate.ts';

function violationsOf(kind: string, value: unknown): readonly SchemaViolation[] {
  return validateMessage(kind, value)?.violations ?? [];
}

describe('validateMessage', () => {
  it('points at a missing member and cites the obligation that it is there', () => {
    expect(violationsOf('nonce-response', { nonce: 'x' })).toEqual([
      {
        pointer: '/c_nonce',
        keyword: 'required',
        message: { en: 'member "c_nonce" is missing', 'zh-Hant': '缺少成員「c_nonce」' },
        requirements: ['OID4VCI-7.2-3'],
        expected: 'member "c_nonce"',
        seen: 'nothing',
      },
    ]);
  });

  it('cites the nearest node, across $ref', () => {
    const value = { credential_configuration_id: 'a', proofs: { jwt: ['x.y.z', 7] } };
    expect(
      violationsOf('credential-request', value).map(({ pointer, requirements }) => [pointer, requirements]),
    ).toEqual([['/proofs/jwt/1', ['OID4VCI-F-1', 'OID4VCI-8.2-13']]]);
    const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA', alg: 'ECDH-ES' };
    const encrypted = { credential_configuration_id: 'a', credential_response_encryption: { jwk, enc: 'A128GCM' } };
    expect(violationsOf('credential-request', encrypted).map(({ requirements }) => requirements)).toEqual([
      ['OID4VCI-8.2-17'],
    ]);
  });

  it('counts as exercised only what the message made speak', () => {
    const plain = validateMessage('credential-response', { credentials: [{ credential: 'x' }] })?.exercised;
    expect(plain).toContain('OID4VCI-8.3-8');
    expect(plain).toContain('OID4VCI-8.3-17');
    expect(plain).not.toContain('OID4VCI-8.3-20');
    expect(plain).not.toContain('OID4VCI-8.3-9');
    // Conformity of the form does not prove that the nonce is the right one; its absence disproves it.
    const payload = { iat: 1, aud: 'a', nonce: 'n', sd_hash: 'aa' };
    const header = { alg: 'ES256', typ: 'kb+jwt' };
    expect(validateMessage('kb-jwt', { header, payload })?.exercised).toEqual([]);
    expect(validateMessage('kb-jwt', { header, payload: { ...payload, nonce: undefined } })?.exercised).toContain(
      'OID4VP-B.3.6-1',
    );
  });

  it('looks only into the branches that apply', () => {
    const metadata = (configuration: object) => ({
      credential_issuer: 'https://issuer.example',
      credential_endpoint: 'https://issuer.example/c',
      credential_configurations_supported: { a: configuration },
    });
    expect(violationsOf('issuer-metadata', metadata({ format: 'mso_mdoc', doctype: 'd', vct: 7 }))).toEqual([]);
    expect(
      violationsOf('issuer-metadata', metadata({ format: 'dc+sd-jwt', doctype: 'd' })).map(({ pointer }) => pointer),
    ).toEqual(['/credential_configurations_supported/a/vct']);
  });

  it('reads members that travel as encoded JSON', () => {
    const request = { grant_type: 'urn:ietf:params:oauth:grant-type:pre-authorized_code', 'pre-authorized_code': 'x' };
    const wrong = { ...request, authorization_details: '[{"type":"openid_credential"}]' };
    expect(violationsOf('token-request', wrong).map(({ pointer }) => pointer)).toEqual([
      '/authorization_details/0/credential_configuration_id',
    ]);
    expect(violationsOf('token-request', { ...request, authorization_details: '[' })[0]?.requirements).toEqual([
      'OID4VCI-5.1.1-2',
    ]);
  });

  it('lets plain http pass on loopback only', () => {
    const offer = (issuer: string) => ({ credential_issuer: issuer, credential_configuration_ids: ['a'] });
    for (const issuer of [
      'http://localhost:1',
      'http://127.0.0.1:4000/x',
      'http://[::1]:4000',
      'HTTPS://issuer.example',
    ]) {
      expect(violationsOf('credential-offer', offer(issuer))).toEqual([]);
    }
    for (const issuer of [
      'http://localhost.evil.example',
      'http://127.0.0.1.example',
      'http://10.0.0.1',
      'https://',
      'https:issuer',
    ]) {
      expect(violationsOf('credential-offer', offer(issuer))).not.toEqual([]);
    }
  });

  it('says nothing about kinds without a schema and messages without a value', () => {
    expect(validateMessage('http-error', {})).toBeUndefined();
    expect(validateMessage('../../package', {})).toBeUndefined();
    expect(validateMessage('token-response', undefined)).toBeUndefined();
  });

  it('takes schemas that a profile brings, beside or in place of its own', () => {
    const schema = {
      $id: 'https://profile.invalid/token.schema.json',
      type: 'object',
      required: ['expires_in'],
      'x-required': { expires_in: ['P-1'] },
      properties: { jwk: { $ref: `${SCHEMA_BASE}messages/parts/common.schema.json#/$defs/public-jwk` } },
    };
    const beside = validateMessage('token-response', {}, [{ kind: 'token-response', schema }]);
    expect(beside?.violations.map(({ pointer }) => pointer)).toEqual(['/access_token', '/token_type', '/expires_in']);
    const instead = validateMessage('token-response', { jwk: {} }, [
      { kind: 'token-response', schema, replaces: true },
    ]);
    expect(instead?.violations.map(({ pointer }) => pointer)).toEqual(['/expires_in', '/jwk/kty']);
    expect(instead?.exercised).toEqual(['P-1']);
  });
});

describe('hostile values', () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, {}]));
  const values: Record<string, unknown> = {
    deep: { credential_issuer: deep, credential_configurations_supported: { a: deep } },
    wide: { credential_configurations_supported: many, display: Array.from({ length: 1_000_000 }, () => 7) },
    'long string': {
      credential_issuer: `https://${'a'.repeat(5_000_000)}`,
      credential_endpoint: '?'.repeat(5_000_000),
    },
    'prototype names': JSON.parse(
      '{"__proto__":{"credential_issuer":"https://issuer.example"},"constructor":1,"toString":2,"hasOwnProperty":3,"display":[{"locale":{"valueOf":1}}]}',
    ),
    'not an object': [1, null, 'x'],
    'long colour and path': {
      credential_configurations_supported: {
        a: {
          format: 'x',
          credential_metadata: {
            display: [{ name: 'x', text_color: `rgb(${'1'.repeat(100_000)}`, locale: 'a-'.repeat(50_000) }],
          },
        },
      },
    },
  };

  it.each(Object.keys(values))('%s: bounded time, bounded report', (name) => {
    const started = performance.now();
    const report = validateMessage('issuer-metadata', values[name]);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(report?.violations.length).toBeGreaterThan(0);
    expect(report?.violations.length).toBeLessThanOrEqual(100);
    for (const violation of report?.violations ?? []) expect(violation.seen.length).toBeLessThanOrEqual(200);
    expect(({} as Record<string, unknown>)['credential_issuer']).toBeUndefined();
  });

  it('tells that it saw a part only', () => {
    expect(validateMessage('issuer-metadata', values['wide'])?.truncated).toBe(true);
    expect(validateMessage('issuer-metadata', values['deep'])?.truncated).toBe(true);
    expect(validateMessage('nonce-response', { c_nonce: 'x' })?.truncated).toBe(false);
  });
});

describe('mutationsFor', () => {
  it('breaks each obligation of the sample and leaves the sample alone', () => {
    const sample = { transaction_id: 't', interval: 5 };
    const mutations = [...mutationsFor('credential-response', sample)];
    expect(sample).toEqual({ transaction_id: 't', interval: 5 });
    const byName = new Map(mutations.map((mutation) => [mutation.name, mutation]));
    expect(byName.get('remove /interval')?.value).toEqual({ transaction_id: 't' });
    expect(byName.get('remove /interval')?.requirements).toEqual(['OID4VCI-8.3-19']);
    expect(byName.get('too small /interval')?.value).toEqual({ transaction_id: 't', interval: 0 });
    expect(byName.get('add /credentials')?.requirements).toContain('OID4VCI-8.3-9');
  });

  it('gives form parameters back in their wire form', () => {
    const sample = { client_id: 'w', request_uri: 'urn:x', authorization_details: '[{"type":"x"}]' };
    for (const { value } of mutationsFor('authorization-request', sample)) {
      expect(typeof (value as Record<string, unknown>)['authorization_details']).toBe('string');
    }
    const token = {
      grant_type: 'authorization_code',
      code: 'c',
      code_verifier: 'a'.repeat(43),
      authorization_details: '[{"type":"x"}]',
    };
    const removed = [...mutationsFor('token-request', token)].find(
      ({ name }) => name === 'remove /authorization_details/0/type',
    );
    expect(removed?.value).toMatchObject({ authorization_details: '[{}]' });
  });
});

it('validates against any document', () => {
  const document = documentOf(`${SCHEMA_BASE}messages/jwks.schema.json`);
  if (document === undefined) throw new Error('missing');
  expect(validateAgainst(document, { keys: [{}] }).violations.map(({ pointer }) => pointer)).toEqual(['/keys/0/kty']);
});
