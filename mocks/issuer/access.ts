import type { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { headerValues } from '../../core/http.ts';
import type { ExchangeName } from '../../core/kinds.ts';
import { answerChallenge, answerError } from './answer.ts';
import { acceptDpop, dpopNonceHeader } from './dpop.ts';
import { queryForm, single } from './request.ts';
import type { Grant, Internals } from './state.ts';
import { offeredIds, sessionWithoutOffer } from './state.ts';
import { acceptanceStep } from './step.ts';

export const ACCESS_STEPS = [
  acceptanceStep('access-token/in-query', 'The access token does not travel in the URL', '存取權杖不放在網址中'),
  acceptanceStep(
    'access-token/present',
    'There is exactly one access token',
    '有且僅有一個存取權杖',
    'OID4VCI-8.3.1.1-1',
    'OID4VCI-9-3',
    'OID4VCI-11.3-1',
  ),
  acceptanceStep(
    'access-token/known',
    'The access token was issued by this server',
    '存取權杖由本伺服器發出',
    'OID4VCI-8.3.1.1-2',
    'OID4VCI-8-2',
    'OID4VCI-11.3-2',
  ),
  acceptanceStep('access-token/expiry', 'The access token has not expired', '存取權杖尚未過期', 'OID4VCI-8.3.1.1-2'),
  acceptanceStep(
    'access-token/scheme',
    'The authentication scheme is the one of the token type',
    '驗證方案與權杖類型相符',
  ),
];

const INVALID_TOKEN = { code: 'invalid_token', status: 401 };

interface Presented {
  readonly scheme: string;
  readonly token: string | undefined;
}

/** The token of the Authorization header; of several, which only a leniency lets through, the one that is known. */
function presented(issuer: Internals, request: HttpRequest): Presented {
  const all = headerValues(request.headers, 'authorization').map((value): Presented => {
    const parts = /^\s*([A-Za-z0-9-]+) +(\S+)\s*$/u.exec(value);
    return { scheme: (parts?.[1] ?? '').toLowerCase(), token: parts?.[2] };
  });
  const known = all.find(({ token }) => token !== undefined && issuer.state.accessTokens.has(token));
  return known ?? all[0] ?? { scheme: '', token: undefined };
}

/**
 * Judges the access token of a request to a protected endpoint (RFC 6750 2.1, RFC 9449 7.1) and returns what it stands for. Errors: 401
 * `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`; 400 `invalid_request`.
 */
export async function acceptAccess(issuer: Internals, request: HttpRequest, url: string): Promise<Grant> {
  const { state } = issuer;
  const inQuery = queryForm(request).get('access_token');
  await issuer.context.accept('issuer/access-token/in-query', () => {
    if (inQuery !== undefined) throw new Error('the access token is in the URL');
  });
  const header = single(request, 'authorization');
  const { scheme, token = inQuery } = presented(issuer, request);
  await issuer.context.accept(
    'issuer/access-token/present',
    () => {
      if (token === undefined || header.repeated) throw new Error('no access token');
    },
    INVALID_TOKEN,
  );
  const known = state.accessTokens.get(token);
  await issuer.context.accept(
    'issuer/access-token/known',
    () => {
      if (token !== undefined && known === undefined) throw new Error('the access token is unknown');
    },
    INVALID_TOKEN,
  );
  await issuer.context.accept(
    'issuer/access-token/expiry',
    () => {
      if (token !== undefined && state.accessTokens.expired(token)) throw new Error('the access token has expired');
    },
    INVALID_TOKEN,
  );
  const grant = known ?? state.accessTokens.last() ?? invented(issuer);
  await issuer.context.accept(
    'issuer/access-token/scheme',
    () => {
      if (token === inQuery) return;
      const expected = grant.jkt === undefined ? 'bearer' : 'dpop';
      // A token of nobody has no type.
      if (known !== undefined && scheme !== expected) throw new Error(`the token is of type ${expected}`);
    },
    INVALID_TOKEN,
  );
  // The downgrade of a bound token to Bearer is refused above; a proof is judged wherever there is one.
  const { variant } = grant.session;
  await acceptDpop(issuer, {
    request,
    url,
    at: 'resource',
    required: scheme === 'dpop' && grant.jkt !== undefined,
    nonce: variant.dpopNonce === true,
    boundTo: known === undefined ? undefined : grant.jkt,
    ...(token === undefined ? {} : { accessToken: token }),
  });
  return grant;
}

/** What a server that does not look at the token would think that it stands for. */
function invented(issuer: Internals): Grant {
  const session = sessionWithoutOffer(issuer, offeredIds(issuer));
  const authorized = session.configurations.map((id) => ({ configuration: id, identifiers: undefined }));
  return { session, clientId: undefined, authorized, jkt: undefined };
}

/** The answer to a refused request at a protected endpoint: authorization errors as challenges, others as JSON. */
export async function answerResourceError(
  issuer: Internals,
  exchange: ExchangeName,
  request: HttpRequest,
  refusal: Refusal,
): Promise<HttpResponse> {
  if (refusal.status !== 401 && refusal.status !== 403) return answerError(issuer, exchange, refusal);
  const { scheme } = presented(issuer, request);
  return answerChallenge(issuer, exchange, refusal, {
    scheme: scheme === 'dpop' || refusal.step.startsWith('issuer/dpop/') ? 'DPoP' : 'Bearer',
    bare: refusal.step === 'issuer/access-token/present',
    headers: refusal.code === 'use_dpop_nonce' ? [dpopNonceHeader(issuer)] : [],
  });
}
