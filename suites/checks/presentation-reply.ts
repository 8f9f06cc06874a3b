import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { isObject, member, str } from '../../protocol/json.ts';
import { VERIFIER, rule, text } from './kit.ts';
import { faulty } from './refs.ts';

function verifierCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: VERIFIER, kinds: ['presentation-reply'] };
}

/** Whether the wallet reported an error, as far as the trace can tell; an encrypted one where its plaintext is in it. */
function reportedError(reply: MessageView): boolean {
  const says = (message: MessageView | undefined, depth: number): boolean =>
    message !== undefined &&
    ((isObject(message.value) && member(message.value, 'error') !== undefined) ||
      (depth > 0 && message.children().some((child) => says(child, depth - 1))));
  return says(reply.counterpart, 2);
}

/** The reply hands out what was presented: only then does its redirect_uri need a secret that leads to it (OpenID4VP 8.2). */
export function handsOut(reply: MessageView, flow: FlowView): boolean {
  return !faulty(flow) && !reportedError(reply);
}

export const PRESENTATION_REPLY_CHECKS: readonly Check[] = [
  verifierCheck({
    id: 'presentation-reply/status',
    requirements: ['OID4VP-8.2-10', 'OID4VP-8.2-13'],
    title: text('A response is acknowledged with status 200', '以狀態碼 200 確認收到回應'),
    *judge(message) {
      if (message.status === undefined) return;
      yield rule(message.status === 200, message, text('The status is not 200', '狀態碼不是 200'), {
        requirements: [reportedError(message) ? 'OID4VP-8.2-13' : 'OID4VP-8.2-10'],
        seen: message.status,
      });
    },
  }),
  verifierCheck({
    id: 'presentation-reply/redirect-uri',
    requirements: ['OID4VP-8.2-21', 'OID4VP-8.2-22', 'OID4VP-14.3-1'],
    title: text('redirect_uri of the reply holds a secret', '回覆的 redirect_uri 含有機密值'),
    *judge(message, flow) {
      const uri = str(message.value, 'redirect_uri');
      if (uri === undefined || !handsOut(message, flow)) return;
      // That it is absolute is the schema's to tell.
      if (!URL.canParse(uri)) return;
      const longest = longestToken(uri);
      yield rule(longest >= 8, message, text('redirect_uri holds no random value', 'redirect_uri 不含隨機值'), {
        requirements: ['OID4VP-8.2-21', 'OID4VP-14.3-1'],
        seen: uri,
      });
      // base64url carries six bits a character: shorter than this it cannot have 128 bits.
      if (longest >= 8) {
        yield rule(
          longest * 6 >= 126,
          message,
          text('The value in redirect_uri is too short for 128 bits', 'redirect_uri 中的值不足 128 位元'),
          {
            requirements: ['OID4VP-8.2-22'],
            seen: uri,
          },
        );
      }
    },
  }),
];

/** Length of the longest run that could be a random value: path segments, and values of query and fragment. */
function longestToken(uri: string): number {
  const parts = uri
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
    .split(/[/?#&=.]/)
    .map((part) => part.length);
  return Math.max(0, ...parts);
}
