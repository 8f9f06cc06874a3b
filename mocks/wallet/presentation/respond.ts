import { variantId } from '../../../core/contracts/variant.ts';
import type { HeaderList, HttpResponse } from '../../../core/http.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { encryptCompact } from '../../../protocol/jose/jwe.ts';
import { generateEncryptionKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { str } from '../../../protocol/json.ts';
import type { BytesDraft, FormDraft, JsonDraft } from '../../drafts.ts';
import { remember, takenBefore } from '../memory.ts';
import { FORM_TYPE, jsonBody, requireSuccess, reversed, send } from '../send.ts';
import type { Session } from '../session.ts';
import { CounterpartRefusal, odd } from '../session.ts';
import { parseUrl } from '../url.ts';
import type { ResponseKey, Target } from './state.ts';

/** A response before it is encrypted; draft of step `encrypted-presentation-response`. */
export interface EncryptionDraft {
  header: Record<string, unknown>;
  recipient: JsonObject;
  plaintext: string;
}

/**
 * Posts the authorization response (OpenID4VP 8.2, 8.3.1) and returns the verifier's redirect_uri, if any. Steps: `presentation-payload` (JsonDraft: the response
 * parameters) and `.bytes` (the plaintext of an encrypted one), `encrypted-presentation-response` (EncryptionDraft) and `.bytes` (the JWE),
 * `presentation-response` (FormDraft; extras: `payload`, `earlierResponse`) and `.bytes`. Throws TransportError, CounterpartRefusal.
 */
export async function postResponse(
  session: Session,
  target: Target,
  key: ResponseKey | undefined,
  parameters: Record<string, unknown>,
): Promise<string | undefined> {
  const { context, memory, config } = session;
  const variant = variantId(config.variant);
  const stated: Record<string, unknown> = {
    ...parameters,
    ...(target.state === undefined ? {} : { state: target.state }),
    ...(odd(session, 'unknown-members') ? { touchstone_note: 'to be ignored' } : {}),
  };
  const ordered = odd(session, 'member-order') ? reversed(stated) : stated;
  const payload: JsonDraft = await context.form('presentation-payload', { value: ordered }, { state: target.state });
  const spaces = odd(session, 'spaced-json') ? 2 : undefined;
  const plaintext =
    key === undefined
      ? undefined
      : (await context.form('presentation-payload.bytes', { text: JSON.stringify(payload.value, null, spaces) })).text;
  const fields: [string, string][] =
    key === undefined || plaintext === undefined
      ? formFields(payload.value)
      : [['response', await encrypt(session, key, plaintext)]];
  const extras = {
    payload: payload.value,
    fields: formFields(payload.value),
    earlierResponse: takenBefore(memory.responses, variant),
  };
  const form: FormDraft = await context.form('presentation-response', { parameters: fields }, extras);
  const bytes: BytesDraft = await context.form(
    'presentation-response.bytes',
    { text: new URLSearchParams(form.parameters).toString() },
    extras,
  );
  const response = await post(session, target.uri, bytes.text);
  if (plaintext !== undefined) record(session, plaintext);
  const redirectUri = readReply(response);
  remember(memory.responses, { variant, text: bytes.text });
  return redirectUri;
}

/** Parameters of a form: objects and arrays as JSON (OpenID4VP 8.1, 5.1). */
function formFields(payload: JsonObject): [string, string][] {
  return Object.entries(payload).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

async function encrypt(session: Session, key: ResponseKey, plaintext: string): Promise<string> {
  const { context } = session;
  const draft: EncryptionDraft = await context.form(
    'encrypted-presentation-response',
    { header: encryptionHeader(session, key), recipient: key.jwk, plaintext },
    { otherKey: generateEncryptionKey('ECDH-ES', context.ports.random).publicJwk },
  );
  const jwe = encryptCompact({ ...draft, random: context.ports.random });
  return (await context.form('encrypted-presentation-response.bytes', { text: jwe })).text;
}

function encryptionHeader(session: Session, key: ResponseKey): Record<string, unknown> {
  const { random } = session.context.ports;
  const kid = str(key.jwk, 'kid');
  const header: Record<string, unknown> = { alg: key.alg, enc: key.enc, ...(kid === undefined ? {} : { kid }) };
  if (odd(session, 'jwe-extra-header')) Object.assign(header, { cty: 'json', touchstone_note: 'to be ignored' });
  if (odd(session, 'jwe-apu-apv') && key.alg.startsWith('ECDH-ES'))
    Object.assign(header, { apu: base64url(random.bytes(16)), apv: base64url(random.bytes(32)) });
  return odd(session, 'member-order') ? reversed(header) : header;
}

/** What was encrypted to the verifier cannot be read by anybody else; the trace keeps the plaintext beside it. */
function record(session: Session, plaintext: string): void {
  session.context.trace.message({
    kind: 'presentation-payload',
    sender: 'wallet',
    receiver: 'verifier',
    channel: 'http',
    body: plaintext,
  });
}

function post(session: Session, uri: string, body: string): Promise<HttpResponse> {
  const [name, type] = FORM_TYPE;
  const formType: HeaderList[number] = odd(session, 'content-type-parameters')
    ? [name, `${type}; charset=UTF-8`]
    : FORM_TYPE;
  return send(session, {
    exchange: 'presentation',
    to: 'verifier',
    method: 'POST',
    url: uri,
    headers: [formType, ['accept', 'application/json']],
    body,
  });
}

/** Success is 200; a redirect is not followed but an error (OpenID4VP 14.8). */
function readReply(response: HttpResponse): string | undefined {
  requireSuccess('presentation', response);
  if (response.status >= 300) throw new CounterpartRefusal('presentation', response.status, undefined, 'a redirect');
  const uri = str(jsonBody(response), 'redirect_uri');
  return parseUrl(uri) === undefined ? undefined : uri;
}

/**
 * Posts an authorization error response (OpenID4VP 8.5), encrypted where that was asked for and is possible. The description tells the verifier about its request, and
 * nothing about what the wallet holds. Step `presentation-error` (FormDraft).
 */
export async function postError(
  session: Session,
  target: Target,
  key: ResponseKey | undefined,
  error: { readonly code: string; readonly description: string },
): Promise<string | undefined> {
  const quiet = error.code === 'access_denied' || error.code === 'wallet_unavailable';
  const parameters: Record<string, string> = {
    error: error.code,
    ...(quiet ? {} : { error_description: ascii(error.description) }),
    ...(target.state === undefined ? {} : { state: target.state }),
  };
  const fields: [string, string][] =
    key === undefined
      ? formFields(parameters)
      : [['response', await encrypt(session, key, JSON.stringify(parameters))]];
  const form: FormDraft = await session.context.form('presentation-error', { parameters: fields }, { parameters });
  const response = await post(session, target.uri, new URLSearchParams(form.parameters).toString());
  if (key !== undefined) record(session, JSON.stringify(parameters));
  return readReply(response);
}

/** Characters that error_description may have (RFC 6749 4.1.2.1). */
function ascii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|["\\]/gu, "'").slice(0, 200);
}

/** Draft of step `redirect-uri-request`: where the browser goes; undefined keeps it here. */
export interface RedirectDraft {
  url: string | undefined;
}

/** Sends the user's browser where the verifier wants it (OpenID4VP 8.2). What the page answers is not the wallet's affair. */
export async function followRedirect(session: Session, redirectUri: string): Promise<void> {
  const draft = await session.context.form<RedirectDraft>('redirect-uri-request', { url: redirectUri });
  const url = parseUrl(draft.url);
  // Another scheme opens an app: there is nothing to send.
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return;
  url.hash = '';
  await send(session, { exchange: 'redirect-uri', from: 'user', to: 'relying-party', url: url.href });
}
