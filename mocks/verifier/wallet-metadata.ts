import { CONTENT_ENCRYPTIONS, KEY_MANAGEMENT_ALGS } from '../../protocol/jose/jwe.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, obj, str, strings } from '../../protocol/json.ts';
import { readJwk } from '../../protocol/jose/keys.ts';

/** What a wallet said when it posted to the request URI (OpenID4VP 5.10). */
export interface WalletWish {
  readonly nonce?: string;
  /** How the wallet wants the request object encrypted. */
  readonly encryption?: { readonly alg: string; readonly enc: string; readonly jwk: JsonObject };
}

/** Content encryption where the wallet lists none (OpenID Connect Registration 2, `request_object_encryption_enc`). */
const DEFAULT_ENC = 'A128CBC-HS256';

/**
 * How to encrypt the request object: with the first key of `jwks` that is for encryption and that can be used. Undefined if the wallet gave no
 * such keys. Throws Error if it gave keys and none can be used, or lists only content encryptions that are unknown here.
 */
export function requestObjectEncryption(metadata: JsonObject): WalletWish['encryption'] {
  const keys = (arr(obj(metadata, 'jwks'), 'keys') ?? []).filter((jwk) => isObject(jwk) && str(jwk, 'use') !== 'sig');
  if (keys.length === 0) return undefined;
  const listed = strings(metadata, 'request_object_encryption_enc_values_supported') ?? [DEFAULT_ENC];
  const enc = listed.find((value) => CONTENT_ENCRYPTIONS.some((known) => known === value));
  if (enc === undefined) throw new Error('no content encryption of the wallet is supported for request objects');
  for (const candidate of keys) {
    const { jwk } = readJwk(candidate);
    const alg = str(jwk, 'alg') ?? 'ECDH-ES';
    if (jwk !== undefined && KEY_MANAGEMENT_ALGS.some((known) => known === alg)) return { alg, enc, jwk };
  }
  throw new Error('no encryption key of the wallet can be used for request objects');
}
