import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { answerError, answerJson, plain } from './answer.ts';
import { loginPage } from './login.ts';
import { answerCode, answerRedirectError } from './redirect.ts';
import type { Target } from './redirect.ts';
import { acceptClient } from './client-auth.ts';
import { readDetails } from './details.ts';
import { acceptDpop, dpopNonceHeader } from './dpop.ts';
import type { Form } from './request.ts';
import { acceptForm, formOf, queryForm } from './request.ts';
import type { AuthorizationAsk, Internals, Session } from './state.ts';
import { configurations, inSeconds, offeredIds, opaque, sessionWithoutOffer } from './state.ts';
import { acceptanceStep } from './step.ts';

const BOTH = (rule: string, en: string, zh: string, ...requirements: string[]) => [
  acceptanceStep(`par/${rule}`, `Pushed request: ${en}`, `推送請求：${zh}`, ...requirements),
  acceptanceStep(`authorization/${rule}`, `Authorization request: ${en}`, `授權請求：${zh}`, ...requirements),
];

export const AUTHORIZATION_STEPS = [
  acceptanceStep(
    'par/form',
    'The pushed request is a form without repeated parameters',
    '推送請求為沒有重複參數的表單',
    'OID4VCI-5.1-1',
  ),
  acceptanceStep('par/request-uri', 'A pushed request has no request_uri itself', '推送請求本身不含 request_uri'),
  ...BOTH(
    'redirect-uri',
    'redirect_uri is an absolute URI without fragment',
    'redirect_uri 為不含片段的絕對 URI',
    'OID4VCI-5.1-1',
    'OID4VCI-5.3-2',
  ),
  ...BOTH('response-type', 'response_type is code', 'response_type 為 code', 'OID4VCI-5.1-1'),
  ...BOTH(
    'pkce',
    'a PKCE challenge with method S256 is there',
    '含有 S256 方法的 PKCE 挑戰值',
    'OID4VCI-5-2',
    'HAIP-4-6',
  ),
  acceptanceStep(
    'authorization/form',
    'The authorization request has no repeated parameters',
    '授權請求沒有重複的參數',
    'OID4VCI-5.1-1',
  ),
  acceptanceStep(
    'authorization/request-uri',
    'request_uri is one that was handed out and is still valid',
    'request_uri 為曾發出且仍有效者',
  ),
  acceptanceStep(
    'authorization/client',
    'client_id is there, and the one of the pushed request',
    '有 client_id，且與推送請求相同',
    'OID4VCI-5.3-2',
  ),
  acceptanceStep(
    'authorization/scope',
    'A scope or authorization detail of this issuer is asked for',
    '請求了本發行者的 scope 或授權細節',
    'OID4VCI-5.1-2',
  ),
  acceptanceStep(
    'authorization/details',
    'authorization_details is well-formed and names known configurations',
    'authorization_details 格式正確並指明已知的組態',
    'OID4VCI-5.1.1-2',
    'OID4VCI-5.1.1-3',
    'OID4VCI-5.1.1-4',
    'OID4VCI-5.1.1-5',
    'OID4VCI-5.1.1-6',
    'OID4VCI-5.1.1-9',
    'OID4VCI-B.3-1',
  ),
  acceptanceStep(
    'authorization/issuer-state',
    'issuer_state, where sent, came from this issuer',
    '若有 issuer_state，係由本發行者提供',
    'OID4VCI-4.1.1-12',
    'OID4VCI-5.1.3-1',
  ),
];

/** Seconds that a request_uri is good for (RFC 9126 2.2). */
const REQUEST_URI_LIFETIME = 90;

/** Pushed authorization request endpoint (RFC 9126). */
export async function handlePar(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { context, config, state, urls } = issuer;
  try {
    const form = await acceptForm(issuer, request, 'par');
    const session = state.byIssuerState.get(form.get('issuer_state'));
    const variant = session?.variant ?? config.variant;
    const clientId = await acceptClient(issuer, request, form, 'par', variant.clientAuthentication);
    await context.accept('issuer/par/request-uri', () => {
      if (form.get('request_uri') !== undefined) throw new Error('request_uri in a pushed request');
    });
    // A proof here binds the code (RFC 9449 10.1); it is never demanded.
    const jkt = await acceptDpop(issuer, {
      request,
      url: urls.par,
      at: 'authorization-server',
      required: false,
      nonce: variant.dpopNonce === true,
      boundTo: form.get('dpop_jkt'),
    });
    await acceptRedirectUri(issuer, form, 'par');
    const ask = await acceptAsk(issuer, form, 'par', clientId ?? '', jkt);
    const requestUri = `urn:ietf:params:oauth:request_uri:${opaque(issuer, variant)}`;
    state.pushed.set(requestUri, ask, inSeconds(issuer, REQUEST_URI_LIFETIME));
    return await answerJson(issuer, {
      exchange: 'par',
      step: 'par-response',
      status: 201,
      value: { request_uri: requestUri, expires_in: REQUEST_URI_LIFETIME },
      variant,
      headers: variant.dpopNonce === true ? [dpopNonceHeader(issuer)] : [],
      extras: { base: urls.base },
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answerError(issuer, 'par', error, error.code === 'use_dpop_nonce' ? [dpopNonceHeader(issuer)] : []);
  }
}

/** Authorization endpoint: redirects back with a code at once, or shows the log-in page. */
export async function handleAuthorization(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { context, config, state } = issuer;
  const form = request.method === 'POST' ? formOf(request.body) : queryForm(request);
  let target: Target | undefined;
  try {
    await context.accept('issuer/authorization/form', () => {
      if (form.fault !== undefined) throw new Error(form.fault);
    });
    const requestUri = form.get('request_uri');
    let ask: AuthorizationAsk;
    const clientId = form.get('client_id');
    if (requestUri === undefined) {
      if (config.variant.par === true) {
        await context.accept('issuer/authorization/request-uri', () => {
          throw new Error('the metadata demands a pushed request');
        });
      }
      await context.accept('issuer/authorization/client', () => {
        if (clientId === undefined) throw new Error('client_id is missing');
      });
      await acceptRedirectUri(issuer, form, 'authorization');
      target = { redirectUri: form.get('redirect_uri') ?? '', state: form.get('state') };
      ask = await acceptAsk(issuer, form, 'authorization', clientId ?? '', undefined);
    } else {
      const pushed = state.pushed.get(requestUri);
      await context.accept('issuer/authorization/request-uri', () => {
        if (pushed === undefined) throw new Error('request_uri is unknown');
        if (state.pushed.expired(requestUri)) throw new Error('request_uri has expired');
      });
      ask =
        pushed ?? state.pushed.last() ?? (await acceptAsk(issuer, form, 'authorization', clientId ?? '', undefined));
      await context.accept('issuer/authorization/client', () => {
        if (ask.clientId !== '' && clientId !== ask.clientId)
          throw new Error('client_id is not the one of the pushed request');
      });
      target = { redirectUri: ask.redirectUri, state: ask.state };
    }
    if (config.autoApprove === false) return loginPage(issuer, ask);
    return await answerCode(issuer, 'authorization', ask, 302);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Without a redirect URI that can be relied on, only the user can be told (RFC 6749 4.1.2.1).
    if (target === undefined || !URL.canParse(target.redirectUri)) return plain(400, `${error.code}: ${error.message}`);
    return answerRedirectError(issuer, 'authorization', target, error, 302);
  }
}

async function acceptRedirectUri(issuer: Internals, form: Form, prefix: 'par' | 'authorization'): Promise<void> {
  await issuer.context.accept(`issuer/${prefix}/redirect-uri`, () => {
    const uri = form.get('redirect_uri');
    if (uri === undefined) throw new Error('redirect_uri is missing');
    if (!URL.canParse(uri)) throw new Error('redirect_uri is no absolute URI');
    if (uri.includes('#')) throw new Error('redirect_uri has a fragment');
    if (/^(javascript|data|vbscript|file|blob):/iu.test(uri)) throw new Error('redirect_uri has a dangerous scheme');
  });
}

/** Judges what a client asks for; the same rules at both endpoints. */
async function acceptAsk(
  issuer: Internals,
  form: Form,
  prefix: 'par' | 'authorization',
  clientId: string,
  jkt: string | undefined,
): Promise<AuthorizationAsk> {
  await issuer.context.accept(
    `issuer/${prefix}/response-type`,
    () => {
      const type = form.get('response_type');
      if (type === 'code') return;
      const step = `issuer/${prefix}/response-type`;
      if (type === undefined) throw new Refusal(step, 'invalid_request', 'response_type is missing');
      throw new Error('response_type is not code');
    },
    { code: 'unsupported_response_type' },
  );
  const codeChallenge = form.get('code_challenge');
  await issuer.context.accept(`issuer/${prefix}/pkce`, () => {
    if (codeChallenge === undefined) throw new Error('code_challenge is missing');
    if (form.get('code_challenge_method') !== 'S256') throw new Error('code_challenge_method is not S256');
    if (!/^[A-Za-z0-9_-]{43}$/u.test(codeChallenge)) throw new Error('code_challenge is no SHA-256 in base64url');
  });
  const details = readDetails(issuer, form.get('authorization_details'));
  const scopes = (form.get('scope') ?? '').split(' ');
  // Each scope value for itself; unknown ones are ignored; the detail prevails for the same type (OpenID4VCI 5.1.2).
  const scoped = configurations(issuer)
    .filter((entry) => entry.scope !== undefined && scopes.includes(entry.scope))
    .map((entry) => entry.id)
    .filter((id) => !details.configurations.includes(id));
  await issuer.context.accept(
    'issuer/authorization/details',
    () => {
      if (details.fault !== undefined) throw new Error(details.fault);
    },
    { code: 'invalid_authorization_details' },
  );
  await issuer.context.accept(
    'issuer/authorization/scope',
    () => {
      // Malformed details are the business of the step before.
      const asked = scoped.length > 0 || form.get('authorization_details') !== undefined;
      if (!asked) throw new Error('neither a scope nor an authorization detail of this issuer');
    },
    { code: 'invalid_scope' },
  );
  const issuerState = form.get('issuer_state');
  const offered: Session | undefined = issuer.state.byIssuerState.get(issuerState);
  await issuer.context.accept('issuer/authorization/issuer-state', () => {
    if (issuerState === undefined) return;
    if (offered === undefined) throw new Error('issuer_state is unknown');
    if (issuer.state.byIssuerState.expired(issuerState)) throw new Error('the offer has expired');
  });
  const session = offered ?? sessionWithoutOffer(issuer, offeredIds(issuer));
  // Details that name nothing known get here only with the leniency: then what was offered is meant.
  const meant = form.get('authorization_details') === undefined ? [] : session.configurations;
  return {
    clientId,
    // A fragment gets here only with the leniency.
    redirectUri: (form.get('redirect_uri') ?? '').replace(/#.*$/u, ''),
    state: form.get('state'),
    codeChallenge,
    scoped,
    detailed: details.configurations.length > 0 ? details.configurations : meant,
    session,
    dpopJkt: jkt ?? form.get('dpop_jkt'),
  };
}
