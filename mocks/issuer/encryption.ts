import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { fromUtf8, mediaType } from '../../core/http.ts';
import { decryptCompact, encryptCompact, isJwe, readJweHeader } from '../../protocol/jose/jwe.ts';
import { hasPrivateMembers, readJwk } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, member, obj, readJson, str } from '../../protocol/json.ts';
import type { BytesDraft, JsonDraft } from '../drafts.ts';
import type { Extras, Header } from './answer.ts';
import { answerHttp, answerText } from './answer.ts';
import { jsonText, jsonType, withOddities } from './oddities.ts';
import type { Internals, Session } from './state.ts';
import { requestEncryptionKey } from './state.ts';
import { acceptanceStep } from './step.ts';

export const ENCRYPTION_STEPS = [
  acceptanceStep(
    'credential/content-type',
    'The request is application/json, or application/jwt if encrypted',
    '請求為 application/json；加密時為 application/jwt',
    'OID4VCI-8.2-31',
    'OID4VCI-9.1-10',
    'OID4VCI-10-2',
  ),
  acceptanceStep(
    'credential/encryption-required',
    'The request is encrypted, and asks for an encrypted answer, where the metadata demands it',
    '中繼資料要求時，請求已加密並要求加密回應',
    'OID4VCI-8.2-29',
    'OID4VCI-8.2-34',
    'OID4VCI-10-11',
    'OID4VCI-8.3.1.2-19',
    'OID4VCI-9.1-8',
    'OID4VCI-9.1-12',
  ),
  acceptanceStep(
    'credential/decrypt',
    'The encrypted request can be decrypted with a published key and algorithm',
    '加密的請求可用已公布的金鑰與演算法解密',
    'OID4VCI-10-1',
    'OID4VCI-10-5',
    'OID4VCI-10-6',
    'OID4VCI-10-7',
    'OID4VCI-10-10',
    'OID4VCI-8.2-30',
  ),
  acceptanceStep(
    'credential/shape',
    'The request is one JSON object without repeated members',
    '請求為沒有重複成員的 JSON 物件',
    'OID4VCI-8.2-1',
    'OID4VCI-8.3.1.2-8',
    'OID4VCI-8.3.1.2-9',
  ),
  acceptanceStep(
    'credential/encryption-parameters',
    'credential_response_encryption has a public key and published algorithms',
    'credential_response_encryption 含有公開金鑰與已公布的演算法',
    'OID4VCI-8.2-16',
    'OID4VCI-8.2-17',
    'OID4VCI-8.2-18',
    'OID4VCI-8.2-19',
    'OID4VCI-8.2-20',
    'OID4VCI-10-4',
    'OID4VCI-8.3.1.2-18',
  ),
  acceptanceStep(
    'credential/encryption-parameters-protected',
    'A request with encryption parameters is encrypted itself',
    '含有加密參數的請求本身亦已加密',
    'OID4VCI-8.2-35',
    'OID4VCI-9.1-14',
  ),
];

export const REQUEST_ENCS: readonly string[] = ['A128GCM', 'A256GCM', 'A128CBC-HS256'];
export const RESPONSE_ALGS: readonly string[] = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'RSA-OAEP-256'];
export const RESPONSE_ENCS: readonly string[] = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'];
export const ZIPS: readonly string[] = ['DEF'];

const INVALID_REQUEST = { code: 'invalid_credential_request' };
const INVALID_ENCRYPTION = { code: 'invalid_encryption_parameters' };

/** How an answer is to be encrypted (OpenID4VCI 8.2, 10). */
export interface ResponseEncryption {
  readonly jwk: JsonObject;
  readonly alg: string;
  readonly enc: string;
  readonly zip: string | undefined;
}

export interface Received {
  readonly value: JsonObject;
  readonly encryption: ResponseEncryption | undefined;
}

/** True if every request must be encrypted: as the metadata says, not as an offer wishes. */
export function demandsRequestEncryption(issuer: Internals): boolean {
  return issuer.config.variant.requestEncryption === true;
}

/** True if every answer must be encrypted. */
export function demandsResponseEncryption(issuer: Internals): boolean {
  return issuer.config.variant.responseEncryption === true;
}

/** Reads the body of a credential or deferred credential request, encrypted or not, and what it says about the answer's encryption. */
export async function acceptBody(issuer: Internals, request: HttpRequest): Promise<Received> {
  const type = mediaType(request.headers);
  await issuer.context.accept(
    'issuer/credential/content-type',
    () => {
      if (type !== 'application/json' && type !== 'application/jwt') throw new Error(`media type ${type ?? '(none)'}`);
    },
    INVALID_REQUEST,
  );
  const raw = fromUtf8(request.body).trim();
  const encrypted = type === 'application/jwt' || (type !== 'application/json' && isJwe(raw));
  await issuer.context.accept(
    'issuer/credential/encryption-required',
    () => {
      if (demandsRequestEncryption(issuer) && !encrypted) throw new Error('the request must be encrypted');
    },
    INVALID_ENCRYPTION,
  );
  let source = raw;
  if (encrypted) {
    const key = requestEncryptionKey(issuer);
    const decrypted = decryptCompact(raw, key.privateJwk);
    await issuer.context.accept(
      'issuer/credential/decrypt',
      () => {
        const { header } = readJweHeader(raw);
        if (str(header, 'alg') !== key.alg) throw new Error('alg is not the one of the published key');
        if (str(header, 'kid') !== key.kid) throw new Error('kid is not the one of the published key');
        if (!REQUEST_ENCS.includes(str(header, 'enc') ?? '')) throw new Error('enc is not published');
        if (!decrypted.ok) throw new Error(decrypted.errors.at(-1)?.message.en ?? 'it cannot be decrypted');
      },
      INVALID_REQUEST,
    );
    source = decrypted.ok ? fromUtf8(decrypted.plaintext) : '{}';
  }
  const { value, errors } = readJson(source);
  await issuer.context.accept(
    'issuer/credential/shape',
    () => {
      if (!isObject(value)) throw new Error('the request is no JSON object');
      if (errors[0] !== undefined) throw new Error(errors[0].message.en);
    },
    INVALID_REQUEST,
  );
  // Who does not look at the shape may take the first of a list.
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const object = isObject(first) ? first : {};
  return { value: object, encryption: await acceptResponseEncryption(issuer, object, encrypted) };
}

async function acceptResponseEncryption(
  issuer: Internals,
  value: JsonObject,
  encrypted: boolean,
): Promise<ResponseEncryption | undefined> {
  const given = member(value, 'credential_response_encryption');
  await issuer.context.accept(
    'issuer/credential/encryption-required',
    () => {
      if (demandsResponseEncryption(issuer) && given === undefined) throw new Error('the answer must be encrypted');
    },
    INVALID_ENCRYPTION,
  );
  if (given === undefined) return undefined;
  await issuer.context.accept(
    'issuer/credential/encryption-parameters-protected',
    () => {
      if (!encrypted) throw new Error('a request with encryption parameters must be encrypted');
    },
    INVALID_ENCRYPTION,
  );
  const jwk = obj(given, 'jwk');
  const alg = str(jwk, 'alg');
  const enc = str(given, 'enc');
  const zip = member(given, 'zip');
  await issuer.context.accept(
    'issuer/credential/encryption-parameters',
    () => {
      const key = jwk === undefined ? undefined : readJwk(jwk).jwk;
      if (jwk === undefined || key === undefined) throw new Error('jwk is missing or unusable');
      if (hasPrivateMembers(jwk)) throw new Error('jwk holds private members');
      if (str(jwk, 'use') === 'sig') throw new Error('jwk is for signatures');
      if (alg === undefined || !RESPONSE_ALGS.includes(alg)) throw new Error('alg of jwk is missing or not published');
      if (enc === undefined || !RESPONSE_ENCS.includes(enc)) throw new Error('enc is missing or not published');
      if (zip !== undefined && !(ZIPS as readonly unknown[]).includes(zip)) throw new Error('zip is not published');
      if (key.kty === 'RSA' ? !alg.startsWith('RSA') : !alg.startsWith('ECDH'))
        throw new Error('alg does not suit the key');
    },
    INVALID_ENCRYPTION,
  );
  // With the leniency, parameters that nothing can be encrypted with are as good as none.
  if (jwk === undefined || readJwk(jwk).jwk === undefined) return undefined;
  return {
    jwk,
    alg: alg !== undefined && RESPONSE_ALGS.includes(alg) ? alg : 'ECDH-ES',
    enc: enc !== undefined && RESPONSE_ENCS.includes(enc) ? enc : 'A128GCM',
    zip: zip === undefined ? undefined : 'DEF',
  };
}

/** An encrypted answer before it is encrypted. A fault may change header, text and recipient, or decide not to encrypt at all. */
export interface EncryptionDraft {
  header: Record<string, unknown>;
  text: string;
  recipient: JsonObject;
  /** False sends the text in clear, as application/json. */
  encrypt: boolean;
}

/**
 * Answers a credential or deferred request, encrypted where that was asked. Forming steps: `<step>` (JSON), `<step>.bytes` (its text),
 * `encrypted-<step>` (EncryptionDraft), `encrypted-<step>.bytes` (the JWE), `<exchange>-response.http`.
 */
export async function answerPossiblyEncrypted(
  issuer: Internals,
  answer: {
    readonly exchange: 'credential' | 'deferred-credential';
    readonly status: number;
    readonly value: Record<string, unknown>;
    readonly encryption: ResponseEncryption | undefined;
    readonly session: Session;
    readonly headers?: readonly Header[];
    readonly extras: Extras;
  },
): Promise<HttpResponse> {
  const { context } = issuer;
  const { exchange, encryption, extras, headers = [] } = answer;
  const { variant } = answer.session;
  const step = `${exchange}-response`;
  const content: JsonDraft = { value: withOddities(variant, answer.value) };
  const { value } = await context.form(step, content, extras);
  const { text } = await context.form<BytesDraft>(`${step}.bytes`, { text: jsonText(variant, value) }, extras);
  const clear = async (body: string): Promise<HttpResponse> =>
    answerHttp(
      issuer,
      exchange,
      {
        status: answer.status,
        headers: [['Content-Type', jsonType(variant)], ['Cache-Control', 'no-store'], ...headers],
        body: Buffer.from(body),
      },
      extras,
    );
  if (encryption === undefined) return clear(text);
  const kid = str(encryption.jwk, 'kid');
  const draft: EncryptionDraft = {
    header: {
      alg: encryption.alg,
      enc: encryption.enc,
      ...(kid === undefined ? {} : { kid }),
      ...(encryption.zip === undefined ? {} : { zip: encryption.zip }),
    },
    text,
    recipient: encryption.jwk,
    encrypt: true,
  };
  const formed = await context.form(`encrypted-${step}`, draft, extras);
  if (!formed.encrypt) return clear(formed.text);
  const jwe = encryptCompact({
    header: formed.header,
    plaintext: formed.text,
    recipient: formed.recipient,
    random: context.ports.random,
  });
  const bytes = await context.form<BytesDraft>(`encrypted-${step}.bytes`, { text: jwe }, extras);
  return answerText(issuer, exchange, bytes.text, 'application/jwt', { status: answer.status, headers, extras });
}
