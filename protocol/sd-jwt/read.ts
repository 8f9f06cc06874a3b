import type { JwtReading } from '../jose/jws.ts';
import type { JsonObject } from '../json.ts';
import type { ReadError } from '../read-error.ts';

export type SdAlg = 'sha-256' | 'sha-384' | 'sha-512';

/** One disclosure as it travelled (RFC 9901 4.2). */
export interface Disclosure {
  readonly encoded: string;
  /** `property`: [salt, name, value]; `element`: [salt, value]; `malformed`: neither. */
  readonly kind: 'property' | 'element' | 'malformed';
  /** base64url of the hash over `encoded`, under the `_sd_alg` of the issuer-signed JWT (sha-256 where that is unknown). */
  readonly digest: string;
  readonly salt: string | undefined;
  readonly name: string | undefined;
  readonly value: unknown;
  readonly errors: readonly ReadError[];
}

/** An SD-JWT or SD-JWT+KB, as it was read. */
export interface SdJwtReading {
  readonly raw: string;
  readonly issuerJwt: JwtReading;
  readonly disclosures: readonly Disclosure[];
  readonly kbJwt: JwtReading | undefined;
  /** The issuer-signed JWT and all disclosures with the last `~`: the bytes that `sd_hash` is over (RFC 9901 4.3.1). */
  readonly presented: string;
  /** undefined: `_sd_alg` is none that this reader knows. */
  readonly sdAlg: SdAlg | undefined;
  /** Errors of the structure, of both JWTs (`issuer-jwt/…`, `kb-jwt/…`) and of the disclosures (`disclosures/<n>/…`). */
  readonly errors: readonly ReadError[];
}

/**
 * Reads the compact serialisation strictly, without throwing and without verifying signatures.
 * Codes of its own: `sd-jwt-separator` (no `~` at all), `sd-jwt-empty-disclosure`, `sd-alg-unknown`, `disclosure-json`, `disclosure-length`, `disclosure-salt`,
 * `disclosure-name`, `disclosure-reserved-name`, and those of base64url.
 * A plain JWT without `~` is read as issuer JWT with `sd-jwt-separator`.
 */
export function readSdJwt(_raw: string): SdJwtReading {
  throw new Error('not built yet');
}

export interface DisclosedAt {
  readonly disclosure: Disclosure;
  /** Where its value stands in the processed claims: member names and element indexes. */
  readonly path: readonly (string | number)[];
}

/** The processed payload (RFC 9901 7.1) and everything that is wrong with the references. */
export interface Resolution {
  /** Claims with disclosed values in place; `_sd`, `...` and `_sd_alg` removed. */
  readonly claims: JsonObject;
  readonly disclosed: readonly DisclosedAt[];
  /** Digests that no disclosure answers: undisclosed claims or decoys. */
  readonly hidden: number;
  /**
   * `digest-duplicate`, `disclosure-duplicate`, `disclosure-unreferenced`, `disclosure-reserved-name`, `disclosure-name-exists`, `disclosure-wrong-kind`,
   * `sd-not-array`, `sd-digest-not-string`, `placeholder-extra-members`, `placeholder-not-string`, `sd-alg-nested`, `too-deep`.
   */
  readonly errors: readonly ReadError[];
}

/** Puts the disclosures in place, by the rules of RFC 9901 7.1, and collects every violation. Never throws. */
export function resolveSdJwt(_reading: SdJwtReading): Resolution {
  throw new Error('not built yet');
}

/** The `sd_hash` that a KB-JWT over this presentation must have (RFC 9901 4.3.1); takes an SD-JWT with or without KB-JWT. */
export function sdHash(_presented: string, _alg?: SdAlg): string {
  throw new Error('not built yet');
}
