import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLink, linkKind, readLink } from './links.ts';
import {
  appendedWellKnownUrl,
  challengeParam,
  encodeForm,
  identifierErrors,
  isCodeVerifier,
  param,
  pkceChallenge,
  readForm,
  readOAuthError,
  readWwwAuthenticate,
  wellKnownUrl,
} from './oauth.ts';

const codes = (reading: { readonly errors: readonly { readonly code: string }[] }) =>
  reading.errors.map((error) => error.code);

describe('forms', () => {
  it.each([
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [],
    ],
    [
      'a=x+y%20z&b=',
      [
        ['a', 'x y z'],
        ['b', ''],
      ],
      [],
    ],
    ['a', [['a', '']], []],
    ['', [], []],
    [
      'a=1&a=2&a=3',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '3'],
      ],
      ['form-duplicate'],
    ],
    ['a=%zz', [['a', '%zz']], ['form-percent-encoding']],
    ['__proto__=x', [['__proto__', 'x']], []],
  ])('%s', (source, parameters, errors) => {
    const reading = readForm(source);
    expect(reading.parameters).toEqual(parameters);
    expect(codes(reading)).toEqual(errors);
  });
  it('round-trips, also for URLSearchParams', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' })), {
          selector: ([name]) => name,
        }),
        (list) => {
          expect(readForm(encodeForm(list)).parameters).toEqual(list);
          expect([...new URLSearchParams(encodeForm(list))]).toEqual(list);
          expect(readForm(new URLSearchParams(list).toString()).parameters).toEqual(list);
        },
      ),
    );
  });
  it('takes lone surrogates, which JSON of a stranger may hold', () => {
    expect(encodeForm({ a: 'x\ud800y' })).toBe('a=x%EF%BF%BDy');
  });
  it('leaves undefined members out', () => {
    expect(encodeForm({ a: 'b c', d: undefined, é: '&' })).toBe('a=b%20c&%C3%A9=%26');
    expect(param(readForm('x=1'), 'x')).toBe('1');
  });
});

describe('WWW-Authenticate', () => {
  it.each([
    ['Bearer', ['Bearer']],
    [
      'DPoP error="use_dpop_nonce", error_description="a \\"b\\", c", algs=ES256',
      ['DPoP', 'error=use_dpop_nonce', 'error_description=a "b", c', 'algs=ES256'],
    ],
    ['Bearer realm="x", DPoP algs="ES256 ES384"', ['Bearer', 'realm=x', 'DPoP', 'algs=ES256 ES384']],
    ['Negotiate YWJj==, Basic realm=x', ['Negotiate', 'YWJj==', 'Basic', 'realm=x']],
    ['Bearer ERROR = "invalid_token"', ['Bearer', 'error=invalid_token']],
  ])('%s', (value, expected) => {
    const reading = readWwwAuthenticate(value);
    expect(reading.errors).toEqual([]);
    expect(
      reading.challenges.flatMap((item) => [
        item.scheme,
        ...(item.token68 === undefined ? [] : [item.token68]),
        ...item.parameters.map((pair) => pair.join('=')),
      ]),
    ).toEqual(expected);
  });
  it.each([
    ['Bearer error="x', 'challenge-syntax'],
    ['Bearer error="x" y="z"', 'challenge-syntax'],
    ['Bearer a=1, a=2', 'challenge-duplicate-parameter'],
    ['"x"', 'challenge-syntax'],
  ])('reports %s', (value, code) => {
    expect(codes(readWwwAuthenticate(value))).toEqual([code]);
  });
  it('never throws, always ends', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', '"', ',', ' ', '\\', 'B') }),
        (value) => readWwwAuthenticate(value).challenges.length >= 0,
      ),
    );
    const [first] = readWwwAuthenticate('DPoP error="e"').challenges;
    expect(first && challengeParam(first, 'Error')).toBe('e');
  });
});

describe('well-known URLs', () => {
  it.each([
    [
      'https://issuer.example.com',
      'https://issuer.example.com/.well-known/s',
      'https://issuer.example.com/.well-known/s',
    ],
    [
      'https://issuer.example.com/',
      'https://issuer.example.com/.well-known/s',
      'https://issuer.example.com/.well-known/s',
    ],
    [
      'https://issuer.example.com/tenant',
      'https://issuer.example.com/.well-known/s/tenant',
      'https://issuer.example.com/tenant/.well-known/s',
    ],
    [
      'http://localhost:8080/a/b/',
      'http://localhost:8080/.well-known/s/a/b',
      'http://localhost:8080/a/b/.well-known/s',
    ],
    ['did:web:x', undefined, undefined],
    ['nonsense', undefined, undefined],
  ])('%s', (identifier, inserted, appended) => {
    expect(wellKnownUrl(identifier, 's')).toBe(inserted);
    expect(appendedWellKnownUrl(identifier, 's')).toBe(appended);
  });
  it.each([
    ['https://a.example/x', []],
    ['http://a.example', ['identifier-not-https']],
    ['https://a.example/?q#f', ['identifier-query', 'identifier-fragment']],
    ['a', ['identifier-not-url']],
  ])('identifier %s', (identifier, expected) => {
    expect(codes({ errors: identifierErrors(identifier) })).toEqual(expected);
  });
});

it('PKCE vector of RFC 7636 B', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  expect(pkceChallenge(verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  expect([isCodeVerifier(verifier), isCodeVerifier('short'), isCodeVerifier('é'.repeat(50))]).toEqual([
    true,
    false,
    false,
  ]);
});

it.each([
  [{ error: 'invalid_proof', error_description: 'no' }, []],
  [{}, ['oauth-error-missing']],
  ['text', ['oauth-error-missing']],
  [{ error: 1 }, ['oauth-error-missing', 'oauth-error-type']],
  [{ error: 'x', error_description: '錯' }, ['oauth-error-characters']],
])('OAuth error %j', (body, expected) => {
  expect(codes(readOAuthError(body))).toEqual(expected);
});

describe('links', () => {
  const offer = JSON.stringify({ credential_issuer: 'https://i.example/?a=b&c', text: '數位 + 100%' });
  it.each([
    ['openid-credential-offer://', { scheme: 'openid-credential-offer', authority: '', path: '' }],
    ['haip-vci://', { scheme: 'haip-vci', authority: '', path: '' }],
    ['openid4vp://authorize', { scheme: 'openid4vp', authority: 'authorize', path: '' }],
    ['https://wallet.example/deep?x=1', { scheme: 'https', authority: 'wallet.example', path: '/deep' }],
    ['nationalwallet:offer', { scheme: 'nationalwallet', authority: '', path: 'offer' }],
  ])('round-trips through %s', (base, expected) => {
    const link = readLink(buildLink(base, { credential_offer: offer }));
    expect(link).toMatchObject({ ...expected, errors: [] });
    expect(param(link, 'credential_offer')).toBe(offer);
    expect(linkKind(link)).toBe('credential-offer');
  });
  it.each([
    ['openid4vp://?client_id=a&client_id=b&request_uri=c', ['form-duplicate'], 'presentation-request'],
    ['openid4vp://?client_id=a&response_type=vp_token', [], 'presentation-request'],
    ['eudi-openid4vp://x?request=a#f', [], 'presentation-request'],
    ['https://a.example/', [], 'unknown'],
    ['no link', ['link-syntax'], 'unknown'],
    ['', ['link-syntax'], 'unknown'],
  ])('%s', (raw, expected, kind) => {
    const link = readLink(raw);
    expect(codes(link)).toEqual(expected);
    expect(linkKind(link)).toBe(kind);
  });
});
