import type { HttpResponse } from '../../../core/http.ts';
import { arr, isObject, member, obj, str, strings } from '../../../protocol/json.ts';
import { earlier, remember } from '../memory.ts';
import { FORM_TYPE, isSuccess, jsonBody, makeForm, must, requireSuccess, typeOf } from '../send.ts';
import { CounterpartRefusal, odd } from '../session.ts';
import type { AuthorizationCode } from './authorize.ts';
import { earlierCode, wishParameters } from './authorize.ts';
import { authenticateClient } from './client.ts';
import { boundPost } from './dpop.ts';
import type { Issuance, Tokens } from './state.ts';
import { PRE_AUTHORIZED } from './state.ts';

/**
 * Token request for the flow's grant (OpenID4VCI 6.1). Step `token-request` (FormDraft); extras: `earlier` {codeVerifier, code, refreshToken},
 * `redirectUri`.
 */
export async function requestToken(
  issuance: Issuance,
  configurationIds: readonly string[],
  authorization: AuthorizationCode | undefined,
): Promise<Tokens> {
  const { session, offer, variant, txCode } = issuance;
  const parameters: [string, string][] = [];
  const detailed = variant.ask === 'authorization_details';
  if (authorization === undefined) {
    const grant = obj(offer.grants, PRE_AUTHORIZED);
    parameters.push(['grant_type', PRE_AUTHORIZED]);
    parameters.push(['pre-authorized_code', str(grant, 'pre-authorized_code') ?? '']);
    if (txCode !== undefined && obj(grant, 'tx_code') !== undefined) parameters.push(['tx_code', txCode]);
    if (detailed) parameters.push(...wishParameters(issuance, configurationIds));
  } else {
    parameters.push(
      ['grant_type', 'authorization_code'],
      ['code', authorization.code],
      ['redirect_uri', session.config.redirectUri],
      ['code_verifier', authorization.codeVerifier],
    );
    if (odd(session, 'narrowed')) parameters.push(...wishParameters(issuance, configurationIds));
  }
  if (session.context.has(GUESSES) && txCode !== undefined) await guessTxCode(issuance, parameters, txCode);
  const response = await postToken(issuance, 'token-request', parameters, {
    earlier: {
      codeVerifier: earlier(session.memory.codeVerifiers, authorization?.codeVerifier),
      code: earlierCode(issuance, authorization?.code ?? ''),
      refreshToken: session.memory.refreshTokens.at(-1),
    },
    redirectUri: session.config.redirectUri,
  });
  return readTokens(issuance, response, configurationIds, detailed);
}

/** The fault that comes here first: a thief who tries codes. */
const GUESSES = 'wallet/token-request/tx-code-guessed';
const MAX_GUESSES = 20;

/**
 * Sends wrong transaction codes, as somebody does who does not know the right one (OpenID4VCI 13.6.3). Step `token-guess` (FormDraft). Throws
 * CounterpartRefusal where one of them is taken: then the code is spent, and nothing can be learned from the right one.
 */
async function guessTxCode(issuance: Issuance, parameters: [string, string][], right: string): Promise<void> {
  for (const wrong of wrongTxCodes(right)) {
    const changed = parameters.map(([name, value]): [string, string] => [name, name === 'tx_code' ? wrong : value]);
    const response = await postToken(issuance, 'token-guess', changed, {});
    if (isSuccess(response)) {
      throw new CounterpartRefusal('token', response.status, undefined, 'a wrong transaction code was taken');
    }
  }
}

/** Wrong codes of the form of the right one, each another as far as the form has so many. */
function wrongTxCodes(right: string): readonly string[] {
  const alphabet = /^\d+$/u.test(right) ? '0123456789' : 'ABCDEFGHJKLMNPQRSTUVWXYZ';
  const { length } = alphabet;
  const codes = Array.from({ length: MAX_GUESSES + 1 }, (_, at) => {
    const tail = `${alphabet.charAt(Math.floor(at / length))}${alphabet.charAt(at % length)}`;
    return `${right.slice(0, -2)}${tail.slice(-Math.min(2, right.length))}`;
  });
  return codes.filter((code) => code !== right).slice(0, MAX_GUESSES);
}

/** Refresh (RFC 6749 6). Step `refresh-request` (FormDraft); extras: `earlier` {refreshToken} of another flow. */
export async function refreshToken(
  issuance: Issuance,
  configurationIds: readonly string[],
  tokens: Tokens,
): Promise<Tokens> {
  const current = tokens.refreshToken ?? '';
  const parameters: [string, string][] = [
    ['grant_type', 'refresh_token'],
    ['refresh_token', current],
  ];
  const extras = { earlier: { refreshToken: earlier(issuance.session.memory.refreshTokens, current) } };
  const response = await postToken(issuance, 'refresh-request', parameters, extras);
  const fresh = await readTokens(issuance, response, configurationIds, false);
  // A response without authorization_details or refresh token leaves the old ones in force (RFC 6749 6, RFC 9396 7.1).
  return {
    ...fresh,
    refreshToken: fresh.refreshToken ?? tokens.refreshToken,
    authorizationDetails: fresh.authorizationDetails ?? tokens.authorizationDetails,
  };
}

function postToken(
  issuance: Issuance,
  step: string,
  parameters: [string, string][],
  extras: Readonly<Record<string, unknown>>,
): Promise<HttpResponse> {
  return boundPost(issuance, {
    exchange: 'token',
    to: 'authorization-server',
    url: str(issuance.asMetadata, 'token_endpoint') ?? '',
    body: async () => {
      const client = await authenticateClient(issuance);
      return {
        text: await makeForm(issuance.session, step, [...parameters, ...client.parameters], extras),
        headers: [FORM_TYPE, ['accept', 'application/json'], ...client.headers],
      };
    },
  });
}

async function readTokens(
  issuance: Issuance,
  response: HttpResponse,
  configurationIds: readonly string[],
  detailed: boolean,
): Promise<Tokens> {
  if (!isSuccess(response)) requireSuccess('token', response);
  const { session, dpopKey, asMetadata } = issuance;
  const { context, memory } = session;
  const body = jsonBody(response);
  const accessToken = str(body, 'access_token') ?? '';
  const type = str(body, 'token_type') ?? '';
  const refresh = str(body, 'refresh_token');
  await context.accept('wallet/token/shape', () => {
    must(
      typeOf(response) === 'application/json' && body !== undefined,
      'the token response is no application/json object',
    );
    must(/^[\x20-\x7e]+$/u.test(accessToken), 'access_token is missing or no visible ASCII string');
    must(type !== '', 'token_type is missing');
    const lifetime = member(body, 'expires_in');
    must(lifetime === undefined || (typeof lifetime === 'number' && lifetime > 0), 'expires_in is no positive number');
    must(member(body, 'refresh_token') === undefined || refresh !== undefined, 'refresh_token is no string');
  });
  const supportsDpop = strings(asMetadata, 'dpop_signing_alg_values_supported') !== undefined;
  const isDpop = type.toLowerCase() === 'dpop';
  await context.accept('wallet/token/token-type', () => {
    must(isDpop || type.toLowerCase() === 'bearer', 'token_type is neither Bearer nor DPoP');
    must(!isDpop || dpopKey !== undefined, 'a DPoP token without a DPoP proof');
    must(isDpop || dpopKey === undefined || !supportsDpop, 'a Bearer token though the request was bound with DPoP');
  });
  const details = arr(body, 'authorization_details');
  await context.accept('wallet/token/authorization-details', () => {
    must(!detailed || (details?.length ?? 0) > 0, 'authorization_details is missing though the request used it');
    for (const entry of details ?? []) {
      if (!isObject(entry) || str(entry, 'type') !== 'openid_credential') continue;
      const identifiers = strings(entry, 'credential_identifiers');
      must((identifiers?.length ?? 0) > 0, 'credential_identifiers is no non-empty array of strings');
      const id = str(entry, 'credential_configuration_id');
      must(id === undefined || configurationIds.includes(id), 'authorization_details names another configuration');
    }
  });
  remember(memory.accessTokens, accessToken);
  if (refresh !== undefined) remember(memory.refreshTokens, refresh);
  return {
    accessToken,
    scheme: isDpop ? 'DPoP' : 'Bearer',
    refreshToken: refresh,
    authorizationDetails: member(body, 'authorization_details') === undefined ? undefined : (details ?? []),
  };
}
