import { ACCESS_STEPS } from './access.ts';
import { AUTHORIZATION_STEPS } from './authorization.ts';
import { CLIENT_STEPS } from './client-auth.ts';
import { CREDENTIAL_STEPS } from './credential.ts';
import { DEFERRED_STEPS } from './deferred.ts';
import { DPOP_STEPS } from './dpop.ts';
import { ENCRYPTION_STEPS } from './encryption.ts';
import { NOTIFICATION_STEPS } from './notification.ts';
import { PROOF_STEPS } from './proof-steps.ts';
import { TOKEN_STEPS } from './token-steps.ts';
import type { AcceptanceStep } from './step.ts';

export type { AcceptanceStep } from './step.ts';

/** Every acceptance step of the mock issuer, in the order in which they are taken. Leniencies are the same ids. */
export const ISSUER_STEPS: readonly AcceptanceStep[] = [
  ...AUTHORIZATION_STEPS,
  ...TOKEN_STEPS,
  ...CLIENT_STEPS,
  ...DPOP_STEPS,
  ...ACCESS_STEPS,
  ...ENCRYPTION_STEPS,
  ...CREDENTIAL_STEPS,
  ...PROOF_STEPS,
  ...DEFERRED_STEPS,
  ...NOTIFICATION_STEPS,
];
