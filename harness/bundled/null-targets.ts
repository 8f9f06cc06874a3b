import type { ServerMock } from '../../core/flow.ts';
import type { HttpResponse } from '../../core/http.ts';
import { TransportError, jsonResponse } from '../../core/http.ts';
import type { Role } from '../../core/kinds.ts';
import { randomId } from '../../core/ports.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { buildLink } from '../../protocol/links.ts';
import type { Serve, ServedResponse } from '../../mocks/http/response.ts';
import { ISSUER_STEPS } from '../../mocks/issuer/steps.ts';
import { VERIFIER_STEPS } from '../../mocks/verifier/steps.ts';
import { WALLET_STEPS } from '../../mocks/wallet/steps.ts';
import type { Configuration } from '../configuration/types.ts';
import { controlInterface } from './control.ts';
import { openGround, withCall } from './ground.ts';
import { issuerConfiguration, startIssuerTarget } from './issuer-target.ts';
import type { BundledOptions, BundledTarget } from './options.ts';
import { startVerifierTarget, verifierConfiguration } from './verifier-target.ts';
import { isNotification, isPresentation, startWalletTarget, walletConfiguration } from './wallet-target.ts';

/**
 * Targets that must earn nothing (DESIGN section 2, rule 4).
 * - never a valid message: `not-found`, `bad-request`, `hang`, `closed` to all protocol requests; a wallet that does nothing and
 *   `says-refused` of everything;
 * - `refuses-at-last`: valid until the last step, then refuses all;
 * - `accepts-all`: leaves out every acceptance step, and says of everything that it accepted it.
 */
export const NULL_KINDS = [
  'not-found',
  'bad-request',
  'hang',
  'closed',
  'says-refused',
  'refuses-at-last',
  'accepts-all',
] as const;
export type NullKind = (typeof NULL_KINDS)[number];

const DEAD: Readonly<Record<string, ServedResponse>> = {
  'not-found': jsonResponse(404, { error: 'not_found' }),
  'bad-request': jsonResponse(400, { error: 'invalid_request' }),
  hang: { ...jsonResponse(200, {}), transport: { kind: 'hang' } },
  closed: { ...jsonResponse(200, {}), transport: { kind: 'close' } },
  'says-refused': jsonResponse(400, { error: 'invalid_request' }),
};

/** A target that answers nothing must not make a run wait for long. */
const DEAD_TIMEOUT_MS = 300;

/** Starts a broken target. Its control interface works, so that the harness has something to test. */
export async function startNullTarget(role: Role, kind: NullKind, options: BundledOptions): Promise<BundledTarget> {
  switch (kind) {
    case 'accepts-all':
      return startLenient(role, options);
    case 'refuses-at-last':
      return startRefusing(role, options);
    default:
      return startDead(role, kind, options);
  }
}

/** Every acceptance step of a role's mock, to be left out. */
export function allLeniencies(role: Role): ReadonlySet<string> {
  const steps = { issuer: ISSUER_STEPS, wallet: WALLET_STEPS, verifier: VERIFIER_STEPS };
  return new Set(steps[role].map(({ id }) => id));
}

function startLenient(role: Role, options: BundledOptions): Promise<BundledTarget> {
  const lenient: BundledOptions = { ...options, leniencies: allLeniencies(role) };
  switch (role) {
    case 'issuer':
      return startIssuerTarget(lenient);
    case 'wallet':
      // What it stumbles over it calls accepted, too.
      return startWalletTarget(lenient, {
        says: (result) => (result.outcome === 'declined-by-user' ? result : { outcome: 'accepted' }),
      });
    case 'verifier':
      return startVerifierTarget(lenient, {
        says: (result) => (result.status === 'refused' ? { ...result, status: 'accepted' } : result),
      });
  }
}

function startRefusing(role: Role, options: BundledOptions): Promise<BundledTarget> {
  const reason = 'refused, whatever it is';
  switch (role) {
    case 'issuer':
      return startIssuerTarget(options, (mock) =>
        refusing(
          mock,
          ['credential', 'deferred-credential'],
          jsonResponse(400, { error: 'credential_request_denied' }),
        ),
      );
    case 'verifier':
      return startVerifierTarget(options, {
        wrap: (mock) => refusing(mock, ['presentation'], jsonResponse(400, { error: 'invalid_request' })),
        says: () => ({ status: 'refused', reason }),
      });
    case 'wallet':
      return startWalletTarget(options, {
        // It tells no issuer that it was content.
        receiving: (context) => withoutCalls(context, isNotification, reason),
        presenting: (context) => withoutCalls(context, isPresentation, reason),
        says: () => ({ outcome: 'refused', detail: reason }),
      });
  }
}

function withoutCalls(context: RecordingContext, which: (call: unknown) => boolean, reason: string): RecordingContext {
  return withCall(context, async (call) => {
    if (which(call)) throw new TransportError('blocked', reason);
    return context.call(call);
  });
}

/** A mock that takes part as it should, and answers some exchanges always with the same refusal. */
function refusing(mock: ServerMock, exchanges: readonly string[], refusal: HttpResponse): ServerMock {
  return {
    exchangeOf: (request) => mock.exchangeOf(request),
    handle: async (request) => {
      const exchange = mock.exchangeOf(request)?.exchange;
      return exchange !== undefined && exchanges.includes(exchange) ? refusal : mock.handle(request);
    },
  };
}

async function startDead(role: Role, kind: NullKind, options: BundledOptions): Promise<BundledTarget> {
  const ground = await openGround(options);
  const { url } = ground;
  const dead: Serve = async () => DEAD[kind] ?? jsonResponse(404, { error: 'not_found' });
  ground.routes.mount('/', dead);
  switch (role) {
    case 'issuer':
      ground.routes.mount('/control', issuerControl(url, options));
      return ground.target(impatient(issuerConfiguration(url, [ground.identities.issuer.ca])));
    case 'verifier':
      ground.routes.mount('/control', verifierControl(url, options));
      return ground.target(impatient(verifierConfiguration(url, [ground.identities.verifier.ca])));
    case 'wallet':
      // A wallet has no other address than its control interface: there it is dead, or lies.
      if (kind === 'says-refused') {
        ground.routes.mount('/control', controlInterface({ 'POST /open': async () => ({ outcome: 'refused' }) }));
      }
      return ground.target(impatient(walletConfiguration(url, DEAD_TIMEOUT_MS)));
  }
}

/** Offers that look right and lead nowhere. */
function issuerControl(url: string, { profile, random }: BundledOptions): Serve {
  const id = profile.credentialTypes[0]?.id ?? 'card';
  return controlInterface({
    'POST /offer': async ({ grant, txCode }) => {
      const code = randomId(random);
      const preAuthorized = {
        'urn:ietf:params:oauth:grant-type:pre-authorized_code': {
          'pre-authorized_code': code,
          ...(txCode === true ? { tx_code: { input_mode: 'numeric', length: 6 } } : {}),
        },
      };
      const grants = grant === 'authorization_code' ? { authorization_code: { issuer_state: code } } : preAuthorized;
      const offer = { credential_issuer: `${url}/issuer`, credential_configuration_ids: [id], grants };
      const base = profile.links.offer[0] ?? 'openid-credential-offer://';
      return {
        offer: buildLink(base, { credential_offer: JSON.stringify(offer) }),
        ...(txCode === true ? { tx_code: '123456' } : {}),
      };
    },
  });
}

/** Requests that look right and lead nowhere; the relying party says that it refused. */
function verifierControl(url: string, { profile, random }: BundledOptions): Serve {
  return controlInterface({
    'POST /request': async () => {
      const id = randomId(random);
      const base = profile.links.request[0] ?? 'openid4vp://';
      const { hostname } = new URL(url);
      const parameters = { client_id: `x509_san_dns:${hostname}`, request_uri: `${url}/verifier/request/${id}` };
      return { link: buildLink(base, parameters), id };
    },
    'GET /result/*': async () => ({ outcome: 'refused' }),
  });
}

function impatient(configuration: Configuration): Configuration {
  return { ...configuration, target: { ...configuration.target, timeoutMs: DEAD_TIMEOUT_MS } };
}
