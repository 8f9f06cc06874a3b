import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, pointer, readJson, setOwn, str, strings } from './json.ts';

const codes = (input: string | Uint8Array) => readJson(input).errors.map((error) => [error.code, error.at]);

describe('readJson', () => {
  it.each([
    ['legal', '{"a":[1,{"b":"x\\"}{"}],"c":{}}', []],
    ['duplicate', '{"a":1,"b":{"c":1,"c":2}}', [['duplicate-member', '/b/c']]],
    ['duplicate by escape', '{"a":1,"\\u0061":2}', [['duplicate-member', '/a']]],
    ['duplicate in an array', '[0,{"x/y":1,"x/y":1}]', [['duplicate-member', '/1/x~1y']]],
    ['same name in siblings', '[{"a":1},{"a":1}]', []],
    ['value equal to a name', '{"a":"a","b":"a"}', []],
    ['string ending in a backslash', '{"a":"\\\\","b":"c"}', []],
    ['not JSON', '{a:1}', [['json-syntax', undefined]]],
    ['html', '<html>', [['json-syntax', undefined]]],
    ['empty', '', [['json-syntax', undefined]]],
    ['bom', '\uFEFF{}', [['json-bom', undefined]]],
    ['bom in bytes', Buffer.from('\uFEFF{}'), [['json-bom', undefined]]],
    ['utf-8', Buffer.from([0x22, 0xff, 0x22]), [['json-utf8', undefined]]],
  ])('%s', (_name, input, expected) => {
    expect(codes(input)).toEqual(expected);
  });

  it('refuses depth without a stack overflow, and accepts 64', () => {
    const nested = (n: number) => '['.repeat(n) + ']'.repeat(n);
    expect(readJson(nested(64)).errors).toEqual([]);
    expect(readJson(nested(100_000))).toMatchObject({ value: undefined, errors: [{ code: 'json-too-deep' }] });
    expect(readJson('['.repeat(100_000)).value).toBeUndefined();
  });

  it('refuses size', () => {
    expect(readJson('"aaaa"', { maxBytes: 5 })).toMatchObject({
      value: undefined,
      errors: [{ code: 'json-too-large' }],
    });
  });

  it('keeps __proto__ as data', () => {
    const { value } = readJson('{"__proto__":{"admin":true}}');
    expect(member(value, 'admin')).toBeUndefined();
    expect((value as { admin?: boolean }).admin).toBeUndefined();
    expect(pointer(value, '/__proto__/admin')).toBe(true);
    const copy: Record<string, unknown> = {};
    setOwn(copy, '__proto__', { admin: true });
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('agrees with JSON.parse on all JSON, and finds no duplicates there', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        const reading = readJson(json);
        expect(reading.value).toEqual(JSON.parse(json));
        expect(reading.errors.filter((error) => error.code !== 'duplicate-member')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.uint8Array()), (input) => readJson(input).errors.length >= 0));
  });
});

describe('accessors', () => {
  const value = { a: 'x', list: ['p', 'q'], mixed: ['p', 1], 'm~n': { 'o/p': 7 } };
  it('read own members only', () => {
    expect(str(value, 'a')).toBe('x');
    expect(str(value, 'toString')).toBeUndefined();
    expect(member(value, 'constructor')).toBeUndefined();
    expect(str(null, 'a')).toBeUndefined();
    expect(strings(value, 'list')).toEqual(['p', 'q']);
    expect(strings(value, 'mixed')).toBeUndefined();
  });
  it.each([
    ['', value],
    ['/list/1', 'q'],
    ['/list/01', undefined],
    ['/list/-', undefined],
    ['/m~0n/o~1p', 7],
    ['a', undefined],
    ['/a/length', undefined],
  ])('pointer %s', (path, expected) => {
    expect(pointer(value, path)).toEqual(expected);
  });
});
