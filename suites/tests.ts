import type { Test } from '../core/contracts/test.ts';
import { ISSUER_TESTS } from './issuer/index.ts';
import { VERIFIER_TESTS } from './verifier/index.ts';
import { WALLET_TESTS } from './wallet/index.ts';

/** All tests of the OpenID specifications, for the profiles to choose from. */
export const TESTS: readonly Test[] = [...ISSUER_TESTS, ...WALLET_TESTS, ...VERIFIER_TESTS];
