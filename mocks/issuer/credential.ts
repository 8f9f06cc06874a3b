import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { randomId } from '../../core/ports.ts';
import type { ClaimsPath } from '../../protocol/claims-path.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import { publicJwkOf } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { member, str } from '../../protocol/json.ts';
import { buildSdJwt, joinSdJwt } from '../../protocol/sd-jwt/build.ts';
import type { BytesDraft, JwtDraft, SdJwtDraft } from '../drafts.ts';
import { acceptAccess, answerResourceError } from './access.ts';
import { dpopNonceHeader } from './dpop.ts';
import type { ResponseEncryption } from './encryption.ts';
import { acceptBody, answerPossiblyEncrypted } from './encryption.ts';
import { keyHeader, otherKeys } from './metadata.ts';
import { odd } from './oddities.ts';
import { acceptProofs } from './proofs.ts';
import type { Authorized, Configuration, Grant, Internals } from './state.ts';
import { configuration, configurations, inSeconds, lifetime, opaque, seconds } from './state.ts';
import { allocateStatus } from './status.ts';
import { acceptanceStep } from './step.ts';

export const CREDENTIAL_STEPS = [
  acceptanceStep(
    'credential/identifier-or-configuration',
    'Exactly one of credential_identifier and credential_configuration_id is there',
    'credential_identifier 與 credential_configuration_id 恰有其一',
    'OID4VCI-8.2-5',
    'OID4VCI-8.2-10',
    'OID4VCI-8.3.1.2-6',
    'OID4VCI-8.3.1.2-10',
  ),
  acceptanceStep(
    'credential/identifier-known',
    'The credential identifier is known',
    '憑證識別碼為已知',
    'OID4VCI-8.2-4',
    'OID4VCI-8.3.1.2-12',
  ),
  acceptanceStep(
    'credential/configuration-known',
    'The credential configuration is known',
    '憑證組態為已知',
    'OID4VCI-8.2-8',
    'OID4VCI-8.3.1.2-11',
  ),
  acceptanceStep(
    'credential/authorized',
    'The access token covers the requested credential',
    '存取權杖涵蓋所請求的憑證',
    'OID4VCI-8-2',
    'OID4VCI-8.3.1.1-3',
    'OID4VCI-6.1-12',
  ),
  acceptanceStep(
    'credential/identifier-required',
    'The identifier is used where identifiers were handed out',
    '已發給識別碼時使用該識別碼',
    'OID4VCI-8.2-3',
    'OID4VCI-8.2-7',
    'OID4VCI-6.2-10',
  ),
];

/** Seconds that a wallet waits before it asks for a deferred credential. */
export const DEFERRED_INTERVAL = 1;
/** Seconds that a transaction id is known. */
const DEFERRED_LIFETIME = 86_400;

/** Credentials that a long-lived issuer remembers for `issued`. */
const MAX_REMEMBERED = 10_000;

/** Credential endpoint (OpenID4VCI 8). */
export async function handleCredential(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { state, urls, context } = issuer;
  try {
    const grant = await acceptAccess(issuer, request, urls.credential);
    const { value, encryption } = await acceptBody(issuer, request);
    const chosen = await acceptChoice(issuer, grant, value);
    const keys = await acceptProofs(issuer, grant, chosen, value);
    if (grant.session.variant.deferred === true) {
      const id = opaque(issuer, grant.session.variant);
      const readyAt = context.ports.clock.now() + DEFERRED_INTERVAL * 1000;
      const expires = inSeconds(issuer, DEFERRED_LIFETIME);
      state.deferred.set(id, { grant, configuration: chosen, keys, readyAt, obtained: false }, expires);
      return await answerPossiblyEncrypted(issuer, {
        exchange: 'credential',
        status: 202,
        value: { transaction_id: id, interval: DEFERRED_INTERVAL },
        encryption,
        session: grant.session,
        headers: nonceHeaders(issuer, grant),
        extras: { base: urls.base, ...otherKeys(issuer) },
      });
    }
    return await answerCredentials(issuer, 'credential', grant, chosen, keys, encryption);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answerResourceError(issuer, 'credential', request, error);
  }
}

function nonceHeaders(issuer: Internals, grant: Grant): [string, string][] {
  return grant.session.variant.dpopNonce === true ? [dpopNonceHeader(issuer)] : [];
}

/** Which credential is asked for, and whether the token is good for it. */
async function acceptChoice(issuer: Internals, grant: Grant, value: JsonObject): Promise<Configuration> {
  const invalid = { code: 'invalid_credential_request' };
  const identifier = member(value, 'credential_identifier');
  const configurationId = member(value, 'credential_configuration_id');
  await issuer.context.accept(
    'issuer/credential/identifier-or-configuration',
    () => {
      if (identifier === undefined && configurationId === undefined) throw new Error('neither of the two is there');
      if (identifier !== undefined && configurationId !== undefined) throw new Error('both are there');
      if (typeof (identifier ?? configurationId) !== 'string') throw new Error('it is no string');
    },
    invalid,
  );
  const byIdentifier = (entry: Authorized): boolean => entry.identifiers?.includes(String(identifier)) === true;
  const named = grant.authorized.find(byIdentifier)?.configuration;
  await issuer.context.accept(
    'issuer/credential/identifier-known',
    () => {
      if (identifier !== undefined && named === undefined) throw new Error('the credential identifier is unknown');
    },
    { code: 'unknown_credential_identifier' },
  );
  const asked = identifier === undefined ? configuration(issuer, str(value, 'credential_configuration_id')) : undefined;
  await issuer.context.accept(
    'issuer/credential/configuration-known',
    () => {
      if (identifier === undefined && configurationId !== undefined && asked === undefined) {
        throw new Error('the credential configuration is unknown');
      }
    },
    { code: 'unknown_credential_configuration' },
  );
  const entry = grant.authorized.find((item) => item.configuration === asked?.id);
  await issuer.context.accept(
    'issuer/credential/authorized',
    () => {
      if (asked !== undefined && entry === undefined) throw new Error('the access token is not for this credential');
    },
    { code: 'insufficient_scope', status: 403 },
  );
  await issuer.context.accept(
    'issuer/credential/identifier-required',
    () => {
      if (identifier === undefined && entry?.identifiers !== undefined) {
        throw new Error('identifiers were handed out, credential_configuration_id may not be used');
      }
    },
    invalid,
  );
  // What is not there can only be missing with a leniency: then the first that the token is good for is meant.
  const chosen = configuration(issuer, named) ?? asked ?? configuration(issuer, grant.authorized[0]?.configuration);
  const fallback = chosen ?? configurations(issuer)[0];
  if (fallback === undefined) throw new Error('no credential configuration');
  return fallback;
}

/**
 * A credential response with one credential for each key (OpenID4VCI 8.3). Forming steps beside those of `answerPossiblyEncrypted`: for each
 * credential `credential` …, see `makeCredential`.
 */
export async function answerCredentials(
  issuer: Internals,
  exchange: 'credential' | 'deferred-credential',
  grant: Grant,
  chosen: Configuration,
  keys: readonly JsonObject[],
  encryption: ResponseEncryption | undefined,
): Promise<HttpResponse> {
  const { state, urls, context } = issuer;
  const { variant } = grant.session;
  const credentials: { credential: string }[] = [];
  for (const key of keys.length === 0 ? [undefined] : keys) {
    credentials.push({ credential: await makeCredential(issuer, grant, chosen, key, keys) });
  }
  const value: Record<string, unknown> = { credentials };
  if (variant.notification !== undefined) {
    const id = opaque(issuer, variant);
    state.notificationIds.set(id, grant, inSeconds(issuer, DEFERRED_LIFETIME));
    value['notification_id'] = id;
  }
  return answerPossiblyEncrypted(issuer, {
    exchange,
    status: 200,
    value,
    encryption,
    session: grant.session,
    headers: nonceHeaders(issuer, grant),
    extras: {
      base: urls.base,
      interval: DEFERRED_INTERVAL,
      transactionId: randomId(context.ports.random),
      ...otherKeys(issuer),
    },
  });
}

/** Plain claims of a credential, and which of them are selectively disclosable, before the SD-JWT is built. */
export interface ClaimsDraft {
  readonly claims: JsonObject;
  readonly disclosable: readonly ClaimsPath[];
}

/**
 * Makes one SD-JWT VC. Forming steps: `credential.claims` (ClaimsDraft), `credential.parts` (SdJwtParts), `credential` (JwtDraft),
 * `credential.bytes` (the issuer-signed JWT), `credential.sd-jwt` (SdJwtDraft). Extras: `holderKey`, `holderKeys`, `base`, `type`, `otherKey()`,
 * `spare(name)`, and from `credential` on `disclosures` (BuiltDisclosure[]).
 */
async function makeCredential(
  issuer: Internals,
  grant: Grant,
  chosen: Configuration,
  key: JsonObject | undefined,
  keys: readonly JsonObject[],
): Promise<string> {
  const { context, config, state, urls } = issuer;
  const { variant } = grant.session;
  const { signing } = config.identity;
  const { type } = chosen;
  // Rounded down to the minute: an exact time would link presentations (OpenID4VCI 15.4.1).
  const now = Math.floor(seconds(issuer) / 60) * 60;
  const status = variant.status === true ? allocateStatus(issuer) : undefined;
  const common = { base: urls.base, holderKey: key, holderKeys: keys, type, ...otherKeys(issuer) };
  const plain: ClaimsDraft = {
    claims: {
      iss: urls.base,
      iat: now,
      exp: now + lifetime(issuer, 'credential'),
      vct: type.type,
      ...(key === undefined ? {} : { cnf: { jwk: publicJwkOf(key) } }),
      ...(status === undefined ? {} : { status: status.claim }),
      ...type.claims,
    },
    disclosable: type.disclosable,
  };
  const { claims, disclosable } = await context.form('credential.claims', plain, common);
  const built = buildSdJwt({
    header: { alg: signing.alg, typ: 'dc+sd-jwt', ...keyHeader(signing) },
    claims,
    disclosable,
    random: context.ports.random,
    decoys: odd(variant, 'decoys') ? 2 : 0,
    stateSdAlg: !odd(variant, 'no-sd-alg'),
  });
  const parts = await context.form('credential.parts', built, common);
  const extras = { ...common, disclosures: parts.disclosures };
  const jwt: JwtDraft = { header: { ...parts.header }, payload: { ...parts.payload }, key: signing };
  const formed = await context.form('credential', jwt, extras);
  const bytes = await context.form<BytesDraft>('credential.bytes', { text: signCompact(formed) }, extras);
  const draft: SdJwtDraft = {
    issuerJwt: bytes.text,
    disclosures: parts.disclosures.map((disclosure) => disclosure.encoded),
    kbJwt: '',
  };
  const whole = await context.form('credential.sd-jwt', draft, extras);
  const credential = joinSdJwt(whole.issuerJwt, whole.disclosures, whole.kbJwt);
  state.issued.push({ configurationId: chosen.id, format: type.format, credential });
  if (state.issued.length > MAX_REMEMBERED) state.issued.shift();
  if (status !== undefined) state.statusOf.set(credential, status);
  return credential;
}
