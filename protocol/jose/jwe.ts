import type { Random } from '../../core/ports.ts';
import type { JsonObject } from '../json.ts';
import type { ReadError } from '../read-error.ts';

export const KEY_MANAGEMENT_ALGS = [
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
  'RSA-OAEP',
  'RSA-OAEP-256',
] as const;
export type KeyManagementAlg = (typeof KEY_MANAGEMENT_ALGS)[number];
export const CONTENT_ENCRYPTIONS = [
  'A128GCM',
  'A192GCM',
  'A256GCM',
  'A128CBC-HS256',
  'A192CBC-HS384',
  'A256CBC-HS512',
] as const;
export type ContentEncryption = (typeof CONTENT_ENCRYPTIONS)[number];

/** A compact JWE's parts as they were read, before decryption (RFC 7516 7.1). */
export interface JweReading {
  readonly raw: string;
  readonly header: JsonObject | undefined;
  readonly headerText: string | undefined;
  readonly errors: readonly ReadError[];
}

/** Reads the five parts and the protected header. Never throws. */
export function readJweHeader(_raw: string): JweReading {
  throw new Error('not built yet');
}

/**
 * Encrypts to a recipient's public JWK. `header` goes out as given, plus `epk` (ECDH-ES) and nothing else; it must hold `alg`
 * and `enc` that this function knows, else it throws TypeError; `actual` lets header and real algorithms differ, for faults.
 * `zip: "DEF"` in the header compresses. Synchronous.
 */
export function encryptCompact(_input: {
  readonly header: JsonObject;
  readonly plaintext: Uint8Array | string;
  readonly recipient: JsonObject;
  readonly random?: Random;
  readonly actual?: { readonly alg?: KeyManagementAlg; readonly enc?: ContentEncryption };
}): string {
  throw new Error('not built yet');
}

export type Decryption =
  | {
      readonly ok: true;
      readonly header: JsonObject;
      readonly plaintext: Uint8Array;
      readonly errors: readonly ReadError[];
    }
  | { readonly ok: false; readonly header: JsonObject | undefined; readonly errors: readonly ReadError[] };

/** Decrypts with a private JWK. Never throws; inflates at most `maxBytes` (default 10 MiB). */
export function decryptCompact(
  _raw: string,
  _privateJwk: JsonObject,
  _options?: { readonly maxBytes?: number },
): Decryption {
  throw new Error('not built yet');
}
