import type { FlowContext } from '../../core/flow.ts';
import type { HttpRequest } from '../../core/http.ts';
import { fromUtf8, mediaType } from '../../core/http.ts';
import { decryptCompact, readJweHeader } from '../../protocol/jose/jwe.ts';
import type { EncryptionKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, member, readJson, setOwn, str } from '../../protocol/json.ts';
import type { FormReading } from '../../protocol/oauth.ts';
import { param, readForm, readOAuthError } from '../../protocol/oauth.ts';
import { quote } from '../../protocol/read-error.ts';
import { encValues } from './metadata.ts';
import type { Session, Sessions } from './session.ts';

/** A response body is at most this large: photographs in credentials fit, floods do not. */
const MAX_BODY = 5 * 1024 * 1024;

/** An authorization response as it was read, before anything in it is judged. Reading never throws. */
export interface ResponseReading {
  readonly form: FormReading;
  /** Compact JWE of the form parameter `response`. */
  readonly jwe: string | undefined;
  /** Response parameters: the JWE's plaintext, or the form's parameters with `vp_token` as JSON. */
  readonly payload: JsonObject;
  /** Why the JWE could not be opened with the key of the request. */
  readonly sealed: string | undefined;
}

/** Reads a response, decrypting with `key` where it is encrypted; `kid` is what the key was offered under. */
export function readResponse(
  request: HttpRequest,
  key: EncryptionKey | undefined,
  kid: string | undefined,
): ResponseReading {
  const form = readForm(request.body.length > MAX_BODY ? '' : fromUtf8(request.body));
  const jwe = param(form, 'response');
  if (jwe === undefined) return { form, jwe, payload: plainPayload(form), sealed: undefined };
  return { form, jwe, ...openJwe(jwe, key, kid) };
}

function plainPayload(form: FormReading): JsonObject {
  const payload: Record<string, unknown> = {};
  for (const [name, value] of form.parameters) setOwn(payload, name, value);
  const token = param(form, 'vp_token');
  if (token === undefined) return payload;
  const json = readJson(token);
  // What is not clean JSON stays a text, and the shape is refused.
  if (json.errors.length === 0) setOwn(payload, 'vp_token', json.value);
  return payload;
}

/**
 * Opens a JWE and says what is wrong with it (OpenID4VP 8.3): `kid` and `alg` as in the JWK, an unsigned JSON object inside. The content is read as far as it
 * can be, so that a verifier that leaves these rules out has something to go on with.
 */
function openJwe(
  jwe: string,
  key: EncryptionKey | undefined,
  kid: string | undefined,
): Pick<ResponseReading, 'payload' | 'sealed'> {
  if (key === undefined) return { payload: {}, sealed: 'no key was offered for encryption' };
  const { header, errors } = readJweHeader(jwe);
  const opened = decryptCompact(jwe, key.privateJwk, { maxBytes: MAX_BODY });
  const json = opened.ok ? readJson(opened.plaintext) : undefined;
  const payload = isObject(json?.value) ? json.value : {};
  const problem = (): string | undefined => {
    const stated = member(header, 'kid');
    if (errors[0] !== undefined) return errors[0].message.en;
    if (kid !== undefined && stated !== kid) return `kid ${quote(stated)} is not the one of the key that was offered`;
    if (member(header, 'alg') !== key.alg) return `alg ${quote(member(header, 'alg'))} is not the one of the key`;
    if (!opened.ok) return opened.errors.at(-1)?.message.en ?? 'decryption failed';
    if (json === undefined || json.errors.length > 0) return json?.errors[0]?.message.en ?? 'no JSON';
    return isObject(json.value) ? undefined : 'the decrypted content is no JSON object';
  };
  return { payload, sealed: problem() };
}

/** Finds the transaction of a response: by its path, by `state`, or by the `state` inside the JWE. */
export function locate(sessions: Sessions, id: string | undefined, reading: ResponseReading): Session | undefined {
  if (id !== undefined) return sessions.byId(id);
  const state = str(reading.payload, 'state');
  return state === undefined ? undefined : sessions.byState(state);
}

/** Judges that a response is one to this request, and opened (steps `verifier/response/*` up to the shape). Throws Refusal. */
export async function judgeEnvelope(
  context: FlowContext,
  session: Session,
  reading: ResponseReading,
  now: number,
): Promise<void> {
  const { form, jwe, payload, sealed } = reading;
  const expected = session.sent?.state;
  await context.accept('verifier/response/reuse', () => {
    if (session.result.status === 'accepted' || session.result.status === 'declined-by-user') {
      throw new Error('this transaction has had its response');
    }
  });
  await context.accept('verifier/response/expiry', () => {
    if (now > session.expiresAt) throw new Error('the request has expired');
  });
  await context.accept('verifier/response/encrypted', () => {
    if ((session.sent?.responseMode ?? session.variant.responseMode) === 'direct_post') {
      if (jwe !== undefined) throw new Error('an encrypted response was not asked for');
      return;
    }
    // A wallet that cannot encrypt may send an error in clear (OpenID4VP 8.3.1).
    if (jwe === undefined && param(form, 'error') === undefined) throw new Error('the response is not encrypted');
  });
  if (jwe !== undefined) {
    await context.accept('verifier/response/decrypt', () => {
      if (sealed !== undefined) throw new Error(sealed);
    });
    await context.accept('verifier/response/encryption-enc', () => {
      const enc = str(readJweHeader(jwe).header, 'enc') ?? '';
      if (!encValues(session.variant).includes(enc)) throw new Error(`enc ${quote(enc)} was not offered`);
    });
  }
  await context.accept('verifier/response/transaction', () => {
    const state = member(payload, 'state');
    if (expected !== undefined && state !== expected)
      throw new Error(`state ${quote(state)} is not the one of this request`);
  });
}

/** Judges that the request carries a form that can be read (`verifier/response/media-type`, `…/shape` for the form itself). */
export async function judgeForm(context: FlowContext, request: HttpRequest, reading: ResponseReading): Promise<void> {
  await context.accept('verifier/response/media-type', () => {
    const type = mediaType(request.headers);
    if (type !== 'application/x-www-form-urlencoded') throw new Error(`content type ${quote(type)} is no form`);
  });
  await context.accept('verifier/response/form', () => {
    if (request.body.length > MAX_BODY) throw new Error('the response is too large');
    const [error] = reading.form.errors;
    if (error !== undefined) throw new Error(error.message.en);
  });
}

/** The error of an authorization error response (OpenID4VP 8.5), judged by `verifier/response/error`; undefined if it is none. */
export async function walletError(context: FlowContext, payload: JsonObject): Promise<string | undefined> {
  if (!Object.hasOwn(payload, 'error')) return undefined;
  const reading = readOAuthError(payload);
  await context.accept('verifier/response/error', () => {
    const [error] = reading.errors;
    if (error !== undefined) throw new Error(error.message.en);
    if (Object.hasOwn(payload, 'vp_token')) throw new Error('an error and a vp_token at once');
  });
  return reading.error ?? 'unknown';
}
