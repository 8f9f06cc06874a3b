import type { Check } from '../../core/contracts/check.ts';
import { AS_METADATA_CHECKS } from './as-metadata.ts';
import { AUTHORIZATION_REQUEST_CHECKS } from './authorization-request.ts';
import { AUTHORIZATION_RESPONSE_CHECKS } from './authorization-response.ts';
import { CLIENT_ATTESTATION_CHECKS } from './client-attestation.ts';
import { CREDENTIAL_CHECKS } from './credential.ts';
import { CREDENTIAL_OFFER_CHECKS } from './credential-offer.ts';
import { CREDENTIAL_REQUEST_CHECKS } from './credential-request.ts';
import { CREDENTIAL_RESPONSE_CHECKS } from './credential-response.ts';
import { DISCLOSURE_CHECKS } from './disclosure.ts';
import { DPOP_CHECKS } from './dpop.ts';
import { ERROR_CHECKS } from './errors.ts';
import { HTTP_CHECKS } from './http.ts';
import { ISSUER_METADATA_CHECKS } from './issuer-metadata.ts';
import { KB_JWT_CHECKS } from './kb-jwt.ts';
import { KEY_PROOF_CHECKS } from './key-proof.ts';
import { NONCE_CHECKS } from './nonce.ts';
import { OFFER_BY_REFERENCE_CHECKS } from './offers-by-reference.ts';
import { PRESENTATION_CHECKS } from './presentation.ts';
import { PRESENTATION_REPLY_CHECKS } from './presentation-reply.ts';
import { PRESENTATION_RESPONSE_CHECKS } from './presentation-response.ts';
import { REDIRECT_CHECKS } from './redirect-followed.ts';
import { REQUEST_OBJECT_CHECKS } from './request-object.ts';
import { SCHEMA_CHECKS } from './schema.ts';
import { STATUS_LATER_CHECKS } from './status-later.ts';
import { STATUS_LIST_CHECKS } from './status-list.ts';
import { TOKEN_CHECKS } from './token.ts';
import { TOKEN_REQUEST_CHECKS } from './token-request.ts';
import { UNIQUENESS_CHECKS } from './uniqueness.ts';
import { WALLET_REQUEST_CHECKS } from './wallet-requests.ts';

/** Every check of this room. Checks are pure: a view of the trace in, observations out. */
export const CHECKS: readonly Check[] = [
  ...SCHEMA_CHECKS,
  ...HTTP_CHECKS,
  // What an issuer writes.
  ...CREDENTIAL_OFFER_CHECKS,
  ...OFFER_BY_REFERENCE_CHECKS,
  ...ISSUER_METADATA_CHECKS,
  ...AS_METADATA_CHECKS,
  ...AUTHORIZATION_RESPONSE_CHECKS,
  ...TOKEN_CHECKS,
  ...NONCE_CHECKS,
  ...CREDENTIAL_RESPONSE_CHECKS,
  ...CREDENTIAL_CHECKS,
  ...STATUS_LIST_CHECKS,
  ...STATUS_LATER_CHECKS,
  ...ERROR_CHECKS,
  // What a wallet writes.
  ...WALLET_REQUEST_CHECKS,
  ...AUTHORIZATION_REQUEST_CHECKS,
  ...CLIENT_ATTESTATION_CHECKS,
  ...TOKEN_REQUEST_CHECKS,
  ...DPOP_CHECKS,
  ...CREDENTIAL_REQUEST_CHECKS,
  ...KEY_PROOF_CHECKS,
  ...PRESENTATION_RESPONSE_CHECKS,
  ...REDIRECT_CHECKS,
  ...PRESENTATION_CHECKS,
  ...KB_JWT_CHECKS,
  ...DISCLOSURE_CHECKS,
  // What a verifier writes.
  ...REQUEST_OBJECT_CHECKS,
  ...PRESENTATION_REPLY_CHECKS,
  ...UNIQUENESS_CHECKS,
];
