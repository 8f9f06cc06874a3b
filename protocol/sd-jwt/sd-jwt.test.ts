import { SDJwtInstance } from '@sd-jwt/core';
import { digest } from '@sd-jwt/crypto-nodejs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimsPath } from '../claims-path.ts';
import { base64url } from '../encoding.ts';
import { readJwt, signCompact, signatureOver, verifyJws } from '../jose/jws.ts';
import { generateSigningKey } from '../jose/keys.ts';
import { testRandom } from '../test-random.ts';
import { buildSdJwt, encodeDisclosure, issueSdJwt, joinSdJwt, presentSdJwt, replaceDisclosure } from './build.ts';
import { readDisclosure, readSdJwt, resolveSdJwt, sdDigest, sdHash } from './read.ts';

const issuer = generateSigningKey('ES256', testRandom('issuer'));
const header = { alg: 'ES256', typ: 'dc+sd-jwt' };
const claims = {
  iss: 'https://issuer.example',
  vct: 'urn:test',
  given_name: 'Erika',
  address: { locality: '臺北市', country: 'TW', geo: { lat: 1 } },
  nationalities: ['TW', 'DE', 'FR'],
  degrees: [{ type: 'BSc', year: 2020 }, { type: 'MSc' }],
};
const disclosable: ClaimsPath[] = [
  ['given_name'],
  ['address'],
  ['address', 'locality'],
  ['address', 'geo', 'lat'],
  ['nationalities', null],
  ['degrees', null, 'type'],
  ['absent', 'path'],
];
const build = (more: object = {}) => buildSdJwt({ header, claims, disclosable, random: testRandom(), ...more });
const codesOf = (raw: string): string[] => {
  const reading = readSdJwt(raw);
  return [...reading.errors, ...resolveSdJwt(reading).errors].map((error) => error.code);
};

describe('vectors of RFC 9901 4.2', () => {
  it.each([
    [
      'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0',
      'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0',
      'property',
      'family_name',
      'Möbius',
    ],
    [
      'WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0',
      'w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs',
      'element',
      undefined,
      'FR',
    ],
  ])('%s', (encoded, digest, kind, name, value) => {
    expect(readDisclosure(encoded)).toMatchObject({ digest, kind, name, value, errors: [] });
  });
});

describe('build and read', () => {
  it.each([
    ['plain', {}],
    ['decoys', { decoys: 3 }],
    ['sha-512', { sdAlg: 'sha-512' }],
    ['no _sd_alg', { stateSdAlg: false }],
    ['nothing disclosable', { disclosable: [] }],
  ])('round-trips: %s', (_name, more) => {
    const issued = issueSdJwt(build(more), issuer);
    const reading = readSdJwt(issued);
    expect(codesOf(issued)).toEqual([]);
    expect(resolveSdJwt(reading).claims).toEqual(claims);
    expect(verifyJws(reading.issuerJwt, issuer.publicJwk)).toEqual({ ok: true });
    expect(reading.kbJwt).toBeUndefined();
    expect(reading.presented).toBe(issued);
  });

  it('hides recursively', () => {
    const parts = build();
    expect(JSON.stringify(parts.payload)).not.toMatch(/Erika|臺北市|"DE"|BSc/);
    const address = parts.disclosures.find((disclosure) => disclosure.name === 'address');
    expect(address?.value).toMatchObject({
      country: 'TW',
      _sd: [expect.any(String)],
      geo: { _sd: [expect.any(String)] },
    });
    expect(parts.disclosures).toHaveLength(9);
    expect(new Set(parts.disclosures.map((disclosure) => disclosure.salt)).size).toBe(9);
  });

  const issued = issueSdJwt(build({ decoys: 1 }), issuer);
  const { iss, vct } = claims;
  const degrees = [{ year: 2020 }, {}];
  const base = { iss, vct, nationalities: [], degrees };
  it.each<[string, readonly ClaimsPath[] | 'all', object]>([
    ['nothing', [], base],
    ['a member', [['given_name']], { ...base, given_name: 'Erika' }],
    [
      'a member with its parent',
      [['address', 'locality']],
      { ...base, address: { locality: '臺北市', country: 'TW', geo: {} } },
    ],
    ['an object with all below it', [['address']], { ...base, address: claims.address }],
    ['one element', [['nationalities', 1]], { ...base, nationalities: ['DE'] }],
    ['all elements', [['nationalities', null]], { ...base, nationalities: claims.nationalities }],
    ['through a wildcard', [['degrees', null, 'type']], { ...base, degrees: claims.degrees }],
    ['what is not there', [['nope'], ['given_name', 'x']], base],
    ['all', 'all', claims],
  ])('presents %s', (_name, paths, expected) => {
    const presented = presentSdJwt(issued, paths);
    expect(codesOf(presented)).toEqual([]);
    expect(resolveSdJwt(readSdJwt(presented)).claims).toEqual(expected);
  });

  it('tells where disclosed values stand', () => {
    const { disclosed } = resolveSdJwt(
      readSdJwt(
        presentSdJwt(issued, [
          ['address', 'locality'],
          ['nationalities', 2],
        ]),
      ),
    );
    expect(disclosed.map((item) => item.path.join('.')).sort()).toEqual([
      'address',
      'address.locality',
      'nationalities.0',
    ]);
  });

  it('hashes exact bytes for sd_hash and splits off the KB-JWT', () => {
    const presented = presentSdJwt(issued, [['given_name']]);
    const kb = signCompact({
      header: { alg: 'ES256', typ: 'kb+jwt' },
      payload: { sd_hash: sdHash(presented) },
      key: issuer,
    });
    const reading = readSdJwt(presented + kb);
    expect(codesOf(presented + kb)).toEqual([]);
    expect(reading.presented).toBe(presented);
    expect(reading.kbJwt?.payload).toEqual({ sd_hash: sdDigest(presented) });
    expect(sdHash(presented + kb)).toBe(sdHash(presented));
    expect(sdHash(presented, 'sha-384')).toHaveLength(64);
  });

  it('round-trips whatever claims there are', () => {
    const names = fc.constantFrom('a', 'b', '__proto__', 'x y');
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 0 }),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('value'), { noNullPrototype: true }),
    }));
    const paths = fc.array(fc.array(fc.oneof(names, fc.constant(null), fc.nat(2)), { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(tree.object, paths, (object, disclosable) => {
        const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
        const raw = issueSdJwt(buildSdJwt({ header, claims: plain, disclosable, random: testRandom() }), issuer);
        expect(codesOf(raw)).toEqual([]);
        expect(resolveSdJwt(readSdJwt(raw)).claims).toEqual(plain);
      }),
      { numRuns: 100 },
    );
  });
});

describe('violations', () => {
  const parts = buildSdJwt({
    header,
    claims: { a: 1, o: { b: 2 }, l: ['x'] },
    disclosable: [['a'], ['o'], ['o', 'b'], ['l', 0]],
    random: testRandom(),
  });
  const at = (name: string | undefined): number =>
    parts.disclosures.findIndex((disclosure) => disclosure.name === name);
  const replaced = (name: string | undefined, array: unknown) =>
    issueSdJwt(replaceDisclosure(parts, at(name), array), issuer);
  const payload = (change: object) => issueSdJwt({ ...parts, payload: { ...parts.payload, ...change } }, issuer);
  const issued = issueSdJwt(parts, issuer);
  const jwt = issued.slice(0, issued.indexOf('~'));
  const all = parts.disclosures.map((disclosure) => disclosure.encoded);
  const digestOf = (name: string | undefined) => parts.disclosures[at(name)]?.digest;
  const salt = 'AAAAAAAAAAAAAAAAAAAAAA';
  const nested = encodeDisclosure([salt, 'n', { _sd_alg: 'sha-256' }]);

  it.each([
    ['none', issued, []],
    ['a plain JWT', jwt, ['sd-jwt-separator']],
    ['no trailing tilde', issued.slice(0, -1), ['sd-jwt-trailing-tilde']],
    ['an empty disclosure', `${jwt}~~`, ['sd-jwt-empty-disclosure', 'disclosure-unreferenced']],
    ['unreferenced', joinSdJwt(jwt, [...all, encodeDisclosure([salt, 'x', 1]).encoded]), ['disclosure-unreferenced']],
    [
      'inner without outer',
      joinSdJwt(
        jwt,
        all.filter((_, index) => index !== at('o')),
      ),
      ['disclosure-unreferenced'],
    ],
    ['twice', joinSdJwt(jwt, [...all, all[0] ?? '']), ['disclosure-duplicate']],
    [
      'padding',
      joinSdJwt(
        jwt,
        all.map((text, index) => (index === 0 ? `${text}=` : text)),
      ),
      ['base64url-padding', 'disclosure-unreferenced'],
    ],
    ['four elements', replaced('a', [salt, 'a', 1, 2]), ['disclosure-length', 'disclosure-wrong-kind']],
    ['one element', replaced('a', [salt]), ['disclosure-length', 'disclosure-wrong-kind']],
    ['no array', replaced('a', { salt }), ['disclosure-json', 'disclosure-wrong-kind']],
    ['no JSON', replaced('a', 'nonsense'), ['json-syntax', 'disclosure-json', 'disclosure-wrong-kind']],
    ['salt is a number', replaced('a', [1, 'a', 1]), ['disclosure-salt']],
    ['name is a number', replaced('a', [salt, 1, 1]), ['disclosure-name', 'disclosure-wrong-kind']],
    ['named _sd', replaced('a', [salt, '_sd', []]), ['disclosure-reserved-name', 'disclosure-reserved-name']],
    ['named ...', replaced('a', [salt, '...', 'x']), ['disclosure-reserved-name', 'disclosure-reserved-name']],
    ['a name that is there', replaced('a', [salt, 'l', 1]), ['disclosure-name-exists']],
    ['inner, in an outer made anew', replaced('b', [salt, 1, 1]), ['disclosure-name', 'disclosure-wrong-kind']],
    ['element for a member', replaced('a', [salt, 1]), ['disclosure-wrong-kind']],
    ['member for an element', replaced(undefined, [salt, 'n', 1]), ['disclosure-wrong-kind']],
    ['the same salt', replaced('a', [parts.disclosures[at('b')]?.salt, 'a', 1]), ['salt-reused']],
    ['digest twice', payload({ more: { _sd: [digestOf('a')] } }), ['digest-duplicate']],
    ['_sd no array', payload({ more: { _sd: 'x' } }), ['sd-not-array']],
    ['_sd of numbers', payload({ more: { _sd: [1] } }), ['sd-digest-not-string']],
    ['placeholder with more', payload({ more: [{ '...': 'x', y: 1 }] }), ['placeholder-extra-members']],
    ['placeholder of a number', payload({ more: [{ '...': 1 }] }), ['placeholder-not-string']],
    ['placeholder elsewhere', payload({ more: { '...': 'x' } }), ['placeholder-outside-array']],
    ['unknown _sd_alg', payload({ _sd_alg: 'md5' }), ['sd-alg-unknown']],
    ['_sd_alg no string', payload({ _sd_alg: 1 }), ['sd-alg-unknown']],
    [
      '_sd_alg below',
      joinSdJwt(signCompact({ header, payload: { _sd: [nested.digest] }, key: issuer }), [nested.encoded]),
      ['sd-alg-nested'],
    ],
    [
      'other hash than stated',
      payload({ _sd_alg: 'sha-384' }),
      Array.from({ length: 4 }, () => 'disclosure-unreferenced'),
    ],
  ])('%s', (_name, raw, expected) => {
    expect(codesOf(raw)).toEqual(expected);
  });

  it('survives disclosures nested without end, and many of them', () => {
    let value: unknown = 1;
    const encoded: string[] = [];
    let last = '';
    for (let depth = 0; depth < 1000; depth++) {
      const made = encodeDisclosure([`${depth}`, 'd', value]);
      encoded.push(made.encoded);
      value = { _sd: [made.digest] };
      last = made.digest;
    }
    const chain = joinSdJwt(signCompact({ header, payload: { _sd: [last] }, key: issuer }), encoded);
    expect(codesOf(chain)).toContain('too-deep');
    expect(codesOf(`${jwt}~${'~'.repeat(20_000)}`)).toContain('sd-jwt-too-large');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('~', '.', 'e', 'y', 'J', 'W', '[', '"', '{}') }), (raw) => {
        resolveSdJwt(readSdJwt(raw));
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const sdJwt = signCompact({ header, payload: { _sd: value, a: value, b: [{ '...': value }] }, key: 'none' });
        resolveSdJwt(readSdJwt(`${sdJwt}~${base64url(JSON.stringify(value))}~`));
      }),
    );
  });
});

describe('with @sd-jwt/core', () => {
  const library = new SDJwtInstance({
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: (length: number) => Buffer.alloc(length, 7).toString('hex') + String(counter++),
    signAlg: 'ES256',
    signer: (data: string) => base64url(signatureOver(data, issuer)),
    verifier: (data: string, signature: string) => verifyJws(readJwt(`${data}.${signature}`), issuer.publicJwk).ok,
  });
  let counter = 0;

  it('accepts what we build', async () => {
    const issued = issueSdJwt(build({ decoys: 2 }), issuer);
    const verified = await library.verify(issued);
    expect(verified.payload).toEqual(claims);
    const some = await library.verify(
      presentSdJwt(issued, [
        ['address', 'locality'],
        ['nationalities', 0],
      ]),
    );
    expect(some.payload).toMatchObject({ address: { locality: '臺北市' }, nationalities: ['TW'] });
  });

  it('makes what we read, and presents what we present', async () => {
    const issued = await library.issue(
      structuredClone(claims),
      { _sd: ['given_name', 'address'], _sd_decoy: 2, address: { _sd: ['locality'] }, nationalities: { _sd: [0, 1] } },
      { header: { typ: 'dc+sd-jwt' } },
    );
    expect(codesOf(issued)).toEqual([]);
    expect(resolveSdJwt(readSdJwt(issued)).claims).toEqual(claims);
    const theirs = await library.present(issued, { address: { locality: true } });
    const ours = presentSdJwt(issued, [['address', 'locality']]);
    expect(ours.split('~').sort()).toEqual(theirs.split('~').sort());
  });
});
