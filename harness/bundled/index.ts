import type { Role } from '../../core/kinds.ts';
import { startIssuerTarget } from './issuer-target.ts';
import type { BundledOptions, BundledTarget } from './options.ts';
import { startVerifierTarget } from './verifier-target.ts';
import { startWalletTarget } from './wallet-target.ts';

export type { BundledOptions, BundledTarget } from './options.ts';
export { NULL_KINDS, allLeniencies, startNullTarget } from './null-targets.ts';
export type { NullKind } from './null-targets.ts';

/** Starts the bundled target of a role: conforming but for the faults and leniencies of its options. */
export function startTarget(role: Role, options: BundledOptions): Promise<BundledTarget> {
  switch (role) {
    case 'issuer':
      return startIssuerTarget(options);
    case 'wallet':
      return startWalletTarget(options);
    case 'verifier':
      return startVerifierTarget(options);
  }
}
