import { variantId } from '../../../core/contracts/variant.ts';
import { Refusal } from '../../../core/flow.ts';
import { TransportError } from '../../../core/http.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { str } from '../../../protocol/json.ts';
import type { PresentationResult } from '../../contracts.ts';
import { resultOf } from '../issuance/flow.ts';
import { remember } from '../memory.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { CounterpartRefusal, odd, presentationVariant } from '../session.ts';
import { isServiceUrl } from '../url.ts';
import { authenticateVerifier } from './client-id.ts';
import { makeVpToken } from './present.ts';
import { receiveRequest } from './receive.ts';
import { followRedirect, postError, postResponse } from './respond.ts';
import { selectCredentials } from './select.ts';
import type { ReceivedRequest, ResponseKey, Target } from './state.ts';
import { judgeFreshness, judgeParameters, judgeTarget } from './validate.ts';

/** Where an error would go, as far as is known; filled while the request is judged. */
interface Progress {
  received?: ReceivedRequest;
  target?: Target;
  key?: ResponseKey | undefined;
}

/** Answers a presentation request. Never throws for what the verifier did: the result says it. */
export async function present(
  session: Session,
  link: string,
  consent: 'give' | 'decline' | undefined,
): Promise<PresentationResult> {
  const progress: Progress = {};
  try {
    const redirectUri = await answer(
      session,
      link,
      consent ?? presentationVariant(session.config.variant).consent,
      progress,
    );
    return { outcome: 'accepted', ...(await follow(session, redirectUri)) };
  } catch (error) {
    if (!(error instanceof Refusal)) return resultOf(error);
    const redirectUri = await report(session, progress, error);
    const outcome = error.step === 'wallet/consent' ? 'declined-by-user' : 'refused';
    return { outcome, step: error.step, reason: error.message, ...(await follow(session, redirectUri)) };
  }
}

async function answer(
  session: Session,
  link: string,
  consent: 'give' | 'decline' | undefined,
  progress: Progress,
): Promise<string | undefined> {
  const { context } = session;
  const received = await receiveRequest(session, link);
  progress.received = received;
  const client = await authenticateVerifier(session, received);
  await judgeFreshness(session, received);
  const target = await judgeTarget(session, received.parameters, client);
  progress.target = target;
  const request = await judgeParameters(session, received, client, target);
  progress.key = request.responseKey;
  if (odd(session, 'wallet-unavailable')) throw new Refusal('wallet/available', 'wallet_unavailable', 'not available');
  const chosen = await selectCredentials(session, request);
  await context.accept('wallet/consent', () => must(consent !== 'decline', 'the user declined'), {
    code: 'access_denied',
  });
  const token = await makeVpToken(session, request, chosen);
  const redirectUri = await postResponse(session, target, request.responseKey, { vp_token: token });
  const variant = variantId(session.config.variant);
  for (const text of Object.values(token).flat()) remember(session.memory.presentations, { variant, text });
  return redirectUri;
}

/** Steps whose refusal is said to a verifier that could not be authenticated: OpenID4VP 8.5 has codes for them. */
const SAID_EARLY: ReadonlySet<string> = new Set([
  'wallet/request/unknown-prefix',
  'wallet/request/redirect-uri-unsigned',
  'wallet/request/client-metadata',
]);

/** Tells the verifier why it gets nothing, where the response URI is known to be its own. */
async function report(session: Session, progress: Progress, refusal: Refusal): Promise<string | undefined> {
  const target =
    progress.target ?? (SAID_EARLY.has(refusal.step) ? earlyTarget(progress.received?.parameters) : undefined);
  if (target === undefined) return undefined;
  try {
    return await postError(session, target, progress.key, { code: refusal.code, description: refusal.message });
  } catch (error) {
    // The refusal is the result, whatever the verifier makes of it.
    if (error instanceof CounterpartRefusal || error instanceof TransportError) return undefined;
    throw error;
  }
}

function earlyTarget(parameters: JsonObject | undefined): Target | undefined {
  const uri = str(parameters, 'response_uri');
  const direct = str(parameters, 'response_mode')?.startsWith('direct_post') === true;
  return isServiceUrl(uri) && direct ? { uri, encrypted: false, state: str(parameters, 'state') } : undefined;
}

async function follow(session: Session, redirectUri: string | undefined): Promise<{ redirectUri?: string }> {
  if (redirectUri === undefined) return {};
  try {
    await followRedirect(session, redirectUri);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
  return { redirectUri };
}
