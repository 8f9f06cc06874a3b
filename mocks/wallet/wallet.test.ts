import { describe, expect, it } from 'vitest';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import { variantId } from '../../core/contracts/variant.ts';
import { bodyText } from '../../core/trace/body.ts';
import { WALLET_FAULTS } from './faults/index.ts';
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

describe('issuance of another kind', () => {
  it('fetches the same credential twice with one token, and asks for the status of the first again', async () => {
    const play = await playIssuance(shared, { ...PRE, status: true, oddities: ['fetched-twice'] });
    expect(play.result).toMatchObject({ outcome: 'accepted' });
    expect(new Set(play.credentials).size).toBe(2);
    const lists = play.wallet.filter((entry) => entry.type === 'message' && entry.kind === 'status-list-token');
    expect(lists).toHaveLength(3);
  });

  it('guesses twenty transaction codes, none of them right, before the right one', async () => {
    const fault = WALLET_FAULTS.find(({ id }) => id === 'wallet/token-request/tx-code-guessed');
    expect(fault).toBeDefined();
    if (fault === undefined) return;
    const play = await playIssuance(shared, { ...PRE, txCode: true }, { fault });
    const sent = play.wallet.flatMap((entry) =>
      entry.type === 'message' && entry.kind === 'token-request'
        ? [{ seq: entry.seq, code: new URLSearchParams(bodyText(entry.body)).get('tx_code') }]
        : [],
    );
    expect(new Set(sent.map(({ code }) => code)).size).toBe(21);
    // Only the last request is the stimulus: that guesses are refused says nothing about a limit.
    const marks = play.wallet.flatMap((entry) =>
      entry.type === 'event' && entry.event === 'fault-sent' ? [entry.message] : [],
    );
    expect(marks).toEqual([sent.at(-1)?.seq]);
    expect(play.refusedBy.at(-1)).toBe('issuer/token/tx-code-attempts');
    const lenient = await playIssuance(
      shared,
      { ...PRE, txCode: true },
      {
        fault,
        otherLeniencies: ['issuer/token/tx-code-attempts'],
      },
    );
    expect(lenient.result.outcome).toBe('accepted');
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
