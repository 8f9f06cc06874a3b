import type { HttpRequest } from '../../core/http.ts';
import type { ExchangeName, Party } from '../../core/kinds.ts';

/** URLs of one issuer. Everything lies below its identifier, except the well-known documents, whose path is inserted (RFC 8414 3.1). */
export interface IssuerUrls {
  readonly base: string;
  readonly par: string;
  readonly authorize: string;
  readonly login: string;
  readonly token: string;
  readonly nonce: string;
  readonly credential: string;
  readonly deferred: string;
  readonly notification: string;
  readonly jwks: string;
  /** Followed by the id of the offer. */
  readonly offer: string;
  /** Followed by the number of the list. */
  readonly status: string;
}

export function issuerUrls(base: string): IssuerUrls {
  return {
    base,
    par: `${base}/par`,
    authorize: `${base}/authorize`,
    login: `${base}/login`,
    token: `${base}/token`,
    nonce: `${base}/nonce`,
    credential: `${base}/credential`,
    deferred: `${base}/deferred-credential`,
    notification: `${base}/notification`,
    jwks: `${base}/jwks`,
    offer: `${base}/offers/`,
    status: `${base}/status/`,
  };
}

export interface Route {
  readonly exchange: ExchangeName;
  readonly party: Party;
  readonly methods: readonly string[];
  /** Last segment of paths that have a parameter. */
  readonly id: string;
}

type Place = readonly [path: string, exchange: ExchangeName, party: Party, ...methods: string[]];

const BELOW: readonly Place[] = [
  ['/par', 'par', 'authorization-server', 'POST'],
  ['/authorize', 'authorization', 'authorization-server', 'GET', 'POST'],
  ['/login', 'login', 'authorization-server', 'POST'],
  ['/token', 'token', 'authorization-server', 'POST'],
  ['/nonce', 'nonce', 'issuer', 'POST'],
  ['/credential', 'credential', 'issuer', 'POST'],
  ['/deferred-credential', 'deferred-credential', 'issuer', 'POST'],
  ['/notification', 'notification', 'issuer', 'POST'],
  ['/jwks', 'jwks', 'authorization-server', 'GET'],
  ['/offers/', 'credential-offer', 'issuer', 'GET'],
  ['/status/', 'status-list', 'status-issuer', 'GET'],
];

const WELL_KNOWN: readonly Place[] = [
  ['/.well-known/openid-credential-issuer', 'issuer-metadata', 'issuer', 'GET'],
  ['/.well-known/oauth-authorization-server', 'as-metadata', 'authorization-server', 'GET'],
  // The same document for clients of OpenID Connect (RFC 8414 5).
  ['/.well-known/openid-configuration', 'as-metadata', 'authorization-server', 'GET'],
  ['/.well-known/jwt-vc-issuer', 'jwt-vc-issuer-metadata', 'issuer', 'GET'],
];

/**
 * Which endpoint a request is for; undefined for an unknown path. Only the path is compared: the origin may differ behind a proxy.
 * Well-known paths appended instead of inserted are unknown on purpose: a wallet that guesses them must learn it.
 */
export function routeOf(urls: IssuerUrls, request: HttpRequest): Route | undefined {
  if (!URL.canParse(request.url)) return undefined;
  const path = new URL(request.url).pathname;
  const root = new URL(urls.base).pathname.replace(/\/$/u, '');
  for (const [name, exchange, party, ...methods] of WELL_KNOWN) {
    if (path === `${name}${root}` || path === `${name}${root}/`) return { exchange, party, methods, id: '' };
  }
  if (!path.startsWith(`${root}/`)) return undefined;
  const rest = path.slice(root.length);
  for (const [name, exchange, party, ...methods] of BELOW) {
    if (rest === name && !name.endsWith('/')) return { exchange, party, methods, id: '' };
    if (name.endsWith('/') && rest.startsWith(name) && rest.length > name.length) {
      return { exchange, party, methods, id: rest.slice(name.length) };
    }
  }
  return undefined;
}
