import type { HttpResponse } from '../../../core/http.ts';
import { fromUtf8 } from '../../../core/http.ts';
import { readJwt } from '../../../protocol/jose/jws.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, obj, readJson, str, strings } from '../../../protocol/json.ts';
import { appendedWellKnownUrl, wellKnownUrl } from '../../../protocol/oauth.ts';
import { quote } from '../../../protocol/read-error.ts';
import { must, send, typeOf } from '../send.ts';
import type { Session } from '../session.ts';
import { odd } from '../session.ts';
import { isServiceUrl, wellKnown } from '../url.ts';
import { verifySignedMetadata } from '../verify/signed-metadata.ts';
import type { OfferReading } from './state.ts';
import { PRE_AUTHORIZED } from './state.ts';

/** Fetches and verifies the credential issuer's metadata, plain or signed (OpenID4VCI 12.2). */
export async function fetchIssuerMetadata(session: Session, issuer: string): Promise<JsonObject> {
  const { context } = session;
  const response = await send(session, {
    exchange: 'issuer-metadata',
    to: 'issuer',
    url: wellKnown(issuer, 'openid-credential-issuer'),
    headers: [
      ['accept', odd(session, 'signed-metadata') ? 'application/jwt' : 'application/json'],
      ['accept-language', 'zh-TW, en;q=0.8'],
    ],
  });
  await context.accept('wallet/metadata/status', () => {
    must(response.status === 200, `metadata was answered with status ${response.status}`);
  });
  const type = typeOf(response);
  await context.accept('wallet/metadata/media-type', () => {
    must(type === 'application/json' || type === 'application/jwt', `metadata has the media type ${quote(type)}`);
  });
  const signed = type === 'application/jwt' ? readJwt(fromUtf8(response.body).trim()) : undefined;
  const json = readJson(response.body, { maxDepth: 40 });
  const value = signed === undefined ? json.value : signed.payload;
  await context.accept('wallet/metadata/json', () => {
    const errors = signed === undefined ? json.errors : signed.errors;
    must(isObject(value) && errors.length === 0, `metadata is no JSON object: ${errors[0]?.code ?? 'not an object'}`);
  });
  if (signed !== undefined) {
    await context.accept('wallet/metadata/signed', () => verifySignedMetadata(session, signed, issuer));
  }
  const metadata = isObject(value) ? value : {};
  await context.accept('wallet/metadata/issuer-match', () => {
    must(str(metadata, 'credential_issuer') === issuer, 'credential_issuer is not the identifier that was asked');
  });
  await context.accept('wallet/metadata/credential-endpoint', () => {
    must(isServiceUrl(str(metadata, 'credential_endpoint')), 'credential_endpoint is missing or no https URL');
  });
  await context.accept('wallet/metadata/configurations', () => {
    const configurations = obj(metadata, 'credential_configurations_supported');
    must(configurations !== undefined, 'credential_configurations_supported is missing');
    for (const [id, entry] of Object.entries(configurations ?? {})) {
      must(str(entry, 'format') !== undefined, `configuration ${quote(id)} has no format`);
    }
  });
  await context.accept('wallet/metadata/encryption', () => {
    const request = obj(metadata, 'credential_request_encryption');
    if (request !== undefined) {
      must((arr(obj(request, 'jwks'), 'keys') ?? []).length > 0, 'credential_request_encryption has no keys');
      must((strings(request, 'enc_values_supported') ?? []).length > 0, 'request encryption without enc values');
    }
    const response = obj(metadata, 'credential_response_encryption');
    if (response !== undefined) {
      must((strings(response, 'alg_values_supported') ?? []).length > 0, 'response encryption without alg values');
      must((strings(response, 'enc_values_supported') ?? []).length > 0, 'response encryption without enc values');
    }
  });
  return metadata;
}

export interface ServerChoice {
  readonly server: string;
  readonly metadata: JsonObject;
}

/**
 * Chooses the authorization server (OpenID4VCI 12.2.4: the issuer itself, the one that the offer names, or the first whose metadata
 * supports the grant) and verifies its metadata (RFC 8414 3.3).
 */
export async function chooseServer(
  session: Session,
  offer: OfferReading,
  issuerMetadata: JsonObject,
  grant: 'pre-authorized_code' | 'authorization_code',
): Promise<ServerChoice> {
  const { context } = session;
  const grantType = grant === 'authorization_code' ? grant : PRE_AUTHORIZED;
  const listed = strings(issuerMetadata, 'authorization_servers');
  const hint = str(obj(offer.grants, grantType), 'authorization_server');
  await context.accept('wallet/as-metadata/listed', () => {
    must(
      arr(issuerMetadata, 'authorization_servers') === undefined || (listed?.length ?? 0) > 0,
      'authorization_servers is no non-empty array of strings',
    );
    must(
      hint === undefined || listed?.includes(hint) === true,
      'authorization_server of the offer is not listed in authorization_servers',
    );
  });
  const named = hint !== undefined && isServiceUrl(hint) ? hint : undefined;
  const candidates = named === undefined ? (listed?.filter(isServiceUrl) ?? [offer.issuer]) : [named];
  let last: ServerChoice = { server: candidates[0] ?? offer.issuer, metadata: {} };
  const tried = candidates.slice(0, 5);
  for (const [index, server] of tried.entries()) {
    const response = await askServer(session, server);
    // One of several servers may be down: the next one is as good.
    if (response.status !== 200 && index < tried.length - 1) continue;
    last = { server, metadata: await readServerMetadata(session, server, response) };
    const grants = strings(last.metadata, 'grant_types_supported');
    if (candidates.length === 1 || grants === undefined || grants.includes(grantType)) break;
  }
  return last;
}

/**
 * Asks a server for its metadata at the place of RFC 8414; where nothing is there, at those of OpenID Connect Discovery, which is all that many
 * servers have (RFC 8414 5). That it is the wrong place is for whoever reads the trace.
 */
async function askServer(session: Session, server: string): Promise<HttpResponse> {
  const ask = (url: string): Promise<HttpResponse> =>
    send(session, {
      exchange: 'as-metadata',
      to: 'authorization-server',
      url,
      headers: [['accept', 'application/json']],
    });
  const first = await ask(wellKnown(server, 'oauth-authorization-server'));
  if (!isMissing(first)) return first;
  const elsewhere = [
    appendedWellKnownUrl(server, 'openid-configuration'),
    wellKnownUrl(server, 'openid-configuration'),
    appendedWellKnownUrl(server, 'oauth-authorization-server'),
  ];
  const asked = wellKnown(server, 'oauth-authorization-server');
  for (const url of new Set(elsewhere)) {
    if (url === undefined || url === asked) continue;
    const response = await ask(url);
    if (response.status === 200) return response;
  }
  return first;
}

function isMissing({ status }: HttpResponse): boolean {
  return status === 404 || status === 405 || status === 410;
}

async function readServerMetadata(session: Session, server: string, response: HttpResponse): Promise<JsonObject> {
  const { context } = session;
  const { value, errors } = readJson(response.body, { maxDepth: 40 });
  await context.accept('wallet/as-metadata/status', () => {
    must(response.status === 200, `authorization server metadata was answered with status ${response.status}`);
    must(isObject(value) && errors.length === 0, 'authorization server metadata is no JSON object');
  });
  const metadata = isObject(value) ? value : {};
  await context.accept('wallet/as-metadata/issuer-match', () => {
    must(str(metadata, 'issuer') === server, 'issuer is not the identifier that was asked');
  });
  await context.accept('wallet/as-metadata/token-endpoint', () => {
    must(isServiceUrl(str(metadata, 'token_endpoint')), 'token_endpoint is missing or no https URL');
  });
  return metadata;
}
