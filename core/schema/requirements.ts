import { documentOf, isNode, messageSchemaId, resolveRef } from './documents.ts';
import type { SchemaDocument } from './documents.ts';

/** Requirement ids that the schema of a kind can cite. */
export interface CitableRequirements {
  /** Judged in full: a conforming message that has the member concerned proves them for itself (`x-requirements`, `x-required`). */
  readonly judged: ReadonlySet<string>;
  /** Broken by a violation, but not proven by conformity (`x-breaks`). */
  readonly broken: ReadonlySet<string>;
}

const known = new Map<string, CitableRequirements>();

/** What the schema of a kind can speak about, `$ref` followed. Empty for a kind without a schema. */
export function citableRequirements(kind: string): CitableRequirements {
  const cached = known.get(kind);
  if (cached !== undefined) return cached;
  const judged = new Set<string>();
  const broken = new Set<string>();
  const followed = new Set<unknown>();
  const visit = (value: unknown, document: SchemaDocument): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, document);
    if (!isNode(value) || followed.has(value)) return;
    followed.add(value);
    for (const [key, member] of Object.entries(value)) {
      if (key === 'x-requirements') for (const id of listOf(member)) judged.add(id);
      else if (key === 'x-breaks') for (const id of listOf(member)) broken.add(id);
      else if (key === 'x-required') for (const id of listOf(Object.values(member ?? {}).flat())) judged.add(id);
      else if (key === '$ref') {
        const target = resolveRef(String(member), document);
        if (target !== undefined) visit(target.node, target.document);
      } else if (key !== '$defs') visit(member, document);
    }
  };
  const document = documentOf(messageSchemaId(kind));
  if (document !== undefined) visit(document.root, document);
  const result = { judged, broken };
  known.set(kind, result);
  return result;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
