import { decodeMembers, encodeMembers } from './decode.ts';
import { isNode, pointerTo } from './documents.ts';
import type { SchemaNode } from './documents.ts';
import { FORMATS } from './formats.ts';
import { membersOf } from './messages.ts';
import { documentsOf, validateMessage } from './validate.ts';
import type { SchemaSource } from './validate.ts';
import { requiredIds, walk } from './walk.ts';
import type { Visit } from './walk.ts';

/** A conforming message with one thing made wrong. */
export interface Mutation {
  /** Unique for the sample: `remove /c_nonce`. */
  readonly name: string;
  readonly pointer: string;
  /** Ids that the validator cites for the mutated value. */
  readonly requirements: readonly string[];
  readonly value: unknown;
}

interface Edit {
  readonly name: string;
  readonly pointer: string;
  /** undefined removes. */
  readonly to: unknown;
}

/**
 * Violating copies of a conforming sample: for each schema node under requirement ids that the sample reaches, its members removed, its
 * type, constants, forms and bounds broken, forbidden members added. Every mutation really violates: the validator was asked, and it cites
 * at least one id of the node.
 */
export function* mutationsFor(kind: string, sample: unknown, extra: readonly SchemaSource[] = []): Generator<Mutation> {
  const given = new Set<string>([JSON.stringify(sample)]);
  const names = new Map<string, number>();
  for (const document of documentsOf(kind, extra)) {
    const decoded = structuredClone(sample);
    decodeMembers(document, decoded);
    // A node that speaks at many places under the same ids is broken at the first of them.
    const done = new Map<SchemaNode, Set<string>>();
    for (const visit of walk(document, decoded).visits) {
      const under = visit.ids.join(' ');
      const seen = done.get(visit.node) ?? new Set();
      done.set(visit.node, seen);
      if (seen.has(under)) continue;
      seen.add(under);
      for (const [edit, ids] of editsOf(visit)) {
        const value = changed(decoded, edit);
        encodeMembers(document, value);
        const json = JSON.stringify(value);
        if (given.has(json)) continue;
        const cited = new Set(validateMessage(kind, value, extra)?.violations.flatMap((found) => found.requirements));
        if (!ids.some((id) => cited.has(id))) continue;
        given.add(json);
        const count = (names.get(edit.name) ?? 0) + 1;
        names.set(edit.name, count);
        yield {
          name: count === 1 ? edit.name : `${edit.name} (${count})`,
          pointer: edit.pointer,
          requirements: [...cited],
          value,
        };
      }
    }
  }
}

function* editsOf(visit: Visit): Generator<readonly [Edit, readonly string[]]> {
  const { node, at, value, ids } = visit;
  const required = requiredIds(node);
  if (isNode(value)) {
    for (const name of namesIn(node['required'])) {
      const edit = { name: `remove ${pointerTo(at, name)}`, pointer: pointerTo(at, name), to: undefined };
      yield [edit, required[name] ?? ids];
    }
  }
  if (ids.length === 0) return;
  for (const [what, to] of replacements(node, value)) {
    yield [{ name: `${what} ${at === '' ? '/' : at}`, pointer: at, to }, ids];
  }
  for (const [what, pointer, to] of insertions(node, at, value)) {
    yield [{ name: `${what} ${pointer}`, pointer, to }, ids];
  }
}

const WRONG_TYPES: readonly (readonly [type: string, value: unknown])[] = [
  ['string', 'touchstone'],
  ['number', 1.5],
  ['array', ['touchstone']],
];

/** Other values for the whole place. */
function* replacements(node: SchemaNode, value: unknown): Generator<readonly [string, unknown]> {
  if (node['type'] !== undefined) {
    const types = [node['type']].flat();
    for (const [type, other] of WRONG_TYPES) if (!types.includes(type)) yield ['wrong type', other];
  }
  if (node['const'] !== undefined || node['enum'] !== undefined) {
    yield ['other value', typeof value === 'string' ? `${value}-other` : value === true ? false : 'other'];
  }
  // `x-wrong` lists what a reader of the specification would put there by mistake, where no rule can guess it.
  for (const wrong of Array.isArray(node['x-wrong']) ? node['x-wrong'] : []) yield ['other value', wrong];
  const banned = isNode(node['not']) ? (node['not']['enum'] ?? node['not']['const']) : undefined;
  if (banned !== undefined) yield ['forbidden value', Array.isArray(banned) ? banned[0] : banned];
  if (typeof value === 'string') yield* strings(node, value);
  if (typeof node['minimum'] === 'number') yield ['too small', node['minimum'] - 1];
  if (typeof node['exclusiveMinimum'] === 'number') yield ['too small', node['exclusiveMinimum']];
  if (typeof node['maximum'] === 'number') yield ['too large', node['maximum'] + 1];
  if (!Array.isArray(value)) return;
  if (typeof node['minItems'] === 'number') yield ['too few elements', value.slice(0, node['minItems'] - 1)];
  if (typeof node['maxItems'] === 'number') yield ['too many elements', padded(value, node['maxItems'] + 1)];
  if (node['x-unique'] !== undefined && value.length > 0) yield ['repeated element', repeated(node['x-unique'], value)];
}

function* strings(node: SchemaNode, value: string): Generator<readonly [string, unknown]> {
  if (typeof node['minLength'] === 'number') yield ['too short', value.slice(0, Math.max(0, node['minLength'] - 1))];
  if (typeof node['maxLength'] === 'number') yield ['too long', 'x'.repeat(node['maxLength'] + 1)];
  if (typeof node['format'] === 'string') {
    for (const wrong of FORMATS[node['format']]?.wrong ?? ['not a uri']) yield ['wrong form', wrong];
  }
  const patterned = node['pattern'] !== undefined || (isNode(node['not']) && node['not']['pattern'] !== undefined);
  if (!patterned) return;
  for (const wrong of ['', ' ', `${value}?a=b#c`, `${value}"\\`, `${value}é`, 'none', 'HS256', '-', 'x:y', '1'])
    yield ['wrong form', wrong];
}

/** The first element once more; where elements have to differ in one member, they agree in that, even if none had it. */
function repeated(unique: unknown, [first, ...rest]: readonly unknown[]): unknown[] {
  const name = isNode(unique) ? unique['member'] : undefined;
  if (typeof name !== 'string' || !isNode(first)) return [first, ...rest, first];
  const named = { ...first, [name]: first[name] ?? 'touchstone' };
  return [named, ...rest, named];
}

function padded(value: readonly unknown[], length: number): unknown[] {
  return Array.from({ length }, (_, i) => value[i] ?? value[0] ?? 'touchstone');
}

/** Members added, and references broken. */
function* insertions(node: SchemaNode, at: string, value: unknown): Generator<readonly [string, string, unknown]> {
  if (!isNode(value)) return;
  for (const name of membersOf(node['not'])) {
    if (!Object.hasOwn(value, name)) yield ['add', pointerTo(at, name), 'touchstone'];
  }
  // A member that may not be there together with others shows as an upper bound on their number.
  if (typeof node['maxProperties'] === 'number') yield ['add', pointerTo(at, 'touchstone'), ['touchstone']];
  if (node['propertyNames'] !== undefined)
    yield ['misname', pointerTo(at, 'not a name'), Object.values(value)[0] ?? {}];
  const refers = node['x-refers'];
  if (isNode(refers)) {
    const pointer = firstAt(value, String(refers['from']).split('/'), at);
    if (pointer !== undefined) yield ['unknown reference', pointer, 'touchstone-unknown'];
  }
}

function firstAt(value: unknown, path: readonly string[], at: string): string | undefined {
  const [token, ...rest] = path;
  if (token === undefined) return at;
  if (typeof value !== 'object' || value === null) return undefined;
  const keys = token === '*' ? Object.keys(value) : Object.hasOwn(value, token) ? [token] : [];
  for (const key of keys) {
    const found = firstAt((value as Record<string, unknown>)[key], rest, pointerTo(at, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function changed(value: unknown, edit: Edit): unknown {
  if (edit.pointer === '') return structuredClone(edit.to);
  const copy: unknown = structuredClone(value);
  const tokens = edit.pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = tokens.pop() ?? '';
  const parent = tokens.reduce<unknown>((at, token) => (at as Record<string, unknown>)[token], copy);
  if (edit.to === undefined) delete (parent as Record<string, unknown>)[last];
  else (parent as Record<string, unknown>)[last] = edit.to;
  return copy;
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
