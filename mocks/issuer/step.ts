import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';

/** One acceptance step of a mock: what it judges, and the requirements that it enforces. Its id is also the name of the leniency. */
export interface AcceptanceStep {
  readonly id: string;
  readonly title: Text;
  /** Ids of the requirement catalogues. Empty where the rule stands in a specification that has no catalogue (OAuth, DPoP, JWT). */
  readonly requirements: readonly string[];
}

/** A row of a table of acceptance steps; `rule` is the id without `issuer/`. */
export function acceptanceStep(rule: string, en: string, zh: string, ...requirements: string[]): AcceptanceStep {
  return { id: `issuer/${rule}`, title: text(en, zh), requirements };
}
