import { createECDH, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '../../core/ports.ts';
import { base64url } from '../encoding.ts';
import { member, str } from '../json.ts';
import { algInfo, curve, isSignatureAlg } from './algorithms.ts';
import type { SignatureAlg } from './algorithms.ts';
import type { Jwk } from './jwk.ts';
import { algsOf, keyObject, publicJwkOf, thumbprint } from './jwk.ts';

export { SIGNATURE_ALGS, isSignatureAlg } from './algorithms.ts';
export type { SignatureAlg } from './algorithms.ts';
export { algsOf, hasPrivateMembers, keyObject, publicJwkOf, readJwk, sameKey, thumbprint } from './jwk.ts';
export type { Jwk } from './jwk.ts';

/** A private key with what signers need beside it. */
export interface SigningKey {
  readonly privateJwk: Jwk;
  /** The public members only, with `kid` and `alg` where given. */
  readonly publicJwk: Jwk;
  readonly alg: SignatureAlg;
  readonly kid?: string;
  /** Certificate chain, leaf first, each entry standard base64 of the DER (RFC 7515 4.1.6). */
  readonly x5c?: readonly string[];
}

/** A key pair that others encrypt to; the public JWK has `use: enc`, `alg` and `kid`. */
export interface EncryptionKey {
  readonly privateJwk: Jwk;
  readonly publicJwk: Jwk;
  readonly alg: string;
  readonly kid: string;
}

/**
 * A new key pair. With `random`, EC and Ed25519 keys are derived from its bytes, so that a seeded run repeats them; RSA keys always
 * come from the system's generator. `kid` defaults to the thumbprint; `false` leaves it out.
 */
export function generateSigningKey(
  alg: SignatureAlg,
  random?: Random,
  options: { readonly kid?: string | false; readonly x5c?: readonly string[] } = {},
): SigningKey {
  const info = algInfo(alg);
  const raw = info.crv === undefined ? rsaKey() : curveKey(info.crv, random);
  const kid = options.kid === false ? undefined : (options.kid ?? thumbprint(raw));
  return assemble(raw, alg, kid, options.x5c);
}

function assemble(
  raw: Jwk,
  alg: SignatureAlg,
  kid: string | undefined,
  x5c: readonly string[] | undefined,
): SigningKey {
  const privateJwk: Jwk = { ...raw, ...(kid === undefined ? {} : { kid }), alg };
  return {
    privateJwk,
    publicJwk: publicJwkOf(privateJwk),
    alg,
    ...(kid === undefined ? {} : { kid }),
    ...(x5c === undefined ? {} : { x5c }),
  };
}

/**
 * SigningKey from an imported private JWK; `alg` defaults to the JWK's own, then to the first that suits the key.
 * Throws TypeError where the key is unusable or does not suit `alg`: what is imported is configuration, not a message.
 */
export function signingKeyFromJwk(privateJwk: Jwk, alg?: SignatureAlg, x5c?: readonly string[]): SigningKey {
  if (keyObject(privateJwk, 'private') === undefined) throw new TypeError('not a usable private JWK');
  const usable = algsOf(privateJwk);
  const own = member(privateJwk, 'alg');
  const chosen = alg ?? (isSignatureAlg(own) ? own : usable[0]);
  if (chosen === undefined || !usable.includes(chosen))
    throw new TypeError(`key does not suit ${String(chosen ?? own)}`);
  return assemble(privateJwk, chosen, str(privateJwk, 'kid'), x5c);
}

/**
 * A key pair for ECDH-ES (default curve P-256) or RSA-OAEP. Deterministic with `random`, except RSA.
 */
export function generateEncryptionKey(
  alg: string,
  random?: Random,
  options: { readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'X25519'; readonly kid?: string } = {},
): EncryptionKey {
  const raw = alg.startsWith('RSA') ? rsaKey() : curveKey(options.crv ?? 'P-256', random);
  const kid = options.kid ?? thumbprint(raw) ?? '';
  const privateJwk: Jwk = { ...raw, use: 'enc', alg, kid };
  return { privateJwk, publicJwk: publicJwkOf(privateJwk), alg, kid };
}

/** A bare private JWK on a curve. With `random`, derived from its bytes. */
export function curveKey(crv: string, random?: Random): Jwk {
  const info = curve(crv);
  if (info === undefined) throw new TypeError(`unknown curve ${crv}`);
  if (info.openssl !== undefined && info.order !== undefined) {
    const ecdh = createECDH(info.openssl);
    if (random === undefined) ecdh.generateKeys();
    else ecdh.setPrivateKey(scalar(random, info.bytes, info.order), 'hex');
    const point = ecdh.getPublicKey();
    const d = ecdh.getPrivateKey();
    return {
      kty: 'EC',
      crv,
      x: base64url(point.subarray(1, 1 + info.bytes)),
      y: base64url(point.subarray(1 + info.bytes)),
      // OpenSSL drops leading zeros; a JWK has the full length (RFC 7518 6.2.2.1).
      d: base64url(Buffer.concat([Buffer.alloc(info.bytes - d.length), d])),
    };
  }
  const key = random === undefined ? newOkpKey(crv) : okpKey(info.pkcs8 ?? '', random.bytes(info.bytes));
  return { kty: 'OKP', ...key.export({ format: 'jwk' }) };
}

function newOkpKey(crv: string): KeyObject {
  return crv === 'X25519' ? generateKeyPairSync('x25519').privateKey : generateKeyPairSync('ed25519').privateKey;
}

function okpKey(prefix: string, seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(prefix, 'hex'), seed]), format: 'der', type: 'pkcs8' });
}

/** A scalar in 1 … order-1; eight bytes more than needed make the bias of the remainder negligible (FIPS 186-5 A.2.1). */
function scalar(random: Random, bytes: number, order: bigint): string {
  const number = BigInt(`0x${Buffer.from(random.bytes(bytes + 8)).toString('hex')}`);
  return ((number % (order - 1n)) + 1n).toString(16).padStart(bytes * 2, '0');
}

function rsaKey(): Jwk {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kty: 'RSA', ...privateKey.export({ format: 'jwk' }) };
}
