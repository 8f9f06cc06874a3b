import { bounded } from './bound.ts';
import { isNode } from './documents.ts';
import type { SchemaDocument } from './documents.ts';

/**
 * `x-decode` at the root of a schema: members that travel as a string and whose content the schema describes.
 * `[{ "at": "transaction_data/*", "as": "base64url-json" }]`; `*` is every element. A string that cannot be decoded stays a
 * string, so that the type of the node speaks.
 */
interface DecodeRule {
  readonly at: readonly string[];
  readonly as: 'json' | 'base64url-json';
}

function rulesOf(document: SchemaDocument): readonly DecodeRule[] {
  const rules = document.root['x-decode'];
  if (!Array.isArray(rules)) return [];
  return rules.filter(isNode).map((rule) => ({
    at: String(rule['at']).split('/'),
    as: rule['as'] === 'base64url-json' ? 'base64url-json' : 'json',
  }));
}

/** Replaces encoded members by what they hold, in place. `value` must be a private copy. */
export function decodeMembers(document: SchemaDocument, value: unknown): void {
  for (const rule of rulesOf(document)) {
    rewrite(value, rule.at, (member) => (typeof member === 'string' ? decoded(member, rule.as) : member));
  }
}

/** The way back to the wire form, in place. Strings are left alone: they never were decoded. */
export function encodeMembers(document: SchemaDocument, value: unknown): void {
  for (const rule of rulesOf(document).toReversed()) {
    rewrite(value, rule.at, (member) => {
      if (typeof member === 'string') return member;
      const json = JSON.stringify(member);
      return rule.as === 'json' ? json : Buffer.from(json).toString('base64url');
    });
  }
}

function rewrite(value: unknown, path: readonly string[], change: (member: unknown) => unknown): void {
  const [token, ...rest] = path;
  if (token === undefined || typeof value !== 'object' || value === null) return;
  const container = value as Record<string, unknown>;
  const keys = token === '*' ? (Array.isArray(value) ? Object.keys(value) : []) : [token];
  for (const key of keys) {
    if (!Object.hasOwn(container, key)) continue;
    if (rest.length > 0) rewrite(container[key], rest, change);
    else container[key] = change(container[key]);
  }
}

function decoded(text: string, as: DecodeRule['as']): unknown {
  if (as === 'base64url-json' && !/^[A-Za-z0-9_-]+$/.test(text)) return text;
  try {
    return bounded(JSON.parse(as === 'json' ? text : Buffer.from(text, 'base64url').toString('utf8'))).value;
  } catch {
    return text;
  }
}
