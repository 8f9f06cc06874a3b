import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { isObject, member, num, str, strings } from '../../protocol/json.ts';
import { ISSUER, rule, text } from './kit.ts';
import { credentialDetails, faulty, isBefore, serverMetadata } from './refs.ts';

function tokenCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER, kinds: ['token-response'] };
}

/** Credential configurations that authorization details name. */
function configurationsOf(value: unknown): readonly string[] {
  return credentialDetails(value).flatMap((detail) => str(detail, 'credential_configuration_id') ?? []);
}

/** Beyond this, seconds, a token is long-lived by any reading; 13.10 says "in general" of more than five minutes. */
const LONG = 3600;
const SHORT = 300;

export const TOKEN_CHECKS: readonly Check[] = [
  tokenCheck({
    id: 'token-response/authorization-details',
    requirements: ['OID4VCI-6.2-2'],
    title: text('Authorization details that were asked for come back', '所請求的 authorization_details 會傳回'),
    *judge(message, flow) {
      const request = message.counterpart;
      if (faulty(flow) || request === undefined || str(request.value, 'grant_type') === 'refresh_token') return;
      const asked = ['par-request', 'authorization-request', 'token-request']
        .flatMap((kind) => flow.all(kind))
        .find((earlier) => isBefore(earlier, message) && credentialDetails(earlier.value).length > 0);
      if (asked === undefined || !isObject(message.value)) return;
      yield rule(
        credentialDetails(message.value).length > 0,
        message,
        text('authorization_details were asked for and are missing', '請求中有 authorization_details，回應中卻沒有'),
        { with: [asked] },
      );
    },
  }),
  tokenCheck({
    id: 'token-response/narrowed',
    requirements: ['OID4VCI-6.1.1-3'],
    title: text('A token that was asked for less covers no more', '只請求部分授權的權杖，涵蓋範圍不會更大'),
    *judge(message, flow) {
      const request = message.counterpart;
      if (faulty(flow) || request === undefined || !isObject(message.value)) return;
      const asked = configurationsOf(request.value);
      const granted = ['par-request', 'authorization-request']
        .flatMap((kind) => flow.all(kind))
        .flatMap((earlier) => configurationsOf(earlier.value));
      if (asked.length === 0 || granted.every((id) => asked.includes(id))) return;
      const beyond = configurationsOf(message.value).filter((id) => !asked.includes(id));
      yield rule(
        beyond.length === 0,
        message,
        text('The token covers credentials that this token request left out', '權杖涵蓋了此次權杖請求未列入的憑證'),
        { expected: asked, seen: beyond, with: [request] },
      );
    },
  }),
  tokenCheck({
    id: 'token-response/identifiers-distinct',
    requirements: ['OID4VCI-6.2-8'],
    title: text('A credential identifier stands for one dataset only', '憑證識別碼只代表一個資料集'),
    *judge(message) {
      const all = credentialDetails(message.value).flatMap((detail) => strings(detail, 'credential_identifiers') ?? []);
      if (all.length === 0) return;
      const again = all.filter((id, index) => all.indexOf(id) !== index);
      yield rule(again.length === 0, message, text('A credential identifier is used twice', '憑證識別碼重複使用'), {
        seen: again,
      });
    },
  }),
  tokenCheck({
    id: 'token-response/bound',
    requirements: ['OID4VCI-13.2-4'],
    title: text('A token that was asked for with a DPoP proof is bound to its key', '以 DPoP 證明請求的權杖綁定其金鑰'),
    *judge(message, flow) {
      const request = message.counterpart;
      const type = str(message.value, 'token_type')?.toLowerCase();
      const announced = strings(serverMetadata(flow)?.value, 'dpop_signing_alg_values_supported');
      if (faulty(flow) || type === undefined || announced === undefined || request?.header('dpop') === undefined)
        return;
      // A server may elect not to bind (RFC 9449 5); that it announces DPoP and does not use it is what warns.
      yield rule(
        type === 'dpop',
        message,
        text('A DPoP proof was sent, but the token is not bound', '已送出 DPoP 證明，權杖卻未綁定'),
        { expected: 'DPoP', seen: type, with: [request] },
      );
    },
  }),
  tokenCheck({
    id: 'token-response/lifetime',
    requirements: ['OID4VCI-13.10-1'],
    title: text('Long-lived access tokens are sender-constrained', '長效存取權杖須綁定傳送者'),
    *judge(message) {
      const lifetime = num(message.value, 'expires_in');
      const type = str(message.value, 'token_type')?.toLowerCase();
      if (lifetime === undefined || type === undefined) return;
      const constrained = type !== 'bearer' || isObject(member(message.value, 'cnf'));
      if (!constrained && lifetime > SHORT && lifetime <= LONG) return;
      yield rule(
        constrained || lifetime <= SHORT,
        message,
        text('A bearer token that lives long', '長效的 bearer 權杖'),
        { expected: `<= ${SHORT} s`, seen: `${lifetime} s` },
      );
    },
  }),
];

/** Codes that RFC 6749 5.2 and the specifications that extend the token endpoint define. */
export const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_authorization_details',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'use_attestation_challenge',
  'use_fresh_attestation',
  'invalid_client_attestation',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
]);
