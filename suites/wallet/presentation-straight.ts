import type { Test } from '../../core/contracts/test.ts';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import { goes, PLAIN, PRESENTED, saysError } from './rows.ts';

const positive = goes.bind(undefined, 'positive');
const ask = (query: string): PresentationVariant => ({ ...PLAIN, query });

/** Presentations by a wallet that got a credential before: each form of request, response and query once. */
export const PRESENTATION_STRAIGHT: readonly Test[] = [
  positive('presentation/plain', ['Signed request by reference', '以參照提供的簽署請求'], PLAIN, [
    PRESENTED,
    'OID4VP-5.10.1-9',
    'OID4VP-5.9.1-2',
  ]),
  positive(
    'presentation/direct-post-jwt',
    ['Encrypted response', '加密回應'],
    { ...PLAIN, responseMode: 'direct_post.jwt' },
    [PRESENTED, 'OID4VP-8.3-4'],
  ),
  positive(
    'presentation/encrypted-a256gcm',
    ['Encrypted response, A256GCM first', '加密回應，優先使用 A256GCM'],
    { ...PLAIN, responseMode: 'direct_post.jwt', enc: 'A256GCM' },
    [PRESENTED, 'OID4VP-8.3-7'],
  ),
  positive(
    'presentation/request-uri-post',
    ['Request object fetched by POST', '以 POST 取得請求物件'],
    { ...PLAIN, request: 'uri-post' },
    [PRESENTED, 'OID4VP-5-6', 'OID4VP-5.10.1-7'],
  ),
  positive(
    'presentation/signed-by-value',
    ['Signed request in the link', '連結內含簽署請求'],
    { ...PLAIN, request: 'by-value-signed' },
    [PRESENTED],
  ),
  positive(
    'presentation/unsigned',
    ['Unsigned request, client identifier redirect_uri', '未簽署請求，用戶端識別碼為 redirect_uri'],
    { kind: 'presentation', request: 'by-value', clientIdPrefix: 'redirect_uri' },
    [PRESENTED, 'OID4VP-5.9.1-2', 'OID4VP-5.9.1-3'],
  ),
  positive(
    'presentation/x509-hash',
    ['Client identifier x509_hash', '用戶端識別碼 x509_hash'],
    { kind: 'presentation', clientIdPrefix: 'x509_hash' },
    [PRESENTED, 'OID4VP-5.9.1-2'],
  ),
  positive(
    'presentation/decentralized-identifier',
    ['Client identifier is a DID', '用戶端識別碼為 DID'],
    { kind: 'presentation', clientIdPrefix: 'decentralized_identifier' },
    [PRESENTED, 'OID4VP-5.9.1-2', 'OID4VP-5.9.1-3', 'OID4VP-5.9.3-13', 'OID4VP-5.9.3-15'],
  ),
  positive(
    'presentation/pre-registered',
    ['Verifier that was registered beforehand', '事先註冊的驗證端'],
    { kind: 'presentation', clientIdPrefix: 'pre-registered' },
    [PRESENTED, 'OID4VP-5.9.2-1'],
  ),
  positive('presentation/one-claim', ['Asks for one claim only', '只要求一項宣告'], ask('one-claim'), [PRESENTED], {
    why: text(
      'Who has to show a date of birth need not show name and address.',
      '只需出示生日時，不必連姓名與住址一併出示。',
    ),
  }),
  positive('presentation/no-claims', ['Asks for no claims', '不要求任何宣告'], ask('no-claims'), [
    PRESENTED,
    'OID4VP-6.4.1-1',
  ]),
  positive('presentation/claim-sets', ['Alternatives inside a credential', '同一憑證內的替代選項'], ask('claim-sets'), [
    PRESENTED,
    'OID4VP-6.4.1-3',
  ]),
  positive('presentation/values', ['Asks for a certain value', '要求特定的值'], ask('values'), [
    PRESENTED,
    'OID4VP-6.3-8',
  ]),
  positive(
    'presentation/values-second-set',
    ['A value that does not match: the next alternative counts', '值不相符：改用下一個選項'],
    ask('values-second-set'),
    ['OID4VP-6.4.1-6'],
    { features: ['value-matching'] },
  ),
  positive(
    'presentation/credential-sets',
    ['One credential required, another optional', '一張憑證必要，另一張可有可無'],
    ask('credential-sets'),
    [PRESENTED, 'OID4VP-6.4.2-2', 'OID4VP-6.4.2-3', 'OID4VP-8.1-5'],
  ),
  positive(
    'presentation/authority-optional',
    ['The same type from another authority is optional', '其他信任機構簽發的同類憑證可有可無'],
    ask('authority-optional'),
    ['OID4VP-6.1-10', 'OID4VP-6.4.2-2'],
    { features: ['trusted-authorities'], severity: 'warning' },
  ),
  positive(
    'presentation/credential-set-options',
    ['The first option cannot be met, the second can', '第一個選項無法滿足，第二個可以'],
    ask('credential-set-options'),
    ['OID4VP-6.4.2-3'],
  ),
  positive(
    'presentation/two-queries',
    ['Two queries that one credential answers', '一張憑證可回答兩個查詢'],
    ask('two-credentials'),
    ['OID4VP-6.1-17', 'OID4VP-6.4.2-1'],
  ),
  positive(
    'presentation/without-holder-binding',
    ['Asks for no proof that the holder is there', '不要求證明持有人在場'],
    ask('unbound'),
    [PRESENTED],
  ),
  positive('presentation/multiple', ['Any number of credentials', '憑證數量不限'], ask('multiple'), [PRESENTED]),
  positive('presentation/nested-claim', ['A claim inside another', '巢狀的宣告'], ask('nested-claims'), [
    'OID4VP-7.1.1-1',
  ]),
  positive('presentation/array-elements', ['All elements of an array', '陣列的所有元素'], ask('array-elements'), [
    'OID4VP-7.1.1-3',
  ]),
  positive('presentation/array-index', ['One element of an array', '陣列的一個元素'], ask('array-index'), [
    'OID4VP-7.1.1-5',
  ]),
  positive(
    'presentation/same-claim-twice',
    ['The same claim asked for twice', '同一宣告要求兩次'],
    ask('same-claim-twice'),
    ['OID4VP-6.1-15'],
  ),
  positive(
    'presentation/transaction-data',
    ['Transaction data', '交易資料'],
    { ...PLAIN, transactionData: true },
    [PRESENTED, 'OID4VP-B.3.3.1-2', 'OID4VP-B.3.3.1-5'],
    {
      why: text(
        'What the citizen has agreed to pay is part of what is signed.',
        '民眾同意支付的內容，會成為簽章的一部分。',
      ),
    },
  ),
  positive(
    'presentation/redirect',
    ['The verifier sends the user on', '驗證端將使用者導向他處'],
    { ...PLAIN, redirectUri: true },
    [PRESENTED, 'OID4VP-8.2-16'],
  ),
  positive(
    'presentation/declined',
    ['The user declines', '使用者拒絕'],
    { ...PLAIN, consent: 'decline' },
    ['OID4VP-15.1-1'],
    {
      needs: ['decline'],
      says: saysError('access_denied', 'OID4VP-8.5-10'),
      why: text('No means no.', '拒絕就是拒絕，不得釋出資料。'),
    },
  ),
];
