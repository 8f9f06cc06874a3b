import type { Role } from '../kinds.ts';
import type { Text } from '../text.ts';
import type { Variant } from './variant.ts';

export type Risk = 'none' | 'changes-state' | 'may-lock';

export interface Cost {
  readonly offers?: number;
  readonly presentations?: number;
  readonly humanSteps?: number;
  readonly calls?: number;
}

/**
 * One test: a stimulus and the reaction of a conforming system. A row of a table; no code.
 * - positive: the straight flow reaches its goal, and every check on its messages is content.
 * - variant: the same with a legal but less common form; never punished.
 * - negative: the flow with one fault; the system must refuse. Needs a control.
 */
export interface Test {
  /** Stable: `issuer/credential/proof-nonce-unknown`. */
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly role: Role;
  readonly kind: 'positive' | 'negative' | 'variant';
  readonly title: Text;
  /** Why it matters to a citizen, where that is not plain. */
  readonly why?: Text;
  readonly variant: Variant;
  /** Id of the fault that the mock applies; exactly on negatives. */
  readonly fault?: string;
  /** Test whose straight flow of the same variant is the control; mandatory for negatives. */
  readonly control?: string;
  /** A flow that comes first (a wallet must hold a credential before it can present one). */
  readonly setup?: Variant;
  /** Judged by the reaction: goal reached (positive, variant), or the fault refused (negative). */
  readonly requirements: readonly string[];
  /** Second finding of a negative: how the refusal has to be said on the wire. */
  readonly says?: {
    readonly requirements: readonly string[];
    /** Kind of the error message: `credential-error`. */
    readonly kind: string;
    readonly status?: readonly number[];
    readonly error?: readonly string[];
  };
  /**
   * The text leaves the limit to the target (a time window, a policy), or does not say who has to look: the wrong reaction warns,
   * whatever the level of the requirement. A profile that sets its severity to `fail` makes it firm.
   */
  readonly severity?: 'warning';
  /** Features that the target must offer; missing ones make the test not-applicable, with evidence, unless the profile mandates them. */
  readonly features?: readonly string[];
  /** What the set-up must provide (`held-credential`, `registered-issuer`, `result` …); unmet → inconclusive. */
  readonly needs?: readonly string[];
  readonly cost?: Cost;
  readonly risk?: Risk;
  /** Seconds that must really pass (what the target made can only be waited for). */
  readonly waits?: number;
  /** Runs after all others of its role: it may spoil caches or lock accounts. */
  readonly last?: true;
}
