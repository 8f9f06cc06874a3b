import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { bool, member, num, str } from '../../protocol/json.ts';
import { ISSUER, observe, rule, text } from './kit.ts';
import { faulty, isBefore, serverMetadata } from './refs.ts';

function serverCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER };
}

/** A parameter of the authorization request, from where it was sent: pushed, or in the front channel. */
function requested(
  flow: FlowView,
  response: MessageView,
  name: string,
): { message: MessageView; value: string } | undefined {
  for (const kind of ['par-request', 'authorization-request']) {
    const message = flow
      .all(kind)
      .findLast((request) => isBefore(request, response) && str(request.value, name) !== undefined);
    const value = str(message?.value, name);
    if (message !== undefined && value !== undefined) return { message, value };
  }
  return undefined;
}

const ANSWERS = ['authorization-response', 'authorization-error'];

export const AUTHORIZATION_RESPONSE_CHECKS: readonly Check[] = [
  serverCheck({
    id: 'authorization-response/code',
    kinds: ['authorization-response'],
    requirements: ['OID4VCI-5.2-1'],
    title: text('Success is a redirect to redirect_uri with a code', '成功時導向 redirect_uri 並帶有 code'),
    *judge(message, flow) {
      const location = message.header('location');
      if (location === undefined || message.status === undefined) return;
      // A step of the log-in on the server's own pages is no answer yet.
      const wanted = requested(flow, message, 'redirect_uri');
      const there = wanted === undefined || location.startsWith(wanted.value);
      const code = str(message.value, 'code');
      // Codes travel between the server and those that it asks, too; only one with our state is ours.
      const ours = code !== undefined && str(message.value, 'state') === requested(flow, message, 'state')?.value;
      if (!there && !ours) return;
      if (faulty(flow)) return;
      yield rule(
        there && code !== undefined && code !== '',
        message,
        text('No code, or another redirect_uri', '沒有 code，或導向其他 redirect_uri'),
        {
          expected: wanted?.value,
          seen: location,
          with: [wanted?.message],
        },
      );
    },
  }),
  serverCheck({
    id: 'authorization-response/state',
    kinds: ANSWERS,
    requirements: ['OID4VCI-5.2-2', 'OID4VCI-5.3-1'],
    title: text('state comes back unchanged', 'state 原樣傳回'),
    *judge(message, flow) {
      const location = message.header('location');
      const sent = requested(flow, message, 'state');
      const target = requested(flow, message, 'redirect_uri');
      if (sent === undefined || location === undefined) return;
      if (target !== undefined && !location.startsWith(target.value)) return;
      yield rule(
        str(message.value, 'state') === sent.value,
        message,
        text('state is missing or changed', 'state 缺少或被更改'),
        {
          requirements: [message.kind === 'authorization-error' ? 'OID4VCI-5.3-1' : 'OID4VCI-5.2-2'],
          expected: sent.value,
          seen: member(message.value, 'state') ?? 'nothing',
          // Evidence before a fault does not count with its test, and an error mostly follows a fault.
          with: message.kind === 'authorization-error' ? [] : [sent.message],
        },
      );
    },
  }),
  serverCheck({
    id: 'authorization-response/issuer',
    kinds: ANSWERS,
    requirements: ['HAIP-4-10', 'OID4VCI-5-1'],
    title: text('iss names the authorization server', 'iss 為授權伺服器的識別碼'),
    *judge(message, flow) {
      const location = message.header('location');
      const target = requested(flow, message, 'redirect_uri');
      if (location === undefined || (target !== undefined && !location.startsWith(target.value))) return;
      if (str(message.value, 'code') === undefined && str(message.value, 'error') === undefined) return;
      const server = serverMetadata(flow);
      const expected = str(server?.value, 'issuer');
      const iss = member(message.value, 'iss');
      const announced = bool(server?.value, 'authorization_response_iss_parameter_supported') === true;
      if (iss === undefined) {
        if (message.kind === 'authorization-error' && !announced) return;
        yield observe('violated', message, text('iss is missing', '缺少 iss'), {
          requirements: ['HAIP-4-10', ...(announced ? ['OID4VCI-5-1'] : [])],
          with: message.kind === 'authorization-error' ? [] : [server?.message],
        });
      } else if (expected !== undefined) {
        yield rule(
          iss === expected,
          message,
          text('iss is not the issuer of the metadata', 'iss 與中繼資料的 issuer 不同'),
          {
            expected,
            seen: iss,
            with: message.kind === 'authorization-error' ? [] : [server?.message],
          },
        );
      }
    },
  }),
  serverCheck({
    id: 'authorization-error/code',
    kinds: ['authorization-error'],
    requirements: ['OID4VCI-5.3-1'],
    title: text('An authorization error has an error code', '授權錯誤帶有錯誤碼'),
    *judge(message) {
      if (message.header('location') === undefined) return;
      const error = member(message.value, 'error');
      // Extensions register more codes; all of them look like this.
      const right = typeof error === 'string' && /^[a-z][a-z0-9_]*$/.test(error);
      yield rule(right, message, text('error is no OAuth error code', 'error 不是 OAuth 錯誤碼'), {
        seen: error ?? 'nothing',
      });
    },
  }),
  serverCheck({
    id: 'par-response/form',
    kinds: ['par-response'],
    requirements: ['OID4VCI-5.1.4-1'],
    title: text(
      'A pushed request is answered with 201, request_uri and expires_in',
      '推送式請求以 201、request_uri 與 expires_in 回應',
    ),
    *judge(message) {
      if (message.status === undefined) return;
      const uri = str(message.value, 'request_uri');
      const lifetime = num(message.value, 'expires_in');
      yield rule(
        message.status === 201 && uri !== undefined && lifetime !== undefined && lifetime > 0,
        message,
        text('Not the answer of RFC 9126 2.2', '不符 RFC 9126 2.2 的回應'),
        {
          expected: '201 {request_uri, expires_in}',
          seen: { status: message.status, request_uri: uri, expires_in: lifetime },
        },
      );
    },
  }),
];
