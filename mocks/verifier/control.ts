import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { fromUtf8 } from '../../core/http.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, obj, readJson } from '../../protocol/json.ts';
import type { VerifierResult } from '../contracts.ts';
import { answer, answerJson } from './answer.ts';
import type { Session } from './session.ts';
import type { VerifierParts } from './parts.ts';
import { UnsupportedVariant } from './variant.ts';

/**
 * The relying party's own interface, for drivers: `POST control/request` with `{variant?, query?}` answers `{link, id}` (201), and
 * `GET control/result/{id}` the VerifierResult. Where the wallet was sent to a redirect URI, claims are shown only with `?response_code=`.
 */
export async function handleControl(
  parts: VerifierParts,
  path: string | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { context, sessions } = parts;
  if (path === 'request' && request.method === 'POST') {
    return answer(context, 'control', await createRequest(parts, request));
  }
  const session = path?.startsWith('result/') === true ? sessions.byResultId(path.slice('result/'.length)) : undefined;
  if (session === undefined || request.method !== 'GET') {
    throw new Refusal('verifier/control', 'not_found', 'nothing here', 404);
  }
  const code = new URL(request.url).searchParams.get('response_code');
  let result: VerifierResult = session.result;
  if (session.responseCode !== undefined) {
    if (code === null) result = withoutClaims(session);
    else {
      await context.accept(
        'verifier/redirect-uri/response-code',
        () => {
          if (code !== session.responseCode) throw new Error('the response code is not the one of this transaction');
        },
        { code: 'access_denied', status: 403 },
      );
    }
  }
  return answer(context, 'control', answerJson(200, result));
}

function withoutClaims(session: Session): VerifierResult {
  const { claims: _hidden, ...rest } = session.result;
  return rest;
}

async function createRequest({ verifier }: VerifierParts, request: HttpRequest): Promise<HttpResponse> {
  const wish: JsonObject = readWish(request);
  const variant = obj(wish, 'variant');
  try {
    // The members are the caller's to get right: what is unknown is refused by name below, or ignored.
    const made = await verifier.createRequest(variant, obj(wish, 'query'));
    return answerJson(201, made);
  } catch (error) {
    if (!(error instanceof UnsupportedVariant)) throw error;
    throw new Refusal('verifier/control', 'unsupported', error.message, 422);
  }
}

function readWish(request: HttpRequest): JsonObject {
  if (request.body.length === 0) return {};
  const { value, errors } = readJson(fromUtf8(request.body));
  if (errors.length > 0 || !isObject(value)) {
    throw new Refusal('verifier/control', 'invalid_request', 'the body is no JSON object', 400);
  }
  return value;
}
