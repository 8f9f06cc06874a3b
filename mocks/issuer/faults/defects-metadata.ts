import { arr, isObject, member, obj } from '../../../protocol/json.ts';
import type { JsonDraft } from '../../drafts.ts';
import type { Apply } from './fault.ts';
import {
  configurations,
  jose,
  json,
  merged,
  NOTIFIED,
  PLAIN,
  responseHeader,
  SIGNED_METADATA,
  WITH_TX_CODE,
  within,
} from './fault.ts';
import { defect, together } from './defect.ts';
import type { IssuerDefect } from './defect.ts';

const METADATA = 'issuer-metadata';

/** Changes the keys for request encryption. */
function requestKeys(change: Readonly<Record<string, unknown>>): Apply<JsonDraft> {
  return within('credential_request_encryption', (current) => ({
    jwks: { keys: (arr(obj(current, 'jwks'), 'keys') ?? []).map((key) => (isObject(key) ? merged(key, change) : key)) },
  }));
}

/** Changes `credential_metadata` of every configuration. */
function presentation(change: Readonly<Record<string, unknown>>): Apply<JsonDraft> {
  return configurations((current) => ({
    credential_metadata: merged(obj(current, 'credential_metadata') ?? {}, change),
  }));
}

/** Changes every proof type of every configuration. */
function proofTypes(change: Readonly<Record<string, unknown>>): Apply<JsonDraft> {
  return configurations((current) => ({
    proof_types_supported: Object.fromEntries(
      Object.entries(obj(current, 'proof_types_supported') ?? {}).map(([name, type]) => [
        name,
        isObject(type) ? merged(type, change) : type,
      ]),
    ),
  }));
}

/** Changes the description of the transaction code. */
function txCode(change: Readonly<Record<string, unknown>>): Apply<JsonDraft> {
  const grant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
  return within('grants', (grants) => {
    const current = obj(grants, grant);
    return { [grant]: merged(current ?? {}, { tx_code: merged(obj(current, 'tx_code') ?? {}, change) }) };
  });
}

/** Metadata and offers that promise or describe things wrongly (OpenID4VCI 4.1.1, 12.2.4; RFC 8414 2). */
export const METADATA_DEFECTS: readonly IssuerDefect[] = [
  defect(
    'offer-tx-code-description-long',
    'credential-offer',
    ['tx_code description of more than 300 characters', 'tx_code 說明超過 300 個字元'],
    txCode({ description: 'x'.repeat(301) }),
    WITH_TX_CODE,
  ),
  defect(
    'offer-tx-code-input-mode',
    'credential-offer',
    ['tx_code with an unknown input_mode', 'tx_code 的 input_mode 未知'],
    txCode({ input_mode: 'digits' }),
    WITH_TX_CODE,
  ),
  defect(
    'offer-tx-code-length',
    'credential-offer',
    ['tx_code with a length that is no integer', 'tx_code 的長度不是整數'],
    txCode({ length: '6' }),
    WITH_TX_CODE,
  ),
  defect(
    'offer-tx-code-length-wrong',
    'credential-offer',
    ['tx_code with another length than the code has', 'tx_code 標示的長度與實際不同'],
    txCode({ length: 4 }),
    WITH_TX_CODE,
  ),
  defect(
    'metadata-deferred-endpoint-http',
    METADATA,
    ['deferred_credential_endpoint without TLS', 'deferred_credential_endpoint 未使用 TLS'],
    json({ deferred_credential_endpoint: 'http://issuer.invalid/deferred' }),
  ),
  defect(
    'metadata-notification-endpoint-http',
    METADATA,
    ['Notifications are taken without TLS', '以未加密的 HTTP 接收通知'],
    json((value) => ({
      notification_endpoint: String(member(value, 'notification_endpoint')).replace('https:', 'http:'),
    })),
    NOTIFIED,
  ),
  defect(
    'metadata-nonce-endpoint-missing',
    METADATA,
    ['Key proofs are wanted, but there is no nonce endpoint', '需要金鑰證明，卻沒有 nonce 端點'],
    json({ nonce_endpoint: undefined }),
  ),
  defect(
    'metadata-format-old',
    METADATA,
    ['The format identifier of an earlier draft', '使用舊草案的格式識別碼'],
    configurations({ format: 'vc+sd-jwt' }),
  ),
  defect(
    'metadata-claim-twice',
    METADATA,
    ['A claim that is described twice', '重複描述同一宣告'],
    presentation({
      claims: [
        { path: ['given_name'], mandatory: true },
        { path: ['given_name'], mandatory: false },
      ],
    }),
  ),
  defect(
    'metadata-scope-missing',
    METADATA,
    ['Configurations without scope', '組態沒有 scope'],
    configurations({ scope: undefined }),
  ),
  together(
    defect(
      'server-details-unannounced',
      'as-metadata',
      ['Neither a scope nor authorization details to ask with', '既無 scope 也不支援 authorization_details'],
      json({ authorization_details_types_supported: undefined }),
    ),
    'metadata-scope-missing',
  ),
  defect(
    'metadata-binding-method-other',
    METADATA,
    ['Another binding method than the credentials have', '公布的綁定方法與憑證所用不同'],
    configurations({ cryptographic_binding_methods_supported: ['did:key'] }),
  ),
  defect(
    'metadata-response-encryption-unannounced',
    METADATA,
    ['No word of response encryption', '未公布回應加密'],
    json({ credential_response_encryption: undefined }),
  ),
  defect(
    'signed-metadata-unsigned',
    'signed-issuer-metadata',
    ['Signed metadata with alg none', '已簽署中繼資料的 alg 為 none'],
    jose({ alg: 'none' }),
    SIGNED_METADATA,
  ),
  defect(
    'signed-metadata-x5c-missing',
    'signed-issuer-metadata',
    ['Signed metadata without certificate', '已簽署中繼資料沒有憑證鏈'],
    jose({ x5c: undefined }),
    SIGNED_METADATA,
  ),
  defect(
    'metadata-batch-size-one',
    METADATA,
    ['batch_size 1', 'batch_size 為 1'],
    json({ batch_credential_issuance: { batch_size: 1 } }),
  ),
  defect(
    'metadata-batch-size-missing',
    METADATA,
    ['batch_credential_issuance without batch_size', 'batch_credential_issuance 沒有 batch_size'],
    json({ batch_credential_issuance: {} }),
  ),
  defect(
    'metadata-display-locale-twice',
    METADATA,
    ['Two display objects of one language', '同一語言有兩個顯示物件'],
    json({
      display: [
        { name: 'A', locale: 'en' },
        { name: 'B', locale: 'en' },
      ],
    }),
  ),
  defect('metadata-display-empty', METADATA, ['display that is empty', '空的 display'], json({ display: [] })),
  defect(
    'metadata-logo-without-uri',
    METADATA,
    ['Logo without uri', '標誌沒有 uri'],
    json({ display: [{ name: 'A', locale: 'en', logo: { alt_text: 'A' } }] }),
  ),
  defect(
    'metadata-proof-types-missing',
    METADATA,
    ['Binding methods without proof types', '有綁定方法卻沒有證明類型'],
    configurations({ proof_types_supported: undefined }),
    { ...PLAIN, proofs: 1 },
  ),
  defect(
    'metadata-binding-missing',
    METADATA,
    ['Proof types without binding methods', '有證明類型卻沒有綁定方法'],
    configurations({ cryptographic_binding_methods_supported: undefined }),
  ),
  defect(
    'metadata-binding-method',
    METADATA,
    ['A binding method that is a whole DID', '綁定方法為完整的 DID'],
    configurations({ cryptographic_binding_methods_supported: ['jwk', 'did:key:'] }),
  ),
  defect(
    'metadata-proof-algs-missing',
    METADATA,
    ['Proof types without algorithms', '證明類型沒有演算法'],
    proofTypes({ proof_signing_alg_values_supported: undefined }),
  ),
  defect(
    'metadata-proof-algs-empty',
    METADATA,
    ['Proof types with an empty list of algorithms', '證明類型的演算法清單為空'],
    proofTypes({ proof_signing_alg_values_supported: [] }),
  ),
  defect(
    'metadata-scope-array',
    METADATA,
    ['scope of a configuration that is no string', '組態的 scope 不是字串'],
    configurations({ scope: ['a', 'b'] }),
    { ...PLAIN, ask: 'authorization_details' },
  ),
  defect(
    'metadata-vct-missing',
    METADATA,
    ['dc+sd-jwt configuration without vct', 'dc+sd-jwt 組態沒有 vct'],
    configurations({ vct: undefined }),
  ),
  defect(
    'metadata-presentation-string',
    METADATA,
    ['credential_metadata that is no object', 'credential_metadata 不是物件'],
    configurations({ credential_metadata: 'Person' }),
  ),
  defect(
    'metadata-claim-path-empty',
    METADATA,
    ['Claims description with an empty path', '宣告描述的路徑為空'],
    presentation({ claims: [{ path: [] }] }),
  ),
  defect(
    'metadata-claim-path-negative',
    METADATA,
    ['Claims path with a negative index', '宣告路徑含有負的索引'],
    presentation({ claims: [{ path: ['nationalities', -1] }] }),
  ),
  defect(
    'metadata-claim-mandatory-string',
    METADATA,
    ['mandatory that is a string', 'mandatory 為字串'],
    presentation({ claims: [{ path: ['family_name'], mandatory: 'yes' }] }),
  ),
  defect(
    'metadata-credential-name-missing',
    METADATA,
    ['Credential display without name', '憑證顯示資訊沒有名稱'],
    presentation({ display: [{ locale: 'en' }] }),
  ),
  defect(
    'metadata-encryption-kid-missing',
    METADATA,
    ['Request encryption key without kid', '請求加密金鑰沒有 kid'],
    requestKeys({ kid: undefined }),
  ),
  defect(
    'metadata-encryption-alg-missing',
    METADATA,
    ['Request encryption key without alg', '請求加密金鑰沒有 alg'],
    requestKeys({ alg: undefined }),
  ),
  defect(
    'metadata-encryption-private',
    METADATA,
    ['Request encryption key with a private member', '請求加密金鑰含有私密成員'],
    requestKeys({ d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
  ),
  defect(
    'metadata-encryption-required-missing',
    METADATA,
    ['Request encryption without encryption_required', '請求加密設定沒有 encryption_required'],
    within('credential_request_encryption', { encryption_required: undefined }),
  ),
  defect(
    'metadata-response-required-string',
    METADATA,
    ['encryption_required that is a string', 'encryption_required 為字串'],
    within('credential_response_encryption', { encryption_required: 'false' }),
  ),
  defect(
    'metadata-response-zip-empty',
    METADATA,
    ['zip_values_supported that is empty', '空的 zip_values_supported'],
    within('credential_response_encryption', { zip_values_supported: [] }),
  ),
  defect(
    'metadata-content-language',
    'issuer-metadata-response.http',
    ['Content-Language that is no language tag', 'Content-Language 不是語言標籤'],
    responseHeader('Content-Language', 'zh_Hant TW'),
  ),
  defect(
    'server-response-types-missing',
    'as-metadata',
    [
      'Authorization server metadata without response_types_supported',
      '授權伺服器中繼資料沒有 response_types_supported',
    ],
    json({ response_types_supported: undefined }),
  ),
  defect(
    'server-authentication-unannounced',
    'as-metadata',
    ['Client authentication methods that are not published', '未公布用戶端驗證方式'],
    json({ token_endpoint_auth_methods_supported: undefined }),
  ),
  defect(
    'server-par-unannounced',
    'as-metadata',
    ['Authorization server without pushed authorization requests', '授權伺服器不提供推送授權請求'],
    json({ pushed_authorization_request_endpoint: undefined, require_pushed_authorization_requests: undefined }),
  ),
  defect(
    'server-pkce-unannounced',
    'as-metadata',
    ['Authorization server metadata without PKCE methods', '授權伺服器中繼資料沒有 PKCE 方法'],
    json({ code_challenge_methods_supported: undefined }),
  ),
  defect(
    'server-dpop-symmetric',
    'as-metadata',
    ['Symmetric algorithm announced for DPoP', '公告 DPoP 使用對稱演算法'],
    json((value) => ({
      dpop_signing_alg_values_supported: [...(arr(value, 'dpop_signing_alg_values_supported') ?? []), 'HS256'],
    })),
  ),
  defect(
    'server-endpoint-fragment',
    'as-metadata',
    ['authorization_endpoint with a fragment', 'authorization_endpoint 帶有片段'],
    json((value) => ({ authorization_endpoint: `${String(member(value, 'authorization_endpoint'))}#top` })),
  ),
];
