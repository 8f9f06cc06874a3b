import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';

export const VERIFIER_TESTS: readonly Test[] = [
  {
    id: 'verifier/presentation/direct-post-jwt',
    role: 'verifier',
    kind: 'positive',
    title: text('Encrypted response', '加密回應'),
    variant: { kind: 'presentation', responseMode: 'direct_post.jwt', clientIdPrefix: 'x509_san_dns' },
    requirements: ['OID4VP-B.3.6-1'],
  },
];
