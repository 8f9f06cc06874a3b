import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { str } from '../../protocol/json.ts';
import { challengeParam, readWwwAuthenticate } from '../../protocol/oauth.ts';
import type { FlowOutcome } from './outcome.ts';

/** Overload, and what stands in front of a server when the server is gone: no answer of the issuer itself. */
const OUTAGES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Codes by which a server says that it does not know our client, or not so (RFC 6749 5.2, RFC 6749 4.1.2.1, OpenID4VCI E). */
const CLIENT_CODES: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_redirect_uri',
  'invalid_client_attestation',
  'use_attestation_challenge',
  'use_fresh_attestation',
]);

const DPOP_CODES: ReadonlySet<string> = new Set(['invalid_dpop_proof', 'use_dpop_nonce']);

/** The user is needed, and nobody was there (OpenID Connect Core 3.1.2.6; RFC 6749 4.1.2.1). */
const USER_CODES: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
  'access_denied',
]);

const CLIENT = text(
  'the server does not take our client. Register it there and say so in the configuration: target.clientId, target.redirectUri, target.clientKey',
  '伺服器不接受我方用戶端；請先在該處註冊，並在設定檔填寫 target.clientId、target.redirectUri、target.clientKey',
);

function codeOf(message: MessageView): string | undefined {
  const own = str(message.value, 'error');
  const challenge = message.header('www-authenticate');
  if (own !== undefined || challenge === undefined) return own;
  return readWwwAuthenticate(challenge)
    .challenges.map((one) => challengeParam(one, 'error'))
    .find((code) => code !== undefined);
}

/**
 * Why a legal flow that an issuer did not bring to its goal breaks no obligation that could be named: the answer on the wire says that it may not serve
 * whom it does not know, wants more than this way offers, needs its user, or is not there. Undefined if nothing of the kind was said.
 */
export function issuerExcuse(test: Test, flow: FlowView, outcome: FlowOutcome): Text | undefined {
  const { variant } = test;
  const message = flow.messages.find(({ seq }) => seq === outcome.evidence[0]);
  if (variant.kind !== 'issuance' || message?.author !== 'sut') return undefined;
  const { status } = message;
  if (status !== undefined && OUTAGES.has(status)) {
    return text(`the target was overloaded or not there (${status})`, `受測系統過載或未提供服務（${status}）`);
  }
  if (outcome.value !== 'refused') return undefined;
  if (message.counterpart?.kind === 'login-request') {
    return text('the log-in of the user could not be walked through', '無法自動完成使用者登入');
  }
  const code = codeOf(message);
  if (message.kind === 'authorization-error') {
    // Who is not known is not sent back, but told by a page (RFC 6749 4.1.2.1).
    if (message.header('location') === undefined) return CLIENT;
    if (USER_CODES.has(code ?? '')) return text('the log-in needs a user', '登入需要使用者操作');
  }
  const known =
    variant.clientAuthentication === 'private_key_jwt' || test.features?.includes('anonymous-access') === true;
  if (!known && CLIENT_CODES.has(code ?? '')) return CLIENT;
  if (variant.dpop !== true && DPOP_CODES.has(code ?? '')) {
    return text(
      'the server demands DPoP of every wallet, and this way goes without',
      '伺服器要求所有皮夾使用 DPoP，而此流程不使用',
    );
  }
  return undefined;
}
