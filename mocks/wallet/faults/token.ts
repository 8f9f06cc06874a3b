import type { Fault } from '../../../core/flow.ts';
import type { FormDraft, RequestDraft } from '../../drafts.ts';
import { extraText, httpHeader, parameter, replay, row, twice, unknownId } from './rows.ts';

const STEP = 'token-request';

/** Faults of the token request (RFC 6749 4.1.3, 6; RFC 7636 4.5; OpenID4VCI 6.1). */
export const TOKEN_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/code-verifier-wrong`,
    STEP,
    'issuer/token/pkce',
    'code_verifier of nobody',
    '錯誤的 code_verifier',
    parameter('code_verifier', (_, context) => `${unknownId(context)}${unknownId(context)}`),
  ),
  row(
    `${STEP}/code-verifier-missing`,
    STEP,
    'issuer/token/pkce',
    'No code_verifier',
    '沒有 code_verifier',
    parameter('code_verifier', undefined),
  ),
  row(
    `${STEP}/code-verifier-of-other-flow`,
    STEP,
    'issuer/token/pkce',
    'code_verifier of an earlier flow',
    '先前流程的 code_verifier',
    parameter('code_verifier', (_, context) => extraText(context, 'codeVerifier', 'earlier')),
  ),
  row(
    `${STEP}/redirect-uri-wrong`,
    STEP,
    'issuer/token/redirect-uri',
    'Another redirect_uri than in the authorization request',
    'redirect_uri 與授權請求不同',
    parameter('redirect_uri', 'https://wallet.example/another-callback'),
  ),
  row(
    `${STEP}/redirect-uri-missing`,
    STEP,
    'issuer/token/redirect-uri',
    'No redirect_uri although the authorization request had one',
    '授權請求有 redirect_uri，此處卻沒有',
    parameter('redirect_uri', undefined),
  ),
  row(
    `${STEP}/code-unknown`,
    STEP,
    'issuer/token/code',
    'A code that nobody gave out',
    '從未發出的授權碼',
    parameter('code', (_, context) => unknownId(context)),
  ),
  row(`${STEP}/code-missing`, STEP, 'issuer/token/code', 'No code', '沒有授權碼', parameter('code', undefined)),
  row(
    `${STEP}/code-of-other-flow`,
    STEP,
    'issuer/token/code-reuse',
    'The code of an earlier flow',
    '先前流程的授權碼',
    parameter('code', (_, context) => extraText(context, 'code', 'earlier')),
  ),
  replay(`${STEP}/code-reused`, STEP, 'issuer/token/code-reuse', 'The same code a second time', '重複使用同一授權碼'),
  row(
    `${STEP}/client-other`,
    STEP,
    'issuer/token/client-binding',
    'The code of another client',
    '以另一用戶端兌換授權碼',
    parameter('client_id', 'another-client'),
  ),
  row(
    `${STEP}/client-id-missing`,
    STEP,
    'issuer/token/client-binding',
    'No client_id from a public client',
    '公開用戶端沒有 client_id',
    parameter('client_id', undefined),
  ),
  row(
    `${STEP}/pre-authorized-code-unknown`,
    STEP,
    'issuer/token/pre-authorized-code',
    'A pre-authorized code that nobody gave out',
    '從未發出的預先授權碼',
    parameter('pre-authorized_code', (_, context) => unknownId(context)),
  ),
  row(
    `${STEP}/pre-authorized-code-missing`,
    STEP,
    'issuer/token/pre-authorized-code',
    'No pre-authorized code',
    '沒有預先授權碼',
    parameter('pre-authorized_code', undefined),
  ),
  replay(
    `${STEP}/pre-authorized-code-reused`,
    STEP,
    'issuer/token/pre-authorized-code-reuse',
    'The same pre-authorized code a second time',
    '重複使用同一預先授權碼',
  ),
  row(
    `${STEP}/tx-code-wrong`,
    STEP,
    'issuer/token/tx-code',
    'A wrong transaction code',
    '錯誤的交易碼',
    parameter('tx_code', otherDigits),
  ),
  row(
    `${STEP}/tx-code-guessed`,
    STEP,
    'issuer/token/tx-code-attempts',
    'The right transaction code after twenty wrong ones',
    '輸入二十次錯誤的交易碼後，再送出正確者',
    // The guesses go before; what is wrong with this request is what came before it.
    (draft: FormDraft) => draft,
  ),
  row(
    `${STEP}/tx-code-missing`,
    STEP,
    'issuer/token/tx-code-missing',
    'No transaction code although the offer wants one',
    '邀請要求交易碼，此處卻沒有',
    parameter('tx_code', undefined),
  ),
  row(
    `${STEP}/tx-code-unexpected`,
    STEP,
    'issuer/token/tx-code-unexpected',
    'A transaction code that nobody wants',
    '未被要求的交易碼',
    parameter('tx_code', '493536'),
  ),
  row(
    `${STEP}/grant-type-unknown`,
    STEP,
    'issuer/token/grant-type',
    'An unknown grant_type',
    '不存在的 grant_type',
    parameter('grant_type', 'password'),
  ),
  row(
    `${STEP}/grant-type-missing`,
    STEP,
    'issuer/token/grant-type',
    'No grant_type',
    '沒有 grant_type',
    parameter('grant_type', undefined),
  ),
  row(
    `${STEP}/pre-authorized-code-as-code`,
    STEP,
    'issuer/token/code',
    'A pre-authorized code as authorization code',
    '將預先授權碼當作授權碼',
    (draft: FormDraft): FormDraft => ({
      parameters: [
        ...draft.parameters.filter(([name]) => name !== 'grant_type' && name !== 'pre-authorized_code'),
        ['grant_type', 'authorization_code'],
        ['code', draft.parameters.find(([name]) => name === 'pre-authorized_code')?.[1] ?? ''],
      ],
    }),
  ),
  row(
    `${STEP}/authorization-details-beyond`,
    STEP,
    'issuer/token/authorization-details',
    'authorization_details for more than was offered',
    'authorization_details 超出邀請範圍',
    parameter(
      'authorization_details',
      JSON.stringify([{ type: 'openid_credential', credential_configuration_id: 'no-such-configuration' }]),
    ),
  ),
  row(
    `${STEP}/parameter-twice`,
    STEP,
    'issuer/token/form',
    'grant_type twice',
    'grant_type 出現兩次',
    twice('grant_type', 'password'),
  ),
  row(
    `${STEP}/json-body`,
    'token.http',
    'issuer/token/form',
    'The token request as JSON',
    '以 JSON 送出權杖請求',
    (draft: RequestDraft, context) => ({
      ...httpHeaderOf(draft, context),
      body: Buffer.from(
        JSON.stringify(Object.fromEntries(new URLSearchParams(Buffer.from(draft.body).toString('utf8')))),
      ),
    }),
  ),
  row(
    'refresh-request/unknown',
    'refresh-request',
    'issuer/token/refresh-token',
    'A refresh token that nobody gave out',
    '從未發出的更新權杖',
    parameter('refresh_token', (_, context) => unknownId(context)),
  ),
  row(
    'refresh-request/missing',
    'refresh-request',
    'issuer/token/refresh-token',
    'No refresh token',
    '沒有更新權杖',
    parameter('refresh_token', undefined),
  ),
  row(
    'refresh-request/client-other',
    'refresh-request',
    'issuer/token/refresh-token',
    'The refresh token of another client',
    '以另一用戶端使用更新權杖',
    parameter('client_id', 'another-client'),
  ),
];

/** Another code of the same form, so that only its value is wrong. */
function otherDigits(current: string | undefined): string {
  const last = current?.at(-1) ?? '0';
  const other = /\d/u.test(last) ? String((Number(last) + 1) % 10) : last === 'x' ? 'y' : 'x';
  return `${current?.slice(0, -1) ?? ''}${other}`;
}

const httpHeaderOf = httpHeader('content-type', 'application/json') as (
  draft: RequestDraft,
  context: Parameters<ReturnType<typeof httpHeader>>[1],
) => RequestDraft;
