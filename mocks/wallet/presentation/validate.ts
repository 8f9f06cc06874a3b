import { Refusal } from '../../../core/flow.ts';
import type { DcqlQuery } from '../../../protocol/dcql/query.ts';
import { readDcql } from '../../../protocol/dcql/query.ts';
import { CONTENT_ENCRYPTIONS, KEY_MANAGEMENT_ALGS } from '../../../protocol/jose/jwe.ts';
import { readJwk } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, member, num, obj, str, strings } from '../../../protocol/json.ts';
import { quote } from '../../../protocol/read-error.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { leeway, presentationVariant, seconds } from '../session.ts';
import { isServiceUrl, parseUrl } from '../url.ts';
import type { AcceptedRequest, Client, ReceivedRequest, ResponseKey, Target } from './state.ts';
import { readTransactionData } from './transaction-data.ts';

/** Audience of a request to a wallet that the verifier does not know (OpenID4VP 5.8). */
const STATIC_AUDIENCE = 'https://self-issued.me/v2';

/** Freshness and addressee of a request object; nothing to do for an unsigned request. */
export async function judgeFreshness(session: Session, received: ReceivedRequest): Promise<void> {
  const { context } = session;
  if (received.jwt === undefined) return;
  const { parameters } = received;
  const now = seconds(session);
  await context.accept('wallet/request/expiry', () => {
    for (const name of ['exp', 'nbf', 'iat']) {
      must(member(parameters, name) === undefined || num(parameters, name) !== undefined, `${name} is no number`);
    }
    must((num(parameters, 'exp') ?? Infinity) > now - leeway(session), 'the request object has expired');
    must((num(parameters, 'nbf') ?? 0) <= now + leeway(session), 'the request object is not valid yet');
    must((num(parameters, 'iat') ?? 0) <= now + leeway(session), 'the request object is of the future');
  });
  await context.accept('wallet/request/audience', () => {
    const aud = member(parameters, 'aud');
    const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    must(all.length === 1 && all[0] === STATIC_AUDIENCE, `aud is ${quote(aud)}, not ${STATIC_AUDIENCE}`);
  });
  await context.accept('wallet/request/wallet-nonce', () => {
    const sent = received.walletNonce;
    must(sent === undefined || str(parameters, 'wallet_nonce') === sent, 'wallet_nonce is not the one that was posted');
  });
}

/** Where the response goes, judged before anything else that could be answered with an error (OpenID4VP 8.2). */
export async function judgeTarget(session: Session, parameters: JsonObject, client: Client): Promise<Target> {
  const { context } = session;
  const mode = str(parameters, 'response_mode');
  await context.accept('wallet/request/response-mode', () => {
    must(mode === 'direct_post' || mode === 'direct_post.jwt', `response_mode ${quote(mode)} is not supported`);
  });
  // With prefix redirect_uri the parameter may be left out: the identifier says it (OpenID4VP 5.9.3).
  const uri = str(parameters, 'response_uri') ?? (client.prefix === 'redirect_uri' ? client.rest : '');
  await context.accept('wallet/request/response-uri', () => {
    must(isServiceUrl(uri), 'response_uri is missing or no https URL');
    must(!uri.includes('#'), 'response_uri has a fragment');
  });
  await context.accept('wallet/request/response-uri-prefix', () => judgeResponseUri(session, uri, client));
  return { uri, encrypted: mode === 'direct_post.jwt', state: str(parameters, 'state') };
}

/** The response URI is one that the client may use as a redirect URI (OpenID4VP 5.9.3, 8.2, 14.4.1). */
function judgeResponseUri(session: Session, uri: string, client: Client): void {
  switch (client.prefix) {
    case 'redirect_uri':
      must(uri === client.rest, 'response_uri is not the one in the client identifier');
      return;
    case 'x509_san_dns': {
      const host = parseUrl(uri)?.hostname.toLowerCase() ?? '';
      const named = client.rest.toLowerCase();
      const loopback = [host, named].every((name) => name === 'localhost' || name === '127.0.0.1');
      must(host === named || loopback, 'the host of response_uri is not the client identifier');
      return;
    }
    case 'pre-registered': {
      const uris = strings(client.registration, 'response_uris') ?? strings(client.registration, 'redirect_uris') ?? [];
      must(uris.includes(uri) || session.config.trust.anyVerifier === true, 'response_uri is not registered');
      return;
    }
    default:
  }
}

/** Judges what is asked and how to answer. Refusals here are answered with an error response. One step for each rule. */
export async function judgeParameters(
  session: Session,
  received: ReceivedRequest,
  client: Client,
  target: Target,
): Promise<AcceptedRequest> {
  const { context } = session;
  const { parameters } = received;
  await context.accept('wallet/request/redirect-uri-absent', () => {
    must(member(parameters, 'redirect_uri') === undefined, 'redirect_uri beside response mode direct_post');
  });
  const type = str(parameters, 'response_type');
  await context.accept(
    'wallet/request/response-type',
    () => must(type === 'vp_token', `response_type ${quote(type)} is not supported`),
    { code: type === undefined ? 'invalid_request' : 'unsupported_response_type' },
  );
  const nonce = str(parameters, 'nonce') ?? '';
  await context.accept('wallet/request/nonce', () => {
    must(nonce !== '', 'nonce is missing or no string');
    must(/^[A-Za-z0-9._~-]+$/u.test(nonce), 'nonce has characters that are not URL-safe');
  });
  const query = await judgeQuery(session, parameters);
  await context.accept('wallet/request/vp-formats', () => judgeFormats(client, query), {
    code: 'vp_formats_not_supported',
  });
  const responseKey = target.encrypted ? await judgeEncryption(session, client) : undefined;
  const transactionData = await readTransactionData(session, parameters, query);
  return { client, target, nonce, query, responseKey, transactionData };
}

async function judgeQuery(session: Session, parameters: JsonObject): Promise<DcqlQuery> {
  const { context } = session;
  const given = member(parameters, 'dcql_query');
  await context.accept('wallet/request/query-one', () => {
    const scope = member(parameters, 'scope');
    must((given === undefined) !== (scope === undefined), 'the request needs exactly one of dcql_query, scope');
  });
  const reading = readDcql(given);
  await context.accept('wallet/request/query-valid', () => {
    if (given === undefined && member(parameters, 'scope') !== undefined) {
      throw new Refusal(
        'wallet/request/query-valid',
        'invalid_scope',
        'no scope value that stands for a query is known',
      );
    }
    const [error] = reading.errors.filter(({ code }) => code !== 'claim-path-duplicate');
    must(error === undefined, `the query is not valid: ${error?.at ?? ''} ${error?.message.en ?? ''}`);
  });
  return reading.query ?? { credentials: [], credentialSets: undefined };
}

/** The verifier says that it supports each format it asks for (OpenID4VP 5.1, 11.1), and the wallet does too. */
function judgeFormats(client: Client, query: DcqlQuery): void {
  const formats = obj(client.metadata, 'vp_formats_supported');
  must(formats !== undefined, 'vp_formats_supported is missing');
  const asked = [...new Set(query.credentials.map((entry) => entry.format))];
  must(asked.length === 0 || asked.some((format) => format === 'dc+sd-jwt'), `none of ${quote(asked)} is supported`);
  const stranger = asked.find((format) => obj(formats, format) === undefined);
  must(stranger === undefined, `${quote(stranger)} is asked for but not in vp_formats_supported`);
  for (const name of ['sd-jwt_alg_values', 'kb-jwt_alg_values']) {
    const value = member(obj(formats, 'dc+sd-jwt'), name);
    must(value === undefined || (Array.isArray(value) && value.length > 0), `${name} is no non-empty array`);
  }
}

async function judgeEncryption(session: Session, client: Client): Promise<ResponseKey | undefined> {
  const { context, config } = session;
  const keys = (arr(obj(client.metadata, 'jwks'), 'keys') ?? []).filter(isObject);
  const usable = keys.find((key) => {
    const alg = str(key, 'alg');
    return (str(key, 'use') ?? 'enc') === 'enc' && KEY_MANAGEMENT_ALGS.some((own) => own === alg) && isUsable(key);
  });
  await context.accept('wallet/request/encryption-key', () => {
    must(usable !== undefined, 'no key in client_metadata.jwks can be used to encrypt the response');
  });
  const listed = member(client.metadata, 'encrypted_response_enc_values_supported');
  const values =
    listed === undefined ? ['A128GCM'] : (strings(client.metadata, 'encrypted_response_enc_values_supported') ?? []);
  const ours = values.filter((value) => CONTENT_ENCRYPTIONS.some((own) => own === value));
  await context.accept('wallet/request/encryption-enc', () => {
    must(ours.length > 0, 'no value of encrypted_response_enc_values_supported is supported');
  });
  if (usable === undefined) return undefined;
  const wish = presentationVariant(config.variant).enc;
  const enc = wish !== undefined && ours.includes(wish) ? wish : (ours[0] ?? 'A128GCM');
  return { jwk: usable, alg: str(usable, 'alg') ?? 'ECDH-ES', enc };
}

/** The key can be read, and is no key pair that somebody gave away. */
function isUsable(key: JsonObject): boolean {
  const { jwk, errors } = readJwk(key);
  return jwk !== undefined && errors.length === 0;
}
