import { isObject, member } from './json.ts';
import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

/** A claims path pointer: string = member, non-negative integer = element, null = all elements (OpenID4VP 7, OpenID4VCI C). */
export type ClaimsPath = readonly (string | number | null)[];

/** A path without wildcards: where one value really stands. */
export type ConcretePath = readonly (string | number)[];

export interface ClaimsPathReading {
  readonly path: ClaimsPath | undefined;
  readonly errors: readonly ReadError[];
}

const SECTION = 'OpenID4VP 7';

/** Reads a claims path pointer from outside. Codes: `path-not-array`, `path-empty`, `path-component`. */
export function readClaimsPath(value: unknown): ClaimsPathReading {
  if (!Array.isArray(value)) {
    const error = readError(
      'path-not-array',
      'a claims path pointer is an array',
      '宣告路徑指標（claims path pointer）必須是陣列',
      {
        section: SECTION,
      },
    );
    return { path: undefined, errors: [error] };
  }
  if (value.length === 0) {
    const error = readError('path-empty', 'a claims path pointer is not empty', '宣告路徑指標不得為空', {
      section: SECTION,
    });
    return { path: undefined, errors: [error] };
  }
  const errors: ReadError[] = [];
  const path: (string | number | null)[] = [];
  for (const [index, component] of value.entries()) {
    if (isComponent(component)) path.push(component);
    else if (errors.length < 10) {
      errors.push(
        readError(
          'path-component',
          `component ${quote(component)} is no string, null or non-negative integer`,
          `路徑元素 ${quote(component)} 不是字串、null 或非負整數`,
          { at: `/${index}`, section: SECTION },
        ),
      );
    }
  }
  return { path: errors.length === 0 ? path : undefined, errors };
}

function isComponent(value: unknown): value is string | number | null {
  return (
    typeof value === 'string' || value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0)
  );
}

export interface Selected {
  readonly path: ConcretePath;
  readonly value: unknown;
}

/** What a path points at. `wrong-type`: a component met an object where it needs an array, or the reverse; `nothing`: no element is left. */
export type Selection =
  | { readonly ok: true; readonly selected: readonly Selected[] }
  | { readonly ok: false; readonly reason: 'wrong-type' | 'nothing' };

/** Processes a claims path pointer on a JSON-based credential (OpenID4VP 7.1.1). Never throws. */
export function selectClaims(credential: unknown, path: ClaimsPath): Selection {
  let selected: Selected[] = [{ path: [], value: credential }];
  for (const component of path) {
    const next: Selected[] = [];
    for (const { path: at, value } of selected) {
      if (typeof component === 'string') {
        if (!isObject(value)) return { ok: false, reason: 'wrong-type' };
        if (Object.hasOwn(value, component)) next.push({ path: [...at, component], value: member(value, component) });
      } else {
        if (!Array.isArray(value)) return { ok: false, reason: 'wrong-type' };
        const items: readonly unknown[] = value;
        if (component === null)
          for (const [index, item] of items.entries()) next.push({ path: [...at, index], value: item });
        else if (component < items.length) next.push({ path: [...at, component], value: items[component] });
      }
    }
    selected = next;
  }
  return selected.length === 0 ? { ok: false, reason: 'nothing' } : { ok: true, selected };
}

/** True if `pattern` (which may hold wildcards) names exactly this place. */
export function matchesPath(pattern: ClaimsPath, path: ConcretePath): boolean {
  return pattern.length === path.length && startsWithPath(path, pattern);
}

/** True if `path` stands at or below `prefix`; null in the prefix stands for any index. */
export function startsWithPath(path: ClaimsPath, prefix: ClaimsPath): boolean {
  return (
    prefix.length <= path.length &&
    prefix.every((component, index) => {
      const other = path[index];
      return component === other || (component === null && typeof other === 'number');
    })
  );
}

/** A path as a JSON-like text for messages: `["address","locality"]`. */
export function showPath(path: ClaimsPath): string {
  return quote(JSON.stringify(path), 120);
}
