import type { Test } from '../../core/contracts/test.ts';
import { CREDENTIAL } from './credential.ts';
import { KEY_BINDING } from './key-binding.ts';
import { RESPONSE } from './response.ts';
import { STRAIGHT } from './straight.ts';
import { TRANSACTION_DATA } from './transaction-data.ts';
import { VARIANTS } from './variants.ts';
import { VP_TOKEN } from './vp-token.ts';

/** Tests of a verifier; our wallet is its counterpart. */
export const VERIFIER_TESTS: readonly Test[] = [
  ...STRAIGHT,
  ...VARIANTS,
  ...KEY_BINDING,
  ...CREDENTIAL,
  ...VP_TOKEN,
  ...RESPONSE,
  ...TRANSACTION_DATA,
];
