import { describe, expect, it } from 'vitest';
import { inspectArtifact } from './inspect.ts';

const now = Date.UTC(2026, 0, 1);
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const offerLink = (offer: object): string =>
  `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(offer))}`;
const offer = { credential_issuer: 'https://issuer.example', credential_configuration_ids: ['x'] };
const sdJwt = (payload: object): string => `${encoded({ alg: 'ES256', typ: 'dc+sd-jwt' })}.${encoded(payload)}.AAAA~`;

describe('inspect', () => {
  it.each([
    ['credential-offer-link', offerLink(offer)],
    ['credential-offer', JSON.stringify(offer)],
    [
      'presentation-request-link',
      'openid4vp://?client_id=x509_san_dns%3Aa.example&request_uri=https%3A%2F%2Fa.example%2F1',
    ],
    ['credential', sdJwt({ iss: 'https://issuer.example', vct: 'urn:x' })],
  ])('reads a %s as it stands in a trace', (kind, input) => {
    const { valid, errors, ...rest } = inspectArtifact(input, now);
    expect(rest.kind).toBe(kind);
    expect(errors).toEqual([]);
    expect(valid).toBe(true);
  });

  it.each([
    [
      'an offer inside a link',
      offerLink({ ...offer, credential_configuration_ids: [] }),
      /^credential-offer \/credential_configuration_ids/u,
    ],
    ['both forms in one link', `${offerLink(offer)}&credential_offer_uri=https%3A%2F%2Fa.example`, /OID4VCI-4\.1/u],
    ['a credential without type', sdJwt({ iss: 'https://issuer.example' }), /vct/u],
  ])('finds what is wrong with %s', (_name, input, says) => {
    const { valid, errors } = inspectArtifact(input, now);
    expect(valid).toBe(false);
    expect(errors.join('\n')).toMatch(says);
  });

  it('says nothing against what it does not know', () => {
    expect(inspectArtifact('neither fish nor fowl', now)).toMatchObject({ kind: 'unknown', valid: false });
  });
});
