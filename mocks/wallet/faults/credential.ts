import type { Fault, FaultContext } from '../../../core/flow.ts';
import { readJwt, signCompact } from '../../../protocol/jose/jws.ts';
import { generateEncryptionKey, generateSigningKey, publicJwkOf } from '../../../protocol/jose/keys.ts';
import { encryptCompact } from '../../../protocol/jose/jwe.ts';
import { isObject, member, strings } from '../../../protocol/json.ts';
import type { BytesDraft, JsonDraft, RequestDraft } from '../../drafts.ts';
import { extraText, httpHeader, json, replay, row, unknownId } from './rows.ts';

const STEP = 'credential-request';
const ENCRYPTED = 'encrypted-credential-request';

/** More proofs than any issuer takes in one request. */
const FLOOD = 120;

/** A configuration that the offer does not name. Throws where there is none: such a fault needs an issuer of several. */
function otherConfiguration(context: FaultContext): string {
  const other = strings(context.extras, 'unoffered')?.[0];
  if (other === undefined) throw new Error('the issuer publishes nothing beyond its offer');
  return other;
}

/** A configuration that was offered, and that the token request left out. */
function leftOutConfiguration(context: FaultContext): string {
  const other = strings(context.extras, 'leftOut')?.[0];
  if (other === undefined) throw new Error('the token names all that was offered');
  return other;
}

/** The same proof once more, for a key of its own: right in itself. */
function proofByNewKey(jwt: string, context: FaultContext): string {
  const key = generateSigningKey('ES256', context.random);
  const { kty, crv, x, y } = key.publicJwk;
  const { header, payload } = readJwt(jwt);
  return signCompact({
    header: { typ: header?.['typ'], alg: key.alg, jwk: { kty, crv, x, y } },
    payload: { ...payload },
    key,
  });
}

/** Faults of the credential request, deferred request and notification (OpenID4VCI 8.2, 9.1, 10, 11.1). */
export const CREDENTIAL_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/configuration-unknown`,
    STEP,
    'issuer/credential/configuration-known',
    'An unknown credential configuration',
    '不存在的憑證組態',
    json({ credential_configuration_id: 'no-such-configuration', credential_identifier: undefined }),
  ),
  row(
    `${STEP}/identifier-unknown`,
    STEP,
    'issuer/credential/identifier-known',
    'An unknown credential identifier',
    '不存在的憑證識別碼',
    json((_, context) => ({ credential_configuration_id: undefined, credential_identifier: unknownId(context) })),
  ),
  row(
    `${STEP}/both`,
    STEP,
    'issuer/credential/identifier-or-configuration',
    'Both credential_identifier and credential_configuration_id',
    '同時有 credential_identifier 與 credential_configuration_id',
    json((current, context) => ({
      credential_configuration_id: extraText(context, 'configurationId'),
      credential_identifier: current['credential_identifier'] ?? 'identifier',
    })),
  ),
  row(
    `${STEP}/configuration-not-offered`,
    STEP,
    'issuer/credential/authorized',
    'A credential that is published, but was not offered',
    '已公布但未被邀請取得的憑證',
    json((_, context) => ({
      credential_identifier: undefined,
      credential_configuration_id: otherConfiguration(context),
    })),
  ),
  row(
    `${STEP}/configuration-left-out`,
    STEP,
    'issuer/credential/authorized',
    'A credential that was authorized, but that the token request left out',
    '已授權但未列入權杖請求的憑證',
    json((_, context) => ({
      credential_identifier: undefined,
      credential_configuration_id: leftOutConfiguration(context),
    })),
  ),
  row(
    `${STEP}/neither`,
    STEP,
    'issuer/credential/identifier-or-configuration',
    'Neither credential_identifier nor credential_configuration_id',
    'credential_identifier 與 credential_configuration_id 皆無',
    json({ credential_configuration_id: undefined, credential_identifier: undefined }),
  ),
  row(
    `${STEP}/identifier-ignored`,
    STEP,
    'issuer/credential/identifier-required',
    'credential_configuration_id although identifiers were handed out',
    '已發給識別碼卻仍使用 credential_configuration_id',
    json((_, context) => ({
      credential_identifier: undefined,
      credential_configuration_id: extraText(context, 'configurationId'),
    })),
  ),
  row(
    `${STEP}/proofs-missing`,
    STEP,
    'issuer/credential/proofs-present',
    'No proofs',
    '沒有 proofs',
    json({ proofs: undefined }),
  ),
  row(
    `${STEP}/proof-singular`,
    STEP,
    'issuer/credential/proofs-present',
    'proof of an earlier draft instead of proofs',
    '使用舊草案的 proof 而非 proofs',
    json((current) => ({
      proofs: undefined,
      proof: { proof_type: 'jwt', jwt: strings(current['proofs'], 'jwt')?.[0] ?? '' },
    })),
  ),
  row(
    `${STEP}/two-proof-types`,
    STEP,
    'issuer/credential/proofs-single-type',
    'Two proof types in one request',
    '一個請求含兩種證明類型',
    json((current) => ({
      proofs: {
        ...(isObject(current['proofs']) ? current['proofs'] : {}),
        attestation: strings(current['proofs'], 'jwt') ?? [],
      },
    })),
  ),
  row(
    `${STEP}/proof-type-unknown`,
    STEP,
    'issuer/credential/proof-type',
    'An unknown proof type',
    '不存在的證明類型',
    json((current) => ({ proofs: { 'x-unheard-of': member(current['proofs'], 'jwt') } })),
  ),
  row(
    `${STEP}/proofs-empty`,
    STEP,
    'issuer/credential/proof-type',
    'An empty array of proofs',
    '空的證明陣列',
    json({ proofs: { jwt: [] } }),
  ),
  row(
    `${STEP}/proofs-too-many`,
    STEP,
    'issuer/credential/batch-size',
    'Far more proofs than batch_size',
    '證明數量遠超過 batch_size',
    json((current, context) => {
      const jwts = strings(current['proofs'], 'jwt') ?? [];
      const more = Array.from({ length: FLOOD - jwts.length }, () => proofByNewKey(jwts[0] ?? '', context));
      return { proofs: { jwt: [...jwts, ...more] } };
    }),
  ),
  row(
    `${STEP}/not-json`,
    `${STEP}.bytes`,
    'issuer/credential/shape',
    'A request that is no JSON',
    '請求不是 JSON',
    (draft: BytesDraft) => ({ text: `${draft.text.slice(0, -1)},` }),
  ),
  row(
    `${STEP}/json-array`,
    `${STEP}.bytes`,
    'issuer/credential/shape',
    'A request that is a JSON array',
    '請求為 JSON 陣列',
    (draft: BytesDraft) => ({ text: `[${draft.text}]` }),
  ),
  row(
    `${STEP}/duplicate-member`,
    `${STEP}.bytes`,
    'issuer/credential/shape',
    'A request that has a member twice',
    '請求重複同一成員',
    (draft: BytesDraft) => ({ text: `{"credential_configuration_id":"no-such-configuration",${draft.text.slice(1)}` }),
  ),
  row(
    `${STEP}/content-type-form`,
    'credential.http',
    'issuer/credential/content-type',
    'A JSON request sent as a form',
    '以表單類型送出 JSON 請求',
    httpHeader('content-type', 'application/x-www-form-urlencoded'),
  ),
  row(
    `${STEP}/content-type-missing`,
    'credential.http',
    'issuer/credential/content-type',
    'A request without content type',
    '請求沒有內容類型',
    httpHeader('content-type', undefined),
  ),
  row(
    `${STEP}/encryption-enc-unknown`,
    STEP,
    'issuer/credential/encryption-parameters',
    'Response encryption with an enc that nobody knows',
    '要求以不存在的 enc 加密回應',
    json((current) => ({ credential_response_encryption: encryption(current, { enc: 'X-UNHEARD-OF' }) })),
  ),
  row(
    `${STEP}/encryption-alg-missing`,
    STEP,
    'issuer/credential/encryption-parameters',
    'Response encryption with a key without alg',
    '回應加密金鑰沒有 alg',
    json((current) => ({
      credential_response_encryption: encryption(current, {
        jwk: without(member(current['credential_response_encryption'], 'jwk'), 'alg'),
      }),
    })),
  ),
  row(
    `${STEP}/encryption-key-broken`,
    STEP,
    'issuer/credential/encryption-parameters',
    'Response encryption with a key that is off the curve',
    '回應加密金鑰不在曲線上',
    json((current) => ({
      credential_response_encryption: encryption(current, {
        jwk: {
          ...asObject(member(current['credential_response_encryption'], 'jwk')),
          x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        },
      }),
    })),
  ),
  row(
    `${STEP}/encryption-key-private`,
    STEP,
    'issuer/credential/encryption-parameters',
    'Response encryption with a private key',
    '回應加密金鑰含有私鑰',
    json((current, context) => {
      const key = generateEncryptionKey('ECDH-ES', context.random);
      return { credential_response_encryption: encryption(current, { jwk: key.privateJwk }) };
    }),
  ),
  row(
    `${STEP}/unencrypted-parameters`,
    'credential.http',
    'issuer/credential/encryption-parameters-protected',
    'Response encryption asked for in a clear request',
    '在未加密的請求中要求加密回應',
    inClear,
  ),
  row(
    `${STEP}/unencrypted`,
    'credential.http',
    'issuer/credential/encryption-required',
    'A clear request although the issuer demands encryption',
    '發行者要求加密，請求卻未加密',
    inClear,
  ),
  row(
    `${STEP}/encrypted-to-other-key`,
    `${ENCRYPTED}.bytes`,
    'issuer/credential/decrypt',
    'A request encrypted to another key',
    '請求以其他金鑰加密',
    (draft: BytesDraft, context) => {
      const header = JSON.parse(Buffer.from(draft.text.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<
        string,
        unknown
      >;
      const recipient = publicJwkOf(generateEncryptionKey('ECDH-ES', context.random).publicJwk);
      const { epk: _epk, ...rest } = header;
      return {
        text: encryptCompact({
          header: rest,
          plaintext: extraText(context, 'plaintext'),
          recipient,
          random: context.random,
        }),
      };
    },
  ),
  row(
    `${STEP}/encrypted-kid-missing`,
    ENCRYPTED,
    'issuer/credential/decrypt',
    'An encrypted request without the kid of the key',
    '加密請求缺少金鑰的 kid',
    (draft: JsonDraft) => ({ value: without(draft.value, 'kid') }),
  ),
  row(
    'deferred-credential-request/transaction-unknown',
    'deferred-credential-request',
    'issuer/deferred/transaction-id',
    'A transaction id that nobody gave out',
    '從未發出的交易識別碼',
    json((_, context) => ({ transaction_id: unknownId(context) })),
  ),
  row(
    'deferred-credential-request/transaction-missing',
    'deferred-credential-request',
    'issuer/deferred/transaction-id',
    'No transaction id',
    '沒有交易識別碼',
    json({ transaction_id: undefined }),
  ),
  replay(
    'deferred-credential-request/transaction-reused',
    'deferred-credential-request',
    'issuer/deferred/transaction-id',
    'The transaction id once more after the credential was delivered',
    '憑證交付後再次使用同一交易識別碼',
  ),
  row(
    'deferred-credential-request/other-token',
    'deferred-credential.http',
    'issuer/deferred/access-token',
    'The access token of another flow',
    '使用其他流程的存取權杖',
    httpHeader(
      'authorization',
      (current, context) => `${current?.split(' ')[0] ?? 'Bearer'} ${extraText(context, 'earlierAccessToken')}`,
    ),
  ),
  row(
    'notification-request/id-unknown',
    'notification-request',
    'issuer/notification/id',
    'A notification id that nobody gave out',
    '從未發出的通知識別碼',
    json((_, context) => ({ notification_id: unknownId(context) })),
  ),
  row(
    'notification-request/id-missing',
    'notification-request',
    'issuer/notification/id',
    'A notification without id',
    '沒有識別碼的通知',
    json({ notification_id: undefined }),
  ),
  row(
    'notification-request/event-unknown',
    'notification-request',
    'issuer/notification/event',
    'An event that does not exist',
    '不存在的事件',
    json({ event: 'credential_lost' }),
  ),
  row(
    'notification-request/event-missing',
    'notification-request',
    'issuer/notification/event',
    'A notification without event',
    '沒有事件的通知',
    json({ event: undefined }),
  ),
  row(
    'notification-request/description-not-ascii',
    'notification-request',
    'issuer/notification/description',
    'A description that is not ASCII',
    '事件描述含有非 ASCII 字元',
    json({ event_description: '無法儲存' }),
  ),
  row(
    'notification-request/other-token',
    'notification.http',
    'issuer/notification/access-token',
    'The access token of another flow',
    '使用其他流程的存取權杖',
    httpHeader(
      'authorization',
      (current, context) => `${current?.split(' ')[0] ?? 'Bearer'} ${extraText(context, 'earlierAccessToken')}`,
    ),
  ),
];

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? { ...value } : {};
}

function without(value: unknown, name: string): Record<string, unknown> {
  const { [name]: _dropped, ...rest } = asObject(value);
  return rest;
}

function encryption(
  current: Readonly<Record<string, unknown>>,
  change: Record<string, unknown>,
): Record<string, unknown> {
  return { ...asObject(current['credential_response_encryption']), ...change };
}

/** The plaintext of an encrypted request as application/json. */
function inClear(draft: RequestDraft, context: Parameters<ReturnType<typeof httpHeader>>[1]): RequestDraft {
  return {
    ...draft,
    headers: draft.headers.map(([name, value]): [string, string] => [
      name,
      name === 'content-type' ? 'application/json' : value,
    ]),
    body: Buffer.from(extraText(context, 'plaintext')),
  };
}
