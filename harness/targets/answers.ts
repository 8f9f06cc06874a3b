import { DriverError } from '../../core/contracts/driver.ts';
import { OUTCOMES } from '../../core/outcome.ts';
import type { Outcome } from '../../core/outcome.ts';
import { pointer, readJson } from '../../protocol/json.ts';
import type { OutcomeAnswer, OutcomeNames } from '../configuration/types.ts';

/** An answer of a target's control interface: JSON, or else its text without surrounding white space. */
export function readAnswer(body: string | Uint8Array): unknown {
  const { value, errors } = readJson(body, { maxBytes: MAX_ANSWER });
  if (value !== undefined || errors.some(({ code }) => code !== 'json-syntax')) return value;
  return (typeof body === 'string' ? body : Buffer.from(body).toString('utf8')).trim();
}

const MAX_ANSWER = 2 * 1024 * 1024;

/** A text at a pointer of an answer; a plain answer is the link itself. Throws DriverError `malformed` if there is none. */
export function linkIn(answer: unknown, at: string): string {
  const value = typeof answer === 'string' ? answer : pointer(answer, at);
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(value)) return value;
  throw new DriverError(
    'malformed',
    `the target's answer has no link at ${at === '' ? 'its root' : at}: ${brief(answer)}`,
  );
}

/** A text or number at a pointer, as a text; undefined if there is none. */
export function textIn(answer: unknown, at: string): string | undefined {
  const value = at === '' ? answer : pointer(answer, at);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

export interface ReadOutcome {
  readonly outcome: Outcome | 'pending';
  readonly detail?: string;
  readonly claims?: unknown;
}

/** The outcome that an answer tells. `unknown` with a detail for a value that nobody has given a meaning. */
export function outcomeIn(answer: unknown, at: OutcomeAnswer, names: OutcomeNames | undefined): ReadOutcome {
  const value = pointer(answer, at.outcome ?? DEFAULT_POINTERS.outcome);
  const detail = textIn(answer, at.detail ?? DEFAULT_POINTERS.detail);
  const claims = pointer(answer, at.claims ?? DEFAULT_POINTERS.claims);
  const outcome = named(value, names);
  const said = outcome === 'unknown' ? `the target said ${brief(value)}` : undefined;
  const full = [said, detail].filter((part) => part !== undefined).join(': ');
  return {
    outcome,
    ...(full === '' ? {} : { detail: full.slice(0, 1000) }),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Where the bundled targets put things, so that a target with the same interface needs no pointers. */
export const DEFAULT_POINTERS = {
  link: '/link',
  offer: '/offer',
  txCode: '/tx_code',
  id: '/id',
  outcome: '/outcome',
  detail: '/detail',
  claims: '/claims',
} as const;

function named(value: unknown, names: OutcomeNames | undefined): Outcome | 'pending' {
  const written = typeof value === 'string' ? value : value === undefined ? 'absent' : JSON.stringify(value);
  if (names !== undefined && Object.hasOwn(names, written)) return names[written] ?? 'unknown';
  if (written === 'pending') return 'pending';
  return OUTCOMES.find((outcome) => outcome === written) ?? 'unknown';
}

/** A stranger's value in an error message: short, one line, no control characters. */
export function brief(value: unknown): string {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  // oxlint-disable-next-line no-control-regex
  return written.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 160);
}
