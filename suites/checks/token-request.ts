import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { isObject, member, obj, str } from '../../protocol/json.ts';
import { isCodeVerifier, pkceChallenge } from '../../protocol/oauth.ts';
import { WALLET, rule, text, unjudged } from './kit.ts';
import { PRE_AUTHORIZED, faulty, isBefore, offerOf, typeOf } from './refs.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET, kinds: ['token-request'] };
}

export const TOKEN_REQUEST_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'token-request/form',
    requirements: ['OID4VCI-6.1-1'],
    title: text('A token request is a form sent by POST', '權杖請求為以 POST 送出的表單'),
    *judge(message) {
      const { http } = message.entry;
      if (http === undefined || !('method' in http)) return;
      const [repeated] = message.errors;
      yield rule(
        http.method === 'POST' && typeOf(message) === 'application/x-www-form-urlencoded' && repeated === undefined,
        message,
        text('Not a proper form sent by POST', '不是以 POST 送出的正確表單'),
        { seen: `${http.method} ${typeOf(message) ?? 'no Content-Type'} ${repeated ?? ''}` },
      );
    },
  }),
  walletCheck({
    id: 'token-request/pre-authorized-code',
    requirements: ['OID4VCI-4.1.1-19'],
    title: text('The offered pre-authorized code is sent', '送出邀約中的 pre-authorized_code'),
    *judge(message, flow) {
      if (str(message.value, 'grant_type') !== PRE_AUTHORIZED) return;
      const code = str(message.value, 'pre-authorized_code');
      const offer = offerOf(flow);
      const offered = str(obj(obj(offer?.value, 'grants'), PRE_AUTHORIZED), 'pre-authorized_code');
      if (faulty(flow) || code === undefined || offered === undefined) return;
      yield rule(code === offered, message, text('Another code than the offered one', '與邀約的授權碼不同'), {
        requirements: ['OID4VCI-4.1.1-19'],
        expected: offered,
        seen: code,
        with: [offer?.message],
      });
    },
  }),
  walletCheck({
    id: 'token-request/tx-code',
    requirements: ['OID4VCI-6.1-3'],
    title: text('tx_code is sent where the offer asks for it', '邀約要求時送出 tx_code'),
    *judge(message, flow) {
      if (!isObject(message.value)) return;
      const sent = member(message.value, 'tx_code');
      const offer = offerOf(flow);
      const grant = str(message.value, 'grant_type');
      const wanted = obj(obj(obj(offer?.value, 'grants'), PRE_AUTHORIZED), 'tx_code') !== undefined;
      if (grant === PRE_AUTHORIZED && wanted && !faulty(flow)) {
        yield rule(
          sent !== undefined && sent !== '',
          message,
          text('The offer asks for a transaction code, and none was sent', '邀約要求交易碼，卻未送出'),
          {
            requirements: ['OID4VCI-6.1-3'],
            with: [offer?.message],
          },
        );
      }
    },
  }),
  walletCheck({
    id: 'token-request/code',
    requirements: ['OID4VCI-6.1-6'],
    title: text('The code is redeemed with the redirect_uri of its request', '以授權請求的 redirect_uri 兌換授權碼'),
    *judge(message, flow) {
      if (faulty(flow) || str(message.value, 'grant_type') !== 'authorization_code') return;
      const response = flow.all('authorization-response').findLast((other) => isBefore(other, message));
      const code = str(message.value, 'code');
      const given = str(response?.value, 'code');
      if (response === undefined || given === undefined) {
        if (code === undefined) yield rule(false, message, text('code is missing', '缺少 code'));
        else yield unjudged(message, text('The authorization response is not in the trace', '紀錄中沒有授權回應'));
        return;
      }
      yield rule(code === given, message, text('code is missing or another one', 'code 缺少或不同'), {
        expected: given,
        seen: code ?? 'nothing',
        with: [response],
      });
      const request = [...flow.all('par-request'), ...flow.all('authorization-request')].findLast(
        (other) => isBefore(other, message) && str(other.value, 'redirect_uri') !== undefined,
      );
      if (request === undefined) return;
      const wanted = str(request.value, 'redirect_uri');
      yield rule(
        str(message.value, 'redirect_uri') === wanted,
        message,
        text('redirect_uri is missing or another one', 'redirect_uri 缺少或不同'),
        {
          expected: wanted,
          seen: member(message.value, 'redirect_uri') ?? 'nothing',
          with: [request],
        },
      );
    },
  }),
  walletCheck({
    id: 'token-request/pkce',
    requirements: ['OID4VCI-5-2', 'HAIP-4-6'],
    title: text('code_verifier fits the challenge', 'code_verifier 與 code_challenge 相符'),
    *judge(message, flow) {
      if (faulty(flow) || str(message.value, 'grant_type') !== 'authorization_code') return;
      const request = [...flow.all('par-request'), ...flow.all('authorization-request')].findLast(
        (other) => isBefore(other, message) && str(other.value, 'code_challenge') !== undefined,
      );
      const challenge = str(request?.value, 'code_challenge');
      if (request === undefined || challenge === undefined) return;
      const verifier = str(message.value, 'code_verifier');
      const plain = str(request.value, 'code_challenge_method') !== 'S256';
      const right =
        verifier !== undefined &&
        isCodeVerifier(verifier) &&
        (plain ? verifier : pkceChallenge(verifier)) === challenge;
      yield rule(right, message, text('code_verifier is missing or does not fit', 'code_verifier 缺少或不符'), {
        seen: verifier ?? 'nothing',
        with: [request],
      });
    },
  }),
];
