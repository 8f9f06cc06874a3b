import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './refuses.ts';

/** The origin of an offer is not authenticated: nothing in it is to be believed (OpenID4VCI 13.5). */
const UNTRUSTED = 'OID4VCI-13.5-1';

/** Offers that a wallet must not act upon. */
export const OFFER: readonly Test[] = [
  refuses('issuer/credential-offer/uri-http', [UNTRUSTED]),
  refuses('issuer/credential-offer/not-json', [UNTRUSTED]),
  refuses('issuer/credential-offer/deep', [UNTRUSTED]),
  refuses('issuer/credential-offer/issuer-http', [UNTRUSTED, 'OID4VCI-13.5-2'], {
    why: text(
      'Without TLS anybody on the way can put himself in the issuer’s place.',
      '沒有 TLS，途中任何人都能冒充發行者。',
    ),
  }),
  refuses('issuer/credential-offer/configuration-unknown', ['OID4VCI-8.2-8', UNTRUSTED]),
  refuses('issuer/credential-offer/grant-unknown', ['OID4VCI-4.1.1-8']),
  refuses('issuer/credential-offer/authorization-server-unlisted', ['OID4VCI-12.2.4-9'], {
    why: text(
      'A forged offer could send the user to a stranger’s log-in page.',
      '偽造的邀請可能把使用者帶到陌生人的登入頁面。',
    ),
  }),
];
