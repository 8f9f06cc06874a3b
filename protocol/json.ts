import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

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
export function readJson(input: string | Uint8Array, limits: JsonLimits = {}): JsonReading {
  const maxBytes = limits.maxBytes ?? 10 * 1024 * 1024;
  const maxDepth = limits.maxDepth ?? 64;
  if (input.length > maxBytes) {
    return only('json-too-large', `JSON of more than ${maxBytes} bytes`, `JSON 超過 ${maxBytes} 位元組`);
  }
  const errors: ReadError[] = [];
  let source = typeof input === 'string' ? input : decodeUtf8(input, errors);
  if (source.charCodeAt(0) === 0xfeff) {
    errors.push(
      readError('json-bom', 'JSON starts with a byte order mark', 'JSON 以位元組順序記號（BOM）開頭', {
        section: 'RFC8259 8.1',
      }),
    );
    source = source.slice(1);
  }
  // Depth first: JSON.parse survives any depth, but takes its time and memory. Other text fails at its first character.
  const found: ReadError[] = [];
  if (/^\s*[[{"]/.test(source) && !scan(source, maxDepth, found))
    return { value: undefined, errors: [...errors, ...found] };
  try {
    const value: unknown = JSON.parse(source);
    return { value, errors: [...errors, ...found] };
  } catch (error) {
    // V8 quotes the stranger's text in its message; only the position is taken from it.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const where = position === undefined ? ['', ''] : [` at position ${position}`, `（位置 ${position}）`];
    errors.push(
      readError(
        'json-syntax',
        `not JSON${where[0]}: ${quote(source, 40)}`,
        `不是 JSON${where[1]}：${quote(source, 40)}`,
        {
          section: 'RFC8259 2',
        },
      ),
    );
    return { value: undefined, errors };
  }
}

function only(code: string, en: string, zh: string): JsonReading {
  return { value: undefined, errors: [readError(code, en, zh)] };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const looseUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, errors: ReadError[]): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    errors.push(readError('json-utf8', 'JSON is not valid UTF-8', 'JSON 不是有效的 UTF-8', { section: 'RFC8259 8.1' }));
    return looseUtf8.decode(bytes);
  }
}

const MAX_DUPLICATES = 20;

interface Level {
  /** Names seen so far; made with the first one, since most of a million objects may be empty. */
  names: Set<string> | undefined;
  readonly object: boolean;
  /** The member or element that is being read. */
  at: string | number;
}

/**
 * Walks text for what JSON.parse does not tell: depth and duplicate names. Right for JSON, harmless for anything else. Iterative, so
 * that depth costs no stack. Returns false if it is too deep.
 */
function scan(source: string, maxDepth: number, errors: ReadError[]): boolean {
  const levels: Level[] = [];
  let level: Level | undefined;
  let expectName = false;
  let duplicates = 0;
  for (let i = 0; i < source.length; i++) {
    switch (source.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: {
        // [
        if (levels.length >= maxDepth) {
          errors.push(readError('json-too-deep', `nested deeper than ${maxDepth}`, `巢狀層數超過 ${maxDepth}`));
          return false;
        }
        const object = source.charCodeAt(i) === 0x7b;
        level = { names: undefined, object, at: object ? '' : 0 };
        levels.push(level);
        expectName = object;
        break;
      }
      case 0x7d: // }
      case 0x5d: // ]
        levels.pop();
        level = levels.at(-1);
        expectName = false;
        break;
      case 0x2c: // ,
        expectName = level?.object === true;
        if (level !== undefined && typeof level.at === 'number') level.at += 1;
        break;
      case 0x22: {
        const end = endOfString(source, i);
        if (expectName && level !== undefined) {
          const raw = source.slice(i + 1, end);
          const name = raw.includes('\\') ? unescape(raw) : raw;
          level.at = name;
          level.names ??= new Set();
          if (level.names.has(name) && duplicates++ < MAX_DUPLICATES) errors.push(duplicate(name, levels));
          level.names.add(name);
          expectName = false;
        }
        i = end;
        break;
      }
      default:
    }
  }
  return true;
}

function unescape(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(source: string, start: number): number {
  let end = source.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (source.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
    end = source.indexOf('"', end + 1);
  }
  return source.length;
}

function duplicate(name: string, levels: readonly Level[]): ReadError {
  const at = levels.map((level) => `/${pointerToken(quote(String(level.at)))}`).join('');
  return readError(
    'duplicate-member',
    `member "${quote(name)}" appears more than once`,
    `成員「${quote(name)}」重複出現`,
    { at, section: 'RFC8259 4' },
  );
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
  return found?.every((item) => typeof item === 'string') === true ? found : undefined;
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
