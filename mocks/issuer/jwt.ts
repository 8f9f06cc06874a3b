import { X509Certificate } from 'node:crypto';
import type { JwtReading } from '../../protocol/jose/jws.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { isSignatureAlg } from '../../protocol/jose/algorithms.ts';
import { readJwk } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, str, strings } from '../../protocol/json.ts';
import { didKeys, resolveDid, splitDidUrl } from '../../protocol/did.ts';
import { readBase64 } from '../../protocol/encoding.ts';
import type { Certificate } from '../../protocol/x509.ts';
import { readCertificate, verifyChain } from '../../protocol/x509.ts';
import type { Trust } from '../contracts.ts';

/** Difference of clocks that is borne, and age of a proof that is fresh enough, seconds. */
export const WINDOW = 300;

/** First thing that is wrong with the structure of a JWT; what `alg` says is the business of its own step. */
export function structureFault(jwt: JwtReading): string | undefined {
  const found = jwt.errors.find((error) => error.code !== 'alg-missing' && error.code !== 'signature-empty');
  return found === undefined ? undefined : `${found.at ?? 'jwt'}: ${found.message.en}`;
}

/** Throws unless `alg` is an asymmetric signature algorithm of the list. */
export function judgeAlg(jwt: JwtReading, algs: readonly string[]): void {
  const alg = str(jwt.header, 'alg');
  if (alg === undefined) throw new Error('no alg');
  if (!isSignatureAlg(alg)) throw new Error(`alg ${alg} is no asymmetric signature algorithm that is supported`);
  if (!algs.includes(alg)) throw new Error(`alg ${alg} is not in ${algs.join(', ')}`);
}

/**
 * Throws unless the signature verifies with the key. An algorithm that is none, a key that is none and `crit` are left to the steps that judge
 * them: a server that leaves those out would not trip over them here either.
 */
export function judgeSignature(jwt: JwtReading, key: JsonObject): void {
  if (!isSignatureAlg(str(jwt.header, 'alg')) || readJwk(key).jwk === undefined) return;
  const { crit: _crit, ...header } = jwt.header ?? {};
  const verification = verifyJws({ ...jwt, header }, key);
  if (!verification.ok) throw new Error(verification.message.en);
}

/** Throws unless `at` (seconds) is a number within the window around now. */
export function judgeFresh(at: unknown, now: number, window = WINDOW): void {
  if (typeof at !== 'number' || !Number.isFinite(at)) throw new Error('iat is no number');
  if (at > now + window) throw new Error(`iat is ${Math.round(at - now)} s in the future`);
  if (at < now - window) throw new Error(`iat is ${Math.round(now - at)} s old`);
}

/** Throws unless `exp`, where present or required, is in the future, and `nbf` in the past. */
export function judgeValidity(payload: JsonObject | undefined, now: number, required: boolean): void {
  const exp = payload?.['exp'];
  if (exp === undefined && required) throw new Error('no exp');
  if (exp !== undefined && (typeof exp !== 'number' || exp <= now - 30)) throw new Error('expired');
  const nbf = payload?.['nbf'];
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now + WINDOW)) throw new Error('not yet valid');
}

function certificates(chain: readonly string[]): readonly Certificate[] | undefined {
  const read = chain
    .slice(0, 10)
    .map((entry) => readCertificate(readBase64(entry).bytes ?? new Uint8Array()).certificate);
  return read.every((certificate) => certificate !== undefined) ? read : undefined;
}

/** Public key of the first certificate of an `x5c` chain; undefined if it cannot be read. */
export function leafKey(chain: readonly string[] | undefined): JsonObject | undefined {
  return certificates(chain?.slice(0, 1) ?? [])?.[0]?.publicJwk;
}

/** Throws unless the chain leads to one of the anchors (PEM) and every certificate of it is valid at `now` (ms). */
function judgeChain(chain: readonly string[], anchors: readonly string[], now: number): void {
  const path = certificates(chain);
  if (path === undefined || path.length === 0) throw new Error('x5c holds no readable certificates');
  const roots = anchors.map((pem) => readCertificate(new X509Certificate(pem).raw).certificate);
  const known = roots.filter((root) => root !== undefined);
  const { ok, errors } = verifyChain(path, { anchors: known, at: now });
  if (!ok) throw new Error(errors[0]?.message.en ?? 'x5c does not lead to a trust anchor');
}

/** The key that a DID URL names; undefined for a DID that cannot be resolved without fetching. Without fragment, the only key. */
export function didUrlKey(url: string | undefined): JsonObject | undefined {
  if (url?.startsWith('did:') !== true) return undefined;
  const { did, fragment } = splitDidUrl(url);
  const { document } = resolveDid(did);
  const keys = document === undefined ? [] : didKeys(document).keys;
  if (fragment === '') return keys.length === 1 ? keys[0]?.jwk : undefined;
  return keys.find((key) => key.id === url)?.jwk;
}

/**
 * The key that an attestation (of a client, or of keys) is signed with, and whether its signer is trusted: by a chain to an anchor, or, where
 * the configuration trusts any issuer, by whatever key the header names. Throws if there is none that is trusted.
 */
export function attesterKey(jwt: JwtReading, trust: Trust, nowMs: number): JsonObject {
  const chain = strings(jwt.header, 'x5c');
  if (chain !== undefined) {
    if (trust.anyIssuer !== true) judgeChain(chain, trust.anchors, nowMs);
    const key = leafKey(chain);
    if (key === undefined) throw new Error('the leaf of x5c is unreadable');
    return key;
  }
  const named = jwt.header?.['jwk'];
  const key =
    didUrlKey(str(jwt.header, 'kid')) ?? didUrlKey(str(jwt.payload, 'iss')) ?? (isObject(named) ? named : undefined);
  if (key === undefined) throw new Error('the header names no key that can be resolved');
  if (trust.anyIssuer !== true) throw new Error('the signer is not trusted');
  if (readJwk(key).jwk === undefined) throw new Error('the key of the signer is unusable');
  return key;
}
