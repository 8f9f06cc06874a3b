import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { headerValues } from '../../core/http.ts';
import { isObject, str } from '../../protocol/json.ts';
import { readOAuthError, readWwwAuthenticate } from '../../protocol/oauth.ts';
import { ISSUER, rule, text } from './kit.ts';
import { faulty } from './refs.ts';
import { TOKEN_ERRORS } from './token.ts';

function errorCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER };
}

/** Codes of RFC 6750 3.1, RFC 9449 7.1 and RFC 9470: about the access token, not about the payload. */
const TOKEN_PROBLEMS = new Set([
  'invalid_token',
  'insufficient_scope',
  'use_dpop_nonce',
  'invalid_dpop_proof',
  'insufficient_user_authentication',
]);

const CREDENTIAL_ERRORS = new Set([
  'invalid_credential_request',
  'unknown_credential_configuration',
  'unknown_credential_identifier',
  'invalid_proof',
  'invalid_nonce',
  'invalid_encryption_parameters',
  'credential_request_denied',
]);

function errorOf(message: MessageView): string | undefined {
  return str(message.value, 'error');
}

/** An error about the payload of a request whose token stood where it belongs: 400 with a body, and neither code nor challenge about the token. */
function aboutPayload(message: MessageView): boolean {
  const request = message.counterpart;
  // Without a token in its place, or with a second one elsewhere, RFC 6750 gives the codes.
  if (request === undefined || request.header('authorization') === undefined) return false;
  if (/[?&]access_token=/.test(request.url ?? '') || request.text.includes('access_token')) return false;
  if (message.status !== 400 || message.header('www-authenticate') !== undefined) return false;
  return isObject(message.value) && !TOKEN_PROBLEMS.has(errorOf(message) ?? '');
}

export const ERROR_CHECKS: readonly Check[] = [
  errorCheck({
    id: 'credential-error/specific-code',
    kinds: ['credential-error', 'deferred-credential-error'],
    requirements: ['OID4VCI-8.3.1.2-1', 'OID4VCI-8.3.1.2-24'],
    title: text(
      'Payload errors have a code of their own, not invalid_request',
      '內容錯誤使用專屬錯誤碼，而非 invalid_request',
    ),
    *judge(message) {
      const code = errorOf(message);
      if (code === undefined || !aboutPayload(message)) return;
      yield rule(
        code !== 'invalid_request',
        message,
        text('The generic invalid_request', '使用了通用的 invalid_request'),
        {
          expected: [...CREDENTIAL_ERRORS],
          seen: code,
        },
      );
    },
  }),
  errorCheck({
    id: 'credential-error/challenge',
    kinds: ['credential-error', 'deferred-credential-error', 'notification-error'],
    requirements: ['OID4VCI-8.3.1-1', 'OID4VCI-9.3-1', 'OID4VCI-11.3-2'],
    title: text('A refused access token is answered with a challenge', '拒絕存取權杖時附上 WWW-Authenticate'),
    *judge(message) {
      if (message.status !== 401) return;
      const values = headerValues(message.entry.http?.headers ?? [], 'www-authenticate');
      const schemes = values.flatMap((value) =>
        readWwwAuthenticate(value).challenges.map((challenge) => challenge.scheme.toLowerCase()),
      );
      const id =
        message.kind === 'credential-error'
          ? 'OID4VCI-8.3.1-1'
          : message.kind === 'notification-error'
            ? 'OID4VCI-11.3-2'
            : 'OID4VCI-9.3-1';
      yield rule(
        schemes.includes('bearer') || schemes.includes('dpop'),
        message,
        text(
          '401 without a Bearer or DPoP challenge in WWW-Authenticate',
          '401 的 WWW-Authenticate 沒有 Bearer 或 DPoP',
        ),
        { requirements: [id], seen: values[0] ?? 'no WWW-Authenticate' },
      );
    },
  }),
  errorCheck({
    id: 'credential-error/clear',
    kinds: ['credential-error', 'deferred-credential-error'],
    requirements: ['OID4VCI-8.3.1.2-25'],
    title: text('Errors are never encrypted', '錯誤回應不加密'),
    *judge(message) {
      if (message.text === '') return;
      const jwe = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$/.test(message.text.trim());
      yield rule(!jwe, message, text('The error is encrypted', '錯誤回應被加密'));
    },
  }),
  errorCheck({
    id: 'notification-response/status',
    kinds: ['notification-response'],
    requirements: ['OID4VCI-11.2-1', 'OID4VCI-11.2-2'],
    title: text('A notification is answered with 204', '通知以 204 回應'),
    *judge(message) {
      if (message.status === undefined) return;
      yield rule(true, message, text('', ''), { requirements: ['OID4VCI-11.2-1'] });
      yield rule(message.status === 204, message, text('The status is not 204', '狀態碼不是 204'), {
        requirements: ['OID4VCI-11.2-2'],
        seen: message.status,
      });
    },
  }),
  errorCheck({
    id: 'notification-error/status',
    kinds: ['notification-error'],
    requirements: ['OID4VCI-11.2-1'],
    title: text('A proper notification is taken in', '正確的通知會被接受'),
    *judge(message, flow) {
      if (faulty(flow) || message.status === undefined || message.status >= 500 || message.status === 429) return;
      yield rule(false, message, text('A proper notification was refused', '正確的通知遭拒絕'), {
        expected: '2xx',
        seen: message.status,
      });
    },
  }),
  errorCheck({
    id: 'token-error/form',
    kinds: ['token-error'],
    requirements: ['OID4VCI-6.3-1'],
    title: text('A token error has the form of RFC 6749', '權杖錯誤符合 RFC 6749 的形式'),
    *judge(message) {
      const { status } = message;
      if (status === undefined || status >= 500 || status === 429 || status === 404 || !isObject(message.value)) return;
      const { error, errors } = readOAuthError(message.value);
      for (const found of errors) yield rule(false, message, found.message, { seen: error ?? 'nothing' });
      if (error === undefined) return;
      const right = status === 400 || (status === 401 && !['invalid_grant', 'invalid_request'].includes(error));
      yield rule(right, message, text('Not the status that RFC 6749 5.2 gives', '狀態碼不符 RFC 6749 5.2'), {
        expected: '400',
        seen: `${status} ${error}`,
      });
      // Extensions may define more codes, so an unknown one is no violation; those that look like codes of other endpoints are.
      if (CREDENTIAL_ERRORS.has(error) && !TOKEN_ERRORS.has(error)) {
        yield rule(false, message, text('A code of the credential endpoint', '使用了憑證端點的錯誤碼'), {
          seen: error,
        });
      }
    },
  }),
];
