import type { Fault } from '../../../core/flow.ts';
import { isObject, readJson } from '../../../protocol/json.ts';
import type { FormDraft } from '../../drafts.ts';
import { extraText, parameter, row, twice, unknownId } from './rows.ts';

const UNKNOWN_CONFIGURATION = JSON.stringify([
  { type: 'openid_credential', credential_configuration_id: 'no-such-configuration' },
]);

/** Two claims descriptions that cannot stand side by side (OpenID4VCI B.3), in every authorization detail. */
function contradiction(id: string, en: string, zh: string, paths: readonly (readonly unknown[])[]): Fault<never> {
  const claims = paths.map((path) => ({ path }));
  return row(
    `authorization-request/details-${id}`,
    'authorization-request',
    'issuer/authorization/details',
    en,
    zh,
    parameter('authorization_details', (current) => {
      const { value } = readJson(current ?? '');
      return JSON.stringify(
        (Array.isArray(value) ? value : []).filter(isObject).map((detail) => ({ ...detail, claims })),
      );
    }),
  );
}

/** The same faults of an authorization request, pushed and in the front channel. */
function both(step: 'par-request' | 'authorization-request', prefix: 'par' | 'authorization'): Fault<never>[] {
  const by = (rule: string): string => `issuer/${prefix}/${rule}`;
  return [
    row(
      `${step}/challenge-missing`,
      step,
      by('pkce'),
      'No code_challenge',
      '沒有 code_challenge',
      (draft: FormDraft): FormDraft => ({
        parameters: draft.parameters.filter(([name]) => !name.startsWith('code_challenge')),
      }),
    ),
    row(
      `${step}/challenge-plain`,
      step,
      by('pkce'),
      'code_challenge_method plain',
      'code_challenge_method 為 plain',
      parameter('code_challenge_method', 'plain'),
    ),
    row(
      `${step}/challenge-method-missing`,
      step,
      by('pkce'),
      'No code_challenge_method, which means plain',
      '沒有 code_challenge_method（等同 plain）',
      parameter('code_challenge_method', undefined),
    ),
    row(
      `${step}/response-type-token`,
      step,
      by('response-type'),
      'response_type token',
      'response_type 為 token',
      parameter('response_type', 'token'),
    ),
    row(
      `${step}/redirect-uri-missing`,
      step,
      by('redirect-uri'),
      'No redirect_uri',
      '沒有 redirect_uri',
      parameter('redirect_uri', undefined),
    ),
    row(
      `${step}/redirect-uri-fragment`,
      step,
      by('redirect-uri'),
      'redirect_uri with a fragment',
      'redirect_uri 帶有片段',
      parameter('redirect_uri', (current) => `${current ?? ''}#fragment`),
    ),
    row(
      `${step}/parameter-twice`,
      step,
      by('form'),
      'A parameter twice with different values',
      '同一參數以不同值出現兩次',
      twice('code_challenge_method', 'plain'),
    ),
    row(
      `${step}/scope-unknown`,
      step,
      'issuer/authorization/scope',
      'Only a scope that nobody knows',
      '只有無人認得的 scope',
      parameter('scope', 'no_such_scope'),
    ),
    row(
      `${step}/issuer-state-unknown`,
      step,
      'issuer/authorization/issuer-state',
      'issuer_state that the issuer never gave out',
      '發行者從未發出的 issuer_state',
      parameter('issuer_state', (_, context) => unknownId(context)),
    ),
    row(
      `${step}/details-configuration-unknown`,
      step,
      'issuer/authorization/details',
      'authorization_details with an unknown configuration',
      'authorization_details 指向不存在的組態',
      parameter('authorization_details', UNKNOWN_CONFIGURATION),
    ),
    row(
      `${step}/details-not-json`,
      step,
      'issuer/authorization/details',
      'authorization_details that is no JSON',
      'authorization_details 不是 JSON',
      parameter('authorization_details', 'openid_credential'),
    ),
  ];
}

/** Faults of PAR and of the authorization request (RFC 9126, RFC 6749 4.1.1, RFC 7636, OpenID4VCI 5). */
export const AUTHORIZATION_FAULTS: readonly Fault<never>[] = [
  ...both('par-request', 'par'),
  ...both('authorization-request', 'authorization'),
  contradiction('claims-repeated', 'The same claim twice', '同一聲明描述兩次', [['given_name'], ['given_name']]),
  contradiction(
    'claims-null-and-index',
    'All elements of an array, and one of them',
    '同時指定陣列的全部元素與其中之一',
    [
      ['nationalities', null],
      ['nationalities', 0],
    ],
  ),
  contradiction('claims-array-and-object', 'A claim as array and as object', '同一聲明既為陣列又為物件', [
    ['address', 0],
    ['address', 'country'],
  ]),
  row(
    'par-request/client-id-missing',
    'par-request',
    'issuer/par/client',
    'Pushed request without client_id',
    '推送請求沒有 client_id',
    parameter('client_id', undefined),
  ),
  row(
    'par-request/request-uri-inside',
    'par-request',
    'issuer/par/request-uri',
    'Pushed request that has a request_uri itself',
    '推送請求本身帶有 request_uri',
    parameter('request_uri', (_, context) => `urn:ietf:params:oauth:request_uri:${unknownId(context)}`),
  ),
  row(
    'authorization-request/client-id-missing',
    'authorization-request',
    'issuer/authorization/client',
    'Authorization request without client_id',
    '授權請求沒有 client_id',
    parameter('client_id', undefined),
  ),
  row(
    'authorization-request/client-other',
    'authorization-request',
    'issuer/authorization/client',
    'Authorization request of another client than the pushed one',
    '授權請求與推送請求的用戶端不同',
    parameter('client_id', 'another-client'),
  ),
  row(
    'authorization-request/request-uri-unknown',
    'authorization-request',
    'issuer/authorization/request-uri',
    'request_uri that nobody pushed',
    '從未推送過的 request_uri',
    parameter('request_uri', (_, context) => `urn:ietf:params:oauth:request_uri:${unknownId(context)}`),
  ),
  row(
    'authorization-request/request-uri-of-other-client',
    'authorization-request',
    'issuer/authorization/client',
    'request_uri of an earlier flow, under another client_id',
    '以另一個 client_id 使用先前流程的 request_uri',
    (draft: FormDraft, context): FormDraft => ({
      parameters: [
        ...draft.parameters.filter(([name]) => name !== 'request_uri' && name !== 'client_id'),
        ['client_id', 'another-client'],
        ['request_uri', extraText(context, 'requestUri', 'earlier')],
      ],
    }),
  ),
];
