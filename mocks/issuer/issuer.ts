import type { FlowContext } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import type { CreateIssuer, Issuer, IssuerConfig } from '../contracts.ts';
import { plain } from './answer.ts';
import { handleAuthorization, handlePar } from './authorization.ts';
import { handleLogin } from './login.ts';
import { handleCredential } from './credential.ts';
import { handleDeferred } from './deferred.ts';
import { ENDPOINT_QUERY, handleAsMetadata, handleIssuerMetadata, handleJwks, handleJwtVcIssuer } from './metadata.ts';
import { handleNonce } from './nonce.ts';
import { handleNotification } from './notification.ts';
import { odd } from './oddities.ts';
import { createOffer, handleOffer } from './offer.ts';
import type { Internals } from './state.ts';
import { newState } from './state.ts';
import { handleStatusList, setStatus } from './status.ts';
import { handleToken } from './token.ts';
import { issuerUrls, routeOf } from './urls.ts';

type Handler = (issuer: Internals, request: HttpRequest, id: string) => Promise<HttpResponse>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  'credential-offer': async (issuer, _request, id) => handleOffer(issuer, id),
  'issuer-metadata': handleIssuerMetadata,
  'as-metadata': handleAsMetadata,
  jwks: handleJwks,
  'jwt-vc-issuer-metadata': handleJwtVcIssuer,
  'status-list': async (issuer, _request, id) => handleStatusList(issuer, id),
  par: handlePar,
  authorization: handleAuthorization,
  login: handleLogin,
  token: handleToken,
  nonce: handleNonce,
  credential: handleCredential,
  'deferred-credential': handleDeferred,
  notification: handleNotification,
};

const WITH_QUERY: ReadonlySet<string> = new Set(['nonce', 'credential', 'deferred-credential', 'notification']);

/** True if the published URL of an endpoint had a query, and the wallet left it out (OpenID4VCI 12.2.4). */
function lostQuery({ config }: Internals, exchange: string, request: HttpRequest): boolean {
  if (!odd(config.variant, 'endpoint-query') || !WITH_QUERY.has(exchange)) return false;
  return new URL(request.url).search !== ENDPOINT_QUERY;
}

/** A mock credential issuer with its authorization server: a complete citizen of OpenID4VCI 1.0, transport-free. */
export const createIssuer: CreateIssuer = (config: IssuerConfig, context: FlowContext): Issuer => {
  const base = config.base.replace(/\/$/u, '');
  const issuer: Internals = { config, context, urls: issuerUrls(base), state: newState(context.ports.clock) };
  return {
    base,
    exchangeOf(request) {
      const route = routeOf(issuer.urls, request);
      return route === undefined ? undefined : { exchange: route.exchange, party: route.party };
    },
    async handle(request) {
      const route = routeOf(issuer.urls, request);
      const handler = route === undefined ? undefined : HANDLERS[route.exchange];
      if (route === undefined || handler === undefined) return plain(404, 'not found');
      if (lostQuery(issuer, route.exchange, request)) return plain(404, `the query ${ENDPOINT_QUERY} is missing`);
      // HEAD is GET without the body (RFC 9110 9.3.2).
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      if (!route.methods.includes(method))
        return plain(405, 'method not allowed', [['Allow', route.methods.join(', ')]]);
      const response = await handler(issuer, request, route.id);
      return request.method === 'HEAD' ? { ...response, body: new Uint8Array() } : response;
    },
    createOffer: async (wish = {}) => createOffer(issuer, wish),
    get issued() {
      return issuer.state.issued;
    },
    get notifications() {
      return issuer.state.notifications;
    },
    setStatus: (credential, value) => setStatus(issuer, credential, value),
  };
};
