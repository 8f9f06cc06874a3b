import type { Test } from '../../core/contracts/test.ts';
import { ISSUER_STRAIGHT } from './straight.ts';

/** Tests of a credential issuer with its authorization server. */
export const ISSUER_TESTS: readonly Test[] = [...ISSUER_STRAIGHT];
