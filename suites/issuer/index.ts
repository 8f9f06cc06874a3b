import type { Test } from '../../core/contracts/test.ts';
import { AUTHORIZATION_TESTS } from './authorization.ts';
import { CLIENT_AUTH_TESTS } from './client-auth.ts';
import { CREDENTIAL_TESTS } from './credential.ts';
import { DEFERRED_TESTS } from './deferred.ts';
import { DPOP_TESTS } from './dpop.ts';
import { KEY_PROOF_TESTS } from './key-proof.ts';
import { NOTIFICATION_TESTS } from './notification.ts';
import { ISSUER_STRAIGHT } from './straight.ts';
import { TOKEN_TESTS } from './token.ts';
import { ISSUER_VARIANTS } from './variants.ts';

/** Tests of a credential issuer with its authorization server. */
export const ISSUER_TESTS: readonly Test[] = [
  ...ISSUER_STRAIGHT,
  ...ISSUER_VARIANTS,
  ...AUTHORIZATION_TESTS,
  ...CLIENT_AUTH_TESTS,
  ...TOKEN_TESTS,
  ...DPOP_TESTS,
  ...CREDENTIAL_TESTS,
  ...KEY_PROOF_TESTS,
  ...DEFERRED_TESTS,
  ...NOTIFICATION_TESTS,
];
