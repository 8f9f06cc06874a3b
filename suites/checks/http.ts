import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { headerValues } from '../../core/http.ts';
import type { Role } from '../../core/kinds.ts';
import { isObject } from '../../protocol/json.ts';
import { ISSUER, VERIFIER, rule, text } from './kit.ts';
import { typeOf, wireOf } from './refs.ts';

/** What a specification says about the HTTP side of one kind. Where it says nothing, there is no row. */
interface HttpRow {
  readonly kind: string;
  readonly roles: readonly Role[];
  readonly requirements: readonly string[];
  readonly types: readonly string[];
  /** Judged only with these statuses. */
  readonly status?: readonly number[];
}

const JSON_TYPE = ['application/json'];

const ROWS: readonly HttpRow[] = [
  {
    kind: 'credential-offer',
    roles: ISSUER,
    requirements: ['OID4VCI-4.1.3-4', 'OID4VCI-4.1.3-5', 'OID4VCI-4.1-6'],
    types: JSON_TYPE,
  },
  {
    kind: 'issuer-metadata',
    roles: ISSUER,
    requirements: ['OID4VCI-12.2.2-7', 'OID4VCI-12.2.2-10'],
    types: ['application/json', 'application/jwt'],
  },
  { kind: 'token-response', roles: ISSUER, requirements: ['OID4VCI-6.2-1'], types: JSON_TYPE },
  { kind: 'token-error', roles: ISSUER, requirements: ['OID4VCI-6.3-1'], types: JSON_TYPE, status: [400, 401] },
  { kind: 'nonce-response', roles: ISSUER, requirements: ['OID4VCI-7.2-2'], types: JSON_TYPE },
  { kind: 'credential-response', roles: ISSUER, requirements: ['OID4VCI-8.3-7'], types: JSON_TYPE },
  { kind: 'credential-error', roles: ISSUER, requirements: ['OID4VCI-8.3.1.2-3'], types: JSON_TYPE, status: [400] },
  { kind: 'deferred-credential-response', roles: ISSUER, requirements: ['OID4VCI-9.2-12'], types: JSON_TYPE },
  {
    kind: 'deferred-credential-error',
    roles: ISSUER,
    requirements: ['OID4VCI-9.3-1'],
    types: JSON_TYPE,
    status: [400],
  },
  { kind: 'notification-error', roles: ISSUER, requirements: ['OID4VCI-11.3-4'], types: JSON_TYPE, status: [400] },
  { kind: 'presentation-reply', roles: VERIFIER, requirements: ['OID4VP-8.2-11', 'OID4VP-8.2-12'], types: JSON_TYPE },
];

/** True for a media type that says JSON; then the body has to be JSON. */
function saysJson(type: string | undefined): boolean {
  return type === 'application/json';
}

function mediaTypeCheck(row: HttpRow): MessageCheck {
  return {
    id: `${row.kind}/media-type`,
    scope: 'message',
    roles: row.roles,
    kinds: [row.kind],
    requirements: row.requirements,
    title: text(
      `${row.kind} has the media type ${row.types.join(' or ')}, and is that`,
      `${row.kind} 的媒體類型為 ${row.types.join(' 或 ')}，且內容相符`,
    ),
    *judge(message) {
      // Artifacts (an offer in a link, plaintext of a JWE) have no headers of their own.
      if (message.entry.http === undefined) return;
      if (row.status !== undefined && !row.status.includes(message.status ?? 0)) return;
      if (message.entry.body.truncated === true) return;
      const type = typeOf(message);
      if (type === undefined || !row.types.includes(type)) {
        // An RFC 6750 challenge needs no body, and so no type (RFC 6750 3).
        if (message.text === '' && message.header('www-authenticate') !== undefined) return;
        yield rule(false, message, text('Wrong or missing Content-Type', 'Content-Type 錯誤或缺少'), {
          expected: row.types.join(', '),
          seen: type ?? 'none',
        });
        return;
      }
      const json = !saysJson(type) || isObject(message.value);
      yield rule(json, message, text('The body is no JSON object', '內容不是 JSON 物件'), {
        seen: message.errors[0] ?? message.text.slice(0, 60),
      });
    },
  };
}

/** True if a Cache-Control directive forbids to store the answer. */
export function isNoStore(message: MessageView): boolean {
  const values = headerValues(message.entry.http?.headers ?? [], 'cache-control');
  return values.some((value) => value.split(',').some((directive) => directive.trim().toLowerCase() === 'no-store'));
}

function noStoreCheck(kind: string, requirement: string): MessageCheck {
  return {
    id: `${kind}/no-store`,
    scope: 'message',
    roles: ISSUER,
    kinds: [kind],
    requirements: [requirement],
    title: text(`${kind} forbids caching`, `${kind} 禁止快取`),
    mend: text('Add the header Cache-Control: no-store', '加上標頭 Cache-Control: no-store'),
    *judge(message) {
      if (message.entry.http === undefined) return;
      yield rule(isNoStore(message), message, text('Cache-Control lacks no-store', 'Cache-Control 缺少 no-store'), {
        expected: 'no-store',
        seen: message.header('cache-control') ?? 'no Cache-Control',
      });
    },
  };
}

/** What a tester's own machine is called: http is let pass there, nothing leaves it. */
const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const TLS: Readonly<Record<string, string>> = {
  'issuer-metadata': 'OID4VCI-12.2.2-2',
  'credential-response': 'OID4VCI-8-3',
  'encrypted-credential-response': 'OID4VCI-8-3',
  'deferred-credential-response': 'OID4VCI-9-4',
  'encrypted-deferred-credential-response': 'OID4VCI-9-4',
  'notification-response': 'OID4VCI-11-7',
};

const tlsCheck: MessageCheck = {
  id: 'http/tls',
  scope: 'message',
  roles: ISSUER,
  kinds: Object.keys(TLS),
  requirements: [...new Set(Object.values(TLS))],
  title: text('The endpoints of an issuer are reached over TLS', '簽發者的端點以 TLS 連線'),
  *judge(message) {
    const url = wireOf(message).counterpart?.url;
    const id = TLS[message.kind];
    if (url === undefined || id === undefined || !URL.canParse(url) || message.parent !== undefined) return;
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && LOOPBACK.test(hostname)) return;
    yield rule(protocol === 'https:', message, text('The endpoint is used without TLS', '端點未使用 TLS'), {
      requirements: [id],
      seen: url,
    });
  },
};

export const HTTP_CHECKS: readonly Check[] = [
  ...ROWS.map(mediaTypeCheck),
  noStoreCheck('token-response', 'OID4VCI-6.2-1'),
  noStoreCheck('nonce-response', 'OID4VCI-7.2-5'),
  tlsCheck,
];
