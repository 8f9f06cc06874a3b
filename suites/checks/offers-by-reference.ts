import type { Check, MessageView } from '../../core/contracts/check.ts';
import { member, str } from '../../protocol/json.ts';
import { ISSUER, rule, text } from './kit.ts';

/** An offer that was fetched, and where. */
interface Fetched {
  readonly url: string;
  readonly offer: MessageView;
}

/** True if a cache may keep the answer and hand it out for another offer (RFC 9111 3, 5.2.2). */
function mayBeCached(answer: MessageView): boolean {
  return !/(^|[,\s])(no-store|no-cache)([,\s=]|$)/iu.test(answer.header('cache-control') ?? '');
}

/** What can only be seen on several offers together. */
export const OFFER_BY_REFERENCE_CHECKS: readonly Check[] = [
  {
    id: 'credential-offer/uri-of-its-own',
    scope: 'run',
    roles: ISSUER,
    requirements: ['OID4VCI-4.1.3-3'],
    title: text(
      'Each offer by reference has a URI of its own, or is not cached',
      '每個以參照方式提供的邀請有自己的 URI，否則不得快取',
    ),
    mend: text(
      'Put an unguessable id of the offer into credential_offer_uri, or answer with Cache-Control: no-store.',
      '請在 credential_offer_uri 放入該邀請無法猜測的識別碼，或以 Cache-Control: no-store 回應。',
    ),
    *judge(run) {
      const fetched = run.flows.flatMap((flow) =>
        flow.sut('credential-offer').flatMap((offer): Fetched[] => {
          const url = offer.counterpart?.url;
          const linked = flow
            .sut('credential-offer-link')
            .some((link) => str(link.value, 'credential_offer_uri') === url);
          return url === undefined || !linked || member(offer.value, 'credential_issuer') === undefined
            ? []
            : [{ url, offer }];
        }),
      );
      const last = fetched.at(-1);
      // One and the same offer may be fetched as often as a wallet likes: only another content makes it another offer.
      if (last === undefined || new Set(fetched.map(({ offer }) => offer.text)).size < 2) return;
      const mixed = fetched.find(({ url, offer }) =>
        fetched.some((other) => other.url === url && other.offer.text !== offer.text && mayBeCached(other.offer)),
      );
      yield rule(
        mixed === undefined,
        (mixed ?? last).offer,
        text(
          'Different offers have the same credential_offer_uri, and caches may keep them: a wallet can get the offer of somebody else',
          '不同的邀請使用相同的 credential_offer_uri 且可被快取：皮夾可能取得他人的邀請',
        ),
        { seen: (mixed ?? last).url },
      );
    },
  },
];
