import { describe, expect, it } from 'vitest';
import { base64url } from './encoding.ts';
import {
  didJwk,
  didKey,
  didKeys,
  didWeb,
  didWebUrl,
  jwkOfMultibase,
  readDidDocument,
  resolveDid,
  resolveDidWith,
  splitDidUrl,
} from './did.ts';
import { generateEncryptionKey, generateSigningKey, sameKey } from './jose/keys.ts';
import { testRandom } from './test-random.ts';

const p256 = generateSigningKey('ES256', testRandom());
const keysOf = (did: string, relationship?: 'assertionMethod' | 'keyAgreement') =>
  didKeys(resolveDid(did).document ?? {}, relationship).keys;

describe('did:key', () => {
  it.each([
    [
      'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
      { kty: 'OKP', crv: 'Ed25519', x: 'Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY' },
    ],
    ['did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv', { kty: 'EC', crv: 'P-256' }],
    [
      'did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsEYvdrjxMjQ4tpnje9BDBTzuNDP3knn6qLZErzd4bJ5go2CChoPjd5GAH3zpFJP5fuwSk66U5Pq6EhF4nKnHzDnznEP8fX99nZGgwbAh1o7Gj1X52Tdhf7U4KTk66xsA5r',
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'ngy44T1vxAT6Di4nr-UaM9K3Tlnz9pkoksDokKFkmNc',
        y: 'QCRfOKlSM31GTkb4JHx3nXB4G_jSPMsbdjzlkT_UpPc',
      },
    ],
  ])('published example %s', (did, expected) => {
    const [key] = keysOf(did, 'assertionMethod');
    expect(key?.jwk).toMatchObject(expected);
    expect(didKey(key?.jwk ?? {}, did.startsWith('did:key:z2dmz') ? 'jwk_jcs-pub' : 'curve')).toBe(did);
    expect(key?.id).toBe(`${did}#${did.slice(8)}`);
  });
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const)('round-trips %s', (alg) => {
    const { publicJwk } = generateSigningKey(alg, testRandom());
    const codecs = alg === 'RS256' ? (['jwk_jcs-pub'] as const) : (['curve', 'jwk_jcs-pub'] as const);
    for (const codec of codecs) expect(sameKey(keysOf(didKey(publicJwk, codec))[0]?.jwk ?? {}, publicJwk)).toBe(true);
  });
  it('gives an X25519 key for key agreement only', () => {
    const did = didKey(generateEncryptionKey('ECDH-ES', testRandom(), { crv: 'X25519' }).publicJwk);
    expect([keysOf(did, 'keyAgreement').length, keysOf(did, 'assertionMethod').length]).toEqual([1, 0]);
  });
  it.each(['z', 'zDnae', 'x123', 'z6Mk0OIl', `z${'1'.repeat(5000)}`])('refuses %s', (text) => {
    expect(jwkOfMultibase(text)).toBeUndefined();
    expect(() => didKey({ kty: 'RSA' })).toThrow(TypeError);
  });
});

describe('did:jwk', () => {
  it('round-trips, without private members', () => {
    const did = didJwk(p256.privateJwk);
    const { document, errors } = resolveDid(did);
    expect(errors).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('"d":');
    expect(didKeys(document ?? {}).keys).toEqual([{ id: `${did}#0`, jwk: p256.publicJwk }]);
  });
  it('leaves a private key out of the document, and says so', () => {
    const { document, errors } = resolveDid(`did:jwk:${base64url(JSON.stringify(p256.privateJwk))}`);
    expect(errors.map((error) => error.code)).toEqual(['jwk-private-member']);
    expect(JSON.stringify(document)).not.toContain('"d":');
  });
  it.each([
    ['did:jwk:!!', 'did-syntax'],
    ['did:jwk:AAAA', 'did-jwk-encoding'],
    [`did:jwk:${base64url('{}')}`, 'jwk-kty'],
    ['did:key:zzz', 'did-key-encoding'],
    ['did:web:a.example', 'did-method-unsupported'],
    ['', 'did-syntax'],
    [`did:jwk:${'A'.repeat(30_000)}`, 'did-syntax'],
  ])('%.40s: %s', (did, code) => {
    expect(resolveDid(did)).toMatchObject({ document: undefined, errors: [{ code }] });
  });
});

describe('did:web', () => {
  it.each([
    ['did:web:a.example', 'https://a.example/.well-known/did.json'],
    ['did:web:a.example%3A8443:user:alice', 'https://a.example:8443/user/alice/did.json'],
    ['did:web:a.example:..:x', undefined],
    ['did:web:a.example%2Fx', undefined],
    ['did:web:', undefined],
    ['did:key:z', undefined],
  ])('%s', (did, url) => {
    expect(didWebUrl(did)).toBe(url);
  });
  it('is made from a URL', () => {
    expect(didWeb('https://a.example:8443/user/alice/')).toBe('did:web:a.example%3A8443:user:alice');
    expect(didWeb('https://a.example/')).toBe('did:web:a.example');
    expect(didWeb('https://a.example/?q')).toBeUndefined();
    expect(didWeb('http://a.example')).toBeUndefined();
  });
  it('is fetched through the caller', async () => {
    const did = 'did:web:a.example';
    const method = { id: '#k', type: 'JsonWebKey2020', controller: did, publicKeyJwk: p256.publicJwk };
    const document = {
      id: did,
      verificationMethod: [method, { id: '#bad' }],
      assertionMethod: ['#k', { ...method, id: '#own' }],
    };
    const asked: string[] = [];
    const reading = await resolveDidWith(did, async (url) => {
      asked.push(url);
      return JSON.stringify(document);
    });
    expect(asked).toEqual(['https://a.example/.well-known/did.json']);
    expect(didKeys(reading.document ?? {}, 'assertionMethod').keys.map((key) => key.id)).toEqual([
      `${did}#k`,
      `${did}#own`,
    ]);
    expect(didKeys(reading.document ?? {}).errors.map((error) => error.code)).toEqual(['did-method-key']);
    expect(readDidDocument({ id: 'did:web:b.example' }, did).errors[0]?.code).toBe('did-document-id');
    expect((await resolveDidWith(did, async () => undefined)).errors[0]?.code).toBe('did-document-missing');
    expect((await resolveDidWith(didJwk(p256.publicJwk), async () => undefined)).errors).toEqual([]);
  });
});

it('splitDidUrl', () => {
  expect(splitDidUrl('did:jwk:a#0')).toEqual({ did: 'did:jwk:a', fragment: '#0' });
  expect(splitDidUrl('did:jwk:a')).toEqual({ did: 'did:jwk:a', fragment: '' });
});
