import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';
import { didJwk } from './did.ts';
import { inspect } from './inspect.ts';
import { encryptCompact } from './jose/jwe.ts';
import { signCompact, tamperSignature } from './jose/jws.ts';
import { generateEncryptionKey, generateSigningKey } from './jose/keys.ts';
import { x5cOf } from './jose/x5c.ts';
import { buildLink } from './links.ts';
import { pointer } from './json.ts';
import { buildSdJwt, issueSdJwt } from './sd-jwt/build.ts';
import { sdHash } from './sd-jwt/read.ts';
import { encodeStatusList, makeStatusList } from './status-list.ts';
import { testRandom } from './test-random.ts';
import { certificatePem, makeCertificate } from './x509-make.ts';

const at = Date.UTC(2030, 0, 1);
const seconds = at / 1000;
const key = generateSigningKey('ES256', testRandom());
const other = generateSigningKey('ES256', testRandom('other'));
const der = makeCertificate(
  {
    subject: { commonName: 'x' },
    publicJwk: key.publicJwk,
    notBefore: at - 1000,
    notAfter: at + 1000,
    random: testRandom(),
    dns: ['v.example'],
  },
  key,
);
const jwt = (header: object, payload: object) =>
  signCompact({ header: { alg: 'ES256', ...header }, payload: { ...payload }, key });
const offer = JSON.stringify({ credential_issuer: 'https://i.example', credential_configuration_ids: ['a'] });
const issued = issueSdJwt(
  buildSdJwt({
    header: { alg: 'ES256', typ: 'dc+sd-jwt', x5c: x5cOf([der]) },
    claims: { vct: 'v', name: 'n', cnf: { jwk: other.publicJwk } },
    disclosable: [['name']],
    random: testRandom(),
  }),
  key,
);
const kb = (sd_hash: string, by = other) =>
  signCompact({ header: { alg: 'ES256', typ: 'kb+jwt' }, payload: { sd_hash }, key: by });
const request = jwt(
  { typ: 'oauth-authz-req+jwt', x5c: x5cOf([der]) },
  { client_id: 'x509_san_dns:v.example', dcql_query: { credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: {} }] } },
);
const encryption = generateEncryptionKey('ECDH-ES', testRandom());
const status = (typ: string) =>
  jwt(
    { typ },
    {
      iss: didJwk(key.publicJwk),
      sub: 's',
      iat: seconds,
      status_list: encodeStatusList(makeStatusList(1, 16, { 3: 1, 9: 1 })),
    },
  );

describe('inspect', () => {
  it.each<[string, string | Uint8Array, string, string[]]>([
    ['offer link', buildLink('openid-credential-offer://', { credential_offer: offer }), 'credential-offer-link', []],
    ['request link', buildLink('openid4vp://', { client_id: 'x', request }), 'presentation-request-link', []],
    ['https link', 'https://a.example/', 'link', []],
    ['request object', request, 'request-object', []],
    ['proof by jwk', jwt({ typ: 'openid4vci-proof+jwt', jwk: key.publicJwk }, {}), 'key-proof', []],
    ['proof by did', jwt({ typ: 'openid4vci-proof+jwt', kid: `${didJwk(key.publicJwk)}#0` }, {}), 'key-proof', []],
    [
      'proof by another key',
      jwt({ typ: 'openid4vci-proof+jwt', jwk: other.publicJwk }, {}),
      'key-proof',
      ['signature-wrong'],
    ],
    [
      'DPoP proof, tampered',
      tamperSignature(jwt({ typ: 'dpop+jwt', jwk: key.publicJwk }, {})),
      'dpop-proof',
      ['signature-wrong'],
    ],
    ['unsigned', signCompact({ header: { alg: 'none' }, payload: {}, key: 'none' }), 'jwt', ['alg-none']],
    ['expired', jwt({}, { exp: seconds - 1 }), 'jwt', ['jwt-expired']],
    ['future', jwt({}, { nbf: seconds + 1 }), 'jwt', ['jwt-not-yet-valid']],
    [
      'bad dcql in a request',
      jwt({ typ: 'oauth-authz-req+jwt' }, { dcql_query: {} }),
      'request-object',
      ['credentials-array'],
    ],
    ['credential', issued, 'credential', []],
    ['presentation', issued + kb(sdHash(issued)), 'presentation', []],
    ['presentation, other hash', issued + kb('x'), 'presentation', ['sd-hash-wrong']],
    ['presentation, other key', issued + kb(sdHash(issued), key), 'presentation', ['signature-wrong']],
    ['status list', status('statuslist+jwt'), 'status-list-token', []],
    ['status list, typ', status('JWT'), 'status-list-token', ['status-token-typ']],
    [
      'JWE',
      encryptCompact({ header: { alg: 'ECDH-ES', enc: 'A128GCM' }, plaintext: '{}', recipient: encryption.publicJwk }),
      'jwe',
      [],
    ],
    ['did', didJwk(key.publicJwk), 'did', []],
    ['PEM', certificatePem(der), 'certificate', []],
    ['DER', der, 'certificate', []],
    ['base64 DER', x5cOf([der])[0] ?? '', 'certificate', []],
    ['offer', offer, 'credential-offer', []],
    ['issuer metadata', '{"credential_issuer":"x","credential_endpoint":"y"}', 'issuer-metadata', []],
    ['duplicate member', '{"issuer":"x","token_endpoint":"y","issuer":"z"}', 'as-metadata', ['duplicate-member']],
    ['private key in a set', JSON.stringify({ keys: [key.publicJwk, key.privateJwk] }), 'jwks', ['jwk-private-member']],
    ['dcql', '{"credentials":[{"id":"a.b","format":"dc+sd-jwt","meta":{}}]}', 'dcql-query', ['credential-id']],
    ['credential response', '{"credentials":[{"credential":"x"}]}', 'credential-response', []],
    ['form', 'grant_type=x&code=y&code=z', 'form', ['form-duplicate']],
    ['cut JSON', '{"a":', 'json', ['json-syntax']],
    ['text', 'hello there', 'unknown', ['unknown-artifact']],
    ['CBOR', Buffer.from('a16161f6', 'hex'), 'unknown', ['unknown-artifact']],
  ])('%s', (_name, input, kind, expected) => {
    const result = inspect(input, { at });
    expect(result.kind).toBe(kind);
    expect(result.errors.map((error) => error.code)).toEqual(expected);
  });

  it('decodes what is inside', () => {
    expect(inspect(buildLink('openid-credential-offer://', { credential_offer: offer })).decoded).toMatchObject({
      scheme: 'openid-credential-offer',
      parameters: { credential_offer: JSON.parse(offer) },
    });
    expect(inspect(buildLink('openid4vp://', { request })).decoded).toMatchObject({
      parameters: {
        request: {
          kind: 'request-object',
          decoded: { signature: 'verified with the key of x5c', certificates: [{ dns: ['v.example'] }] },
        },
      },
    });
    const presentation = inspect(issued + kb(sdHash(issued)));
    expect(presentation.decoded).toMatchObject({
      claims: { vct: 'v', name: 'n' },
      kbJwt: { signature: 'verified with the key of cnf' },
      disclosures: [{ name: 'name', value: 'n' }],
    });
    expect(pointer(inspect(status('statuslist+jwt')).decoded, '/list')).toEqual({ bits: 1, size: 16, notValid: 2 });
    expect(inspect(certificatePem(der), { at: at + 2000 }).errors[0]?.code).toBe('certificate-expired');
  });

  it('never throws, and detects the same', () => {
    const alphabet = fc.constantFrom(
      '{',
      '}',
      '"',
      ':',
      '~',
      '.',
      'eyJhbGciOiJFUzI1NiJ9',
      'did:',
      'MII',
      '-----BEGIN CERTIFICATE-----',
      '=',
      '&',
      'a',
      '\u0000',
    );
    fc.assert(
      fc.property(
        fc.array(alphabet).map((parts) => parts.join('')),
        (text) => {
          expect(inspect(text, { at }).kind).toBe(detect(text).kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});
