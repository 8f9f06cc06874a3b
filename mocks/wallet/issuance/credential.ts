import type { HttpResponse } from '../../../core/http.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, member, num, obj, str, strings } from '../../../protocol/json.ts';
import { earlier } from '../memory.ts';
import { errorCode, isSuccess, makeJson, must, requireSuccess } from '../send.ts';
import { CounterpartRefusal, odd } from '../session.ts';
import { isServiceUrl } from '../url.ts';
import { boundPost } from './dpop.ts';
import type { RequestBody, ResponseEncryption } from './encryption.ts';
import { openResponse, wishResponseEncryption, wrapRequest } from './encryption.ts';
import { fetchNonce, makeProofs } from './proofs.ts';
import type { Issuance, Tokens } from './state.ts';

/** What one credential request brought. */
export interface Delivery {
  readonly configurationId: string;
  readonly credentials: readonly unknown[];
  readonly keys: readonly SigningKey[];
  readonly notificationId: string | undefined;
}

/**
 * Asks for one credential configuration (OpenID4VCI 8), waits for it where it is deferred (9). Step `credential-request` (JsonDraft); extras:
 * `configurationId`, `identifier`, `nonce`, `keys`, `unoffered` (ids of
 * configurations that the token is not good for), `leftOut` (ids that were offered, and that the details of the token do not name).
 */
export async function requestCredential(
  issuance: Issuance,
  configurationId: string,
  tokens: Tokens,
): Promise<Delivery> {
  const configuration = obj(obj(issuance.issuerMetadata, 'credential_configurations_supported'), configurationId);
  // A nonce may be used until the issuer refuses it (OpenID4VCI 13.8).
  const cached = odd(issuance.session, 'cached-nonce') ? issuance.session.memory.nonces.at(-1) : undefined;
  let made = await attempt(issuance, configurationId, configuration, tokens, cached);
  // A nonce may have been used up or expired meanwhile: a fresh one, once (OpenID4VCI 8.3.1.2).
  if (errorCode(made.response) === 'invalid_nonce' && !isSuccess(made.response)) {
    made = await attempt(issuance, configurationId, configuration, tokens);
  }
  const { response, keys, encryption } = made;
  const body = await readAnswer(issuance, 'credential', response, encryption);
  const transactionId = str(body, 'transaction_id');
  if (transactionId !== undefined && arr(body, 'credentials') === undefined) {
    const late = await pollDeferred(issuance, transactionId, num(body, 'interval') ?? 5, tokens);
    return delivery(issuance, configurationId, keys, late);
  }
  return delivery(issuance, configurationId, keys, body);
}

async function delivery(
  issuance: Issuance,
  configurationId: string,
  keys: readonly SigningKey[],
  body: JsonObject | undefined,
): Promise<Delivery> {
  const credentials = (arr(body, 'credentials') ?? []).map((entry) => member(entry, 'credential'));
  await issuance.session.context.accept('wallet/credential-response/count', () => {
    const most = Math.max(1, keys.length);
    must(credentials.length <= most, `${credentials.length} credentials for ${keys.length} keys`);
  });
  return { configurationId, credentials, keys, notificationId: str(body, 'notification_id') };
}

interface Attempt {
  readonly response: HttpResponse;
  readonly keys: readonly SigningKey[];
  readonly encryption: ResponseEncryption | undefined;
}

async function attempt(
  issuance: Issuance,
  configurationId: string,
  configuration: JsonObject | undefined,
  tokens: Tokens,
  cached?: string,
): Promise<Attempt> {
  const { session } = issuance;
  const nonce = cached ?? (await fetchNonce(issuance));
  const encryption = wishResponseEncryption(issuance);
  let keys: readonly SigningKey[] = [];
  let sent: RequestBody | undefined;
  const identifier = identifierOf(configurationId, tokens);
  const response = await boundPost(issuance, {
    exchange: 'credential',
    to: 'issuer',
    // A wallet that gets here without the endpoint makes one up.
    url: str(issuance.issuerMetadata, 'credential_endpoint') ?? `${issuance.offer.issuer}/credential`,
    tokens,
    body: async () => {
      const made = await makeProofs(issuance, configuration, nonce);
      keys = made.keys;
      const text = await makeJson(
        session,
        'credential-request',
        {
          ...(identifier === undefined
            ? { credential_configuration_id: configurationId }
            : { credential_identifier: identifier }),
          ...(made.proofs === undefined ? {} : { proofs: made.proofs }),
          ...(encryption === undefined ? {} : { credential_response_encryption: encryption.parameters }),
        },
        {
          configurationId,
          identifier,
          nonce,
          keys,
          unoffered: unofferedIds(issuance),
          leftOut: leftOutIds(issuance, tokens),
        },
      );
      sent = await wrapRequest(issuance, 'credential-request', text, encryption !== undefined);
      return {
        text: sent.text,
        headers: [sent.type, ['accept', accepted(encryption)]],
        extras: { plaintext: sent.plaintext },
      };
    },
  });
  record(issuance, 'credential-request', sent);
  return { response, keys, encryption };
}

/** Ids of configurations that the offer does not name, and that share no scope with those it names: the token is not good for them. */
function unofferedIds({ issuerMetadata, offer }: Issuance): readonly string[] {
  const configurations = obj(issuerMetadata, 'credential_configurations_supported') ?? {};
  const scopeOf = (id: string): string | undefined => str(member(configurations, id), 'scope');
  const scopes = new Set(offer.configurationIds.map(scopeOf));
  return Object.keys(configurations).filter((id) => {
    const scope = scopeOf(id);
    return !offer.configurationIds.includes(id) && (scope === undefined || !scopes.has(scope));
  });
}

/** Ids of offered configurations that the authorization details of the token do not name; none without details. */
function leftOutIds({ offer }: Issuance, { authorizationDetails }: Tokens): readonly string[] {
  if (authorizationDetails === undefined) return [];
  const named = new Set(authorizationDetails.map((detail) => str(detail, 'credential_configuration_id')));
  return offer.configurationIds.filter((id) => !named.has(id));
}

/** What was encrypted is in the trace as plaintext too: nobody but the issuer could read it there. */
function record(issuance: Issuance, kind: string, sent: RequestBody | undefined): void {
  if (sent?.plaintext === undefined) return;
  issuance.session.context.trace.message({
    kind,
    sender: 'wallet',
    receiver: 'issuer',
    channel: 'http',
    within: `encrypted-${kind}`,
    body: sent.plaintext,
  });
}

function accepted(encryption: ResponseEncryption | undefined): string {
  return encryption === undefined ? 'application/json' : 'application/jwt, application/json';
}

/** Credential identifier that the token response gave for a configuration (OpenID4VCI 6.2): it must be used then. */
function identifierOf(configurationId: string, tokens: Tokens): string | undefined {
  const details = (tokens.authorizationDetails ?? []).filter(
    (entry) => isObject(entry) && str(entry, 'type') === 'openid_credential',
  );
  const nameOf = (item: unknown): string | undefined => str(item, 'credential_configuration_id');
  // Details that name others are for others: what a scope granted is asked for by its configuration (OpenID4VCI 5.1.2).
  const entry =
    details.find((item) => nameOf(item) === configurationId) ?? details.find((item) => nameOf(item) === undefined);
  return strings(entry, 'credential_identifiers')?.[0];
}

async function readAnswer(
  issuance: Issuance,
  exchange: 'credential' | 'deferred-credential',
  response: HttpResponse,
  encryption: ResponseEncryption | undefined,
  transactionId?: string,
): Promise<JsonObject | undefined> {
  const { session } = issuance;
  const { context } = session;
  if (response.status >= 400) requireSuccess(exchange, response);
  await context.accept('wallet/credential-response/status', () => {
    must(response.status === 200 || response.status === 202, `status ${response.status} is neither 200 nor 202`);
  });
  const body = await openResponse(session, response, encryption);
  const step = exchange === 'credential' ? 'wallet/credential-response/shape' : 'wallet/deferred/shape';
  await context.accept(step, () => judgeShape(body, response.status, transactionId));
  return body;
}

/** The members of a credential response and how they exclude each other (OpenID4VCI 8.3, 9.2). */
function judgeShape(body: JsonObject | undefined, status: number, transactionId: string | undefined): void {
  must(body !== undefined, 'the response is no JSON object');
  const credentials = member(body, 'credentials');
  const pending = member(body, 'transaction_id');
  const interval = member(body, 'interval');
  must(
    (credentials === undefined) !== (pending === undefined),
    'the response needs exactly one of credentials, transaction_id',
  );
  if (pending !== undefined) {
    must(typeof pending === 'string' && pending !== '', 'transaction_id is no string');
    must(status !== 200, 'transaction_id with status 200 instead of 202');
    must(typeof interval === 'number' && interval > 0, 'interval is missing or no positive number');
    must(transactionId === undefined || pending === transactionId, 'transaction_id is another than the one asked for');
    must(member(body, 'notification_id') === undefined, 'notification_id without credentials');
    return;
  }
  must(status !== 202, 'credentials with status 202 instead of 200');
  must(interval === undefined, 'interval beside credentials');
  must(Array.isArray(credentials) && credentials.length > 0, 'credentials is no non-empty array');
  for (const entry of arr(body, 'credentials') ?? []) {
    must(isObject(entry), 'an element of credentials is no object');
    const credential = member(entry, 'credential');
    must(typeof credential === 'string' || isObject(credential), 'an element of credentials has no credential');
  }
  const id = member(body, 'notification_id');
  must(id === undefined || typeof id === 'string', 'notification_id is no string');
}

/** Draft of step `deferred-wait`. */
export interface WaitDraft {
  seconds: number;
}

/** Longest wait between two polls, seconds: an issuer may name an hour, a test run has less. */
const MAX_INTERVAL = 60;

/** Polls the deferred credential endpoint. Step `deferred-credential-request` (JsonDraft); extras: `earlierTransactionId`. */
async function pollDeferred(
  issuance: Issuance,
  transactionId: string,
  interval: number,
  tokens: Tokens,
): Promise<JsonObject | undefined> {
  const { session, issuerMetadata } = issuance;
  const endpoint = str(issuerMetadata, 'deferred_credential_endpoint') ?? '';
  await session.context.accept('wallet/metadata/deferred-endpoint', () => {
    must(isServiceUrl(endpoint), 'a transaction_id although the metadata has no deferred_credential_endpoint');
  });
  const polls = session.config.deferredPolls ?? 5;
  let wait = interval;
  for (let poll = 0; poll < polls; poll++) {
    const { seconds } = await session.context.form<WaitDraft>('deferred-wait', { seconds: wait });
    await session.context.ports.clock.sleep(Math.min(Math.max(seconds, 0), MAX_INTERVAL) * 1000);
    const encryption = wishResponseEncryption(issuance);
    let sent: RequestBody | undefined;
    const response = await boundPost(issuance, {
      exchange: 'deferred-credential',
      to: 'issuer',
      url: endpoint,
      tokens,
      body: async () => {
        const text = await makeJson(
          session,
          'deferred-credential-request',
          {
            transaction_id: transactionId,
            ...(encryption === undefined ? {} : { credential_response_encryption: encryption.parameters }),
          },
          { earlierAccessToken: earlier(session.memory.accessTokens, tokens.accessToken) },
        );
        sent = await wrapRequest(issuance, 'deferred-credential-request', text, encryption !== undefined);
        return {
          text: sent.text,
          headers: [sent.type, ['accept', accepted(encryption)]],
          extras: { plaintext: sent.plaintext },
        };
      },
    });
    record(issuance, 'deferred-credential-request', sent);
    const body = await readAnswer(issuance, 'deferred-credential', response, encryption, transactionId);
    if (arr(body, 'credentials') !== undefined) return body;
    wait = num(body, 'interval') ?? wait;
  }
  throw new CounterpartRefusal('deferred-credential', 202, 'issuance_pending', `still pending after ${polls} requests`);
}
