import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { header } from '../../core/http.ts';
import type { Jwk, SigningKey } from '../../protocol/jose/keys.ts';
import { SIGNATURE_ALGS, generateSigningKey } from '../../protocol/jose/keys.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import { isObject } from '../../protocol/json.ts';
import type { BytesDraft, JwtDraft } from '../drafts.ts';
import { spareKey } from '../trust/spares.ts';
import type { Spare } from '../trust/spares.ts';
import { answerJson, answerText, DPOP_ALGS } from './answer.ts';
import {
  demandsRequestEncryption,
  demandsResponseEncryption,
  REQUEST_ENCS,
  RESPONSE_ALGS,
  RESPONSE_ENCS,
  ZIPS,
} from './encryption.ts';
import { odd, withOddities } from './oddities.ts';
import type { Configuration, Internals } from './state.ts';
import { configurations, requestEncryptionKey, seconds } from './state.ts';

/** Largest number of proofs in one request. */
const BATCH_SIZE = 10;

/** The largest number of proofs that this issuer takes in one request (12.2.4). */
export function batchSize(issuer: Internals): number {
  const { variant } = issuer.config;
  if (odd(variant, 'minimal-metadata')) return 1;
  return variant.proofs !== undefined && variant.proofs > 1 ? variant.proofs : BATCH_SIZE;
}

/** What the URLs of endpoints end with. */
export const ENDPOINT_QUERY = '?tenant=a%20b';

const PROOF_ALGS: readonly string[] = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'];

/** Algorithms for key proofs; each of them is really taken (12.2.4). */
export function proofAlgs(issuer: Internals): readonly string[] {
  const { variant } = issuer.config;
  if (variant.proofAlg !== undefined) return [variant.proofAlg];
  return odd(variant, 'extra-algs')
    ? ['ES512', 'Ed25519', 'PS512', 'RS512', 'PS384', 'RS384', ...PROOF_ALGS]
    : PROOF_ALGS;
}

/** Proof types that the metadata names. */
export function proofTypes(issuer: Internals): readonly string[] {
  const { proofType } = issuer.config.variant;
  return proofType === undefined ? ['jwt', 'attestation'] : [proofType];
}

/** True if a jwt proof without a key attestation is not enough. */
export function demandsAttestedKeys(issuer: Internals): boolean {
  return odd(issuer.config.variant, 'attested-keys');
}

/** How a wallet may name the key that it wants the credential bound to. */
export function bindingMethods(issuer: Internals): readonly string[] {
  return issuer.config.variant.proofKey === 'kid' ? ['did:jwk', 'did:key', 'jwk'] : ['jwk', 'did:jwk', 'did:key'];
}

/** Credential issuer metadata (OpenID4VCI 12.2.4): what this issuer can do, all variants at once. */
export function issuerMetadata(issuer: Internals): Record<string, unknown> {
  const { urls, config } = issuer;
  const query = odd(config.variant, 'endpoint-query') ? ENDPOINT_QUERY : '';
  const required = {
    credential_issuer: urls.base,
    credential_endpoint: `${urls.credential}${query}`,
    ...(odd(config.variant, 'no-nonce-endpoint') ? {} : { nonce_endpoint: `${urls.nonce}${query}` }),
    credential_configurations_supported: Object.fromEntries(
      configurations(issuer).map((entry) => [entry.id, configurationMetadata(issuer, entry)]),
    ),
  };
  const demanding = demandsRequestEncryption(issuer) || demandsResponseEncryption(issuer);
  if (odd(config.variant, 'minimal-metadata') && !demanding) return required;
  const key = requestEncryptionKey(issuer);
  const { credential_configurations_supported: supported, ...endpoints } = required;
  return {
    ...(odd(config.variant, 'authorization-servers') ? { authorization_servers: [urls.base] } : {}),
    ...(odd(config.variant, 'server-hint') ? { authorization_servers: [`${urls.base}/not-this-one`, urls.base] } : {}),
    ...endpoints,
    deferred_credential_endpoint: `${urls.deferred}${query}`,
    notification_endpoint: `${urls.notification}${query}`,
    credential_request_encryption: {
      jwks: { keys: [key.publicJwk] },
      enc_values_supported: REQUEST_ENCS,
      zip_values_supported: ZIPS,
      // Encryption parameters may only travel encrypted (8.2), so demanding them demands that, too.
      encryption_required: demanding,
    },
    credential_response_encryption: {
      alg_values_supported: RESPONSE_ALGS,
      enc_values_supported: RESPONSE_ENCS,
      zip_values_supported: ZIPS,
      encryption_required: demandsResponseEncryption(issuer),
    },
    batch_credential_issuance: { batch_size: batchSize(issuer) },
    display: [
      { name: 'Mock issuer', locale: 'en' },
      { name: '模擬發行者', locale: 'zh-TW' },
    ],
    credential_configurations_supported: supported,
  };
}

function configurationMetadata(issuer: Internals, entry: Configuration): Record<string, unknown> {
  const { type } = entry;
  const own = issuer.config.identity.signing.alg;
  const algs = proofAlgs(issuer);
  const proofs = Object.fromEntries(
    proofTypes(issuer).map((name) => [
      name,
      {
        proof_signing_alg_values_supported: algs,
        ...(demandsAttestedKeys(issuer) && name === 'jwt' ? { key_attestations_required: {} } : {}),
      },
    ]),
  );
  return {
    format: type.format,
    ...(scopeOf(issuer, entry) === undefined ? {} : { scope: scopeOf(issuer, entry) }),
    vct: type.type,
    credential_signing_alg_values_supported: odd(issuer.config.variant, 'extra-algs')
      ? [own, 'ES256K', 'ML-DSA-44']
      : [own],
    ...(entry.bound
      ? { cryptographic_binding_methods_supported: bindingMethods(issuer), proof_types_supported: proofs }
      : {}),
    credential_metadata: {
      display: [
        { name: type.title.en, locale: 'en' },
        { name: type.title['zh-Hant'], locale: 'zh-TW' },
      ],
      claims: claimPaths(type.claims, []).map((path) => ({ path, mandatory: true })),
    },
  };
}

/** Without a scope a wallet can only ask by authorization_details (5.1). */
function scopeOf(issuer: Internals, entry: Configuration): string | undefined {
  return issuer.config.variant.ask === 'authorization_details' ? undefined : entry.scope;
}

/** Claims path pointers to the leaves; arrays as a whole. */
function claimPaths(claims: Readonly<Record<string, unknown>>, at: readonly string[]): string[][] {
  return Object.entries(claims).flatMap(([name, value]) => {
    const path = [...at, name];
    return isObject(value) && Object.keys(value).length > 0 ? claimPaths(value, path) : [path];
  });
}

/** Issuer metadata endpoint (12.2.2): JSON, or a JWT if the wallet asks for one. */
export async function handleIssuerMetadata(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { config, urls } = issuer;
  const value = issuerMetadata(issuer);
  const extras = { base: urls.base, ...otherKeys(issuer) };
  if (wantsJwt(header(request.headers, 'accept'))) return signedMetadata(issuer, value, extras);
  return answerJson(issuer, {
    exchange: 'issuer-metadata',
    step: 'issuer-metadata',
    value,
    variant: config.variant,
    extras,
  });
}

/**
 * Signed metadata (12.2.3). Forming steps: `issuer-metadata` (the content, as for JSON), `signed-issuer-metadata` (JwtDraft),
 * `signed-issuer-metadata.bytes`, `issuer-metadata-response.http`.
 */
async function signedMetadata(
  issuer: Internals,
  metadata: Record<string, unknown>,
  extras: Readonly<Record<string, unknown>>,
): Promise<HttpResponse> {
  const { context, config, urls } = issuer;
  const { signing } = config.identity;
  const draft = { value: withOddities(config.variant, metadata) };
  const { value } = await context.form('issuer-metadata', draft, extras);
  const jwt: JwtDraft = {
    header: { alg: signing.alg, typ: 'openidvci-issuer-metadata+jwt', ...keyHeader(signing) },
    payload: { ...value, iss: urls.base, sub: urls.base, iat: seconds(issuer), exp: seconds(issuer) + 3600 },
    key: signing,
  };
  const formed = await context.form('signed-issuer-metadata', jwt, extras);
  const { text } = await context.form<BytesDraft>(
    'signed-issuer-metadata.bytes',
    { text: signCompact(formed) },
    extras,
  );
  return answerText(issuer, 'issuer-metadata', text, 'application/jwt', { extras });
}

/** True if `application/jwt` is asked for by name, and JSON is not preferred. */
function wantsJwt(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, q: q === undefined ? 1 : Number(q.slice(2)) || 0 };
  });
  const jwt = ranges.find((range) => range.type === 'application/jwt');
  if (jwt === undefined || jwt.q === 0) return false;
  const json = ranges.find((range) => range.type === 'application/json');
  return json === undefined || jwt.q >= json.q;
}

/** How a JWT of this issuer names its key: certificates where it has them, and kid. */
export function keyHeader(signing: SigningKey): Record<string, unknown> {
  return {
    ...(signing.kid === undefined ? {} : { kid: signing.kid }),
    ...(signing.x5c === undefined ? {} : { x5c: signing.x5c }),
  };
}

/** What faults need to sign with other keys: made on demand, since it costs time. */
export interface OtherKeys extends Readonly<Record<string, unknown>> {
  /** A key without certificate that nobody knows. */
  readonly otherKey: () => SigningKey;
  /** A key with a certificate that is right in all but one respect (mocks/trust/spares). */
  readonly spare: (name: Spare) => SigningKey;
}

export function otherKeys(issuer: Internals): OtherKeys {
  const { clock, random } = issuer.context.ports;
  return {
    otherKey: () => generateSigningKey('ES256', random),
    spare: (name) => spareKey(issuer.config.identity, name, clock, random),
  };
}

/** Authorization server metadata (RFC 8414, OpenID4VCI 12.3). Extras: `base`, `asked` (the URL). */
export async function handleAsMetadata(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { config, urls } = issuer;
  const { variant } = config;
  const anonymous = variant.clientAuthentication === undefined || variant.clientAuthentication === 'none';
  const methods =
    variant.clientAuthentication === undefined
      ? ['none', 'private_key_jwt', 'attest_jwt_client_auth']
      : [variant.clientAuthentication];
  const required = {
    issuer: urls.base,
    authorization_endpoint: urls.authorize,
    token_endpoint: urls.token,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    'pre-authorized_grant_anonymous_access_supported': anonymous,
  };
  const all: Record<string, unknown> = {
    ...required,
    pushed_authorization_request_endpoint: urls.par,
    ...(variant.par === true ? { require_pushed_authorization_requests: true } : {}),
    jwks_uri: urls.jwks,
    response_modes_supported: ['query'],
    grant_types_supported: [
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:pre-authorized_code',
      'refresh_token',
    ],
    scopes_supported: configurations(issuer).flatMap((entry) => scopeOf(issuer, entry) ?? []),
    authorization_details_types_supported: ['openid_credential'],
    token_endpoint_auth_methods_supported: methods,
    ...(methods.includes('private_key_jwt')
      ? { token_endpoint_auth_signing_alg_values_supported: SIGNATURE_ALGS }
      : {}),
    ...(methods.includes('attest_jwt_client_auth')
      ? {
          client_attestation_signing_alg_values_supported: SIGNATURE_ALGS,
          client_attestation_pop_signing_alg_values_supported: SIGNATURE_ALGS,
        }
      : {}),
    dpop_signing_alg_values_supported: DPOP_ALGS,
    authorization_response_iss_parameter_supported: true,
  };
  const value: Record<string, unknown> =
    variant.grant === 'pre-authorized_code' && odd(variant, 'pre-authorized-only')
      ? {
          issuer: urls.base,
          token_endpoint: urls.token,
          grant_types_supported: ['urn:ietf:params:oauth:grant-type:pre-authorized_code'],
          'pre-authorized_grant_anonymous_access_supported': anonymous,
        }
      : odd(variant, 'minimal-as-metadata')
        ? required
        : all;
  return answerJson(issuer, {
    exchange: 'as-metadata',
    step: 'as-metadata',
    value,
    variant,
    extras: { base: urls.base, asked: request.url },
  });
}

/** Public keys that credentials and tokens of this issuer are signed with. */
function signingJwks(issuer: Internals): { readonly keys: readonly Jwk[] } {
  return { keys: [{ ...issuer.config.identity.signing.publicJwk, use: 'sig' }] };
}

/** The authorization server's JWK set. */
export async function handleJwks(issuer: Internals): Promise<HttpResponse> {
  const value = { ...signingJwks(issuer) };
  const { variant } = issuer.config;
  return answerJson(issuer, { exchange: 'jwks', step: 'jwks', value, variant, extras: otherKeys(issuer) });
}

/** JWT VC issuer metadata (SD-JWT VC, section "JWT VC Issuer Metadata"). */
export async function handleJwtVcIssuer(issuer: Internals): Promise<HttpResponse> {
  return answerJson(issuer, {
    exchange: 'jwt-vc-issuer-metadata',
    step: 'jwt-vc-issuer-metadata',
    value: { issuer: issuer.urls.base, jwks: signingJwks(issuer) },
    variant: issuer.config.variant,
    extras: { base: issuer.urls.base, ...otherKeys(issuer) },
  });
}
