import { X509Certificate } from 'node:crypto';
import type { FlowContext } from '../../core/flow.ts';
import { base64url, sha256Base64url } from '../../protocol/encoding.ts';
import { encryptCompact } from '../../protocol/jose/jwe.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import type { EncryptionKey } from '../../protocol/jose/keys.ts';
import { generateEncryptionKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, member, obj, str } from '../../protocol/json.ts';
import { buildLink } from '../../protocol/links.ts';
import type { VerifierConfig } from '../contracts.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft } from '../drafts.ts';
import { verifierMetadata } from './metadata.ts';
import { odd, reversed, sprinkled } from './oddities.ts';
import type { SentRequest, Session } from './session.ts';
import type { ResolvedVariant, SupportedPrefix } from './variant.ts';
import type { WalletWish } from './wallet-metadata.ts';
import { transactionData } from './transaction-data.ts';

export const REQUEST_OBJECT_TYPE = 'oauth-authz-req+jwt';
/** Audience of a request whose wallet the verifier does not know (OpenID4VP 5.8). */
export const STATIC_AUDIENCE = 'https://self-issued.me/v2';

/** Draft of the step `encryption-key`: the key pair that this request's response shall be encrypted to. */
export interface EncryptionKeyDraft {
  key: EncryptionKey;
}

/** What all requests of one verifier share. */
export interface RequestMaker {
  readonly config: VerifierConfig;
  readonly context: FlowContext;
  /** Key of this verifier's life: in its registered metadata, and for the fault that uses one key for all requests. */
  readonly keptKey: () => EncryptionKey;
}

/** Host that a certificate of the verifier stands for: the one of `base` if it is among the names, else its first DNS name. */
function certifiedHost(config: VerifierConfig): string {
  const [leaf] = config.identity.signing.x5c ?? [];
  if (leaf === undefined) throw new Error('prefix x509_san_dns needs an identity with a certificate');
  const names = [...(new X509Certificate(Buffer.from(leaf, 'base64')).subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)];
  const hosts = names.flatMap(([, host]) => (host === undefined ? [] : [host]));
  const wanted = new URL(config.base).hostname;
  const host = hosts.includes(wanted) ? wanted : hosts[0];
  if (host === undefined) throw new Error('the certificate of the verifier has no DNS name');
  return host;
}

/** Client identifier under a prefix (OpenID4VP 5.9.3). */
export function clientIdentifier(config: VerifierConfig, prefix: SupportedPrefix, responseUri: string): string {
  switch (prefix) {
    case 'redirect_uri':
      return `redirect_uri:${responseUri}`;
    case 'x509_san_dns':
      return `x509_san_dns:${certifiedHost(config)}`;
    case 'x509_hash': {
      const [leaf] = config.identity.signing.x5c ?? [];
      if (leaf === undefined) throw new Error('prefix x509_hash needs an identity with a certificate');
      return `x509_hash:${sha256Base64url(Buffer.from(leaf, 'base64'))}`;
    }
    case 'decentralized_identifier':
      return `decentralized_identifier:${config.identity.did}`;
    case 'pre-registered':
      return registeredClientId(config.base);
  }
}

/** The client identifier without a prefix that this verifier is registered under: no colon in it (OpenID4VP 5.9.2). */
export function registeredClientId(base: string): string {
  const { host, pathname } = new URL(base);
  return `${host}${pathname}`.replace(/\/$/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-');
}

/** Response URI: one for each transaction, except for a registered client, whose URIs are fixed (RFC 9700 2.1). */
export function responseUri(config: VerifierConfig, variant: ResolvedVariant, id: string): string {
  return variant.prefix === 'pre-registered' ? `${config.base}/response` : `${config.base}/response/${id}`;
}

/** Forms the encryption key of a session once: fetching a request object again must not change it. Step `encryption-key`. */
async function encryptionKey(maker: RequestMaker, session: Session): Promise<EncryptionKey> {
  if (session.encryption !== undefined) return session.encryption;
  const { context, keptKey } = maker;
  const fresh =
    session.variant.prefix === 'pre-registered' ? keptKey() : generateEncryptionKey('ECDH-ES', context.ports.random);
  const { key } = await context.form<EncryptionKeyDraft>('encryption-key', { key: fresh }, { keptKey });
  session.encryption = key;
  context.trace.material('decryption-key', key.privateJwk);
  return key;
}

/**
 * Forms the parameters of a request, in the order in which a careful verifier would write them. Step `request-parameters`, extras: `responseUri`, `query`,
 * `signing` (SigningKey), `base`.
 */
async function requestParameters(maker: RequestMaker, session: Session): Promise<Record<string, unknown>> {
  const { config, context } = maker;
  const { variant } = session;
  const uri = responseUri(config, variant, session.id);
  const key = variant.responseMode === 'direct_post.jwt' ? await encryptionKey(maker, session) : undefined;
  const value: Record<string, unknown> = {
    response_type: 'vp_token',
    response_mode: variant.responseMode,
    client_id: session.clientId,
    response_uri: uri,
    nonce: session.nonce,
    ...(odd(variant, 'state-absent') ? {} : { state: session.state }),
    dcql_query: session.query,
    // A registered client's metadata is known; sending it again would be `invalid_client` (OpenID4VP 8.5).
    ...(variant.prefix === 'pre-registered'
      ? {}
      : { client_metadata: verifierMetadata(variant, key, context.ports.random) }),
    ...(variant.transactionData ? { transaction_data: transactionData(session) } : {}),
    ...(odd(variant, 'verifier-info')
      ? { verifier_info: [{ format: 'urn:example:unheard-of', data: { purpose: 'test' } }] }
      : {}),
  };
  const shaped = sprinkled(variant, value);
  const draft = await context.form<JsonDraft>(
    'request-parameters',
    { value: shaped },
    { responseUri: uri, query: session.query, signing: config.identity.signing, base: config.base },
  );
  session.sent = sentRequest(draft.value, session);
  return reversed(variant, draft.value);
}

/** What the response is judged against: the request as it left. */
function sentRequest(value: JsonObject, session: Session): SentRequest {
  const items: unknown = member(value, 'transaction_data');
  return {
    clientId: str(value, 'client_id') ?? session.clientId,
    nonce: str(value, 'nonce'),
    state: str(value, 'state'),
    responseMode: str(value, 'response_mode'),
    query: obj(value, 'dcql_query') ?? session.query,
    transactionData: Array.isArray(items) ? items.filter((item) => typeof item === 'string') : [],
    kid: offeredKid(value, session),
  };
}

function offeredKid(value: JsonObject, { encryption }: Session): string | undefined {
  const keys = arr(obj(obj(value, 'client_metadata'), 'jwks'), 'keys');
  if (keys === undefined) return encryption?.kid;
  return str(
    keys.find((jwk) => str(jwk, 'x') === encryption?.publicJwk['x']),
    'kid',
  );
}

/**
 * Forms, signs and, if the wallet gave a key for it, encrypts a request object. Steps `request-object` (extras as `request-parameters`, and
 * `session` clock values are in the payload) and `request-object.bytes`.
 */
export async function formRequestObject(maker: RequestMaker, session: Session, wish: WalletWish = {}): Promise<string> {
  const { config, context } = maker;
  const { variant } = session;
  const parameters = await requestParameters(maker, session);
  const now = Math.floor(context.ports.clock.now() / 1000);
  const payload: Record<string, unknown> = {
    ...(odd(variant, 'iss-present') ? { iss: 'https://iss.is.to.be.ignored.example' } : {}),
    aud: STATIC_AUDIENCE,
    ...(odd(variant, 'iat-absent') ? {} : { iat: now }),
    ...(odd(variant, 'nbf-present') ? { nbf: now } : {}),
    ...(odd(variant, 'exp-absent') ? {} : { exp: Math.floor(session.expiresAt / 1000) }),
    ...parameters,
    ...(wish.nonce === undefined ? {} : { wallet_nonce: wish.nonce }),
  };
  const draft = await context.form<JwtDraft>(
    'request-object',
    { header: requestObjectHeader(config, variant), payload, key: config.identity.signing },
    { identity: config.identity, responseUri: responseUri(config, variant, session.id), base: config.base },
  );
  const signed = signCompact({
    header: reversed(variant, draft.header),
    payload: reversed(variant, draft.payload),
    key: draft.key,
  });
  const { text } = await context.form<BytesDraft>(
    'request-object.bytes',
    { text: signed },
    { identity: config.identity },
  );
  if (wish.encryption === undefined) return text;
  const { alg, enc, jwk } = wish.encryption;
  const kid = str(jwk, 'kid');
  const header = { alg, enc, ...(kid === undefined ? {} : { kid }), cty: 'JWT' };
  return encryptCompact({ header, plaintext: text, recipient: jwk, random: context.ports.random });
}

function requestObjectHeader(config: VerifierConfig, variant: ResolvedVariant): Record<string, unknown> {
  const { signing, did } = config.identity;
  const header: Record<string, unknown> = { alg: signing.alg, typ: REQUEST_OBJECT_TYPE };
  if (variant.prefix === 'x509_san_dns' || variant.prefix === 'x509_hash') header['x5c'] = signing.x5c ?? [];
  else if (variant.prefix === 'decentralized_identifier') header['kid'] = `${did}#0`;
  else if (signing.kid !== undefined) header['kid'] = signing.kid;
  if (odd(variant, 'unknown-members')) header['x-unheard-of'] = { anything: [1, null] };
  return header;
}

/** Parameters as they stand in a link: objects and arrays as JSON (OpenID4VP 5.1), in order. */
function linkParameters(value: JsonObject): [string, string][] {
  return Object.entries(value).flatMap(([name, item]): [string, string][] => {
    if (item === undefined) return [];
    return [[name, typeof item === 'string' ? item : JSON.stringify(item)]];
  });
}

/**
 * Forms the link that a wallet opens. Steps `presentation-request-link.client-id` (JsonDraft {client_id}, changes the client identifier in the
 * link and in all that follows), `presentation-request-link` (FormDraft, the link's parameters) and `presentation-request-link.bytes` (the whole link).
 */
export async function formLink(maker: RequestMaker, session: Session): Promise<string> {
  const { config, context } = maker;
  const { variant } = session;
  const parameters = await parametersOfLink(maker, session);
  const form = await context.form<FormDraft>('presentation-request-link', { parameters }, { base: config.base });
  const scheme = /^[^:]*/.exec(config.links.request)?.[0] ?? '';
  const start = odd(variant, 'uppercase-scheme')
    ? scheme.toUpperCase() + config.links.request.slice(scheme.length)
    : config.links.request;
  const text = buildLink(start, form.parameters);
  return (await context.form<BytesDraft>('presentation-request-link.bytes', { text })).text;
}

async function parametersOfLink(maker: RequestMaker, session: Session): Promise<[string, string][]> {
  const { config } = maker;
  const { variant } = session;
  const noise: [string, string][] = odd(variant, 'unknown-members') ? [['x_unheard_of', 'anything']] : [];
  if (variant.request === 'by-value') return [...linkParameters(await requestParameters(maker, session)), ...noise];
  if (variant.request === 'by-value-signed') {
    return [['client_id', session.clientId], ['request', await formRequestObject(maker, session)], ...noise];
  }
  const parameters: [string, string][] = [
    ['client_id', session.clientId],
    ['request_uri', `${config.base}/request/${session.id}`],
  ];
  if (variant.request === 'uri-post') {
    parameters.push(['request_uri_method', 'post']);
    if (variant.prefix !== 'pre-registered') {
      // So that the wallet can tell only what matters to this verifier (OpenID4VP 5.1).
      parameters.push([
        'client_metadata',
        JSON.stringify(verifierMetadata(variant, undefined, maker.context.ports.random)),
      ]);
    }
  } else if (odd(variant, 'request-uri-method-get')) parameters.push(['request_uri_method', 'get']);
  if (odd(variant, 'other-values-in-link')) {
    parameters.push(['nonce', base64url('not-this-nonce-but-the-one-inside')], ['response_mode', 'fragment']);
  }
  return [...parameters, ...noise];
}
