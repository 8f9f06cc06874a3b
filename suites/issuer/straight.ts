import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';

/** Straight flows: the simplest of each kind, and its legal variants. */
export const ISSUER_STRAIGHT: readonly Test[] = [
  {
    id: 'issuer/flow/pre-authorized-tx-code',
    role: 'issuer',
    kind: 'positive',
    title: text('Pre-authorized code with transaction code', '預先授權碼，附交易碼'),
    variant: { kind: 'issuance', grant: 'pre-authorized_code', txCode: true },
    requirements: ['OID4VCI-8-1'],
  },
];
