import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { fromUtf8, jsonResponse, textResponse, utf8 } from '../../core/http.ts';
import type { ManualClock } from '../../core/system/clock.ts';
import { manualClock } from '../../core/system/clock.ts';
import { seededRandom } from '../../core/system/random.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import { encryptCompact } from '../../protocol/jose/jwe.ts';
import { readJwt, signCompact } from '../../protocol/jose/jws.ts';
import type { SigningKey } from '../../protocol/jose/keys.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, obj, readJson, str, strings } from '../../protocol/json.ts';
import { readLink } from '../../protocol/links.ts';
import { encodeForm, param } from '../../protocol/oauth.ts';
import { buildSdJwt, issueSdJwt, presentSdJwt } from '../../protocol/sd-jwt/build.ts';
import type { ClaimsPath } from '../../protocol/claims-path.ts';
import { sdDigest, sdHash } from '../../protocol/sd-jwt/read.ts';
import { encodeStatusList, makeStatusList } from '../../protocol/status-list.ts';
import type { Trust, VerifierConfig } from '../contracts.ts';
import type { MemoryNetwork } from '../memory.ts';
import { memoryNetwork } from '../memory.ts';
import type { IdentitySet } from '../trust/identity.ts';
import { createIdentities } from '../trust/identity.ts';
import type { MockVerifier } from './verifier.ts';
import { createMockVerifier } from './verifier.ts';

/**
 * A wallet for the tests of the mock verifier, as small as it can be: it believes every request and answers with one credential, and each test bends
 * one thing of the answer. It judges nothing: what a wallet must refuse is tested with the mock wallet.
 */
export const BASE = 'https://verifier.example/v1';
const ISSUER = 'https://issuer.example/i';
export const START = Date.UTC(2031, 5, 1);

export interface House {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly identities: IdentitySet;
  readonly context: RecordingContext;
  readonly verifier: MockVerifier;
  readonly holder: SigningKey;
  send(request: Partial<HttpRequest> & { readonly url: string }): Promise<HttpResponse>;
}

let shared: Promise<IdentitySet> | undefined;

/** Identities are made once for all tests. */
export function testIdentities(): Promise<IdentitySet> {
  shared ??= createIdentities({
    hosts: ['verifier.example', 'issuer.example'],
    clock: manualClock(START),
    random: seededRandom('identities'),
  });
  return shared;
}

export const QUERY = {
  credentials: [
    {
      id: 'pid',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:example:pid'] },
      claims: [{ path: ['family_name'] }, { path: ['address', 'city'] }],
    },
  ],
} as const;

/** A verifier on a network in memory, with an issuer that publishes keys and a status list (index 1 revoked). */
export async function house(
  options: {
    readonly variant?: Partial<PresentationVariant>;
    readonly query?: JsonObject;
    readonly faults?: readonly Fault<never>[];
    readonly leniencies?: readonly string[];
    readonly trust?: Trust;
    readonly config?: Partial<VerifierConfig>;
  } = {},
): Promise<House> {
  const clock = manualClock(START, { sleep: 'jump' });
  const network = memoryNetwork();
  const identities = await testIdentities();
  const random = seededRandom('verifier');
  const log = createLog({ real: clock });
  const context = createFlowContext({
    id: 'flow',
    ports: { clock, random, http: network },
    log,
    faults: options.faults ?? [],
    leniencies: new Set(options.leniencies ?? []),
  });
  const verifier = createMockVerifier(
    {
      base: BASE,
      identity: identities.verifier,
      trust: options.trust ?? { anchors: [identities.authority.pem] },
      variant: { kind: 'presentation', ...options.variant },
      links: { request: 'openid4vp://' },
      query: options.query ?? QUERY,
      ...options.config,
    },
    context,
  );
  network.mount(BASE, verifier, context, 'wallet');
  network.mount(ISSUER, issuerDocuments(identities, clock), context, 'verifier');
  return {
    clock,
    network,
    identities,
    context,
    verifier,
    holder: generateSigningKey('ES256', seededRandom('holder')),
    send: (request) => network.send({ method: 'GET', headers: [], body: new Uint8Array(), ...request }),
  };
}

function issuerDocuments(identities: IdentitySet, clock: ManualClock): Parameters<MemoryNetwork['mount']>[1] {
  const { signing } = identities.issuer;
  return {
    exchangeOf: () => ({ exchange: 'status-list', party: 'issuer' }),
    handle: async ({ url }) => {
      if (url.includes('/.well-known/jwt-vc-issuer')) {
        return jsonResponse(200, { issuer: ISSUER, jwks: { keys: [signing.publicJwk] } });
      }
      const now = Math.floor(clock.now() / 1000);
      const status_list = encodeStatusList(makeStatusList(1, 64, { 1: 1 }));
      const sub = url.includes('?') ? `${ISSUER}/another` : url;
      const payload = { sub, iat: now, exp: now + 600, status_list };
      const key = url.endsWith('/forged') ? identities.stranger.signing : signing;
      const header = { alg: 'ES256', typ: 'statuslist+jwt', ...(url.endsWith('/bare') ? {} : { x5c: key.x5c }) };
      return textResponse(200, 'application/statuslist+jwt', signCompact({ header, payload, key }));
    },
  };
}

export const STATUS_URI = `${ISSUER}/status`;

/** Request parameters as the wallet sees them, and how they came. */
export interface SeenRequest {
  readonly link: string;
  readonly parameters: JsonObject;
  readonly header: JsonObject | undefined;
  readonly clientId: string;
}

/** Reads a link and fetches what it refers to. */
export async function open(house: House, link: string, post: Record<string, string> = {}): Promise<SeenRequest> {
  const reading = readLink(link);
  const clientId = param(reading, 'client_id') ?? '';
  const uri = param(reading, 'request_uri');
  let jwt = param(reading, 'request');
  if (uri !== undefined) {
    const method = param(reading, 'request_uri_method') === 'post' ? 'POST' : 'GET';
    const form = [['content-type', 'application/x-www-form-urlencoded']] as const;
    const response = await house.send(
      method === 'POST' ? { method, url: uri, headers: form, body: utf8(encodeForm(post)) } : { url: uri },
    );
    jwt = fromUtf8(response.body);
  }
  if (jwt !== undefined) {
    const { header, payload } = readJwt(jwt);
    return { link, parameters: payload ?? {}, header, clientId };
  }
  const parameters = Object.fromEntries(
    reading.parameters.map(([name, value]) => [name, /^[[{]/.test(value) ? readJson(value).value : value]),
  );
  return { link, parameters, header: undefined, clientId };
}

/** Everything that a test may bend in the answer; the default is right. */
export interface Answer {
  issuerKey: SigningKey;
  issuerHeader: Record<string, unknown>;
  claims: Record<string, unknown>;
  disclosable: ClaimsPath[];
  /** Paths that are disclosed. */
  disclose: ClaimsPath[] | 'all';
  /** Changes the SD-JWT before the key binding is made. */
  bend: (sdJwt: string) => string;
  holderKey: SigningKey;
  kbHeader: Record<string, unknown>;
  kbPayload: Record<string, unknown>;
  /** False leaves the KB-JWT out. */
  kb: boolean;
  sdHashOf: (sdJwt: string) => string;
  vpToken: (presentation: string) => unknown;
  /** Members beside vp_token. */
  more: Record<string, unknown>;
  jwe: Record<string, unknown>;
  recipient: JsonObject;
  /** False sends it in clear. */
  encrypt: boolean;
  contentType: string;
  url: string;
}

/** The right answer to a request. */
export function answerTo(house: House, seen: SeenRequest): Answer {
  const { parameters } = seen;
  const { identities, holder, clock } = house;
  const now = Math.floor(clock.now() / 1000);
  const metadata = obj(parameters, 'client_metadata') ?? (house.verifier.registration as unknown as JsonObject);
  const keys = arr(obj(metadata, 'jwks'), 'keys') ?? [];
  const jwk = keys.find((key) => str(key, 'use') !== 'sig' && str(key, 'alg') === 'ECDH-ES') as JsonObject | undefined;
  const state = str(parameters, 'state');
  const { kid: _kid, alg: _alg, ...holderJwk } = holder.publicJwk;
  const transactionData = strings(parameters, 'transaction_data');
  return {
    issuerKey: identities.issuer.signing,
    issuerHeader: { alg: 'ES256', typ: 'dc+sd-jwt', x5c: identities.issuer.signing.x5c },
    claims: {
      iss: ISSUER,
      vct: 'urn:example:pid',
      iat: now - 1000,
      exp: now + 100_000,
      cnf: { jwk: holderJwk },
      family_name: '王',
      given_name: '小明',
      address: { city: '臺北', street: '信義路' },
    },
    disclosable: [['family_name'], ['given_name'], ['address', 'city'], ['address', 'street']],
    disclose: [['family_name'], ['address', 'city']],
    bend: (sdJwt) => sdJwt,
    holderKey: holder,
    kbHeader: { alg: 'ES256', typ: 'kb+jwt' },
    kbPayload: {
      iat: now,
      nonce: parameters['nonce'],
      aud: parameters['client_id'],
      ...(transactionData === undefined
        ? {}
        : {
            transaction_data_hashes: transactionData.map((entry) => sdDigest(entry)),
            transaction_data_hashes_alg: 'sha-256',
          }),
    },
    kb: true,
    sdHashOf: (sdJwt) => sdHash(sdJwt),
    vpToken: (presentation) => ({ pid: [presentation] }),
    more: state === undefined ? {} : { state },
    jwe: {
      alg: 'ECDH-ES',
      enc: strings(metadata, 'encrypted_response_enc_values_supported')?.[0] ?? 'A128GCM',
      kid: str(jwk, 'kid'),
    },
    recipient: jwk ?? {},
    encrypt: str(parameters, 'response_mode') === 'direct_post.jwt',
    contentType: 'application/x-www-form-urlencoded',
    url: str(parameters, 'response_uri') ?? '',
  };
}

/** Forms the response that an Answer describes. */
export function formResponse(answer: Answer): Partial<HttpRequest> & { readonly url: string } {
  const parts = buildSdJwt({
    header: answer.issuerHeader,
    claims: answer.claims,
    disclosable: answer.disclosable,
    random: seededRandom('salts'),
  });
  const sdJwt = answer.bend(presentSdJwt(issueSdJwt(parts, answer.issuerKey), answer.disclose));
  const payload = { ...answer.kbPayload, sd_hash: answer.sdHashOf(sdJwt) };
  const kb = answer.kb ? signCompact({ header: answer.kbHeader, payload, key: answer.holderKey }) : '';
  const parameters: Record<string, unknown> = { vp_token: answer.vpToken(sdJwt + kb), ...answer.more };
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const form = answer.encrypt
    ? {
        response: encryptCompact({
          header: answer.jwe,
          plaintext: JSON.stringify(parameters),
          recipient: answer.recipient,
        }),
      }
    : Object.fromEntries(
        Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value)]])),
      );
  return {
    method: 'POST',
    url: answer.url,
    headers: [['content-type', answer.contentType]],
    body: utf8(encodeForm(form)),
  };
}

/** One whole presentation: request, answer (bent by `change`), reply. */
export async function present(
  house: House,
  change: (answer: Answer) => void = () => {},
): Promise<{
  readonly response: HttpResponse;
  readonly reply: unknown;
  readonly id: string;
  readonly seen: SeenRequest;
}> {
  const { link, id } = await house.verifier.createRequest();
  const seen = await open(house, link, { wallet_nonce: 'wallet-nonce' });
  const answer = answerTo(house, seen);
  change(answer);
  const response = await house.send(formResponse(answer));
  return { response, reply: readJson(response.body).value, id, seen };
}
