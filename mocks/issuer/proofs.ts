import { Refusal } from '../../core/flow.ts';
import type { JwtReading } from '../../protocol/jose/jws.ts';
import { readJwt } from '../../protocol/jose/jws.ts';
import { hasPrivateMembers, publicJwkOf, readJwk, sameKey, thumbprint } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, str, strings } from '../../protocol/json.ts';
import {
  attesterKey,
  didUrlKey,
  judgeAlg,
  judgeFresh,
  judgeSignature,
  judgeValidity,
  leafKey,
  structureFault,
} from './jwt.ts';
import { batchSize, bindingMethods, demandsAttestedKeys, proofAlgs, proofTypes } from './metadata.ts';
import { odd } from './oddities.ts';
import type { Configuration, Grant, Internals } from './state.ts';
import { seconds } from './state.ts';

const INVALID_PROOF = { code: 'invalid_proof' };
const INVALID_NONCE = { code: 'invalid_nonce' };
/** Credentials for the keys of one attestation, at most. */
const MAX_ATTESTED = 50;

/**
 * Judges `proofs` of a credential request (OpenID4VCI 8.2, Appendix F) and returns the public keys that credentials are bound to, one credential
 * each; empty where the configuration needs no binding. Errors: `invalid_proof`, `invalid_nonce`.
 */
export async function acceptProofs(
  issuer: Internals,
  grant: Grant,
  configuration: Configuration,
  value: JsonObject,
): Promise<readonly JsonObject[]> {
  // Proofs that nobody asked for do no harm (12.2.4: the wallet is not required to supply them).
  if (!configuration.bound) return [];
  const proofs = member(value, 'proofs');
  await issuer.context.accept(
    'issuer/credential/proofs-present',
    () => {
      if (proofs === undefined) throw new Error('proofs is missing');
    },
    INVALID_PROOF,
  );
  if (proofs === undefined) return [];
  await issuer.context.accept(
    'issuer/credential/proofs-single-type',
    () => {
      if (!isObject(proofs)) throw new Error('proofs is no object');
      if (Object.keys(proofs).length !== 1) throw new Error('proofs has not exactly one proof type');
    },
    INVALID_PROOF,
  );
  const published = proofTypes(issuer);
  const types = isObject(proofs) ? Object.keys(proofs) : [];
  const type = types.find((name) => published.includes(name)) ?? types[0] ?? '';
  const list = strings(proofs, type);
  await issuer.context.accept(
    'issuer/credential/proof-type',
    () => {
      if (!published.includes(type)) throw new Error('the proof type is not supported');
      if (list === undefined || list.length === 0) throw new Error('the proof type has no non-empty array of strings');
      if (type === 'attestation' && list.length !== 1) throw new Error('attestation has not exactly one JWT');
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/credential/batch-size',
    () => {
      const most = batchSize(issuer);
      if ((list?.length ?? 0) > most) throw new Error(`more than ${most} proofs`);
    },
    INVALID_PROOF,
  );
  const keys: JsonObject[] = [];
  const isProof = (raw: string): boolean => published.includes(type) || readJwt(raw).header !== undefined;
  for (const raw of (list ?? []).filter(isProof).slice(0, 100)) {
    const found = type === 'attestation' ? await acceptAttestation(issuer, raw) : await acceptJwt(issuer, grant, raw);
    keys.push(...found);
  }
  const proven = type === 'attestation' ? keys : keys.slice(0, list?.length);
  await issuer.context.accept(
    'issuer/key-proof/distinct-keys',
    () => {
      const names = proven.map((key) => thumbprint(key));
      if (new Set(names).size !== names.length) throw new Error('two proofs are about the same key');
    },
    INVALID_PROOF,
  );
  return keys;
}

/** The `jwt` proof type (Appendix F.1, F.4). Returns the proven key, then the other keys of its attestation. */
async function acceptJwt(issuer: Internals, grant: Grant, raw: string): Promise<JsonObject[]> {
  const jwt = readJwt(raw);
  await issuer.context.accept('issuer/key-proof/shape', () => judgeShape(jwt), INVALID_PROOF);
  await issuer.context.accept('issuer/key-proof/typ', () => judgeTyp(jwt, 'openid4vci-proof+jwt'), INVALID_PROOF);
  await issuer.context.accept('issuer/key-proof/alg', () => judgeAlg(jwt, proofAlgs(issuer)), INVALID_PROOF);
  const { header } = jwt;
  await issuer.context.accept(
    'issuer/key-proof/key-one-of',
    () => {
      const named = ['jwk', 'kid', 'x5c'].filter((name) => member(header, name) !== undefined);
      if (named.length !== 1)
        throw new Error(named.length === 0 ? 'no jwk, kid or x5c' : `${named.join(' and ')} together`);
    },
    INVALID_PROOF,
  );
  const attestation = str(header, 'key_attestation');
  const attested = attestation === undefined ? undefined : attestedKeys(readJwt(attestation));
  const key = obj(header, 'jwk') ?? leafKey(strings(header, 'x5c')) ?? keyOfKid(str(header, 'kid'), attested);
  await issuer.context.accept(
    'issuer/key-proof/key-resolvable',
    () => {
      // Without any of the three there is nothing to resolve: that is the business of the step before.
      if (key === undefined && ['jwk', 'kid', 'x5c'].every((name) => member(header, name) === undefined)) return;
      if (key === undefined || readJwk(key).jwk === undefined) throw new Error('the named key cannot be resolved');
      const kid = str(header, 'kid');
      if (kid?.startsWith('did:') === true && !bindingMethods(issuer).some((method) => kid.startsWith(`${method}:`))) {
        throw new Error('the DID method is not published');
      }
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/key-proof/private-key',
    () => {
      if (key !== undefined && hasPrivateMembers(key)) throw new Error('the header holds a private key');
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/key-proof/signature',
    () => {
      if (key !== undefined && readJwk(key).jwk !== undefined) judgeSignature(jwt, key);
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/key-proof/audience',
    () => {
      if (member(jwt.payload, 'aud') !== issuer.urls.base) throw new Error('aud is not this credential issuer');
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/key-proof/iat',
    () => {
      judgeFresh(jwt.payload?.['iat'], seconds(issuer));
      judgeValidity(jwt.payload, seconds(issuer), false);
    },
    INVALID_PROOF,
  );
  await issuer.context.accept(
    'issuer/key-proof/issuer',
    () => {
      const iss = member(jwt.payload, 'iss');
      if (iss === undefined) return;
      if (grant.clientId === undefined) throw new Error('iss after anonymous access');
      if (iss !== grant.clientId) throw new Error('iss is not the client');
    },
    INVALID_PROOF,
  );
  await acceptNonce(issuer, member(jwt.payload, 'nonce'));
  if (attestation !== undefined || demandsAttestedKeys(issuer)) {
    await issuer.context.accept(
      'issuer/key-proof/attestation',
      () => {
        if (attestation === undefined) throw new Error('a key attestation is demanded, and there is none');
        const reading = readJwt(attestation);
        judgeShape(reading);
        judgeTyp(reading, 'key-attestation+jwt');
        judgeAlg(reading, proofAlgs(issuer));
        judgeAttested(issuer, reading, true);
        if (key === undefined || !attestedKeys(reading).some((entry) => sameKey(entry, key))) {
          throw new Error('the proof is not made with an attested key');
        }
        judgeAttestationNonce(issuer, member(reading.payload, 'nonce'));
      },
      INVALID_PROOF,
    );
  }
  if (key === undefined || readJwk(key).jwk === undefined) return [];
  const others = (attested ?? []).filter((entry) => !sameKey(entry, key) && readJwk(entry).jwk !== undefined);
  return [publicJwkOf(key), ...others.slice(0, MAX_ATTESTED).map(publicJwkOf)];
}

/** The `attestation` proof type (Appendix F.3): the key attestation is the proof. */
async function acceptAttestation(issuer: Internals, raw: string): Promise<JsonObject[]> {
  const jwt = readJwt(raw);
  await issuer.context.accept('issuer/key-proof/shape', () => judgeShape(jwt), INVALID_PROOF);
  await issuer.context.accept('issuer/key-proof/typ', () => judgeTyp(jwt, 'key-attestation+jwt'), INVALID_PROOF);
  await issuer.context.accept('issuer/key-proof/alg', () => judgeAlg(jwt, proofAlgs(issuer)), INVALID_PROOF);
  await issuer.context.accept('issuer/key-proof/attestation', () => judgeAttested(issuer, jwt, false), INVALID_PROOF);
  await acceptNonce(issuer, member(jwt.payload, 'nonce'));
  return attestedKeys(jwt)
    .filter((key) => readJwk(key).jwk !== undefined)
    .slice(0, MAX_ATTESTED)
    .map(publicJwkOf);
}

function judgeShape(jwt: JwtReading): void {
  const fault = structureFault(jwt);
  if (fault !== undefined) throw new Error(fault);
}

function judgeTyp(jwt: JwtReading, typ: string): void {
  if (str(jwt.header, 'typ') !== typ) throw new Error(`typ is not ${typ}`);
}

/** Appendix D.1: signed by somebody who is trusted, valid now, with usable public keys. */
function judgeAttested(issuer: Internals, jwt: JwtReading, expNeeded: boolean): void {
  judgeSignature(jwt, attesterKey(jwt, issuer.config.trust, issuer.context.ports.clock.now()));
  const iat = jwt.payload?.['iat'];
  if (typeof iat !== 'number' || iat > seconds(issuer) + 300) throw new Error('iat of the attestation');
  judgeValidity(jwt.payload, seconds(issuer), expNeeded);
  const keys = attestedKeys(jwt);
  if (keys.length === 0) throw new Error('attested_keys is no non-empty array');
  if (keys.some((key) => hasPrivateMembers(key) || readJwk(key).jwk === undefined)) throw new Error('attested_keys');
}

function judgeAttestationNonce(issuer: Internals, nonce: unknown): void {
  const { nonces } = issuer.state;
  if (odd(issuer.config.variant, 'no-nonce-endpoint')) return;
  if (typeof nonce !== 'string') throw new Error('the attestation has no c_nonce');
  if (!nonces.has(nonce) || nonces.expired(nonce)) {
    throw new Refusal('issuer/key-proof/attestation', 'invalid_nonce', 'the c_nonce of the attestation is not known');
  }
}

/** A c_nonce may be used until it expires (OpenID4VCI 13.8). */
async function acceptNonce(issuer: Internals, nonce: unknown): Promise<void> {
  const { nonces } = issuer.state;
  if (odd(issuer.config.variant, 'no-nonce-endpoint')) return;
  await issuer.context.accept(
    'issuer/key-proof/nonce-present',
    () => {
      if (typeof nonce !== 'string' || nonce === '') throw new Error('nonce is missing or no string');
    },
    INVALID_PROOF,
  );
  if (typeof nonce !== 'string' || nonce === '') return;
  await issuer.context.accept(
    'issuer/key-proof/nonce-known',
    () => {
      if (!nonces.has(nonce)) throw new Error('the c_nonce is unknown');
    },
    INVALID_NONCE,
  );
  await issuer.context.accept(
    'issuer/key-proof/nonce-expiry',
    () => {
      if (nonces.expired(nonce)) throw new Error('the c_nonce has expired');
    },
    INVALID_NONCE,
  );
}

function attestedKeys(jwt: JwtReading): JsonObject[] {
  return (arr(jwt.payload, 'attested_keys') ?? []).filter(isObject);
}

/** `kid` is a DID URL, or names a key of the attestation by its `kid`, or by its place. */
function keyOfKid(kid: string | undefined, attested: readonly JsonObject[] | undefined): JsonObject | undefined {
  if (kid === undefined) return undefined;
  const place = /^\d{1,3}$/u.test(kid) ? attested?.[Number(kid)] : undefined;
  return attested?.find((key) => str(key, 'kid') === kid) ?? place ?? didUrlKey(kid);
}
