import { Refusal } from '../../../core/flow.ts';
import { TransportError } from '../../../core/http.ts';
import { generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { bool, member, obj, str, strings } from '../../../protocol/json.ts';
import { readSdJwt, resolveSdJwt } from '../../../protocol/sd-jwt/read.ts';
import type { HeldCredential, IssuanceResult } from '../../contracts.ts';
import { remember } from '../memory.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { CounterpartRefusal, issuanceVariant, odd } from '../session.ts';
import { verifyCredential } from '../verify/credential.ts';
import { askStatus } from '../verify/status.ts';
import { authorize } from './authorize.ts';
import { requestCredential } from './credential.ts';
import type { Delivery } from './credential.ts';
import { chooseServer, fetchIssuerMetadata } from './metadata.ts';
import { notify } from './notify.ts';
import { readOffer, withoutOffer } from './offer.ts';
import type { Issuance, OfferReading, Tokens } from './state.ts';
import { PRE_AUTHORIZED } from './state.ts';
import { refreshToken, requestToken } from './token.ts';

/** The client identifier of this wallet where the configuration names none. */
export const DEFAULT_CLIENT_ID = 'touchstone-wallet';

/** Receives an offer and obtains what it offers. Never throws for what the other side did: the result says it. */
export function receiveOffer(session: Session, link: string, txCode: string | undefined): Promise<IssuanceResult> {
  return issue(session, () => readOffer(session, link), txCode);
}

/** Begins an issuance without an offer, at an issuer that the wallet knows. Never throws for what the other side did. */
export function startIssuance(session: Session, credentialIssuer: string): Promise<IssuanceResult> {
  return issue(session, async () => withoutOffer(credentialIssuer), undefined);
}

async function issue(
  session: Session,
  read: () => Promise<OfferReading>,
  txCode: string | undefined,
): Promise<IssuanceResult> {
  const held: HeldCredential[] = [];
  try {
    await obtain(session, await read(), txCode, held);
    return { outcome: 'accepted', credentials: held };
  } catch (error) {
    return { ...resultOf(error), credentials: held };
  }
}

/** Outcome of an error that a flow may end with; any other error is thrown on, as the harness's own. */
export function resultOf(error: unknown): Pick<IssuanceResult, 'outcome' | 'step' | 'reason'> {
  if (error instanceof Refusal) return { outcome: 'refused', step: error.step, reason: error.message };
  if (error instanceof CounterpartRefusal) {
    const outcome = error.status >= 500 ? 'crashed' : 'refused';
    return { outcome, step: error.exchange, reason: error.message };
  }
  if (error instanceof TransportError) return { outcome: 'crashed', reason: `${error.failure}: ${error.message}` };
  throw error;
}

async function obtain(
  session: Session,
  offer: OfferReading,
  txCode: string | undefined,
  held: HeldCredential[],
): Promise<void> {
  const issuerMetadata = await fetchIssuerMetadata(session, offer.issuer);
  const configurationIds = await chooseConfigurations(session, offer, issuerMetadata);
  const grant = await chooseGrant(session, offer);
  const { server, metadata: asMetadata } = await chooseServer(session, offer, issuerMetadata, grant);
  const issuance = begin(session, { offer, issuerMetadata, asMetadata, server, grant, txCode });
  const authorization = grant === 'authorization_code' ? await authorize(issuance, configurationIds) : undefined;
  // A token may be asked for less than what was authorized (OpenID4VCI 6.1.1).
  const wanted = odd(session, 'narrowed') ? configurationIds.slice(0, 1) : configurationIds;
  let tokens = await requestToken(issuance, wanted, authorization);
  await obtainAll(issuance, wanted, tokens, held);
  if (issuance.variant.refresh === true && tokens.refreshToken !== undefined) {
    tokens = await refreshToken(issuance, wanted, tokens);
    // What the refreshed token brings takes the place of what was there (OpenID4VCI 14.5).
    held.length = 0;
    await obtainAll(issuance, wanted, tokens, held);
  }
  session.held.push(...held);
}

async function obtainAll(
  issuance: Issuance,
  configurationIds: readonly string[],
  tokens: Tokens,
  held: HeldCredential[],
): Promise<void> {
  for (const id of configurationIds) {
    const delivery = await requestCredential(issuance, id, tokens);
    await keep(issuance, delivery, tokens, held);
    if (!odd(issuance.session, 'fetched-twice')) continue;
    // One token may serve several requests, and what it brought before stays valid (OpenID4VCI 14.3).
    const earlier = delivery.credentials;
    await keep(issuance, await requestCredential(issuance, id, tokens), tokens, held);
    for (const credential of earlier) await askStatusAgain(issuance, credential);
  }
}

/** Looks the status of a credential up once more. */
async function askStatusAgain(issuance: Issuance, credential: unknown): Promise<void> {
  if (typeof credential !== 'string') return;
  await askStatus(issuance.session, resolveSdJwt(readSdJwt(credential)).claims);
}

/** Verifies and keeps what was delivered, and reports it where the issuer wants to know. */
async function keep(issuance: Issuance, delivery: Delivery, tokens: Tokens, held: HeldCredential[]): Promise<void> {
  const { session, variant, issuerMetadata, offer } = issuance;
  const configuration = obj(obj(issuerMetadata, 'credential_configurations_supported'), delivery.configurationId);
  const { notificationId } = delivery;
  const kept: HeldCredential[] = [];
  try {
    let keys = [...delivery.keys];
    for (const credential of delivery.credentials) {
      const one = await verifyCredential(session, credential, { configuration, issuer: offer.issuer, keys });
      // Each key is used for one credential at most (OpenID4VCI 8.3).
      if (keys.length > 1) keys = keys.filter((key) => key !== one.key);
      kept.push(one);
    }
  } catch (error) {
    if (error instanceof Refusal && notificationId !== undefined) {
      await notify(issuance, tokens, notificationId, 'credential_failure');
    }
    throw error;
  }
  held.push(...kept);
  const event = variant.notification;
  // Nobody is obliged to notify (OpenID4VCI 11).
  if (notificationId === undefined || event === undefined || odd(session, 'notification-left-out')) return;
  await notify(issuance, tokens, notificationId, event);
  // Repeated and later notifications are legal (OpenID4VCI 11, 11.1).
  if (odd(session, 'notification-twice')) await notify(issuance, tokens, notificationId, event);
  if (odd(session, 'notification-then-deleted')) await notify(issuance, tokens, notificationId, 'credential_deleted');
  if (event !== 'credential_accepted') held.splice(held.length - kept.length, kept.length);
}

/** Configurations to ask for: those of the offer that exist and whose format this wallet knows; without an offer the first one of that format. */
async function chooseConfigurations(
  session: Session,
  offer: OfferReading,
  issuerMetadata: JsonObject,
): Promise<readonly string[]> {
  const configurations = obj(issuerMetadata, 'credential_configurations_supported') ?? {};
  const format = issuanceVariant(session.config.variant).format ?? 'dc+sd-jwt';
  const ofFormat = (id: string): boolean => str(member(configurations, id), 'format') === format;
  await session.context.accept('wallet/offer/configuration-known', () => {
    const unknown = offer.configurationIds.find((id) => !Object.hasOwn(configurations, id));
    must(unknown === undefined, `the offer names a configuration that the metadata does not have`);
    must(Object.keys(configurations).some(ofFormat), `no configuration of format ${format}`);
    must(
      offer.configurationIds.length === 0 || offer.configurationIds.some(ofFormat),
      `nothing offered in format ${format}`,
    );
  });
  const wanted = offer.configurationIds.length > 0 ? offer.configurationIds : Object.keys(configurations);
  const known = wanted.filter(ofFormat);
  // Who does not look asks for what the metadata does not have, since it was offered.
  const usable = known.length > 0 ? known : wanted.filter((id) => !Object.hasOwn(configurations, id));
  if (usable.length === 0) {
    throw new CounterpartRefusal('credential-offer', 0, undefined, `nothing that this wallet can take: no ${format}`);
  }
  return offer.configurationIds.length > 0 ? usable : usable.slice(0, 1);
}

async function chooseGrant(session: Session, offer: OfferReading): Promise<Issuance['grant']> {
  const wish = issuanceVariant(session.config.variant).grant;
  const names = { 'pre-authorized_code': PRE_AUTHORIZED, authorization_code: 'authorization_code' } as const;
  const has = (name: string): boolean => obj(offer.grants, name) !== undefined;
  const none = offer.grants === undefined || Object.keys(offer.grants).length === 0;
  await session.context.accept('wallet/offer/grant', () => {
    must(
      none || has(names.authorization_code) || has(names['pre-authorized_code']),
      'the offer has no grant that is known',
    );
    if (has(PRE_AUTHORIZED)) {
      must(str(obj(offer.grants, PRE_AUTHORIZED), 'pre-authorized_code') !== undefined, 'the grant has no code');
    }
  });
  // Without grants the metadata decides, and a pre-authorized code cannot be there (OpenID4VCI 4.1.1).
  if (none) return 'authorization_code';
  if (has(names[wish])) return wish;
  return has(PRE_AUTHORIZED) ? 'pre-authorized_code' : 'authorization_code';
}

function begin(
  session: Session,
  found: Pick<Issuance, 'offer' | 'issuerMetadata' | 'asMetadata' | 'server' | 'grant' | 'txCode'>,
): Issuance {
  const { random } = session.context.ports;
  const variant = issuanceVariant(session.config.variant);
  const dpopKey = variant.dpop === true ? generateSigningKey(dpopAlg(found.asMetadata), random) : undefined;
  if (dpopKey !== undefined) {
    session.context.trace.material('dpop-key', dpopKey.privateJwk);
    remember(session.memory.dpopKeys, dpopKey);
  }
  return {
    session,
    variant,
    ...found,
    clientId: clientIdOf(session, found.grant, found.asMetadata),
    dpopKey,
    dpopNonces: new Map(),
    attestationChallenges: new Map(),
    dpopIds: [],
    instanceKey: generateSigningKey('ES256', random),
  };
}

function dpopAlg(asMetadata: JsonObject): 'ES256' | 'ES384' | 'Ed25519' {
  const supported = strings(asMetadata, 'dpop_signing_alg_values_supported');
  const ours = ['ES256', 'ES384', 'Ed25519'] as const;
  return ours.find((alg) => supported?.includes(alg) !== false) ?? 'ES256';
}

/** Anonymous where the server allows it and nobody gave the wallet a name (OpenID4VCI 6.1, 12.3). */
function clientIdOf(session: Session, grant: Issuance['grant'], asMetadata: JsonObject): string | undefined {
  const variant = issuanceVariant(session.config.variant);
  const anonymous = bool(asMetadata, 'pre-authorized_grant_anonymous_access_supported') === true;
  const needless = grant === 'pre-authorized_code' && (variant.clientAuthentication ?? 'none') === 'none';
  const unnamed = session.config.clientId === undefined || odd(session, 'anonymous');
  if (unnamed && anonymous && needless) return undefined;
  return session.config.clientId ?? DEFAULT_CLIENT_ID;
}
