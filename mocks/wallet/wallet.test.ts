import { describe, expect, it } from 'vitest';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import { variantId } from '../../core/contracts/variant.ts';
import { PRESENTATION_ODDITIES } from './oddities.ts';
import { playIssuance, playPresentation, world } from './test-kit.ts';

const shared = await world();

const PRE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;
const CODE = { kind: 'issuance', grant: 'authorization_code' } as const;

const ISSUANCES: readonly IssuanceVariant[] = [
  PRE,
  { ...PRE, txCode: true },
  { ...PRE, offer: 'by-reference' },
  { ...PRE, ask: 'authorization_details' },
  { ...PRE, dpop: true, dpopNonce: true },
  { ...PRE, clientAuthentication: 'private_key_jwt' },
  { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
  { ...PRE, proofs: 0 },
  { ...PRE, proofs: 3 },
  { ...PRE, proofType: 'attestation' },
  { ...PRE, proofType: 'attestation', proofs: 2 },
  { ...PRE, proofKey: 'kid' },
  { ...PRE, proofKey: 'x5c' },
  { ...PRE, requestEncryption: true },
  { ...PRE, requestEncryption: true, responseEncryption: true },
  { ...PRE, responseEncryption: true },
  { ...PRE, deferred: true },
  { ...PRE, deferred: true, responseEncryption: true, requestEncryption: true },
  { ...PRE, notification: 'credential_accepted' },
  { ...PRE, refresh: true },
  { ...PRE, status: true },
  CODE,
  { ...CODE, offer: 'none' },
  { ...CODE, par: true },
  { ...CODE, par: true, dpop: true, dpopNonce: true, clientAuthentication: 'attest_jwt_client_auth' },
  { ...CODE, ask: 'authorization_details' },
  { ...CODE, par: true, clientAuthentication: 'private_key_jwt', refresh: true, dpop: true },
  ...[
    'unknown-members',
    'member-order',
    'uppercase-scheme-header',
    'kid-did',
    'es384',
    'ed25519',
    'iat-10s-past',
    'long-state',
    'signed-metadata',
    'lowercase-scheme-header',
    'zip',
  ].map(
    (name): IssuanceVariant => ({
      ...CODE,
      par: true,
      dpop: true,
      requestEncryption: true,
      responseEncryption: true,
      oddities: [name],
    }),
  ),
];

describe('issuance with the mock issuer', () => {
  it.each(ISSUANCES.map((variant) => [variantId(variant), variant] as const))('%s', async (_name, variant) => {
    const play = await playIssuance(shared, variant);
    // A server says that it wants a nonce by refusing the proof that lacks one (RFC 9449 8).
    const refused = play.refusedBy.filter((step) => step !== 'issuer/dpop/nonce' || variant.dpopNonce !== true);
    expect([play.result.outcome, play.result.step, play.result.reason, refused]).toEqual([
      'accepted',
      undefined,
      undefined,
      [],
    ]);
    expect(play.result.credentials).toHaveLength(Math.max(1, variant.proofs ?? 1));
    if (variant.notification !== undefined)
      expect(play.notifications.map((entry) => entry.event)).toEqual([variant.notification]);
  });
});

const PRESENTATION = { kind: 'presentation' } as const;
const PRESENTATIONS: readonly PresentationVariant[] = [
  { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  PRESENTATION,
  { ...PRESENTATION, request: 'by-value' },
  { ...PRESENTATION, request: 'by-value-signed' },
  { ...PRESENTATION, request: 'uri-post', responseMode: 'direct_post.jwt' },
  { ...PRESENTATION, clientIdPrefix: 'x509_hash' },
  { ...PRESENTATION, clientIdPrefix: 'decentralized_identifier' },
  { ...PRESENTATION, clientIdPrefix: 'pre-registered', responseMode: 'direct_post.jwt' },
  { ...PRESENTATION, clientIdPrefix: 'redirect_uri', responseMode: 'direct_post.jwt', enc: 'A256GCM' },
  { ...PRESENTATION, transactionData: true },
  { ...PRESENTATION, redirectUri: true },
  { ...PRESENTATION, status: 'valid' },
  ...PRESENTATION_ODDITIES.filter((name) => name !== 'wallet-unavailable').map(
    (name): PresentationVariant => ({
      ...PRESENTATION,
      request: 'uri-post',
      responseMode: 'direct_post.jwt',
      oddities: [name],
    }),
  ),
];

describe('presentation to the mock verifier', () => {
  it.each(PRESENTATIONS.map((variant) => [variantId(variant), variant] as const))('%s', async (_name, variant) => {
    const play = await playPresentation(shared, variant);
    expect([play.result.outcome, play.result.step, play.result.reason, play.refusedBy]).toEqual([
      'accepted',
      undefined,
      undefined,
      [],
    ]);
    expect(play.relyingParty.status).toBe('accepted');
  });
});
