import type { HttpResponse } from '../../../core/http.ts';
import { fromUtf8 } from '../../../core/http.ts';
import {
  CONTENT_ENCRYPTIONS,
  KEY_MANAGEMENT_ALGS,
  decryptCompact,
  encryptCompact,
} from '../../../protocol/jose/jwe.ts';
import type { EncryptionKey } from '../../../protocol/jose/keys.ts';
import { generateEncryptionKey, publicJwkOf } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, bool, isObject, member, obj, readJson, str, strings } from '../../../protocol/json.ts';
import type { JsonDraft } from '../../drafts.ts';
import { JSON_TYPE, must, typeOf } from '../send.ts';
import type { Session } from '../session.ts';
import { odd } from '../session.ts';
import type { Issuance } from './state.ts';

/** How the credential response shall come back encrypted (OpenID4VCI 8.2, 10). */
export interface ResponseEncryption {
  readonly key: EncryptionKey;
  readonly parameters: Record<string, unknown>;
}

/** Encryption parameters for a request; undefined where neither variant nor issuer wants it, or the issuer offers none. */
export function wishResponseEncryption(issuance: Issuance): ResponseEncryption | undefined {
  const { session, variant, issuerMetadata } = issuance;
  const offered = obj(issuerMetadata, 'credential_response_encryption');
  if (variant.responseEncryption !== true && bool(offered, 'encryption_required') !== true) return undefined;
  const alg = strings(offered, 'alg_values_supported')?.find((name) => KEY_MANAGEMENT_ALGS.some((own) => own === name));
  const enc = strings(offered, 'enc_values_supported')?.find((name) => CONTENT_ENCRYPTIONS.some((own) => own === name));
  const key = generateEncryptionKey(alg ?? 'ECDH-ES', session.context.ports.random);
  session.context.trace.material('decryption-key', key.privateJwk);
  const zip = odd(session, 'zip') && strings(offered, 'zip_values_supported')?.includes('DEF') === true;
  return {
    key,
    parameters: { jwk: publicJwkOf(key.publicJwk), enc: enc ?? 'A128GCM', ...(zip ? { zip: 'DEF' } : {}) },
  };
}

/** The issuer's key for credential requests (OpenID4VCI 12.2.4); undefined where it has none that can be used. */
export function requestKey(issuerMetadata: JsonObject): JsonObject | undefined {
  const keys = arr(obj(obj(issuerMetadata, 'credential_request_encryption'), 'jwks'), 'keys') ?? [];
  return keys
    .filter(isObject)
    .find((key) => KEY_MANAGEMENT_ALGS.some((alg) => alg === str(key, 'alg')) && (str(key, 'use') ?? 'enc') === 'enc');
}

export interface RequestBody {
  readonly text: string;
  readonly type: readonly [string, string];
  /** The request before encryption; undefined if it went out as it is. */
  readonly plaintext?: string;
}

/**
 * Encrypts a credential request or deferred credential request, where variant, issuer or response encryption demand it. Step
 * `encrypted-<step>` (JsonDraft: JWE header), then `encrypted-<step>.bytes`.
 */
export async function wrapRequest(
  issuance: Issuance,
  step: string,
  text: string,
  wantsResponse: boolean,
): Promise<RequestBody> {
  const { session, variant, issuerMetadata } = issuance;
  const offered = obj(issuerMetadata, 'credential_request_encryption');
  const recipient = requestKey(issuerMetadata);
  const wanted = variant.requestEncryption === true || bool(offered, 'encryption_required') === true || wantsResponse;
  if (!wanted || recipient === undefined) return { text, type: JSON_TYPE };
  const enc = strings(offered, 'enc_values_supported')?.find((name) => CONTENT_ENCRYPTIONS.some((own) => own === name));
  const kid = str(recipient, 'kid');
  const zip = odd(session, 'zip') && strings(offered, 'zip_values_supported')?.includes('DEF') === true;
  const { value: header } = await session.context.form<JsonDraft>(
    `encrypted-${step}`,
    {
      value: {
        alg: str(recipient, 'alg') ?? 'ECDH-ES',
        enc: enc ?? 'A128GCM',
        ...(kid === undefined ? {} : { kid }),
        ...(zip ? { zip: 'DEF' } : {}),
      },
    },
    { recipient },
  );
  const jwe = encryptCompact({ header, plaintext: text, recipient, random: session.context.ports.random });
  const bytes = await session.context.form(`encrypted-${step}.bytes`, { text: jwe }, { plaintext: text, recipient });
  return { text: bytes.text, type: ['content-type', 'application/jwt'], plaintext: text };
}

/** Opens an answer that should be encrypted, or is plain; steps `wallet/credential-response/encrypted` and `/decrypt`. */
export async function openResponse(
  session: Session,
  response: HttpResponse,
  encryption: ResponseEncryption | undefined,
): Promise<JsonObject | undefined> {
  const { context } = session;
  const type = typeOf(response);
  await context.accept('wallet/credential-response/encrypted', () => {
    if (encryption === undefined)
      must(type === 'application/json', 'the response does not have the media type application/json');
    else must(type === 'application/jwt', 'the response is not encrypted though it was asked for');
  });
  if (type !== 'application/jwt' || encryption === undefined) return objectOf(response.body);
  const opened = decryptCompact(fromUtf8(response.body).trim(), encryption.key.privateJwk);
  await context.accept('wallet/credential-response/decrypt', () => {
    must(opened.ok, `the response cannot be decrypted: ${opened.errors[0]?.message.en ?? 'unknown reason'}`);
    must(member(opened.header, 'alg') === encryption.key.alg, 'alg of the response is not that of the key');
    must(member(opened.header, 'enc') === encryption.parameters['enc'], 'enc of the response is not the one asked for');
    const kid = member(encryption.parameters['jwk'], 'kid');
    must(kid === undefined || member(opened.header, 'kid') === kid, 'kid of the response is not that of the key');
  });
  return opened.ok ? objectOf(opened.plaintext) : undefined;
}

function objectOf(bytes: Uint8Array): JsonObject | undefined {
  const { value } = readJson(bytes, { maxDepth: 32 });
  return isObject(value) ? value : undefined;
}
