import { createHash, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CallbackContext, Jwk, JwtSigner } from '@openid4vc/oauth2';
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { certificateOf, chainsTo } from './identity.ts';
import type { PeerKey } from './identity.ts';

export interface CallbackOptions {
  /** Keys that may sign or decrypt. Read at each call: keys may be added later. */
  readonly keys: readonly PeerKey[];
  /** PEM anchors for signers by `x5c`. Absent: the leaf certificate is taken at its word. */
  readonly anchors?: readonly string[];
}

/** Everything that the packages ask of their integrator, except client authentication. */
export type PeerCallbacks = Omit<CallbackContext, 'clientAuthentication' | 'fetch'> &
  Required<Pick<CallbackContext, 'getX509CertificateMetadata'>>;

/**
 * Callbacks on jose and node:crypto that do the cryptographic operation and nothing more: `verifyJwt` checks the
 * signature alone, whatever algorithm the header names and whatever the claims say, since time, audience, nonce, type and
 * algorithm are the package's to judge.
 */
export function createCallbacks(options: CallbackOptions): PeerCallbacks {
  return {
    hash: (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest()),
    generateRandom: (length) => new Uint8Array(randomBytes(length)),
    signJwt: async (signer, { header, payload }) => {
      const key = signingKey(options.keys, signer);
      const jwt = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ ...(header as Record<string, unknown>), alg: signer.alg })
        .sign(key.privateKey);
      return { jwt, signerJwk: key.publicJwk };
    },
    verifyJwt: async (signer, { compact }) => {
      const found = await signersKey(signer, options.anchors);
      if (found === undefined) return { verified: false };
      try {
        await compactVerify(compact, found.key);
        return { verified: true, signerJwk: found.jwk };
      } catch {
        return { verified: false };
      }
    },
    encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
      // Glue decides: `kid` is copied from the recipient's JWK; the package leaves the JWE header to the callback.
      const encrypting = new CompactEncrypt(new TextEncoder().encode(data))
        .setProtectedHeader({ alg, enc, ...(publicJwk.kid === undefined ? {} : { kid: publicJwk.kid }) })
        .setKeyManagementParameters({
          ...(apu === undefined ? {} : { apu: Buffer.from(apu, 'base64url') }),
          ...(apv === undefined ? {} : { apv: Buffer.from(apv, 'base64url') }),
        });
      return { jwe: await encrypting.encrypt(await importJWK(asJose(publicJwk), alg)), encryptionJwk: publicJwk };
    },
    decryptJwe: async (jwe, decryptOptions) => {
      // Glue decides: if the package finds no key for the `kid`, any decryption key is tried; jose takes every algorithm.
      const key =
        options.keys.find((one) => one.alg === 'ECDH-ES' && one.kid === decryptOptions?.jwk?.kid) ??
        options.keys.find((one) => one.alg === 'ECDH-ES');
      if (key === undefined) return { decrypted: false };
      try {
        const { plaintext } = await compactDecrypt(jwe, key.privateKey);
        return { decrypted: true, decryptionJwk: key.publicJwk, payload: new TextDecoder().decode(plaintext) };
      } catch {
        return { decrypted: false };
      }
    },
    getX509CertificateMetadata: (certificate) => {
      const names = (certificateOf(certificate).subjectAltName ?? '').split(', ');
      const named = (prefix: string): string[] =>
        names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
      return { sanDnsNames: named('DNS:'), sanUriNames: named('URI:') };
    },
  };
}

function signingKey(keys: readonly PeerKey[], signer: JwtSigner): PeerKey {
  const key = keys.find((one) => {
    if (signer.method === 'jwk')
      return one.publicJwk.x === signer.publicJwk.x && one.publicJwk.y === signer.publicJwk.y;
    if (signer.method === 'x5c') return one.x5c?.[0] === signer.x5c[0];
    if (signer.method === 'did') return signer.didUrl === `${didJwkOf(one.publicJwk)}#0`;
    return one.kid === signer.kid;
  });
  if (key === undefined) throw new Error(`no private key for signer by ${signer.method}`);
  return key;
}

/**
 * The public key that a signer names, or undefined if this integrator cannot find it.
 * Glue decides: `x5c` must chain to an anchor if there are any; of DIDs only did:jwk is known; `custom` (a bare `kid`) and
 * federation are unknown.
 */
async function signersKey(
  signer: JwtSigner,
  anchors: readonly string[] | undefined,
): Promise<{ key: CryptoKey | KeyObject | Uint8Array; jwk: Jwk } | undefined> {
  try {
    if (signer.method === 'jwk') {
      return { key: await importJWK(asJose(signer.publicJwk), signer.alg), jwk: signer.publicJwk };
    }
    if (signer.method === 'x5c') {
      if (anchors !== undefined && !chainsTo(signer.x5c, anchors)) return undefined;
      const { publicKey } = certificateOf(signer.x5c[0] ?? '');
      return { key: publicKey, jwk: publicKey.export({ format: 'jwk' }) as Jwk };
    }
    if (signer.method === 'did') {
      const jwk = jwkOfDid(signer.didUrl);
      return jwk && { key: await importJWK(asJose(jwk), signer.alg), jwk };
    }
  } catch {
    // A key that cannot be read is a key that cannot be found.
  }
  return undefined;
}

/** did:jwk identifier of a public key, without its `kid`, `alg` and `use`. */
export function didJwkOf({ kty, crv, x, y }: JWK): string {
  return `did:jwk:${Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')}`;
}

function jwkOfDid(didUrl: string): Jwk | undefined {
  const encoded = /^did:jwk:([A-Za-z0-9_-]+)(?:#0)?$/.exec(didUrl)?.[1];
  return encoded === undefined ? undefined : (JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Jwk);
}

/** The packages' and jose's types of a JWK differ in optionality only. */
function asJose(jwk: Jwk): JWK {
  return jwk as unknown as JWK;
}
