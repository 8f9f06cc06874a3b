/**
 * How a flow ended for the goal that it has (a credential stored, a presentation accepted).
 * `crashed`: 5xx, closed socket, timeout. `nothing`: silence until the deadline. `unknown`: no source could tell.
 */
export const OUTCOMES = ['accepted', 'refused', 'warned', 'declined-by-user', 'nothing', 'crashed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Who said so, strongest first (DESIGN 2, outcomes). */
export const OUTCOME_SOURCES = ['wire', 'result', 'driver', 'probe', 'person'] as const;
export type OutcomeSource = (typeof OUTCOME_SOURCES)[number];
