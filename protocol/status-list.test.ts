import { StatusList as TheirList } from '@sd-jwt/jwt-status-list';
import * as fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { base64url } from './encoding.ts';
import { signCompact } from './jose/jws.ts';
import { generateSigningKey } from './jose/keys.ts';
import {
  STATUS_BITS,
  encodeStatusList,
  makeStatusList,
  readStatusList,
  readStatusListToken,
  readStatusReference,
  statusAt,
  statusListSize,
} from './status-list.ts';
import { testRandom } from './test-random.ts';

const codes = (reading: { readonly errors: readonly { readonly code: string }[] }) =>
  reading.errors.map((error) => error.code);

describe('lists', () => {
  it.each([
    [1, 'eNrbuRgAAhcBXQ', [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]],
    [2, 'eNo76fITAAPfAgc', [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
  ])('example of the draft with %i bit', (bits, lst, expected) => {
    const { list, errors } = readStatusList({ bits, lst });
    expect(errors).toEqual([]);
    expect(expected.map((_, index) => list && statusAt(list, index))).toEqual(expected);
    expect(list && statusAt(list, expected.length)).toBeUndefined();
    const made = makeStatusList(bits as 1 | 2, expected.length, Object.fromEntries(expected.entries()));
    expect(encodeStatusList(made)).toEqual({ bits, lst });
  });

  it('agrees with another library both ways', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATUS_BITS),
        fc.array(fc.nat(255), { minLength: 8, maxLength: 64 }),
        (bits, raw) => {
          const statuses = raw.slice(0, raw.length - (raw.length % 8)).map((value) => value % 2 ** bits);
          const mine = encodeStatusList(makeStatusList(bits, statuses.length, Object.fromEntries(statuses.entries())));
          const theirs = TheirList.decompressStatusList(mine.lst, bits);
          expect(statuses.map((_, index) => theirs.getStatus(index))).toEqual(statuses);
          const { list } = readStatusList({ bits, lst: new TheirList(statuses, bits).compressStatusList() });
          expect(statuses.map((_, index) => list && statusAt(list, index))).toEqual(statuses);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses indexes out of bounds', () => {
    const list = makeStatusList(2, 8, { 3: 2 });
    expect([-1, 8, 1.5, Number.NaN, 2 ** 40].map((index) => statusAt(list, index))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([statusAt(list, 3), statusListSize(list)]).toEqual([2, 8]);
    expect(() => makeStatusList(1, 8, { 8: 1 })).toThrow(RangeError);
    expect(() => makeStatusList(1, 8, { 1: 2 })).toThrow(RangeError);
  });

  it.each([
    ['no object', 'x', ['status-list-missing']],
    ['three bits', { bits: 3, lst: 'eNrbuRgAAhcBXQ' }, ['status-list-bits']],
    ['no lst', { bits: 1 }, ['status-list-lst']],
    ['padding', { bits: 1, lst: 'eNrbuRgAAhcBXQ==' }, ['base64url-padding']],
    ['not compressed', { bits: 1, lst: 'AAAA' }, ['status-list-zlib']],
    ['gzip or raw', { bits: 1, lst: base64url(Buffer.from('4bgYAA', 'base64')) }, ['status-list-zlib']],
    ['a bomb', { bits: 1, lst: base64url(deflateSync(Buffer.alloc(20 * 1024 * 1024))) }, ['status-list-zlib']],
  ])('%s', (_name, claim, expected) => {
    expect(codes(readStatusList(claim))).toEqual(expected);
  });
});

describe('tokens', () => {
  const key = generateSigningKey('ES256', testRandom());
  const token = (header: object, payload: object) =>
    readStatusListToken(
      signCompact({
        header: { alg: 'ES256', typ: 'statuslist+jwt', ...header },
        payload: {
          sub: 'https://s.example/1',
          iat: 1,
          status_list: encodeStatusList(makeStatusList(1, 8)),
          ...payload,
        },
        key,
      }),
    );
  it.each([
    ['good', token({}, { exp: 2, ttl: 3 }), []],
    ['typ', token({ typ: 'JWT' }, {}), ['status-token-typ']],
    ['no sub', token({}, { sub: undefined }), ['status-token-sub']],
    ['no iat', token({}, { iat: undefined }), ['status-token-iat']],
    ['exp text', token({}, { exp: '2' }), ['status-token-exp']],
    ['ttl 0', token({}, { ttl: 0 }), ['status-token-ttl']],
    ['no list', token({}, { status_list: undefined }), ['status-list-missing']],
    ['no JWT', readStatusListToken('x'), ['jwt-parts']],
  ])('%s', (_name, reading, expected) => {
    expect(codes(reading)).toEqual(expected);
  });
  it('gives what it read', () => {
    expect(token({}, { exp: 2, ttl: 3 })).toMatchObject({
      sub: 'https://s.example/1',
      iat: 1,
      exp: 2,
      ttl: 3,
      list: { bits: 1 },
    });
  });
});

it.each([
  [{}, undefined, []],
  [{ status: { other: {} } }, undefined, []],
  [{ status: { status_list: { idx: 5, uri: 'https://s.example/1' } } }, { uri: 'https://s.example/1', index: 5 }, []],
  [{ status: 'x' }, undefined, ['status-not-object']],
  [{ status: { status_list: { idx: -1, uri: 'x' } } }, undefined, ['status-idx', 'status-uri']],
  [{ status: { status_list: 1 } }, undefined, ['status-idx', 'status-uri']],
])('reference %j', (claims, reference, expected) => {
  const reading = readStatusReference(claims);
  expect(reading.reference).toEqual(reference);
  expect(codes(reading)).toEqual(expected);
});
