import { header } from '../../../core/http.ts';
import { randomId } from '../../../core/ports.ts';
import { sha256Base64url } from '../../../protocol/encoding.ts';
import { bool, member, obj, str } from '../../../protocol/json.ts';
import { earlier, remember } from '../memory.ts';
import { FORM_TYPE, jsonBody, makeForm, must, requireSuccess, send } from '../send.ts';
import { CounterpartRefusal, odd } from '../session.ts';
import { isServiceUrl, parseUrl } from '../url.ts';
import { authenticateClient } from './client.ts';
import { boundPost } from './dpop.ts';
import type { Issuance } from './state.ts';

export interface AuthorizationCode {
  readonly code: string;
  readonly codeVerifier: string;
}

/** What the wallet asks for: `scope`, or `authorization_details` where the variant or a missing scope says so (OpenID4VCI 5.1). */
export function wishParameters(issuance: Issuance, configurationIds: readonly string[]): [string, string][] {
  const configurations = obj(issuance.issuerMetadata, 'credential_configurations_supported');
  const { session } = issuance;
  const scopes = configurationIds.map((id) => str(member(configurations, id), 'scope'));
  const all = scopes.every((scope) => scope !== undefined);
  // Unknown scopes are to be ignored (OpenID4VCI 5.1.2).
  const scope = [...new Set(scopes), ...(odd(session, 'unknown-scope') ? ['touchstone_unheard_of'] : [])].join(' ');
  if (odd(session, 'mixed-wish') && configurationIds.length > 1 && scopes[0] !== undefined) {
    // One credential by its scope, the others by details (OpenID4VCI 5.1.2).
    return [['scope', scopes[0]], ...detailParameters(issuance, configurationIds.slice(1))];
  }
  if (issuance.variant.ask !== 'authorization_details' && all) return [['scope', scope]];
  const beside: [string, string][] = odd(session, 'scope-beside-details') && all ? [['scope', scope]] : [];
  return [...beside, ...detailParameters(issuance, configurationIds)];
}

/** `authorization_details` for some configurations (OpenID4VCI 5.1.1). */
function detailParameters(issuance: Issuance, configurationIds: readonly string[]): [string, string][] {
  const { session } = issuance;
  const located = member(issuance.issuerMetadata, 'authorization_servers') !== undefined;
  const details = configurationIds.map((id) => ({
    type: 'openid_credential',
    credential_configuration_id: id,
    ...(located ? { locations: [issuance.offer.issuer] } : {}),
    ...(odd(session, 'unknown-detail-members') ? { touchstone_note: { to: 'be ignored' } } : {}),
  }));
  return [['authorization_details', JSON.stringify(details)]];
}

/**
 * The front channel: PAR if wished or demanded (RFC 9126), the user's log-in, and the authorization response with its checks.
 * Steps: `par-request`, `authorization-request` (FormDraft). Extras: `earlier` {codeVerifier, state, requestUri}, `configurations` (ids).
 */
export async function authorize(issuance: Issuance, configurationIds: readonly string[]): Promise<AuthorizationCode> {
  const { session, variant, asMetadata } = issuance;
  const { context, memory } = session;
  const { random } = context.ports;
  const codeVerifier = randomId(random, 32);
  const state = randomId(random, odd(session, 'long-state') ? 384 : 16);
  const issuerState = str(obj(issuance.offer.grants, 'authorization_code'), 'issuer_state');
  const request: [string, string][] = [
    ['response_type', 'code'],
    ['client_id', issuance.clientId ?? ''],
    ['redirect_uri', session.config.redirectUri],
    ['state', state],
    ['code_challenge', sha256Base64url(codeVerifier)],
    ['code_challenge_method', 'S256'],
    ...wishParameters(issuance, configurationIds),
    ...(issuerState === undefined ? [] : [['issuer_state', issuerState] as [string, string]]),
  ];
  if (member(issuance.issuerMetadata, 'authorization_servers') !== undefined) {
    request.push(['resource', issuance.offer.issuer]);
  }
  const extras = {
    earlier: {
      codeVerifier: memory.codeVerifiers.at(-1),
      state: memory.states.at(-1),
      requestUri: memory.requestUris.at(-1),
    },
    configurations: configurationIds,
  };
  const pushed = variant.par === true || bool(asMetadata, 'require_pushed_authorization_requests') === true;
  const push = pushed ? await pushRequest(issuance, request, extras) : undefined;
  remember(memory.codeVerifiers, codeVerifier);

  const endpoint = str(asMetadata, 'authorization_endpoint') ?? '';
  await context.accept('wallet/as-metadata/authorization-endpoint', () => {
    must(isServiceUrl(endpoint), 'authorization_endpoint is missing or no https URL');
  });
  const encoded = await makeForm(session, 'authorization-request', push?.query ?? request, extras);
  const url = `${endpoint}${endpoint.includes('?') ? '&' : '?'}${encoded}`;
  const back = await openBrowser(issuance, url);
  // What is to come back is what was really sent.
  const sent = new URLSearchParams(push?.sent ?? encoded).get('state');
  if (sent !== null) remember(memory.states, sent);
  return { code: await readAuthorizationResponse(issuance, back, sent), codeVerifier };
}

async function pushRequest(
  issuance: Issuance,
  request: [string, string][],
  extras: Readonly<Record<string, unknown>>,
): Promise<{ readonly query: [string, string][]; readonly sent: string }> {
  const { session, asMetadata } = issuance;
  const endpoint = str(asMetadata, 'pushed_authorization_request_endpoint') ?? '';
  await session.context.accept('wallet/as-metadata/par-endpoint', () => {
    must(isServiceUrl(endpoint), 'pushed_authorization_request_endpoint is missing or no https URL');
  });
  let sent = '';
  const response = await boundPost(issuance, {
    exchange: 'par',
    to: 'authorization-server',
    url: endpoint,
    body: async () => {
      const client = await authenticateClient(issuance);
      const known = new Set(request.map(([name]) => name));
      const parameters = [...request, ...client.parameters.filter(([name]) => !known.has(name))];
      sent = await makeForm(session, 'par-request', parameters, extras);
      return {
        text: sent,
        headers: [FORM_TYPE, ['accept', 'application/json'], ...client.headers],
      };
    },
  });
  requireSuccess('par', response);
  const requestUri = str(jsonBody(response), 'request_uri') ?? '';
  await session.context.accept('wallet/par/shape', () => {
    must(requestUri !== '', 'the PAR response has no request_uri');
    const lifetime = member(jsonBody(response), 'expires_in');
    must(typeof lifetime === 'number' && lifetime > 0, 'expires_in is no positive number');
  });
  remember(session.memory.requestUris, requestUri);
  const query: [string, string][] = [
    ['client_id', issuance.clientId ?? ''],
    ['request_uri', requestUri],
  ];
  return { query, sent };
}

const MAX_REDIRECTS = 10;

/** Follows the user's browser until it is sent to the redirect URI. A custom `authorize` records what went over the front channel itself. */
async function openBrowser(issuance: Issuance, url: string): Promise<string> {
  const { session } = issuance;
  const { config, context } = session;
  if (config.authorize !== undefined) {
    const parties = { wallet: 'wallet', server: 'authorization-server' } as const;
    context.trace.message({
      kind: 'authorization-request',
      sender: parties.wallet,
      receiver: parties.server,
      channel: 'browser',
      body: url,
    });
    const back = await config.authorize(url);
    const failed = parseUrl(back)?.searchParams.has('error') === true;
    context.trace.message({
      kind: failed ? 'authorization-error' : 'authorization-response',
      sender: parties.server,
      receiver: parties.wallet,
      channel: 'browser',
      body: back,
    });
    return back;
  }
  let next = url;
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    const response = await send(session, {
      exchange: hop === 0 ? 'authorization' : 'login',
      to: 'authorization-server',
      url: next,
    });
    const location = header(response.headers, 'location');
    if (response.status < 300 || response.status > 399 || location === undefined || !URL.canParse(location, next)) {
      const detail = `no redirect but status ${response.status}`;
      throw new CounterpartRefusal('authorization', response.status, str(jsonBody(response), 'error'), detail);
    }
    const target = new URL(location, next).href;
    if (sameTarget(target, config.redirectUri)) return target;
    next = target;
  }
  throw new CounterpartRefusal('authorization', 310, undefined, 'too many redirects');
}

/** True if a URL is the redirect URI with more parameters. */
function sameTarget(url: string, redirectUri: string): boolean {
  const a = parseUrl(url);
  const b = parseUrl(redirectUri);
  return (
    a !== undefined && b !== undefined && a.protocol === b.protocol && a.host === b.host && a.pathname === b.pathname
  );
}

async function readAuthorizationResponse(issuance: Issuance, url: string, state: string | null): Promise<string> {
  const { session, asMetadata, server } = issuance;
  const { context } = session;
  const query = parseUrl(url)?.searchParams ?? new URLSearchParams();
  await context.accept('wallet/authorization/state', () => {
    must(query.get('state') === state, 'state is not the one that was sent');
  });
  const iss = query.get('iss');
  await context.accept('wallet/authorization/iss', () => {
    const promised = bool(asMetadata, 'authorization_response_iss_parameter_supported') === true;
    must(!promised || iss !== null, 'iss is missing though the metadata promises it');
    must(iss === null || iss === server, 'iss is not the authorization server that was asked');
  });
  const code = query.get('code');
  const error = query.get('error');
  await context.accept('wallet/authorization/error', () => {
    must(error === null || code === null, 'the response has both a code and an error');
  });
  if (code === null) {
    throw new CounterpartRefusal('authorization', 302, error ?? undefined, error ?? 'neither a code nor an error');
  }
  remember(session.memory.codes, code);
  return code;
}

/** A code that an earlier flow got; for faults. */
export function earlierCode(issuance: Issuance, current: string): string | undefined {
  return earlier(issuance.session.memory.codes, current);
}
