import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';

export const WALLET_TESTS: readonly Test[] = [
  {
    id: 'wallet/issuance/pre-authorized-tx-code',
    role: 'wallet',
    kind: 'positive',
    title: text('Pre-authorized code with transaction code', '預先授權碼，附交易碼'),
    variant: { kind: 'issuance', grant: 'pre-authorized_code', txCode: true },
    requirements: ['OID4VCI-8-1'],
  },
  {
    id: 'wallet/presentation/direct-post-jwt',
    role: 'wallet',
    kind: 'positive',
    title: text('Encrypted response', '加密回應'),
    variant: { kind: 'presentation', responseMode: 'direct_post.jwt', clientIdPrefix: 'x509_san_dns' },
    setup: { kind: 'issuance', grant: 'pre-authorized_code', txCode: true },
    requirements: ['OID4VP-B.3.6-1'],
  },
];
