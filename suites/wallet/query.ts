import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { saysError } from './rows.ts';
import { refuses } from './refuses.ts';

const denied = { says: saysError('access_denied', 'OID4VP-8.5-9') };
const values = { ...denied, features: ['value-matching'] };

/** Queries that cannot be answered: nothing at all may come (OpenID4VP 6.4), and what comes instead must not say why. */
export const QUERY: readonly Test[] = [
  refuses('verifier/query/type-not-held', ['OID4VP-6.4.2-4', 'OID4VP-6.4.2-1'], denied),
  refuses('verifier/query/claim-not-held', ['OID4VP-6.4.1-10'], {
    ...denied,
    why: text(
      'A verifier must not get half of what it asks for by asking for too much.',
      '驗證端不得藉由多要，先取得一部分資料。',
    ),
  }),
  refuses('verifier/query/claim-sets-not-held', ['OID4VP-6.4.1-4'], denied),
  refuses('verifier/query/second-credential-not-held', ['OID4VP-6.4.2-5', 'OID4VP-6.4.2-1'], denied),
  refuses('verifier/query/credential-set-not-held', ['OID4VP-6.2-4', 'OID4VP-6.4.2-2', 'OID4VP-6.4.2-5'], denied),
  refuses('verifier/query/value-not-held', ['OID4VP-6.3-8'], values),
  refuses('verifier/query/value-of-other-type', ['OID4VP-6.3-9'], values),
  refuses('verifier/query/authority-not-held', ['OID4VP-6.1-10', 'OID4VP-6.1.1.1-2'], {
    ...denied,
    features: ['trusted-authorities'],
    severity: 'warning',
  }),
  refuses('verifier/query/path-of-wrong-kind', ['OID4VP-7.1.1-6'], denied),
  refuses('verifier/query/member-of-text', ['OID4VP-7.1.1-2'], denied),
  refuses('verifier/query/index-beyond-end', ['OID4VP-7.1.1-8', 'OID4VP-7.1.1-5'], denied),
  refuses('verifier/query/path-component', ['OID4VP-7.1.1-7']),
  refuses('verifier/query/path-negative', ['OID4VP-7.1.1-7']),
  refuses('verifier/query/not-an-object', ['OID4VP-5.10.1-13', 'OID4VP-8-1']),
];
