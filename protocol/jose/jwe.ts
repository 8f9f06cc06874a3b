import { constants, createCipheriv, createDecipheriv, createHash, createHmac, diffieHellman } from 'node:crypto';
import { privateDecrypt, publicEncrypt, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CipherGCMTypes, DecipherGCM, CipherGCM, KeyObject } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Random } from '../../core/ports.ts';
import { base64url, readBase64url } from '../encoding.ts';
import type { JsonObject } from '../json.ts';
import { isObject, member, obj, str } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, quote, readError } from '../read-error.ts';
import { headerErrors, readPart } from './jws.ts';
import { curveKey, keyObject, publicJwkOf } from './keys.ts';

export const KEY_MANAGEMENT_ALGS = [
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
  'RSA-OAEP',
  'RSA-OAEP-256',
] as const;
export type KeyManagementAlg = (typeof KEY_MANAGEMENT_ALGS)[number];
export const CONTENT_ENCRYPTIONS = [
  'A128GCM',
  'A192GCM',
  'A256GCM',
  'A128CBC-HS256',
  'A192CBC-HS384',
  'A256CBC-HS512',
] as const;
export type ContentEncryption = (typeof CONTENT_ENCRYPTIONS)[number];

function isAlg(name: unknown): name is KeyManagementAlg {
  return (KEY_MANAGEMENT_ALGS as readonly unknown[]).includes(name);
}

function isEnc(name: unknown): name is ContentEncryption {
  return (CONTENT_ENCRYPTIONS as readonly unknown[]).includes(name);
}

/** Bytes of the content encryption key. CBC-HS names state the AES key only; the MAC key is as long again. */
function cekBytes(enc: ContentEncryption): number {
  const aes = Number(enc.slice(1, 4)) / 8;
  return enc.includes('CBC') ? aes * 2 : aes;
}

/** A compact JWE's parts as they were read, before decryption (RFC 7516 7.1). */
export interface JweReading {
  readonly raw: string;
  readonly header: JsonObject | undefined;
  readonly headerText: string | undefined;
  readonly errors: readonly ReadError[];
}

interface JweParts extends JweReading {
  readonly protectedText: string;
  readonly encryptedKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/**
 * Reads the five parts and the protected header, without throwing. Codes: `jwe-too-large`, `jwe-parts`, `enc-missing`, and those of `readJwt`'s header.
 */
export function readJweHeader(raw: string): JweReading {
  return readParts(raw);
}

const MAX_JWE_BYTES = 20 * 1024 * 1024;
const EMPTY = new Uint8Array();

function readParts(raw: string): JweParts {
  const parts = raw.length > MAX_JWE_BYTES ? [] : raw.split('.', 6);
  const [protectedText, ...rest] = parts;
  if (parts.length !== 5 || protectedText === undefined) {
    const error =
      raw.length > MAX_JWE_BYTES
        ? readError('jwe-too-large', `JWE of more than ${MAX_JWE_BYTES} bytes`, `JWE 超過 ${MAX_JWE_BYTES} 位元組`)
        : readError(
            'jwe-parts',
            `a compact JWE has five parts: ${quote(raw, 40)}`,
            `精簡格式的 JWE 有五段：${quote(raw, 40)}`,
            {
              section: 'RFC7516 7.1',
            },
          );
    const nothing = { encryptedKey: EMPTY, iv: EMPTY, ciphertext: EMPTY, tag: EMPTY };
    return { raw, header: undefined, headerText: undefined, errors: [error], protectedText: '', ...nothing };
  }
  const header = readPart(protectedText, 'header');
  const errors = [...header.errors];
  if (header.object !== undefined) {
    errors.push(...headerErrors(header.object));
    if (str(header.object, 'enc') === undefined) {
      errors.push(
        readError('enc-missing', '"enc" is missing or no string', '「enc」缺少或不是字串', {
          at: 'header/enc',
          section: 'RFC7516 4.1.2',
        }),
      );
    }
  }
  const [encryptedKey = EMPTY, iv = EMPTY, ciphertext = EMPTY, tag = EMPTY] = rest.map((part, index) => {
    const reading = readBase64url(part);
    errors.push(...errorsAt(['encrypted-key', 'iv', 'ciphertext', 'tag'][index] ?? '', reading.errors));
    return reading.bytes ?? EMPTY;
  });
  return {
    raw,
    header: header.object,
    headerText: header.text,
    errors,
    protectedText,
    encryptedKey,
    iv,
    ciphertext,
    tag,
  };
}

/**
 * Encrypts to a recipient's public JWK (RFC 7516 5.1), synchronously. `header` goes out as given, plus `epk` for ECDH-ES unless it brings
 * its own. `alg` and `enc` come from the header, or from `actual` where header and real algorithms shall differ. `zip: "DEF"`
 * compresses. Throws TypeError where algorithm or key is unusable: the caller chose them.
 */
export function encryptCompact(input: {
  readonly header: JsonObject;
  readonly plaintext: Uint8Array | string;
  readonly recipient: JsonObject;
  readonly random?: Random;
  readonly actual?: { readonly alg?: KeyManagementAlg; readonly enc?: ContentEncryption };
}): string {
  const alg = input.actual?.alg ?? member(input.header, 'alg');
  const enc = input.actual?.enc ?? member(input.header, 'enc');
  if (!isAlg(alg) || !isEnc(enc)) throw new TypeError(`cannot encrypt with ${quote(alg)} and ${quote(enc)}`);
  const recipient = keyObject(publicJwkOf(input.recipient), 'public');
  if (recipient === undefined) throw new TypeError('the recipient has no usable public key');
  const bytes = (length: number): Uint8Array => input.random?.bytes(length) ?? randomBytes(length);
  let header = input.header;
  let cek: Uint8Array;
  let encryptedKey: Uint8Array = EMPTY;
  if (alg.startsWith('RSA')) {
    cek = bytes(cekBytes(enc));
    encryptedKey = publicEncrypt(oaep(alg, recipient), cek);
  } else {
    const ephemeral = curveKey(str(input.recipient, 'crv') ?? '', input.random);
    const { kty, crv, x, y } = ephemeral;
    if (!Object.hasOwn(header, 'epk')) header = { ...header, epk: { kty, crv, x, ...(y === undefined ? {} : { y }) } };
    const own = keyObject(ephemeral, 'private');
    const shared = own === undefined ? undefined : agree(own, recipient, alg, enc, header);
    if (shared === undefined) throw new TypeError('the recipient key does not suit ECDH-ES');
    cek = alg === 'ECDH-ES' ? shared : bytes(cekBytes(enc));
    if (alg !== 'ECDH-ES') encryptedKey = wrapKey(shared, cek);
  }
  const source = typeof input.plaintext === 'string' ? Buffer.from(input.plaintext) : input.plaintext;
  const plaintext = member(header, 'zip') === 'DEF' ? deflateRawSync(source) : source;
  const aad = base64url(JSON.stringify(header));
  const iv = bytes(enc.includes('CBC') ? 16 : 12);
  const sealed = seal(enc, cek, iv, plaintext, Buffer.from(aad));
  return [aad, base64url(encryptedKey), base64url(iv), base64url(sealed.ciphertext), base64url(sealed.tag)].join('.');
}

export type Decryption =
  | {
      readonly ok: true;
      readonly header: JsonObject;
      readonly plaintext: Uint8Array;
      readonly errors: readonly ReadError[];
    }
  | { readonly ok: false; readonly header: JsonObject | undefined; readonly errors: readonly ReadError[] };

/**
 * Decrypts with a private JWK (RFC 7516 5.2). Never throws; inflates at most `maxBytes` (default 10 MiB). Codes beside those of the header:
 * `jwe-alg-unsupported`, `jwe-enc-unsupported`, `jwe-key-unusable`, `jwe-epk`, `jwe-decryption`, `jwe-zip`, and `jwe-alg-differs` (key's own `alg` is another;
 * decrypted all the same).
 */
export function decryptCompact(
  raw: string,
  privateJwk: JsonObject,
  options: { readonly maxBytes?: number } = {},
): Decryption {
  const parts = readParts(raw);
  const { header } = parts;
  const errors = [...parts.errors];
  const fail = (code: string, en: string, zh: string): Decryption => ({
    ok: false,
    header,
    errors: [...errors, readError(code, en, zh)],
  });
  const fatal = (error: ReadError): boolean => error.code.startsWith('crit-') || error.code.startsWith('jwe-');
  if (header === undefined || errors.some(fatal)) return { ok: false, header, errors };
  const alg = member(header, 'alg');
  const enc = member(header, 'enc');
  if (!isAlg(alg))
    return fail('jwe-alg-unsupported', `"alg" ${quote(alg)} is not supported`, `不支援「alg」${quote(alg)}`);
  if (!isEnc(enc))
    return fail('jwe-enc-unsupported', `"enc" ${quote(enc)} is not supported`, `不支援「enc」${quote(enc)}`);
  const key = keyObject(privateJwk, 'private');
  const rsa = alg.startsWith('RSA');
  if (key === undefined || (member(privateJwk, 'kty') === 'RSA') !== rsa) {
    return fail('jwe-key-unusable', `the key does not suit ${alg}`, `此金鑰不適用於 ${alg}`);
  }
  const stated = str(privateJwk, 'alg');
  if (stated !== undefined && stated !== alg) {
    errors.push(
      readError(
        'jwe-alg-differs',
        `encrypted with ${alg}, the key says ${stated}`,
        `以 ${alg} 加密，但金鑰標示 ${stated}`,
        {
          at: 'header/alg',
        },
      ),
    );
  }
  let plaintext: Uint8Array;
  try {
    let cek: Uint8Array;
    if (rsa) {
      if (parts.encryptedKey.length === 0) throw new Error('no key');
      cek = privateDecrypt(oaep(alg, key), parts.encryptedKey);
    } else {
      const epk = obj(header, 'epk');
      const theirs = epk === undefined ? undefined : keyObject(publicJwkOf(epk), 'public');
      const shared = theirs === undefined ? undefined : agree(key, theirs, alg, enc, header);
      if (shared === undefined) {
        return fail('jwe-epk', '"epk" is missing or no point of the curve', '「epk」缺少或不是曲線上的點');
      }
      cek = alg === 'ECDH-ES' ? shared : unwrapKey(shared, parts.encryptedKey);
    }
    plaintext = open(enc, cek, parts);
  } catch {
    return fail('jwe-decryption', 'decryption failed: wrong key or changed content', '解密失敗：金鑰不符或內容遭變更');
  }
  if (!Object.hasOwn(header, 'zip')) return { ok: true, header, plaintext, errors };
  if (member(header, 'zip') !== 'DEF') {
    return fail('jwe-zip', `"zip" ${quote(member(header, 'zip'))} is not supported`, '不支援此「zip」值');
  }
  try {
    const inflated = inflateRawSync(plaintext, { maxOutputLength: options.maxBytes ?? 10 * 1024 * 1024 });
    return { ok: true, header, plaintext: inflated, errors };
  } catch {
    return fail('jwe-zip', 'the compressed content is broken or too large', '壓縮內容損壞或過大');
  }
}

function oaep(alg: KeyManagementAlg, key: KeyObject) {
  const oaepHash = alg === 'RSA-OAEP-256' ? 'sha256' : 'sha1';
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
}

/** ECDH-ES with Concat KDF (RFC 7518 4.6.2); undefined if the keys are not on one curve. */
function agree(
  privateKey: KeyObject,
  publicKey: KeyObject,
  alg: KeyManagementAlg,
  enc: ContentEncryption,
  header: JsonObject,
): Uint8Array | undefined {
  let z: Buffer;
  try {
    z = diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
  const id = alg === 'ECDH-ES' ? enc : alg;
  const length = alg === 'ECDH-ES' ? cekBytes(enc) : Number(alg.slice(9, 12)) / 8;
  const party = (name: string): Uint8Array => readBase64url(str(header, name) ?? '').bytes ?? EMPTY;
  const info = Buffer.concat([
    prefixed(Buffer.from(id)),
    prefixed(party('apu')),
    prefixed(party('apv')),
    uint32(length * 8),
  ]);
  const blocks: Buffer[] = [];
  for (let counter = 1; blocks.length * 32 < length; counter++) {
    blocks.push(createHash('sha256').update(uint32(counter)).update(z).update(info).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

function prefixed(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Initial value of AES Key Wrap (RFC 3394 2.2.3.1). */
const KW_IV = Buffer.alloc(8, 0xa6);

function wrapKey(kek: Uint8Array, cek: Uint8Array): Uint8Array {
  const cipher = createCipheriv(`id-aes${kek.length * 8}-wrap`, kek, KW_IV);
  return Buffer.concat([cipher.update(cek), cipher.final()]);
}

function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(`id-aes${kek.length * 8}-wrap`, kek, KW_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

function gcmName(enc: ContentEncryption): CipherGCMTypes {
  return `aes-${enc.slice(1, 4)}-gcm` as CipherGCMTypes;
}

function seal(enc: ContentEncryption, cek: Uint8Array, iv: Uint8Array, plaintext: Uint8Array, aad: Uint8Array) {
  if (!enc.includes('CBC')) {
    const cipher: CipherGCM = createCipheriv(gcmName(enc), cek, iv, { authTagLength: 16 });
    cipher.setAAD(aad);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return { ciphertext, tag: cipher.getAuthTag() };
  }
  const half = cek.length / 2;
  const cipher = createCipheriv(`aes-${half * 8}-cbc`, cek.subarray(half), iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { ciphertext, tag: cbcTag(cek.subarray(0, half), aad, iv, ciphertext) };
}

/** Tag of AES-CBC with HMAC (RFC 7518 5.2.2.1): the MAC's first half, over AAD, IV, ciphertext and the AAD's length in bits. */
function cbcTag(macKey: Uint8Array, aad: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(aad.length) * 8n);
  const mac = createHmac(`sha${macKey.length * 16}`, macKey)
    .update(aad)
    .update(iv)
    .update(ciphertext)
    .update(length);
  return mac.digest().subarray(0, macKey.length);
}

/** Decrypts the content; throws where key, IV, tag or ciphertext do not fit. */
function open(enc: ContentEncryption, cek: Uint8Array, parts: JweParts): Uint8Array {
  if (cek.length !== cekBytes(enc)) throw new Error('key length');
  const aad = Buffer.from(parts.protectedText);
  if (!enc.includes('CBC')) {
    // GCM takes shorter tags and other IV lengths; RFC 7518 5.3 does not.
    if (parts.iv.length !== 12 || parts.tag.length !== 16) throw new Error('iv or tag length');
    const decipher: DecipherGCM = createDecipheriv(gcmName(enc), cek, parts.iv, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(parts.tag);
    return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]);
  }
  const half = cek.length / 2;
  const expected = cbcTag(cek.subarray(0, half), aad, parts.iv, parts.ciphertext);
  if (parts.tag.length !== expected.length || !timingSafeEqual(parts.tag, expected)) throw new Error('tag');
  const decipher = createDecipheriv(`aes-${half * 8}-cbc`, cek.subarray(half), parts.iv);
  return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]);
}

/** True if a text looks like a compact JWE: five base64url parts, the first a JSON object. */
export function isJwe(text: string): boolean {
  return (
    /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/.test(text) &&
    isObject(readPart(text.slice(0, text.indexOf('.')), 'header').object)
  );
}
