/**
 * Variants: which legal way a flow goes. They are data, so that a test, its control and its proof can name the same one.
 * Absent members mean the simplest form. What the system under test decides itself (a wallet's key type, a verifier's
 * query) is not in here; where a member concerns such a choice it is a wish that the driver may pass on.
 */

export interface IssuanceVariant {
  readonly kind: 'issuance';
  readonly grant: 'pre-authorized_code' | 'authorization_code';
  /** Pre-authorized code with a transaction code. */
  readonly txCode?: true;
  /** Credential configurations that the offer names. Default 1. */
  readonly configurations?: number;
  /** How the offer travels; `none` is wallet-initiated. Default by-value. */
  readonly offer?: 'by-value' | 'by-reference' | 'none';
  /** How the wallet says what it wants at the authorization or token endpoint. Default scope for authorization code, nothing for pre-authorized. */
  readonly ask?: 'scope' | 'authorization_details';
  readonly par?: true;
  readonly dpop?: true;
  readonly clientAuthentication?: 'none' | 'private_key_jwt' | 'attest_jwt_client_auth';
  /** Credential format identifier; default the profile's first. */
  readonly format?: string;
  /** Number of key proofs in one credential request; default 1. 0 where no binding is wanted. */
  readonly proofs?: number;
  readonly proofType?: 'jwt' | 'attestation';
  /** How the proof names its key. Default jwk. */
  readonly proofKey?: 'jwk' | 'kid' | 'x5c';
  readonly proofAlg?: string;
  readonly requestEncryption?: true;
  readonly responseEncryption?: true;
  /** The issuer answers with a transaction id first. */
  readonly deferred?: true;
  /** The issuer gives a notification_id and the wallet reports. */
  readonly notification?: 'credential_accepted' | 'credential_failure' | 'credential_deleted';
  readonly refresh?: true;
  /** The server demands a DPoP nonce. */
  readonly dpopNonce?: true;
  /** The credential carries a status list reference. */
  readonly status?: true;
  /** Legal oddities that nobody may punish: unknown members, other order, long values, capital letters in schemes … */
  readonly oddities?: readonly string[];
}

export interface PresentationVariant {
  readonly kind: 'presentation';
  /** How the request travels. Default uri-get. */
  readonly request?: 'by-value' | 'by-value-signed' | 'uri-get' | 'uri-post';
  readonly clientIdPrefix?:
    | 'redirect_uri'
    | 'x509_san_dns'
    | 'x509_hash'
    | 'decentralized_identifier'
    | 'pre-registered'
    | 'verifier_attestation';
  readonly responseMode?: 'direct_post' | 'direct_post.jwt' | 'fragment';
  /** Name of a query of the suite (`suites/queries.ts`), or of the profile's use cases. */
  readonly query?: string;
  readonly transactionData?: true;
  /** The verifier answers the direct post with a redirect_uri (same device). */
  readonly redirectUri?: true;
  readonly format?: string;
  /** Status of the presented credential; default a valid one, without a status reference. */
  readonly status?: 'valid' | 'revoked' | 'suspended';
  /** JWE `enc` of the response; default what the verifier lists first. */
  readonly enc?: string;
  /** What the user does. */
  readonly consent?: 'give' | 'decline';
  readonly oddities?: readonly string[];
}

export type Variant = IssuanceVariant | PresentationVariant;

/** A stable name of a variant: its members in a fixed order, for traces, controls and reports. */
export function variantId(variant: Variant): string {
  const parts: string[] = [variant.kind];
  for (const [key, value] of Object.entries(variant).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === 'kind' || value === undefined) continue;
    parts.push(value === true ? key : `${key}=${Array.isArray(value) ? value.join('+') : String(value)}`);
  }
  return parts.join(' ');
}
