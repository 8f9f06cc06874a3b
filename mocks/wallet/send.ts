import type { HeaderList, HttpResponse } from '../../core/http.ts';
import { TransportError, fromUtf8, header, mediaType, utf8 } from '../../core/http.ts';
import type { ExchangeName, Party } from '../../core/kinds.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, readJson, str } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft, RequestDraft } from '../drafts.ts';
import { CounterpartRefusal, odd } from './session.ts';
import type { Session } from './session.ts';

/** Names of values that a step offers to faults, documented at the step. */
export type Extras = Readonly<Record<string, unknown>>;

/** Forms a JWT: step `<step>` (JwtDraft), then `<step>.bytes` (BytesDraft). `also` are finer steps between the two. */
export async function makeJwt(
  session: Session,
  step: string,
  draft: JwtDraft,
  extras: Extras = {},
  also: readonly string[] = [],
): Promise<string> {
  const shaped: JwtDraft = odd(session, 'unknown-members')
    ? { ...draft, payload: { ...draft.payload, touchstone_note: 'an unknown member, to be ignored' } }
    : draft;
  let content: JwtDraft = odd(session, 'member-order')
    ? { ...shaped, header: reversed(shaped.header), payload: reversed(shaped.payload) }
    : shaped;
  for (const name of [step, ...also]) content = await session.context.form(name, content, extras);
  const bytes: BytesDraft = { text: signCompact(content) };
  return (await session.context.form(`${step}.bytes`, bytes, { ...extras, draft: content })).text;
}

/** The same members in the opposite order: JSON objects have none (RFC 8259 4). */
export function reversed(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).toReversed());
}

/** Forms a JSON body: step `<step>` (JsonDraft), then `<step>.bytes`. */
export async function makeJson(
  session: Session,
  step: string,
  value: Record<string, unknown>,
  extras: Extras = {},
): Promise<string> {
  const noted = odd(session, 'unknown-members') ? { ...value, touchstone_note: 'to be ignored' } : value;
  const ordered = odd(session, 'member-order') ? reversed(noted) : noted;
  const draft: JsonDraft = await session.context.form(step, { value: ordered }, extras);
  const bytes: BytesDraft = { text: JSON.stringify(draft.value) };
  return (await session.context.form(`${step}.bytes`, bytes, extras)).text;
}

/** Forms a form-encoded body or query: step `<step>` (FormDraft), then `<step>.bytes`. */
export async function makeForm(
  session: Session,
  step: string,
  parameters: [string, string][],
  extras: Extras = {},
): Promise<string> {
  const noted: [string, string][] = odd(session, 'unknown-members')
    ? [...parameters, ['touchstone_note', 'to be ignored']]
    : parameters;
  const ordered = odd(session, 'member-order') ? noted.toReversed() : noted;
  const draft: FormDraft = await session.context.form(step, { parameters: ordered }, extras);
  const bytes: BytesDraft = { text: new URLSearchParams(draft.parameters).toString() };
  return (await session.context.form(`${step}.bytes`, bytes, extras)).text;
}

export interface Outgoing {
  readonly exchange: ExchangeName;
  readonly from?: Party;
  readonly to: Party;
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: HeaderList;
  readonly body?: string;
  readonly extras?: Extras;
}

/** How long to wait is the client's to know: a configuration may say. */
const LIMITS = { maxBytes: 10 * 1024 * 1024 };

/** Sends one HTTP request: step `<exchange>.http` (RequestDraft), last before it leaves. Does not follow redirects. Throws TransportError. */
export async function send(session: Session, out: Outgoing): Promise<HttpResponse> {
  requireEndpoint(out.exchange, out.url);
  const straight: RequestDraft = {
    method: out.method ?? (out.body === undefined ? 'GET' : 'POST'),
    url: out.url,
    headers: [...(out.headers ?? [])].map(([name, value]) => [name, value]),
    body: utf8(out.body ?? ''),
  };
  const request = await session.context.form(`${out.exchange}.http`, straight, out.extras ?? {});
  return session.context.call({
    exchange: out.exchange,
    from: out.from ?? 'wallet',
    to: out.to,
    request,
    limits: LIMITS,
  });
}

/** The same for a document that a credential refers to: undefined where its host cannot be reached, which does not end the flow by itself. */
export async function sendAside(session: Session, out: Outgoing): Promise<HttpResponse | undefined> {
  try {
    return await send(session, out);
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}

/** Without an endpoint the flow ends here, also where the step that demands one is left out. */
export function requireEndpoint(exchange: ExchangeName, url: string): void {
  if (!URL.canParse(url)) throw new CounterpartRefusal(exchange, 0, undefined, 'there is no endpoint to send this to');
}

export const FORM_TYPE = ['content-type', 'application/x-www-form-urlencoded'] as const;
export const JSON_TYPE = ['content-type', 'application/json'] as const;

/** Body of an answer as a JSON object; undefined if it is none. */
export function jsonBody(response: HttpResponse): JsonObject | undefined {
  const { value } = readJson(response.body, { maxDepth: 32 });
  return isObject(value) ? value : undefined;
}

/** Body of an answer as text. */
export function textBody(response: HttpResponse): string {
  return fromUtf8(response.body);
}

/** True for 2xx. */
export function isSuccess(response: HttpResponse): boolean {
  return response.status >= 200 && response.status <= 299;
}

/** OAuth error code of an answer: from a JSON body, else from WWW-Authenticate (RFC 6749 5.2, RFC 6750 3). */
export function errorCode(response: HttpResponse): string | undefined {
  const fromBody = str(jsonBody(response), 'error');
  if (fromBody !== undefined) return fromBody;
  const challenge = header(response.headers, 'www-authenticate');
  return challenge === undefined ? undefined : /\berror="?([^",\s]+)"?/iu.exec(challenge.slice(0, 4000))?.[1];
}

/** Throws CounterpartRefusal unless the answer is 2xx. */
export function requireSuccess(exchange: string, response: HttpResponse): void {
  if (isSuccess(response)) return;
  const code = errorCode(response);
  const description = str(jsonBody(response), 'error_description');
  const parts = [`status ${response.status}`, code, description].filter((part) => part !== undefined);
  throw new CounterpartRefusal(exchange, response.status, code, quote(parts.join(', '), 200));
}

/** Media type of an answer, lower case, without parameters; empty if absent. */
export function typeOf(response: HttpResponse): string {
  return mediaType(response.headers) ?? '';
}

/** Throws with a reason unless the condition holds: the body of most acceptance steps. */
export function must(condition: boolean, reason: string): void {
  if (!condition) throw new Error(reason);
}
