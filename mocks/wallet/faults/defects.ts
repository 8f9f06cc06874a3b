import type { Fault } from '../../../core/flow.ts';
import type { FormDraft, JwtDraft, RequestDraft, SdJwtDraft } from '../../drafts.ts';
import type { WaitDraft } from '../issuance/credential.ts';
import { extraKey, extraText, httpHeader, json, parameter, payload, row } from './rows.ts';

/** A defect of a broken wallet: no counterpart has to refuse it, but a check must notice. */
export interface Defect extends Fault<never> {
  /** Obligations of the wallet that it breaks. */
  readonly breaks: readonly string[];
}

function defect(fault: Fault<never>, ...breaks: string[]): Defect {
  return { ...fault, breaks };
}

/**
 * How a wallet can be wrong without being refused. `refusedBy` is empty. For proofs that checks notice; the first flow of an identity has nothing
 * earlier to reuse, so the rows about reuse need two flows.
 */
export const DEFECTS: readonly Defect[] = [
  defect(
    row(
      'defect/over-disclosure',
      'presentation',
      '',
      'Discloses everything',
      '揭露全部內容',
      (draft: SdJwtDraft, { extras }) => ({ ...draft, disclosures: (extras['all'] ?? draft.disclosures) as string[] }),
    ),
    'OID4VP-6.4-1',
  ),
  defect(
    row(
      'defect/holder-key-reused',
      'holder-key',
      '',
      'Uses the holder key of an earlier credential again',
      '重複使用先前憑證的持有者金鑰',
      (draft: unknown, context) => ({ ...Object(draft), key: extraKey(context, 'earlierKey') }),
    ),
    'OID4VCI-15.4.1-1',
  ),
  defect(
    row(
      'defect/dpop-jti-reused',
      'dpop-proof',
      '',
      'Uses the jti of an earlier flow in DPoP proofs',
      '在 DPoP 證明中重複使用先前流程的 jti',
      payload((_, context) => ({ jti: extraText(context, 'earlierId') })),
    ),
  ),
  defect(
    row(
      'defect/state-reused',
      'par-request',
      '',
      'Uses the same state in each flow',
      '每個流程使用相同的 state',
      parameter('state', (current, context) =>
        current === undefined ? undefined : extraText(context, 'state', 'earlier'),
      ),
    ),
    'OID4VCI-5-1',
  ),
  defect(
    row(
      'defect/issuer-state-dropped',
      'authorization-request',
      '',
      'Leaves out issuer_state',
      '略去 issuer_state',
      parameter('issuer_state', undefined),
    ),
    'OID4VCI-4.1.1-12',
    'OID4VCI-4.1.1-9',
  ),
  defect(
    row(
      'defect/par-issuer-state-dropped',
      'par-request',
      '',
      'Leaves out issuer_state of the pushed request',
      '推送請求略去 issuer_state',
      parameter('issuer_state', undefined),
    ),
    'OID4VCI-4.1.1-12',
    'OID4VCI-4.1.1-9',
  ),
  defect(
    row(
      'defect/offer-fetched-by-post',
      'credential-offer.http',
      '',
      'Fetches the offer by POST',
      '以 POST 取得發行邀請',
      (draft: RequestDraft) => ({ ...draft, method: 'POST' }),
    ),
    'OID4VCI-4.1.3-1',
  ),
  defect(
    row(
      'defect/metadata-appended',
      'issuer-metadata.http',
      '',
      'Appends the well-known path instead of inserting it',
      '將 well-known 路徑附加於後而非插入',
      (draft: RequestDraft) => ({ ...draft, url: appended(draft.url) }),
    ),
    'OID4VCI-12.2.2-4',
  ),
  defect(
    row(
      'defect/nonce-by-get',
      'nonce.http',
      '',
      'Asks for a nonce by GET',
      '以 GET 請求 nonce',
      (draft: RequestDraft) => ({ ...draft, method: 'GET' }),
    ),
    'OID4VCI-7.1-1',
  ),
  defect(
    row(
      'defect/deferred-too-early',
      'deferred-wait',
      '',
      'Polls four times too early',
      '輪詢間隔僅為要求的四分之一',
      ({ seconds }: WaitDraft) => ({ seconds: seconds / 4 }),
    ),
    'OID4VCI-8.3-21',
  ),
  defect(
    row(
      'defect/notification-untrue',
      'notification-request',
      '',
      'Reports a failure that did not happen',
      '回報不實的失敗',
      json({ event: 'credential_failure' }),
    ),
    'OID4VCI-11.1-6',
  ),
  defect(
    row(
      'defect/request-uri-accept-missing',
      'request-object.http',
      '',
      'Leaves out Accept when it posts to the request URI',
      '對請求網址 POST 時略去 Accept',
      httpHeader('accept', undefined),
    ),
    'OID4VP-5.10-4',
  ),
  defect(
    row(
      'defect/redirect-ignored',
      'redirect-uri-request',
      '',
      'Does not follow the verifier’s redirect_uri',
      '不前往驗證者的 redirect_uri',
      () => ({ url: undefined }),
    ),
    'OID4VP-8.2-16',
  ),
  defect(
    row(
      'defect/state-beside-jwe',
      'presentation-response',
      '',
      'Sends state in clear beside the encrypted response',
      '在加密回應旁以明文送出 state',
      (draft: FormDraft, { extras }) => ({
        parameters: [
          ...draft.parameters,
          ...((extras['fields'] ?? []) as [string, string][]).filter(([name]) => name === 'state'),
        ],
      }),
    ),
    'OID4VP-8.3.1-4',
  ),
  defect(
    row(
      'defect/software-named',
      'presentation.http',
      '',
      'Names its software and device to the verifier',
      '向驗證者透露軟體與裝置',
      httpHeader('user-agent', 'ExampleWallet/4.2 (Pixel 9; Android 16)'),
    ),
    'OID4VP-15.8-1',
  ),
  defect(
    row(
      'defect/error-code-wrong',
      'presentation-error',
      '',
      'Reports a refusal of the user as invalid_request',
      '將使用者拒絕回報為 invalid_request',
      parameter('error', 'invalid_request'),
    ),
    'OID4VP-8.5-10',
  ),
  defect(
    row(
      'defect/attestation-expiry-missing',
      'key-attestation',
      '',
      'Leaves out exp of a key attestation that travels with a proof',
      '隨證明傳送的金鑰證明書沒有 exp',
      (draft: JwtDraft) => ({
        ...draft,
        payload: Object.fromEntries(Object.entries(draft.payload).filter(([name]) => name !== 'exp')),
      }),
    ),
    'OID4VCI-D.1-8',
  ),
];

function appended(url: string): string {
  const { origin, pathname } = new URL(url);
  const found = /^(\/\.well-known\/[^/]+)(\/.*)?$/u.exec(pathname);
  return `${origin}${found?.[2] ?? ''}${found?.[1] ?? ''}`;
}
