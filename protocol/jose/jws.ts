import type { Text } from '../../core/text.ts';
import type { JsonObject } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import type { SigningKey } from './keys.ts';

/** A secret for HS256 …: only to form attacks such as "signed with the public key as HMAC secret". */
export interface HmacKey {
  readonly alg: 'HS256' | 'HS384' | 'HS512';
  readonly secret: Uint8Array;
}

/**
 * Signs a compact JWS (RFC 7515 7.1). Header and payload go out exactly as given: nothing is added, nothing checked, so wrong
 * ones can be formed; a string is taken as the raw JSON text. The algorithm that signs is `key.alg`, whatever the
 * header says. `key: 'none'` gives an empty signature.
 */
export function signCompact(_input: {
  readonly header: JsonObject | string;
  readonly payload: JsonObject | string | Uint8Array;
  readonly key: SigningKey | HmacKey | 'none';
}): string {
  throw new Error('not built yet');
}

/** The same JWS with one bit of its signature changed (length kept): correctly formed, wrongly signed. */
export function tamperSignature(_compact: string): string {
  throw new Error('not built yet');
}

/** A compact JWS as it was read. `header` and `payload` are undefined where they are no JSON object. */
export interface JwtReading {
  readonly raw: string;
  readonly header: JsonObject | undefined;
  readonly payload: JsonObject | undefined;
  readonly headerText: string | undefined;
  readonly payloadText: string | undefined;
  /** `BASE64URL(header).BASE64URL(payload)` exactly as received. */
  readonly signingInput: string;
  readonly signature: Uint8Array | undefined;
  readonly errors: readonly ReadError[];
}

/**
 * Reads a compact JWS with a JSON payload, strictly and without throwing. Codes: `jwt-too-large`, `jwt-parts`,
 * `base64url-alphabet`, `base64url-padding`, `base64url-bits`, `base64url-length`, those of `readJson`, `not-an-object`, `alg-missing`, `crit-invalid`,
 * `crit-unsupported`, `signature-empty` (unless `alg` is `none`). `at` starts with `header`, `payload` or `signature`.
 */
export function readJwt(_raw: string, _limits?: { readonly maxBytes?: number }): JwtReading {
  throw new Error('not built yet');
}

export type VerifyFailure =
  | 'unreadable'
  | 'alg-missing'
  | 'alg-none'
  | 'alg-unsupported'
  | 'alg-not-allowed'
  | 'crit-unsupported'
  | 'key-unusable'
  | 'key-alg-mismatch'
  | 'key-use-mismatch'
  | 'signature-length'
  | 'signature-wrong';

export type Verification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: VerifyFailure; readonly message: Text };

/**
 * Verifies the signature of a reading. The algorithm comes from the header and must suit the key (`kty`, `crv`, `alg`, `use`, `key_ops`);
 * `none` and symmetric algorithms never verify; `algs` narrows further. Claims are not looked at.
 */
export function verifyJws(
  _reading: JwtReading,
  _publicJwk: JsonObject,
  _options?: { readonly algs?: readonly string[] },
): Verification {
  throw new Error('not built yet');
}
