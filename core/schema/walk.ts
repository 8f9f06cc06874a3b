import { isValidAt } from './compile.ts';
import { isNode, pointerTo, resolveRef } from './documents.ts';
import type { SchemaDocument, SchemaNode } from './documents.ts';

/** A schema node that spoke about one place of an instance. */
export interface Visit {
  readonly node: SchemaNode;
  /** JSON Pointer into the instance. */
  readonly at: string;
  readonly value: unknown;
  /** Requirement ids of the node (`x-requirements` and `x-breaks`), or of the nearest node that encloses it, across `$ref`. */
  readonly ids: readonly string[];
}

/** What evaluating a schema on an instance touched. */
export interface Walk {
  readonly visits: readonly Visit[];
  /**
   * Ids that the instance made speak, in the order of meeting. Not those of `x-breaks`: they need more than the schema sees, so a
   * violation breaks them, while conformity proves nothing.
   */
  readonly exercised: ReadonlySet<string>;
  /** The visit of a node at a place; undefined for nodes in branches that did not apply. */
  find(node: unknown, at: string): Visit | undefined;
}

/**
 * Walks a schema along an instance the way a validator does: into members that are present, through `$ref` and `allOf`, into the branches of
 * anyOf, oneOf and if that hold. So it knows which nodes spoke, and under whose requirement each of them stands.
 */
export function walk(document: SchemaDocument, instance: unknown): Walk {
  const visits: Visit[] = [];
  const exercised = new Set<string>();
  const index = new Map<SchemaNode, Map<string, Visit>>();

  const visit = (here: Place, at: string, value: unknown, inherited: readonly string[]): void => {
    const { node } = here;
    if (!isNode(node)) return;
    const known = index.get(node);
    if (known?.has(at) === true) return;
    const judged = idsOf(node['x-requirements']);
    const own = [...judged, ...idsOf(node['x-breaks'])];
    const ids = own.length > 0 ? own : inherited;
    for (const id of judged) exercised.add(id);
    const entry: Visit = { node, at, value, ids };
    visits.push(entry);
    if (known === undefined) index.set(node, new Map([[at, entry]]));
    else known.set(at, entry);

    const into = (place: Place, to: string, part: unknown): void => visit(place, to, part, ids);
    for (const place of samePlace(here, value)) into(place, at, value);
    if (Array.isArray(value)) {
      value.forEach((element, i) => {
        for (const place of elementPlaces(here, i)) into(place, pointerTo(at, i), element);
      });
    } else if (isNode(value)) {
      for (const member of Object.values(requiredIds(node))) for (const id of member) exercised.add(id);
      for (const [name, member] of Object.entries(value)) {
        for (const place of memberPlaces(here, name)) into(place, pointerTo(at, name), member);
      }
    }
  };

  visit({ document, pointer: '', node: document.root }, '', instance, []);
  return {
    visits,
    exercised,
    find: (node, at) => (isNode(node) ? index.get(node)?.get(at) : undefined),
  };
}

interface Place {
  readonly document: SchemaDocument;
  readonly pointer: string;
  readonly node: unknown;
}

function child(place: Place, ...tokens: readonly (string | number)[]): Place {
  let node: unknown = place.node;
  let pointer = place.pointer;
  for (const token of tokens) {
    node = isNode(node) || Array.isArray(node) ? (node as SchemaNode)[token] : undefined;
    pointer = pointerTo(pointer, token);
  }
  return { document: place.document, pointer, node };
}

/** Subschemas that speak about the very same value. */
function* samePlace(here: Place, value: unknown): Generator<Place> {
  const node = here.node as SchemaNode;
  if (typeof node['$ref'] === 'string') {
    const target = resolveRef(node['$ref'], here.document);
    if (target !== undefined) yield target;
  }
  for (let i = 0; i < lengthOf(node['allOf']); i += 1) yield child(here, 'allOf', i);
  for (const keyword of ['anyOf', 'oneOf']) {
    for (let i = 0; i < lengthOf(node[keyword]); i += 1) {
      const branch = child(here, keyword, i);
      if (isValidAt(branch.document, branch.pointer, value)) yield branch;
    }
  }
  if (node['if'] !== undefined) {
    const condition = child(here, 'if');
    yield child(here, isValidAt(condition.document, condition.pointer, value) ? 'then' : 'else');
  }
  if (isNode(node['dependentSchemas']) && isNode(value)) {
    for (const name of Object.keys(node['dependentSchemas'])) {
      if (Object.hasOwn(value, name)) yield child(here, 'dependentSchemas', name);
    }
  }
}

function* elementPlaces(here: Place, i: number): Generator<Place> {
  const node = here.node as SchemaNode;
  if (i < lengthOf(node['prefixItems'])) yield child(here, 'prefixItems', i);
  else if (node['items'] !== undefined) yield child(here, 'items');
}

function* memberPlaces(here: Place, name: string): Generator<Place> {
  const node = here.node as SchemaNode;
  const { properties, patternProperties, additionalProperties } = node;
  let covered = false;
  if (isNode(properties) && Object.hasOwn(properties, name)) {
    covered = true;
    yield child(here, 'properties', name);
  }
  for (const expression of isNode(patternProperties) ? Object.keys(patternProperties) : []) {
    if (!new RegExp(expression, 'u').test(name)) continue;
    covered = true;
    yield child(here, 'patternProperties', expression);
  }
  if (!covered && additionalProperties !== undefined) yield child(here, 'additionalProperties');
}

/** `x-required` of a node: ids of the obligation that a member is there, by member. */
export function requiredIds(node: SchemaNode): Readonly<Record<string, readonly string[]>> {
  const map = node['x-required'];
  if (!isNode(map)) return {};
  return Object.fromEntries(Object.entries(map).map(([member, ids]) => [member, idsOf(ids)]));
}

function idsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
