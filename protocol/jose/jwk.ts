import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { hashBase64url, readBase64url } from '../encoding.ts';
import type { HashName } from '../encoding.ts';
import type { JsonObject } from '../json.ts';
import { isObject, member, setOwn, str } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, quote, readError } from '../read-error.ts';
import { SIGNATURE_ALGS, algInfo, curve } from './algorithms.ts';
import type { SignatureAlg } from './algorithms.ts';

/** A JSON Web Key (RFC 7517), public or private. */
export interface Jwk {
  readonly kty: string;
  readonly [member: string]: unknown;
}

const PRIVATE_MEMBERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** The members of a thumbprint, in lexicographic order (RFC 7638 3.2, RFC 8037 2). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
  oct: ['k', 'kty'],
};

function requiredMembers(kty: string | undefined): readonly string[] | undefined {
  return kty !== undefined && Object.hasOwn(REQUIRED, kty) ? REQUIRED[kty] : undefined;
}

/** The public members of a JWK: private and symmetric secrets left out, all other members kept. */
export function publicJwkOf(jwk: JsonObject): Jwk {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(jwk)) if (!PRIVATE_MEMBERS.has(name)) setOwn(out, name, value);
  return { kty: str(jwk, 'kty') ?? '', ...out };
}

/** True if a JWK holds private or symmetric key members (`d`, `p`, `q`, `dp`, `dq`, `qi`, `oth`, `k`). */
export function hasPrivateMembers(jwk: JsonObject): boolean {
  return Object.keys(jwk).some((name) => PRIVATE_MEMBERS.has(name));
}

/** RFC 7638 thumbprint, base64url, of SHA-256 by default; undefined if the key's required members are missing. */
export function thumbprint(jwk: JsonObject, hash: HashName = 'sha256'): string | undefined {
  const names = requiredMembers(str(jwk, 'kty'));
  if (names === undefined) return undefined;
  const parts: string[] = [];
  for (const name of names) {
    const value = str(jwk, name);
    if (value === undefined) return undefined;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return hashBase64url(hash, `{${parts.join(',')}}`);
}

/** True if two JWKs are the same public key, whatever their other members say. */
export function sameKey(a: JsonObject, b: JsonObject): boolean {
  const left = thumbprint(a);
  return left !== undefined && left === thumbprint(b);
}

/** Algorithms of SIGNATURE_ALGS that a key can be used with, by type and curve and, where present, by its own `alg`. */
export function algsOf(jwk: JsonObject): readonly SignatureAlg[] {
  const stated = member(jwk, 'alg');
  return SIGNATURE_ALGS.filter((alg) => {
    const info = algInfo(alg);
    if (info.kty !== str(jwk, 'kty') || (info.crv !== undefined && info.crv !== str(jwk, 'crv'))) return false;
    return stated === undefined || stated === alg || (isEd25519(stated) && isEd25519(alg));
  });
}

/** `EdDSA` with an Ed25519 key and `Ed25519` name the same scheme (RFC 9864 2.2). */
function isEd25519(alg: unknown): boolean {
  return alg === 'EdDSA' || alg === 'Ed25519';
}

const MAX_CACHED = 4000;
const cache = new Map<string, KeyObject | undefined>();
const byObject = new WeakMap<object, Partial<Record<'public' | 'private', KeyObject | undefined>>>();

/**
 * KeyObject of a public or private JWK, cached by object and by content; undefined if it is unusable (wrong members, a point that
 * is not on the curve, an unknown type). Never throws. JWKs are treated as immutable.
 */
export function keyObject(jwk: JsonObject, use: 'public' | 'private'): KeyObject | undefined {
  const known = byObject.get(jwk);
  if (known !== undefined && use in known) return known[use];
  const names = requiredMembers(str(jwk, 'kty')) ?? [];
  const id = `${use}|${names.map((name) => str(jwk, name) ?? '').join('|')}|${use === 'private' ? (str(jwk, 'd') ?? '') : ''}`;
  let key = cache.get(id);
  if (key === undefined && !cache.has(id)) {
    key = makeKeyObject(jwk, use);
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(id, key);
  }
  byObject.set(jwk, { ...known, [use]: key });
  return key;
}

function makeKeyObject(jwk: JsonObject, use: 'public' | 'private'): KeyObject | undefined {
  if (member(jwk, 'kty') === 'oct') return undefined;
  try {
    if (use === 'private') return createPrivateKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' });
    return createPublicKey({ key: publicJwkOf(jwk) as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

export interface JwkReading {
  /** The key, if it is an object with a usable public part. */
  readonly jwk: Jwk | undefined;
  readonly errors: readonly ReadError[];
}

/**
 * Reads a public JWK from outside, strictly. Codes: `jwk-not-an-object`, `jwk-kty`, `jwk-member-missing`, `jwk-coordinate-length`, `jwk-private-member`,
 * `jwk-symmetric`, `jwk-crv-unknown`, `jwk-unusable`, and those of base64url. Members that it does not know are legal.
 */
export function readJwk(value: unknown): JwkReading {
  if (!isObject(value)) {
    return {
      jwk: undefined,
      errors: [readError('jwk-not-an-object', 'a JWK is a JSON object', 'JWK 必須是 JSON 物件')],
    };
  }
  const errors: ReadError[] = [];
  const kty = str(value, 'kty');
  const names = requiredMembers(kty);
  if (kty === undefined || names === undefined) {
    const shown = quote(member(value, 'kty'));
    const section = 'RFC7517 4.1';
    errors.push(
      readError('jwk-kty', `key type ${shown} is missing or unknown`, `金鑰類型 ${shown} 缺少或不明`, {
        at: '/kty',
        section,
      }),
    );
    return { jwk: undefined, errors };
  }
  if (kty === 'oct') {
    errors.push(readError('jwk-symmetric', 'a symmetric key is not public', '對稱金鑰不是公開金鑰', { at: '/kty' }));
    return { jwk: undefined, errors };
  }
  for (const name of Object.keys(value).filter((name) => PRIVATE_MEMBERS.has(name))) {
    errors.push(
      readError('jwk-private-member', `private member "${name}" in a public key`, `公開金鑰中含有私密成員「${name}」`, {
        at: `/${name}`,
      }),
    );
  }
  const size = curve(member(value, 'crv'));
  for (const name of names) {
    const text = str(value, name);
    if (text === undefined) {
      errors.push(
        readError('jwk-member-missing', `member "${name}" is missing or no string`, `成員「${name}」缺少或不是字串`, {
          at: `/${name}`,
          section: 'RFC7518 6',
        }),
      );
    } else if (name !== 'kty' && name !== 'crv') {
      const { bytes, errors: found } = readBase64url(text);
      errors.push(...errorsAt(`/${name}`, found));
      if (kty !== 'RSA' && size !== undefined && bytes !== undefined && bytes.length !== size.bytes) {
        errors.push(
          readError(
            'jwk-coordinate-length',
            `"${name}" has ${bytes.length} bytes, the curve needs ${size.bytes}`,
            `「${name}」有 ${bytes.length} 位元組，曲線需要 ${size.bytes} 位元組`,
            { at: `/${name}`, section: 'RFC7518 6.2.1.2' },
          ),
        );
      }
    }
  }
  if (errors.some((error) => error.code === 'jwk-member-missing')) return { jwk: undefined, errors };
  if (kty !== 'RSA' && size === undefined) {
    const shown = quote(member(value, 'crv'));
    errors.push(readError('jwk-crv-unknown', `curve ${shown} is not supported`, `不支援曲線 ${shown}`, { at: '/crv' }));
    return { jwk: undefined, errors };
  }
  if (keyObject(value, 'public') === undefined) {
    errors.push(
      readError('jwk-unusable', 'the members form no usable key', '這些成員無法組成可用的金鑰', {
        section: 'RFC7518 6',
      }),
    );
    return { jwk: undefined, errors };
  }
  return { jwk: { ...value, kty }, errors };
}
