import type { IssuanceVariant, PresentationVariant } from '../../../core/contracts/variant.ts';
import type { Fault } from '../../../core/flow.ts';

/** A fault of the mock wallet, with the simplest variant in which it can be formed. */
export interface WalletFault extends Fault<never> {
  readonly variant: IssuanceVariant | PresentationVariant;
}

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
  'key-proof/second': { ...PRE, proofs: 2 },
  'key-attestation/': { ...PRE, proofType: 'attestation' },
  'credential-request/': PRE,
  'credential-request/configuration-left-out': {
    ...CODE,
    configurations: 2,
    ask: 'authorization_details',
    oddities: ['narrowed'],
  },
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
  'status-list-token/': { ...PRESENTATION, status: 'valid' },
  'presentation/': PRESENTATION,
  'presentation-payload/': PRESENTATION,
  'presentation-response/': PRESENTATION,
  'presentation-response/unencrypted': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'presentation-response/no-jwe': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'encrypted-presentation-response/': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'defect/over-disclosure': PRESENTATION,
  'defect/holder-key-reused': PRE,
  'defect/dpop-jti-reused': { ...PRE, dpop: true },
  'defect/state-reused': { ...CODE, par: true },
  'defect/issuer-state-dropped': { ...CODE, oddities: ['minimal-as-metadata'] },
  'defect/par-issuer-state-dropped': { ...CODE, par: true },
  'defect/offer-fetched-by-post': { ...PRE, offer: 'by-reference' },
  'defect/metadata-appended': PRE,
  'defect/nonce-by-get': PRE,
  'defect/deferred-too-early': { ...PRE, deferred: true },
  'defect/notification-untrue': { ...PRE, notification: 'credential_accepted' },
  'defect/request-uri-accept-missing': { ...PRESENTATION, request: 'uri-post' },
  'defect/redirect-ignored': { ...PRESENTATION, redirectUri: true },
  'defect/state-beside-jwe': { ...PRESENTATION, responseMode: 'direct_post.jwt' },
  'defect/software-named': PRESENTATION,
  'defect/error-code-wrong': { ...PRESENTATION, consent: 'decline' },
  'defect/attestation-expiry-missing': { ...PRE, oddities: ['attested-keys'] },
  'request-uri-request/': { ...PRESENTATION, request: 'uri-post' },
};

/** The flow of a fault. Throws for an id that no row covers: a table that names what it does not have is a programming error. */
export function flowOf(id: string): IssuanceVariant | PresentationVariant {
  const [best] = Object.keys(FLOWS)
    .filter((prefix) => id.startsWith(`wallet/${prefix}`))
    .sort((a, b) => b.length - a.length);
  const flow = best === undefined ? undefined : FLOWS[best];
  if (flow === undefined) throw new Error(`no flow for ${id}`);
  return flow;
}

/** The fault with its flow. */
export function inItsFlow<Row extends Fault<never>>(fault: Row): Row & WalletFault {
  return { ...fault, variant: flowOf(fault.id) };
}
