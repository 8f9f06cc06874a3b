import type { Check } from '../../core/contracts/check.ts';
import { CREDENTIAL_CHECKS } from './credential.ts';
import { KEY_PROOF_CHECKS } from './key-proof.ts';
import { SCHEMA_CHECKS } from './schema.ts';

/** Every check of this room. Checks are pure: a view of the trace in, observations out. */
export const CHECKS: readonly Check[] = [...SCHEMA_CHECKS, ...CREDENTIAL_CHECKS, ...KEY_PROOF_CHECKS];
