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

  const visit = (here: Place | undefined, at: string, value: unknown, inherited: readonly string[]): void => {
    if (here === undefined) return;
    let places = index.get(here.node);
    if (places === undefined) index.set(here.node, (places = new Map()));
    else if (places.has(at)) return;
    const plan = planOf(here);
    const ids = plan.own.length > 0 ? plan.own : inherited;
    for (const id of plan.judged) exercised.add(id);
    const entry: Visit = { node: here.node, at, value, ids };
    visits.push(entry);
    places.set(at, entry);

    for (const place of plan.always) visit(place, at, value, ids);
    for (const branch of plan.branches) if (holds(branch, value)) visit(branch, at, value, ids);
    if (plan.condition !== undefined)
      visit(holds(plan.condition, value) ? plan.consequence : plan.alternative, at, value, ids);
    if (Array.isArray(value)) {
      if (plan.items === undefined && plan.prefixItems.length === 0) return;
      value.forEach((element, i) => visit(plan.prefixItems[i] ?? plan.items, pointerTo(at, i), element, ids));
    } else if (isNode(value)) {
      for (const id of plan.required) exercised.add(id);
      for (const [name, place] of plan.dependent) if (Object.hasOwn(value, name)) visit(place, at, value, ids);
      if (!plan.looksIntoMembers) return;
      for (const [name, member] of Object.entries(value)) {
        for (const place of memberPlaces(plan, name)) visit(place, pointerTo(at, name), member, ids);
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

/** A node and where it stands, so that the validator can be asked about it. */
interface Place {
  readonly document: SchemaDocument;
  readonly pointer: string;
  readonly node: SchemaNode;
}

/** What a node says, read once. */
interface Plan {
  readonly judged: readonly string[];
  readonly own: readonly string[];
  readonly required: readonly string[];
  /** Subschemas about the very same value. */
  readonly always: readonly Place[];
  readonly branches: readonly Place[];
  readonly condition: Place | undefined;
  readonly consequence: Place | undefined;
  readonly alternative: Place | undefined;
  readonly dependent: readonly (readonly [string, Place])[];
  readonly prefixItems: readonly (Place | undefined)[];
  readonly items: Place | undefined;
  readonly looksIntoMembers: boolean;
  readonly properties: ReadonlyMap<string, Place | undefined>;
  readonly patterns: readonly (readonly [RegExp, Place])[];
  readonly additional: Place | undefined;
}

const plans = new WeakMap<SchemaNode, Plan>();

function planOf(here: Place): Plan {
  const known = plans.get(here.node);
  if (known !== undefined) return known;
  const { node } = here;
  const ref = typeof node['$ref'] === 'string' ? resolveRef(node['$ref'], here.document) : undefined;
  const target = ref !== undefined && isNode(ref.node) ? [{ ...ref, node: ref.node }] : [];
  const judged = idsOf(node['x-requirements']);
  const properties = namedChildren(here, 'properties');
  const patterns = namedChildren(here, 'patternProperties');
  const additional = child(here, 'additionalProperties');
  const plan: Plan = {
    judged,
    own: [...judged, ...idsOf(node['x-breaks'])],
    required: Object.values(requiredIds(node)).flat(),
    always: [...target, ...present(listedChildren(here, 'allOf'))],
    branches: present([...listedChildren(here, 'anyOf'), ...listedChildren(here, 'oneOf')]),
    condition: child(here, 'if'),
    consequence: child(here, 'then'),
    alternative: child(here, 'else'),
    dependent: namedPlaces(namedChildren(here, 'dependentSchemas')),
    prefixItems: listedChildren(here, 'prefixItems'),
    items: child(here, 'items'),
    looksIntoMembers: properties.size > 0 || patterns.size > 0 || additional !== undefined,
    properties,
    patterns: namedPlaces(patterns).map(([expression, place]) => [new RegExp(expression, 'u'), place]),
    additional,
  };
  plans.set(node, plan);
  return plan;
}

function* memberPlaces(plan: Plan, name: string): Generator<Place | undefined> {
  let covered = plan.properties.has(name);
  if (covered) yield plan.properties.get(name);
  for (const [expression, place] of plan.patterns) {
    if (!expression.test(name)) continue;
    covered = true;
    yield place;
  }
  if (!covered) yield plan.additional;
}

function holds(place: Place, value: unknown): boolean {
  return isValidAt(place.document, place.pointer, value);
}

/** Boolean subschemas carry no ids: they are no places. */
function child(here: Place, ...tokens: readonly (string | number)[]): Place | undefined {
  let node: unknown = here.node;
  let pointer = here.pointer;
  for (const token of tokens) {
    node = isNode(node) || Array.isArray(node) ? (node as SchemaNode)[token] : undefined;
    pointer = pointerTo(pointer, token);
  }
  return isNode(node) ? { document: here.document, pointer, node } : undefined;
}

function listedChildren(here: Place, keyword: string): readonly (Place | undefined)[] {
  const list = here.node[keyword];
  return Array.isArray(list) ? list.map((_, i) => child(here, keyword, i)) : [];
}

function namedChildren(here: Place, keyword: string): ReadonlyMap<string, Place | undefined> {
  const members = here.node[keyword];
  return new Map(isNode(members) ? Object.keys(members).map((name) => [name, child(here, keyword, name)]) : []);
}

function present(places: readonly (Place | undefined)[]): readonly Place[] {
  return places.filter((place) => place !== undefined);
}

function namedPlaces(places: ReadonlyMap<string, Place | undefined>): readonly (readonly [string, Place])[] {
  return [...places].flatMap(([name, place]) => (place === undefined ? [] : [[name, place] as const]));
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
