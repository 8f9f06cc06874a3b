import type { HttpResponse } from '../../core/http.ts';
import { buildLink } from '../../protocol/links.ts';
import type { BytesDraft, FormDraft } from '../drafts.ts';
import { answerHttp } from './answer.ts';
import type { AuthorizationAsk, Internals } from './state.ts';
import { inSeconds, lifetime, opaque } from './state.ts';

/** Where the browser is sent back to. */
export interface Target {
  readonly redirectUri: string;
  readonly state: string | undefined;
}

/** The redirect back to the client with a code (RFC 6749 4.1.2, RFC 9207). */
export async function answerCode(
  issuer: Internals,
  exchange: 'authorization' | 'login',
  ask: AuthorizationAsk,
  status: 302 | 303,
): Promise<HttpResponse> {
  const code = opaque(issuer, ask.session.variant);
  issuer.state.codes.set(code, { ask, used: false }, inSeconds(issuer, lifetime(issuer, 'code')));
  const parameters: [string, string][] = [['code', code]];
  if (ask.state !== undefined) parameters.push(['state', ask.state]);
  parameters.push(['iss', issuer.urls.base]);
  return redirect(issuer, exchange, 'authorization-response', ask, parameters, status);
}

/** The redirect back to the client with an error (RFC 6749 4.1.2.1, RFC 9207). */
export async function answerRedirectError(
  issuer: Internals,
  exchange: 'authorization' | 'login',
  target: Target,
  refusal: { readonly code: string; readonly message: string },
  status: 302 | 303,
): Promise<HttpResponse> {
  const description = refusal.message.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/gu, '?');
  const parameters: [string, string][] = [
    ['error', refusal.code],
    ['error_description', description],
  ];
  if (target.state !== undefined) parameters.push(['state', target.state]);
  parameters.push(['iss', issuer.urls.base]);
  return redirect(issuer, exchange, 'authorization-error', target, parameters, status);
}

/** Forming steps: the parameters, `.bytes` (the URL), and `authorization-response.http`; the same where a log-in page came in between. */
async function redirect(
  issuer: Internals,
  exchange: 'authorization' | 'login',
  step: 'authorization-response' | 'authorization-error',
  target: Target,
  parameters: [string, string][],
  status: number,
): Promise<HttpResponse> {
  const extras = { base: issuer.urls.base, redirectUri: target.redirectUri };
  const draft: FormDraft = { parameters };
  const formed = await issuer.context.form(step, draft, extras);
  const [uri = '', fragment] = target.redirectUri.split('#', 2);
  const link = buildLink(uri, formed.parameters);
  const bytes: BytesDraft = { text: fragment === undefined ? link : `${link}#${fragment}` };
  const { text } = await issuer.context.form(`${step}.bytes`, bytes, extras);
  return answerHttp(issuer, exchange, {
    status,
    headers: [
      ['Location', text],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
    ],
    body: new Uint8Array(),
  });
}
