import type { HeaderList } from '../core/http.ts';
import { headerValues, mediaType } from '../core/http.ts';
import { decryptCompact } from './jose/jwe.ts';
import { readJwt } from './jose/jws.ts';
import type { JsonObject } from './json.ts';
import { arr, isObject, member, readJson, str } from './json.ts';

/** A message as `unpack` needs it: its kind, its text and its HTTP start line and headers. */
export interface Carrier {
  readonly kind: string;
  readonly text: string;
  readonly url?: string;
  readonly headers: HeaderList;
}

/** An artifact that travelled inside a carrier. */
export interface Artifact {
  readonly kind: string;
  readonly text: string;
  /** Somebody else made it before the carrier's author got it: a credential inside a presentation. */
  readonly foreign?: true;
}

/** At most so many artifacts are taken out of one message. */
export const MAX_ARTIFACTS = 200;

type Unpacker = (carrier: Carrier, keys: readonly JsonObject[]) => Artifact[];

/**
 * Takes the artifacts out of one message: proofs out of requests, credentials out of responses, plaintext out of JWEs.
 * Pure and tolerant: what cannot be read yields nothing; the checks on the carrier say what is wrong with it.
 * `keys`: private JWKs of the harness, for what was encrypted to it.
 */
export function unpack(carrier: Carrier, keys: readonly JsonObject[]): Artifact[] {
  const artifacts: Artifact[] = [];
  const own = UNPACKERS[carrier.kind];
  for (const name of HEADER_ARTIFACTS) {
    for (const value of headerValues(carrier.headers, name.header)) artifacts.push({ kind: name.kind, text: value });
  }
  if (own !== undefined) artifacts.push(...own(carrier, keys));
  return artifacts.slice(0, MAX_ARTIFACTS);
}

const HEADER_ARTIFACTS = [
  { header: 'dpop', kind: 'dpop-proof' },
  { header: 'oauth-client-attestation', kind: 'client-attestation' },
  { header: 'oauth-client-attestation-pop', kind: 'client-attestation-pop' },
] as const;

const UNPACKERS: Readonly<Record<string, Unpacker>> = {
  'credential-offer-link': (carrier) => parameter(carrier.text, 'credential_offer', 'credential-offer'),
  'presentation-request-link': (carrier) => {
    const byValue = parameter(carrier.text, 'request', 'request-object');
    if (byValue.length > 0) return byValue;
    const query = queryOf(carrier.text);
    if (!query.has('response_type') && !query.has('dcql_query')) return [];
    return [{ kind: 'authorization-request-parameters', text: JSON.stringify(parametersValue(query)) }];
  },
  'par-request': clientAssertion,
  'token-request': clientAssertion,
  'credential-request': ({ text }) => {
    const proofs = member(readJson(text).value, 'proofs');
    return [...strings(proofs, 'jwt', 'key-proof'), ...strings(proofs, 'attestation', 'key-attestation')];
  },
  'key-proof': ({ text }) => {
    const attestation = str(readJwt(text).header, 'key_attestation');
    return attestation === undefined ? [] : [{ kind: 'key-attestation', text: attestation }];
  },
  'encrypted-credential-request': (carrier, keys) => plaintext(carrier.text, keys, 'credential-request'),
  'encrypted-deferred-credential-request': (carrier, keys) =>
    plaintext(carrier.text, keys, 'deferred-credential-request'),
  'encrypted-credential-response': (carrier, keys) => plaintext(carrier.text, keys, 'credential-response'),
  'encrypted-deferred-credential-response': (carrier, keys) =>
    plaintext(carrier.text, keys, 'deferred-credential-response'),
  'credential-response': issued,
  'deferred-credential-response': issued,
  'issuer-metadata': ({ text, headers }) =>
    mediaType(headers) === 'application/jwt' ? [{ kind: 'signed-issuer-metadata', text: text.trim() }] : [],
  'presentation-response': ({ text }) => {
    const form = new URLSearchParams(text);
    const jwe = form.get('response');
    if (jwe !== null) return [{ kind: 'encrypted-presentation-response', text: jwe }];
    return form.size === 0 ? [] : [{ kind: 'presentation-payload', text: JSON.stringify(parametersValue(form)) }];
  },
  'encrypted-presentation-response': (carrier, keys) => plaintext(carrier.text, keys, 'presentation-payload'),
  'presentation-payload': ({ text }) => {
    const token = member(readJson(text).value, 'vp_token');
    if (!isObject(token)) return [];
    return Object.keys(token).flatMap((query) => strings(token, query, 'presentation'));
  },
  presentation: ({ text }) => {
    const end = text.lastIndexOf('~');
    if (end === -1) return text.split('.').length === 3 ? [{ kind: 'credential', text, foreign: true }] : [];
    const kb = text.slice(end + 1);
    const credential: Artifact = { kind: 'credential', text: text.slice(0, end + 1), foreign: true };
    return kb === '' ? [credential] : [credential, { kind: 'kb-jwt', text: kb }];
  },
};

function clientAssertion({ text }: Carrier): Artifact[] {
  const assertion = new URLSearchParams(text).get('client_assertion');
  return assertion === null ? [] : [{ kind: 'client-assertion', text: assertion }];
}

function issued({ text }: Carrier): Artifact[] {
  const credentials = arr(readJson(text).value, 'credentials') ?? [];
  return credentials.flatMap((entry) => {
    const credential = member(entry, 'credential');
    return typeof credential === 'string' ? [{ kind: 'credential', text: credential }] : [];
  });
}

function strings(value: unknown, name: string, kind: string): Artifact[] {
  const list = arr(value, name) ?? [];
  return list.flatMap((entry) => (typeof entry === 'string' ? [{ kind, text: entry }] : []));
}

function plaintext(jwe: string, keys: readonly JsonObject[], kind: string): Artifact[] {
  for (const key of keys) {
    const decrypted = decryptCompact(jwe.trim(), key);
    if (decrypted.ok) return [{ kind, text: Buffer.from(decrypted.plaintext).toString('utf8') }];
  }
  return [];
}

/** Query part of a link of any scheme. */
export function queryOf(link: string): URLSearchParams {
  const at = link.indexOf('?');
  const end = link.indexOf('#', at);
  return new URLSearchParams(at === -1 ? '' : link.slice(at + 1, end === -1 ? undefined : end));
}

function parameter(link: string, name: string, kind: string): Artifact[] {
  const value = queryOf(link).get(name);
  return value === null ? [] : [{ kind, text: value }];
}

/** Parameters that are JSON inside a form or query (OpenID4VP 5.1, 8.1; OpenID4VCI 5.1.1). */
const JSON_PARAMETERS = new Set([
  'dcql_query',
  'client_metadata',
  'transaction_data',
  'vp_token',
  'authorization_details',
  'verifier_info',
  'wallet_metadata',
]);

/**
 * Parameters of a form or query as a JSON object. Values that are JSON by definition become JSON; what is not JSON stays
 * a string, so that its check can say so. A repeated parameter becomes an array.
 */
export function parametersValue(parameters: URLSearchParams): Record<string, unknown> {
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(parameters.keys())) {
    const all = parameters.getAll(name).map((text) => {
      if (!JSON_PARAMETERS.has(name)) return text;
      const reading = readJson(text);
      return reading.errors.length === 0 ? reading.value : text;
    });
    value[name] = all.length === 1 ? all[0] : all;
  }
  return { ...value };
}
