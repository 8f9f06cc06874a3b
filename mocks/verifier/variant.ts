import type { PresentationVariant } from '../../core/contracts/variant.ts';
import { isObject, member } from '../../protocol/json.ts';

export type RequestForm = NonNullable<PresentationVariant['request']>;
export type SupportedPrefix = Exclude<NonNullable<PresentationVariant['clientIdPrefix']>, 'verifier_attestation'>;
export type SupportedResponseMode = Exclude<NonNullable<PresentationVariant['responseMode']>, 'fragment'>;

/** Oddities that the mock verifier can be asked for. All are legal; nobody may punish them. */
export const VERIFIER_ODDITIES = [
  'unknown-members', // in every object of the request, and in its header
  'member-order', // members of all objects in reverse
  'extra-client-metadata', // RFC 7591 members that OpenID4VP does not use
  'extra-enc-values', // more content encryptions than usual, one of them nobody knows
  'extra-encryption-keys', // keys of other types and of an unknown algorithm before the usual one
  'signature-key-in-jwks', // a key with use "sig" first (OpenID4VP 5.1: `use` tells them apart)
  'encryption-key-without-use', // absent `use` means encryption (OpenID4VP 8.3)
  'any-algorithm', // vp_formats_supported without algorithms: both lists are optional (OpenID4VP B.3.4)
  'uppercase-scheme', // RFC 3986 3.1
  'iat-absent',
  'exp-absent',
  'nbf-present',
  'iss-present', // MUST be ignored (OpenID4VP 5)
  'state-absent', // legal while every presentation has key binding (OpenID4VP 5.3)
  'long-nonce',
  'long-state',
  'request-uri-method-get', // the default, said aloud
  'other-values-in-link', // only the request object counts (OpenID4VP 5.10.1)
  'verifier-info', // of an unknown format (OpenID4VP 5.11)
  'reply-unknown-members',
  'redirect-uri-fragment', // the response code stands in the fragment
] as const;
export type VerifierOddity = (typeof VERIFIER_ODDITIES)[number];

/** A presentation variant with every choice made. */
export interface ResolvedVariant {
  readonly request: RequestForm;
  readonly prefix: SupportedPrefix;
  readonly responseMode: SupportedResponseMode;
  readonly transactionData: boolean;
  readonly redirectUri: boolean;
  readonly enc: string | undefined;
  readonly oddities: ReadonlySet<VerifierOddity>;
}

/** A wish that the mock verifier does not fulfil. A caller that passes wishes on from outside catches this one. */
export class UnsupportedVariant extends Error {
  override readonly name = 'UnsupportedVariant';
}

/**
 * Fills in the defaults: request object by reference, `x509_san_dns` (for a request by value `redirect_uri`), `direct_post`.
 * Throws UnsupportedVariant for what is not built (`verifier_attestation`, `fragment`, an unknown oddity), and for combinations that the
 * specification rules out: `redirect_uri` cannot be signed, all other prefixes here must be (OpenID4VP 5.9.3).
 */
export function resolveVariant(
  variant: PresentationVariant,
  query: Readonly<Record<string, unknown>>,
): ResolvedVariant {
  const request =
    variant.request ?? (variant.clientIdPrefix === 'redirect_uri' ? 'by-value' : ('uri-get' satisfies RequestForm));
  const prefix = variant.clientIdPrefix ?? (request === 'by-value' ? 'redirect_uri' : 'x509_san_dns');
  const responseMode = variant.responseMode ?? 'direct_post';
  if (prefix === 'verifier_attestation') {
    throw new UnsupportedVariant('client identifier prefix verifier_attestation is not supported by the mock verifier');
  }
  if (responseMode === 'fragment') {
    throw new UnsupportedVariant('response mode fragment is not supported by the mock verifier');
  }
  if (prefix === 'redirect_uri' && request !== 'by-value') {
    throw new UnsupportedVariant('a request with prefix redirect_uri cannot be signed, so it travels by value only');
  }
  if (request === 'by-value' && prefix !== 'redirect_uri' && prefix !== 'pre-registered') {
    throw new UnsupportedVariant(`a request with prefix ${prefix} must be signed`);
  }
  const oddities = new Set<VerifierOddity>();
  for (const oddity of variant.oddities ?? []) {
    const known = VERIFIER_ODDITIES.find((name) => name === oddity);
    if (known === undefined) throw new UnsupportedVariant(`oddity ${oddity} is not supported by the mock verifier`);
    oddities.add(known);
  }
  if (oddities.has('state-absent') && (prefix === 'pre-registered' || !alwaysBound(query))) {
    throw new UnsupportedVariant(
      'state is needed without holder binding, and where the response URI is a registered one',
    );
  }
  return {
    request,
    prefix,
    responseMode,
    transactionData: variant.transactionData === true,
    redirectUri: variant.redirectUri === true,
    enc: variant.enc,
    oddities,
  };
}

/** True if every credential query wants cryptographic holder binding (the default, OpenID4VP 6.1). */
export function alwaysBound(query: Readonly<Record<string, unknown>>): boolean {
  const queries = member(query, 'credentials');
  return (
    !Array.isArray(queries) ||
    queries.every((entry) => !isObject(entry) || member(entry, 'require_cryptographic_holder_binding') !== false)
  );
}
