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
import { DEFECTS } from './defects.ts';
import { REQUEST_DEFECTS } from './defects-requests.ts';
import type { Defect } from './defects.ts';
import type { WalletFault } from './flows.ts';
import { inItsFlow } from './flows.ts';

export type { WalletFault } from './flows.ts';
export type { Defect } from './defects.ts';

/** Every fault of the mock wallet that an issuer or a verifier has to refuse. */
export const WALLET_FAULTS: readonly WalletFault[] = [
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
].map(inItsFlow);

/** How a wallet can be wrong without being refused: what checks must notice. Not among WALLET_FAULTS, since there is no step that refuses them. */
export const WALLET_DEFECTS: readonly (Defect & WalletFault)[] = [...DEFECTS.map(inItsFlow), ...REQUEST_DEFECTS];
