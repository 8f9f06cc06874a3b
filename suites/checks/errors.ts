import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { headerValues } from '../../core/http.ts';
import { isObject, member, str } from '../../protocol/json.ts';
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

const NOTIFICATION_ERRORS = new Set(['invalid_notification_id', 'invalid_notification_request']);

/** OpenID4VCI 8.3.1.2 and RFC 6749 5.2 allow the same characters. */
const CHARACTERS = /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/;

function errorOf(message: MessageView): string | undefined {
  return str(message.value, 'error');
}

/** An error about the payload of a request with a valid token: 400 with a body that is not about the token. */
function aboutPayload(message: MessageView): boolean {
  // Without a token in its place, RFC 6750 gives the codes.
  if (message.counterpart !== undefined && message.counterpart.header('authorization') === undefined) return false;
  return message.status === 400 && isObject(message.value) && !TOKEN_PROBLEMS.has(errorOf(message) ?? '');
}

export const ERROR_CHECKS: readonly Check[] = [
  errorCheck({
    id: 'credential-error/code',
    kinds: ['credential-error', 'deferred-credential-error'],
    requirements: ['OID4VCI-8.3.1.2-4', 'OID4VCI-8.3.1.2-5'],
    title: text('A credential error has a code of the list', '憑證錯誤使用清單內的錯誤碼'),
    *judge(message) {
      if (!aboutPayload(message)) return;
      const code = errorOf(message);
      yield rule(code !== undefined && code !== '', message, text('error is missing', '缺少 error'), {
        requirements: ['OID4VCI-8.3.1.2-4'],
        seen: member(message.value, 'error') ?? 'nothing',
      });
      if (code === undefined) return;
      const known =
        CREDENTIAL_ERRORS.has(code) || (message.kind.startsWith('deferred') && code === 'invalid_transaction_id');
      yield rule(known, message, text('error is no code of the list', 'error 不是清單內的錯誤碼'), {
        requirements: ['OID4VCI-8.3.1.2-5'],
        seen: code,
      });
    },
  }),
  errorCheck({
    id: 'credential-error/description',
    kinds: ['credential-error', 'deferred-credential-error'],
    requirements: ['OID4VCI-8.3.1.2-22', 'OID4VCI-8.3.1.2-23'],
    title: text('error_description has allowed characters only', 'error_description 僅含允許的字元'),
    *judge(message) {
      const description = member(message.value, 'error_description');
      if (description === undefined || !aboutPayload(message)) return;
      yield rule(
        typeof description === 'string',
        message,
        text('error_description is no string', 'error_description 不是字串'),
        {
          requirements: ['OID4VCI-8.3.1.2-22'],
        },
      );
      if (typeof description !== 'string') return;
      yield rule(
        CHARACTERS.test(description),
        message,
        text('error_description has other characters', 'error_description 含有不允許的字元'),
        {
          expected: '%x20-21 / %x23-5B / %x5D-7E',
          seen: description,
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
    id: 'notification-error/code',
    kinds: ['notification-error'],
    requirements: ['OID4VCI-11.3-5', 'OID4VCI-11.3-6'],
    title: text('A notification error has a code of the list', '通知錯誤使用清單內的錯誤碼'),
    *judge(message) {
      if (!aboutPayload(message)) return;
      const code = errorOf(message);
      yield rule(code !== undefined && code !== '', message, text('error is missing', '缺少 error'), {
        requirements: ['OID4VCI-11.3-5'],
      });
      if (code === undefined) return;
      yield rule(
        NOTIFICATION_ERRORS.has(code),
        message,
        text('error is no code of the list', 'error 不是清單內的錯誤碼'),
        {
          requirements: ['OID4VCI-11.3-6'],
          seen: code,
        },
      );
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
