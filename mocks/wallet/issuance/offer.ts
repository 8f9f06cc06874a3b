import type { HttpResponse } from '../../../core/http.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, obj, readJson, str } from '../../../protocol/json.ts';
import { isSuccess, must, send, typeOf } from '../send.ts';
import type { Session } from '../session.ts';
import { CounterpartRefusal } from '../session.ts';
import { isServiceUrl, parseUrl } from '../url.ts';
import type { OfferReading } from './state.ts';
import { PRE_AUTHORIZED } from './state.ts';

/**
 * Reads a credential offer from a link, by value or by reference (OpenID4VCI 4.1). Throws Refusal, TransportError, CounterpartRefusal.
 */
export async function readOffer(session: Session, link: string): Promise<OfferReading> {
  const { context } = session;
  const query = parseUrl(link)?.searchParams ?? new URLSearchParams();
  const byValue = query.getAll('credential_offer');
  const byReference = query.getAll('credential_offer_uri');
  await context.accept('wallet/offer/one-form', () => {
    must(
      byValue.length + byReference.length === 1,
      'a link holds exactly one of credential_offer, credential_offer_uri',
    );
    must(byReference.length === 0 || isServiceUrl(byReference[0]), 'credential_offer_uri is no https URL');
  });
  const value = byValue[0];
  const offer = value === undefined ? await fetchOffer(session, byReference[0] ?? '') : await offerOf(session, value);
  const issuer = str(offer, 'credential_issuer') ?? '';
  await context.accept('wallet/offer/issuer-url', () => {
    must(isServiceUrl(issuer), 'credential_issuer is no https URL');
    must(!/[?#]/u.test(issuer), 'credential_issuer has a query or fragment');
  });
  const ids = arr(offer, 'credential_configuration_ids') ?? [];
  await context.accept('wallet/offer/configuration-ids', () => {
    must(ids.length > 0, 'credential_configuration_ids is missing or empty');
    must(
      ids.every((id) => typeof id === 'string'),
      'credential_configuration_ids holds something else than strings',
    );
    must(new Set(ids).size === ids.length, 'credential_configuration_ids holds the same id twice');
  });
  const known = new Set(ids.filter((id) => typeof id === 'string'));
  return { issuer, configurationIds: [...known], grants: obj(offer, 'grants') };
}

/** What takes the place of an offer where the wallet begins: the issuer alone; its metadata decide the rest. */
export function withoutOffer(credentialIssuer: string): OfferReading {
  return { issuer: credentialIssuer, configurationIds: [], grants: undefined };
}

async function offerOf(session: Session, text: string, response?: HttpResponse): Promise<JsonObject | undefined> {
  const reading = readJson(text, { maxDepth: 32, maxBytes: 1024 * 1024 });
  await session.context.accept('wallet/offer/json', () => {
    if (response !== undefined) {
      must(response.status === 200, `the offer was answered with status ${response.status}`);
      must(typeOf(response) === 'application/json', 'the offer does not have the media type application/json');
    }
    must(isObject(reading.value) && reading.errors.length === 0, 'the offer is no JSON object');
    const code = obj(obj(reading.value, 'grants'), PRE_AUTHORIZED);
    must(code === undefined || str(code, 'pre-authorized_code') !== undefined, 'the grant has no pre-authorized_code');
  });
  return isObject(reading.value) ? reading.value : undefined;
}

async function fetchOffer(session: Session, url: string): Promise<JsonObject | undefined> {
  if (!isServiceUrl(url)) return undefined;
  const response = await send(session, {
    exchange: 'credential-offer',
    to: 'issuer',
    url,
    headers: [['accept', 'application/json']],
  });
  if (response.status >= 400 && !isSuccess(response)) {
    throw new CounterpartRefusal('credential-offer', response.status, undefined, `status ${response.status}`);
  }
  return offerOf(session, Buffer.from(response.body).toString('utf8'), response);
}
