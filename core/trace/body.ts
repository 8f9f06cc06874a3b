import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { Body } from './entries.ts';

/** Stored bytes of one body, at most; the digest and the size are always of the whole. */
export const BODY_CAP = 4 * 1024 * 1024;

/** Body of a trace entry from raw bytes or text. */
export function toBody(raw: Uint8Array | string, cap = BODY_CAP): Body {
  const bytes =
    typeof raw === 'string' ? Buffer.from(raw, 'utf8') : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const kept = bytes.length > cap ? bytes.subarray(0, cap) : bytes;
  // A cut may fall inside a character: then the prefix is stored as base64, which loses nothing.
  const encoding = isUtf8(kept) ? 'utf8' : 'base64';
  const body: Body = { encoding, bytes: kept.toString(encoding), size: bytes.length, sha256 };
  return bytes.length > cap ? { ...body, truncated: true } : body;
}

/** A body with fewer stored bytes; size and digest stay those of the whole. */
export function shortened(body: Body, cap: number): Body {
  const { encoding, bytes } = toBody(bodyBytes(body).subarray(0, cap), cap);
  return { ...body, encoding, bytes, truncated: true };
}

/** Raw bytes of a body, as far as they are stored. */
export function bodyBytes(body: Body): Buffer {
  return Buffer.from(body.bytes, body.encoding);
}

/** Body as text; bytes that are not UTF-8 become U+FFFD. */
export function bodyText(body: Body): string {
  return body.encoding === 'utf8' ? body.bytes : bodyBytes(body).toString('utf8');
}
