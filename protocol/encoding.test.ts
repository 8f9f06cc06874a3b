import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base58btc, base64url, readBase58btc, readBase64, readBase64url, sha256Base64url } from './encoding.ts';

describe('base64url', () => {
  it.each([
    ['', ''],
    ['Zg', 'f'],
    ['Zm8', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg', 'foob'],
  ])('reads %s', (encoded, plain) => {
    const { bytes, errors } = readBase64url(encoded);
    expect(Buffer.from(bytes ?? []).toString()).toBe(plain);
    expect(errors).toEqual([]);
  });
  it.each([
    ['Zg==', 'base64url-padding', 'f'],
    ['Zh', 'base64url-bits', 'f'],
    ['Zm9', 'base64url-bits', 'fo'],
    ['A', 'base64url-length', undefined],
    ['-_+/', 'base64url-alphabet', undefined],
    ['+/+/', 'base64url-alphabet', Buffer.from('fbffbf', 'hex').toString()],
    ['Zm 9v', 'base64url-alphabet', undefined],
    ['Zm9v\n', 'base64url-alphabet', undefined],
    ['Zg==Zg', 'base64url-alphabet', undefined],
  ])('reports %j as %s', (encoded, code, lenient) => {
    const { bytes, errors } = readBase64url(encoded);
    expect(errors[0]?.code).toBe(code);
    expect(bytes === undefined ? undefined : Buffer.from(bytes).toString()).toBe(lenient);
  });
  it('round-trips, and accepts exactly the canonical form', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reading = readBase64url(base64url(bytes));
        expect(Buffer.from(reading.bytes ?? [])).toEqual(Buffer.from(bytes));
        expect(reading.errors).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', 'Q', 'g', 'w', 'Z', '_', '-', '9', '=', '+'), maxLength: 9 }),
        (text) => {
          const reading = readBase64url(text);
          expect(reading.errors.length === 0).toBe(reading.bytes !== undefined && base64url(reading.bytes) === text);
        },
      ),
    );
  });
});

describe('base64', () => {
  it.each([
    ['Zg==', []],
    ['Zg', ['base64-length']],
    ['Z-_=', ['base64-alphabet']],
    ['Zm9v\nZm9v', ['base64-alphabet']],
  ])('%j', (text, expected) => {
    expect(readBase64(text).errors.map((error) => error.code)).toEqual(expected);
  });
});

describe('base58btc', () => {
  it.each([
    ['48656c6c6f20576f726c6421', '2NEpo7TZRRrLZSi2U'],
    ['0000287fb4cd', '11233QC4'],
    ['', ''],
  ])('%s', (hex, text) => {
    expect(base58btc(Buffer.from(hex, 'hex'))).toBe(text);
    expect(Buffer.from(readBase58btc(text) ?? [1]).toString('hex')).toBe(hex);
  });
  it('refuses what is none, and what is too long', () => {
    expect(readBase58btc('0OIl')).toBeUndefined();
    expect(readBase58btc('1'.repeat(5000))).toBeUndefined();
  });
});

it('sha256Base64url of "abc"', () => {
  expect(sha256Base64url('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
