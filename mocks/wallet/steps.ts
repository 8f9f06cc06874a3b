import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';

/** One acceptance step of the mock wallet: what it judges and the requirements that it enforces. Its id is also the leniency's. */
export interface AcceptanceStep {
  readonly id: string;
  readonly title: Text;
  /** Ids of the requirement catalogues; empty where the rule stands in a specification without a catalogue (OAuth, SD-JWT, X.509). */
  readonly requirements: readonly string[];
}

function step(rule: string, en: string, zh: string, ...requirements: string[]): AcceptanceStep {
  return { id: `wallet/${rule}`, title: text(en, zh), requirements };
}

const vci = (id: string): string => `OID4VCI-${id}`;
const vp = (id: string): string => `OID4VP-${id}`;

const OFFER: readonly AcceptanceStep[] = [
  step(
    'offer/one-form',
    'The link holds one offer, by value or by reference',
    '連結以值或參照帶有唯一一個發行邀請',
    vci('13.5-1'),
  ),
  step(
    'offer/json',
    'The offer is a JSON object',
    '發行邀請為 JSON 物件',
    vci('4.1.3-2'),
    vci('4.1.3-5'),
    vci('13.5-1'),
  ),
  step(
    'offer/issuer-url',
    'credential_issuer is an https URL without query and fragment',
    'credential_issuer 為不含查詢與片段的 https 網址',
    vci('13.5-1'),
    vci('13.5-2'),
  ),
  step(
    'offer/configuration-ids',
    'credential_configuration_ids are different strings',
    'credential_configuration_ids 為互異的字串',
    vci('13.5-1'),
  ),
  step(
    'offer/configuration-known',
    'The offered configurations are in the metadata',
    '邀請的憑證組態存在於後設資料中',
    vci('13.5-1'),
    vci('5.1.1-6'),
    vci('8.2-8'),
  ),
  step(
    'offer/grant',
    'The offer has a grant that the wallet knows',
    '邀請含有皮夾認得的授權方式',
    vci('4.1.1-8'),
    vci('4.1.1-10'),
  ),
];

const METADATA: readonly AcceptanceStep[] = [
  step('metadata/status', 'Issuer metadata is answered with status 200', '發行者後設資料以狀態碼 200 回應'),
  step('metadata/media-type', 'Issuer metadata has a media type that is allowed', '發行者後設資料的媒體類型合法'),
  step('metadata/json', 'Issuer metadata is a JSON object', '發行者後設資料為 JSON 物件'),
  step(
    'metadata/signed',
    'Signed metadata is genuine and its signer trusted',
    '已簽署的後設資料真實且簽署者可信任',
    vci('12.2.3-11'),
    vci('12.2.3-12'),
    vci('12.2.3-13'),
  ),
  step(
    'metadata/issuer-match',
    'The metadata is of the issuer that was asked',
    '後設資料屬於所查詢的發行者',
    vci('12.2.4-3'),
    vci('12.2.1-3'),
  ),
  step(
    'metadata/credential-endpoint',
    'The metadata has a credential endpoint',
    '後設資料含有憑證端點',
    vci('12.2.4-101'),
  ),
  step('metadata/configurations', 'The metadata describes credential configurations', '後設資料描述憑證組態'),
  step('metadata/encryption', 'Encryption metadata is complete', '加密相關後設資料完整', vci('10-5'), vci('10-7')),
  step(
    'metadata/deferred-endpoint',
    'A deferred credential has an endpoint to fetch it from',
    '延後發行的憑證有可領取的端點',
  ),
  step('metadata/notification-endpoint', 'The notification endpoint is an https URL', '通知端點為 https 網址'),
  step(
    'as-metadata/listed',
    'The offered authorization server is listed by the issuer',
    '邀請指定的授權伺服器列於發行者後設資料',
    vci('12.2.4-9'),
  ),
  step(
    'as-metadata/status',
    'Authorization server metadata can be read',
    '授權伺服器後設資料可以讀取',
    vci('12.2.4-7'),
  ),
  step(
    'as-metadata/issuer-match',
    'The metadata is of the authorization server that was asked',
    '後設資料屬於所查詢的授權伺服器',
  ),
  step('as-metadata/token-endpoint', 'The metadata has a token endpoint', '後設資料含有權杖端點'),
  step('as-metadata/authorization-endpoint', 'The metadata has an authorization endpoint', '後設資料含有授權端點'),
  step('as-metadata/par-endpoint', 'The metadata has a PAR endpoint', '後設資料含有推送授權請求端點'),
];

const AUTHORIZATION: readonly AcceptanceStep[] = [
  step('par/shape', 'The PAR response has request_uri and expires_in', '推送授權回應含有 request_uri 與 expires_in'),
  step('authorization/state', 'state is the one that was sent', 'state 與送出的相同', vci('5-1'), vci('13.2-1')),
  step(
    'authorization/iss',
    'iss names the authorization server',
    'iss 指出所使用的授權伺服器',
    vci('5-1'),
    vci('13.2-1'),
  ),
  step(
    'authorization/error',
    'The response is either a code or an error',
    '回應不是授權碼就是錯誤，不得兩者兼有',
    vci('5-1'),
  ),
  step('token/shape', 'The token response is well formed', '權杖回應格式正確'),
  step('token/token-type', 'token_type is known and fits the request', 'token_type 為已知且符合請求'),
  step(
    'token/authorization-details',
    'The token response names the credentials that were asked for',
    '權杖回應指出所請求的憑證',
    vci('6.2-10'),
  ),
  step('nonce/shape', 'The nonce response has a c_nonce', '隨機值回應含有 c_nonce'),
];

const DELIVERY: readonly AcceptanceStep[] = [
  step('credential-response/status', 'The credential response has status 200 or 202', '憑證回應的狀態碼為 200 或 202'),
  step(
    'credential-response/encrypted',
    'The response is encrypted if that was asked for',
    '要求加密時回應必須加密',
    vci('10-12'),
  ),
  step(
    'credential-response/decrypt',
    'The response is encrypted to the wallet’s key as asked',
    '回應依要求以皮夾的金鑰加密',
  ),
  step('credential-response/shape', 'The credential response is well formed', '憑證回應格式正確'),
  step('credential-response/count', 'There are no more credentials than keys', '憑證數量不超過金鑰數量'),
  step('deferred/shape', 'The deferred credential response is well formed', '延後發行回應格式正確'),
];

const CREDENTIAL: readonly AcceptanceStep[] = [
  step('credential/format', 'The credential has the format of its configuration', '憑證符合組態的格式', vci('13.5-3')),
  step('credential/typ', 'The credential has typ dc+sd-jwt', '憑證的 typ 為 dc+sd-jwt'),
  step(
    'credential/alg',
    'The credential is signed with an announced asymmetric algorithm',
    '憑證以公告的非對稱演算法簽署',
  ),
  step('credential/issuer-key', 'The issuer’s key can be found', '可以找到發行者的金鑰'),
  step('credential/signature', 'The issuer’s signature verifies', '發行者的簽章驗證通過', vci('13.5-3')),
  step('credential/issuer-trust', 'The issuer is trusted', '發行者可信任', vci('13.5-2'), vci('13.5-3')),
  step('credential/issuer-match', 'iss belongs to the key', 'iss 與金鑰相符'),
  step('credential/vct', 'vct is that of the configuration', 'vct 與組態相同'),
  step('credential/key-binding', 'The credential is bound to the key that was proven', '憑證綁定於所證明的金鑰'),
  step('credential/expiry', 'The credential has not expired', '憑證尚未過期'),
  step('credential/not-before', 'The credential is valid already', '憑證已生效'),
  step('credential/disclosures', 'Disclosures and digests agree', '揭露項與摘要一致'),
  step('credential/status-signature', 'The status list is genuine', '狀態清單真實'),
  step('credential/status', 'The credential is neither revoked nor suspended', '憑證未被撤銷或停用'),
];

const AUTHENTICITY: readonly AcceptanceStep[] = [
  step('request/one-form', 'The link holds one request', '連結帶有唯一一個請求', vp('5.10.1-4')),
  step('request/uri-method', 'request_uri_method is get or post', 'request_uri_method 為 get 或 post', vp('8.5-13')),
  step('request/uri', 'request_uri is an https URL', 'request_uri 為 https 網址', vp('5.10-2')),
  step(
    'request/fetch-status',
    'The request object is answered with status 200',
    '請求物件以狀態碼 200 回應',
    vp('5.10.2-1'),
    vp('5.10.1-5'),
    vp('5.10.1-6'),
    vp('14.8-1'),
    vp('14.8-2'),
  ),
  step('request/media-type', 'The request object has its media type', '請求物件的媒體類型正確', vp('5.10.1-4')),
  step('request/typ', 'typ is oauth-authz-req+jwt', 'typ 為 oauth-authz-req+jwt', vp('5-3'), vp('5-4')),
  step('request/client-id-match', 'client_id is the same outside and inside', '內外的 client_id 相同', vp('5.10.1-12')),
  step(
    'request/unknown-prefix',
    'The client identifier prefix is supported, or the client is registered',
    '支援用戶端識別碼前綴，或用戶端已註冊',
    vp('5.9.1-1'),
    vp('5.9.1-2'),
    vp('5.9.1-3'),
    vp('5.9.2-1'),
    vp('5.9.2-2'),
    vp('5.9.3-45'),
    vp('8.5-4'),
  ),
  step(
    'request/client-metadata',
    'A registered client does not send client_metadata',
    '已註冊的用戶端不得傳送 client_metadata',
    vp('8.5-7'),
    vp('8.5-8'),
  ),
  step(
    'request/redirect-uri-unsigned',
    'A request with prefix redirect_uri is not signed',
    'redirect_uri 前綴的請求不得簽署',
    vp('8.5-6'),
  ),
  step(
    'request/alg',
    'The request is signed with an asymmetric algorithm',
    '請求以非對稱演算法簽署',
    vp('8.5-6'),
    vp('5.9.3-12'),
    vp('5.9.3-31'),
    vp('5.9.3-41'),
  ),
  step(
    'request/certificate-trust',
    'The certificate chain ends at a trust anchor',
    '憑證鏈止於信任錨',
    vp('5.9.3-33'),
    vp('5.9.3-43'),
    vp('15.8.2-1'),
  ),
  step(
    'request/certificate-validity',
    'The certificates are valid at this time',
    '憑證鏈目前有效',
    vp('5.9.3-33'),
    vp('5.9.3-43'),
  ),
  step(
    'request/san',
    'The certificate is for the DNS name in client_id',
    '憑證屬於 client_id 中的網域名稱',
    vp('5.9.3-29'),
    vp('8.5-5'),
  ),
  step(
    'request/x509-hash',
    'client_id is the hash of the certificate',
    'client_id 為憑證的雜湊',
    vp('5.9.3-38'),
    vp('8.5-5'),
  ),
  step(
    'request/did',
    'The DID in client_id has the signing key',
    'client_id 中的 DID 具有簽署金鑰',
    vp('5.9.3-12'),
    vp('5.9.3-13'),
    vp('5.9.3-15'),
  ),
  step(
    'request/signature',
    'The signature of the request verifies',
    '請求的簽章驗證通過',
    vp('5.9.3-32'),
    vp('5.9.3-42'),
    vp('5.9.3-12'),
    vp('5.9.3-31'),
    vp('5.9.3-41'),
    vp('5.1-7'),
  ),
  step('request/expiry', 'The request object is valid at this time', '請求物件目前有效', vp('5.10.1-4')),
  step('request/audience', 'aud is the static wallet identifier', 'aud 為靜態皮夾識別碼', vp('5.10.1-4')),
  step('request/wallet-nonce', 'wallet_nonce is echoed', 'wallet_nonce 原樣回傳', vp('5.10.1-7'), vp('5.10.1-8')),
];

const PARAMETERS: readonly AcceptanceStep[] = [
  step('request/response-mode', 'response_mode is supported', '支援 response_mode', vp('5.10.1-13')),
  step('request/response-uri', 'response_uri is an https URL', 'response_uri 為 https 網址', vp('14.4.1-1')),
  step(
    'request/response-uri-prefix',
    'The client may use this response_uri',
    '此用戶端可使用該 response_uri',
    vp('8.2-8'),
    vp('5.9.3-36'),
    vp('14.4.1-1'),
    vp('14.4.1-2'),
  ),
  step(
    'request/redirect-uri-absent',
    'There is no redirect_uri beside response_uri',
    'response_uri 旁沒有 redirect_uri',
    vp('8.2-6'),
  ),
  step('request/response-type', 'response_type is vp_token', 'response_type 為 vp_token', vp('5.10.1-13')),
  step('request/nonce', 'nonce is a URL-safe string', 'nonce 為網址安全字串', vp('5.2-13')),
  step(
    'request/query-one',
    'There is exactly one of dcql_query and scope',
    'dcql_query 與 scope 恰有其一',
    vp('8.5-2'),
    vp('8.5-3'),
  ),
  step('request/query-valid', 'The query is valid', '查詢有效', vp('5-7'), vp('7.1.1-7'), vp('8.5-22')),
  step('request/vp-formats', 'The verifier supports what it asks for', '驗證者支援其所請求的格式', vp('8.5-12')),
  step(
    'request/encryption-key',
    'There is a key to encrypt the response to',
    '有可用於加密回應的金鑰',
    vp('8.3-4'),
    vp('8.3-5'),
    vp('8.3-2'),
  ),
  step(
    'request/encryption-enc',
    'There is a content encryption that is supported',
    '有受支援的內容加密演算法',
    vp('8.3-7'),
  ),
  step(
    'request/transaction-data',
    'Transaction data is well formed',
    '交易資料格式正確',
    vp('5.1-24'),
    vp('8.5-18'),
    vp('8.5-19'),
    vp('B.3.3-3'),
  ),
  step(
    'request/transaction-data-type',
    'The type of transaction data is known',
    '認得交易資料的類型',
    vp('5.1-23'),
    vp('8.5-14'),
    vp('8.5-15'),
    vp('8.5-16'),
  ),
  step(
    'query/satisfiable',
    'The wallet holds what is asked for',
    '皮夾持有所請求的憑證',
    vp('6.4.2-5'),
    vp('6.4.2-4'),
    vp('6.4.1-10'),
    vp('8.5-9'),
  ),
  step('consent', 'The user consents', '使用者同意', vp('15.1-1'), vp('8.5-10')),
];

/** Every acceptance step of the mock wallet, in the order in which they are taken. */
export const WALLET_STEPS: readonly AcceptanceStep[] = [
  ...OFFER,
  ...METADATA,
  ...AUTHORIZATION,
  ...DELIVERY,
  ...CREDENTIAL,
  ...AUTHENTICITY,
  ...PARAMETERS,
];
