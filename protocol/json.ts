import type { ReadError } from './read-error.ts';

/** A JSON object from outside: every member is unknown until an accessor has looked. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonLimits {
  /** Bytes (of a text: UTF-16 units). Default 10 MiB. */
  readonly maxBytes?: number;
  /** Nesting of arrays and objects. Default 64. */
  readonly maxDepth?: number;
}

export interface JsonReading {
  /** undefined where nothing could be parsed. */
  readonly value: unknown;
  readonly errors: readonly ReadError[];
}

/**
 * Parses JSON (RFC 8259) strictly, without throwing. Codes: `json-too-large`, `json-too-deep`, `json-syntax`, `json-utf8`, `json-bom`,
 * `duplicate-member` (the last value is kept, as ECMAScript does). A member called `__proto__` stays plain own data.
 */
export function readJson(_input: string | Uint8Array, _limits?: JsonLimits): JsonReading {
  throw new Error('not built yet');
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own member of an object; undefined if absent or if `value` is no object. Never reads a prototype. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Own member if it is a string. */
export function str(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** Own member if it is a finite number. */
export function num(value: unknown, name: string): number | undefined {
  const found = member(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** Own member if it is a boolean. */
export function bool(value: unknown, name: string): boolean | undefined {
  const found = member(value, name);
  return typeof found === 'boolean' ? found : undefined;
}

/** Own member if it is an object. */
export function obj(value: unknown, name: string): JsonObject | undefined {
  const found = member(value, name);
  return isObject(found) ? found : undefined;
}

/** Own member if it is an array. */
export function arr(value: unknown, name: string): readonly unknown[] | undefined {
  const found = member(value, name);
  return Array.isArray(found) ? found : undefined;
}

/** Own member if it is an array of strings only. */
export function strings(value: unknown, name: string): readonly string[] | undefined {
  const found = arr(value, name);
  return found?.every((item) => typeof item === 'string') === true ? (found as readonly string[]) : undefined;
}

/** Value at an RFC 6901 JSON pointer (`/a/0/b`; `''` is the whole); undefined if it is not there or the pointer is malformed. */
export function pointer(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (!path.startsWith('/')) return undefined;
  let here: unknown = value;
  for (const raw of path.slice(1).split('/')) {
    const token = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(here)) here = /^(0|[1-9][0-9]*)$/.test(token) ? here[Number(token)] : undefined;
    else here = member(here, token);
    if (here === undefined) return undefined;
  }
  return here;
}

/** One token of a JSON pointer, escaped (RFC 6901 3). */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Sets an own data member, also one called `__proto__`, without touching prototypes. */
export function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
