import type { Requirement } from './requirements.ts';

/** Worst first. `not-applicable` is neutral: it never makes anything green or red. */
export const VERDICTS = ['fail', 'error', 'inconclusive', 'warning', 'pass', 'not-applicable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a check saw, before the level of the requirement is weighed. */
export type Observed = 'met' | 'violated' | 'absent' | 'unjudged' | 'not-applicable' | 'error';

/**
 * The worst of some verdicts. Nothing at all is `inconclusive`: no finding, no green (DESIGN rule 5).
 * `not-applicable` counts only where there is nothing else.
 */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let index = -1;
  for (const verdict of verdicts) {
    const at = VERDICTS.indexOf(verdict);
    if (index === -1 || at < index) index = at;
  }
  return index === -1 ? 'inconclusive' : (VERDICTS[index] ?? 'inconclusive');
}

/** What a violation of a requirement is worth under a profile. */
export type Severity = 'fail' | 'warning' | 'none';

export interface SeverityPolicy {
  /** Requirement ids whose severity the profile sets itself; `none` means that the profile lifts the obligation. */
  readonly severities?: Readonly<Record<string, Severity>>;
}

/**
 * The one place where a level becomes red or yellow.
 * `in_final_text: false`, `basis: inferred` and weak evidence give at most a warning.
 * A MAY or OPTIONAL whose feature is absent (`observed: absent`) is never held against anyone; present and wrong it is.
 */
export function severity(requirement: Requirement, policy: SeverityPolicy, observed: 'violated' | 'absent'): Severity {
  const own = policy.severities?.[requirement.id];
  if (own !== undefined) return own;
  const optional = requirement.level === 'MAY' || requirement.level === 'OPTIONAL';
  if (optional && observed === 'absent') return 'none';
  const weak = !requirement.in_final_text || requirement.basis === 'inferred' || requirement.basis === 'weak';
  const should = requirement.level === 'SHOULD' || requirement.level === 'SHOULD NOT';
  return weak || should ? 'warning' : 'fail';
}

/** Turns what a check observed about one requirement into a verdict. */
export function verdictOf(observed: Observed, requirement: Requirement, policy: SeverityPolicy): Verdict {
  switch (observed) {
    case 'met':
      return 'pass';
    case 'unjudged':
      return 'inconclusive';
    case 'not-applicable':
      return 'not-applicable';
    case 'error':
      return 'error';
    case 'violated':
    case 'absent': {
      const weight = severity(requirement, policy, observed);
      return weight === 'none' ? 'not-applicable' : weight;
    }
  }
}
