import { arr, isObject, obj, readJson, str } from '../../../protocol/json.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { base64url } from '../../../protocol/encoding.ts';
import type { JsonDraft } from '../../drafts.ts';
import { encodeTransactionData } from '../transaction-data.ts';
import type { VerifierFault } from './fault.ts';
import { TRANSACTION, change, changeCredential, merged, row } from './fault.ts';

const STEP = 'request-parameters';
const DATA = 'request/transaction-data';
const TYPE = 'request/transaction-data-type';

/** The entries of a request, decoded. */
function decoded(value: JsonObject): JsonObject[] {
  return (arr(value, 'transaction_data') ?? []).flatMap((entry) => {
    const json = typeof entry === 'string' ? readJson(Buffer.from(entry, 'base64url')).value : undefined;
    return isObject(json) ? [json] : [];
  });
}

/** Ids of the credential queries. */
function queryIds(value: JsonObject): string[] {
  return (arr(obj(value, 'dcql_query'), 'credentials') ?? []).flatMap((entry) => str(entry, 'id') ?? []);
}

/** Changes the first entry. */
function entry(members: Readonly<Record<string, unknown>>): (draft: JsonDraft) => JsonDraft {
  return ({ value }) => ({
    value: { ...value, transaction_data: decoded(value).map((item) => encodeTransactionData(merged(item, members))) },
  });
}

export const TRANSACTION_DATA_FAULTS: readonly VerifierFault[] = [
  row(
    'transaction-data/unasked',
    STEP,
    TYPE,
    ['Transaction data of an unknown type in an otherwise usual request', '一般請求中夾帶未知類型的交易資料'],
    ({ value }: JsonDraft) => ({
      value: {
        ...value,
        transaction_data: [
          encodeTransactionData({ type: 'urn:example:unheard-of', credential_ids: queryIds(value).slice(0, 1) }),
        ],
      },
    }),
  ),
  row(
    'transaction-data/type-unknown',
    STEP,
    TYPE,
    ['Transaction data of a type that nobody knows', '未知類型的交易資料'],
    entry({ type: 'urn:example:unheard-of' }),
    TRANSACTION,
  ),
  row(
    'transaction-data/one-of-two-unknown',
    STEP,
    TYPE,
    ['Two entries of transaction data, one of an unknown type', '兩筆交易資料中有一筆類型未知'],
    ({ value }: JsonDraft) => {
      const known = decoded(value);
      const unknown = known.map((item) => ({ ...item, type: 'urn:example:unheard-of' }));
      return { value: { ...value, transaction_data: [...known, ...unknown].map(encodeTransactionData) } };
    },
    TRANSACTION,
  ),
  row(
    'transaction-data/member-unknown',
    STEP,
    TYPE,
    [
      'Transaction data of a known type with a member that the type does not have',
      '已知類型的交易資料含有該類型沒有的成員',
    ],
    entry({ unheard_of: true }),
    TRANSACTION,
  ),
  row(
    'transaction-data/member-of-wrong-type',
    STEP,
    TYPE,
    ['Transaction data whose amount is an object', '交易資料的金額是物件'],
    entry({ amount: { value: 100 } }),
    TRANSACTION,
  ),
  row(
    'transaction-data/credential-ids-unknown',
    STEP,
    DATA,
    ['credential_ids names no credential query', 'credential_ids 指向不存在的憑證查詢'],
    entry({ credential_ids: ['nobody'] }),
    TRANSACTION,
  ),
  row(
    'transaction-data/credential-ids-missing',
    STEP,
    DATA,
    ['credential_ids is missing', '缺少 credential_ids'],
    entry({ credential_ids: undefined }),
    TRANSACTION,
  ),
  row(
    'transaction-data/type-missing',
    STEP,
    DATA,
    ['Transaction data without a type', '交易資料缺少 type'],
    entry({ type: undefined }),
    TRANSACTION,
  ),
  row(
    'transaction-data/empty',
    STEP,
    DATA,
    ['transaction_data is an empty array', 'transaction_data 是空陣列'],
    change({ transaction_data: [] }),
    TRANSACTION,
  ),
  row(
    'transaction-data/not-json',
    STEP,
    DATA,
    ['An entry of transaction data is no JSON', '交易資料的項目不是 JSON'],
    change({ transaction_data: [base64url('pay 100 to the bookshop')] }),
    TRANSACTION,
  ),
  row(
    'transaction-data/not-encoded',
    STEP,
    DATA,
    ['Transaction data as objects, not base64url texts', '交易資料是物件，而非 base64url 字串'],
    ({ value }: JsonDraft) => ({ value: { ...value, transaction_data: decoded(value) } }),
    TRANSACTION,
  ),
  row(
    'transaction-data/hash-unsupported',
    STEP,
    DATA,
    ['Only a hash algorithm that nobody knows', '只允許未知的雜湊演算法'],
    entry({ transaction_data_hashes_alg: ['x-unheard-of'] }),
    TRANSACTION,
  ),
  row(
    'transaction-data/without-holder-binding',
    STEP,
    DATA,
    ['Transaction data for a presentation without holder binding', '要求無持有人綁定的出示，卻帶有交易資料'],
    changeCredential((credential) => ({ ...credential, require_cryptographic_holder_binding: false })),
    TRANSACTION,
  ),
];
