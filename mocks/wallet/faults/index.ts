import type { Fault } from '../../../core/flow.ts';
import { ACCESS_FAULTS } from './access.ts';
import { AUTHORIZATION_FAULTS } from './authorization.ts';
import { CLIENT_FAULTS } from './client.ts';
import { CREDENTIAL_FAULTS } from './credential.ts';
import { DPOP_FAULTS } from './dpop.ts';
import { KEY_BINDING_FAULTS } from './key-binding.ts';
import { PRESENTED_FAULTS } from './presented.ts';
import { PROOF_FAULTS } from './proof.ts';
import { RESPONSE_FAULTS } from './response.ts';
import { TOKEN_FAULTS } from './token.ts';

export { WALLET_DEFECTS } from './defects.ts';
export type { Defect } from './defects.ts';

/** Every fault of the mock wallet that an issuer or a verifier has to refuse. */
export const WALLET_FAULTS: readonly Fault<never>[] = [
  ...AUTHORIZATION_FAULTS,
  ...TOKEN_FAULTS,
  ...CLIENT_FAULTS,
  ...DPOP_FAULTS,
  ...ACCESS_FAULTS,
  ...PROOF_FAULTS,
  ...CREDENTIAL_FAULTS,
  ...KEY_BINDING_FAULTS,
  ...PRESENTED_FAULTS,
  ...RESPONSE_FAULTS,
];
