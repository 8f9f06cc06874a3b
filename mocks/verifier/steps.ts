import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';

/** One acceptance step of the mock verifier; a leniency of the same id leaves it out. */
export interface VerifierStep {
  readonly id: string;
  readonly title: Text;
  /** Catalogue ids of what the step enforces; empty where the rule is of a specification without a catalogue. */
  readonly requirements: readonly string[];
}

function step(id: string, en: string, zh: string, requirements: readonly string[] = []): VerifierStep {
  return { id: `verifier/${id}`, title: text(en, zh), requirements };
}

/** Every acceptance step of the mock verifier, in the order in which they are judged. */
export const VERIFIER_STEPS: readonly VerifierStep[] = [
  step('request-uri/transaction', 'The request URI is of an open request', 'request_uri 屬於有效的請求'),
  step('request-uri/method', 'The request object is fetched by GET or POST', '以 GET 或 POST 取得請求物件', [
    'OID4VP-5.10-1',
  ]),
  step('request-uri/media-type', 'What is posted to the request URI is a form', '送至 request_uri 的內容是表單', [
    'OID4VP-5.10-3',
  ]),
  step('request-uri/form', 'The form posted to the request URI can be read', '送至 request_uri 的表單可讀取', [
    'OID4VP-5.10-5',
  ]),
  step('request-uri/wallet-metadata', 'wallet_metadata is a JSON object', 'wallet_metadata 是 JSON 物件', [
    'OID4VP-5.10-6',
  ]),
  step(
    'request-uri/encryption',
    'A key that the wallet gives for encryption can be used',
    '皮夾提供的加密金鑰可以使用',
    ['OID4VP-5.10-8'],
  ),
  step('response/media-type', 'The response is a form', '回應是表單', ['OID4VP-8.2-1']),
  step('response/form', 'The form can be read and repeats no parameter', '表單可讀取且沒有重複參數', ['OID4VP-8.2-2']),
  step('response/reuse', 'A transaction takes one response', '每筆交易只接受一次回應', ['OID4VP-5.2-4']),
  step('response/expiry', 'The request has not expired', '請求尚未過期', ['OID4VP-14.4.2-1']),
  step(
    'response/encrypted',
    'The response is encrypted if, and only if, that was asked for',
    '僅在要求時加密回應，且要求時必須加密',
    ['OID4VP-8.3.1-1'],
  ),
  step('response/decrypt', 'The response can be decrypted with the key that was offered', '可用所提供的金鑰解密回應', [
    'OID4VP-8.3-1',
    'OID4VP-8.3-4',
    'OID4VP-8.3-5',
    'OID4VP-8.3-6',
    'OID4VP-8.3-8',
    'OID4VP-8.3-10',
  ]),
  step('response/encryption-enc', 'The content encryption is one of those offered', '內容加密演算法在所提供的清單中', [
    'OID4VP-8.3-7',
  ]),
  step(
    'response/transaction',
    'The response belongs to an open transaction, by its state',
    '依 state，回應屬於有效的交易',
    ['OID4VP-5.3-7', 'OID4VP-14.4.2-1'],
  ),
  step('response/error', 'An error response has the form of OAuth', '錯誤回應符合 OAuth 格式', ['OID4VP-8.5-1']),
  step(
    'response/shape',
    'vp_token is an object of non-empty arrays of presentations',
    'vp_token 是物件，其成員為非空的出示陣列',
    ['OID4VP-8.1-1', 'OID4VP-8.1-3', 'OID4VP-8.1-6', 'OID4VP-8.6-1'],
  ),
  step(
    'vp-token/query-ids',
    'Every member of vp_token is a credential query of the request',
    'vp_token 的成員都是請求中的憑證查詢',
    ['OID4VP-8.1-2', 'OID4VP-8.6-1'],
  ),
  step('vp-token/required-queries', 'The set of presentations satisfies the query', '所出示的憑證組合滿足查詢', [
    'OID4VP-8.6-8',
    'OID4VP-8.6-10',
  ]),
  step(
    'vp-token/multiplicity',
    'One presentation for a query, unless it allows several',
    '除非查詢允許多份，否則只能有一份出示',
    ['OID4VP-8.1-4', 'OID4VP-8.6-1'],
  ),
  step('presentation/format', 'The presentation has the format that was asked for', '出示符合所要求的格式', [
    'OID4VP-8.1-6',
    'OID4VP-8.6-11',
  ]),
  step('presentation/parse', 'The SD-JWT can be read', 'SD-JWT 可讀取', ['OID4VP-8.6-11']),
  step('credential/typ', 'typ of the credential is dc+sd-jwt', '憑證的 typ 為 dc+sd-jwt', ['OID4VP-8.6-11']),
  step(
    'credential/alg',
    'The credential is signed with an asymmetric algorithm that was offered',
    '憑證以所提供的非對稱演算法簽署',
    ['OID4VP-8.6-2'],
  ),
  step('credential/issuer-key', 'The issuer’s key can be found', '可取得發行端的金鑰', ['OID4VP-8.6-2']),
  step('credential/signature', 'The issuer’s signature verifies', '發行端的簽章驗證成功', ['OID4VP-8.6-2']),
  step('credential/issuer-trust', 'The issuer is trusted', '發行端受信任', ['OID4VP-8.6-7', 'OID4VP-14.11-2']),
  step('credential/expiry', 'The credential has not expired', '憑證尚未過期', ['OID4VP-8.6-2']),
  step('credential/not-before', 'The credential is valid already', '憑證已生效', ['OID4VP-8.6-2']),
  step(
    'credential/disclosures',
    'Every disclosure is well formed and referred to exactly once',
    '每個揭露項格式正確且恰被引用一次',
    ['OID4VP-8.6-2', 'OID4VP-8.6-11'],
  ),
  step(
    'key-binding/present',
    'There is a key binding unless the query does without',
    '除非查詢不要求，否則必須有金鑰綁定',
    ['OID4VP-8.6-5', 'OID4VP-B.3-1'],
  ),
  step('key-binding/typ', 'typ of the key binding is kb+jwt', '金鑰綁定的 typ 為 kb+jwt', ['OID4VP-8.6-6']),
  step(
    'key-binding/alg',
    'The key binding is signed with an asymmetric algorithm that was offered',
    '金鑰綁定以所提供的非對稱演算法簽署',
    ['OID4VP-8.6-6'],
  ),
  step(
    'key-binding/signature',
    'The key binding is signed with the key of the credential',
    '金鑰綁定以憑證所綁定的金鑰簽署',
    ['OID4VP-8.6-3', 'OID4VP-8.6-6'],
  ),
  step('key-binding/nonce', 'The key binding has the nonce of the request', '金鑰綁定含有請求的 nonce', [
    'OID4VP-14.2.2-4',
    'OID4VP-14.2.2-7',
    'OID4VP-14.2.2-8',
    'OID4VP-B.3.6-1',
  ]),
  step('key-binding/audience', 'The key binding is for this verifier', '金鑰綁定的對象是此驗證端', [
    'OID4VP-14.2.2-4',
    'OID4VP-14.2.2-6',
    'OID4VP-B.3.6-2',
  ]),
  step('key-binding/sd-hash', 'The key binding is over what was presented', '金鑰綁定涵蓋所出示的內容', [
    'OID4VP-8.6-3',
  ]),
  step('key-binding/iat', 'The key binding was made now', '金鑰綁定是剛才建立的', ['OID4VP-8.6-6']),
  step(
    'key-binding/transaction-data',
    'The key binding covers the transaction data of the request',
    '金鑰綁定涵蓋請求的交易資料',
    ['OID4VP-8.4-3', 'OID4VP-B.3.3.1-5'],
  ),
  step('credential/vct', 'The credential is of a type that was asked for', '憑證屬於所要求的類型', [
    'OID4VP-8.6-4',
    'OID4VP-14.11-1',
  ]),
  step(
    'credential/trusted-authorities',
    'The issuer is under a trusted authority that was asked for',
    '發行端隸屬所要求的信任機構',
    ['OID4VP-8.6-4'],
  ),
  step('credential/claims', 'The claims that were asked for are disclosed', '已揭露所要求的宣告', [
    'OID4VP-8.6-4',
    'OID4VP-14.11-1',
  ]),
  step('credential/values', 'The claims have one of the values that were asked for', '宣告的值符合所要求的值', [
    'OID4VP-6.4.1-8',
    'OID4VP-8.6-4',
  ]),
  step('credential/status-list', 'The status list can be fetched', '可取得狀態清單', ['OID4VP-8.6-7']),
  step(
    'credential/status-signature',
    'The status list is signed by somebody who is trusted',
    '狀態清單由受信任者簽署',
    ['OID4VP-8.6-7'],
  ),
  step(
    'credential/status-token',
    'The status list token is well formed, of this list and not expired',
    '狀態清單權杖格式正確、屬於該清單且未過期',
    ['OID4VP-8.6-7'],
  ),
  step('credential/status', 'The status of the credential is valid', '憑證狀態為有效', ['OID4VP-8.6-7']),
  step('redirect-uri/response-code', 'The result is given only for the response code', '僅憑回應碼提供結果', [
    'OID4VP-14.3-2',
  ]),
];
