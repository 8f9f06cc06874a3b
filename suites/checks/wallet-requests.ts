import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { headerValues } from '../../core/http.ts';
import { isObject, member, obj } from '../../protocol/json.ts';
import { param } from '../../protocol/oauth.ts';
import { readLink } from '../../protocol/links.ts';
import { WALLET, rule, text } from './kit.ts';
import { faulty, isBefore, typeOf } from './refs.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

function methodOf(message: MessageView): string | undefined {
  const { http } = message.entry;
  return http !== undefined && 'method' in http ? http.method : undefined;
}

/** Media ranges of an Accept header, lower case, without parameters. */
function accepted(message: MessageView): readonly string[] {
  return headerValues(message.entry.http?.headers ?? [], 'accept')
    .flatMap((value) => value.split(','))
    .map((range) => (range.split(';')[0] ?? '').trim().toLowerCase())
    .filter((range) => range !== '');
}

function accepts(message: MessageView, type: string): boolean {
  const ranges = accepted(message);
  return ranges.includes(type) || ranges.includes('*/*') || ranges.includes(`${type.split('/')[0]}/*`);
}

/** Client Identifier Prefixes under which a request can be signed, and the one under which it cannot (OpenID4VP 5.9.3). */
const SIGNED_PREFIX = /^(?:x509_san_dns|x509_hash|decentralized_identifier|verifier_attestation|openid_federation):/;
const UNSIGNED_PREFIX = /^redirect_uri:/;

export const WALLET_REQUEST_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'nonce-request/post',
    kinds: ['nonce-request'],
    requirements: ['OID4VCI-7.1-1'],
    title: text('A nonce is asked for by POST', 'nonce 以 POST 請求'),
    *judge(message) {
      const method = methodOf(message);
      if (method === undefined) return;
      yield rule(method === 'POST', message, text('Not a POST', '不是 POST'), { seen: method });
    },
  }),
  walletCheck({
    id: 'issuer-metadata-request/get',
    kinds: ['issuer-metadata-request'],
    requirements: ['OID4VCI-12.2.2-3'],
    title: text('Metadata is fetched by GET', '中繼資料以 GET 取得'),
    *judge(message) {
      const method = methodOf(message);
      if (method === undefined) return;
      yield rule(method === 'GET', message, text('Not a GET', '不是 GET'), { seen: method });
    },
  }),
  walletCheck({
    id: 'issuer-metadata-request/accept',
    kinds: ['issuer-metadata-request'],
    requirements: ['OID4VCI-12.2.2-5'],
    title: text('Accept says which forms of metadata the wallet reads', 'Accept 說明可讀取的中繼資料形式'),
    *judge(message) {
      yield rule(
        accepts(message, 'application/json') || accepts(message, 'application/jwt'),
        message,
        text(
          'No Accept header that names application/json or application/jwt',
          'Accept 未列出 application/json 或 application/jwt',
        ),
        { seen: accepted(message) },
      );
    },
  }),
  walletCheck({
    id: 'issuer-metadata-request/accept-language',
    kinds: ['issuer-metadata-request'],
    requirements: ['OID4VCI-12.2.2-12', 'OID4VCI-12.2.2-14'],
    title: text('Accept-Language says which languages to display', 'Accept-Language 說明顯示語言'),
    *judge(message) {
      const values = headerValues(message.entry.http?.headers ?? [], 'accept-language').flatMap((value) =>
        value.split(','),
      );
      yield rule(values.length > 0, message, text('No Accept-Language header', '沒有 Accept-Language 標頭'), {
        requirements: ['OID4VCI-12.2.2-12'],
      });
      if (values.length === 0) return;
      const wrong = values.filter(
        (value) => !/^\s*(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*q=[01](?:\.\d{0,3})?)?\s*$/i.test(value),
      );
      yield rule(wrong.length === 0, message, text('Accept-Language is malformed', 'Accept-Language 格式錯誤'), {
        requirements: ['OID4VCI-12.2.2-14'],
        seen: wrong,
      });
    },
  }),
  walletCheck({
    id: 'credential-offer-request/get',
    kinds: ['credential-offer-request'],
    requirements: ['OID4VCI-4.1.3-1', 'OID4VCI-4.1.3-5'],
    title: text('An offer is fetched by GET as application/json', '邀約以 GET 取得 application/json'),
    *judge(message) {
      const method = methodOf(message);
      if (method === undefined) return;
      yield rule(method === 'GET', message, text('Not a GET', '不是 GET'), {
        requirements: ['OID4VCI-4.1.3-1'],
        seen: method,
      });
      if (accepted(message).length === 0) return;
      yield rule(
        accepts(message, 'application/json'),
        message,
        text('Accept excludes application/json', 'Accept 排除了 application/json'),
        {
          requirements: ['OID4VCI-4.1.3-5'],
          seen: accepted(message),
        },
      );
    },
  }),
  walletCheck({
    id: 'request-uri-request/method',
    kinds: ['request-uri-request'],
    requirements: ['OID4VP-5.1-16', 'OID4VP-5.1-17', 'OID4VP-5.1-18', 'OID4VP-5.1-19', 'OID4VP-5.10-1'],
    title: text('A request object is fetched by the method of the link', '依連結指定的方法取得 Request Object'),
    *judge(message, flow) {
      const method = methodOf(message);
      const link = flow.all('presentation-request-link').findLast((other) => isBefore(other, message));
      if (faulty(flow) || method === undefined || link === undefined) return;
      const wanted = param(readLink(link.text), 'request_uri_method');
      const where = { seen: method, with: [link] };
      if (wanted === 'post') {
        // Who does not support POST falls back to GET.
        const fallback = method === 'GET';
        yield rule(method === 'POST' || fallback, message, text('Neither POST nor GET', '不是 POST 也不是 GET'), {
          ...where,
          requirements: fallback ? ['OID4VP-5.1-19'] : ['OID4VP-5.1-17', 'OID4VP-5.10-1'],
        });
      } else if (wanted === undefined || wanted === 'get') {
        yield rule(method === 'GET', message, text('Not a GET', '不是 GET'), {
          ...where,
          requirements: [wanted === 'get' ? 'OID4VP-5.1-16' : 'OID4VP-5.1-18'],
        });
      }
    },
  }),
  walletCheck({
    id: 'request-uri-request/post-form',
    kinds: ['request-uri-request'],
    requirements: ['OID4VP-5.10-3', 'OID4VP-5.10-4', 'OID4VP-5.10-5'],
    title: text(
      'The POST to request_uri is a form that asks for a request object',
      '對 request_uri 的 POST 為表單並要求 Request Object',
    ),
    *judge(message) {
      if (methodOf(message) !== 'POST') return;
      const type = typeOf(message);
      // Without parameters there is nothing to encode.
      if (message.entry.body.size > 0 || type !== undefined) {
        yield rule(type === 'application/x-www-form-urlencoded', message, text('Not a form', '不是表單'), {
          requirements: ['OID4VP-5.10-3'],
          seen: type ?? 'no Content-Type',
        });
      }
      yield rule(
        accepted(message).includes('application/oauth-authz-req+jwt'),
        message,
        text('Accept does not name application/oauth-authz-req+jwt', 'Accept 未列出 application/oauth-authz-req+jwt'),
        { requirements: ['OID4VP-5.10-4'], seen: accepted(message) },
      );
      yield rule(isUtf8Form(message), message, text('The form is not UTF-8', '表單不是 UTF-8'), {
        requirements: ['OID4VP-5.10-5'],
      });
    },
  }),
  walletCheck({
    id: 'request-uri-request/wallet-metadata',
    kinds: ['request-uri-request'],
    requirements: ['OID4VP-5.10-11', 'OID4VP-5.10-12'],
    title: text(
      'wallet_metadata names signing algorithms exactly where requests are signed',
      '僅在請求會簽章時列出簽章演算法',
    ),
    *judge(message, flow) {
      const metadata = obj(message.value, 'wallet_metadata');
      const link = flow.all('presentation-request-link').findLast((other) => isBefore(other, message));
      const client = link === undefined ? undefined : param(readLink(link.text), 'client_id');
      if (faulty(flow) || !isObject(metadata) || client === undefined) return;
      const named = member(metadata, 'request_object_signing_alg_values_supported') !== undefined;
      if (SIGNED_PREFIX.test(client)) {
        yield rule(
          named,
          message,
          text(
            'request_object_signing_alg_values_supported is missing',
            '缺少 request_object_signing_alg_values_supported',
          ),
          {
            requirements: ['OID4VP-5.10-11'],
          },
        );
      } else if (UNSIGNED_PREFIX.test(client)) {
        yield rule(
          !named,
          message,
          text(
            'request_object_signing_alg_values_supported, though nothing can be signed',
            '無法簽章卻列出 request_object_signing_alg_values_supported',
          ),
          {
            requirements: ['OID4VP-5.10-12'],
          },
        );
      }
    },
  }),
  walletCheck({
    id: 'wallet/no-fingerprint',
    kinds: ['request-uri-request', 'presentation-response'],
    requirements: ['OID4VP-15.8-1'],
    title: text('Requests to a verifier do not name the software', '對驗證者的請求不透露軟體資訊'),
    *judge(message) {
      if (message.entry.channel !== 'http') return;
      const agent = message.header('user-agent') ?? '';
      yield rule(
        !/[A-Za-z]/.test(agent),
        message,
        text('User-Agent names the software of the wallet', 'User-Agent 透露錢包的軟體'),
        {
          seen: agent,
        },
      );
    },
  }),
];

/** True if the bytes of a form, percent-decoded, are UTF-8. */
export function isUtf8Form(message: MessageView): boolean {
  if (message.entry.body.encoding !== 'utf8') return false;
  if (message.entry.body.truncated === true) return true;
  try {
    decodeURIComponent(message.text.replaceAll('+', ' '));
    return true;
  } catch {
    return false;
  }
}
