import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { COURSES, negative, tokenError } from './course.ts';

const { pre, txCode, preDetails, code, refresh, codeRefresh } = COURSES;
const FORM = ['OID4VCI-6.3-1'];

/** The token endpoint (OpenID4VCI 6; RFC 6749 4.1.3, 5.2, 6; RFC 7636 4.6). */
export const TOKEN_TESTS: readonly Test[] = [
  negative(txCode, {
    id: 'token/tx-code-wrong',
    fault: 'token-request/tx-code-wrong',
    title: text('A wrong transaction code is refused', '拒絕錯誤的交易碼'),
    why: text(
      'The transaction code is all that protects a citizen whose QR code was photographed.',
      'QR Code 遭偷拍時，交易碼是民眾唯一的保護。',
    ),
    requirements: ['OID4VCI-6.3-4'],
    says: tokenError(['OID4VCI-6.3-4'], 'invalid_grant'),
  }),
  negative(txCode, {
    id: 'token/tx-code-missing',
    fault: 'token-request/tx-code-missing',
    title: text('A missing transaction code is refused', '拒絕缺少交易碼的請求'),
    why: text('Whoever leaves the question out must not get the credential.', '略過交易碼的人不應取得憑證。'),
    requirements: ['OID4VCI-6.3-3'],
    says: tokenError(['OID4VCI-6.3-3'], 'invalid_request'),
  }),
  negative(txCode, {
    id: 'token/tx-code-guessed',
    fault: 'token-request/tx-code-guessed',
    title: text(
      'After twenty wrong transaction codes the right one is refused, too',
      '輸入二十次錯誤的交易碼後，正確者也遭拒絕',
    ),
    why: text('Whoever may try for ever finds every transaction code.', '若可無限次嘗試，任何交易碼終將被猜中。'),
    requirements: ['OID4VCI-13.6.3-1', 'OID4VCI-13.6.3-2', 'OID4VCI-13.6.3-3'],
    says: tokenError(['OID4VCI-13.6.3-2'], 'invalid_grant'),
    risk: 'may-lock',
    last: true,
    calls: 20,
  }),
  negative(txCode, {
    id: 'token/pre-authorized-code-reused-tx-code',
    fault: 'token-request/pre-authorized-code-reused',
    title: text(
      'A redeemed pre-authorized code is refused although its transaction code is right',
      '交易碼雖正確，仍拒絕已兌換的預先授權碼',
    ),
    requirements: ['OID4VCI-4.1.1-18', 'OID4VCI-13.6.3-5'],
    says: tokenError(FORM, 'invalid_grant'),
  }),
  negative(pre, {
    id: 'token/tx-code-unexpected',
    fault: 'token-request/tx-code-unexpected',
    title: text('A transaction code that nobody asked for is refused', '拒絕未被要求的交易碼'),
    requirements: ['OID4VCI-6.3-2'],
    says: tokenError(['OID4VCI-6.3-2'], 'invalid_request'),
    features: ['offer-without-tx-code'],
  }),
  negative(pre, {
    id: 'token/pre-authorized-code-unknown',
    fault: 'token-request/pre-authorized-code-unknown',
    title: text('A pre-authorized code that the issuer never made is refused', '拒絕發行者從未產生的預先授權碼'),
    requirements: ['OID4VCI-6.3-5'],
    says: tokenError(['OID4VCI-6.3-5'], 'invalid_grant'),
  }),
  negative(pre, {
    id: 'token/pre-authorized-code-missing',
    fault: 'token-request/pre-authorized-code-missing',
    title: text('A token request without pre-authorized code is refused', '拒絕沒有預先授權碼的權杖請求'),
    requirements: ['OID4VCI-6.3-5'],
    says: tokenError(FORM, 'invalid_request', 'invalid_grant'),
  }),
  negative(pre, {
    id: 'token/pre-authorized-code-reused',
    fault: 'token-request/pre-authorized-code-reused',
    title: text('A pre-authorized code works once only', '預先授權碼只能使用一次'),
    why: text(
      'A QR code that hangs on the wall or was forwarded must not make a second credential.',
      '貼在牆上或被轉傳的 QR Code，不應再產生第二張憑證。',
    ),
    requirements: ['OID4VCI-4.1.1-18'],
    says: tokenError(FORM, 'invalid_grant'),
  }),
  negative(code, {
    id: 'token/grant-type-unknown',
    fault: 'token-request/grant-type-unknown',
    title: text('A grant type that the server does not know is refused', '拒絕伺服器不支援的 grant_type'),
    requirements: FORM,
    // Some servers do have this grant and miss its parameters.
    says: tokenError(
      FORM,
      'unsupported_grant_type',
      'unauthorized_client',
      'invalid_request',
      'invalid_grant',
      'invalid_client',
    ),
  }),
  negative(code, {
    id: 'token/parameter-twice',
    fault: 'token-request/parameter-twice',
    title: text('A parameter that stands twice is refused', '拒絕重複出現的參數'),
    requirements: ['OID4VCI-6-1'],
    says: tokenError(FORM, 'invalid_request', 'unsupported_grant_type', 'unauthorized_client'),
  }),
  negative(code, {
    id: 'token/code-unknown',
    fault: 'token-request/code-unknown',
    title: text('An authorization code that the server never made is refused', '拒絕伺服器從未產生的授權碼'),
    requirements: ['OID4VCI-6.1-8'],
    says: tokenError(FORM, 'invalid_grant'),
  }),
  negative(code, {
    id: 'token/code-reused',
    fault: 'token-request/code-reused',
    title: text('An authorization code works once only', '授權碼只能使用一次'),
    requirements: ['OID4VCI-6-1'],
    says: tokenError(FORM, 'invalid_grant'),
  }),
  negative(code, {
    id: 'token/code-verifier-wrong',
    fault: 'token-request/code-verifier-wrong',
    title: text('A wrong code_verifier is refused', '拒絕錯誤的 code_verifier'),
    requirements: ['OID4VCI-6-1', 'OID4VCI-13.2-1'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_request'),
  }),
  negative(code, {
    id: 'token/code-verifier-of-other-flow',
    fault: 'token-request/code-verifier-of-other-flow',
    title: text('The code_verifier of another session is refused', '拒絕其他流程的 code_verifier'),
    requirements: ['OID4VCI-6-1', 'OID4VCI-13.2-1'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_request'),
  }),
  negative(code, {
    id: 'token/code-verifier-missing',
    fault: 'token-request/code-verifier-missing',
    title: text('A missing code_verifier is refused', '拒絕缺少 code_verifier 的請求'),
    requirements: ['OID4VCI-6-1'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_request'),
  }),
  negative(code, {
    id: 'token/redirect-uri-wrong',
    fault: 'token-request/redirect-uri-wrong',
    title: text(
      'Another redirect_uri than that of the authorization request is refused',
      '拒絕與授權請求不同的 redirect_uri',
    ),
    requirements: ['OID4VCI-6.1-8'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_request', 'invalid_client'),
  }),
  negative(code, {
    id: 'token/client-other',
    fault: 'token-request/client-other',
    title: text('A code is not redeemed for another client', '授權碼不得由其他用戶端兌換'),
    why: text('A code that one app caught must not serve another app.', '某個應用程式攔截的授權碼，不應可供其使用。'),
    requirements: ['OID4VCI-6.1-8'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_client', 'invalid_request', 'unauthorized_client'),
  }),
  negative(preDetails, {
    id: 'token/authorization-details-beyond',
    fault: 'token-request/authorization-details-beyond',
    title: text('A token request for more than was offered is refused', '拒絕超出邀請範圍的權杖請求'),
    requirements: ['OID4VCI-6.1-12'],
    says: tokenError(FORM, 'invalid_authorization_details', 'invalid_request', 'invalid_grant', 'invalid_scope'),
  }),
  negative(refresh, {
    id: 'token/refresh-token-unknown',
    fault: 'refresh-request/unknown',
    title: text('A refresh token that the server never made is refused', '拒絕伺服器從未產生的更新權杖'),
    requirements: ['OID4VCI-6-1'],
    says: tokenError(FORM, 'invalid_grant'),
  }),
  negative(codeRefresh, {
    id: 'token/refresh-token-client-other',
    fault: 'refresh-request/client-other',
    title: text('A refresh token does not work for another client', '更新權杖不得由其他用戶端使用'),
    requirements: ['OID4VCI-6-1'],
    says: tokenError(FORM, 'invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_request'),
  }),
];
