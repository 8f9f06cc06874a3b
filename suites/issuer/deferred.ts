import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import type { Fault } from './course.ts';
import { challenge, COURSES, negative } from './course.ts';

const KIND = 'deferred-credential-error';

function says(requirements: readonly string[], error: string): NonNullable<Fault['says']> {
  return { kind: KIND, requirements, status: [400], error: [error] };
}

/** The deferred credential endpoint (OpenID4VCI 9). */
export const DEFERRED_TESTS: readonly Test[] = [
  negative(COURSES.deferred, {
    id: 'deferred/transaction-unknown',
    fault: 'deferred-credential-request/transaction-unknown',
    title: text('A transaction id that the issuer never gave is refused', '拒絕發行者從未提供的交易識別碼'),
    requirements: ['OID4VCI-9.3-2'],
    says: says(['OID4VCI-9.3-2'], 'invalid_transaction_id'),
  }),
  negative(COURSES.deferred, {
    id: 'deferred/transaction-reused',
    fault: 'deferred-credential-request/transaction-reused',
    title: text('A transaction id ends with the delivery of its credential', '憑證取走後，交易識別碼即失效'),
    why: text(
      'Whoever reads the id later must not fetch the credential once more.',
      '日後讀到識別碼的人，不應能再領一次憑證。',
    ),
    requirements: ['OID4VCI-9.3-3', 'OID4VCI-9.1-5', 'OID4VCI-8.3-18'],
    says: says(['OID4VCI-9.3-3'], 'invalid_transaction_id'),
  }),
  negative(COURSES.deferred, {
    id: 'deferred/transaction-missing',
    fault: 'deferred-credential-request/transaction-missing',
    title: text('A deferred request without transaction id is refused', '拒絕沒有交易識別碼的延後請求'),
    requirements: ['OID4VCI-9.3-1'],
    says: {
      kind: KIND,
      requirements: ['OID4VCI-9.3-1'],
      status: [400],
      error: ['invalid_credential_request', 'invalid_transaction_id'],
    },
  }),
  negative(COURSES.deferred, {
    id: 'deferred/access-token-missing',
    fault: 'access-token/deferred-credential-missing',
    title: text('A deferred request without access token is refused', '拒絕沒有存取權杖的延後請求'),
    requirements: ['OID4VCI-9-3'],
    says: challenge(KIND, ['OID4VCI-9-3']),
  }),
  negative(COURSES.deferred, {
    id: 'deferred/access-token-unknown',
    fault: 'access-token/deferred-credential-unknown',
    title: text('A deferred request with an access token of nobody is refused', '拒絕使用從未發出之存取權杖的延後請求'),
    requirements: ['OID4VCI-9-3'],
    says: challenge(KIND, ['OID4VCI-9-3'], 'invalid_token'),
  }),
  negative(COURSES.deferred, {
    id: 'deferred/access-token-of-other-flow',
    fault: 'deferred-credential-request/other-token',
    title: text(
      'The access token of another issuance does not open a transaction',
      '其他發行流程的存取權杖不得用於此交易',
    ),
    why: text('One citizen must not fetch what was made for another.', '民眾不應能領走為他人製作的憑證。'),
    requirements: ['OID4VCI-9-3'],
  }),
];
