import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { COURSES, negative } from './course.ts';

const { code, codeDetails, par, parDetails } = COURSES;
/** RFC 9700, RFC 6749 and RFC 9126, to which OpenID4VCI 5 holds the server with a SHOULD. */
const BCP = ['OID4VCI-5-1'];

/** Authorization endpoint and pushed authorization requests (OpenID4VCI 5; RFC 6749 4.1, RFC 7636, RFC 9126, RFC 9396). */
export const AUTHORIZATION_TESTS: readonly Test[] = [
  negative(code, {
    id: 'authorization/challenge-missing',
    fault: 'authorization-request/challenge-missing',
    title: text('A code without PKCE challenge is not to be had', '沒有 PKCE 挑戰值，不得取得授權碼'),
    why: text(
      'Without it another app on the phone can redeem a code that it caught.',
      '少了它，手機上的其他應用程式就能兌換攔截到的授權碼。',
    ),
    requirements: ['OID4VCI-5-1', 'OID4VCI-5-2'],
    // RFC 7636 4.4.1, by redirect.
    says: { requirements: ['OID4VCI-5.3-1'], kind: 'authorization-error', error: ['invalid_request'] },
  }),
  negative(code, {
    id: 'authorization/response-type-token',
    fault: 'authorization-request/response-type-token',
    title: text('response_type token is refused', '拒絕 response_type 為 token'),
    requirements: ['OID4VCI-5-1', 'OID4VCI-13.2-1'],
  }),
  negative(code, {
    id: 'authorization/client-missing',
    fault: 'authorization-request/client-id-missing',
    title: text('An authorization request of nobody leads to no redirect', '未指明用戶端的授權請求不得重新導向'),
    requirements: ['OID4VCI-5.3-2'],
  }),
  negative(code, {
    id: 'authorization/parameter-twice',
    fault: 'authorization-request/parameter-twice',
    title: text('A parameter that stands twice is refused', '拒絕重複出現的參數'),
    requirements: BCP,
  }),
  negative(codeDetails, {
    id: 'authorization/details-configuration-unknown',
    fault: 'authorization-request/details-configuration-unknown',
    title: text('Authorization details for an unknown credential are refused', '拒絕指向不存在憑證的授權細節'),
    requirements: BCP,
  }),
  ...(
    [
      ['claims-repeated', 'OID4VCI-B.3-1', 'The same claim described twice is refused', '拒絕重複描述同一聲明'],
      [
        'claims-null-and-index',
        'OID4VCI-B.3-2',
        'All elements of an array beside one of them are refused',
        '拒絕同時描述陣列全部元素與其中之一',
      ],
      [
        'claims-array-and-object',
        'OID4VCI-B.3-3',
        'A claim described as array and as object is refused',
        '拒絕將同一聲明描述為陣列又為物件',
      ],
    ] as const
  ).map(([id, requirement, en, zh]) =>
    negative(codeDetails, {
      id: `authorization/details-${id}`,
      fault: `authorization-request/details-${id}`,
      title: text(en, zh),
      requirements: [requirement],
      // A server may leave `claims` to the issuer and look at none of them.
      severity: 'warning',
    }),
  ),
  negative(par, {
    id: 'authorization/request-uri-unknown',
    fault: 'authorization-request/request-uri-unknown',
    title: text('A request_uri that nobody pushed is refused', '拒絕從未推送過的 request_uri'),
    requirements: BCP,
  }),
  negative(par, {
    id: 'authorization/request-uri-client-other',
    fault: 'authorization-request/client-other',
    title: text('A pushed request does not work for another client', '推送的請求不得由其他用戶端使用'),
    requirements: BCP,
  }),
  negative(par, {
    id: 'par/challenge-plain',
    fault: 'par-request/challenge-plain',
    title: text('A PKCE challenge of method plain leads to no token', '方法為 plain 的 PKCE 挑戰值不得換得權杖'),
    requirements: BCP,
  }),
  negative(par, {
    id: 'par/response-type-token',
    fault: 'par-request/response-type-token',
    title: text('Pushed request: response_type token is refused', '推送請求：拒絕 response_type 為 token'),
    requirements: ['OID4VCI-5-1', 'OID4VCI-13.2-1'],
  }),
  negative(par, {
    id: 'par/request-uri-inside',
    fault: 'par-request/request-uri-inside',
    title: text('Pushed request: a request_uri inside is refused', '推送請求：拒絕其中含有 request_uri'),
    requirements: BCP,
  }),
  negative(parDetails, {
    id: 'par/details-not-json',
    fault: 'par-request/details-not-json',
    title: text(
      'Pushed request: authorization_details that is no JSON is refused',
      '推送請求：拒絕不是 JSON 的 authorization_details',
    ),
    requirements: BCP,
  }),
];
