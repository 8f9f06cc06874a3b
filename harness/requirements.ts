import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement, RequirementIndex } from '../core/requirements.ts';
import { indexRequirements } from '../core/requirements.ts';
import { schemaFolder } from '../core/schema/documents.ts';

export interface Catalogue {
  readonly id: string;
  readonly sha256: string;
  readonly requirements: readonly Requirement[];
}

const loaded = new Map<string, Catalogue>();

/** Reads a catalogue of `schemas/requirements/`, once. Throws if there is no such file: a profile names it. */
export function loadCatalogue(id: string): Catalogue {
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const content = readFileSync(join(schemaFolder(), 'requirements', `${id}.json`));
  const catalogue: Catalogue = {
    id,
    sha256: createHash('sha256').update(content).digest('hex'),
    requirements: JSON.parse(content.toString('utf8')) as Requirement[],
  };
  loaded.set(id, catalogue);
  return catalogue;
}

/** Ids of all catalogues that stand in `schemas/requirements/`, in a fixed order. */
export function catalogueIds(): string[] {
  return readdirSync(join(schemaFolder(), 'requirements'))
    .filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** One index over some catalogues. */
export function loadRequirements(ids: readonly string[]): RequirementIndex {
  return indexRequirements(ids.map((id) => loadCatalogue(id).requirements));
}
