import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { isCodeVerifier, pkceChallenge } from '../../protocol/oauth.ts';
import { answerError, answerJson } from './answer.ts';
import { acceptClient } from './client-auth.ts';
import { readDetails } from './details.ts';
import { acceptDpop, dpopNonceHeader } from './dpop.ts';
import { odd } from './oddities.ts';
import type { Form } from './request.ts';
import { acceptForm } from './request.ts';
import type { AuthorizationCode, Authorized, Grant, Internals, Session } from './state.ts';
import {
  accessTokenLifetime,
  credentialIdentifier,
  inSeconds,
  offeredIds,
  opaque,
  sessionWithoutOffer,
} from './state.ts';

export const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
const MAX_TX_CODES = 5;
/** Seconds; renewing a credential is still possible then (HAIP 4.4). */
const REFRESH_LIFETIME = 30 * 86_400;
const INVALID_GRANT = { code: 'invalid_grant' };

/** Token endpoint (OpenID4VCI 6). */
export async function handleToken(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  try {
    const form = await acceptForm(issuer, request, 'token');
    const type = form.get('grant_type');
    await issuer.context.accept(
      'issuer/token/grant-type',
      () => {
        if (type === undefined)
          throw new Refusal('issuer/token/grant-type', 'invalid_request', 'grant_type is missing');
        if (!GRANTS.has(type)) throw new Error('grant_type is not supported');
      },
      { code: 'unsupported_grant_type' },
    );
    return await (GRANTS.get(type ?? '') ?? guess(form))(issuer, request, form);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answerError(issuer, 'token', error, error.code === 'use_dpop_nonce' ? [dpopNonceHeader(issuer)] : []);
  }
}

type GrantHandler = (issuer: Internals, request: HttpRequest, form: Form) => Promise<HttpResponse>;

const GRANTS: ReadonlyMap<string, GrantHandler> = new Map([
  [PRE_AUTHORIZED, preAuthorized],
  ['authorization_code', authorizationCode],
  ['refresh_token', refresh],
]);

/** The grant that the other parameters speak of, for a server that does not look at grant_type. */
function guess(form: Form): GrantHandler {
  if (form.get('pre-authorized_code') !== undefined) return preAuthorized;
  return form.get('refresh_token') === undefined ? authorizationCode : refresh;
}

async function tokenDpop(
  issuer: Internals,
  request: HttpRequest,
  variant: IssuanceVariant,
  boundTo: string | undefined,
): Promise<string | undefined> {
  return acceptDpop(issuer, {
    request,
    url: issuer.urls.token,
    at: 'authorization-server',
    required: variant.dpop === true || variant.dpopNonce === true || boundTo !== undefined,
    nonce: variant.dpopNonce === true,
    boundTo,
  });
}

async function preAuthorized(issuer: Internals, request: HttpRequest, form: Form): Promise<HttpResponse> {
  const { state } = issuer;
  const code = form.get('pre-authorized_code') ?? '';
  const known = state.byPreAuthorizedCode.get(code);
  await issuer.context.accept(
    'issuer/token/pre-authorized-code',
    () => {
      const step = 'issuer/token/pre-authorized-code';
      if (code === '') throw new Refusal(step, 'invalid_request', 'pre-authorized_code is missing');
      if (known === undefined) throw new Error('the pre-authorized code is unknown');
    },
    INVALID_GRANT,
  );
  const session = known ?? state.byPreAuthorizedCode.last() ?? sessionWithoutOffer(issuer, offeredIds(issuer));
  await issuer.context.accept(
    'issuer/token/pre-authorized-code-expiry',
    () => {
      if (state.byPreAuthorizedCode.expired(code)) throw new Error('the pre-authorized code has expired');
    },
    INVALID_GRANT,
  );
  await issuer.context.accept(
    'issuer/token/pre-authorized-code-reuse',
    () => {
      // A code that nobody knows cannot have been used: that is the business of the step before.
      if (known?.preAuthorizedCodeUsed === true) throw new Error('the pre-authorized code was used before');
    },
    INVALID_GRANT,
  );
  const clientId = await acceptClient(issuer, request, form, 'token', session.variant.clientAuthentication);
  const jkt = await tokenDpop(issuer, request, session.variant, undefined);
  await acceptTxCode(issuer, form, session);
  const details = await acceptDetails(issuer, form, session.configurations);
  const plain = details.length > 0 ? [] : session.configurations;
  const answer = await answerToken(issuer, {
    session,
    clientId,
    authorized: authorizedFor(session, plain, details),
    jkt,
  });
  session.preAuthorizedCodeUsed = true;
  return answer;
}

async function acceptTxCode(issuer: Internals, form: Form, session: Session): Promise<void> {
  const sent = form.get('tx_code');
  const expected = session.txCode;
  await issuer.context.accept('issuer/token/tx-code-missing', () => {
    if (expected !== undefined && sent === undefined) throw new Error('tx_code is missing');
  });
  await issuer.context.accept('issuer/token/tx-code-unexpected', () => {
    if (expected === undefined && sent !== undefined) throw new Error('no tx_code is expected');
  });
  if (expected === undefined || sent === undefined) return;
  await issuer.context.accept(
    'issuer/token/tx-code-attempts',
    () => {
      if (session.failedTxCodes >= MAX_TX_CODES) throw new Error('too many wrong transaction codes');
    },
    INVALID_GRANT,
  );
  await issuer.context.accept(
    'issuer/token/tx-code',
    () => {
      if (sent === expected) return;
      session.failedTxCodes += 1;
      throw new Error('the transaction code is wrong');
    },
    INVALID_GRANT,
  );
}

async function authorizationCode(issuer: Internals, request: HttpRequest, form: Form): Promise<HttpResponse> {
  const { state } = issuer;
  const value = form.get('code') ?? '';
  const known = state.codes.get(value);
  await issuer.context.accept(
    'issuer/token/code',
    () => {
      if (value === '') throw new Refusal('issuer/token/code', 'invalid_request', 'code is missing');
      if (known === undefined) throw new Error('the code is unknown');
    },
    INVALID_GRANT,
  );
  const code: AuthorizationCode = known ?? state.codes.last() ?? inventedCode(issuer, form);
  const { ask } = code;
  await issuer.context.accept(
    'issuer/token/code-expiry',
    () => {
      if (state.codes.expired(value)) throw new Error('the code has expired');
    },
    INVALID_GRANT,
  );
  await issuer.context.accept(
    'issuer/token/code-reuse',
    () => {
      // Tokens that were issued with it stay valid: a repeated request may be a retry of a wallet that never saw the answer.
      if (known?.used === true) throw new Error('the code was used before');
    },
    INVALID_GRANT,
  );
  const clientId = await acceptClient(issuer, request, form, 'token', ask.session.variant.clientAuthentication);
  await issuer.context.accept(
    'issuer/token/client-binding',
    () => {
      const step = 'issuer/token/client-binding';
      if (clientId === undefined) throw new Refusal(step, 'invalid_request', 'client_id is missing');
      if (ask.clientId !== '' && clientId !== ask.clientId) throw new Error('the code was given to another client');
    },
    INVALID_GRANT,
  );
  await issuer.context.accept(
    'issuer/token/redirect-uri',
    () => {
      if (form.get('redirect_uri') !== ask.redirectUri) throw new Error('redirect_uri differs');
    },
    INVALID_GRANT,
  );
  await issuer.context.accept(
    'issuer/token/pkce',
    () => {
      if (ask.codeChallenge === undefined) return;
      const verifier = form.get('code_verifier');
      if (verifier === undefined) throw new Error('code_verifier is missing');
      if (!isCodeVerifier(verifier)) throw new Error('code_verifier is malformed');
      if (pkceChallenge(verifier) !== ask.codeChallenge) throw new Error('code_verifier does not fit the challenge');
    },
    INVALID_GRANT,
  );
  const jkt = await tokenDpop(issuer, request, ask.session.variant, ask.dpopJkt);
  const granted = [...ask.scoped, ...ask.detailed];
  const all = granted.length > 0 ? granted : ask.session.configurations;
  const details = await acceptDetails(issuer, form, all);
  const scoped = details.length > 0 ? [] : all.filter((id) => !ask.detailed.includes(id));
  const detailed = details.length > 0 ? details : ask.detailed;
  const authorized = authorizedFor(ask.session, scoped, detailed);
  const answer = await answerToken(issuer, {
    session: ask.session,
    clientId: ask.clientId === '' ? clientId : ask.clientId,
    authorized,
    jkt,
  });
  code.used = true;
  return answer;
}

function inventedCode(issuer: Internals, form: Form): AuthorizationCode {
  return {
    ask: {
      clientId: form.get('client_id') ?? '',
      redirectUri: form.get('redirect_uri') ?? '',
      state: undefined,
      codeChallenge: undefined,
      scoped: offeredIds(issuer),
      detailed: [],
      session: sessionWithoutOffer(issuer, offeredIds(issuer)),
      dpopJkt: undefined,
    },
    used: false,
  };
}

async function refresh(issuer: Internals, request: HttpRequest, form: Form): Promise<HttpResponse> {
  const { state, context } = issuer;
  const value = form.get('refresh_token') ?? '';
  const known = state.refreshTokens.get(value);
  const fallback = known ?? state.refreshTokens.last();
  const clientId = await acceptClient(issuer, request, form, 'token', fallback?.session.variant.clientAuthentication);
  await context.accept(
    'issuer/token/refresh-token',
    () => {
      const step = 'issuer/token/refresh-token';
      if (value === '') throw new Refusal(step, 'invalid_request', 'refresh_token is missing');
      if (known === undefined) throw new Error('the refresh token is unknown');
      if (state.refreshTokens.expired(value)) throw new Error('the refresh token has expired');
      if (clientId !== undefined && known.clientId !== undefined && clientId !== known.clientId) {
        throw new Error('the refresh token was given to another client');
      }
    },
    INVALID_GRANT,
  );
  const session = sessionWithoutOffer(issuer, offeredIds(issuer));
  const grant: Grant = fallback ?? {
    session,
    clientId,
    authorized: authorizedFor(session, session.configurations, []),
    jkt: undefined,
  };
  const jkt = await tokenDpop(issuer, request, grant.session.variant, grant.jkt);
  const asked = await acceptDetails(
    issuer,
    form,
    grant.authorized.map((entry) => entry.configuration),
  );
  const authorized = asked.length > 0 ? authorizedFor(grant.session, [], asked) : grant.authorized;
  const answer = await answerToken(issuer, { ...grant, authorized, jkt });
  // Rotated: the old one is void once the new one is out (RFC 9700 2.2.2).
  state.refreshTokens.delete(value);
  return answer;
}

/** Configurations that `authorization_details` of a token request reduces the authorization to; empty: not asked. */
async function acceptDetails(issuer: Internals, form: Form, granted: readonly string[]): Promise<readonly string[]> {
  const details = readDetails(issuer, form.get('authorization_details'));
  await issuer.context.accept(
    'issuer/token/authorization-details',
    () => {
      if (details.fault !== undefined) throw new Error(details.fault);
      if (details.configurations.some((id) => !granted.includes(id))) throw new Error('more than was authorized');
    },
    { code: 'invalid_authorization_details' },
  );
  if (form.get('authorization_details') === undefined) return [];
  const within = details.configurations.filter((id) => granted.includes(id));
  return within.length > 0 ? within : granted;
}

/** What a token opens. Identifiers are handed out where authorization details were used, and with an oddity for scopes, too. */
function authorizedFor(session: Session, plain: readonly string[], detailed: readonly string[]): readonly Authorized[] {
  const withIdentifiers = odd(session.variant, 'identifiers-for-scope');
  return [
    ...plain.map((id) => ({
      configuration: id,
      identifiers: withIdentifiers ? [credentialIdentifier(id)] : undefined,
    })),
    ...detailed.map((id) => ({ configuration: id, identifiers: [credentialIdentifier(id)] })),
  ];
}

/** Successful token response (OpenID4VCI 6.2). */
async function answerToken(issuer: Internals, grant: Grant): Promise<HttpResponse> {
  const { state, urls } = issuer;
  const { variant } = grant.session;
  const token = opaque(issuer, variant);
  const expiresIn = accessTokenLifetime(issuer, grant.jkt);
  const type = grant.jkt === undefined ? 'Bearer' : 'DPoP';
  const value: Record<string, unknown> = {
    access_token: token,
    token_type: odd(variant, 'token-type-case') ? type.toLowerCase() : type,
    expires_in: expiresIn,
  };
  const details = grant.authorized.filter((entry) => entry.identifiers !== undefined);
  if (details.length > 0) {
    value['authorization_details'] = details.map((entry) => ({
      type: 'openid_credential',
      credential_configuration_id: entry.configuration,
      credential_identifiers: entry.identifiers,
    }));
  }
  state.accessTokens.set(token, grant, inSeconds(issuer, expiresIn));
  if (variant.refresh === true) {
    const refreshToken = opaque(issuer, variant);
    value['refresh_token'] = refreshToken;
    state.refreshTokens.set(refreshToken, grant, inSeconds(issuer, REFRESH_LIFETIME));
  }
  return answerJson(issuer, {
    exchange: 'token',
    step: 'token-response',
    value,
    variant,
    headers: [['Pragma', 'no-cache'], ...(variant.dpopNonce === true ? [dpopNonceHeader(issuer)] : [])],
    extras: { base: urls.base, configurations: grant.authorized.map((entry) => entry.configuration) },
  });
}
