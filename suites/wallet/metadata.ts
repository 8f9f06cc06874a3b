import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './refuses.ts';

/** Metadata of issuer and authorization server that a wallet must not use. RFC 8414 3.3 holds where OpenID4VCI sends the wallet there. */
export const METADATA: readonly Test[] = [
  refuses('issuer/issuer-metadata/issuer-other', ['OID4VCI-12.2.4-3'], {
    why: text('One issuer must not be able to pose as another.', '發行者不得冒充另一個發行者。'),
  }),
  refuses('issuer/issuer-metadata/issuer-slash', ['OID4VCI-12.2.4-3']),
  refuses('issuer/issuer-metadata/issuer-case', ['OID4VCI-12.2.1-3', 'OID4VCI-12.2.4-3']),
  refuses('issuer/issuer-metadata/credential-endpoint-missing', ['OID4VCI-12.2.4-101']),
  refuses('issuer/issuer-metadata/hinted-server-unlisted', ['OID4VCI-12.2.4-9'], {
    why: text(
      'A forged offer could send the user to a stranger’s log-in page.',
      '偽造的邀請可能把使用者帶到陌生人的登入頁面。',
    ),
  }),
  refuses('issuer/as-metadata/issuer-other', ['OID4VCI-12.2.4-7']),
];
