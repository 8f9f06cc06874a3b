import type { FlowContext } from '../../core/flow.ts';
import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { utf8 } from '../../core/http.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { BytesDraft, JsonDraft } from '../drafts.ts';
import { answer, answerJson } from './answer.ts';
import { transactionDigests } from './key-binding.ts';
import { odd } from './oddities.ts';
import { judgePresentation, judgeTransactionCoverage } from './presentation.ts';
import type { JudgedPresentation } from './presentation.ts';
import type { ResponseReading } from './response.ts';
import { judgeEnvelope, judgeForm, locate, readResponse, walletError } from './response.ts';
import type { Session } from './session.ts';
import type { VerifierParts } from './parts.ts';
import { judgeVpToken } from './vp-token.ts';

/**
 * Receives an authorization response: finds its transaction, judges everything, keeps the result and answers 200 with a JSON object (OpenID4VP 8.2). A
 * refused response leaves the transaction open, so that the wallet may send a better one; an accepted one closes it.
 */
export async function handleResponse(
  parts: VerifierParts,
  id: string | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { context, sessions } = parts;
  const byPath = id === undefined ? undefined : sessions.byId(id);
  const key = byPath?.encryption ?? (id === undefined ? parts.maker.keptKey() : undefined);
  let reading = readResponse(request, key, byPath?.sent === undefined ? key?.kid : byPath.sent.kid);
  let session = locate(sessions, id, reading);
  await judgeForm(context, request, reading);
  if (session?.sent === undefined) {
    await context.accept('verifier/response/transaction', () => {
      throw new Error('no transaction of this response is known');
    });
    session = sessions.latest();
    if (session?.sent === undefined) {
      throw new Refusal('verifier/response/transaction', 'invalid_request', 'there is no transaction at all');
    }
    reading = readResponse(request, session.encryption, session.sent.kid);
  }
  try {
    return await receive(parts, session, reading);
  } catch (error) {
    if (error instanceof Refusal && (session.result.status === 'pending' || session.result.status === 'refused')) {
      session.result = { status: 'refused', step: error.step, reason: error.message };
    }
    throw error;
  }
}

async function receive(parts: VerifierParts, session: Session, reading: ResponseReading): Promise<HttpResponse> {
  const { context, config } = parts;
  const { sent } = session;
  if (sent === undefined) throw new Error('a response to a request that was never formed');
  await judgeEnvelope(context, session, reading, context.ports.clock.now());
  const error = await walletError(context, reading.payload);
  if (error !== undefined) {
    session.result =
      error === 'access_denied'
        ? { status: 'declined-by-user', reason: error }
        : { status: 'refused', step: 'verifier/response/error', reason: `the wallet answered ${error}` };
    return reply(context, session, {});
  }
  const presented = await judgeVpToken(context, reading.payload, sent.query);
  const judged: JudgedPresentation[] = [];
  for (const one of presented) judged.push(await judgePresentation(context, one, sent, config.trust));
  await judgeTransactionCoverage(context, sent, judged, transactionDigests);
  session.result = { status: 'accepted', claims: claimsById(judged) };
  return reply(
    context,
    session,
    session.responseCode === undefined ? {} : { redirect_uri: redirectUri(parts, session) },
  );
}

function claimsById(judged: readonly JudgedPresentation[]): Record<string, JsonObject[]> {
  const claims: Record<string, JsonObject[]> = {};
  for (const { queryId, claims: disclosed } of judged) (claims[queryId] ??= []).push(disclosed);
  return claims;
}

/** Where the wallet sends the user next; holds the response code (OpenID4VP 8.2, 14.3). */
function redirectUri({ config }: VerifierParts, session: Session): string {
  const mark = odd(session.variant, 'redirect-uri-fragment') ? '#' : '?';
  return `${config.base}/done/${session.id}${mark}response_code=${session.responseCode ?? ''}`;
}

/** Answers a response. Steps `presentation-reply` (JsonDraft; extra `base`) and `presentation-reply.bytes`. */
async function reply(context: FlowContext, session: Session, value: Record<string, unknown>): Promise<HttpResponse> {
  const noise = odd(session.variant, 'reply-unknown-members') ? { 'x-unheard-of': { anything: [1, null] } } : {};
  const draft = await context.form<JsonDraft>('presentation-reply', { value: { ...value, ...noise } });
  const bytes = await context.form<BytesDraft>('presentation-reply.bytes', { text: JSON.stringify(draft.value) });
  return answer(context, 'presentation', { ...answerJson(200, {}), body: utf8(bytes.text) });
}
