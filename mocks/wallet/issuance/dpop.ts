import type { HttpResponse, HeaderList } from '../../../core/http.ts';
import { header } from '../../../core/http.ts';
import type { ExchangeName, Party } from '../../../core/kinds.ts';
import { randomId } from '../../../core/ports.ts';
import { sha256Base64url } from '../../../protocol/encoding.ts';
import { readJwt } from '../../../protocol/jose/jws.ts';
import { str } from '../../../protocol/json.ts';
import { earlier, remember } from '../memory.ts';
import type { Extras } from '../send.ts';
import { errorCode, makeJwt, requireEndpoint, send } from '../send.ts';
import { odd, seconds } from '../session.ts';
import type { Issuance, Tokens } from './state.ts';

export interface BoundCall {
  readonly exchange: ExchangeName;
  readonly to: Party;
  readonly url: string;
  /** The body, formed anew for each attempt: a fresh client assertion, a fresh proof. */
  readonly body: () => Promise<{ readonly text: string; readonly headers: HeaderList; readonly extras?: Extras }>;
  readonly tokens?: Tokens;
}

/**
 * Sends a POST, with a DPoP proof where the flow uses DPoP (RFC 9449), and once more with the server's nonce where it asks for one (8, 9).
 * Steps: `<exchange>.http` (RequestDraft; extras: `earlierAccessToken`, and those of the body), `dpop-proof` (all proofs) and `dpop-proof.<exchange>` (JwtDraft). Extras: `otherKey` (not the flow's key), `ids` (jti of earlier
 * proofs of this flow), `earlierId` (the same of an earlier flow), `exchange`.
 */
export async function boundPost(issuance: Issuance, call: BoundCall): Promise<HttpResponse> {
  requireEndpoint(call.exchange, call.url);
  const first = await attempt(issuance, call);
  return asksAgain(issuance, first) ? attempt(issuance, call) : first;
}

const CHALLENGE = 'oauth-client-attestation-challenge';

/** The server wants the same request with a value of its own: a DPoP nonce, or a challenge in the proof of a client attestation. */
function asksAgain(issuance: Issuance, response: HttpResponse): boolean {
  if (response.status !== 400 && response.status !== 401) return false;
  const gave = (name: string): boolean => header(response.headers, name) !== undefined;
  switch (errorCode(response)) {
    case 'use_dpop_nonce':
      return issuance.dpopKey !== undefined && gave('dpop-nonce');
    case 'use_attestation_challenge':
      return gave(CHALLENGE);
    default:
      return false;
  }
}

async function attempt(issuance: Issuance, call: BoundCall): Promise<HttpResponse> {
  const { session, dpopNonces } = issuance;
  const { text, headers, extras } = await call.body();
  const all: [string, string][] = headers.map(([name, value]) => [name, value]);
  if (call.tokens !== undefined) {
    all.push(['authorization', `${scheme(issuance, call.tokens.scheme)} ${call.tokens.accessToken}`]);
  }
  if (issuance.dpopKey !== undefined && call.tokens?.scheme !== 'Bearer') {
    all.push(['dpop', await proof(issuance, call)]);
  }
  const response = await send(session, {
    exchange: call.exchange,
    to: call.to,
    method: 'POST',
    url: call.url,
    headers: all,
    body: text,
    extras: { ...extras, earlierAccessToken: earlier(session.memory.accessTokens, call.tokens?.accessToken) },
  });
  const nonce = header(response.headers, 'dpop-nonce');
  if (nonce !== undefined) dpopNonces.set(new URL(call.url).origin, nonce);
  const challenge = header(response.headers, CHALLENGE);
  if (challenge !== undefined) issuance.attestationChallenges.set(new URL(call.url).origin, challenge);
  return response;
}

/** Authentication schemes are compared without case (RFC 9110 11.1). */
function scheme(issuance: Issuance, name: string): string {
  if (odd(issuance.session, 'uppercase-scheme-header')) return name.toUpperCase();
  return odd(issuance.session, 'lowercase-scheme-header') ? name.toLowerCase() : name;
}

async function proof(issuance: Issuance, call: BoundCall): Promise<string> {
  const { session, dpopKey, dpopNonces, dpopIds } = issuance;
  if (dpopKey === undefined) return '';
  const { ports } = session.context;
  const url = new URL(call.url);
  const nonce = dpopNonces.get(url.origin);
  const jti = randomId(ports.random);
  const { kty, crv, x, y, n, e } = dpopKey.publicJwk;
  const bare = Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined));
  const made = await makeJwt(
    session,
    'dpop-proof',
    {
      header: { typ: 'dpop+jwt', alg: dpopKey.alg, jwk: bare },
      payload: {
        jti,
        htm: 'POST',
        htu: `${url.origin}${url.pathname}`,
        iat: seconds(session) - (odd(session, 'iat-10s-past') ? 10 : 0),
        ...(call.tokens === undefined ? {} : { ath: sha256Base64url(call.tokens.accessToken) }),
        ...(nonce === undefined ? {} : { nonce }),
      },
      key: dpopKey,
    },
    {
      exchange: call.exchange,
      ids: [...dpopIds],
      earlierId: earlier(session.memory.dpopProofs, jti),
      otherKey: issuance.instanceKey,
    },
    [`dpop-proof.${call.exchange}`],
  );
  dpopIds.push(jti);
  // What was really sent, in case a fault chose another.
  remember(session.memory.dpopProofs, str(readJwt(made).payload, 'jti') ?? jti);
  return made;
}
