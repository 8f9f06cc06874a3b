import type { Ports } from '../ports.ts';
import type { Outcome } from '../outcome.ts';
import type { FlowTrace } from '../flow.ts';
import type { IssuanceVariant, PresentationVariant } from './variant.ts';

/** What a driver works with: ports (its HTTP is recorded as `control` messages), trace of the flow, deadline. */
export interface DriverContext {
  readonly ports: Ports;
  readonly trace: FlowTrace;
  readonly signal: AbortSignal;
}

export interface OfferMade {
  /** The offer as a link (`openid-credential-offer://…`), raw as the target gave it. */
  readonly link: string;
  readonly txCode?: string;
}

/** Gets fresh offers from an issuer under test. */
export interface IssuerDriver {
  readonly role: 'issuer';
  /** Throws DriverError: `unsupported` if the target cannot make such an offer. */
  offer(wish: IssuanceVariant, context: DriverContext): Promise<OfferMade>;
  close?(): Promise<void>;
}

export interface WalletReport {
  readonly outcome: Outcome;
  readonly detail?: string;
}

/** Hands a link to a wallet under test and learns what came of it. */
export interface WalletDriver {
  readonly role: 'wallet';
  /** Returns at once when the link is delivered; `done` resolves with the wallet's own report, if the driver can tell (else `unknown`). */
  open(
    link: string,
    hint: {
      readonly txCode?: string;
      readonly goal: 'issuance' | 'presentation';
      readonly consent?: 'give' | 'decline';
    },
    context: DriverContext,
  ): Promise<{ readonly done: Promise<WalletReport> }>;
  /** True if the driver can report outcomes by itself. */
  readonly reports: boolean;
  close?(): Promise<void>;
}

export interface RequestMade {
  /** The presentation request as a link, raw. */
  readonly link: string;
  /** The target's own id of the transaction, for the result. */
  readonly id?: string;
}

export interface VerifierReport {
  readonly outcome: Outcome;
  readonly detail?: string;
  /** Claims that the relying party received, if it tells. */
  readonly claims?: unknown;
}

/** Gets fresh requests from a verifier under test and the relying party's result. */
export interface VerifierDriver {
  readonly role: 'verifier';
  request(wish: PresentationVariant, context: DriverContext): Promise<RequestMade>;
  /** The relying party's result, polled until it is final or the signal fires (then `unknown`). */
  result(made: RequestMade, context: DriverContext): Promise<VerifierReport>;
  readonly reports: boolean;
  close?(): Promise<void>;
}

export type Driver = IssuerDriver | WalletDriver | VerifierDriver;

export type DriverFailure = 'unsupported' | 'unreachable' | 'refused' | 'malformed' | 'cancelled';

/** The only error that drivers throw. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly failure: DriverFailure;
  constructor(failure: DriverFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
