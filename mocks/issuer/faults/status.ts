import { tamperSignature } from '../../../protocol/jose/jws.ts';
import type { ResponseDraft } from '../../drafts.ts';
import type { FaultContext } from '../../../core/flow.ts';
import { isObject, obj } from '../../../protocol/json.ts';
import type { IssuerFault } from './fault.ts';
import {
  at,
  bytes,
  certifiedBy,
  DAY,
  jose,
  payload,
  responseHeader,
  row,
  signedByOther,
  status,
  WITH_STATUS,
} from './fault.ts';

const STEP = 'status-list-token';
const HTTP = 'status-list-response.http';
const SIGNATURE = 'credential/status-signature';

/** A list in which every entry has the value: so no counterpart can be told from another by its index. */
function allOf({ extras }: FaultContext, value: number): unknown {
  const make = extras['allOf'];
  const list: unknown = typeof make === 'function' ? make(value) : undefined;
  if (!isObject(list)) throw new Error('the step offers no list');
  return list;
}

/** Faults of the credential's status (Token Status List). */
export const STATUS_FAULTS: readonly IssuerFault[] = [
  row(
    'credential/revoked',
    STEP,
    'credential/status',
    ['Credential that is revoked', '已撤銷的憑證'],
    payload((_, context) => ({ status_list: allOf(context, 1) })),
    WITH_STATUS,
  ),
  row(
    'credential/suspended',
    STEP,
    'credential/status',
    ['Credential that is suspended', '已停用的憑證'],
    payload((_, context) => ({ status_list: allOf(context, 2) })),
    WITH_STATUS,
  ),
  row(
    'credential/status-index-outside',
    'credential',
    'credential/status',
    ['Status index beyond the end of the list', '狀態索引超出清單範圍'],
    payload((current) => ({
      status: { status_list: { ...obj(obj(current, 'status'), 'status_list'), idx: 10_000_000 } },
    })),
    WITH_STATUS,
  ),
  row(
    'credential/status-index-negative',
    'credential',
    'credential/status',
    ['Negative status index', '負的狀態索引'],
    payload((current) => ({ status: { status_list: { ...obj(obj(current, 'status'), 'status_list'), idx: -1 } } })),
    WITH_STATUS,
  ),
  row(
    'credential/status-uri-http',
    'credential',
    'credential/status',
    ['Status list without TLS', '狀態清單未使用 TLS'],
    payload((current) => ({
      status: { status_list: { ...obj(obj(current, 'status'), 'status_list'), uri: 'http://issuer.invalid/status/1' } },
    })),
    WITH_STATUS,
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    SIGNATURE,
    ['Status list signed by another key than it names', '狀態清單以所指以外的金鑰簽署'],
    signedByOther,
    WITH_STATUS,
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    SIGNATURE,
    ['Status list with a broken signature', '狀態清單的簽章損壞'],
    bytes(tamperSignature),
    WITH_STATUS,
  ),
  row(
    `${STEP}/signer-untrusted`,
    STEP,
    SIGNATURE,
    ['Status list of somebody whom nobody trusts', '由不受信任者簽署的狀態清單'],
    certifiedBy('untrusted'),
    WITH_STATUS,
  ),
  row(
    `${STEP}/subject-other`,
    STEP,
    SIGNATURE,
    ['Status list token of another list', '屬於其他清單的狀態清單權杖'],
    payload((current) => ({ sub: `${String(current['sub'])}0` })),
    WITH_STATUS,
  ),
  row(
    `${STEP}/expired`,
    STEP,
    SIGNATURE,
    ['Status list token that expired yesterday', '昨天過期的狀態清單權杖'],
    payload((_, context) => ({ iat: at(context, -2 * DAY), exp: at(context, -DAY) })),
    WITH_STATUS,
  ),
  row(
    `${STEP}/typ-wrong`,
    STEP,
    SIGNATURE,
    ['Status list token with typ JWT', '狀態清單權杖的 typ 為 JWT'],
    jose({ typ: 'JWT' }),
    WITH_STATUS,
  ),
  row(
    `${STEP}/list-missing`,
    STEP,
    SIGNATURE,
    ['Status list token without list', '狀態清單權杖沒有清單'],
    payload({ status_list: undefined }),
    WITH_STATUS,
  ),
  row(
    `${STEP}/bits-wrong`,
    STEP,
    SIGNATURE,
    ['Status list of three bits', '每項三位元的狀態清單'],
    payload((current) => ({ status_list: { ...obj(current, 'status_list'), bits: 3 } })),
    WITH_STATUS,
  ),
  row(
    `${STEP}/media-type`,
    HTTP,
    SIGNATURE,
    ['Status list with media type text/plain', '狀態清單的媒體類型為 text/plain'],
    responseHeader('Content-Type', 'text/plain'),
    WITH_STATUS,
  ),
  row(
    `${STEP}/status-500`,
    HTTP,
    SIGNATURE,
    ['Status list answered with 500', '狀態清單回應 500'],
    status(500),
    WITH_STATUS,
  ),
  row(
    `${STEP}/empty`,
    HTTP,
    SIGNATURE,
    ['Empty status list answer', '空的狀態清單回應'],
    (draft: ResponseDraft) => ({ ...draft, body: new Uint8Array() }),
    WITH_STATUS,
  ),
];
