import { describe, expect, it } from 'vitest';
import type { IssuanceVariant, PresentationVariant } from '../../../core/contracts/variant.ts';
import { QUERY, playIssuance, playPresentation, sentFaults, world } from '../test-kit.ts';
import { WALLET_FAULTS } from './index.ts';

const shared = await world();

const PRE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;
const CODE = { kind: 'issuance', grant: 'authorization_code' } as const;
const PRESENTATION = { kind: 'presentation' } as const;

/** Flow in which a fault can appear: the longest prefix of its id that stands here. */
const FLOWS: Readonly<Record<string, IssuanceVariant | PresentationVariant>> = {
  'par-request/': { ...CODE, par: true },
  'par-request/details': { ...CODE, par: true, ask: 'authorization_details' },
  'authorization-request/': CODE,
  'authorization-request/details': { ...CODE, ask: 'authorization_details' },
  'authorization-request/client-other': { ...CODE, par: true },
  'authorization-request/request-uri': { ...CODE, par: true },
  'token-request/': CODE,
  'token-request/pre-authorized': PRE,
  'token-request/tx-code': { ...PRE, txCode: true },
  'token-request/tx-code-unexpected': PRE,
  'token-request/authorization-details': { ...PRE, ask: 'authorization_details' },
  'refresh-request/': { ...PRE, refresh: true },
  'refresh-request/client-other': { ...CODE, refresh: true },
  'client-assertion/': { ...PRE, clientAuthentication: 'private_key_jwt' },
  'client-assertion/jti-reused': { ...CODE, par: true, clientAuthentication: 'private_key_jwt' },
  'client-attestation': { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
  'dpop-proof/': { ...PRE, dpop: true },
  'dpop-proof/nonce': { ...PRE, dpop: true, dpopNonce: true },
  'access-token/': PRE,
  'access-token/bearer-for-dpop': { ...PRE, dpop: true },
  'access-token/deferred': { ...PRE, deferred: true },
  'access-token/notification': { ...PRE, notification: 'credential_accepted' },
  'key-proof/': PRE,
  'key-proof/issuer': CODE,
  'key-proof/same-key': { ...PRE, proofs: 2 },
  'key-attestation/': { ...PRE, proofType: 'attestation' },
  'credential-request/': PRE,
  'credential-request/identifier-ignored': { ...PRE, ask: 'authorization_details' },
  'credential-request/encryption': { ...PRE, requestEncryption: true, responseEncryption: true },
  'credential-request/encrypted': { ...PRE, requestEncryption: true },
  'credential-request/unencrypted': { ...PRE, requestEncryption: true },
  'credential-request/unencrypted-parameters': { ...PRE, responseEncryption: true },
  'deferred-credential-request/': { ...PRE, deferred: true },
  'notification-request/': { ...PRE, notification: 'credential_accepted' },
  'kb-jwt/': PRESENTATION,
  'kb-jwt/transaction': { ...PRESENTATION, transactionData: true },
  'presented-credential/': PRESENTATION,
  'presentation/': PRESENTATION,
  'presentation-payload/': PRESENTATION,
  'presentation-response/': PRESENTATION,
  'presentation-response/unencrypted': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'presentation-response/no-jwe': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'encrypted-presentation-response/': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'request-uri-request/': { ...PRESENTATION, request: 'uri-post' },
};

const [CARD_QUERY] = QUERY.credentials;
const TWO = { credentials: [CARD_QUERY, { ...CARD_QUERY, id: 'second' }] };

function flowOf(id: string): IssuanceVariant | PresentationVariant {
  const [best] = Object.keys(FLOWS)
    .filter((prefix) => id.startsWith(`wallet/${prefix}`))
    .sort((a, b) => b.length - a.length);
  const flow = best === undefined ? undefined : FLOWS[best];
  if (flow === undefined) throw new Error(`no flow for ${id}`);
  return flow;
}

describe('each fault leaves, and the conforming counterpart refuses it at the step that it names', () => {
  it.each(WALLET_FAULTS.map((fault) => [fault.id, fault] as const))('%s', async (id, fault) => {
    const variant = flowOf(id);
    if (variant.kind === 'issuance') {
      const play = await playIssuance(shared, variant, { fault, before: 1 });
      expect(sentFaults(play.wallet)).toContain(id);
      expect(
        new Set(play.refusedBy.filter((step) => step !== 'issuer/dpop/nonce' || step === fault.refusedBy)),
      ).toEqual(new Set([fault.refusedBy]));
      expect(play.result.outcome).toBe('refused');
    } else {
      // To leave one credential out, there must be two.
      const query = id.endsWith('/credential-missing') ? TWO : QUERY;
      const play = await playPresentation(shared, variant, { fault, before: 1, query });
      expect(sentFaults(play.wallet)).toContain(id);
      expect(new Set(play.refusedBy)).toEqual(new Set([fault.refusedBy]));
      expect(play.result.outcome).toBe('refused');
    }
  });

  it('has unique ids', () => {
    const ids = WALLET_FAULTS.map((fault) => fault.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(80);
  });
});
