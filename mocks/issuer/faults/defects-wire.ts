import type { FaultContext } from '../../../core/flow.ts';
import { arr, obj } from '../../../protocol/json.ts';
import type { EncryptionDraft } from '../encryption.ts';
import type { ClaimsDraft } from '../credential.ts';
import type { JsonDraft, ResponseDraft } from '../../drafts.ts';
import type { Apply } from './fault.ts';
import {
  at,
  baseOf,
  BATCH,
  CODE,
  DAY,
  DEFERRED,
  each,
  ENCRYPTED,
  instead,
  jose,
  json,
  merged,
  NOTIFIED,
  parameters,
  payload,
  PLAIN,
  responseHeader,
  status,
  WITH_STATUS,
} from './fault.ts';
import { defect, together } from './defect.ts';
import type { IssuerDefect } from './defect.ts';

const NO_STORE_LOST = responseHeader('Cache-Control', undefined);
const METADATA = 'issuer-metadata';

function handOut(nonce: string): Apply<JsonDraft> {
  return ({ value }, { extras }: FaultContext) => {
    const accepts = extras['accepts'];
    if (typeof accepts === 'function') accepts(nonce);
    return { value: { ...value, c_nonce: nonce } };
  };
}

const counters = new WeakMap<object, number>();

/** 1, 2, 3 …, for each issuer apart: one source of randomness belongs to one issuer. */
function counted({ random }: FaultContext): number {
  const next = (counters.get(random) ?? 0) + 1;
  counters.set(random, next);
  return next;
}

/** Answers and credentials that are taken, but are not as they have to be. */
export const WIRE_DEFECTS: readonly IssuerDefect[] = [
  defect(
    'token-cacheable',
    'token-response.http',
    ['Token response that may be cached', '可被快取的權杖回應'],
    NO_STORE_LOST,
  ),
  defect(
    'nonce-cacheable',
    'nonce-response.http',
    ['Nonce response that may be cached', '可被快取的 nonce 回應'],
    NO_STORE_LOST,
  ),
  defect(
    'nonce-cache-public',
    'nonce-response.http',
    ['Nonce response that is cached for an hour', '快取一小時的 nonce 回應'],
    responseHeader('Cache-Control', 'public, max-age=3600'),
  ),
  defect(
    'nonce-constant',
    'nonce-response',
    ['The same c_nonce for everybody', '對所有人使用相同的 c_nonce'],
    handOut('constant-nonce'),
  ),
  defect(
    'nonce-predictable',
    'nonce-response',
    ['c_nonce of two digits', '僅兩位數的 c_nonce'],
    (draft: JsonDraft, context) => handOut(String(10 + ((context.random.bytes(1)[0] ?? 0) % 90)))(draft, context),
  ),
  defect(
    'nonce-counted',
    'nonce-response',
    ['c_nonce that is counted up', '依序遞增的 c_nonce'],
    (draft: JsonDraft, context) => handOut(`nonce-${counted(context)}`)(draft, context),
  ),
  defect(
    'code-missing',
    'authorization-response',
    ['Authorization response without code', '授權回應沒有 code'],
    parameters({ code: undefined }),
    CODE,
  ),
  defect(
    'token-long-lived',
    'token-response',
    ['Bearer token that is good for a day', '有效一天的 Bearer 權杖'],
    json({ expires_in: DAY }),
  ),
  defect(
    'identifiers-twice',
    'token-response',
    ['The same credential identifier twice', '同一憑證識別碼出現兩次'],
    each('authorization_details', (current) => ({
      credential_identifiers: [
        ...(arr(current, 'credential_identifiers') ?? []),
        ...(arr(current, 'credential_identifiers') ?? []),
      ],
    })),
    { ...PLAIN, ask: 'authorization_details' },
  ),
  defect(
    'notification-status-500',
    'notification-response.http',
    ['Notification answered with 500', '通知回應 500'],
    status(500),
    NOTIFIED,
  ),
  defect(
    'notification-status-200',
    'notification-response.http',
    ['Notification answered with 200', '通知回應 200'],
    status(200),
    NOTIFIED,
  ),
  defect(
    'deferred-media-type',
    'deferred-credential-response.http',
    ['Deferred credentials as text/plain', '以 text/plain 交付延後的憑證'],
    responseHeader('Content-Type', 'text/plain'),
    DEFERRED,
  ),
  together(
    defect(
      'response-encrypted-unasked',
      'credential-response.http',
      ['Encrypted answer although nobody asked for that', '未要求加密卻加密回應'],
      instead(200, 'application/jwt', 'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSJ9..AAAA.AAAA.AAAA'),
    ),
    'metadata-response-encryption-unannounced',
  ),
  defect(
    'notification-id-without-endpoint',
    METADATA,
    [
      'notification_id although the metadata has no notification endpoint',
      '中繼資料沒有通知端點卻提供 notification_id',
    ],
    json({ notification_endpoint: undefined }),
    NOTIFIED,
  ),
  defect(
    'response-compressed',
    'encrypted-credential-response',
    ['Compressed answer although nobody asked for that', '未要求壓縮卻壓縮回應'],
    (draft: EncryptionDraft) => ({ ...draft, header: { ...draft.header, zip: 'DEF' } }),
    ENCRYPTED,
  ),
  defect(
    'batch-claims-differ',
    'credential.claims',
    ['Credentials of a batch with different claims', '同批憑證的宣告不同'],
    (draft: ClaimsDraft, { random }) => ({
      ...draft,
      claims: { ...draft.claims, 'x-number': Buffer.from(random.bytes(4)).toString('hex') },
    }),
    BATCH,
  ),
  defect(
    'claim-mandatory-missing',
    'credential.claims',
    ['A claim missing that the metadata calls mandatory', '缺少中繼資料標示為必備的宣告'],
    (draft: ClaimsDraft, { extras }) => {
      const type = extras['type'];
      const [name = ''] = Object.keys(obj(type, 'claims') ?? {});
      return { ...draft, claims: merged(draft.claims, { [name]: undefined }) };
    },
  ),
  defect(
    'credential-iat-future',
    'credential',
    ['Credential that was issued tomorrow', '簽發時間在明天的憑證'],
    payload((_, context) => ({ iat: at(context, DAY) })),
  ),
  defect(
    'credential-ends-before-start',
    'credential',
    ['Credential that expires before it was issued', '到期時間早於簽發時間的憑證'],
    payload((current) => ({ iat: Number(current['exp']) + 10 })),
  ),
  defect(
    'credential-cnf-private',
    'credential',
    ['cnf with a private member', 'cnf 含有私密成員'],
    payload((current) => ({
      cnf: { jwk: { ...obj(obj(current, 'cnf'), 'jwk'), d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } },
    })),
  ),
  defect(
    'credential-unlimited',
    'credential',
    ['Credential without end and without status', '沒有期限也沒有狀態的憑證'],
    payload({ exp: undefined, status: undefined }),
  ),
  defect(
    'credential-x5c-missing',
    'credential',
    ['Credential without certificate', '沒有憑證鏈的憑證'],
    jose({ x5c: undefined }),
  ),
  defect(
    'status-index-constant',
    'credential',
    ['The same status list index for every credential', '所有憑證使用相同的狀態清單索引'],
    payload((_, context) => ({ status: { status_list: { idx: 7, uri: `${baseOf(context)}/status/1` } } })),
    BATCH,
  ),
  defect(
    'status-index-counted',
    'credential',
    ['Status list indices that are counted up', '依序遞增的狀態清單索引'],
    payload((_, context) => ({
      status: { status_list: { idx: counted(context), uri: `${baseOf(context)}/status/1` } },
    })),
    BATCH,
  ),
  defect(
    'status-list-x5c-missing',
    'status-list-token',
    ['Status list token without certificate', '沒有憑證鏈的狀態清單權杖'],
    jose({ x5c: undefined }),
    WITH_STATUS,
  ),
  defect(
    'server-metadata-elsewhere',
    'as-metadata-response.http',
    [
      'Authorization server metadata at the place of OpenID Connect only',
      '授權伺服器中繼資料僅位於 OpenID Connect 的位置',
    ],
    (draft: ResponseDraft, { extras }) =>
      String(extras['asked']).includes('/.well-known/oauth-authorization-server') ? { ...draft, status: 404 } : draft,
  ),
  together(
    defect(
      'keys-of-other-issuer',
      'jwt-vc-issuer-metadata',
      ['JWT VC issuer metadata of another issuer', '屬於其他發行者的 JWT VC 發行者中繼資料'],
      json({ issuer: 'https://another-issuer.example' }),
    ),
    'credential-x5c-missing',
  ),
];
