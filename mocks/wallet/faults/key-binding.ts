import type { Fault } from '../../../core/flow.ts';
import { readJwt, signCompact, tamperSignature } from '../../../protocol/jose/jws.ts';
import { arr, isObject, str } from '../../../protocol/json.ts';
import { isSdAlg, readSdJwt, sdHash } from '../../../protocol/sd-jwt/read.ts';
import type { BytesDraft, SdJwtDraft } from '../../drafts.ts';
import { DAY, at, extraText, header, payload, row, signedBy, symmetric, unknownId, unsigned } from './rows.ts';

const STEP = 'kb-jwt';

/** Faults of the key binding JWT (RFC 9901 4.3, OpenID4VP 14.2, B.3.3, B.3.6). Signed by the holder unless the signature is the fault. */
export const KEY_BINDING_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/missing`,
    'presentation.bound',
    'verifier/key-binding/present',
    'A presentation without key binding',
    '沒有金鑰綁定的出示',
    (draft: SdJwtDraft) => ({ ...draft, kbJwt: '' }),
  ),
  row(
    `${STEP}/typ-wrong`,
    STEP,
    'verifier/key-binding/typ',
    'KB-JWT with typ JWT',
    'KB-JWT 的 typ 為 JWT',
    header({ typ: 'JWT' }),
  ),
  row(
    `${STEP}/typ-missing`,
    STEP,
    'verifier/key-binding/typ',
    'KB-JWT without typ',
    'KB-JWT 沒有 typ',
    header({ typ: undefined }),
  ),
  row(
    `${STEP}/alg-none`,
    `${STEP}.bytes`,
    'verifier/key-binding/alg',
    'KB-JWT without signature',
    'KB-JWT 沒有簽章',
    unsigned,
  ),
  row(
    `${STEP}/alg-symmetric`,
    `${STEP}.bytes`,
    'verifier/key-binding/alg',
    'KB-JWT with a symmetric signature',
    'KB-JWT 使用對稱簽章',
    symmetric((_, { extras }) => (isObject(extras['draft']) ? extras['draft']['header'] : {})),
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    'verifier/key-binding/signature',
    'KB-JWT signed by another key than cnf',
    'KB-JWT 以 cnf 以外的金鑰簽署',
    signedBy('otherKey'),
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    'verifier/key-binding/signature',
    'KB-JWT with a broken signature',
    'KB-JWT 的簽章損壞',
    (draft: BytesDraft) => ({ text: tamperSignature(draft.text) }),
  ),
  row(
    `${STEP}/nonce-wrong`,
    STEP,
    'verifier/key-binding/nonce',
    'KB-JWT with a nonce of nobody',
    'KB-JWT 的 nonce 錯誤',
    payload((_, context) => ({ nonce: unknownId(context) })),
  ),
  row(
    `${STEP}/nonce-missing`,
    STEP,
    'verifier/key-binding/nonce',
    'KB-JWT without nonce',
    'KB-JWT 沒有 nonce',
    payload({ nonce: undefined }),
  ),
  row(
    `${STEP}/nonce-of-other-session`,
    STEP,
    'verifier/key-binding/nonce',
    'KB-JWT with the nonce of an earlier session',
    'KB-JWT 使用先前工作階段的 nonce',
    payload((_, context) => ({
      nonce: str(readSdJwt(extraText(context, 'earlierPresentation')).kbJwt?.payload, 'nonce'),
    })),
  ),
  row(
    `${STEP}/audience-other`,
    STEP,
    'verifier/key-binding/audience',
    'KB-JWT for another verifier',
    'KB-JWT 的對象為其他驗證者',
    payload({ aud: 'x509_san_dns:another-verifier.example' }),
  ),
  row(
    `${STEP}/audience-bare`,
    STEP,
    'verifier/key-binding/audience',
    'KB-JWT whose aud lacks the client identifier prefix',
    'KB-JWT 的 aud 缺少用戶端識別碼前綴',
    payload((_, context) => ({ aud: extraText(context, 'bareClientId') })),
  ),
  row(
    `${STEP}/audience-missing`,
    STEP,
    'verifier/key-binding/audience',
    'KB-JWT without aud',
    'KB-JWT 沒有 aud',
    payload({ aud: undefined }),
  ),
  row(
    `${STEP}/second-nonce-wrong`,
    STEP,
    'verifier/key-binding/nonce',
    'The second of two presentations has a nonce of nobody',
    '兩份出示中，第二份的 nonce 錯誤',
    inSecond((_, context) => ({ nonce: unknownId(context) })),
  ),
  row(
    `${STEP}/second-audience-other`,
    STEP,
    'verifier/key-binding/audience',
    'The second of two presentations is for another verifier',
    '兩份出示中，第二份的對象為其他驗證者',
    inSecond({ aud: 'x509_san_dns:another-verifier.example' }),
  ),
  row(
    `${STEP}/sd-hash-other`,
    STEP,
    'verifier/key-binding/sd-hash',
    'KB-JWT over other disclosures than those presented',
    'KB-JWT 的 sd_hash 屬於其他揭露組合',
    payload((_, context) => {
      const alg = context.extras['sdAlg'];
      return { sd_hash: sdHash(extraText(context, 'otherPresented'), isSdAlg(alg) ? alg : 'sha-256') };
    }),
  ),
  row(
    `${STEP}/sd-hash-missing`,
    STEP,
    'verifier/key-binding/sd-hash',
    'KB-JWT without sd_hash',
    'KB-JWT 沒有 sd_hash',
    payload({ sd_hash: undefined }),
  ),
  row(
    `${STEP}/iat-old`,
    STEP,
    'verifier/key-binding/iat',
    'KB-JWT of yesterday',
    '昨天產生的 KB-JWT',
    payload((_, context) => ({ iat: at(context, -DAY) })),
  ),
  row(
    `${STEP}/iat-future`,
    STEP,
    'verifier/key-binding/iat',
    'KB-JWT of tomorrow',
    '明天才產生的 KB-JWT',
    payload((_, context) => ({ iat: at(context, DAY) })),
  ),
  row(
    `${STEP}/iat-missing`,
    STEP,
    'verifier/key-binding/iat',
    'KB-JWT without iat',
    'KB-JWT 沒有 iat',
    payload({ iat: undefined }),
  ),
  row(
    `${STEP}/transaction-data-missing`,
    STEP,
    'verifier/key-binding/transaction-data',
    'KB-JWT without transaction_data_hashes',
    'KB-JWT 沒有 transaction_data_hashes',
    payload({ transaction_data_hashes: undefined, transaction_data_hashes_alg: undefined }),
  ),
  row(
    `${STEP}/transaction-data-wrong`,
    STEP,
    'verifier/key-binding/transaction-data',
    'KB-JWT over other transaction data',
    'KB-JWT 的交易資料雜湊錯誤',
    payload((current) => ({
      transaction_data_hashes: (arr(current, 'transaction_data_hashes') ?? []).map((hash) => sdHash(String(hash))),
    })),
  ),
  row(
    `${STEP}/transaction-data-decoded`,
    STEP,
    'verifier/key-binding/transaction-data',
    'Transaction data hashed after decoding',
    '先解碼再計算交易資料雜湊',
    payload((_, { extras }) => ({
      transaction_data_hashes: entriesOf(extras['transactionData']).map((raw) =>
        sdHash(Buffer.from(raw, 'base64url').toString('utf8')),
      ),
    })),
  ),
  row(
    `${STEP}/of-other-presentation`,
    'presentation.bound',
    'verifier/key-binding/signature',
    'The KB-JWT of an earlier presentation',
    '先前出示的 KB-JWT',
    (draft: SdJwtDraft, context) => ({
      ...draft,
      kbJwt: readSdJwt(extraText(context, 'earlierPresentation')).kbJwt?.raw ?? '',
    }),
  ),
  row(
    `${STEP}/claims-added-after`,
    `${STEP}.bytes`,
    'verifier/key-binding/signature',
    'KB-JWT whose payload was changed after signing',
    'KB-JWT 簽署後內容遭更改',
    (draft: BytesDraft) => {
      const { payload: body, header: read } = readJwt(draft.text);
      const [, , signature = ''] = draft.text.split('.');
      const altered = signCompact({ header: { ...read }, payload: { ...body, extra: true }, key: 'none' });
      return { text: `${altered}${signature}` };
    },
  ),
];

/** Changes the payload of every presentation but the first. */
function inSecond(change: Parameters<typeof payload>[0]): ReturnType<typeof payload> {
  return (draft, context) => (context.extras['position'] === 0 ? draft : payload(change)(draft, context));
}

function entriesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((entry: unknown) => str(entry, 'raw') ?? []) : [];
}
