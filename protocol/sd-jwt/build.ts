import type { Random } from '../../core/ports.ts';
import type { ClaimsPath } from '../claims-path.ts';
import type { SigningKey } from '../jose/keys.ts';
import type { JsonObject } from '../json.ts';
import type { SdAlg } from './read.ts';

export interface BuiltDisclosure {
  /** Where the value stands in the claims: member names and element indexes. */
  readonly path: readonly (string | number)[];
  readonly salt: string;
  /** undefined for an array element. */
  readonly name: string | undefined;
  /** The value as disclosed; inner disclosable parts are already digests. */
  readonly value: unknown;
  readonly encoded: string;
  readonly digest: string;
}

/** An SD-JWT in parts, before it is signed: change any of them, then `issueSdJwt`. */
export interface SdJwtParts {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly disclosures: readonly BuiltDisclosure[];
}

/**
 * Builds the payload and disclosures from plain claims. `disclosable` are paths: a member, an element (`null`: each element); a path
 * below another disclosable path gives recursive disclosures (RFC 9901 4.2.6). Paths that match nothing are ignored.
 * `decoys` digests are added to each `_sd` array (4.2.5). Digests are sorted, so that order tells nothing.
 */
export function buildSdJwt(_input: {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly disclosable: readonly ClaimsPath[];
  readonly random: Random;
  readonly decoys?: number;
  /** Default `sha-256`. */
  readonly sdAlg?: SdAlg;
  /** False leaves `_sd_alg` out (legal for sha-256). Default true. */
  readonly stateSdAlg?: boolean;
}): SdJwtParts {
  throw new Error('not built yet');
}

/** Encodes one disclosure; `array` goes out as given, so malformed ones can be formed. */
export function encodeDisclosure(
  _array: unknown,
  _sdAlg?: SdAlg,
): { readonly encoded: string; readonly digest: string } {
  throw new Error('not built yet');
}

/** Signs the parts and joins them: `<JWT>~<disclosure>~…~`. */
export function issueSdJwt(_parts: SdJwtParts, _key: SigningKey): string {
  throw new Error('not built yet');
}

/** Joins an issuer-signed JWT, encoded disclosures and, if given, a KB-JWT. */
export function joinSdJwt(_issuerJwt: string, _disclosures: readonly string[], _kbJwt?: string): string {
  throw new Error('not built yet');
}

/**
 * Takes an issued SD-JWT and leaves only the disclosures that the paths need, with their parents; order kept. A path to a
 * disclosed object or array takes what lies below it too. `'all'` keeps everything. The result ends with `~`; a KB-JWT is dropped.
 */
export function presentSdJwt(_issued: string, _paths: readonly ClaimsPath[] | 'all'): string {
  throw new Error('not built yet');
}
