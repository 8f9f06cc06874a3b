export const LEVELS = ['MUST', 'MUST NOT', 'REQUIRED', 'SHOULD', 'SHOULD NOT', 'MAY', 'OPTIONAL'] as const;
export type Level = (typeof LEVELS)[number];

/** One obligation of a specification or profile, as it stands in `schemas/requirements/<catalogue>.json`. */
export interface Requirement {
  readonly id: string;
  readonly section: string;
  readonly anchor: string;
  readonly title: string;
  readonly level: Level;
  readonly subject: string | readonly string[];
  readonly text: string;
  readonly condition: string | null;
  readonly observable: 'message' | 'behaviour' | 'internal';
  readonly stimulus: string | null;
  readonly check_hint: string;
  readonly keyword: string | null;
  /** `keyword`, `declarative`, `inferred`, or, in national catalogues, the strength of the evidence (`weak` warns at most). */
  readonly basis: string;
  readonly in_final_text: boolean;
}

/** Catalogues by id. Throws nothing; a missing id is undefined. */
export interface RequirementIndex {
  get(id: string): Requirement | undefined;
  all(): readonly Requirement[];
}

/** Builds an index over whole catalogues. A duplicate id is a programming error and throws. */
export function indexRequirements(catalogues: readonly (readonly Requirement[])[]): RequirementIndex {
  const byId = new Map<string, Requirement>();
  for (const requirement of catalogues.flat()) {
    if (byId.has(requirement.id)) throw new Error(`requirement ${requirement.id} stands in two places`);
    byId.set(requirement.id, requirement);
  }
  return { get: (id) => byId.get(id), all: () => [...byId.values()] };
}

/** Subjects of a requirement as a list. */
export function subjects(requirement: Requirement): readonly string[] {
  return typeof requirement.subject === 'string' ? [requirement.subject] : requirement.subject;
}
