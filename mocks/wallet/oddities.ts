/**
 * Oddities of a presentation that the mock wallet knows. All are legal; no verifier may punish them. Those of an issuance stand with the
 * steps that have them.
 */
export const PRESENTATION_ODDITIES = [
  /** Members and parameters that nobody knows: in the response, its KB-JWT, the credential and the request for the request object (RFC 7519 4, OpenID4VP 5.10, 8.1). */
  'unknown-members',
  /** Members of all objects in reverse (RFC 8259 4). */
  'member-order',
  /** Holder keys of other algorithms. */
  'es384',
  'ed25519',
  /** The clock of the wallet is a little late. */
  'iat-10s-past',
  /** Digests that belong to no disclosure (RFC 9901 4.2.5). */
  'decoys',
  /** No `_sd_alg`: sha-256 is the default (RFC 9901 4.1.1). */
  'no-sd-alg',
  /** Disclosures in reverse: their order means nothing (RFC 9901 4). */
  'disclosures-reversed',
  /** Objects and arrays that can be disclosed as a whole hold parts that can be disclosed one by one (RFC 9901 4.2.6). */
  'nested-disclosures',
  /** Disclosures whose JSON has white space (RFC 9901 4.2.1 leaves it open). */
  'spaced-disclosures',
  /** No `iss`: the certificate says who issued (SD-JWT VC, `iss`). */
  'no-iss',
  /** No `x5c`: the key is in the JWT VC issuer metadata of `iss`. */
  'issuer-metadata-key',
  /** Neither `iat` nor `nbf` in the credential: both are optional. */
  'no-iat',
  /** Times with a fraction of a second (RFC 7519 2, NumericDate). */
  'fractional-times',
  /** `cty` and a member that nobody knows in the header of the JWE (RFC 7516 4, 4.1.12). */
  'jwe-extra-header',
  /** `apu` and `apv`, which go into the agreed key (RFC 7518 4.6.1.2). */
  'jwe-apu-apv',
  /** The plaintext of the JWE with white space. */
  'spaced-json',
  /** `charset` beside the media type of the form. */
  'content-type-parameters',
  /** The wallet asks for an encrypted request object (OpenID4VP 5.10). */
  'encrypted-request-object',
  /** The wallet is asked and cannot answer now (OpenID4VP 8.5). */
  'wallet-unavailable',
] as const;
export type PresentationOddity = (typeof PRESENTATION_ODDITIES)[number];

/** Those which the mock verifier knows too, under the same name: then both sides are odd at once. */
const SHARED: readonly string[] = ['unknown-members', 'member-order'];

/** True if an oddity of a variant is the wallet's alone, so that no verifier can be asked for it. */
export function isWalletOddity(name: string): boolean {
  return PRESENTATION_ODDITIES.some((own) => own === name) && !SHARED.includes(name);
}
