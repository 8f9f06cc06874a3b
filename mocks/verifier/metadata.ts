import type { Random } from '../../core/ports.ts';
import type { EncryptionKey, SigningKey } from '../../protocol/jose/keys.ts';
import { generateEncryptionKey, generateSigningKey } from '../../protocol/jose/keys.ts';
import { odd } from './oddities.ts';
import type { ResolvedVariant } from './variant.ts';

/** Signature algorithms that this verifier lists and accepts (fully specified identifiers, RFC 9864). */
export const ACCEPTED_ALGS = ['ES256', 'ES384', 'ES512', 'Ed25519', 'PS256', 'RS256'] as const;

/** True for an algorithm of ACCEPTED_ALGS. EdDSA with an Ed25519 key is the older name of Ed25519 (RFC 9864 2.2). */
export function isAccepted(alg: string | undefined): boolean {
  return alg === 'EdDSA' || ACCEPTED_ALGS.some((accepted) => accepted === alg);
}

/** Content encryptions that this verifier lists, in this order. It decrypts all that protocol/jose knows. */
const ENC_VALUES = ['A128GCM', 'A256GCM'] as const;

/** Formats that this verifier can verify: OpenID4VP B.3.4. */
export const VP_FORMATS_SUPPORTED = {
  'dc+sd-jwt': { 'sd-jwt_alg_values': ACCEPTED_ALGS, 'kb-jwt_alg_values': ACCEPTED_ALGS },
} as const;

/** `encrypted_response_enc_values_supported` of a variant: what the variant wants comes first. */
export function encValues(variant: ResolvedVariant): string[] {
  const values: string[] = [...ENC_VALUES];
  if (variant.enc !== undefined) values.unshift(variant.enc);
  if (odd(variant, 'extra-enc-values')) values.push('A192GCM', 'A128CBC-HS256', 'A256CBC-HS512', 'X-UNHEARD-OF');
  return [...new Set(values)];
}

/** `client_metadata` of a request (OpenID4VP 5.1, 11.1); with `key`, the response is to be encrypted to it. */
export function verifierMetadata(
  variant: ResolvedVariant,
  key: EncryptionKey | undefined,
  random: Random,
): Record<string, unknown> {
  return {
    ...(odd(variant, 'extra-client-metadata')
      ? {
          client_name: 'Touchstone',
          'client_name#zh-Hant': '試金石',
          logo_uri: 'https://verifier.example/logo.png',
          policy_uri: 'https://verifier.example/policy',
          contacts: ['nobody@verifier.example'],
          redirect_uris: ['https://to.be.ignored.example/cb'],
        }
      : {}),
    ...(key === undefined
      ? {}
      : {
          jwks: { keys: offeredKeys(variant, key, random) },
          encrypted_response_enc_values_supported: encValues(variant),
        }),
    vp_formats_supported: odd(variant, 'any-algorithm') ? { 'dc+sd-jwt': {} } : VP_FORMATS_SUPPORTED,
  };
}

function offeredKeys(variant: ResolvedVariant, key: EncryptionKey, random: Random): Record<string, unknown>[] {
  const { use, ...withoutUse } = key.publicJwk;
  const keys: Record<string, unknown>[] = [
    odd(variant, 'encryption-key-without-use') ? withoutUse : { use, ...withoutUse },
  ];
  if (odd(variant, 'extra-encryption-keys')) {
    const unknown = generateEncryptionKey('ECDH-ES', random).publicJwk;
    keys.unshift({ ...unknown, alg: 'X-UNHEARD-OF' }, { kty: 'X-AKP', kid: 'unheard-of', alg: 'X-KEM', use: 'enc' });
  }
  if (odd(variant, 'signature-key-in-jwks')) {
    keys.unshift({ ...generateSigningKey('ES256', random).publicJwk, use: 'sig' });
  }
  return keys;
}

/** Metadata under which a wallet registers this verifier beforehand (RFC 7591), for prefix `pre-registered`. */
export interface ClientRegistration {
  readonly client_id: string;
  readonly redirect_uris: readonly string[];
  readonly response_uris: readonly string[];
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly vp_formats_supported: typeof VP_FORMATS_SUPPORTED;
  readonly encrypted_response_enc_values_supported: readonly string[];
  readonly request_object_signing_alg: string;
}

/** The registration of a verifier. */
export function clientRegistration(input: {
  readonly clientId: string;
  readonly responseUri: string;
  readonly signing: SigningKey;
  readonly encryption: EncryptionKey;
}): ClientRegistration {
  return {
    client_id: input.clientId,
    redirect_uris: [input.responseUri],
    response_uris: [input.responseUri],
    jwks: { keys: [{ ...input.signing.publicJwk, use: 'sig' }, input.encryption.publicJwk] },
    vp_formats_supported: VP_FORMATS_SUPPORTED,
    encrypted_response_enc_values_supported: [...ENC_VALUES],
    request_object_signing_alg: input.signing.alg,
  };
}
