import type { Test } from '../../core/contracts/test.ts';
import { refuses } from './refuses.ts';

/**
 * Offers that a wallet must not act upon. What no wallet could act upon (an offer that is no JSON, an issuer where nobody listens) is not asked for: that it leads
 * nowhere would prove nothing.
 */
export const OFFER: readonly Test[] = [
  refuses('issuer/credential-offer/configuration-unknown', ['OID4VCI-8.2-8', 'OID4VCI-13.5-1']),
  refuses('issuer/credential-offer/grant-unknown', ['OID4VCI-4.1.1-8']),
];
