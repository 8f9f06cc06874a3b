import type { Fault } from '../../../core/flow.ts';
import { isObject, member } from '../../../protocol/json.ts';
import type { FormDraft, RequestDraft } from '../../drafts.ts';
import type { EncryptionDraft } from '../presentation/respond.ts';
import { extraText, httpHeader, json, parameter, replay, row, unknownId } from './rows.ts';

const STEP = 'presentation-payload';

/** Presentations of a vp_token by query id. */
function token(current: Readonly<Record<string, unknown>>): Record<string, unknown[]> {
  const value = member(current, 'vp_token');
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([id, list]) => [id, Array.isArray(list) ? [...(list as unknown[])] : []]),
  );
}

/** Faults of the authorization response (OpenID4VP 8.1 to 8.3). */
export const RESPONSE_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/query-id-unknown`,
    STEP,
    'verifier/vp-token/query-ids',
    'vp_token under an id that was not asked for',
    'vp_token 使用未被請求的識別碼',
    json((current) => ({
      vp_token: Object.fromEntries(Object.entries(token(current)).map(([id, list]) => [`${id}-other`, list])),
    })),
  ),
  row(
    `${STEP}/extra-credential`,
    STEP,
    'verifier/vp-token/query-ids',
    'A credential more than was asked for',
    '多出一張未被請求的憑證',
    json((current) => ({ vp_token: { ...token(current), unasked: Object.values(token(current))[0] ?? [] } })),
  ),
  row(
    `${STEP}/credential-missing`,
    STEP,
    'verifier/vp-token/required-queries',
    'A required credential is missing',
    '缺少必要的憑證',
    json((current) => ({ vp_token: Object.fromEntries(Object.entries(token(current)).slice(1)) })),
  ),
  row(
    `${STEP}/multiple-not-allowed`,
    STEP,
    'verifier/vp-token/multiplicity',
    'Two presentations where one was asked for',
    '只請求一份卻出示兩份',
    json((current) => ({
      vp_token: Object.fromEntries(Object.entries(token(current)).map(([id, list]) => [id, [...list, ...list]])),
    })),
  ),
  row(
    `${STEP}/no-array`,
    STEP,
    'verifier/response/shape',
    'A presentation that stands in no array',
    '出示內容未置於陣列中',
    json((current) => ({
      vp_token: Object.fromEntries(Object.entries(token(current)).map(([id, list]) => [id, list[0]])),
    })),
  ),
  row(
    `${STEP}/empty-array`,
    STEP,
    'verifier/response/shape',
    'An empty array of presentations',
    '空的出示陣列',
    json((current) => ({
      vp_token: Object.fromEntries(Object.keys(token(current)).map((id) => [id, []])),
    })),
  ),
  row(
    `${STEP}/vp-token-missing`,
    STEP,
    'verifier/response/shape',
    'No vp_token',
    '沒有 vp_token',
    json({ vp_token: undefined }),
  ),
  row(
    `${STEP}/error-and-vp-token`,
    STEP,
    'verifier/response/error',
    'Both an error and a vp_token',
    '同時有錯誤與 vp_token',
    json({ error: 'access_denied' }),
  ),
  row(
    `${STEP}/state-wrong`,
    STEP,
    'verifier/response/transaction',
    'A wrong state',
    '錯誤的 state',
    json((_, context) => ({ state: unknownId(context) })),
  ),
  row(
    `${STEP}/state-missing`,
    STEP,
    'verifier/response/transaction',
    'No state although the request had one',
    '請求含有 state，回應卻沒有',
    json({ state: undefined }),
  ),
  row(
    `${STEP}/presentation-of-other-session`,
    'presentation.bytes',
    'verifier/key-binding/nonce',
    'The whole presentation of an earlier session',
    '先前工作階段的完整出示',
    (_: unknown, context) => ({ text: extraText(context, 'earlierPresentation') }),
  ),
  row(
    'presentation-response/unencrypted',
    'presentation-response',
    'verifier/response/encrypted',
    'A clear response although direct_post.jwt was asked for',
    '要求 direct_post.jwt，回應卻未加密',
    (_: FormDraft, { extras }) => ({ parameters: (extras['fields'] ?? []) as [string, string][] }),
  ),
  row(
    'presentation-response/no-jwe',
    'presentation-response',
    'verifier/response/decrypt',
    'A response that is no JWE',
    '回應不是 JWE',
    parameter('response', 'not.a.jwe'),
  ),
  row(
    'presentation-response/content-type-json',
    'presentation.http',
    'verifier/response/media-type',
    'The response as JSON',
    '以 JSON 送出回應',
    (draft: RequestDraft, context) => ({
      ...asJson(draft, context),
      body: Buffer.from(
        JSON.stringify(Object.fromEntries(new URLSearchParams(Buffer.from(draft.body).toString('utf8')))),
      ),
    }),
  ),
  row(
    'presentation-response/earlier-response',
    'presentation-response.bytes',
    'verifier/response/transaction',
    'The response of an earlier session',
    '先前工作階段的回應',
    (_: unknown, context) => ({ text: extraText(context, 'earlierResponse') }),
  ),
  replay(
    'presentation-response/replayed',
    'presentation-response',
    'verifier/response/reuse',
    'The same response a second time',
    '重複送出同一回應',
  ),
  row(
    'encrypted-presentation-response/other-key',
    'encrypted-presentation-response',
    'verifier/response/decrypt',
    'A response encrypted to another key',
    '回應以其他金鑰加密',
    (draft: EncryptionDraft, { extras }) => ({
      ...draft,
      recipient: isObject(extras['otherKey']) ? extras['otherKey'] : draft.recipient,
    }),
  ),
  row(
    'encrypted-presentation-response/kid-missing',
    'encrypted-presentation-response',
    'verifier/response/decrypt',
    'An encrypted response without the kid of the key',
    '加密回應缺少金鑰的 kid',
    (draft: EncryptionDraft) => {
      const { kid: _kid, ...rest } = draft.header;
      return { ...draft, header: rest };
    },
  ),
  row(
    'encrypted-presentation-response/enc-not-offered',
    'encrypted-presentation-response',
    'verifier/response/encryption-enc',
    'A content encryption that was not offered',
    '使用未被提供的內容加密演算法',
    (draft: EncryptionDraft) => ({ ...draft, header: { ...draft.header, enc: 'A256CBC-HS512' } }),
  ),
  row(
    'encrypted-presentation-response/not-json',
    'presentation-payload.bytes',
    'verifier/response/decrypt',
    'An encrypted response that holds no JSON',
    '加密內容不是 JSON',
    () => ({ text: 'vp_token=' }),
  ),
  row(
    'request-uri-request/metadata-not-json',
    'request-uri-request',
    'verifier/request-uri/wallet-metadata',
    'wallet_metadata that is no JSON',
    'wallet_metadata 不是 JSON',
    parameter('wallet_metadata', 'dc+sd-jwt'),
  ),
  row(
    'request-uri-request/content-type-json',
    'request-object.http',
    'verifier/request-uri/media-type',
    'The request for the request object with content type JSON',
    '以 JSON 類型請求請求物件',
    httpHeader('content-type', 'application/json'),
  ),
];

function asJson(draft: RequestDraft, context: Parameters<ReturnType<typeof httpHeader>>[1]): RequestDraft {
  return httpHeader('content-type', 'application/json')(draft, context) as RequestDraft;
}
