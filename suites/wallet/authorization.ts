import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { DETAILS } from './rows.ts';
import { refuses } from './refuses.ts';

/** OAuth security best current practice at both endpoints: SHOULD, so a wallet that is deceived gets a warning. */
const BCP = ['OID4VCI-13.2-1', 'OID4VCI-5-1'];

/** What comes back from the authorization server and is not for this wallet, or not for this request. */
export const AUTHORIZATION: readonly Test[] = [
  refuses('issuer/authorization-response/state-other', BCP, {
    features: ['state-parameter'],
    why: text(
      'Otherwise a stranger could slip his own authorization in, and the user would hold his credential.',
      '否則陌生人可把自己的授權塞進來，使用者拿到的就成了他的憑證。',
    ),
  }),
  refuses('issuer/authorization-response/iss-other', BCP),
  refuses('issuer/authorization-response/iss-missing', BCP),
  refuses('issuer/token-response/token-type-unknown', ['OID4VCI-6-1', 'OID4VCI-13.2-1']),
  refuses('issuer/token-response/access-token-missing', ['OID4VCI-6-1']),
  refuses('issuer/token-response/configuration-other', ['OID4VCI-6.2-10'], {
    other: { name: 'in-code-flow', variant: DETAILS },
    severity: 'warning',
  }),
];
