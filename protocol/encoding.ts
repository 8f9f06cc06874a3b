import { createHash } from 'node:crypto';
import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

/** base64url without padding (RFC 7515 2) of bytes, or of the UTF-8 bytes of a text. */
export function base64url(data: Uint8Array | string): string {
  if (typeof data === 'string') return Buffer.from(data, 'utf8').toString('base64url');
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64url');
}

export interface BytesReading {
  /** undefined where nothing sensible could be decoded; present beside errors where a lenient reader would still decode. */
  readonly bytes: Uint8Array | undefined;
  readonly errors: readonly ReadError[];
}

const NONE: readonly ReadError[] = [];
const URL_ALPHABET = /^[A-Za-z0-9_-]*$/;
const STANDARD_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Decodes base64url strictly: own alphabet only, no padding, no white space, unused trailing bits zero (RFC 4648 3.5, 5; RFC 7515 2).
 * Codes: `base64url-padding`, `base64url-alphabet`, `base64url-length`, `base64url-bits`.
 */
export function readBase64url(text: string): BytesReading {
  if (URL_ALPHABET.test(text)) {
    const rest = text.length % 4;
    if (rest === 1) {
      return {
        bytes: undefined,
        errors: [
          readError('base64url-length', 'no base64url text has this length', '沒有任何 base64url 字串是這個長度', {
            section: 'RFC4648 5',
          }),
        ],
      };
    }
    const bytes = Buffer.from(text, 'base64url');
    const unused = rest === 2 ? 0b1111 : rest === 3 ? 0b11 : 0;
    if (unused !== 0 && (CHARACTERS.indexOf(text.at(-1) ?? '') & unused) !== 0) {
      return {
        bytes,
        errors: [
          readError(
            'base64url-bits',
            'not canonical base64url: the unused bits at the end are not zero',
            'base64url 非正規形式：結尾未使用的位元不為零',
            { section: 'RFC4648 3.5' },
          ),
        ],
      };
    }
    return { bytes, errors: NONE };
  }
  // Not a pattern: `=+$` takes the square of the length on "====…!".
  let end = text.length;
  while (text[end - 1] === '=') end--;
  const unpadded = text.slice(0, end);
  if (URL_ALPHABET.test(unpadded)) {
    const inner = readBase64url(unpadded);
    const padding = readError('base64url-padding', 'base64url with padding', 'base64url 帶有填充字元（=）', {
      section: 'RFC7515 2',
    });
    return { bytes: inner.bytes, errors: [padding, ...inner.errors] };
  }
  const stray = /[^A-Za-z0-9_-]/.exec(text)?.[0] ?? '';
  return {
    bytes: STANDARD_BASE64.test(text) ? Buffer.from(text, 'base64') : undefined,
    errors: [
      readError(
        'base64url-alphabet',
        `not base64url: contains ${quote(JSON.stringify(stray))}`,
        `不是 base64url：含有 ${quote(JSON.stringify(stray))}`,
        { section: 'RFC4648 5' },
      ),
    ],
  };
}

/** Decodes standard base64 with padding strictly (RFC 4648 4), as in `x5c`. Codes: `base64-alphabet`, `base64-length`. */
export function readBase64(text: string): BytesReading {
  if (!STANDARD_BASE64.test(text)) {
    const lenient = /^[A-Za-z0-9+/_=\s-]*$/.test(text) ? Buffer.from(text, 'base64') : undefined;
    return {
      bytes: lenient,
      errors: [readError('base64-alphabet', 'not standard base64', '不是標準 base64', { section: 'RFC4648 4' })],
    };
  }
  const errors =
    text.length % 4 === 0
      ? NONE
      : [readError('base64-length', 'base64 without its padding', 'base64 缺少填充字元', { section: 'RFC4648 4' })];
  return { bytes: Buffer.from(text, 'base64'), errors };
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** base58 costs the square of the length: longer texts are refused. */
const MAX_BASE58 = 4096;

/** base58btc without multibase prefix. */
export function base58btc(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  let number = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let out = '';
  while (number > 0n) {
    out = (BASE58[Number(number % 58n)] ?? '') + out;
    number /= 58n;
  }
  return '1'.repeat(zeros) + out;
}

/** Bytes of base58btc text without multibase prefix; undefined if it is none, or longer than 4096 characters. */
export function readBase58btc(text: string): Uint8Array | undefined {
  if (text.length > MAX_BASE58) return undefined;
  let zeros = 0;
  while (text[zeros] === '1') zeros++;
  let number = 0n;
  for (const character of text) {
    const digit = BASE58.indexOf(character);
    if (digit === -1) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const hex = number === 0n ? '' : number.toString(16);
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]);
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** base64url of a hash over bytes, or over the UTF-8 bytes of a text. */
export function hashBase64url(hash: HashName, data: Uint8Array | string): string {
  return createHash(hash).update(data).digest('base64url');
}

/** base64url of SHA-256. */
export function sha256Base64url(data: Uint8Array | string): string {
  return hashBase64url('sha256', data);
}

/** SHA-256. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** True if two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
