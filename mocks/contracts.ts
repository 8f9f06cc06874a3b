import type { CredentialType } from '../core/contracts/profile.ts';
import type { IssuanceVariant, PresentationVariant } from '../core/contracts/variant.ts';
import type { FlowContext, ServerMock } from '../core/flow.ts';
import type { SigningKey } from '../protocol/jose/keys.ts';

/**
 * What the three mocks look like from outside. Each plays one role, knows no transport and no suite, and can be used alone.
 * A mock belongs to one FlowContext: the harness makes one for each flow, a bundled target keeps one for its life.
 */

/** Keys and certificates that are made once and kept (`--identity`), see mocks/trust. */
export interface Identity {
  /** Signs credentials, request objects, client assertions; with `x5c` (leaf first) where it has a certificate. */
  readonly signing: SigningKey;
  /** Certificate authority of the leaf, PEM; what the other side must trust. */
  readonly ca: string;
  /** did:jwk of the signing key. */
  readonly did: string;
}

/** Whom a mock trusts. */
export interface Trust {
  /** Root certificates, PEM. */
  readonly anchors: readonly string[];
  /** Trust every issuer key that can be resolved (x5c, issuer metadata, did); the answer is still verified with it. */
  readonly anyIssuer?: true;
  /** Trust every verifier key that can be resolved. */
  readonly anyVerifier?: true;
}

export interface IssuerConfig {
  /** Credential issuer identifier: absolute URL, no trailing slash. All endpoints live below it, well-known paths by insertion. */
  readonly base: string;
  readonly identity: Identity;
  readonly trust: Trust;
  readonly credentialTypes: readonly CredentialType[];
  /** Ids of the credential configurations that an offer names; default the first. */
  readonly offered?: readonly string[];
  /** Default behaviour of offers; `createOffer` may override. A long-lived issuer supports every variant at once. */
  readonly variant: IssuanceVariant;
  readonly links: { readonly offer: string };
  /** Log-ins succeed without a page (authorization endpoint redirects at once). Default true. */
  readonly autoApprove?: boolean;
  /** Seconds; defaults: code and pre-authorized code 300, access token 600, c_nonce 300, credential 30 days. */
  readonly lifetimes?: Partial<Record<'code' | 'accessToken' | 'nonce' | 'credential', number>>;
  /** Confidential clients, by client_id: public key for private_key_jwt. */
  readonly clients?: Readonly<Record<string, { readonly jwk: Readonly<Record<string, unknown>> }>>;
}

export interface Offer {
  readonly link: string;
  readonly txCode?: string;
}

export interface IssuedCredential {
  readonly configurationId: string;
  readonly format: string;
  /** The credential as it was delivered. */
  readonly credential: string;
}

export interface Issuer extends ServerMock {
  readonly base: string;
  createOffer(wish?: Partial<IssuanceVariant>): Promise<Offer>;
  readonly issued: readonly IssuedCredential[];
  /** Notifications received: event by notification id. */
  readonly notifications: readonly { readonly id: string; readonly event: string }[];
  /** Moves a credential of this issuer to another status (status list value: 0 valid, 1 invalid, 2 suspended). */
  setStatus(credential: string, value: 0 | 1 | 2): void;
}

export interface WalletConfig {
  readonly identity: Identity;
  readonly trust: Trust;
  readonly variant: IssuanceVariant | PresentationVariant;
  readonly clientId?: string;
  /** Where an authorization server sends the browser back; never opened. */
  readonly redirectUri: string;
  /** Opens the authorization URL as a user would and returns the URL that the browser was finally sent to (redirectUri…?code=). Default: follow redirects. */
  readonly authorize?: (url: string) => Promise<string>;
  /** How often and how long to poll a deferred credential; default 5 times, the issuer's interval. */
  readonly deferredPolls?: number;
  /** Makes a credential for whatever a verifier under test asks, signed by `credentialIdentity` (DESIGN 5, set-up). */
  readonly credentialIdentity?: Identity;
  readonly credentialTypes?: readonly CredentialType[];
  /** Base URL under which `credentialIdentity` publishes issuer metadata and status list, as `iss`. */
  readonly credentialIssuer?: string;
  readonly wallet?: { readonly schemes: readonly string[] };
}

export interface HeldCredential {
  readonly format: string;
  readonly type: string;
  readonly credential: string;
  readonly key: SigningKey;
  readonly issuer?: string;
}

export interface IssuanceResult {
  readonly outcome: 'accepted' | 'refused' | 'declined-by-user' | 'crashed';
  /** Acceptance step of the wallet that refused, or exchange that the issuer refused. */
  readonly step?: string;
  readonly reason?: string;
  readonly credentials: readonly HeldCredential[];
}

export interface PresentationResult {
  /** `accepted` means that the verifier answered the response with success; the relying party's result is the verifier's. */
  readonly outcome: 'accepted' | 'refused' | 'declined-by-user' | 'crashed';
  readonly step?: string;
  readonly reason?: string;
  /** redirect_uri of the verifier's reply, if any. */
  readonly redirectUri?: string;
}

export interface Wallet {
  /** Issuance that the wallet begins by itself, at an issuer whose identifier it knows: no offer, authorization code (OpenID4VCI 3.4, 5). */
  start(credentialIssuer: string): Promise<IssuanceResult>;
  receiveOffer(link: string, input?: { readonly txCode?: string }): Promise<IssuanceResult>;
  present(link: string, input?: { readonly consent?: 'give' | 'decline' }): Promise<PresentationResult>;
  readonly credentials: readonly HeldCredential[];
  hold(credential: HeldCredential): void;
}

export interface VerifierConfig {
  /** All endpoints live below it. */
  readonly base: string;
  readonly identity: Identity;
  readonly trust: Trust;
  readonly variant: PresentationVariant;
  readonly links: { readonly request: string };
  /** DCQL query object to send. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Seconds; default 300. */
  readonly lifetimes?: Partial<Record<'request', number>>;
}

export interface VerifierResult {
  readonly status: 'pending' | 'accepted' | 'refused' | 'declined-by-user';
  /** Acceptance step that refused. */
  readonly step?: string;
  readonly reason?: string;
  /** Disclosed claims by credential query id. */
  readonly claims?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

export interface Verifier extends ServerMock {
  readonly base: string;
  createRequest(
    wish?: Partial<PresentationVariant>,
    query?: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly link: string; readonly id: string }>;
  result(id: string): VerifierResult;
}

export type CreateIssuer = (config: IssuerConfig, context: FlowContext) => Issuer;
export type CreateWallet = (config: WalletConfig, context: FlowContext) => Wallet;
export type CreateVerifier = (config: VerifierConfig, context: FlowContext) => Verifier;
