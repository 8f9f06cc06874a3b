import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import type { PeerKey } from './identity.ts';

/** Finds the key that should have signed an SD-JWT VC; throws if there is none to be trusted. */
export type IssuerKeyResolver = (
  header: { readonly x5c?: string[]; readonly kid?: string; readonly alg?: string },
  payload: Record<string, unknown>,
) => Promise<readonly (CryptoKey | KeyObject | Uint8Array)[]>;

const common = { hasher: digest, saltGenerator: generateSalt, hashAlg: 'sha-256' as const };

/** An instance that issues with `key`. */
export function sdJwtIssuer(key: PeerKey): SDJwtVcInstance {
  return new SDJwtVcInstance({ ...common, signAlg: 'ES256', signer: es256(key.privateKey) });
}

/** An instance that presents with the holder's `key`. */
export function sdJwtHolder(key: PeerKey): SDJwtVcInstance {
  return new SDJwtVcInstance({ ...common, kbSignAlg: 'ES256', kbSigner: es256(key.privateKey) });
}

/**
 * An instance that verifies. The callbacks check signatures alone; which of `iat`, `nbf`, `exp`, status, KB-JWT members
 * and disclosures are judged, and how, is the package's.
 */
export function sdJwtVerifier(keysOf: IssuerKeyResolver): SDJwtVcInstance {
  return new SDJwtVcInstance({
    ...common,
    verifier: async (data, signature) => {
      const compact = `${data}.${signature}`;
      const payload = JSON.parse(Buffer.from(data.split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >;
      return signedByAny(compact, await keysOf(decodeProtectedHeader(compact), payload));
    },
    kbVerifier: async (data, signature, payload) => {
      const jwk = payload.cnf?.jwk;
      if (jwk === undefined) return false;
      const compact = `${data}.${signature}`;
      return signedByAny(compact, [await importJWK(jwk, decodeProtectedHeader(compact).alg)]);
    },
  });
}

async function signedByAny(compact: string, keys: readonly (CryptoKey | KeyObject | Uint8Array)[]): Promise<boolean> {
  for (const key of keys) {
    const verified = await compactVerify(compact, key).then(
      () => true,
      () => false,
    );
    if (verified) return true;
  }
  return false;
}

function es256(key: KeyObject): (data: string) => string {
  return (data) => sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
