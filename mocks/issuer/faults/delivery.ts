import type { JsonDraft, ResponseDraft } from '../../drafts.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { publicJwkOf } from '../../../protocol/jose/keys.ts';
import { arr, isObject, member } from '../../../protocol/json.ts';
import type { EncryptionDraft } from '../encryption.ts';
import type { Apply, IssuerFault } from './fault.ts';
import {
  BATCH,
  bytes,
  DEFERRED,
  each,
  ENCRYPTED,
  HTML,
  instead,
  json,
  NOTIFIED,
  otherKey,
  row,
  status,
} from './fault.ts';

const STEP = 'credential-response';
const HTTP = 'credential-response.http';
const LATE = 'deferred-credential-response';
const SECRET = 'encrypted-credential-response';

const credentials = (change: (list: readonly unknown[]) => unknown): Apply<JsonDraft> =>
  json((value) => ({ credentials: change(arr(value, 'credentials') ?? []) }));

const secret =
  (
    change: (draft: EncryptionDraft, context: Parameters<Apply<EncryptionDraft>>[1]) => Partial<EncryptionDraft>,
  ): Apply<EncryptionDraft> =>
  (draft, context) => ({ ...draft, ...change(draft, context) });

const first = (credential: unknown): unknown => (isObject(credential) ? member(credential, 'credential') : credential);

/** Faults of credential and deferred credential responses and of their encryption (OpenID4VCI 8.3, 9.2, 10). */
export const DELIVERY_FAULTS: readonly IssuerFault[] = [
  row(
    `${STEP}/html`,
    HTTP,
    'credential-response/encrypted',
    ['HTML page where the credential response belongs', '憑證端點回應 HTML 網頁'],
    instead(200, 'text/html', HTML),
  ),
  row(
    `${STEP}/not-json`,
    `${STEP}.bytes`,
    'credential-response/shape',
    ['Credential response that breaks off', '中途截斷的憑證回應'],
    bytes((text) => text.slice(0, -3)),
  ),
  row(
    `${STEP}/credentials-missing`,
    STEP,
    'credential-response/shape',
    ['Credential response without credentials', '憑證回應沒有 credentials'],
    json({ credentials: undefined }),
  ),
  row(
    `${STEP}/credentials-empty`,
    STEP,
    'credential-response/shape',
    ['Credential response with an empty array', '憑證回應為空陣列'],
    json({ credentials: [] }),
  ),
  row(
    `${STEP}/credentials-strings`,
    STEP,
    'credential-response/shape',
    ['credentials that are strings instead of objects', 'credentials 的元素為字串而非物件'],
    credentials((list) => list.map(first)),
  ),
  row(
    `${STEP}/credential-singular`,
    STEP,
    'credential-response/shape',
    ['credential of an earlier draft instead of credentials', '使用舊草案的 credential 而非 credentials'],
    json((value) => ({ credential: first(arr(value, 'credentials')?.[0]), credentials: undefined })),
  ),
  row(
    `${STEP}/credential-missing`,
    STEP,
    'credential-response/shape',
    ['An element of credentials without credential', 'credentials 的元素沒有 credential'],
    each('credentials', { credential: undefined }),
  ),
  row(
    `${STEP}/transaction-id-too`,
    STEP,
    'credential-response/shape',
    ['transaction_id beside credentials', '同時有 credentials 與 transaction_id'],
    json((_, { extras }) => ({ transaction_id: extras['transactionId'], interval: extras['interval'] })),
  ),
  row(
    `${STEP}/interval-too`,
    STEP,
    'credential-response/shape',
    ['interval beside credentials', '同時有 credentials 與 interval'],
    json({ interval: 5 }),
  ),
  row(
    `${STEP}/notification-id-number`,
    STEP,
    'credential-response/shape',
    ['notification_id that is a number', 'notification_id 為數字'],
    json({ notification_id: 7 }),
    NOTIFIED,
  ),
  row(
    `${STEP}/status-202`,
    HTTP,
    'credential-response/shape',
    ['Credentials with status 202', '以狀態碼 202 交付憑證'],
    status(202),
  ),
  row(
    `${STEP}/too-many`,
    STEP,
    'credential-response/count',
    ['One credential more than keys', '憑證數量比金鑰多一張'],
    credentials((list) => [...list, list[0]]),
  ),
  row(
    `${STEP}/too-many-in-batch`,
    STEP,
    'credential-response/count',
    ['Four credentials for two keys', '兩把金鑰卻交付四張憑證'],
    credentials((list) => [...list, ...list]),
    BATCH,
  ),
  row(
    `${STEP}/deferral-status-200`,
    HTTP,
    'credential-response/shape',
    ['Deferral with status 200', '以狀態碼 200 延後發行'],
    status(200),
    DEFERRED,
  ),
  row(
    `${STEP}/interval-missing`,
    STEP,
    'credential-response/shape',
    ['Deferral without interval', '延後發行沒有 interval'],
    json({ interval: undefined }),
    DEFERRED,
  ),
  row(
    `${STEP}/interval-zero`,
    STEP,
    'credential-response/shape',
    ['Deferral with interval 0', '延後發行的 interval 為 0'],
    json({ interval: 0 }),
    DEFERRED,
  ),
  row(
    `${STEP}/interval-string`,
    STEP,
    'credential-response/shape',
    ['Deferral with interval as a string', '延後發行的 interval 為字串'],
    json({ interval: '1' }),
    DEFERRED,
  ),
  row(
    `${STEP}/transaction-id-number`,
    STEP,
    'credential-response/shape',
    ['transaction_id that is a number', 'transaction_id 為數字'],
    json({ transaction_id: 7 }),
    DEFERRED,
  ),
  row(
    `${STEP}/notification-id-early`,
    STEP,
    'credential-response/shape',
    ['notification_id although nothing was delivered yet', '尚未交付憑證卻有 notification_id'],
    json({ notification_id: 'too-early' }),
    DEFERRED,
  ),
  row(
    `${LATE}/credentials-missing`,
    LATE,
    'deferred/shape',
    ['Deferred response without credentials', '延後發行回應沒有 credentials'],
    json({ credentials: undefined }),
    DEFERRED,
  ),
  row(
    `${LATE}/transaction-id-other`,
    LATE,
    'deferred/shape',
    ['Deferred response that goes on under another transaction id', '延後發行回應換了交易識別碼'],
    json({ credentials: undefined, transaction_id: 'another-transaction', interval: 1 }),
    DEFERRED,
  ),
  row(
    `${LATE}/transaction-id-too`,
    LATE,
    'deferred/shape',
    ['transaction_id beside deferred credentials', '延後交付的憑證旁仍有 transaction_id'],
    json((_, { extras }) => ({ transaction_id: extras['transactionId'], interval: extras['interval'] })),
    DEFERRED,
  ),
  row(
    `${LATE}/status-202`,
    `${LATE}.http`,
    'deferred/shape',
    ['Deferred credentials with status 202', '以狀態碼 202 交付延後的憑證'],
    status(202),
    DEFERRED,
  ),
  row(
    `${SECRET}/in-clear`,
    SECRET,
    'credential-response/encrypted',
    ['Answer in clear although encryption was asked for', '要求加密卻以明文回應'],
    secret(() => ({ encrypt: false })),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/media-type`,
    HTTP,
    'credential-response/encrypted',
    ['Encrypted answer with media type application/json', '加密回應的媒體類型為 application/json'],
    (draft: ResponseDraft) => ({
      ...draft,
      headers: draft.headers.map(([name, value]): [string, string] => [
        name,
        name === 'Content-Type' ? 'application/json' : value,
      ]),
    }),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/other-key`,
    SECRET,
    'credential-response/decrypt',
    ['Answer encrypted to another key than the wallet gave', '以錢包金鑰以外的金鑰加密回應'],
    secret((draft, context) => ({
      recipient: { ...publicJwkOf(otherKey(context).privateJwk), alg: draft.header['alg'] },
      header: { ...draft.header, alg: 'ECDH-ES' },
    })),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/enc-other`,
    SECRET,
    'credential-response/decrypt',
    ['Another content encryption than the wallet asked for', '內容加密演算法與要求不同'],
    secret((draft) => ({
      header: { ...draft.header, enc: draft.header['enc'] === 'A256CBC-HS512' ? 'A256GCM' : 'A256CBC-HS512' },
    })),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/alg-other`,
    SECRET,
    'credential-response/decrypt',
    ['Another key management algorithm than that of the key', '金鑰管理演算法與金鑰標示不同'],
    secret((draft) => ({
      header: { ...draft.header, alg: draft.header['alg'] === 'ECDH-ES' ? 'ECDH-ES+A256KW' : 'ECDH-ES' },
    })),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/kid-other`,
    SECRET,
    'credential-response/decrypt',
    ['kid of another key', 'kid 為其他金鑰'],
    secret((draft) => ({ header: { ...draft.header, kid: 'another-key' } })),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/broken`,
    `${SECRET}.bytes`,
    'credential-response/decrypt',
    ['Encrypted answer whose authentication tag was changed', '認證標籤遭更動的加密回應'],
    bytes((text) => `${text.slice(0, text.lastIndexOf('.') + 1)}${base64url(new Uint8Array(16))}`),
    ENCRYPTED,
  ),
  row(
    `${SECRET}/plaintext-no-json`,
    SECRET,
    'credential-response/shape',
    ['Encrypted answer whose content is no JSON', '加密回應的內容不是 JSON'],
    secret(() => ({ text: 'no JSON' })),
    ENCRYPTED,
  ),
];
