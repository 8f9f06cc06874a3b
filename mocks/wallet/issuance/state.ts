import type { IssuanceVariant } from '../../../core/contracts/variant.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import type { Session } from '../session.ts';

export const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

/** What a credential offer said, as far as it could be read (OpenID4VCI 4.1.1). */
export interface OfferReading {
  readonly issuer: string;
  readonly configurationIds: readonly string[];
  readonly grants: JsonObject | undefined;
}

/** An issuance on its way; filled step by step. */
export interface Issuance {
  readonly session: Session;
  readonly variant: IssuanceVariant;
  readonly offer: OfferReading;
  /** What the user typed. */
  readonly txCode: string | undefined;
  readonly issuerMetadata: JsonObject;
  readonly grant: 'pre-authorized_code' | 'authorization_code';
  readonly asMetadata: JsonObject;
  /** Issuer identifier of the authorization server. */
  readonly server: string;
  /** undefined: anonymous. */
  readonly clientId: string | undefined;
  readonly dpopKey: SigningKey | undefined;
  /** Newest DPoP nonce by origin. */
  readonly dpopNonces: Map<string, string>;
  /** Newest challenge for client attestations, by origin. */
  readonly attestationChallenges: Map<string, string>;
  /** jti of the DPoP proofs of this flow. */
  readonly dpopIds: string[];
  /** Key that the client attestation is bound to. */
  readonly instanceKey: SigningKey;
}

export interface Tokens {
  readonly accessToken: string;
  readonly scheme: 'DPoP' | 'Bearer';
  readonly refreshToken: string | undefined;
  readonly authorizationDetails: readonly unknown[] | undefined;
}
