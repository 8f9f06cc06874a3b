import type { Fault } from '../../../core/flow.ts';
import type { RequestDraft } from '../../drafts.ts';
import { httpHeader, row, unknownId } from './rows.ts';

/** Access token faults at one protected endpoint (RFC 6750 2, RFC 9449 7.1). */
function faultsAt(
  exchange: 'credential' | 'deferred-credential' | 'notification',
  en: string,
  zh: string,
): Fault<never>[] {
  return [
    row(
      `access-token/${exchange}-missing`,
      `${exchange}.http`,
      'issuer/access-token/present',
      `${en} without access token`,
      `${zh}沒有存取權杖`,
      httpHeader('authorization', undefined),
    ),
    row(
      `access-token/${exchange}-unknown`,
      `${exchange}.http`,
      'issuer/access-token/known',
      `${en} with an access token that nobody issued`,
      `${zh}使用從未發出的存取權杖`,
      httpHeader('authorization', (current, context) => `${current?.split(' ')[0] ?? 'Bearer'} ${unknownId(context)}`),
    ),
  ];
}

/** Faults of the access token. `bearer-for-dpop` needs a DPoP-bound token, `dpop-for-bearer` a bearer token. */
export const ACCESS_FAULTS: readonly Fault<never>[] = [
  ...faultsAt('credential', 'Credential request', '憑證請求'),
  ...faultsAt('deferred-credential', 'Deferred credential request', '延後發行請求'),
  ...faultsAt('notification', 'Notification', '通知'),
  row(
    'access-token/in-query',
    'credential.http',
    'issuer/access-token/in-query',
    'Access token in the URL',
    '存取權杖放在網址中',
    (draft: RequestDraft) => {
      const token = draft.headers.find(([name]) => name === 'authorization')?.[1].split(' ')[1] ?? '';
      const separator = draft.url.includes('?') ? '&' : '?';
      return {
        ...draft,
        url: `${draft.url}${separator}access_token=${encodeURIComponent(token)}`,
        headers: draft.headers.filter(([name]) => name !== 'authorization'),
      };
    },
  ),
  row(
    'access-token/twice',
    'credential.http',
    'issuer/access-token/present',
    'Two Authorization headers',
    '兩個 Authorization 標頭',
    (draft: RequestDraft, context): RequestDraft => ({
      ...draft,
      headers: [['authorization', `Bearer ${unknownId(context)}`], ...draft.headers],
    }),
  ),
  row(
    'access-token/bearer-for-dpop',
    'credential.http',
    'issuer/access-token/scheme',
    'A DPoP-bound token as a bearer token',
    '將 DPoP 綁定權杖當作持有人權杖使用',
    (draft: RequestDraft) => ({
      ...draft,
      headers: draft.headers
        .filter(([name]) => name !== 'dpop')
        .map(([name, value]): [string, string] => [
          name,
          name === 'authorization' ? value.replace(/^dpop /iu, 'Bearer ') : value,
        ]),
    }),
  ),
  row(
    'access-token/dpop-for-bearer',
    'credential.http',
    'issuer/access-token/scheme',
    'A bearer token under the scheme DPoP',
    '以 DPoP 方案使用持有人權杖',
    httpHeader('authorization', (current) => current?.replace(/^bearer /iu, 'DPoP ')),
  ),
];
