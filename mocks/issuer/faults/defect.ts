import type { IssuanceVariant } from '../../../core/contracts/variant.ts';
import type { Apply, IssuerFault, Title } from './fault.ts';
import { PLAIN, row } from './fault.ts';

/**
 * A defect of an issuer that no wallet has to notice: only a check on what it sent can. It has no acceptance step (`refusedBy` is empty), so it is no
 * stimulus; it serves to prove checks.
 */
export interface IssuerDefect extends IssuerFault {
  /** Fault of the wallet that makes the issuer send the message with the defect, where a straight wallet never gets to see it. */
  readonly provokedBy?: string;
  /** Other defects of the same issuer, without which this one breaks no rule. */
  readonly also?: readonly string[];
}

/** Builds a row: `id` without `issuer/defect/`. */
export function defect<Draft>(
  id: string,
  step: string,
  title: Title,
  apply: Apply<Draft>,
  variant: IssuanceVariant = PLAIN,
  provokedBy?: string,
): IssuerDefect {
  const base = row(`defect/${id}`, step, '', title, apply, variant);
  return provokedBy === undefined ? base : { ...base, provokedBy };
}

/** The same defect beside others; ids without `issuer/defect/`. */
export function together(first: IssuerDefect, ...others: readonly string[]): IssuerDefect {
  return { ...first, also: others.map((id) => `issuer/defect/${id}`) };
}
