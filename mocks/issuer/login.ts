import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { utf8 } from '../../core/http.ts';
import { randomId } from '../../core/ports.ts';
import { plain } from './answer.ts';
import { answerCode, answerRedirectError } from './redirect.ts';
import { formOf } from './request.ts';
import type { AuthorizationAsk, Internals } from './state.ts';
import { inSeconds, lifetime } from './state.ts';

/** A page with two buttons: the user's consent. */
export function loginPage(issuer: Internals, ask: AuthorizationAsk): HttpResponse {
  const id = randomId(issuer.context.ports.random);
  issuer.state.logins.set(id, ask, inSeconds(issuer, lifetime(issuer, 'code')));
  const names = [...ask.scoped, ...ask.detailed].map((name) => `<li>${escape(name)}</li>`).join('');
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mock issuer · 模擬發行者</title><h1>Mock issuer · 模擬發行者</h1><p>${escape(ask.clientId)} asks for · 請求取得：</p><ul>${names}</ul>
<form method="post" action="${escape(issuer.urls.login)}"><input type="hidden" name="request" value="${id}">
<button name="decision" value="approve">Approve · 同意</button> <button name="decision" value="deny">Deny · 拒絕</button></form></html>`;
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['Content-Security-Policy', "default-src 'none'"],
      ['X-Frame-Options', 'DENY'],
    ],
    body: utf8(page),
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What the buttons of the log-in page send. */
export async function handleLogin(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const form = formOf(request.body);
  const id = form.get('request') ?? '';
  const ask = issuer.state.logins.get(id);
  if (ask === undefined || issuer.state.logins.expired(id)) return plain(400, 'This log-in is over. · 此登入已結束。');
  issuer.state.logins.delete(id);
  if (form.get('decision') === 'approve') return answerCode(issuer, 'login', ask, 303);
  const denied = { code: 'access_denied', message: 'the user said no' };
  return answerRedirectError(issuer, 'login', ask, denied, 303);
}
