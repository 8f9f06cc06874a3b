import { isNode } from './documents.ts';

/**
 * Values of strangers: however deep or wide, what the validator gets is small enough to be judged in bounded time and memory.
 * The limits are far beyond any conforming message.
 */
const MAX_DEPTH = 64;
const MAX_ITEMS = 1_000;
const MAX_MEMBERS = 5_000;
const MAX_NODES = 50_000;

export interface Bounded {
  readonly value: unknown;
  /** Something was cut off, so that absence of a violation proves nothing about the rest. */
  readonly truncated: boolean;
}

/** A deep copy within the limits. A member called `__proto__` stays plain own data; what is not JSON becomes null. */
export function bounded(value: unknown): Bounded {
  let nodes = 0;
  let truncated = false;
  const copy = (item: unknown, depth: number): unknown => {
    nodes += 1;
    if (typeof item !== 'object' || item === null) {
      return typeof item === 'string' ||
        typeof item === 'boolean' ||
        (typeof item === 'number' && Number.isFinite(item))
        ? item
        : null;
    }
    if (depth >= MAX_DEPTH || nodes > MAX_NODES) {
      truncated = true;
      return null;
    }
    if (Array.isArray(item)) {
      if (item.length > MAX_ITEMS) truncated = true;
      return item.slice(0, MAX_ITEMS).map((element) => copy(element, depth + 1));
    }
    const result: Record<string, unknown> = {};
    let members = 0;
    for (const key in item) {
      if (!Object.hasOwn(item, key) || (item as Record<string, unknown>)[key] === undefined) continue;
      members += 1;
      if (members > MAX_MEMBERS) {
        truncated = true;
        break;
      }
      put(result, key, copy((item as Record<string, unknown>)[key], depth + 1));
    }
    return result;
  };
  return { value: copy(value, 0), truncated };
}

/** Sets an own member, whatever its name. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

const PREVIEW = 200;

/** A short JSON rendering for a report: at most 200 characters, no control or direction-changing characters. */
export function preview(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(shortened(value, 0)) ?? 'nothing';
  const plain = json.replaceAll(/[\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g, '\uFFFD');
  return plain.length > PREVIEW ? `${plain.slice(0, PREVIEW - 1)}…` : plain;
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > PREVIEW ? `${value.slice(0, PREVIEW)}…` : value;
  if (Array.isArray(value)) return depth > 3 ? ['…'] : value.slice(0, 20).map((item) => shortened(item, depth + 1));
  if (!isNode(value)) return value;
  if (depth > 3) return '…';
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value).slice(0, 20)) {
    put(result, key.slice(0, PREVIEW), shortened(member, depth + 1));
  }
  return result;
}
