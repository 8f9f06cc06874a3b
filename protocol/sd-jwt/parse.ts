import { createHash } from 'node:crypto';
import { readBase64url } from '../encoding.ts';
import type { JwtReading } from '../jose/jws.ts';
import { readJwt } from '../jose/jws.ts';
import { member, readJson } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, quote, readError } from '../read-error.ts';

/** Hash algorithms by their name in the IANA registry of named information, and the name that node:crypto has for them. */
const HASHES = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
  'sha3-256': 'sha3-256',
  'sha3-384': 'sha3-384',
  'sha3-512': 'sha3-512',
} as const;
export type SdAlg = keyof typeof HASHES;

/** True if this is a hash algorithm of RFC 9901 4.1.1 that is supported here. */
export function isSdAlg(name: unknown): name is SdAlg {
  return typeof name === 'string' && Object.hasOwn(HASHES, name);
}

/** base64url of the hash over the ASCII bytes of a text (RFC 9901 4.2.3). */
export function sdDigest(text: string, alg: SdAlg = 'sha-256'): string {
  return createHash(HASHES[alg]).update(text).digest('base64url');
}

/** One disclosure as it travelled (RFC 9901 4.2). */
export interface Disclosure {
  readonly encoded: string;
  /** `property`: [salt, name, value]; `element`: [salt, value]; `malformed`: neither. */
  readonly kind: 'property' | 'element' | 'malformed';
  /** base64url of the hash over `encoded`, under the `_sd_alg` of the issuer-signed JWT (sha-256 where that is unknown). */
  readonly digest: string;
  readonly salt: string | undefined;
  readonly name: string | undefined;
  readonly value: unknown;
  readonly errors: readonly ReadError[];
}

/** An SD-JWT or SD-JWT+KB, as it was read. */
export interface SdJwtReading {
  readonly raw: string;
  readonly issuerJwt: JwtReading;
  readonly disclosures: readonly Disclosure[];
  readonly kbJwt: JwtReading | undefined;
  /** The issuer-signed JWT and all disclosures with the last `~`: the bytes that `sd_hash` is over (RFC 9901 4.3.1). */
  readonly presented: string;
  /** undefined: `_sd_alg` is none that this reader knows. */
  readonly sdAlg: SdAlg | undefined;
  /** Errors of the structure, of both JWTs (`issuer-jwt/…`, `kb-jwt/…`) and of the disclosures (`disclosures/<n>/…`). */
  readonly errors: readonly ReadError[];
}

const MAX_BYTES = 10 * 1024 * 1024;
const MAX_DISCLOSURES = 10_000;

/**
 * Reads the compact serialisation strictly (RFC 9901 4), without throwing and without verifying signatures. Codes of its own:
 * `sd-jwt-too-large`, `sd-jwt-separator` (no `~` at all; read as a plain issuer JWT), `sd-jwt-trailing-tilde` (the last disclosure lacks its `~`; read as
 * a disclosure), `sd-jwt-empty-disclosure`, `sd-alg-unknown`, `disclosure-json`, `disclosure-length`, `disclosure-salt`, `disclosure-name`,
 * `disclosure-reserved-name`, `salt-reused`, and those of base64url and JSON.
 */
export function readSdJwt(raw: string): SdJwtReading {
  const errors: ReadError[] = [];
  const pieces = raw.length > MAX_BYTES ? [] : raw.split('~', MAX_DISCLOSURES + 2);
  if (pieces.length === 0 || pieces.length > MAX_DISCLOSURES + 1) {
    errors.push(
      readError(
        'sd-jwt-too-large',
        `more than ${MAX_BYTES} bytes or ${MAX_DISCLOSURES} disclosures`,
        `超過 ${MAX_BYTES} 位元組或 ${MAX_DISCLOSURES} 個揭露項`,
      ),
    );
    pieces.length = 0;
  }
  const issuerJwt = readJwt(pieces[0] ?? '');
  const encoded = pieces.slice(1, -1);
  let last = pieces.length > 1 ? (pieces.at(-1) ?? '') : '';
  if (pieces.length === 1) {
    errors.push(
      readError('sd-jwt-separator', 'no "~": a plain JWT, not an SD-JWT', '沒有「~」：只是一般 JWT，不是 SD-JWT', {
        section: 'RFC9901 4',
      }),
    );
  }
  if (last !== '' && !last.includes('.')) {
    errors.push(
      readError(
        'sd-jwt-trailing-tilde',
        'what follows the last "~" is no JWT: an SD-JWT without key binding ends with "~"',
        '最後一個「~」之後不是 JWT：沒有金鑰綁定的 SD-JWT 必須以「~」結尾',
        { section: 'RFC9901 4' },
      ),
    );
    encoded.push(last);
    last = '';
  }
  const sdAlg = algOf(issuerJwt, errors);
  const disclosures = encoded.map((text) => readDisclosure(text, sdAlg ?? 'sha-256'));
  const kbJwt = last === '' ? undefined : readJwt(last);
  const presented = last === '' ? raw : raw.slice(0, raw.length - last.length);
  errors.push(...errorsAt('issuer-jwt', issuerJwt.errors));
  for (const [index, disclosure] of disclosures.entries()) {
    if (disclosure.errors.length > 0) errors.push(...errorsAt(`disclosures/${index}`, disclosure.errors));
  }
  errors.push(...saltErrors(disclosures));
  if (kbJwt !== undefined) errors.push(...errorsAt('kb-jwt', kbJwt.errors));
  return { raw, issuerJwt, disclosures, kbJwt, presented, sdAlg, errors };
}

function algOf(issuerJwt: JwtReading, errors: ReadError[]): SdAlg | undefined {
  if (issuerJwt.payload === undefined || !Object.hasOwn(issuerJwt.payload, '_sd_alg')) return 'sha-256';
  const stated = member(issuerJwt.payload, '_sd_alg');
  if (isSdAlg(stated)) return stated;
  const shown = quote(stated);
  errors.push(
    readError('sd-alg-unknown', `hash algorithm ${shown} is not supported`, `不支援雜湊演算法 ${shown}`, {
      at: 'issuer-jwt/payload/_sd_alg',
      section: 'RFC9901 4.1.1',
    }),
  );
  return undefined;
}

/** Reads one encoded disclosure (RFC 9901 4.2.1, 4.2.2). Never throws. */
export function readDisclosure(encoded: string, sdAlg: SdAlg = 'sha-256'): Disclosure {
  const digest = sdDigest(encoded, sdAlg);
  const nothing = { encoded, digest, salt: undefined, name: undefined, value: undefined };
  if (encoded === '') {
    const error = readError('sd-jwt-empty-disclosure', 'an empty disclosure ("~~")', '空的揭露項（「~~」）', {
      section: 'RFC9901 4',
    });
    return { ...nothing, kind: 'malformed', errors: [error] };
  }
  const { bytes, errors: encoding } = readBase64url(encoded);
  if (bytes === undefined) return { ...nothing, kind: 'malformed', errors: encoding };
  const json = readJson(bytes);
  const errors: ReadError[] = [...encoding, ...json.errors];
  const array: unknown = json.value;
  if (!Array.isArray(array)) {
    errors.push(
      readError('disclosure-json', 'a disclosure is a JSON array', '揭露項（disclosure）必須是 JSON 陣列', {
        section: 'RFC9901 4.2',
      }),
    );
    return { ...nothing, kind: 'malformed', errors };
  }
  const items: readonly unknown[] = array;
  if (items.length !== 2 && items.length !== 3) {
    errors.push(
      readError(
        'disclosure-length',
        `a disclosure has 2 or 3 elements, this has ${items.length}`,
        `揭露項有 2 或 3 個元素，此處有 ${items.length} 個`,
        { section: 'RFC9901 4.2' },
      ),
    );
  }
  const [salt, second] = items;
  if (typeof salt !== 'string') {
    errors.push(
      readError('disclosure-salt', 'the salt is no string', '鹽值（salt）不是字串', { section: 'RFC9901 4.2.1' }),
    );
  }
  const saltText = typeof salt === 'string' ? salt : undefined;
  if (items.length === 2) return { ...nothing, kind: 'element', salt: saltText, value: second, errors };
  if (items.length !== 3) return { ...nothing, kind: 'malformed', salt: saltText, errors };
  if (typeof second !== 'string') {
    errors.push(
      readError('disclosure-name', 'the claim name is no string', '宣告名稱不是字串', { section: 'RFC9901 4.2.1' }),
    );
    return { ...nothing, kind: 'malformed', salt: saltText, value: items[2], errors };
  }
  if (second === '_sd' || second === '...') {
    errors.push(
      readError(
        'disclosure-reserved-name',
        `a disclosure may not be named "${second}"`,
        `揭露項不得命名為「${second}」`,
        {
          section: 'RFC9901 4.2.1',
        },
      ),
    );
  }
  return { ...nothing, kind: 'property', salt: saltText, name: second, value: items[2], errors };
}

function saltErrors(disclosures: readonly Disclosure[]): ReadError[] {
  const seen = new Map<string, string>();
  const errors: ReadError[] = [];
  for (const [index, { salt, encoded }] of disclosures.entries()) {
    if (salt === undefined) continue;
    const earlier = seen.get(salt);
    // The same disclosure twice is another fault, and reported as that.
    if (earlier !== undefined && earlier !== encoded && errors.length < 10) {
      errors.push(
        readError('salt-reused', 'two disclosures have the same salt', '兩個揭露項使用相同的鹽值', {
          at: `disclosures/${index}`,
          section: 'RFC9901 4.2.1',
        }),
      );
    }
    seen.set(salt, encoded);
  }
  return errors;
}

/**
 * The `sd_hash` that a KB-JWT over this presentation must have (RFC 9901 4.3.1): over everything up to and including the last `~`.
 * Takes an SD-JWT with or without its KB-JWT.
 */
export function sdHash(presented: string, alg: SdAlg = 'sha-256'): string {
  return sdDigest(presented.slice(0, presented.lastIndexOf('~') + 1), alg);
}
