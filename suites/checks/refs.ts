import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import { mediaType } from '../../core/http.ts';
import type { JwtReading } from '../../protocol/jose/jws.ts';
import { readJwt } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, str } from '../../protocol/json.ts';
import type { Resolution } from '../../protocol/sd-jwt/resolve.ts';
import { resolveSdJwt } from '../../protocol/sd-jwt/resolve.ts';
import type { SdJwtReading } from '../../protocol/sd-jwt/parse.ts';
import { readSdJwt } from '../../protocol/sd-jwt/parse.ts';

/*
 * What checks compare a message with: other messages of the same flow. In a flow with a fault the harness's own messages
 * may be wrong on purpose; `faulty` says so, and checks that compare with them stay silent there.
 */

/** The harness deviated in this flow: what it sent is no reference. */
export function faulty(flow: FlowView): boolean {
  return flow.fault !== undefined;
}

/** The message that travelled by itself and carried this artifact; the message itself if nothing carried it. */
export function wireOf(message: MessageView): MessageView {
  let here = message;
  for (let depth = 0; depth < 10 && here.parent !== undefined; depth += 1) here = here.parent;
  return here;
}

/** Artifacts are noted when the flow has ended, so their place in time is the one of their carrier. */
export function isBefore(one: MessageView, other: MessageView): boolean {
  return wireOf(one).seq < wireOf(other).seq;
}

/** Last message of a kind that travelled before another one. */
export function lastBefore(flow: FlowView, kind: string, other: MessageView): MessageView | undefined {
  return flow.all(kind).findLast((message) => isBefore(message, other));
}

/** The request that led to an answer, in clear: out of its JWE where it was encrypted and the harness has the key. */
export function requestOf(message: MessageView, kind: string): MessageView | undefined {
  const asked = wireOf(message).counterpart;
  if (asked === undefined || asked.kind === kind) return asked;
  return asked.children(kind)[0];
}

/** The answer to a request, in clear. */
export function answerTo(message: MessageView, kind: string): MessageView | undefined {
  const answer = wireOf(message).counterpart;
  if (answer === undefined || answer.kind === kind) return answer;
  return answer.children(kind)[0];
}

const jwts = new WeakMap<MessageView, JwtReading>();

/** The compact JWT of a message, read once. */
export function jwtOf(message: MessageView): JwtReading {
  const known = jwts.get(message);
  if (known !== undefined) return known;
  const reading = readJwt(message.text.trim());
  jwts.set(message, reading);
  return reading;
}

export interface SdJwt {
  readonly reading: SdJwtReading;
  readonly resolution: Resolution;
}

const sdJwts = new WeakMap<MessageView, SdJwt>();

/** The SD-JWT of a `credential` or `presentation`, read and resolved once. */
export function sdJwtOf(message: MessageView): SdJwt {
  const known = sdJwts.get(message);
  if (known !== undefined) return known;
  const reading = readSdJwt(message.text);
  const made = { reading, resolution: resolveSdJwt(reading) };
  sdJwts.set(message, made);
  return made;
}

/** Scheme of an Authorization header in lower case, and its token. */
export function accessTokenOf(message: MessageView): { readonly scheme: string; readonly token: string } | undefined {
  const found = /^([A-Za-z]+) +(\S+)\s*$/.exec(wireOf(message).header('authorization') ?? '');
  return found?.[1] === undefined || found[2] === undefined
    ? undefined
    : { scheme: found[1].toLowerCase(), token: found[2] };
}

export interface Document {
  readonly message: MessageView;
  readonly value: JsonObject;
}

/** The credential issuer metadata that was served in this flow: the unsigned form if there is one. */
export function issuerMetadata(flow: FlowView): Document | undefined {
  const plain = flow.all('issuer-metadata').findLast((message) => isObject(message.value));
  if (plain !== undefined && isObject(plain.value)) return { message: plain, value: plain.value };
  const signed = flow.all('signed-issuer-metadata').at(-1);
  const payload = obj(signed?.value, 'payload');
  return signed === undefined || payload === undefined ? undefined : { message: signed, value: payload };
}

/** Metadata of the authorization server that was used in this flow: the one whose token endpoint was asked, else the last. */
export function serverMetadata(flow: FlowView): Document | undefined {
  const served = flow.all('as-metadata').filter((message) => isObject(message.value));
  const asked = flow.all('token-request')[0]?.url;
  const chosen = served.findLast((message) => str(message.value, 'token_endpoint') === asked) ?? served.at(-1);
  return chosen !== undefined && isObject(chosen.value) ? { message: chosen, value: chosen.value } : undefined;
}

/** The credential offer of this flow. */
export function offerOf(flow: FlowView): Document | undefined {
  const message = flow.all('credential-offer').findLast((offer) => isObject(offer.value));
  return message !== undefined && isObject(message.value) ? { message, value: message.value } : undefined;
}

export const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

/** The grant that the tokens of this flow came from, by the first token request. */
export function grantOf(flow: FlowView): string | undefined {
  return flow
    .all('token-request')
    .map((request) => str(request.value, 'grant_type'))
    .find((grant) => grant !== 'refresh_token');
}

/** The token response whose access token a request presents; else, where there is only one, that one. */
export function tokenResponseFor(flow: FlowView, request: MessageView): MessageView | undefined {
  const token = accessTokenOf(request)?.token;
  const responses = flow.all('token-response');
  return (
    responses.findLast((response) => token !== undefined && str(response.value, 'access_token') === token) ??
    (responses.length === 1 ? responses[0] : undefined)
  );
}

/** `openid_credential` entries of an `authorization_details` member. */
export function credentialDetails(value: unknown): readonly JsonObject[] {
  const list = arr(value, 'authorization_details') ?? [];
  return list.filter(isObject).filter((detail) => str(detail, 'type') === 'openid_credential');
}

/** `openid_credential` details with usable identifiers that a token response gave out. */
export function identifiersGiven(tokenResponse: MessageView | undefined): readonly JsonObject[] {
  return credentialDetails(tokenResponse?.value).filter(
    (detail) => (arr(detail, 'credential_identifiers') ?? []).length > 0,
  );
}

export interface Configuration {
  readonly id: string;
  readonly value: JsonObject;
}

/** The credential configuration that a credential request asks for; undefined if the trace does not tell. */
export function configurationOf(flow: FlowView, request: MessageView | undefined): Configuration | undefined {
  if (request === undefined) return undefined;
  const identifier = str(request.value, 'credential_identifier');
  let id = str(request.value, 'credential_configuration_id');
  if (id === undefined && identifier !== undefined) {
    const detail = flow
      .all('token-response')
      .flatMap((response) => credentialDetails(response.value))
      .find((entry) => (arr(entry, 'credential_identifiers') ?? []).includes(identifier));
    id = str(detail, 'credential_configuration_id');
  }
  const known = obj(issuerMetadata(flow)?.value, 'credential_configurations_supported');
  const value = id === undefined ? undefined : obj(known, id);
  return id === undefined || value === undefined ? undefined : { id, value };
}

/** The credential request that a credential answers, also where it came later through the deferred endpoint. */
export function credentialRequestFor(flow: FlowView, credential: MessageView): MessageView | undefined {
  const response = credential.parent;
  if (response === undefined) return undefined;
  if (response.kind === 'credential-response') return requestOf(response, 'credential-request');
  const transaction = str(requestOf(response, 'deferred-credential-request')?.value, 'transaction_id');
  if (transaction === undefined) return undefined;
  const first = flow.all('credential-response').find((message) => str(message.value, 'transaction_id') === transaction);
  return first === undefined ? undefined : requestOf(first, 'credential-request');
}

export interface PresentationRequest {
  readonly message: MessageView;
  readonly parameters: JsonObject;
}

/** The parameters of the presentation request that a response answers: by `state`, else the last one before it. */
export function presentationRequestFor(flow: FlowView, response: MessageView): PresentationRequest | undefined {
  const known = presentationRequests(flow).filter((request) => isBefore(request.message, response));
  const wire = wireOf(response);
  const at = known.filter((request) => str(request.parameters, 'response_uri') === wire.url);
  return (at.length > 0 ? at : known).at(-1);
}

/** All presentation requests of a flow in the order in which they travelled. */
export function presentationRequests(flow: FlowView): readonly PresentationRequest[] {
  const found: PresentationRequest[] = [];
  for (const message of flow.all('request-object')) {
    const parameters = obj(message.value, 'payload');
    if (parameters !== undefined) found.push({ message, parameters });
  }
  for (const message of flow.all('authorization-request-parameters')) {
    // A link that only points to a request object carries none of the parameters that count.
    if (isObject(message.value) && member(message.value, 'request_uri') === undefined)
      found.push({ message, parameters: message.value });
  }
  return found.sort((a, b) => wireOf(a.message).seq - wireOf(b.message).seq);
}

/** True if an answer was encrypted to somebody else than the harness: what stood in it cannot be compared with. */
export function hasSealedAnswers(flow: FlowView): boolean {
  return ['encrypted-credential-response', 'encrypted-deferred-credential-response']
    .flatMap((kind) => flow.all(kind))
    .some((message) => message.children(message.kind.replace(/^encrypted-/, '')).length === 0);
}

/** Media type of a message that travelled by HTTP. */
export function typeOf(message: MessageView): string | undefined {
  return mediaType(message.entry.http?.headers ?? []);
}

/** No text tells how old an iat may be; what most receivers still take is never a fail. Seconds. */
const USUAL_WINDOW = 300;

/** Whether an iat is the time at which a message was noted, within the allowed skew; further off, but inside the usual window, it only warns. */
export function freshness(
  iat: number,
  message: MessageView,
  skewMs: number,
): { readonly fresh: boolean; readonly atMost?: 'warning' } {
  const off = Math.abs(iat - secondsAt(message));
  if (off <= skewMs / 1000) return { fresh: true };
  return off <= USUAL_WINDOW ? { fresh: false, atMost: 'warning' } : { fresh: false };
}

/** Seconds since the epoch at which a message was noted, by real time. */
export function secondsAt(message: MessageView): number {
  return wireOf(message).entry.at / 1000;
}
