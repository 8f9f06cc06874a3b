import type { Check, FlowView, MessageView } from '../../core/contracts/check.ts';
import { readStatusListToken, readStatusReference, statusAt } from '../../protocol/status-list.ts';
import { ISSUER, rule, text } from './kit.ts';
import { accessTokenOf, faulty, isBefore, sdJwtOf, wireOf } from './refs.ts';

/** Status of a credential by a status list token; undefined if the token is of another list or cannot be read. */
function statusBy(token: MessageView, credential: MessageView): number | undefined {
  const { reference } = readStatusReference(sdJwtOf(credential).resolution.claims);
  if (reference === undefined || token.counterpart?.url?.split('#')[0] !== reference.uri) return undefined;
  const { list } = readStatusListToken(token.text.trim());
  return list === undefined ? undefined : statusAt(list, reference.index);
}

/** A credential that was delivered later for the same access token. */
function successor(credential: MessageView, flow: FlowView): MessageView | undefined {
  const tokenOf = (message: MessageView): string | undefined => {
    const request = wireOf(message).counterpart;
    return request === undefined ? undefined : accessTokenOf(request)?.token;
  };
  const own = tokenOf(credential);
  return flow
    .sut('credential')
    .find((other) => own !== undefined && isBefore(credential, other) && tokenOf(other) === own);
}

/** What becomes of a credential's status while the flow goes on. */
export const STATUS_LATER_CHECKS: readonly Check[] = [
  {
    id: 'credential/stays-valid',
    scope: 'flow',
    roles: ISSUER,
    requirements: ['OID4VCI-14.3-1'],
    title: text(
      'A further credential request does not revoke the credential before it',
      '再次請求憑證，不會撤銷先前的憑證',
    ),
    *judge(flow) {
      if (faulty(flow)) return;
      const lists = flow.sut('status-list-token');
      for (const credential of flow.sut('credential').slice(0, 20)) {
        const next = successor(credential, flow);
        if (next === undefined) continue;
        const before = lists.find((list) => isBefore(list, next) && statusBy(list, credential) === 0);
        const after = lists.findLast((list) => isBefore(next, list) && statusBy(list, credential) !== undefined);
        if (before === undefined || after === undefined) continue;
        const status = statusBy(after, credential);
        yield rule(
          status === 0,
          after,
          text(
            'The credential lost its validity when the next one was fetched with the same access token',
            '以同一存取權杖取得下一張憑證後，此憑證即失效',
          ),
          { expected: 0, seen: status, with: [before, next] },
        );
      }
    },
  },
];
