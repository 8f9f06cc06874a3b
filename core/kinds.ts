/**
 * Message kinds and the exchanges that carry them. An exchange is one HTTP request and its answer; which kind an
 * answer has depends on whether it is a success, so that each kind has one schema.
 */

export type Party =
  | 'wallet'
  | 'issuer'
  | 'authorization-server'
  | 'verifier'
  | 'relying-party'
  | 'registry'
  | 'status-issuer'
  | 'user'
  | 'harness';

export interface ExchangeKinds {
  readonly request: string;
  /** Kind of a 2xx answer (for `authorization`: of the redirect back to the client). */
  readonly response: string;
  /** Kind of any other answer. */
  readonly error: string;
}

/** The exchanges of the OpenID specifications. A profile may add its own names. */
export const EXCHANGES = {
  'credential-offer': { request: 'credential-offer-request', response: 'credential-offer', error: 'http-error' },
  'issuer-metadata': { request: 'issuer-metadata-request', response: 'issuer-metadata', error: 'http-error' },
  'as-metadata': { request: 'as-metadata-request', response: 'as-metadata', error: 'http-error' },
  jwks: { request: 'jwks-request', response: 'jwks', error: 'http-error' },
  'jwt-vc-issuer-metadata': {
    request: 'jwt-vc-issuer-metadata-request',
    response: 'jwt-vc-issuer-metadata',
    error: 'http-error',
  },
  'type-metadata': { request: 'type-metadata-request', response: 'type-metadata', error: 'http-error' },
  'did-document': { request: 'did-document-request', response: 'did-document', error: 'http-error' },
  'status-list': { request: 'status-list-request', response: 'status-list-token', error: 'http-error' },
  par: { request: 'par-request', response: 'par-response', error: 'par-error' },
  authorization: { request: 'authorization-request', response: 'authorization-response', error: 'authorization-error' },
  login: { request: 'login-request', response: 'login-page', error: 'http-error' },
  token: { request: 'token-request', response: 'token-response', error: 'token-error' },
  nonce: { request: 'nonce-request', response: 'nonce-response', error: 'nonce-error' },
  credential: { request: 'credential-request', response: 'credential-response', error: 'credential-error' },
  'deferred-credential': {
    request: 'deferred-credential-request',
    response: 'deferred-credential-response',
    error: 'deferred-credential-error',
  },
  notification: { request: 'notification-request', response: 'notification-response', error: 'notification-error' },
  'request-object': { request: 'request-uri-request', response: 'request-object', error: 'http-error' },
  presentation: { request: 'presentation-response', response: 'presentation-reply', error: 'presentation-error' },
  'redirect-uri': { request: 'redirect-uri-request', response: 'redirect-uri-page', error: 'http-error' },
  control: { request: 'control-request', response: 'control-reply', error: 'control-error' },
} as const satisfies Record<string, ExchangeKinds>;

export type ExchangeName = keyof typeof EXCHANGES | (string & {});

/**
 * Kinds that are not a whole HTTP message: links, and artifacts that travel inside another message (`parent`).
 * `credential-request` and `credential-response` inside a JWE are children of an `encrypted-…` parent.
 */
export const ARTIFACT_KINDS = [
  'credential-offer-link',
  'presentation-request-link',
  'credential-offer', // also by value, inside the link
  'authorization-request-parameters', // unsigned request parameters in a link, or the payload's parameters of a request object
  'key-proof',
  'key-attestation',
  'dpop-proof',
  'client-assertion',
  'client-attestation',
  'client-attestation-pop',
  'signed-issuer-metadata',
  'encrypted-credential-request',
  'encrypted-credential-response',
  'encrypted-presentation-response', // the JWE in the form field `response`
  'presentation-payload', // the response parameters: JSON plaintext of the JWE, or of the form (values as JSON)
  'credential', // issuer-signed JWT with all disclosures that travelled, without key binding
  'presentation', // one presentation of vp_token: SD-JWT with its KB-JWT
  'kb-jwt',
] as const;

export type MessageKind = (typeof ARTIFACT_KINDS)[number] | (string & {});

export const ROLES = ['issuer', 'wallet', 'verifier'] as const;
/** The role that a system under test plays, or a mock. */
export type Role = (typeof ROLES)[number];

/** Which parties a system under test speaks as; everything else is the harness or a third party. */
export const PARTIES_OF: Readonly<Record<Role, readonly Party[]>> = {
  issuer: ['issuer', 'authorization-server', 'status-issuer'],
  wallet: ['wallet'],
  verifier: ['verifier', 'relying-party'],
};
