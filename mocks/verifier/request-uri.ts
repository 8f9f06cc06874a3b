import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { fromUtf8, mediaType, textResponse } from '../../core/http.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, readJson } from '../../protocol/json.ts';
import { param, readForm } from '../../protocol/oauth.ts';
import { quote } from '../../protocol/read-error.ts';
import { answer } from './answer.ts';
import { formRequestObject } from './request.ts';
import type { VerifierParts } from './parts.ts';
import type { WalletWish } from './wallet-metadata.ts';
import { requestObjectEncryption } from './wallet-metadata.ts';

const MAX_BODY = 256 * 1024;

/** Answers a fetch of the request object, GET or POST (OpenID4VP 5.10). A POST is answered also where the link did not ask for it. */
export async function handleRequestUri(
  parts: VerifierParts,
  id: string | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { context, maker, sessions } = parts;
  const session = id === undefined ? undefined : sessions.byId(id);
  await context.accept(
    'verifier/request-uri/transaction',
    () => {
      if (session === undefined) throw new Error('no such request');
      if (context.ports.clock.now() > session.expiresAt) throw new Error('the request has expired');
    },
    { code: 'not_found', status: 404 },
  );
  if (session === undefined) throw new Refusal('verifier/request-uri/transaction', 'not_found', 'no such request', 404);
  const wish = request.method === 'POST' ? await readWish(parts, request) : await judgeGet(parts, request);
  const text = await formRequestObject(maker, session, wish);
  const response = textResponse(200, 'application/oauth-authz-req+jwt', text);
  return answer(context, 'request-object', response, { requestUri: request.url });
}

async function judgeGet({ context }: VerifierParts, request: HttpRequest): Promise<WalletWish> {
  await context.accept(
    'verifier/request-uri/method',
    () => {
      if (request.method !== 'GET') throw new Error(`method ${quote(request.method)} is neither GET nor POST`);
    },
    { code: 'invalid_request', status: 405 },
  );
  return {};
}

/** Reads and judges what a wallet posts to the request URI; unknown parameters are ignored. */
async function readWish({ context }: VerifierParts, request: HttpRequest): Promise<WalletWish> {
  const form = readForm(request.body.length > MAX_BODY ? '' : fromUtf8(request.body));
  await context.accept('verifier/request-uri/media-type', () => {
    const type = mediaType(request.headers);
    if (type !== 'application/x-www-form-urlencoded' && request.body.length > 0) {
      throw new Error(`content type ${quote(type)} is no form`);
    }
  });
  await context.accept('verifier/request-uri/form', () => {
    if (request.body.length > MAX_BODY) throw new Error('the request is too large');
    const [error] = form.errors;
    if (error !== undefined) throw new Error(error.message.en);
  });
  const metadataText = param(form, 'wallet_metadata');
  const metadata = metadataText === undefined ? undefined : readJson(metadataText);
  await context.accept('verifier/request-uri/wallet-metadata', () => {
    if (metadata === undefined) return;
    const [error] = metadata.errors;
    if (error !== undefined) throw new Error(`wallet_metadata: ${error.message.en}`);
    if (!isObject(metadata.value)) throw new Error('wallet_metadata is no JSON object');
  });
  const nonce = param(form, 'wallet_nonce');
  const known: JsonObject = isObject(metadata?.value) ? metadata.value : {};
  let encryption: WalletWish['encryption'];
  await context.accept('verifier/request-uri/encryption', () => {
    encryption = requestObjectEncryption(known);
  });
  return { ...(nonce === undefined ? {} : { nonce }), ...(encryption === undefined ? {} : { encryption }) };
}
