import type { HttpResponse } from '../../../core/http.ts';
import { didJwk } from '../../../protocol/did.ts';
import type { SignatureAlg, SigningKey } from '../../../protocol/jose/keys.ts';
import { SIGNATURE_ALGS, generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { member, num, obj, str, strings } from '../../../protocol/json.ts';
import { makeCertificate } from '../../../protocol/x509-make.ts';
import { earlier, remember } from '../memory.ts';
import { isSuccess, jsonBody, makeJwt, must, requireSuccess, send, typeOf } from '../send.ts';
import { odd, seconds } from '../session.ts';
import type { Session } from '../session.ts';
import type { Issuance } from './state.ts';

/** Fetches a c_nonce (OpenID4VCI 7); undefined if the issuer has no nonce endpoint. */
export async function fetchNonce(issuance: Issuance): Promise<string | undefined> {
  const { session, issuerMetadata } = issuance;
  const endpoint = str(issuerMetadata, 'nonce_endpoint');
  if (endpoint === undefined) return undefined;
  const response: HttpResponse = await send(session, {
    exchange: 'nonce',
    to: 'issuer',
    method: 'POST',
    url: endpoint,
    headers: [['accept', 'application/json']],
  });
  if (!isSuccess(response)) requireSuccess('nonce', response);
  const nonce = str(jsonBody(response), 'c_nonce') ?? '';
  await session.context.accept('wallet/nonce/shape', () => {
    must(typeOf(response) === 'application/json', 'the nonce response does not have the media type application/json');
    must(nonce !== '', 'c_nonce is missing or no string');
  });
  remember(session.memory.nonces, nonce);
  return nonce;
}

/** The members of a JWK that make the key, nothing else. */
export function bareKey(jwk: JsonObject): Record<string, unknown> {
  const names = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;
  return Object.fromEntries(names.filter((name) => member(jwk, name) !== undefined).map((name) => [name, jwk[name]]));
}

/** Keys for a credential, and the proofs that show them. */
export interface Proofs {
  readonly keys: readonly SigningKey[];
  /** The `proofs` object of a credential request; undefined where no binding is wanted. */
  readonly proofs: Record<string, string[]> | undefined;
}

/**
 * Makes new holder keys and their proofs (OpenID4VCI F). Steps: `key-proof`, `key-attestation` (JwtDraft). Extras of `key-proof`: `otherKey`,
 * `earlierNonce`, `foreignNonce`, `index`, `firstKey`, `attestation`; of `key-attestation`: `otherKey`, `earlierNonce`.
 */
export async function makeProofs(
  issuance: Issuance,
  configuration: JsonObject | undefined,
  nonce: string | undefined,
): Promise<Proofs> {
  const { session, variant } = issuance;
  const supported = obj(configuration, 'proof_types_supported');
  // Nobody can do without binding where the configuration demands it.
  const wanted = supported === undefined ? (variant.proofs ?? 0) : Math.max(1, variant.proofs ?? 1);
  if (wanted === 0) return { keys: [], proofs: undefined };
  const type =
    variant.proofType ??
    (member(supported, 'jwt') === undefined && member(supported, 'attestation') !== undefined ? 'attestation' : 'jwt');
  const algs = strings(member(supported, type), 'proof_signing_alg_values_supported');
  // Without batch issuance one key; an attestation is one proof, however many keys it attests (OpenID4VCI 12.2.4).
  const most = num(obj(issuance.issuerMetadata, 'batch_credential_issuance'), 'batch_size') ?? 1;
  const count = type === 'attestation' ? wanted : Math.min(wanted, most);
  const alg = chooseAlg(session, variant.proofAlg, algs);
  const keys: SigningKey[] = [];
  for (let made = 0; made < count; made++) keys.push(await holderKey(session, alg, variant.proofKey === 'x5c'));
  if (type === 'attestation') {
    return { keys, proofs: { attestation: [await keyAttestation(issuance, keys, nonce, true)] } };
  }
  const needsAttestation = obj(member(supported, 'jwt'), 'key_attestations_required') !== undefined;
  const attestation = needsAttestation ? await keyAttestation(issuance, keys, nonce, false) : undefined;
  const jwts: string[] = [];
  for (const [index, key] of keys.entries()) {
    jwts.push(await keyProof(issuance, configuration, key, nonce, attestation, index, keys[0] ?? key));
    // One attestation covers all keys, so one proof is enough where there is one.
    if (attestation !== undefined) break;
  }
  return { keys, proofs: { jwt: jwts } };
}

const ODD_ALGS: Readonly<Record<string, SignatureAlg>> = { es384: 'ES384', ed25519: 'Ed25519' };

function chooseAlg(session: Session, wish: string | undefined, supported: readonly string[] | undefined): SignatureAlg {
  const ours = (name: string | undefined): SignatureAlg | undefined => SIGNATURE_ALGS.find((alg) => alg === name);
  const oddity = Object.keys(ODD_ALGS).find((name) => odd(session, name));
  const preferred = ours(wish) ?? (oddity === undefined ? undefined : ODD_ALGS[oddity]);
  if (preferred !== undefined && (wish !== undefined || supported?.includes(preferred) !== false)) return preferred;
  if (supported === undefined || supported.includes('ES256')) return 'ES256';
  return supported.map(ours).find((alg) => alg !== undefined) ?? 'ES256';
}

/** Draft of step `holder-key`: the key that a credential is to be bound to. Extras: `earlierKey`. */
export interface HolderKeyDraft {
  key: SigningKey;
}

/** A new key for each credential, so that credentials cannot be linked by it (OpenID4VCI 15.4.1). */
async function holderKey(session: Session, alg: SignatureAlg, certified: boolean): Promise<SigningKey> {
  const { random } = session.context.ports;
  const bare = generateSigningKey(alg, random);
  const { key } = await session.context.form<HolderKeyDraft>(
    'holder-key',
    { key: certified ? withCertificate(session, bare) : bare },
    { earlierKey: session.memory.holderKeys.at(-1) },
  );
  remember(session.memory.holderKeys, key);
  session.context.trace.material('credential-key', key.privateJwk);
  return key;
}

/** A self-signed certificate of a holder key: the first certificate holds the key that the credential is bound to (OpenID4VCI F.1). */
function withCertificate(session: Session, key: SigningKey): SigningKey {
  const { random, clock } = session.context.ports;
  const day = 86_400_000;
  const der = makeCertificate(
    {
      subject: { commonName: 'Touchstone holder' },
      publicJwk: key.publicJwk,
      notBefore: clock.now() - day,
      notAfter: clock.now() + 365 * day,
      random,
    },
    key,
  );
  return { ...key, x5c: [Buffer.from(der).toString('base64')] };
}

async function keyAttestation(
  issuance: Issuance,
  keys: readonly SigningKey[],
  nonce: string | undefined,
  alone: boolean,
): Promise<string> {
  const { session } = issuance;
  const { identity } = session.config;
  const now = seconds(session);
  const { alg, x5c, kid } = identity.signing;
  return makeJwt(
    session,
    'key-attestation',
    {
      header: { typ: 'key-attestation+jwt', alg, ...(x5c === undefined ? { kid } : { x5c }) },
      payload: {
        iss: identity.did,
        iat: now,
        exp: now + 86_400,
        attested_keys: keys.map((key) => bareKey(key.publicJwk)),
        key_storage: ['iso_18045_moderate'],
        user_authentication: ['iso_18045_moderate'],
        ...(nonce === undefined ? {} : { nonce }),
      },
      key: identity.signing,
    },
    { otherKey: issuance.instanceKey, earlierNonce: earlier(session.memory.nonces, nonce), alone },
  );
}

async function keyProof(
  issuance: Issuance,
  configuration: JsonObject | undefined,
  key: SigningKey,
  nonce: string | undefined,
  attestation: string | undefined,
  index: number,
  firstKey: SigningKey,
): Promise<string> {
  const { session, offer, clientId, grant } = issuance;
  const anonymous = clientId === undefined;
  return makeJwt(
    session,
    'key-proof',
    {
      header: {
        typ: 'openid4vci-proof+jwt',
        alg: key.alg,
        ...keyReference(issuance, configuration, key),
        ...(attestation === undefined ? {} : { key_attestation: attestation }),
      },
      payload: {
        ...(anonymous || grant === 'pre-authorized_code' ? {} : { iss: clientId }),
        aud: offer.issuer,
        iat: seconds(session) - (odd(session, 'iat-10s-past') ? 10 : 0),
        ...(nonce === undefined ? {} : { nonce }),
      },
      key,
    },
    {
      otherKey: issuance.instanceKey,
      earlierNonce: earlier(session.memory.nonces, nonce),
      index,
      firstKey,
      attestation,
    },
  );
}

function keyReference(
  issuance: Issuance,
  configuration: JsonObject | undefined,
  key: SigningKey,
): Record<string, unknown> {
  const methods = strings(configuration, 'cryptographic_binding_methods_supported');
  const didOnly = methods?.includes('did:jwk') === true && !methods.includes('jwk');
  const asDid = issuance.variant.proofKey === 'kid' || odd(issuance.session, 'kid-did') || didOnly;
  if (issuance.variant.proofKey === 'x5c' && key.x5c !== undefined) return { x5c: key.x5c };
  if (asDid && issuance.variant.proofKey !== 'jwk') return { kid: `${didJwk(bareKey(key.publicJwk))}#0` };
  return { jwk: bareKey(key.publicJwk) };
}
