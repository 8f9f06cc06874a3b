import type { FlowContext } from '../../core/flow.ts';
import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import type { ExchangeName, Party } from '../../core/kinds.ts';
import { randomId } from '../../core/ports.ts';
import { base64url } from '../../protocol/encoding.ts';
import type { EncryptionKey } from '../../protocol/jose/keys.ts';
import { generateEncryptionKey } from '../../protocol/jose/keys.ts';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { CreateVerifier, Verifier, VerifierConfig } from '../contracts.ts';
import type { JsonDraft } from '../drafts.ts';
import { answer, answerJson, errorValue } from './answer.ts';
import { handleControl } from './control.ts';
import type { ClientRegistration } from './metadata.ts';
import { clientRegistration } from './metadata.ts';
import { handleRedirectUri } from './redirect-uri.ts';
import type { VerifierParts } from './parts.ts';
import type { RequestMaker } from './request.ts';
import { clientIdentifier, formLink, registeredClientId, responseUri } from './request.ts';
import { handleRequestUri } from './request-uri.ts';
import { handleResponse } from './handle-response.ts';
import type { Session } from './session.ts';
import { createSessions } from './session.ts';
import { resolveVariant } from './variant.ts';

/** The mock verifier with what a set-up needs beside the contract. */
export interface MockVerifier extends Verifier {
  /** What a wallet must know of this verifier beforehand, for prefix `pre-registered`. */
  readonly registration: ClientRegistration;
}

/** Seconds that a request is valid. */
const REQUEST_LIFETIME = 300;
const LONG = 512;

interface Route {
  readonly name: 'request' | 'response' | 'done' | 'jwks' | 'control';
  readonly exchange: ExchangeName;
  readonly party: Party;
  /** Path below the endpoint, without slashes around. */
  readonly id: string | undefined;
}

const EXCHANGE_OF = {
  request: { exchange: 'request-object', party: 'verifier' },
  response: { exchange: 'presentation', party: 'verifier' },
  done: { exchange: 'redirect-uri', party: 'relying-party' },
  jwks: { exchange: 'jwks', party: 'verifier' },
  control: { exchange: 'control', party: 'harness' },
} as const satisfies Record<Route['name'], { readonly exchange: ExchangeName; readonly party: Party }>;

/**
 * A mock OpenID4VP 1.0 verifier. Endpoints below `base`: `request/{id}` (request URI), `response[/{id}]` (response URI), `done/{id}` (redirect URI of the
 * relying party), `jwks` (for a registered client), `control/request` and `control/result/{id}` (relying party's own interface, JSON).
 * `createRequest` throws UnsupportedVariant for a variant that this verifier does not build.
 */
export const createVerifier: CreateVerifier = (config, context) => createMockVerifier(config, context);

/** As `createVerifier`, with the additions of MockVerifier. */
export function createMockVerifier(config: VerifierConfig, context: FlowContext): MockVerifier {
  const { ports } = context;
  const sessions = createSessions();
  // Most verifiers never need it: it is made when it is first asked for.
  let kept: EncryptionKey | undefined;
  const keptKey = (): EncryptionKey => (kept ??= generateEncryptionKey('ECDH-ES', ports.random));
  const maker: RequestMaker = { config, context, keptKey };

  const createRequest: Verifier['createRequest'] = async (wish, query) => {
    const session = await openSession(maker, { ...config.variant, ...wish }, query ?? config.query);
    sessions.add(session);
    return { link: await formLink(maker, session), id: session.resultId };
  };
  const parts: VerifierParts = { config, context, maker, sessions, verifier: { createRequest } };

  const registered = (): ClientRegistration =>
    clientRegistration({
      clientId: registeredClientId(config.base),
      responseUri: `${config.base}/response`,
      signing: config.identity.signing,
      encryption: keptKey(),
    });

  return {
    base: config.base,
    get registration() {
      return registered();
    },
    createRequest,
    result: (id) => sessions.byResultId(id)?.result ?? { status: 'pending' },
    exchangeOf: (request) => {
      const route = routeOf(config.base, request);
      return route === undefined ? undefined : { exchange: route.exchange, party: route.party };
    },
    async handle(request) {
      const route = routeOf(config.base, request);
      if (route === undefined) return answerJson(404, errorValue('not_found', 'nothing here'));
      return refusalsAnswered(context, route, () => handle(parts, route, request, registered));
    },
  };
}

async function handle(
  parts: VerifierParts,
  route: Route,
  request: HttpRequest,
  registered: () => ClientRegistration,
): Promise<HttpResponse> {
  switch (route.name) {
    case 'request':
      return handleRequestUri(parts, route.id, request);
    case 'response':
      return handleResponse(parts, route.id, request);
    case 'done':
      return handleRedirectUri(parts, route.id, request);
    case 'control':
      return handleControl(parts, route.id, request);
    case 'jwks':
      return answer(parts.context, 'jwks', answerJson(200, registered().jwks));
  }
}

/** Turns a refusal into the error answer of its exchange. Step `<exchange>-error` (JsonDraft). */
async function refusalsAnswered(
  context: FlowContext,
  route: Route,
  work: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const value = errorValue(error.code, error.message);
    const draft = await context.form<JsonDraft>(`${route.exchange}-error`, { value });
    return answer(context, route.exchange, answerJson(error.status, draft.value));
  }
}

function routeOf(base: string, request: HttpRequest): Route | undefined {
  if (!URL.canParse(request.url)) return undefined;
  const root = new URL(base).pathname.replace(/\/$/, '');
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(`${root}/`)) return undefined;
  const [name = '', ...rest] = pathname.slice(root.length + 1).split('/');
  if (!isRoute(name)) return undefined;
  const id = rest.length === 0 ? undefined : rest.join('/');
  return { name, id, ...EXCHANGE_OF[name] };
}

function isRoute(name: string): name is Route['name'] {
  return Object.hasOwn(EXCHANGE_OF, name);
}

/** Opens a transaction: fresh identifiers, nonce and state. Step `presentation-request-link.client-id` (JsonDraft {client_id}). */
async function openSession(
  maker: RequestMaker,
  wish: PresentationVariant,
  query: Readonly<Record<string, unknown>>,
): Promise<Session> {
  const { config, context } = maker;
  const { random, clock } = context.ports;
  const variant = resolveVariant(wish, query);
  const id = randomId(random);
  const uri = responseUri(config, variant, id);
  const clientId = clientIdentifier(config, variant.prefix, uri);
  const formed = await context.form<JsonDraft>(
    'presentation-request-link.client-id',
    { value: { client_id: clientId } },
    { responseUri: uri, base: config.base },
  );
  const long = (oddity: 'long-nonce' | 'long-state'): string =>
    variant.oddities.has(oddity) ? base64url(random.bytes(LONG)) : randomId(random, 24);
  const seconds = config.lifetimes?.request ?? REQUEST_LIFETIME;
  return {
    id,
    resultId: randomId(random, 24),
    variant,
    query,
    clientId: typeof formed.value['client_id'] === 'string' ? formed.value['client_id'] : clientId,
    nonce: long('long-nonce'),
    state: long('long-state'),
    responseCode: variant.redirectUri ? randomId(random, 24) : undefined,
    expiresAt: clock.now() + seconds * 1000,
    encryption: undefined,
    sent: undefined,
    result: { status: 'pending' },
  };
}
