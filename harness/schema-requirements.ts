import { schemaKinds } from '../core/schema/documents.ts';
import { citableRequirements } from '../core/schema/requirements.ts';

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** Message kinds whose schema judges a requirement, by requirement id. Read once. */
export function schemaRequirements(): ReadonlyMap<string, readonly string[]> {
  if (known !== undefined) return known;
  const byId = new Map<string, string[]>();
  for (const kind of schemaKinds()) {
    const { judged, broken } = citableRequirements(kind);
    for (const id of new Set([...judged, ...broken])) byId.set(id, [...(byId.get(id) ?? []), kind]);
  }
  known = byId;
  return byId;
}
