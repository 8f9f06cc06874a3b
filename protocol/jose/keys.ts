import type { KeyObject } from 'node:crypto';
import type { Random } from '../../core/ports.ts';
import type { JsonObject } from '../json.ts';

/** A JSON Web Key (RFC 7517), public or private. */
export interface Jwk {
  readonly kty: string;
  readonly [member: string]: unknown;
}

/** Asymmetric signature algorithms that this project signs and verifies with (RFC 7518, RFC 8037, RFC 9864 for `Ed25519`). */
export const SIGNATURE_ALGS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;
export type SignatureAlg = (typeof SIGNATURE_ALGS)[number];

/** A private key with what signers need beside it. */
export interface SigningKey {
  readonly privateJwk: Jwk;
  /** The public members only, plus `kid`, `alg`, `use` where given. */
  readonly publicJwk: Jwk;
  readonly alg: SignatureAlg;
  readonly kid?: string;
  /** Certificate chain, leaf first, each entry standard base64 of the DER (RFC 7515 4.1.6). */
  readonly x5c?: readonly string[];
}

/**
 * A new key pair. With `random`, EC and Ed25519 keys are derived from its bytes (so a seeded run repeats them);
 * RSA keys always come from the system's generator. `kid` defaults to the thumbprint.
 */
export function generateSigningKey(
  _alg: SignatureAlg,
  _random?: Random,
  _options?: { readonly kid?: string | false },
): SigningKey {
  throw new Error('not built yet');
}

/** A key pair for ECDH-ES (EC curves, X25519) or RSA-OAEP; public JWK with `use: enc`, `alg` and `kid`. */
export interface EncryptionKey {
  readonly privateJwk: Jwk;
  readonly publicJwk: Jwk;
  readonly alg: string;
  readonly kid: string;
}

export function generateEncryptionKey(
  _alg: string,
  _random?: Random,
  _options?: { readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'X25519'; readonly kid?: string },
): EncryptionKey {
  throw new Error('not built yet');
}

/** SigningKey from an imported private JWK. Throws TypeError where `alg` cannot be used with the key. */
export function signingKeyFromJwk(_privateJwk: Jwk, _alg?: SignatureAlg, _x5c?: readonly string[]): SigningKey {
  throw new Error('not built yet');
}

/** The public members of a JWK (private and symmetric secrets left out), other members kept. */
export function publicJwkOf(_jwk: JsonObject): Jwk {
  throw new Error('not built yet');
}

/** True if a JWK holds private or symmetric key members (`d`, `p`, `q`, `dp`, `dq`, `qi`, `oth`, `k`). */
export function hasPrivateMembers(_jwk: JsonObject): boolean {
  throw new Error('not built yet');
}

/** RFC 7638 thumbprint, base64url of SHA-256 by default; undefined if the key's required members are missing. */
export function thumbprint(_jwk: JsonObject, _hash?: 'sha256' | 'sha384' | 'sha512'): string | undefined {
  throw new Error('not built yet');
}

/** Cached KeyObject of a public (or private) JWK; undefined if it is unusable. Never throws. */
export function keyObject(_jwk: JsonObject, _use: 'public' | 'private'): KeyObject | undefined {
  throw new Error('not built yet');
}

/** Algorithms of SIGNATURE_ALGS that a key can be used with, by its type, curve and, where present, its `alg`. */
export function algsOf(_jwk: JsonObject): readonly SignatureAlg[] {
  throw new Error('not built yet');
}
