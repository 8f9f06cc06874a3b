import type { FlowContext } from '../../core/flow.ts';
import type { Wallet } from '../contracts.ts';
import { receiveOffer, startIssuance } from './issuance/flow.ts';
import { memoryOf } from './memory.ts';
import { present } from './presentation/flow.ts';
import type { Session, WalletOptions } from './session.ts';

/**
 * The mock wallet: a complete citizen of OpenID4VCI 1.0 and OpenID4VP 1.0 for dc+sd-jwt. It deviates only by the faults and leniencies of its
 * context.
 */
export function createWallet(config: WalletOptions, context: FlowContext): Wallet {
  const session: Session = { config, context, memory: memoryOf(config.identity), held: [] };
  return {
    start: (credentialIssuer) => startIssuance(session, credentialIssuer),
    receiveOffer: (link, input = {}) => receiveOffer(session, link, input.txCode),
    present: (link, input = {}) => present(session, link, input.consent),
    get credentials() {
      return [...session.held];
    },
    hold: (credential) => {
      session.held.push(credential);
    },
  };
}
