import { deflateSync, inflateSync } from 'node:zlib';
import { base64url, readBase64url } from './encoding.ts';
import type { JwtReading } from './jose/jws.ts';
import { readJwt } from './jose/jws.ts';
import type { JsonObject } from './json.ts';
import { isObject, member, num, obj, str } from './json.ts';
import type { ReadError } from './read-error.ts';
import { errorsAt, quote, readError } from './read-error.ts';

/** Token Status List (draft-ietf-oauth-status-list), JWT form. */
const SPEC = 'token-status-list';

export const STATUS_BITS = [1, 2, 4, 8] as const;
export type StatusBits = (typeof STATUS_BITS)[number];

/** Status values with a meaning of their own (section 7.1). */
export const STATUS = { valid: 0, invalid: 1, suspended: 2 } as const;

function isBits(value: unknown): value is StatusBits {
  return (STATUS_BITS as readonly unknown[]).includes(value);
}

/** A decompressed list. */
export interface StatusList {
  readonly bits: StatusBits;
  readonly bytes: Uint8Array;
}

/** A list of `size` entries, all valid (0), except those given by index. Throws RangeError for an index or value that does not fit. */
export function makeStatusList(
  bits: StatusBits,
  size: number,
  statuses: Readonly<Record<number, number>> = {},
): StatusList {
  const bytes = new Uint8Array(Math.ceil((size * bits) / 8));
  for (const [key, value] of Object.entries(statuses)) {
    const index = Number(key);
    if (
      !Number.isInteger(index) ||
      index < 0 ||
      index >= size ||
      !Number.isInteger(value) ||
      value < 0 ||
      value >= 2 ** bits
    ) {
      throw new RangeError(`status ${value} at ${key} does not fit`);
    }
    const bit = index * bits;
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (value << (bit & 7));
  }
  return { bits, bytes };
}

/** Number of entries that a list has room for. */
export function statusListSize(list: StatusList): number {
  return (list.bytes.length * 8) / list.bits;
}

/** Status at an index (section 4: from the least significant bit of each byte); undefined if it is out of bounds. */
export function statusAt(list: StatusList, index: number): number | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= statusListSize(list)) return undefined;
  const bit = index * list.bits;
  // Not `bit >> 3`: the index is a stranger's, and may be beyond 32 bits.
  return ((list.bytes[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & (2 ** list.bits - 1);
}

/** The `status_list` claim: `{bits, lst}`, DEFLATE in ZLIB format, base64url. */
export function encodeStatusList(list: StatusList): { readonly bits: StatusBits; readonly lst: string } {
  return { bits: list.bits, lst: base64url(deflateSync(list.bytes, { level: 9 })) };
}

export interface StatusListReading {
  readonly list: StatusList | undefined;
  readonly errors: readonly ReadError[];
}

/** Reads a `status_list` claim. Never throws; inflates at most `maxBytes` (default 16 MiB). Codes: `status-list-missing`, `status-list-bits`, `status-list-lst`, `status-list-zlib`. */
export function readStatusList(claim: unknown, maxBytes = 16 * 1024 * 1024): StatusListReading {
  if (!isObject(claim)) {
    return {
      list: undefined,
      errors: [fault('status-list-missing', '"status_list" is no object', '「status_list」不是物件', '')],
    };
  }
  const errors: ReadError[] = [];
  const bits = member(claim, 'bits');
  if (!isBits(bits)) {
    errors.push(
      fault(
        'status-list-bits',
        `"bits" is ${quote(bits)}, not 1, 2, 4 or 8`,
        `「bits」為 ${quote(bits)}，不是 1、2、4 或 8`,
        '/bits',
      ),
    );
  }
  const lst = str(claim, 'lst');
  if (lst === undefined) errors.push(fault('status-list-lst', '"lst" is no string', '「lst」不是字串', '/lst'));
  const encoded = lst === undefined ? undefined : readBase64url(lst);
  errors.push(...errorsAt('/lst', encoded?.errors ?? []));
  if (encoded?.bytes === undefined) return { list: undefined, errors };
  try {
    const bytes = inflateSync(encoded.bytes, { maxOutputLength: maxBytes });
    return { list: isBits(bits) ? { bits, bytes } : undefined, errors };
  } catch {
    errors.push(
      fault('status-list-zlib', '"lst" is no ZLIB data, or too large', '「lst」不是 ZLIB 資料，或過大', '/lst'),
    );
    return { list: undefined, errors };
  }
}

function fault(code: string, en: string, zh: string, at: string, section = `${SPEC} 4.2`): ReadError {
  return readError(code, en, zh, { at, section });
}

/** A Status List Token as it was read. Times are seconds since the epoch, as in the token. */
export interface StatusListToken {
  readonly jwt: JwtReading;
  readonly list: StatusList | undefined;
  readonly sub: string | undefined;
  readonly iat: number | undefined;
  readonly exp: number | undefined;
  /** Seconds. */
  readonly ttl: number | undefined;
  readonly errors: readonly ReadError[];
}

/**
 * Reads a Status List Token in JWT form (section 5.1). Never throws; neither signature nor times are judged. Codes beside those of the JWT and the list:
 * `status-token-typ`, `status-token-sub`, `status-token-iat`, `status-token-exp`, `status-token-ttl`.
 */
export function readStatusListToken(raw: string, maxBytes?: number): StatusListToken {
  const jwt = readJwt(raw);
  const errors: ReadError[] = [...jwt.errors];
  const { header, payload } = jwt;
  const section = `${SPEC} 5.1`;
  if (header !== undefined && member(header, 'typ') !== 'statuslist+jwt') {
    const shown = quote(member(header, 'typ'));
    errors.push(
      fault(
        'status-token-typ',
        `"typ" is ${shown}, not statuslist+jwt`,
        `「typ」為 ${shown}，不是 statuslist+jwt`,
        'header/typ',
        section,
      ),
    );
  }
  const nothing = { list: undefined, sub: undefined, iat: undefined, exp: undefined, ttl: undefined };
  if (payload === undefined) return { jwt, ...nothing, errors };
  const sub = str(payload, 'sub');
  if (sub === undefined)
    errors.push(fault('status-token-sub', '"sub" is missing', '缺少「sub」', 'payload/sub', section));
  const [iat, exp, ttl] = ['iat', 'exp', 'ttl'].map((name) => {
    const value = num(payload, name);
    const present = Object.hasOwn(payload, name);
    const wrong = present ? value === undefined || (name === 'ttl' && value <= 0) : name === 'iat';
    if (wrong) {
      const shown = quote(member(payload, name));
      errors.push(
        fault(
          `status-token-${name}`,
          `"${name}" is wrong: ${shown}`,
          `「${name}」錯誤：${shown}`,
          `payload/${name}`,
          section,
        ),
      );
    }
    return value;
  });
  const reading = readStatusList(member(payload, 'status_list'), maxBytes);
  errors.push(...errorsAt('payload/status_list', reading.errors));
  return { jwt, list: reading.list, sub, iat, exp, ttl, errors };
}

export interface StatusReference {
  readonly uri: string;
  readonly index: number;
}

export interface StatusReferenceReading {
  /** undefined: the credential has no `status_list` reference, or it is unusable (then there are errors). */
  readonly reference: StatusReference | undefined;
  readonly errors: readonly ReadError[];
}

/** Reads the `status` claim of a credential's claims (section 6.2). Codes: `status-not-object`, `status-idx`, `status-uri`. Other status mechanisms are legal. */
export function readStatusReference(claims: JsonObject): StatusReferenceReading {
  if (!Object.hasOwn(claims, 'status')) return { reference: undefined, errors: [] };
  const status = obj(claims, 'status');
  const section = `${SPEC} 6.2`;
  if (status === undefined) {
    return {
      reference: undefined,
      errors: [fault('status-not-object', '"status" is no object', '「status」不是物件', '/status', section)],
    };
  }
  if (!Object.hasOwn(status, 'status_list')) return { reference: undefined, errors: [] };
  const list = member(status, 'status_list');
  const index = num(list, 'idx');
  const uri = str(list, 'uri');
  const errors: ReadError[] = [];
  const at = '/status/status_list';
  if (index === undefined || !Number.isInteger(index) || index < 0) {
    const shown = quote(member(list, 'idx'));
    errors.push(
      fault(
        'status-idx',
        `"idx" is ${shown}, not a non-negative integer`,
        `「idx」為 ${shown}，不是非負整數`,
        `${at}/idx`,
        section,
      ),
    );
  }
  if (uri === undefined || !URL.canParse(uri)) {
    const shown = quote(member(list, 'uri'));
    errors.push(
      fault('status-uri', `"uri" is ${shown}, not a URI`, `「uri」為 ${shown}，不是 URI`, `${at}/uri`, section),
    );
  }
  return {
    reference: errors.length === 0 && uri !== undefined && index !== undefined ? { uri, index } : undefined,
    errors,
  };
}
