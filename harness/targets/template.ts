import { isObject, setOwn } from '../../protocol/json.ts';
import type { WishLimits, WishNames } from '../configuration/types.ts';

/** Values that a template may name. */
export type Values = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9]*)(:sh)?\}/g;

/**
 * Fills `{name}` in a text; an absent value becomes nothing. `{name:sh}` is quoted for a POSIX shell at the other end, for programs such
 * as adb and ssh, which hand their arguments to one. `encode` says how a value must be written at that place (in a URL, for example).
 */
export function fillText(
  template: string,
  values: Values,
  encode: (value: string) => string = (value) => value,
): string {
  return template.replace(PLACEHOLDER, (_whole, name: string, shell: string | undefined) => {
    const value = own(values, name);
    const written =
      value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    return shell === undefined ? encode(written) : `'${written.replaceAll("'", String.raw`'\''`)}'`;
  });
}

/**
 * Fills a JSON template. A text that is one placeholder becomes the value itself with its type, or the member is left out if the value is
 * absent; placeholders inside a longer text are written into it.
 */
export function fillJson(template: unknown, values: Values): unknown {
  if (typeof template === 'string') {
    const whole = /^\{([A-Za-z][A-Za-z0-9]*)\}$/.exec(template)?.[1];
    return whole === undefined ? fillText(template, values) : own(values, whole);
  }
  if (Array.isArray(template))
    return template.map((item) => fillJson(item, values)).filter((item) => item !== undefined);
  if (!isObject(template)) return template;
  const filled: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(template)) {
    const value = fillJson(member, values);
    if (value !== undefined) setOwn(filled, name, value);
  }
  return filled;
}

/** The wish's members, as the target calls them. A member without a name of the target's keeps ours. */
export function wishValues(wish: Values, names: WishNames | undefined): Values {
  const values: Record<string, unknown> = { ...wish };
  for (const [member, table] of Object.entries(names ?? {})) {
    const wanted = own(wish, member);
    const key = wanted === undefined ? 'default' : typeof wanted === 'string' ? wanted : JSON.stringify(wanted);
    if (Object.hasOwn(table, key)) values[member] = table[key];
    else if (Object.hasOwn(table, 'default')) values[member] = table['default'];
  }
  return values;
}

/** The first member of a wish that the target cannot do, if any. An absent member counts as `false`: the simplest form. */
export function beyondLimits(wish: Values, limits: WishLimits | undefined): string | undefined {
  for (const [member, allowed] of Object.entries(limits ?? {})) {
    const wanted = own(wish, member) ?? false;
    if (wanted === false && !allowed.some((value) => typeof value === 'boolean')) continue;
    if (!allowed.includes(wanted)) return `${member}: ${JSON.stringify(wanted)}`;
  }
  return undefined;
}

function own(values: Values, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
