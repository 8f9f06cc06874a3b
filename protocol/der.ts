/**
 * As much of ASN.1 DER (X.690) as certificates need: writing, and a tolerant reader. Lengths are checked, nothing is copied while reading.
 */

/** Tags used here. Context tags are written as numbers where they are used. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: tag, length, contents. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

/** SEQUENCE. */
export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tlv(TAG.sequence, ...contents);
}

/** INTEGER of an unsigned big-endian number. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  const negative = ((trimmed[0] ?? 0) & 0x80) !== 0;
  return tlv(TAG.integer, negative ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

/** OBJECT IDENTIFIER of a dotted text. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(TAG.oid, Buffer.from(bytes));
}

/** BIT STRING without unused bits, unless said. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return tlv(TAG.bitString, Buffer.from([unused]), bytes);
}

/** Time of a certificate (RFC 5280 4.1.2.5): UTCTime until 2049, GeneralizedTime before 1950 and after. `ms` since the epoch. */
export function certificateTime(ms: number): Buffer {
  const iso = new Date(ms).toISOString();
  const digits = iso.replace(/[-:T]|\.\d+Z$/g, '');
  const year = Number(iso.slice(0, 4));
  const short = year >= 1950 && year < 2050;
  return tlv(short ? TAG.utcTime : TAG.generalizedTime, Buffer.from(`${short ? digits.slice(2) : digits}Z`));
}

/** An element that was read: `raw` with tag and length, `content` without. Views, not copies. */
export interface DerElement {
  readonly tag: number;
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
}

/** Reads the element at the start of `bytes`; undefined if it is cut off, of indefinite length or of a multi-byte tag. */
export function readElement(bytes: Uint8Array): DerElement | undefined {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || first === 0x80 || first > 0x84)
    return undefined;
  let length = first;
  let start = 2;
  if (first > 0x80) {
    length = 0;
    for (; start < 2 + (first & 0x7f); start++) length = length * 256 + (bytes[start] ?? Number.NaN);
  }
  const end = start + length;
  if (Number.isNaN(end) || end > bytes.length) return undefined;
  return { tag, raw: bytes.subarray(0, end), content: bytes.subarray(start, end) };
}

/** Elements inside a constructed one, up to the first that cannot be read. */
export function children(element: DerElement | undefined): DerElement[] {
  const out: DerElement[] = [];
  let rest = element?.content ?? new Uint8Array();
  while (rest.length > 0) {
    const next = readElement(rest);
    if (next === undefined) break;
    out.push(next);
    rest = rest.subarray(next.raw.length);
  }
  return out;
}

/** Dotted text of an OBJECT IDENTIFIER's contents. */
export function dotted(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = arcs.shift() ?? 0;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...arcs].join('.');
}
