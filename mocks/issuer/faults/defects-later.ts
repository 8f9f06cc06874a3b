import type { FaultContext } from '../../../core/flow.ts';
import { arr, isObject, str } from '../../../protocol/json.ts';
import type { FormDraft, JsonDraft } from '../../drafts.ts';
import { BY_REFERENCE, CODE, json, merged, payload, responseHeader, WITH_STATUS } from './fault.ts';
import { defect, together } from './defect.ts';
import type { IssuerDefect } from './defect.ts';

interface SharedOffer {
  readonly uri: string;
  offer: Record<string, unknown>;
}

/** The one URI under which an issuer publishes its newest offer, by issuer. */
const sharedOffers = new WeakMap<object, SharedOffer>();

function publish(_: FormDraft, { extras }: FaultContext): FormDraft {
  const { offerUri, offer, owner } = extras;
  if (typeof offerUri !== 'string' || !isObject(offer) || !isObject(owner)) throw new Error('the step offers no offer');
  const shared: SharedOffer = sharedOffers.get(owner) ?? { uri: offerUri, offer: {} };
  shared.offer = { ...offer };
  sharedOffers.set(owner, shared);
  return { parameters: [['credential_offer_uri', shared.uri]] };
}

function newestOffer(draft: JsonDraft, { extras: { owner } }: FaultContext): JsonDraft {
  return { value: (isObject(owner) ? sharedOffers.get(owner)?.offer : undefined) ?? draft.value };
}

/** What only shows when an issuer is asked more than once, or for less than it could give. */
export const LATER_DEFECTS: readonly IssuerDefect[] = [
  together(
    defect(
      'offer-uri-constant',
      'credential-offer-link',
      ['The same URI for every offer', '所有邀請使用相同的 URI'],
      publish,
      BY_REFERENCE,
    ),
    'offer-newest',
    'offer-cacheable',
  ),
  defect(
    'offer-newest',
    'credential-offer',
    ['Whoever fetches an offer gets the newest', '取得邀請者一律得到最新的邀請'],
    newestOffer,
    BY_REFERENCE,
  ),
  defect(
    'offer-cacheable',
    'credential-offer-response.http',
    ['Offer that may be cached', '可被快取的邀請'],
    responseHeader('Cache-Control', undefined),
    BY_REFERENCE,
  ),
  defect(
    'earlier-credential-revoked',
    'status-list-token',
    ['A new credential revokes the one before it', '發出新憑證時撤銷先前的憑證'],
    payload((_, { extras }) => {
      const list = extras['onlyNewest'];
      return { status_list: typeof list === 'function' ? list() : undefined };
    }),
    { ...WITH_STATUS, oddities: ['fetched-twice'] },
  ),
  defect(
    'token-not-narrowed',
    'token-response',
    ['A token for more than its request asked', '權杖涵蓋範圍超出權杖請求'],
    json((current) => ({
      authorization_details: [
        ...(arr(current, 'authorization_details') ?? []),
        ...(arr(current, 'authorization_details') ?? []).filter(isObject).map((detail) =>
          merged(detail, {
            credential_configuration_id: `${str(detail, 'credential_configuration_id') ?? ''}.other`,
            credential_identifiers: ['another:dataset-1'],
          }),
        ),
      ],
    })),
    { ...CODE, configurations: 2, ask: 'authorization_details', oddities: ['narrowed'] },
  ),
];
