import { ECDH } from 'node:crypto';
import { base58btc, base64url, readBase58btc, readBase64url } from './encoding.ts';
import { curve } from './jose/algorithms.ts';
import type { Jwk } from './jose/keys.ts';
import { publicJwkOf, readJwk } from './jose/keys.ts';
import type { JsonObject } from './json.ts';
import { arr, isObject, member, obj, readJson, str } from './json.ts';
import type { ReadError } from './read-error.ts';
import { errorsAt, quote, readError } from './read-error.ts';

export interface DidReading {
  readonly document: JsonObject | undefined;
  readonly errors: readonly ReadError[];
}

/** Public keys of did:key by their multicodec (as varint bytes). P-curves are compressed points; `jwk` is jwk_jcs-pub. */
const CODECS: readonly { readonly prefix: readonly number[]; readonly crv: string }[] = [
  { prefix: [0x80, 0x24], crv: 'P-256' },
  { prefix: [0x81, 0x24], crv: 'P-384' },
  { prefix: [0x82, 0x24], crv: 'P-521' },
  { prefix: [0xed, 0x01], crv: 'Ed25519' },
  { prefix: [0xec, 0x01], crv: 'X25519' },
  { prefix: [0xd1, 0xd6, 0x03], crv: 'jwk' },
];

/** did:jwk of a public key; only the public members go in. */
export function didJwk(jwk: JsonObject): string {
  return `did:jwk:${base64url(JSON.stringify(publicJwkOf(jwk)))}`;
}

/**
 * did:key of a public key. `multicodec` is the codec of the curve (default) or `jwk_jcs-pub`, the JWK in canonical form (RFC 8785), of required
 * members only. Throws TypeError for a key that the codec does not have.
 */
export function didKey(jwk: JsonObject, multicodec: 'curve' | 'jwk_jcs-pub' = 'curve'): string {
  return `did:key:${keyMultibase(jwk, multicodec)}`;
}

/** Multibase (base58btc) text of a multicodec public key. */
export function keyMultibase(jwk: JsonObject, multicodec: 'curve' | 'jwk_jcs-pub' = 'curve'): string {
  const crv = multicodec === 'jwk_jcs-pub' ? 'jwk' : str(jwk, 'crv');
  const codec = CODECS.find((item) => item.crv === crv);
  if (codec === undefined) throw new TypeError(`no multicodec for ${quote(crv)}`);
  const bytes = crv === 'jwk' ? Buffer.from(canonicalJwk(jwk)) : compressed(jwk);
  return `z${base58btc(Buffer.concat([Buffer.from(codec.prefix), bytes]))}`;
}

/** Required public members in the order of RFC 8785; their values are plain ASCII strings. */
function canonicalJwk(jwk: JsonObject): string {
  const members = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter((name) => Object.hasOwn(jwk, name));
  return JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]])));
}

function compressed(jwk: JsonObject): Uint8Array {
  const x = Buffer.from(str(jwk, 'x') ?? '', 'base64url');
  if (str(jwk, 'kty') !== 'EC') return x;
  const y = Buffer.from(str(jwk, 'y') ?? '', 'base64url');
  return Buffer.concat([Buffer.from([2 + ((y.at(-1) ?? 0) & 1)]), x]);
}

/** Public JWK of a multibase multicodec key; undefined if it is none that is known here, or no point of its curve. */
export function jwkOfMultibase(text: string): Jwk | undefined {
  const bytes = text.startsWith('z') ? readBase58btc(text.slice(1)) : undefined;
  const codec = CODECS.find((item) => item.prefix.every((byte, index) => bytes?.[index] === byte));
  if (bytes === undefined || codec === undefined) return undefined;
  const key = bytes.subarray(codec.prefix.length);
  if (codec.crv === 'jwk') return readJwk(readJson(key).value).jwk;
  const info = curve(codec.crv);
  if (info?.openssl === undefined) return readJwk({ kty: 'OKP', crv: codec.crv, x: base64url(key) }).jwk;
  if (key.length !== info.bytes + 1) return undefined;
  try {
    const point = ECDH.convertKey(key, info.openssl, undefined, undefined, 'uncompressed') as Buffer;
    const x = base64url(point.subarray(1, 1 + info.bytes));
    return { kty: 'EC', crv: codec.crv, x, y: base64url(point.subarray(1 + info.bytes)) };
  } catch {
    return undefined;
  }
}

/** A DID URL in its two parts; `fragment` with its `#`, empty if there is none. */
export function splitDidUrl(url: string): { readonly did: string; readonly fragment: string } {
  const hash = url.indexOf('#');
  return hash === -1 ? { did: url, fragment: '' } : { did: url.slice(0, hash), fragment: url.slice(hash) };
}

/**
 * Resolves a DID whose document follows from the DID itself: did:jwk, did:key. Never throws. Codes: `did-syntax`, `did-method-unsupported`,
 * `did-jwk-encoding`, `did-key-encoding`, and those of `readJwk` (a private key in a did:jwk is an error, and left out of the document).
 */
export function resolveDid(did: string): DidReading {
  const found = /^did:([a-z0-9]+):([A-Za-z0-9._:%-]+)$/.exec(did.slice(0, 20_000));
  if (found === null || did.length > 20_000) {
    const shown = quote(did);
    return fault('did-syntax', `no DID: ${shown}`, `不是 DID：${shown}`);
  }
  const [, method, id = ''] = found;
  if (method === 'jwk') {
    const { bytes, errors } = readBase64url(id);
    const json = bytes === undefined ? undefined : readJson(bytes);
    if (!isObject(json?.value))
      return fault('did-jwk-encoding', 'did:jwk does not encode a JSON object', 'did:jwk 沒有編碼 JSON 物件');
    const key = readJwk(json.value);
    const all = [...errors, ...json.errors, ...key.errors];
    return { document: key.jwk && documentOf(did, '#0', publicJwkOf(key.jwk)), errors: all };
  }
  if (method === 'key') {
    const jwk = jwkOfMultibase(id);
    if (jwk === undefined) {
      return fault(
        'did-key-encoding',
        'did:key does not encode a key that is supported',
        'did:key 沒有編碼受支援的金鑰',
      );
    }
    return { document: documentOf(did, `#${id}`, jwk), errors: [] };
  }
  const shown = quote(method);
  return fault('did-method-unsupported', `DID method ${shown} is not resolved here`, `此處不解析 DID 方法 ${shown}`);
}

function fault(code: string, en: string, zh: string): DidReading {
  return { document: undefined, errors: [readError(code, en, zh)] };
}

/** A DID document with one key, which may be used for every purpose that its kind allows. */
export function documentOf(did: string, fragment: string, publicKeyJwk: Jwk): JsonObject {
  const id = `${did}${fragment}`;
  const agreement = publicKeyJwk['crv'] === 'X25519' || publicKeyJwk['use'] === 'enc';
  const signing = {
    assertionMethod: [id],
    authentication: [id],
    capabilityInvocation: [id],
    capabilityDelegation: [id],
  };
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
    id: did,
    verificationMethod: [{ id, type: 'JsonWebKey2020', controller: did, publicKeyJwk }],
    ...(agreement ? { keyAgreement: [id] } : signing),
  };
}

/**
 * URL of the document of a did:web; undefined if it is none. `did:web:host%3A8443:a:b` → `https://host:8443/a/b/did.json`, without a path
 * `/.well-known/did.json`.
 */
export function didWebUrl(did: string): string | undefined {
  const found = /^did:web:([A-Za-z0-9._%-]+(?::[A-Za-z0-9._%-]+)*)$/.exec(did);
  const [host, ...path] = found?.[1]?.split(':') ?? [];
  if (
    host === undefined ||
    !/^[A-Za-z0-9.-]+(%3A[0-9]+)?$/i.test(host) ||
    path.some((part) => /^(%2e|\.){1,2}$/i.test(part))
  ) {
    return undefined;
  }
  const url = `https://${decodeURIComponent(host)}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`;
  return URL.canParse(url) ? url : undefined;
}

/** did:web of an https URL without query: the reverse of `didWebUrl`; undefined if it has no such form. */
export function didWeb(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname, search, hash } = new URL(url);
  if (protocol !== 'https:' || search !== '' || hash !== '') return undefined;
  const path = pathname.split('/').filter((part) => part !== '');
  return ['did:web', host.replace(':', '%3A'), ...path].join(':');
}

/** Fetches a document's bytes; undefined if there is none. Comes from the caller, so that the call is in the trace. */
export type DocumentFetch = (url: string) => Promise<Uint8Array | string | undefined>;

/** Resolves any DID known here, did:web through `fetch`. Throws only what `fetch` throws. Codes beside those of `resolveDid`: `did-web-syntax`, `did-document-missing`. */
export async function resolveDidWith(did: string, fetch: DocumentFetch): Promise<DidReading> {
  if (!did.startsWith('did:web:')) return resolveDid(did);
  const url = didWebUrl(did);
  if (url === undefined) return fault('did-web-syntax', `no did:web: ${quote(did)}`, `不是 did:web：${quote(did)}`);
  const body = await fetch(url);
  if (body === undefined)
    return fault('did-document-missing', 'the DID document could not be fetched', '無法取得 DID 文件');
  const json = readJson(body);
  return readDidDocument(json.value, did, json.errors);
}

/** Checks that a fetched value is the document of this DID. Codes: `did-document-not-object`, `did-document-id`. */
export function readDidDocument(value: unknown, did: string, before: readonly ReadError[] = []): DidReading {
  if (!isObject(value)) {
    const error = readError('did-document-not-object', 'a DID document is a JSON object', 'DID 文件必須是 JSON 物件');
    return { document: undefined, errors: [...before, error] };
  }
  if (str(value, 'id') === did) return { document: value, errors: before };
  const shown = quote(member(value, 'id'));
  const error = readError('did-document-id', `the document is of ${shown}`, `此文件屬於 ${shown}`, { at: '/id' });
  return { document: value, errors: [...before, error] };
}

export interface DidMethodKey {
  /** Absolute DID URL of the verification method. */
  readonly id: string;
  readonly jwk: Jwk;
}

/**
 * Keys of a DID document, `publicKeyJwk` or `publicKeyMultibase`; with `relationship` only those listed there, by reference or embedded.
 * Unreadable keys are reported: `did-method-key`, and those of `readJwk`.
 */
export function didKeys(
  document: JsonObject,
  relationship?: 'assertionMethod' | 'authentication' | 'keyAgreement',
): { readonly keys: readonly DidMethodKey[]; readonly errors: readonly ReadError[] } {
  const did = str(document, 'id') ?? '';
  const absolute = (id: string): string => (id.startsWith('#') ? `${did}${id}` : id);
  const errors: ReadError[] = [];
  const methods = (arr(document, 'verificationMethod') ?? []).slice(0, 100);
  const listed = relationship === undefined ? undefined : (arr(document, relationship) ?? []).slice(0, 100);
  const names = new Set(listed?.filter((item) => typeof item === 'string').map(absolute));
  const wanted = methods.filter((method) => listed === undefined || names.has(absolute(str(method, 'id') ?? '')));
  const keys: DidMethodKey[] = [];
  for (const [index, method] of [...wanted, ...(listed ?? []).filter((item) => isObject(item))].entries()) {
    const id = str(method, 'id');
    const own = obj(method, 'publicKeyJwk');
    const multibase = str(method, 'publicKeyMultibase');
    const reading = own === undefined ? undefined : readJwk(own);
    const jwk = reading?.jwk ?? (multibase === undefined ? undefined : jwkOfMultibase(multibase));
    errors.push(...errorsAt(`verificationMethod/${index}`, reading?.errors ?? []));
    if (id !== undefined && jwk !== undefined) keys.push({ id: absolute(id), jwk });
    else if (reading === undefined || id === undefined) {
      const at = `verificationMethod/${index}`;
      errors.push(
        readError(
          'did-method-key',
          'a verification method without readable id or key',
          '驗證方法沒有可讀取的 id 或金鑰',
          { at },
        ),
      );
    }
  }
  return { keys, errors };
}
