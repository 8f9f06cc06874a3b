import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { member, num, obj, str, strings } from '../../protocol/json.ts';
import { ISSUER, rule, text, unjudged } from './kit.ts';
import { PRE_AUTHORIZED, faulty, isBefore, issuerMetadata, typeOf } from './refs.ts';

function offerCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER };
}

/** The rules about authorization_server of the two grants (4.1.1). */
const GRANTS = [
  { grant: 'authorization_code', absent: 'OID4VCI-4.1.1-14', listed: 'OID4VCI-4.1.1-15' },
  { grant: PRE_AUTHORIZED, absent: 'OID4VCI-4.1.1-31', listed: 'OID4VCI-4.1.1-32' },
] as const;

export const CREDENTIAL_OFFER_CHECKS: readonly Check[] = [
  offerCheck({
    id: 'credential-offer/not-signed',
    kinds: ['credential-offer'],
    requirements: ['OID4VCI-4.1.3-6', 'OID4VCI-4.1.3-7'],
    title: text('An offer is never a JWT', '邀約絕不是 JWT'),
    *judge(message) {
      const jwt = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/.test(message.text.trim());
      yield rule(!jwt && typeOf(message) !== 'application/jwt', message, text('The offer is a JWT', '邀約是 JWT'), {
        seen: message.text.slice(0, 60),
      });
    },
  }),
  offerCheck({
    id: 'credential-offer/configurations-known',
    kinds: ['credential-offer'],
    requirements: ['OID4VCI-4.1.1-6'],
    title: text('What is offered stands in the metadata', '邀約的憑證設定存在於中繼資料'),
    *judge(message, flow) {
      const ids = strings(message.value, 'credential_configuration_ids');
      const metadata = issuerMetadata(flow);
      if (ids === undefined) return;
      const known = obj(metadata?.value, 'credential_configurations_supported');
      if (metadata === undefined || known === undefined) return;
      if (str(metadata.value, 'credential_issuer') !== str(message.value, 'credential_issuer')) return;
      const unknown = ids.filter((id) => !Object.hasOwn(known, id));
      yield rule(
        unknown.length === 0,
        message,
        text(
          `Not in the metadata: ${unknown.slice(0, 5).join(', ')}`,
          `中繼資料中沒有：${unknown.slice(0, 5).join('、')}`,
        ),
        { expected: Object.keys(known), seen: unknown, with: [metadata.message] },
      );
    },
  }),
  offerCheck({
    id: 'credential-offer/authorization-server',
    kinds: ['credential-offer'],
    requirements: GRANTS.flatMap(({ absent, listed }) => [absent, listed]),
    title: text(
      'authorization_server of a grant is one of several in the metadata',
      '授權類型中的 authorization_server 為中繼資料所列多個伺服器之一',
    ),
    *judge(message, flow) {
      const grants = obj(message.value, 'grants');
      for (const { grant, absent, listed } of GRANTS) {
        const server = member(obj(grants, grant), 'authorization_server');
        if (server === undefined) continue;
        const metadata = issuerMetadata(flow);
        if (metadata === undefined) {
          yield unjudged(message, text('The metadata is not in the trace', '紀錄中沒有中繼資料'), {
            requirements: [absent, listed],
          });
          continue;
        }
        const servers = strings(metadata.value, 'authorization_servers') ?? [];
        const where = { with: [metadata.message], seen: server };
        yield rule(
          servers.length > 1,
          message,
          text('The metadata does not list several authorization servers', '中繼資料未列出多個授權伺服器'),
          { requirements: [absent], ...where },
        );
        yield rule(
          typeof server === 'string' && servers.includes(server),
          message,
          text('authorization_server is not in the metadata', 'authorization_server 不在中繼資料內'),
          { requirements: [listed], expected: servers, ...where },
        );
      }
    },
  }),
  offerCheck({
    id: 'credential-offer/tx-code',
    kinds: ['credential-offer'],
    requirements: ['OID4VCI-4.1.1-25', 'OID4VCI-4.1.1-27'],
    title: text('tx_code describes the transaction code that is expected', 'tx_code 描述所需的交易碼'),
    *judge(message, flow) {
      const described = obj(obj(obj(message.value, 'grants'), PRE_AUTHORIZED), 'tx_code');
      // The issuer told the code out of band; the wallet repeats it.
      const request = flow.all('token-request').find((other) => isBefore(message, other));
      const code = str(request?.value, 'tx_code');
      if (faulty(flow) || described === undefined || code === undefined) return;
      const length = num(described, 'length');
      if (length !== undefined) {
        yield rule(
          length === code.length,
          message,
          text('length is not the one of the transaction code', 'length 與交易碼長度不符'),
          {
            requirements: ['OID4VCI-4.1.1-27'],
            expected: code.length,
            seen: length,
            with: [request],
          },
        );
      }
      const numeric = (str(described, 'input_mode') ?? 'numeric') === 'numeric';
      yield rule(
        !numeric || /^\d+$/.test(code),
        message,
        text(
          'The transaction code is not numeric, and input_mode does not say so',
          '交易碼不是數字，input_mode 卻未說明',
        ),
        {
          requirements: ['OID4VCI-4.1.1-25'],
          with: [request],
        },
      );
    },
  }),
];
