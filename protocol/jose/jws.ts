import { createHmac, constants, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { base64url, readBase64url } from '../encoding.ts';
import type { JsonObject } from '../json.ts';
import { arr, isObject, member, readJson, str, strings } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, quote, readError } from '../read-error.ts';
import { algInfo, isSignatureAlg, isSymmetricAlg } from './algorithms.ts';
import type { SignatureAlg } from './algorithms.ts';
import type { SigningKey } from './keys.ts';
import { algsOf, keyObject } from './keys.ts';

/** A secret for HS256 …: only to form attacks such as "signed with the public key as HMAC secret". */
export interface HmacKey {
  readonly alg: 'HS256' | 'HS384' | 'HS512';
  readonly secret: Uint8Array;
}

/**
 * Signs a compact JWS (RFC 7515 7.1), synchronously. Header and payload go out exactly as given: nothing is added, nothing checked, so
 * wrong ones can be formed; a string is taken as the raw JSON text. The algorithm that signs is `key.alg`, whatever the header
 * says. `key: 'none'` gives an empty signature. Throws TypeError if the key itself is unusable.
 */
export function signCompact(input: {
  readonly header: JsonObject | string;
  readonly payload: JsonObject | string | Uint8Array;
  readonly key: SigningKey | HmacKey | 'none';
}): string {
  const signingInput = `${base64url(textOf(input.header))}.${base64url(textOf(input.payload))}`;
  return `${signingInput}.${base64url(signatureOver(signingInput, input.key))}`;
}

function textOf(part: JsonObject | string | Uint8Array): string | Uint8Array {
  return typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part);
}

/** The raw JWS signature over a signing input. */
export function signatureOver(signingInput: string, key: SigningKey | HmacKey | 'none'): Uint8Array {
  if (key === 'none') return new Uint8Array();
  if ('secret' in key)
    return createHmac(`sha${key.alg.slice(2)}`, key.secret)
      .update(signingInput)
      .digest();
  const privateKey = keyObject(key.privateJwk, 'private');
  if (privateKey === undefined) throw new TypeError('not a usable private key');
  return sign(algInfo(key.alg).hash, Buffer.from(signingInput), scheme(key.alg, privateKey));
}

function scheme(alg: SignatureAlg, key: KeyObject) {
  const info = algInfo(alg);
  if (info.kty === 'EC') return { key, dsaEncoding: 'ieee-p1363' as const };
  if (info.pss !== true) return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

/**
 * The same JWS with one bit of its signature changed, length kept: well formed, wrongly signed.
 * The bit is in the last byte, so for ECDSA `s` stays in range and only the mathematics can refuse it.
 */
export function tamperSignature(compact: string): string {
  const dot = compact.lastIndexOf('.');
  const signature = Buffer.from(compact.slice(dot + 1), 'base64url');
  if (signature.length > 0) signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
  return `${compact.slice(0, dot)}.${signature.toString('base64url')}`;
}

/** A compact JWS as it was read. `header` and `payload` are undefined where they are no JSON object. */
export interface JwtReading {
  readonly raw: string;
  readonly header: JsonObject | undefined;
  readonly payload: JsonObject | undefined;
  readonly headerText: string | undefined;
  readonly payloadText: string | undefined;
  /** `BASE64URL(header).BASE64URL(payload)` exactly as received. */
  readonly signingInput: string;
  readonly signature: Uint8Array | undefined;
  readonly errors: readonly ReadError[];
}

const MAX_JWT_BYTES = 10 * 1024 * 1024;

/**
 * Reads a compact JWS with a JSON payload, strictly and without throwing; signatures are not looked at. Codes: `jwt-too-large`,
 * `jwt-parts`, `base64url-…`, those of `readJson`, `not-an-object`, `alg-missing`, `crit-invalid`, `crit-unsupported`, `signature-empty` (unless `alg` is
 * `none`). `at` starts with `header`, `payload` or `signature`.
 */
export function readJwt(raw: string, limits: { readonly maxBytes?: number } = {}): JwtReading {
  const max = limits.maxBytes ?? MAX_JWT_BYTES;
  if (raw.length > max) {
    return unreadable(raw, readError('jwt-too-large', `JWT of more than ${max} bytes`, `JWT 超過 ${max} 位元組`));
  }
  const first = raw.indexOf('.');
  const second = first === -1 ? -1 : raw.indexOf('.', first + 1);
  if (second === -1 || raw.indexOf('.', second + 1) !== -1) {
    const found = second === -1 ? (first === -1 ? 1 : 2) : 'more than 3';
    return unreadable(
      raw,
      readError(
        'jwt-parts',
        `a signed JWT has three parts, this has ${found}: ${quote(raw, 40)}`,
        `已簽署的 JWT 有三段，此處為 ${found === 'more than 3' ? '超過 3' : found} 段：${quote(raw, 40)}`,
        { section: 'RFC7515 7.1' },
      ),
    );
  }
  const header = readPart(raw.slice(0, first), 'header');
  const payload = readPart(raw.slice(first + 1, second), 'payload');
  const signatureText = raw.slice(second + 1);
  const signature = readBase64url(signatureText);
  const errors = [...header.errors, ...payload.errors, ...errorsAt('signature', signature.errors)];
  if (header.object !== undefined) {
    errors.push(...headerErrors(header.object));
    if (signatureText === '' && member(header.object, 'alg') !== 'none') {
      errors.push(readError('signature-empty', 'the signature is empty', '簽章是空的', { at: 'signature' }));
    }
  }
  return {
    raw,
    header: header.object,
    payload: payload.object,
    headerText: header.text,
    payloadText: payload.text,
    signingInput: raw.slice(0, second),
    signature: signature.bytes,
    errors,
  };
}

function unreadable(raw: string, error: ReadError): JwtReading {
  const nothing = { header: undefined, payload: undefined, headerText: undefined, payloadText: undefined };
  return { raw, ...nothing, signingInput: '', signature: undefined, errors: [error] };
}

interface PartReading {
  readonly object: JsonObject | undefined;
  readonly text: string | undefined;
  readonly errors: readonly ReadError[];
}

/** Reads one base64url part that must be a JSON object; also for the header of a JWE. */
export function readPart(encoded: string, place: 'header' | 'payload'): PartReading {
  const { bytes, errors } = readBase64url(encoded);
  if (bytes === undefined) return { object: undefined, text: undefined, errors: errorsAt(place, errors) };
  const json = readJson(bytes);
  const found = errorsAt(place, [...errors, ...json.errors]);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (isObject(json.value)) return { object: json.value, text: source, errors: found };
  if (json.value !== undefined) {
    found.push(readError('not-an-object', `the ${place} is no JSON object`, `${place} 不是 JSON 物件`, { at: place }));
  }
  return { object: undefined, text: source, errors: found };
}

/** Header parameters of the JOSE specifications: they may not be listed in `crit` (RFC 7515 4.1.11). */
const NOT_IN_CRIT: ReadonlySet<unknown> = new Set(
  'alg jku jwk kid x5u x5c x5t x5t#S256 typ cty crit enc zip epk apu apv iv tag p2s p2c'.split(' '),
);

/** Errors of the parameters that every JOSE header shares: `alg` and `crit`. No extension is supported, so each `crit` entry is one. */
export function headerErrors(header: JsonObject): ReadError[] {
  const errors: ReadError[] = [];
  if (str(header, 'alg') === undefined) {
    errors.push(
      readError('alg-missing', '"alg" is missing or no string', '「alg」缺少或不是字串', {
        at: 'header/alg',
        section: 'RFC7515 4.1.1',
      }),
    );
  }
  if (!Object.hasOwn(header, 'crit')) return errors;
  const where = { at: 'header/crit', section: 'RFC7515 4.1.11' };
  const names = strings(header, 'crit');
  if (names === undefined || names.length === 0 || new Set(names).size !== names.length) {
    errors.push(
      readError(
        'crit-invalid',
        '"crit" is no non-empty array of different names',
        '「crit」不是由不同名稱組成的非空陣列',
        where,
      ),
    );
  }
  for (const name of (arr(header, 'crit') ?? []).slice(0, 20)) {
    const shown = quote(name);
    if (typeof name === 'string' && !NOT_IN_CRIT.has(name) && Object.hasOwn(header, name)) {
      errors.push(
        readError('crit-unsupported', `critical extension ${shown} is not supported`, `不支援關鍵擴充 ${shown}`, where),
      );
    } else {
      errors.push(
        readError(
          'crit-invalid',
          `"crit" may not list ${shown}, or the header lacks it`,
          `「crit」不得列出 ${shown}，或標頭缺少它`,
          where,
        ),
      );
    }
  }
  return errors;
}

export type VerifyFailure =
  | 'unreadable'
  | 'alg-missing'
  | 'alg-none'
  | 'alg-unsupported'
  | 'alg-not-allowed'
  | 'crit-unsupported'
  | 'key-unusable'
  | 'key-alg-mismatch'
  | 'key-use-mismatch'
  | 'signature-length'
  | 'signature-wrong';

export type Verification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: VerifyFailure; readonly message: Text };

function failed(reason: VerifyFailure, en: string, zh: string): Verification {
  return { ok: false, reason, message: text(en, zh) };
}

/**
 * Verifies the signature of a reading, and nothing else: claims are not looked at, errors of the reading do not count unless there is
 * no signature to verify. The algorithm comes from the header and must suit the key (`kty`, `crv`, `alg`, `use`, `key_ops`; RFC 7515 5.2,
 * RFC 8725 3.1). `none`, symmetric algorithms and critical extensions never verify; `algs` narrows further.
 */
export function verifyJws(
  reading: JwtReading,
  publicJwk: JsonObject,
  options: { readonly algs?: readonly string[] } = {},
): Verification {
  const { header, signature } = reading;
  if (header === undefined || signature === undefined) {
    return failed('unreadable', 'not readable as a signed JWT', '無法讀取為已簽署的 JWT');
  }
  const alg = str(header, 'alg');
  if (alg === undefined) return failed('alg-missing', 'the header has no "alg"', '標頭沒有「alg」');
  if (/^none$/i.test(alg)) return failed('alg-none', 'not signed: "alg" is "none"', '未簽署：「alg」為「none」');
  const shown = quote(alg);
  if (options.algs !== undefined && !options.algs.includes(alg)) {
    return failed('alg-not-allowed', `algorithm ${shown} is not allowed here`, `此處不允許演算法 ${shown}`);
  }
  if (!isSignatureAlg(alg)) {
    const kind = isSymmetricAlg(alg) ? ['is symmetric', '是對稱演算法'] : ['is not supported', '不受支援'];
    return failed('alg-unsupported', `algorithm ${shown} ${kind[0]}`, `演算法 ${shown} ${kind[1]}`);
  }
  if (Object.hasOwn(header, 'crit')) {
    return failed('crit-unsupported', 'critical extensions are not supported', '不支援關鍵擴充（crit）');
  }
  if (!algsOf(publicJwk).includes(alg)) {
    return failed('key-alg-mismatch', `the key is not for ${shown}`, `此金鑰不適用於 ${shown}`);
  }
  if (
    member(publicJwk, 'use') === 'enc' ||
    strings(publicJwk, 'key_ops')?.some((op) => /^(verify|sign)$/.test(op)) === false
  ) {
    return failed('key-use-mismatch', 'the key is not for signatures', '此金鑰不是用於簽章');
  }
  const key = keyObject(publicJwk, 'public');
  if (key === undefined) return failed('key-unusable', 'the JWK is no usable public key', '此 JWK 不是可用的公開金鑰');
  const expected = algInfo(alg).signatureBytes;
  if (expected !== undefined && signature.length !== expected) {
    return failed(
      'signature-length',
      `the signature has ${signature.length} bytes, ${alg} needs ${expected}`,
      `簽章有 ${signature.length} 位元組，${alg} 需要 ${expected} 位元組`,
    );
  }
  const ok = verify(algInfo(alg).hash, Buffer.from(reading.signingInput), scheme(alg, key), signature);
  return ok
    ? { ok: true }
    : failed('signature-wrong', 'the signature does not verify with this key', '以此金鑰驗證簽章失敗');
}
