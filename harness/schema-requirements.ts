import { documentOf, messageSchemaId, schemaKinds } from '../core/schema/documents.ts';
import { isObject } from '../protocol/json.ts';

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** Message kinds whose schema cites a requirement, by requirement id. Read once. */
export function schemaRequirements(): ReadonlyMap<string, readonly string[]> {
  if (known !== undefined) return known;
  const byId = new Map<string, string[]>();
  for (const kind of schemaKinds()) {
    const ids = new Set<string>();
    collect(documentOf(messageSchemaId(kind))?.root, ids);
    for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), kind]);
  }
  known = byId;
  return byId;
}

function collect(node: unknown, into: Set<string>): void {
  if (Array.isArray(node)) {
    for (const entry of node) collect(entry, into);
    return;
  }
  if (!isObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'x-requirements' && Array.isArray(value)) for (const id of value) into.add(String(id));
    else if (key === 'x-required' && isObject(value))
      for (const ids of Object.values(value)) for (const id of Array.isArray(ids) ? ids : []) into.add(String(id));
    else collect(value, into);
  }
}
