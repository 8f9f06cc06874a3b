import { fromUtf8 } from '../core/http.ts';
import { isJwe } from './jose/jwe.ts';
import { readPart } from './jose/jws.ts';
import type { JsonObject } from './json.ts';
import { arr, isObject, member, readJson, str } from './json.ts';
import { linkKind, readLink } from './links.ts';

/** How a text is built, before asking what it means. */
export type Syntax = 'link' | 'sd-jwt' | 'jwt' | 'jwe' | 'json' | 'did' | 'certificate' | 'form' | 'unknown';

export interface Detection {
  readonly syntax: Syntax;
  /**
   * The message kind of `core/kinds.ts` where one fits (`credential-offer-link`, `request-object`, `issuer-metadata` …), else a plain name:
   * `jwt`, `json`, `jwk`, `jwks`, `dcql-query`, `did`, `did-document`, `certificate`, `link`, `unknown`.
   */
  readonly kind: string;
}

/** Kinds of JWTs by their `typ`, lower case, without `application/`. */
const BY_TYP: Readonly<Record<string, string>> = {
  'oauth-authz-req+jwt': 'request-object',
  'openid4vci-proof+jwt': 'key-proof',
  'keyattestation+jwt': 'key-attestation',
  'key-attestation+jwt': 'key-attestation',
  'dpop+jwt': 'dpop-proof',
  'kb+jwt': 'kb-jwt',
  'statuslist+jwt': 'status-list-token',
  'openidvci-issuer-metadata+jwt': 'signed-issuer-metadata',
  'oauth-client-attestation+jwt': 'client-attestation',
  'oauth-client-attestation-pop+jwt': 'client-attestation-pop',
};

/** Text of an input without white space around it. Bytes that are no UTF-8 become U+FFFD, and so nothing that is known here. */
export function textOfInput(input: string | Uint8Array): string {
  return (typeof input === 'string' ? input : fromUtf8(input)).trim();
}

const TOKEN = /^[A-Za-z0-9_-]*$/;

/** Guesses what a text is. Never throws; `unknown` where nothing fits. */
export function detect(input: string | Uint8Array): Detection {
  const text = textOfInput(input);
  if (text.includes('~') && looksLikeJws(text.slice(0, text.indexOf('~')))) {
    const bound = /~[^~]+$/.test(text);
    return { syntax: 'sd-jwt', kind: bound ? 'presentation' : 'credential' };
  }
  if (looksLikeJws(text)) return { syntax: 'jwt', kind: jwtKind(text) };
  if (isJwe(text)) return { syntax: 'jwe', kind: 'jwe' };
  if (text.startsWith('did:')) return { syntax: 'did', kind: 'did' };
  if (text.startsWith('-----BEGIN CERTIFICATE-----') || isDer(input, text))
    return { syntax: 'certificate', kind: 'certificate' };
  if (/^[{["]/.test(text)) {
    const { value } = readJson(text);
    return value === undefined ? { syntax: 'json', kind: 'json' } : { syntax: 'json', kind: jsonKind(value) };
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return { syntax: 'link', kind: kindOfLink(text) };
  if (/^[A-Za-z0-9_.%-]+=[^&\s]*(&[A-Za-z0-9_.%-]+=[^&\s]*)*$/.test(text)) return { syntax: 'form', kind: 'form' };
  return { syntax: 'unknown', kind: 'unknown' };
}

function kindOfLink(text: string): string {
  const kind = linkKind(readLink(text));
  return kind === 'unknown' ? 'link' : `${kind}-link`;
}

function looksLikeJws(text: string): boolean {
  const parts = text.split('.', 4);
  const [header] = parts;
  return (
    parts.length === 3 &&
    header !== undefined &&
    header !== '' &&
    TOKEN.test(header) &&
    isObject(readPart(header, 'header').object)
  );
}

function isDer(input: string | Uint8Array, text: string): boolean {
  if (typeof input !== 'string') return input[0] === 0x30 && input[1] === 0x82;
  return /^MII[A-Za-z0-9+/]+=*$/.test(text);
}

function jwtKind(text: string): string {
  const [head = '', body = ''] = text.split('.', 2);
  const header = readPart(head, 'header').object;
  const typ = (str(header, 'typ') ?? '').toLowerCase().replace(/^application\//, '');
  if (Object.hasOwn(BY_TYP, typ)) return BY_TYP[typ] ?? 'jwt';
  const payload = readPart(body, 'payload').object;
  if (/^(dc|vc)\+sd-jwt$/.test(typ) || str(payload, 'vct') !== undefined || member(payload, 'vc') !== undefined)
    return 'credential';
  if (member(payload, 'status_list') !== undefined) return 'status-list-token';
  if (member(payload, 'client_id') !== undefined && member(payload, 'response_type') !== undefined)
    return 'request-object';
  return 'jwt';
}

/** Kinds of JSON objects by the members that tell them; the first row that fits. */
const BY_MEMBERS: readonly (readonly [kind: string, ...members: string[]])[] = [
  ['credential-offer', 'credential_issuer', 'credential_configuration_ids'],
  ['issuer-metadata', 'credential_issuer', 'credential_endpoint'],
  ['issuer-metadata', 'credential_configurations_supported'],
  ['as-metadata', 'issuer', 'token_endpoint'],
  ['as-metadata', 'issuer', 'authorization_endpoint'],
  ['as-metadata', 'issuer', 'response_types_supported'],
  ['jwt-vc-issuer-metadata', 'issuer', 'jwks'],
  ['jwt-vc-issuer-metadata', 'issuer', 'jwks_uri'],
  ['jwks', 'keys'],
  ['jwk', 'kty'],
  ['token-response', 'access_token'],
  ['nonce-response', 'c_nonce'],
  ['par-response', 'request_uri', 'expires_in'],
  ['authorization-request-parameters', 'client_id', 'response_type'],
  ['presentation-payload', 'vp_token'],
  ['did-document', 'id', 'verificationMethod'],
  ['credential-response', 'credentials'],
  ['deferred-credential-response', 'transaction_id', 'interval'],
  ['credential-request', 'credential_configuration_id'],
  ['credential-request', 'credential_identifier'],
  ['notification-request', 'notification_id', 'event'],
  ['type-metadata', 'vct'],
  ['error', 'error'],
];

function jsonKind(value: unknown): string {
  if (!isObject(value)) return 'json';
  if (isDcql(value)) return 'dcql-query';
  const row = BY_MEMBERS.find(([, ...members]) => members.every((name) => Object.hasOwn(value, name)));
  return row?.[0] ?? 'json';
}

/** A DCQL query and a credential response both have `credentials`; only the query's entries have a `format` and an `id` or `meta`. */
function isDcql(value: JsonObject): boolean {
  const [first] = arr(value, 'credentials') ?? [];
  return (
    isObject(first) && Object.hasOwn(first, 'format') && (Object.hasOwn(first, 'id') || Object.hasOwn(first, 'meta'))
  );
}
