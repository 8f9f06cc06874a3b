import type { Text } from '../core/text.ts';
import { text } from '../core/text.ts';

/**
 * What a tolerant reader noticed. Readers never throw: they return what they could read and a list of these.
 * `code` is stable (`duplicate-member`, `base64url-padding` …); checks map codes to requirements.
 */
export interface ReadError {
  readonly code: string;
  readonly message: Text;
  /** Where: a JSON pointer, or a word such as `header`, `disclosures/2`. */
  readonly at?: string;
  /** The rule that is broken: `RFC9901 7.1`. */
  readonly section?: string;
}

/** Builds a ReadError; both languages are mandatory. */
export function readError(
  code: string,
  en: string,
  zh: string,
  where: { readonly at?: string; readonly section?: string } = {},
): ReadError {
  return { code, message: text(en, zh), ...where };
}

/** The same errors, each with `prefix` before its place: an error at `/alg` of `header` becomes `header/alg`. */
export function errorsAt(prefix: string, errors: readonly ReadError[]): ReadError[] {
  return errors.map((error) => ({ ...error, at: joinPlace(prefix, error.at) }));
}

function joinPlace(prefix: string, at: string | undefined): string {
  if (at === undefined || at === '') return prefix;
  return at.startsWith('/') ? `${prefix}${at}` : `${prefix}/${at}`;
}

/** Shortens a stranger's string for a message, so that a 5 MB value never reaches a report. */
export function quote(value: unknown, max = 60): string {
  const shown = typeof value === 'string' ? value : shortJson(value);
  return shown.length > max ? `${shown.slice(0, max)}…` : shown;
}

/** JSON of a value; JSON.stringify gives undefined for what JSON does not know. */
function shortJson(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  return json ?? typeof value;
}
