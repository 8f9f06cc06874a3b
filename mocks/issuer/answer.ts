import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { Refusal } from '../../core/flow.ts';
import type { HttpResponse } from '../../core/http.ts';
import { fromUtf8, utf8 } from '../../core/http.ts';
import type { ExchangeName } from '../../core/kinds.ts';
import type { BytesDraft, JsonDraft, ResponseDraft } from '../drafts.ts';
import { jsonText, jsonType, withOddities } from './oddities.ts';
import type { Internals } from './state.ts';

export type Header = [name: string, value: string];

export type Extras = Readonly<Record<string, unknown>>;

const NO_STORE: Header = ['Cache-Control', 'no-store'];

/** A JSON answer on its way: content, serialised form, HTTP response; each is a forming step. */
export interface JsonAnswer {
  readonly exchange: ExchangeName;
  /** Forming step of the content: `token-response`. */
  readonly step: string;
  readonly status?: number;
  readonly value: Record<string, unknown>;
  readonly headers?: readonly Header[];
  readonly variant: IssuanceVariant;
  readonly extras?: Extras;
}

/** Forms a JSON answer. Never cached: a fault in it must not outlive its flow. */
export async function answerJson(issuer: Internals, answer: JsonAnswer): Promise<HttpResponse> {
  const { context } = issuer;
  const extras = answer.extras ?? {};
  const content: JsonDraft = { value: withOddities(answer.variant, answer.value) };
  const { value } = await context.form(answer.step, content, extras);
  const bytes: BytesDraft = { text: jsonText(answer.variant, value) };
  const { text } = await context.form(`${answer.step}.bytes`, bytes, extras);
  return answerHttp(
    issuer,
    answer.exchange,
    {
      status: answer.status ?? 200,
      headers: [['Content-Type', jsonType(answer.variant)], NO_STORE, ...(answer.headers ?? [])],
      body: utf8(text),
    },
    extras,
  );
}

/** Last step of every success: the whole response. */
export async function answerHttp(
  issuer: Internals,
  exchange: ExchangeName,
  response: ResponseDraft,
  extras: Extras = {},
): Promise<HttpResponse> {
  return issuer.context.form(`${exchange}-response.http`, response, extras);
}

/** A text answer that has been formed before (JWT, JWE). */
export async function answerText(
  issuer: Internals,
  exchange: ExchangeName,
  text: string,
  type: string,
  options: { readonly status?: number; readonly headers?: readonly Header[]; readonly extras?: Extras } = {},
): Promise<HttpResponse> {
  const headers: Header[] = [['Content-Type', type], NO_STORE, ...(options.headers ?? [])];
  const response: ResponseDraft = { status: options.status ?? 200, headers, body: utf8(text) };
  return answerHttp(issuer, exchange, response, options.extras);
}

/** Only what RFC 6749 5.2 and OpenID4VCI 8.3.1.2 allow in `error_description`. */
function described(reason: string): string {
  return reason
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7E]/gu, '?')
    .slice(0, 300);
}

/** A JSON error answer: forming steps `<exchange>-error`, `.bytes`, `<exchange>-error.http`. */
export async function answerError(
  issuer: Internals,
  exchange: ExchangeName,
  refusal: Refusal,
  headers: readonly Header[] = [],
): Promise<HttpResponse> {
  const { context, config } = issuer;
  const step = `${exchange}-error`;
  const draft: JsonDraft = { value: { error: refusal.code, error_description: described(refusal.message) } };
  const { value } = await context.form(step, draft, { refusal });
  const { text } = await context.form<BytesDraft>(`${step}.bytes`, { text: jsonText(config.variant, value) });
  const response: ResponseDraft = {
    status: refusal.status,
    headers: [['Content-Type', jsonType(config.variant)], NO_STORE, ...headers],
    body: utf8(text),
  };
  return context.form(`${step}.http`, response, { refusal });
}

/** An error answer of a protected resource (RFC 6750 3, RFC 9449 7.1). Without any access token, no error code and no body. */
export async function answerChallenge(
  issuer: Internals,
  exchange: ExchangeName,
  refusal: Refusal,
  challenge: { readonly scheme: 'Bearer' | 'DPoP'; readonly bare: boolean; readonly headers?: readonly Header[] },
): Promise<HttpResponse> {
  const algs = `algs="${DPOP_ALGS.join(' ')}"`;
  if (challenge.bare) {
    const response: ResponseDraft = {
      status: refusal.status,
      headers: [NO_STORE, ['WWW-Authenticate', `Bearer, DPoP ${algs}`]],
      body: new Uint8Array(),
    };
    return issuer.context.form(`${exchange}-error.http`, response, { refusal });
  }
  const parameters = [`error="${refusal.code}"`, `error_description="${described(refusal.message)}"`];
  if (challenge.scheme === 'DPoP') parameters.push(algs);
  return answerError(issuer, exchange, refusal, [
    ['WWW-Authenticate', `${challenge.scheme} ${parameters.join(', ')}`],
    ...(challenge.headers ?? []),
  ]);
}

/** Algorithms for DPoP proofs. */
export const DPOP_ALGS: readonly string[] = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];

/** A plain answer that belongs to no protocol message: unknown path, wrong method, a page that tells the user what is wrong. */
export function plain(status: number, message: string, headers: readonly Header[] = []): HttpResponse {
  return {
    status,
    headers: [['Content-Type', 'text/plain; charset=utf-8'], NO_STORE, ...headers],
    body: utf8(`${message}\n`),
  };
}

/** Text of a request body. */
export function bodyText(body: Uint8Array): string {
  return fromUtf8(body);
}
