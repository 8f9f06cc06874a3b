import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { takes } from './row.ts';

/** OpenID4VP 8.2 demands 200 of a verifier that processed an error response; that it must be able to process one stands nowhere. */
const UNPROCESSED = 'warning';

/** Whatever form the verifier chooses by itself. Control of all faults that any form can have. */
export const ANY_FORM = takes(
  'positive',
  'flow/any-form',
  text('A presentation in the form that the verifier chooses', '以驗證者自選的形式出示'),
  {},
  ['OID4VP-8.6-11', 'OID4VP-8.2-10'],
  {
    why: text(
      'Whoever has the right credential gets through the counter without being sent away.',
      '持有正確憑證的民眾，到櫃台就能順利辦理，不會被拒於門外。',
    ),
  },
);

export const ENCRYPTED = takes(
  'positive',
  'flow/encrypted',
  text('Encrypted response', '加密回應'),
  { responseMode: 'direct_post.jwt' },
  ['OID4VP-8.3-10', 'OID4VP-8.6-11'],
  {
    why: text(
      'What the citizen shows is readable for the verifier alone, not for what stands in between.',
      '民眾出示的內容只有驗證者讀得到，中間的設備讀不到。',
    ),
  },
);

export const TRANSACTION = takes(
  'positive',
  'flow/transaction-data',
  text('Transaction data, authorised with the presentation', '交易資料隨出示一併授權'),
  { transactionData: true },
  ['OID4VP-B.3.3.1-5', 'OID4VP-8.6-11'],
);

export const STATUS = takes(
  'positive',
  'flow/status-valid',
  text('A credential with a valid status', '狀態有效的憑證'),
  { status: 'valid' },
  ['OID4VP-8.6-7', 'OID4VP-8.6-11'],
);

export const VALUES = takes(
  'positive',
  'query/values',
  text('The value of a claim is asked for, and matches', '要求特定的宣告值，且相符'),
  { query: 'values' },
  ['OID4VP-8.6-4'],
);

export const TWO_CREDENTIALS = takes(
  'positive',
  'query/two-credentials',
  text('Two credential queries, both to be answered', '兩個憑證查詢，皆須回應'),
  { query: 'two-credentials' },
  ['OID4VP-8.6-8'],
);

export const UNBOUND = takes(
  'positive',
  'query/unbound',
  text('No key binding, where the query does without', '查詢不要求金鑰綁定，出示也不附'),
  { query: 'unbound' },
  ['OID4VP-6.1-12'],
);

/** Each form that a request can have. A verifier that does not use a form is not held to it. */
export const STRAIGHT: readonly Test[] = [
  ANY_FORM,
  ENCRYPTED,
  takes(
    'positive',
    'flow/plain',
    text('Response without encryption', '未加密的回應'),
    { responseMode: 'direct_post' },
    ['OID4VP-8.6-11', 'OID4VP-8.2-10'],
  ),
  takes(
    'positive',
    'request/by-reference-get',
    text('Request object fetched by GET', '以 GET 取得請求物件'),
    { request: 'uri-get' },
    ['OID4VP-5.10.1-1', 'OID4VP-5.10.1-2', 'OID4VP-5.10.1-3'],
  ),
  takes(
    'positive',
    'request/by-reference-post',
    text('Request object fetched by POST, with wallet_nonce', '以 POST 取得請求物件，並附 wallet_nonce'),
    { request: 'uri-post' },
    ['OID4VP-5.10-7', 'OID4VP-5.10.1-2'],
    {
      why: text(
        'A request that was copied from somebody else’s screen cannot be played again.',
        '從別人螢幕上抄來的請求無法重複使用。',
      ),
    },
  ),
  takes(
    'positive',
    'request/by-value-signed',
    text('Signed request in the link', '連結中帶有已簽署的請求'),
    { request: 'by-value-signed' },
    ['OID4VP-8.6-11'],
  ),
  takes(
    'positive',
    'request/by-value',
    text('Unsigned request in the link', '連結中帶有未簽署的請求'),
    { request: 'by-value' },
    ['OID4VP-8.6-11'],
  ),
  takes(
    'positive',
    'client-id/redirect-uri',
    text('Client identifier prefix redirect_uri', '用戶端識別碼前綴 redirect_uri'),
    { clientIdPrefix: 'redirect_uri' },
    ['OID4VP-5.9.3-1', 'OID4VP-5.9.3-3', 'OID4VP-5.9.3-4'],
  ),
  takes(
    'positive',
    'client-id/x509-san-dns',
    text('Client identifier prefix x509_san_dns', '用戶端識別碼前綴 x509_san_dns'),
    { clientIdPrefix: 'x509_san_dns' },
    ['OID4VP-5.9.3-28', 'OID4VP-5.9.3-30'],
    {
      why: text(
        'The wallet can show the citizen who is asking, vouched for by a certificate.',
        '皮夾能依憑證（X.509）告訴民眾是誰在要求資料。',
      ),
    },
  ),
  takes(
    'positive',
    'client-id/x509-hash',
    text('Client identifier prefix x509_hash', '用戶端識別碼前綴 x509_hash'),
    { clientIdPrefix: 'x509_hash' },
    ['OID4VP-5.9.3-37', 'OID4VP-5.9.3-40'],
  ),
  takes(
    'positive',
    'client-id/did',
    text('Client identifier prefix decentralized_identifier', '用戶端識別碼前綴 decentralized_identifier'),
    { clientIdPrefix: 'decentralized_identifier' },
    ['OID4VP-5.9.3-11', 'OID4VP-5.9.3-14'],
  ),
  TRANSACTION,
  takes(
    'positive',
    'flow/redirect-uri',
    text('The user is sent back with a response code', '以回應碼將使用者導回'),
    { redirectUri: true },
    ['OID4VP-8.2-20', 'OID4VP-14.3-1'],
    {
      why: text(
        'Nobody can make a citizen finish a session that an attacker began.',
        '攻擊者無法誘使民眾替他完成他所發起的流程。',
      ),
    },
  ),
  STATUS,
  takes('positive', 'query/one-claim', text('One claim only', '只要求一個宣告'), { query: 'one-claim' }, [
    'OID4VP-8.6-4',
  ]),
  takes('positive', 'query/no-claims', text('No claims asked for', '不要求任何宣告'), { query: 'no-claims' }, [
    'OID4VP-8.6-4',
  ]),
  takes(
    'positive',
    'query/claim-sets',
    text('The second of several claim sets', '滿足多組宣告中的第二組'),
    { query: 'claim-sets' },
    ['OID4VP-8.6-4', 'OID4VP-8.6-8'],
  ),
  VALUES,
  takes(
    'positive',
    'query/credential-sets',
    text('Credential sets, one of them optional', '憑證組合，其中一組為選填'),
    { query: 'credential-sets' },
    ['OID4VP-8.6-8'],
  ),
  takes(
    'positive',
    'query/multiple',
    text('Several credentials for one query', '一個查詢可回應多張憑證'),
    { query: 'multiple' },
    ['OID4VP-8.6-1', 'OID4VP-8.6-8'],
  ),
  TWO_CREDENTIALS,
  UNBOUND,
  takes(
    'positive',
    'query/nested-claims',
    text('Claims inside an object', '物件內的宣告'),
    { query: 'nested-claims' },
    ['OID4VP-8.6-4', 'OID4VP-8.6-11'],
  ),
  takes(
    'positive',
    'query/array-elements',
    text('All elements of an array', '陣列的所有元素'),
    { query: 'array-elements' },
    ['OID4VP-8.6-4', 'OID4VP-8.6-11'],
  ),
  takes(
    'positive',
    'error/declined',
    text('The user declines: the error response is acknowledged', '使用者拒絕：驗證者確認收到錯誤回應'),
    { consent: 'decline' },
    ['OID4VP-8.2-13'],
    {
      severity: UNPROCESSED,
      says: { requirements: ['OID4VP-8.2-13'], kind: 'presentation-error', status: [200] },
      why: text(
        'Saying no is a normal end, and the citizen is not left before a broken page.',
        '「不同意」也是正常的結束，民眾不會卡在錯誤頁面。',
      ),
    },
  ),
  takes(
    'positive',
    'error/declined-encrypted',
    text('The user declines, in an encrypted error response', '使用者拒絕，錯誤回應已加密'),
    { consent: 'decline', responseMode: 'direct_post.jwt' },
    ['OID4VP-8.2-13'],
    { severity: UNPROCESSED, says: { requirements: ['OID4VP-8.2-13'], kind: 'presentation-error', status: [200] } },
  ),
  takes(
    'positive',
    'error/wallet-unavailable',
    text('The wallet cannot answer: the error response is acknowledged', '皮夾無法回應：驗證者確認收到錯誤回應'),
    { consent: 'decline', oddities: ['wallet-unavailable'] },
    ['OID4VP-8.2-13'],
    { severity: UNPROCESSED, says: { requirements: ['OID4VP-8.2-13'], kind: 'presentation-error', status: [200] } },
  ),
];
