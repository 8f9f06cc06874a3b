import type { Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import { CODE, DETAILS, goes, ISSUED, PLAIN, PRE, PRESENTED } from './rows.ts';

type Row = readonly [
  id: string,
  en: string,
  zh: string,
  variant: IssuanceVariant | PresentationVariant,
  requirements: readonly string[],
  more?: Parameters<typeof goes>[5],
];

const odd = <Kind extends IssuanceVariant | PresentationVariant>(variant: Kind, ...oddities: string[]): Kind => ({
  ...variant,
  oddities,
});
const ENCRYPTED: PresentationVariant = { ...PLAIN, responseMode: 'direct_post.jwt' };

const ISSUANCE: readonly Row[] = [
  [
    'unknown-members',
    'Members that nobody knows, in every message',
    '所有訊息都含有未知成員',
    odd(PRE, 'unknown-members'),
    ['OID4VCI-4.1.1-11', 'OID4VCI-6.2-11', 'OID4VCI-8.3-26', 'OID4VCI-12.2.4-98', 'OID4VCI-12.3-3'],
  ],
  [
    'unknown-members-details',
    'Members that nobody knows beside credential_identifiers',
    'credential_identifiers 旁有未知成員',
    odd(DETAILS, 'unknown-members'),
    ['OID4VCI-6.2-12'],
  ],
  [
    'unknown-members-deferred',
    'Members that nobody knows in deferred responses',
    '延後發行回應含有未知成員',
    odd({ ...PRE, deferred: true }, 'unknown-members'),
    ['OID4VCI-9.2-8'],
  ],
  [
    'member-order',
    'Members in another order, with white space',
    '成員順序不同並含空白字元',
    odd(PRE, 'member-order', 'whitespace-json'),
    [ISSUED],
  ],
  [
    'long-values',
    'Codes, tokens and nonces of 1200 characters',
    '1200 字元的代碼、權杖與隨機值',
    odd(PRE, 'long-values'),
    [ISSUED],
  ],
  [
    'media-type-parameters',
    'application/json with charset, token_type in lower case',
    'application/json 附字元集參數，token_type 為小寫',
    odd(PRE, 'content-type-parameters', 'token-type-case'),
    [ISSUED],
  ],
  [
    'extra-algorithms',
    'Algorithms that nobody knows beside usual ones',
    '常用演算法旁有未知的演算法',
    odd(PRE, 'extra-algs'),
    [ISSUED],
  ],
  [
    'uppercase-scheme',
    'Scheme of the offer link in capital letters',
    '邀請連結的協定使用大寫',
    odd(PRE, 'uppercase-scheme'),
    ['OID4VCI-12.1.1-2'],
  ],
  [
    'authorization-servers',
    'authorization_servers lists the issuer itself',
    'authorization_servers 列出發行者自己',
    odd(CODE, 'authorization-servers'),
    ['OID4VCI-12.2.4-7'],
  ],
  [
    'authorization-servers-details',
    'authorization_servers lists the issuer itself, and there is no scope',
    'authorization_servers 列出發行者自己，且沒有 scope',
    odd(DETAILS, 'authorization-servers'),
    ['OID4VCI-5.1.1-9', 'OID4VCI-12.2.4-7'],
  ],
  [
    'server-hint',
    'Two authorization servers, the offer names the one to use',
    '兩個授權伺服器，由邀請指定其一',
    odd(PRE, 'server-hint'),
    ['OID4VCI-4.1.1-8', 'OID4VCI-12.2.4-7'],
  ],
  [
    'identifiers-for-scope',
    'Credential identifiers although only a scope was asked for',
    '僅以 scope 請求，仍取得憑證識別碼',
    odd(CODE, 'identifiers-for-scope'),
    ['OID4VCI-3.3.4-1', 'OID4VCI-6.2-10'],
  ],
  [
    'no-grants',
    'Offer without grants: the metadata tells them',
    '邀請未列授權方式，由後設資料得知',
    odd(CODE, 'no-grants'),
    ['OID4VCI-4.1.1-10'],
  ],
  ['both-grants', 'Offer with both grants', '邀請同時列出兩種授權方式', odd(PRE, 'both-grants'), ['OID4VCI-4.1.1-8']],
  [
    'empty-tx-code',
    'tx_code is an empty object',
    'tx_code 為空物件',
    odd({ ...PRE, txCode: true }, 'empty-tx-code'),
    ['OID4VCI-4.1.1-24'],
  ],
  [
    'tx-code-text',
    'Transaction code of letters and digits',
    '交易碼含英文字母與數字',
    odd({ ...PRE, txCode: true }, 'tx-code-text'),
    ['OID4VCI-4.1.1-26', 'OID4VCI-4.1.1-23'],
  ],
  [
    'two-configurations',
    'Offer of two credentials',
    '一次邀請兩種憑證',
    odd(PRE, 'two-configurations'),
    ['OID4VCI-3.3.2-4'],
  ],
  [
    'minimal-metadata',
    'Issuer metadata with the required members only',
    '發行者後設資料僅含必要成員',
    odd(PRE, 'minimal-metadata'),
    ['OID4VCI-12.2.4-102', 'OID4VCI-12.2.4-45'],
  ],
  [
    'minimal-server-metadata',
    'Authorization server without PAR and DPoP',
    '授權伺服器不支援 PAR 與 DPoP',
    odd(CODE, 'minimal-as-metadata'),
    [ISSUED],
    { severity: 'warning' },
  ],
  [
    'pre-authorized-only',
    'Authorization server for pre-authorized codes only',
    '授權伺服器僅支援預先授權碼',
    odd(PRE, 'pre-authorized-only'),
    ['OID4VCI-12.2.4-96'],
  ],
  [
    'no-nonce-endpoint',
    'Issuer without a nonce endpoint',
    '發行者沒有隨機值端點',
    odd(PRE, 'no-nonce-endpoint'),
    ['OID4VCI-12.2.4-100'],
  ],
  [
    'first-nonce-refused',
    'The first c_nonce is refused as invalid',
    '第一個 c_nonce 被判為無效',
    odd(PRE, 'first-nonce-refused'),
    ['OID4VCI-8.3.1.2-17', 'OID4VCI-13.8-2'],
  ],
  [
    'endpoint-query',
    'Endpoints with a query, which has to be kept',
    '端點網址含查詢字串，須原樣保留',
    odd({ ...PRE, deferred: true }, 'endpoint-query'),
    ['OID4VCI-12.2.4-12', 'OID4VCI-12.2.4-14', 'OID4VCI-12.2.4-17'],
  ],
  ['decoys', 'Decoy digests, no _sd_alg', '含誘餌摘要且無 _sd_alg', odd(PRE, 'decoys', 'no-sd-alg'), [ISSUED]],
];

const PRESENTATION: readonly Row[] = [
  [
    'unknown-members',
    'Members that nobody knows, in every object of the request',
    '請求的所有物件都含有未知成員',
    odd(PLAIN, 'unknown-members'),
    ['OID4VP-5-8', 'OID4VP-6-3', 'OID4VP-6-4', 'OID4VP-8.2-9', 'OID4VP-5.1-14', 'OID4VP-11.1-3'],
  ],
  ['member-order', 'Members in another order', '成員順序不同', odd(PLAIN, 'member-order'), [PRESENTED]],
  [
    'extra-metadata',
    'Registered client metadata that means nothing here',
    '含有此處無意義的用戶端後設資料',
    odd(ENCRYPTED, 'extra-client-metadata'),
    ['OID4VP-5.1-14', 'OID4VP-11.1-3'],
  ],
  [
    'extra-encryption',
    'Keys and content encryptions that nobody knows beside usual ones',
    '常用金鑰與加密演算法旁有未知者',
    odd(ENCRYPTED, 'extra-encryption-keys', 'extra-enc-values'),
    [PRESENTED],
  ],
  [
    'signature-key-first',
    'The first key is for signatures, the second for encryption',
    '第一把金鑰用於簽章，第二把用於加密',
    odd(ENCRYPTED, 'signature-key-in-jwks'),
    ['OID4VP-8.3-2'],
  ],
  [
    'encryption-key-without-use',
    'Encryption key without use',
    '加密金鑰未標示 use',
    odd(ENCRYPTED, 'encryption-key-without-use'),
    ['OID4VP-8.3-9'],
  ],
  [
    'uppercase-scheme',
    'Scheme of the request link in capital letters',
    '請求連結的協定使用大寫',
    odd(PLAIN, 'uppercase-scheme'),
    [PRESENTED],
    { severity: 'warning' },
  ],
  [
    'no-times',
    'Request object without iat and exp',
    '請求物件沒有 iat 與 exp',
    odd(PLAIN, 'iat-absent', 'exp-absent'),
    [PRESENTED],
  ],
  [
    'iss-present',
    'iss in the request object has no effect',
    '請求物件中的 iss 不影響處理',
    odd(PLAIN, 'iss-present', 'nbf-present'),
    ['OID4VP-5-5'],
  ],
  ['any-algorithm', 'The verifier names no algorithms', '驗證端未列出演算法', odd(PLAIN, 'any-algorithm'), [PRESENTED]],
  ['state-absent', 'Request without state', '請求沒有 state', odd(PLAIN, 'state-absent'), [PRESENTED]],
  [
    'long-values',
    'nonce and state of 680 characters',
    '680 字元的 nonce 與 state',
    odd(PLAIN, 'long-nonce', 'long-state'),
    [PRESENTED],
  ],
  [
    'method-get',
    'request_uri_method says get',
    'request_uri_method 標明 get',
    odd(PLAIN, 'request-uri-method-get'),
    [PRESENTED],
  ],
  [
    'other-values-in-link',
    'Other values in the link: only the request object counts',
    '連結中的值不同：僅以請求物件為準',
    odd(PLAIN, 'other-values-in-link'),
    ['OID4VP-5.10.1-10', 'OID4VP-5.10.1-9'],
  ],
  [
    'verifier-info',
    'verifier_info of an unknown format',
    '未知格式的 verifier_info',
    odd(PLAIN, 'verifier-info'),
    ['OID4VP-5.11-1'],
  ],
  [
    'reply-unknown-members',
    'The verifier answers with members that nobody knows',
    '驗證端的回覆含有未知成員',
    odd(PLAIN, 'reply-unknown-members'),
    ['OID4VP-8.2-19'],
  ],
  [
    'redirect-fragment',
    'Response code in the fragment of redirect_uri, beside unknown members',
    '回應碼位於 redirect_uri 的片段中，旁有未知成員',
    odd({ ...PLAIN, redirectUri: true }, 'redirect-uri-fragment', 'reply-unknown-members'),
    ['OID4VP-8.2-18'],
  ],
];

function rows(group: string, table: readonly Row[]): Test[] {
  return table.map(([id, en, zh, variant, requirements, more]) =>
    goes('variant', `${group}/${id}`, [en, zh], variant, requirements, more),
  );
}

/** Legal but less common ways, which no wallet may stumble over. */
export const VARIANTS: readonly Test[] = [
  ...rows('issuance-variant', ISSUANCE),
  ...rows('presentation-variant', PRESENTATION),
];
