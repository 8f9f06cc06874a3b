import type { CredentialType } from '../../core/contracts/profile.ts';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import type { HttpResponse } from '../../core/http.ts';
import { fromUtf8, header, utf8 } from '../../core/http.ts';
import type { ManualClock } from '../../core/system/clock.ts';
import { manualClock } from '../../core/system/clock.ts';
import { seededRandom } from '../../core/system/random.ts';
import { text } from '../../core/text.ts';
import type { TraceEvent } from '../../core/trace/entries.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { createFlowContext, recordServed } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import { sha256Base64url } from '../../protocol/encoding.ts';
import { decryptCompact, encryptCompact } from '../../protocol/jose/jwe.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import type { SigningKey } from '../../protocol/jose/keys.ts';
import { generateEncryptionKey, generateSigningKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, obj, pointer, readJson, str } from '../../protocol/json.ts';
import { readLink } from '../../protocol/links.ts';
import { encodeForm, param, pkceChallenge } from '../../protocol/oauth.ts';
import type { Issuer, IssuerConfig } from '../contracts.ts';
import type { JwtDraft } from '../drafts.ts';
import type { IdentitySet } from '../trust/identity.ts';
import { createIdentities } from '../trust/identity.ts';
import { createIssuer } from './issuer.ts';

/**
 * A client for the tests of the mock issuer, as small as it can be: it believes every answer, and each test bends one thing of what it sends. It
 * judges nothing: what a wallet must refuse is tested with the mock wallet.
 */
export const BASE = 'https://issuer.example/i/f1';
export const CLIENT = 'test-client';
export const START = Date.UTC(2031, 5, 1);
const REDIRECT = 'https://wallet.example/cb';

export const TYPE: CredentialType = {
  id: 'pid',
  format: 'dc+sd-jwt',
  type: 'urn:example:pid',
  scope: 'pid',
  title: text('Person', '個人'),
  claims: { family_name: '陳', given_name: '筱玲', address: { city: '臺北' }, nationalities: ['TW', 'JP'] },
  disclosable: [['family_name'], ['given_name'], ['address', 'city'], ['nationalities', null]],
};
export const OTHER_TYPE: CredentialType = { ...TYPE, id: 'diploma', type: 'urn:example:diploma', scope: 'diploma' };

let shared: Promise<IdentitySet> | undefined;

/** Identities are made once for all tests. */
export function testIdentities(): Promise<IdentitySet> {
  const input = { hosts: ['issuer.example'], clock: manualClock(START), random: seededRandom('identities') };
  shared ??= createIdentities(input);
  return shared;
}

export interface House {
  readonly clock: ManualClock;
  readonly context: RecordingContext;
  readonly issuer: Issuer;
  readonly identities: IdentitySet;
  readonly random: ReturnType<typeof seededRandom>;
  send(method: string, url: string, headers?: [string, string][], body?: string): Promise<HttpResponse>;
  /** Step events so far: `refused issuer/token/code invalid_grant`. */
  refusals(): { readonly step: string; readonly code: string | undefined }[];
  events(name: TraceEvent['event']): TraceEvent[];
}

const SIMPLE: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };

export async function house(
  options: {
    readonly variant?: Partial<IssuanceVariant>;
    readonly faults?: readonly Fault<never>[];
    readonly leniencies?: readonly string[];
    readonly config?: Partial<IssuerConfig>;
    readonly seed?: string;
  } = {},
): Promise<House> {
  const identities = await testIdentities();
  const clock = manualClock(START, { sleep: 'jump' });
  const random = seededRandom(options.seed ?? 'issuer');
  const log = createLog({ real: clock });
  const http = { send: async () => Promise.reject(new Error('this issuer calls nobody')) };
  const context = createFlowContext({
    id: 'f1',
    ports: { clock, random, http },
    log,
    faults: options.faults ?? [],
    leniencies: new Set(options.leniencies),
  });
  const issuer = createIssuer(
    {
      base: BASE,
      identity: identities.issuer,
      trust: { anchors: [identities.authority.pem] },
      credentialTypes: [TYPE, OTHER_TYPE],
      variant: { ...SIMPLE, ...options.variant },
      links: { offer: 'openid-credential-offer://' },
      clients: { [CLIENT]: { jwk: identities.wallet.signing.publicJwk } },
      ...options.config,
    },
    context,
  );
  const events = (name: TraceEvent['event']): TraceEvent[] =>
    log.entries.flatMap((entry) => (entry.type === 'event' && entry.event === name ? [entry] : []));
  return {
    clock,
    context,
    issuer,
    identities,
    random,
    send: async (method, url, headers = [], body = '') =>
      recordServed(context, issuer, { method, url, headers, body: utf8(body) }, 'wallet'),
    events,
    refusals: () =>
      events('step').flatMap((event) =>
        event.event === 'step' && event.result === 'refused' ? [{ step: event.step, code: event.code }] : [],
      ),
  };
}

export type Fields = Record<string, string | undefined>;
export interface Sent {
  headers: [string, string][];
  body: string;
  url: string;
}

/** What a test bends. Absent: the straight message. */
export interface Bends {
  readonly wish?: Partial<IssuanceVariant>;
  readonly par?: (fields: Fields) => void;
  readonly authorization?: (fields: Fields) => void;
  readonly token?: (fields: Fields) => void;
  readonly tokenHttp?: (sent: Sent) => void;
  readonly assertion?: (draft: JwtDraft) => void;
  readonly attestation?: (draft: JwtDraft) => void;
  readonly pop?: (draft: JwtDraft) => void;
  readonly dpop?: (draft: JwtDraft, at: 'token' | 'credential') => void;
  readonly proof?: (draft: JwtDraft, index: number) => void;
  readonly attestedKeys?: (draft: JwtDraft) => void;
  readonly request?: (value: Record<string, unknown>) => void;
  readonly jwe?: (header: Record<string, unknown>) => void;
  readonly encryption?: (value: Record<string, unknown>) => void;
  readonly credentialHttp?: (sent: Sent) => void;
  readonly deferred?: (value: Record<string, unknown>) => void;
  readonly notification?: (value: Record<string, unknown>) => void;
  readonly nonce?: (nonce: string) => string | undefined;
  readonly anonymous?: boolean;
  readonly before?: (stage: 'token' | 'credential') => void;
  readonly keyAttestation?: boolean;
}

/** How far the flow came: the last answer, and what was obtained. */
export interface Walk {
  readonly last: HttpResponse;
  readonly json: JsonObject | undefined;
  readonly credentials: readonly string[];
  readonly token: JsonObject | undefined;
  readonly accessToken: string;
  readonly notificationId: string | undefined;
  readonly txCode: string | undefined;
  readonly tokenFields: Fields;
  readonly location: string | undefined;
  readonly keys: readonly SigningKey[];
  readonly dpopKey: SigningKey;
}

export function jsonOf(response: HttpResponse): JsonObject | undefined {
  const { value } = readJson(response.body);
  return isObject(value) ? value : undefined;
}

const form = (fields: Fields): string => encodeForm(fields);
const FORM: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
const jwt = (draft: JwtDraft): string =>
  signCompact({ ...draft, key: draft.header['alg'] === 'none' ? 'none' : draft.key });

/** Goes the whole way of the variant as a wallet would; stops at the first answer that is no success. */
export async function walk(at: House, bends: Bends = {}): Promise<Walk> {
  const { issuer, identities, clock, random } = at;
  const offer = await issuer.createOffer(bends.wish ?? {});
  const link = readLink(offer.link);
  const uri = param(link, 'credential_offer_uri');
  const offered =
    uri === undefined ? readJson(param(link, 'credential_offer') ?? '').value : jsonOf(await at.send('GET', uri));
  const metadata = jsonOf(await at.send('GET', 'https://issuer.example/.well-known/openid-credential-issuer/i/f1'));
  const server = jsonOf(await at.send('GET', 'https://issuer.example/.well-known/oauth-authorization-server/i/f1'));
  const variant: IssuanceVariant = { ...SIMPLE, ...bends.wish };
  const now = (): number => Math.floor(clock.now() / 1000);
  const dpopKey = generateSigningKey('ES256', random, { kid: false });
  const instanceKey = generateSigningKey('ES256', random, { kid: false });
  const configurationId = String(pointer(offered, '/credential_configuration_ids/0'));
  const details = JSON.stringify([{ type: 'openid_credential', credential_configuration_id: configurationId }]);
  const jti = (): string => sha256Base64url(random.bytes(16)).slice(0, 20);
  let dpopNonce: string | undefined;
  let tokenFields: Fields = {};
  let location: string | undefined;
  let token: JsonObject | undefined;
  const keys: SigningKey[] = [];

  const end = (last: HttpResponse, credentials: readonly string[] = [], notificationId?: string): Walk => ({
    last,
    json: jsonOf(last),
    credentials,
    token,
    accessToken: str(token, 'access_token') ?? '',
    notificationId,
    txCode: offer.txCode,
    tokenFields,
    location,
    keys,
    dpopKey,
  });

  const dpopHeader = (stage: 'token' | 'credential', url: string, accessToken?: string): [string, string][] => {
    if (variant.dpop !== true) return [];
    const { kty, crv, x, y } = dpopKey.publicJwk;
    const draft: JwtDraft = {
      header: { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } },
      payload: {
        jti: jti(),
        htm: 'POST',
        htu: url,
        iat: now(),
        ...(accessToken === undefined ? {} : { ath: sha256Base64url(accessToken) }),
        ...(dpopNonce === undefined ? {} : { nonce: dpopNonce }),
      },
      key: dpopKey,
    };
    bends.dpop?.(draft, stage);
    return draft.payload['skip'] === true ? [] : [['DPoP', jwt(draft)]];
  };

  const client = (fields: Fields): [string, string][] => {
    if (bends.anonymous !== true) fields['client_id'] = CLIENT;
    const { signing } = identities.wallet;
    if (variant.clientAuthentication === 'private_key_jwt') {
      const draft: JwtDraft = {
        header: { alg: signing.alg },
        payload: { iss: CLIENT, sub: CLIENT, aud: BASE, jti: jti(), exp: now() + 60, iat: now() },
        key: signing,
      };
      bends.assertion?.(draft);
      fields['client_assertion_type'] = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      fields['client_assertion'] = jwt(draft);
    }
    if (variant.clientAuthentication !== 'attest_jwt_client_auth') return [];
    const { kty, crv, x, y } = instanceKey.publicJwk;
    const attestation: JwtDraft = {
      header: { alg: signing.alg, typ: 'oauth-client-attestation+jwt', x5c: signing.x5c },
      payload: { iss: 'https://provider.example', sub: CLIENT, exp: now() + 600, cnf: { jwk: { kty, crv, x, y } } },
      key: signing,
    };
    bends.attestation?.(attestation);
    const pop: JwtDraft = {
      header: { alg: 'ES256', typ: 'oauth-client-attestation-pop+jwt' },
      payload: { iss: CLIENT, aud: BASE, jti: jti(), iat: now() },
      key: instanceKey,
    };
    bends.pop?.(pop);
    return [
      ['OAuth-Client-Attestation', jwt(attestation)],
      ['OAuth-Client-Attestation-PoP', jwt(pop)],
    ];
  };

  const grants = obj(offered, 'grants');
  if (variant.grant === 'authorization_code') {
    const verifier = 'v'.repeat(43);
    let fields: Fields = {
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: REDIRECT,
      state: 'st',
      code_challenge: pkceChallenge(verifier),
      code_challenge_method: 'S256',
      issuer_state: str(obj(grants, 'authorization_code'), 'issuer_state'),
      ...(variant.ask === 'authorization_details'
        ? { authorization_details: details }
        : { scope: `openid ${TYPE.scope}` }),
    };
    if (variant.par === true) {
      const headers = client(fields);
      bends.par?.(fields);
      const pushed = await at.send(
        'POST',
        str(server, 'pushed_authorization_request_endpoint') ?? '',
        [FORM, ...headers],
        form(fields),
      );
      if (pushed.status !== 201) return end(pushed);
      fields = { client_id: CLIENT, request_uri: str(jsonOf(pushed), 'request_uri') };
    }
    bends.authorization?.(fields);
    const redirected = await at.send('GET', `${str(server, 'authorization_endpoint')}?${form(fields)}`);
    location = header(redirected.headers, 'location');
    const answer = readLink(location ?? '');
    const code = param(answer, 'code');
    if (code === undefined) return end(redirected);
    tokenFields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier };
  } else {
    const grant = obj(grants, 'urn:ietf:params:oauth:grant-type:pre-authorized_code');
    tokenFields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:pre-authorized_code',
      'pre-authorized_code': str(grant, 'pre-authorized_code'),
      tx_code: offer.txCode,
      ...(variant.ask === 'authorization_details' ? { authorization_details: details } : {}),
    };
  }

  const tokenUrl = str(server, 'token_endpoint') ?? '';
  bends.before?.('token');
  const askToken = async (): Promise<HttpResponse> => {
    const headers = client(tokenFields);
    bends.token?.(tokenFields);
    const sent: Sent = {
      headers: [FORM, ...headers, ...dpopHeader('token', tokenUrl)],
      body: form(tokenFields),
      url: tokenUrl,
    };
    bends.tokenHttp?.(sent);
    return at.send('POST', sent.url, sent.headers, sent.body);
  };
  let answered = await askToken();
  if (str(jsonOf(answered), 'error') === 'use_dpop_nonce' && dpopNonce === undefined) {
    dpopNonce = header(answered.headers, 'dpop-nonce');
    answered = await askToken();
  }
  dpopNonce = header(answered.headers, 'dpop-nonce') ?? dpopNonce;
  if (answered.status !== 200) return end(answered);
  token = jsonOf(answered);
  const accessToken = str(token, 'access_token') ?? '';

  const nonceAnswer = await at.send('POST', str(metadata, 'nonce_endpoint') ?? '');
  const served = str(jsonOf(nonceAnswer), 'c_nonce') ?? '';
  const nonce = bends.nonce === undefined ? served : bends.nonce(served);
  const attest = (list: readonly SigningKey[]): string => {
    const { signing } = identities.wallet;
    const draft: JwtDraft = {
      header: { alg: signing.alg, typ: 'key-attestation+jwt', x5c: signing.x5c },
      payload: {
        iat: now(),
        exp: now() + 600,
        nonce,
        attested_keys: list.map(({ publicJwk: { kty, crv, x, y } }) => ({ kty, crv, x, y })),
      },
      key: signing,
    };
    bends.attestedKeys?.(draft);
    return jwt(draft);
  };
  for (let index = 0; index < (variant.proofs ?? 1); index++)
    keys.push(generateSigningKey('ES256', random, { kid: false }));
  const proofs = keys.map((key, index) => {
    const { kty, crv, x, y } = key.publicJwk;
    const draft: JwtDraft = {
      header: {
        typ: 'openid4vci-proof+jwt',
        alg: 'ES256',
        jwk: { kty, crv, x, y },
        ...(bends.keyAttestation === true ? { key_attestation: attest(keys) } : {}),
      },
      payload: { aud: BASE, iat: now(), nonce, ...(bends.anonymous === true ? {} : { iss: CLIENT }) },
      key,
    };
    bends.proof?.(draft, index);
    return jwt(draft);
  });
  const identifier = pointer(token, '/authorization_details/0/credential_identifiers/0');
  const request: Record<string, unknown> = {
    ...(identifier === undefined
      ? { credential_configuration_id: configurationId }
      : { credential_identifier: identifier }),
    ...(keys.length === 0
      ? {}
      : { proofs: variant.proofType === 'attestation' ? { attestation: [attest(keys)] } : { jwt: proofs } }),
  };
  const back = generateEncryptionKey('ECDH-ES', random);
  const encryptionParameters: Record<string, unknown> = { jwk: back.publicJwk, enc: 'A256GCM' };
  if (variant.responseEncryption === true) {
    bends.encryption?.(encryptionParameters);
    request['credential_response_encryption'] = encryptionParameters;
  }
  bends.request?.(request);
  const recipient = pointer(metadata, '/credential_request_encryption/jwks/keys/0');
  const ask = async (url: string, value: unknown): Promise<HttpResponse> => {
    const encrypts = variant.requestEncryption === true || variant.responseEncryption === true;
    let body = JSON.stringify(value);
    if (encrypts && isObject(recipient)) {
      const head: Record<string, unknown> = { alg: 'ECDH-ES', enc: 'A128GCM', kid: recipient['kid'] };
      bends.jwe?.(head);
      body = encryptCompact({ header: head, plaintext: body, recipient, random });
    }
    const sent: Sent = {
      url,
      headers: [
        ['content-type', encrypts ? 'application/jwt' : 'application/json'],
        ['authorization', `${str(token, 'token_type')} ${accessToken}`],
        ...dpopHeader('credential', url, accessToken),
      ],
      body,
    };
    bends.credentialHttp?.(sent);
    const answer = await at.send('POST', sent.url, sent.headers, sent.body);
    dpopNonce = header(answer.headers, 'dpop-nonce') ?? dpopNonce;
    if (header(answer.headers, 'content-type') !== 'application/jwt') return answer;
    const opened = decryptCompact(fromUtf8(answer.body), back.privateJwk);
    if (!opened.ok) throw new Error('the answer cannot be decrypted');
    return { ...answer, body: opened.plaintext };
  };
  bends.before?.('credential');
  let issued = await ask(str(metadata, 'credential_endpoint') ?? '', request);
  if (issued.status === 202) {
    const value: Record<string, unknown> = { transaction_id: str(jsonOf(issued), 'transaction_id') };
    if (variant.responseEncryption === true) value['credential_response_encryption'] = encryptionParameters;
    bends.deferred?.(value);
    await clock.sleep(1000);
    issued = await ask(str(metadata, 'deferred_credential_endpoint') ?? '', value);
  }
  if (issued.status !== 200) return end(issued);
  const answer = jsonOf(issued);
  const credentials = (arr(answer, 'credentials') ?? []).flatMap((entry) => str(entry, 'credential') ?? []);
  const notificationId = str(answer, 'notification_id');
  if (notificationId === undefined) return end(issued, credentials);
  const value: Record<string, unknown> = { notification_id: notificationId, event: 'credential_accepted' };
  bends.notification?.(value);
  const noted = await at.send(
    'POST',
    str(metadata, 'notification_endpoint') ?? '',
    [
      ['content-type', 'application/json'],
      ['authorization', `${str(token, 'token_type')} ${accessToken}`],
      ...dpopHeader('credential', str(metadata, 'notification_endpoint') ?? '', accessToken),
    ],
    JSON.stringify(value),
  );
  return end(noted, credentials, notificationId);
}
