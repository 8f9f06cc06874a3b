import type { HttpResponse } from '../../../core/http.ts';
import { fromUtf8, header } from '../../../core/http.ts';
import { randomId } from '../../../core/ports.ts';
import { decryptCompact } from '../../../protocol/jose/jwe.ts';
import { readJwt } from '../../../protocol/jose/jws.ts';
import type { EncryptionKey } from '../../../protocol/jose/keys.ts';
import { generateEncryptionKey } from '../../../protocol/jose/keys.ts';
import { readJson } from '../../../protocol/json.ts';
import { readLink } from '../../../protocol/links.ts';
import { quote } from '../../../protocol/read-error.ts';
import { FORM_TYPE, makeForm, must, send, textBody, typeOf } from '../send.ts';
import type { Session } from '../session.ts';
import { CounterpartRefusal, odd } from '../session.ts';
import { isServiceUrl } from '../url.ts';
import { prefixOf } from './client-id.ts';
import type { ReceivedRequest } from './state.ts';
import { SUPPORTED_PREFIXES } from './state.ts';

/** Parameters that are JSON inside a query (OpenID4VP 5.1). */
const JSON_PARAMETERS: ReadonlySet<string> = new Set([
  'dcql_query',
  'client_metadata',
  'transaction_data',
  'verifier_info',
]);

/** Reads the link and fetches the request object where it is by reference (OpenID4VP 5, 5.10). Throws Refusal, TransportError. */
export async function receiveRequest(session: Session, link: string): Promise<ReceivedRequest> {
  const { context } = session;
  const reading = readLink(link);
  const all = (name: string): string[] => reading.parameters.flatMap(([key, value]) => (key === name ? [value] : []));
  const [request] = all('request');
  const [uri] = all('request_uri');
  const [method] = all('request_uri_method');
  await context.accept('wallet/request/one-form', () => {
    must(reading.scheme !== undefined, 'the request is no link');
    must(request === undefined || uri === undefined, 'the link has both request and request_uri');
    const twice = reading.errors.find((error) => error.code === 'form-duplicate');
    must(twice === undefined, `parameter ${twice?.at ?? ''} appears twice`);
    must(all('client_id').length === 1, 'client_id is missing');
  });
  const [linkClientId] = all('client_id');
  if (uri !== undefined) {
    await context.accept(
      'wallet/request/uri-method',
      () => must(method === undefined || method === 'get' || method === 'post', `request_uri_method ${quote(method)}`),
      { code: 'invalid_request_uri_method' },
    );
    const fetched = await fetchRequest(session, uri, method === 'post', linkClientId);
    return { linkClientId, ...fetched };
  }
  await context.accept('wallet/request/uri-method', () => {
    must(method === undefined, 'request_uri_method without request_uri');
  });
  if (request !== undefined) return { linkClientId, ...signed(request), walletNonce: undefined };
  const parameters = Object.fromEntries(reading.parameters.map(([name, value]) => [name, parameterValue(name, value)]));
  return { linkClientId, jwt: undefined, parameters, walletNonce: undefined };
}

function parameterValue(name: string, text: string): unknown {
  if (!JSON_PARAMETERS.has(name)) return text;
  const { value, errors } = readJson(text, { maxDepth: 40 });
  return errors.length === 0 ? value : text;
}

function signed(compact: string): Pick<ReceivedRequest, 'jwt' | 'parameters'> {
  const jwt = readJwt(compact.trim());
  return { jwt, parameters: jwt.payload ?? {} };
}

const REQUEST_TYPE = 'application/oauth-authz-req+jwt';

async function fetchRequest(
  session: Session,
  uri: string,
  post: boolean,
  clientId: string | undefined,
): Promise<Omit<ReceivedRequest, 'linkClientId'>> {
  const { context } = session;
  await context.accept('wallet/request/uri', () => must(isServiceUrl(uri), 'request_uri is no https URL'));
  if (!isServiceUrl(uri)) throw new CounterpartRefusal('request-object', 0, undefined, 'request_uri cannot be fetched');
  const posted = post ? await postBody(session, clientId) : undefined;
  const fetchFrom = (url: string): Promise<HttpResponse> =>
    send(session, {
      exchange: 'request-object',
      to: 'verifier',
      url,
      method: post ? 'POST' : 'GET',
      headers: [...(post ? [FORM_TYPE] : []), ['accept', REQUEST_TYPE]],
      ...(posted === undefined ? {} : { body: posted.text }),
    });
  let response = await fetchFrom(uri);
  await context.accept('wallet/request/fetch-status', () => {
    must(response.status === 200, `the request object was answered with status ${response.status}`);
  });
  // A wallet that does not mind the status goes where it is sent.
  const location = header(response.headers, 'location');
  if (response.status >= 300 && response.status < 400 && isServiceUrl(location)) response = await fetchFrom(location);
  await context.accept('wallet/request/media-type', () => {
    must(typeOf(response) === REQUEST_TYPE, `the request object has the media type ${quote(typeOf(response))}`);
  });
  const body = textBody(response).trim();
  const key = posted?.key;
  const opened =
    key !== undefined && body.split('.', 6).length === 5 ? decryptCompact(body, key.privateJwk) : undefined;
  const text = opened?.ok === true ? fromUtf8(opened.plaintext) : body;
  return { ...signed(text), walletNonce: posted?.walletNonce };
}

interface PostBody {
  readonly text: string;
  readonly walletNonce: string | undefined;
  readonly key: EncryptionKey | undefined;
}

/**
 * What the wallet tells the verifier (OpenID4VP 5.10, 10). Step `request-uri-request` (FormDraft); extras: `walletNonce`. Algorithms for request
 * objects are left out where the prefix rules out signed ones.
 */
async function postBody(session: Session, clientId: string | undefined): Promise<PostBody> {
  const { random } = session.context.ports;
  const walletNonce = randomId(random);
  const key = odd(session, 'encrypted-request-object') ? generateEncryptionKey('ECDH-ES', random) : undefined;
  if (key !== undefined) session.context.trace.material('decryption-key', key.privateJwk);
  const signable = prefixOf(clientId).prefix !== 'redirect_uri';
  const metadata = {
    vp_formats_supported: WALLET_FORMATS,
    client_id_prefixes_supported: SUPPORTED_PREFIXES,
    response_types_supported: ['vp_token'],
    response_modes_supported: ['direct_post', 'direct_post.jwt'],
    ...(signable ? { request_object_signing_alg_values_supported: ['ES256', 'ES384', 'Ed25519'] } : {}),
    ...(key === undefined
      ? {}
      : {
          jwks: { keys: [key.publicJwk] },
          request_object_encryption_alg_values_supported: ['ECDH-ES'],
          request_object_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
        }),
    authorization_encryption_alg_values_supported: ['ECDH-ES'],
    authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
    ...(odd(session, 'unknown-members') ? { touchstone_note: { to: ['be', 'ignored'] } } : {}),
  };
  const parameters: [string, string][] = [
    ['wallet_metadata', JSON.stringify(metadata)],
    ['wallet_nonce', walletNonce],
  ];
  const text = await makeForm(session, 'request-uri-request', parameters, { walletNonce });
  // What is to come back is what was really sent.
  return { text, walletNonce: new URLSearchParams(text).get('wallet_nonce') ?? undefined, key };
}

const ALGS = ['ES256', 'ES384', 'ES512', 'Ed25519'] as const;
/** What this wallet can present (OpenID4VP B.3.4). */
export const WALLET_FORMATS = { 'dc+sd-jwt': { 'sd-jwt_alg_values': ALGS, 'kb-jwt_alg_values': ALGS } } as const;
