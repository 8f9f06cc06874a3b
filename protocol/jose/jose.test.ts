import { createCipheriv } from 'node:crypto';
import * as jose from 'jose';
import { describe, expect, it } from 'vitest';
import { base64url } from '../encoding.ts';
import { testRandom } from '../test-random.ts';
import {
  CONTENT_ENCRYPTIONS,
  KEY_MANAGEMENT_ALGS,
  decryptCompact,
  encryptCompact,
  isJwe,
  readJweHeader,
} from './jwe.ts';
import { readJwt, signCompact, tamperSignature, verifyJws } from './jws.ts';
import {
  SIGNATURE_ALGS,
  algsOf,
  generateEncryptionKey,
  generateSigningKey,
  publicJwkOf,
  readJwk,
  signingKeyFromJwk,
  thumbprint,
} from './keys.ts';

const es256 = generateSigningKey('ES256', testRandom());
const other = generateSigningKey('ES256', testRandom('other'));
const rsa = generateSigningKey('PS256');
const codes = (raw: string) => readJwt(raw).errors.map((error) => `${error.code} ${error.at ?? ''}`.trim());
const part = (value: unknown) => base64url(JSON.stringify(value));

describe('keys', () => {
  it('thumbprint of RFC 7638 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(thumbprint({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' })).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });
  it('thumbprint of RFC 8037 A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    expect(thumbprint({ crv: 'Ed25519', kty: 'OKP', x })).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)('%s keys repeat with the seed', (alg) => {
    const [a, b, c] = ['s', 's', 't'].map((seed) => generateSigningKey(alg, testRandom(seed)).privateJwk);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(readJwk(publicJwkOf(a ?? {})).errors).toEqual([]);
  });
  it('pads a short private scalar', () => {
    const short = generateSigningKey('ES256', { bytes: (n) => Buffer.concat([Buffer.alloc(n - 1), Buffer.from([5])]) });
    expect(Buffer.from(String(short.privateJwk.d), 'base64url').length).toBe(32);
    expect(
      verifyJws(readJwt(signCompact({ header: { alg: 'ES256' }, payload: {}, key: short })), short.publicJwk).ok,
    ).toBe(true);
  });
  it('imports', () => {
    expect(signingKeyFromJwk(rsa.privateJwk).alg).toBe('PS256');
    expect(() => signingKeyFromJwk(es256.privateJwk, 'RS256')).toThrow(TypeError);
    expect(() => signingKeyFromJwk(es256.publicJwk)).toThrow(TypeError);
    expect(algsOf({ kty: 'EC', crv: 'P-256' })).toEqual(['ES256']);
  });
  it.each([
    ['no object', 'x', 'jwk-not-an-object'],
    ['unknown kty', { kty: 'constructor' }, 'jwk-kty'],
    ['symmetric', { kty: 'oct', k: 'AAAA' }, 'jwk-symmetric'],
    ['private', es256.privateJwk, 'jwk-private-member'],
    ['without y', { ...es256.publicJwk, y: undefined }, 'jwk-member-missing'],
    ['padded', { ...es256.publicJwk, x: `${String(es256.publicJwk.x)}=` }, 'base64url-padding'],
    ['short', { ...es256.publicJwk, x: 'AAAA' }, 'jwk-coordinate-length'],
    ['off the curve', { ...es256.publicJwk, x: other.publicJwk.x }, 'jwk-unusable'],
    ['unknown curve', { ...es256.publicJwk, crv: 'toString' }, 'jwk-crv-unknown'],
  ])('readJwk reports a key that is %s', (_name, jwk, code) => {
    expect(readJwk(jwk).errors.map((error) => error.code)).toContain(code);
  });
});

describe('jws', () => {
  it.each(SIGNATURE_ALGS)('%s is understood by jose, and jose by us', async (alg) => {
    const key = generateSigningKey(alg, testRandom());
    const mine = signCompact({ header: { alg }, payload: { a: 1 }, key });
    await expect(jose.compactVerify(mine, await jose.importJWK(key.publicJwk, alg))).resolves.toBeDefined();
    const theirs = await new jose.SignJWT({ b: 2 })
      .setProtectedHeader({ alg })
      .sign(await jose.importJWK(key.privateJwk, alg));
    const reading = readJwt(theirs);
    expect(reading).toMatchObject({ payload: { b: 2 }, errors: [] });
    expect(verifyJws(reading, key.publicJwk)).toEqual({ ok: true });
    expect(verifyJws(readJwt(tamperSignature(theirs)), key.publicJwk)).toMatchObject({ reason: 'signature-wrong' });
  });

  it('sends header and payload exactly as given', () => {
    const raw = signCompact({ header: '{"alg":"ES256","alg":"none"}', payload: '{"a":1,"a":2}', key: es256 });
    expect(readJwt(raw).headerText).toBe('{"alg":"ES256","alg":"none"}');
    expect(codes(raw)).toEqual(['duplicate-member header/alg', 'duplicate-member payload/a']);
  });

  const good = signCompact({ header: { alg: 'ES256' }, payload: { a: 1 }, key: es256 });
  const [h = '', p = '', s = ''] = good.split('.');
  it.each([
    ['straight', good, []],
    ['two parts', `${h}.${p}`, ['jwt-parts']],
    ['four parts', `${good}.x`, ['jwt-parts']],
    ['padding', `${h}=.${p}.${s}`, ['base64url-padding header']],
    ['payload is an array', `${h}.${part([1])}.${s}`, ['not-an-object payload']],
    ['payload is text', `${h}.${base64url('hello')}.${s}`, ['json-syntax payload']],
    ['no alg', `${part({ typ: 'JWT' })}.${p}.${s}`, ['alg-missing header/alg']],
    ['no signature', `${h}.${p}.`, ['signature-empty signature']],
    [
      'unknown critical extension',
      `${part({ alg: 'ES256', crit: ['x'], x: 1 })}.${p}.${s}`,
      ['crit-unsupported header/crit'],
    ],
    ['empty crit', `${part({ alg: 'ES256', crit: [] })}.${p}.${s}`, ['crit-invalid header/crit']],
    [
      'crit of a known name',
      `${part({ alg: 'ES256', crit: ['typ'], typ: 'x' })}.${p}.${s}`,
      ['crit-invalid header/crit'],
    ],
    ['nothing', '', ['jwt-parts']],
  ])('readJwt: %s', (_name, raw, expected) => {
    expect(codes(raw)).toEqual(expected);
  });

  const hmac = { alg: 'HS256', secret: Buffer.from(JSON.stringify(es256.publicJwk)) } as const;
  it.each([
    ['none', signCompact({ header: { alg: 'none' }, payload: {}, key: 'none' }), es256.publicJwk, 'alg-none'],
    ['None', signCompact({ header: { alg: 'None' }, payload: {}, key: 'none' }), es256.publicJwk, 'alg-none'],
    [
      'HMAC with the public key',
      signCompact({ header: { alg: 'HS256' }, payload: {}, key: hmac }),
      es256.publicJwk,
      'alg-unsupported',
    ],
    ['another key', good, other.publicJwk, 'signature-wrong'],
    ['another kind of key', good, rsa.publicJwk, 'key-alg-mismatch'],
    ['key for another alg', good, { ...es256.publicJwk, alg: 'ES384' }, 'key-alg-mismatch'],
    ['encryption key', good, { ...es256.publicJwk, use: 'enc' }, 'key-use-mismatch'],
    ['DER signature', `${h}.${p}.${base64url(Buffer.alloc(70, 1))}`, es256.publicJwk, 'signature-length'],
    [
      'crit',
      signCompact({ header: { alg: 'ES256', crit: ['x'], x: 1 }, payload: {}, key: es256 }),
      es256.publicJwk,
      'crit-unsupported',
    ],
    ['broken key', good, { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'key-unusable'],
    ['changed payload', `${h}.${part({ a: 2 })}.${s}`, es256.publicJwk, 'signature-wrong'],
  ])('verifyJws refuses: %s', (_name, raw, key, reason) => {
    expect(verifyJws(readJwt(raw), key)).toMatchObject({ ok: false, reason });
  });
  it('narrows algorithms', () => {
    expect(verifyJws(readJwt(good), es256.publicJwk, { algs: ['ES384'] })).toMatchObject({ reason: 'alg-not-allowed' });
  });
  it('reads 5 MB quickly', () => {
    const big = signCompact({ header: { alg: 'ES256' }, payload: { a: 'x'.repeat(5_000_000) }, key: es256 });
    const started = performance.now();
    expect(readJwt(big).errors).toEqual([]);
    expect(readJwt('.'.repeat(5_000_000)).errors).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('jwe', () => {
  const matrix = KEY_MANAGEMENT_ALGS.flatMap((alg) => CONTENT_ENCRYPTIONS.map((enc) => [alg, enc] as const));
  const rsaKey = generateEncryptionKey('RSA-OAEP-256');
  it.each(matrix)('%s %s both ways with jose', async (alg, enc) => {
    const crv = enc.includes('192') ? 'X25519' : enc === 'A256GCM' ? 'P-521' : 'P-256';
    const base = alg.startsWith('RSA') ? rsaKey : generateEncryptionKey(alg, testRandom(), { crv });
    const strip = ({ alg: _alg, ...rest }: jose.JWK): jose.JWK => rest;
    const header = { alg, enc, apu: base64url('a'), apv: base64url('b'), kid: 'k' };
    const mine = encryptCompact({ header, plaintext: 'hello', recipient: base.publicJwk, random: testRandom() });
    const opened = await jose.compactDecrypt(mine, await jose.importJWK(strip(base.privateJwk as jose.JWK), alg));
    expect(Buffer.from(opened.plaintext).toString()).toBe('hello');
    const theirs = await new jose.CompactEncrypt(Buffer.from('salut'))
      .setProtectedHeader({ alg, enc })
      .encrypt(await jose.importJWK(strip(base.publicJwk as jose.JWK), alg));
    const back = decryptCompact(theirs, { ...base.privateJwk, alg });
    expect(back.errors).toEqual([]);
    expect(back.ok && Buffer.from(back.plaintext).toString()).toBe('salut');
  });

  it('Concat KDF of RFC 7518 C', () => {
    const bob = {
      kty: 'EC',
      crv: 'P-256',
      x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
      y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
      d: 'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
    };
    const epk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
      y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
    };
    const header = part({ alg: 'ECDH-ES', enc: 'A128GCM', apu: 'QWxpY2U', apv: 'Qm9i', epk });
    const cipher = createCipheriv('aes-128-gcm', Buffer.from('VqqN6vgjbSBcIijNcacQGg', 'base64url'), Buffer.alloc(12));
    cipher.setAAD(Buffer.from(header));
    const ciphertext = Buffer.concat([cipher.update('vector'), cipher.final()]);
    const raw = [header, '', base64url(Buffer.alloc(12)), base64url(ciphertext), base64url(cipher.getAuthTag())].join(
      '.',
    );
    const result = decryptCompact(raw, bob);
    expect(result.ok && Buffer.from(result.plaintext).toString()).toBe('vector');
  });

  const key = generateEncryptionKey('ECDH-ES', testRandom());
  const seal = (header: object, plaintext: string | Uint8Array = 'x') =>
    encryptCompact({ header: { alg: 'ECDH-ES', enc: 'A128GCM', ...header }, plaintext, recipient: key.publicJwk });
  const good = seal({});
  const change = (index: number, to: (part: string) => string) =>
    good
      .split('.')
      .map((part, at) => (at === index ? to(part) : part))
      .join('.');
  it.each([
    ['four parts', good.slice(0, good.lastIndexOf('.')), 'jwe-parts'],
    ['changed ciphertext', change(3, () => 'AA'), 'jwe-decryption'],
    ['short tag', change(4, (tag) => tag.slice(0, 16)), 'jwe-decryption'],
    ['short iv', change(2, () => 'AAAA'), 'jwe-decryption'],
    [
      'other enc really used',
      encryptCompact({
        header: { alg: 'ECDH-ES', enc: 'A128GCM' },
        plaintext: 'x',
        recipient: key.publicJwk,
        actual: { enc: 'A256GCM' },
      }),
      'jwe-decryption',
    ],
    ['unknown alg', change(0, () => part({ alg: 'dir', enc: 'A128GCM' })), 'jwe-alg-unsupported'],
    ['unknown enc', change(0, () => part({ alg: 'ECDH-ES', enc: 'A1' })), 'jwe-enc-unsupported'],
    ['no epk', change(0, () => part({ alg: 'ECDH-ES', enc: 'A128GCM' })), 'jwe-epk'],
    ['epk of another curve', seal({ epk: generateSigningKey('ES384').publicJwk }), 'jwe-epk'],
    ['crit', seal({ crit: ['x'], x: 1 }), 'crit-unsupported'],
    ['unknown zip', seal({ zip: 'GZIP' }), 'jwe-zip'],
  ])('decryptCompact refuses: %s', (_name, raw, code) => {
    const result = decryptCompact(raw, key.privateJwk);
    expect(result.ok).toBe(false);
    expect(result.errors.map((error) => error.code)).toContain(code);
  });
  it('compresses, and caps what it inflates', () => {
    const bomb = seal({ zip: 'DEF' }, Buffer.alloc(1_000_000));
    expect(bomb.length).toBeLessThan(5000);
    expect(decryptCompact(bomb, key.privateJwk).ok).toBe(true);
    expect(decryptCompact(bomb, key.privateJwk, { maxBytes: 10_000 })).toMatchObject({
      ok: false,
      errors: [{ code: 'jwe-zip' }],
    });
  });
  it('reads a header without a key, and notes a key that says another alg', () => {
    expect(readJweHeader(good)).toMatchObject({ header: { alg: 'ECDH-ES', enc: 'A128GCM' }, errors: [] });
    const result = decryptCompact(good, { ...key.privateJwk, alg: 'ECDH-ES+A128KW' });
    expect(result).toMatchObject({ ok: true, errors: [{ code: 'jwe-alg-differs' }] });
    expect([isJwe(good), isJwe('a.b.c')]).toEqual([true, false]);
  });
});
