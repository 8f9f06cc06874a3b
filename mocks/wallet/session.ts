import type { FlowContext } from '../../core/flow.ts';
import type { IssuanceVariant, PresentationVariant, Variant } from '../../core/contracts/variant.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { HeldCredential, WalletConfig } from '../contracts.ts';
import type { WalletMemory } from './memory.ts';

/** Configuration of the mock wallet: the contract, and what only this wallet knows. All additions are optional. */
export interface WalletOptions extends WalletConfig {
  /**
   * Verifiers that were registered beforehand (OpenID4VP 5.9.2), by client identifier: client metadata of RFC 7591 with `jwks`, `response_uris` or
   * `redirect_uris`, `vp_formats_supported`.
   */
  readonly registeredVerifiers?: Readonly<Record<string, JsonObject>>;
  /** Types of transaction data that the wallet can show to its user. Default: that of the mock verifier; any with `trust.anyVerifier`. */
  readonly transactionDataTypes?: readonly string[] | 'any';
  /** Seconds that clocks may differ. Default 60. */
  readonly leeway?: number;
}

/** One wallet in one flow. */
export interface Session {
  readonly config: WalletOptions;
  readonly context: FlowContext;
  readonly memory: WalletMemory;
  readonly held: HeldCredential[];
}

/** The issuance variant of a session; a wallet configured for presentations receives offers in the simplest form. */
export function issuanceVariant(variant: Variant): IssuanceVariant {
  return variant.kind === 'issuance' ? variant : { kind: 'issuance', grant: 'pre-authorized_code' };
}

/** The presentation variant of a session. */
export function presentationVariant(variant: Variant): PresentationVariant {
  return variant.kind === 'presentation' ? variant : { kind: 'presentation' };
}

/** True if the variant wishes for a legal oddity. */
export function odd(session: Session, name: string): boolean {
  return session.config.variant.oddities?.includes(name) === true;
}

/** Seconds since the epoch by the mock's clock. */
export function seconds(session: Session): number {
  return Math.floor(session.context.ports.clock.now() / 1000);
}

/** Difference of clocks that is borne, seconds. */
export function leeway(session: Session): number {
  return session.config.leeway ?? 60;
}

/** What the other side answered instead of success: ends the flow, with the exchange as its step. */
export class CounterpartRefusal extends Error {
  override readonly name = 'CounterpartRefusal';
  readonly exchange: string;
  readonly status: number;
  readonly code: string | undefined;
  constructor(exchange: string, status: number, code: string | undefined, detail: string) {
    super(detail);
    this.exchange = exchange;
    this.status = status;
    this.code = code;
  }
}
