import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Requirement } from '../requirements.ts';
import { indexRequirements } from '../requirements.ts';
import { documentOf, isNode, messageSchemaId, resolveRef, schemaFolder, schemaKinds } from './documents.ts';
import type { SchemaDocument } from './documents.ts';
import { mutationsFor } from './mutate.ts';
import { validateMessage } from './validate.ts';

interface Sample {
  readonly name: string;
  readonly value: unknown;
}

function json(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(schemaFolder(), ...path), 'utf8'));
}

function samplesOf(kind: string): readonly Sample[] {
  return existsSync(join(schemaFolder(), 'samples', `${kind}.json`))
    ? (json('samples', `${kind}.json`) as Sample[])
    : [];
}

const catalogues = indexRequirements(
  ['oid4vci-1.0', 'oid4vp-1.0', 'haip-1.0'].map((name) => json('requirements', `${name}.json`) as Requirement[]),
);

/** Ids that the schema of a kind can cite, `$ref` followed, by keyword. */
function idsOf(kind: string): { judged: Set<string>; broken: Set<string> } {
  const judged = new Set<string>();
  const broken = new Set<string>();
  const followed = new Set<unknown>();
  const visit = (value: unknown, document: SchemaDocument): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, document);
    if (!isNode(value) || followed.has(value)) return;
    followed.add(value);
    for (const [key, member] of Object.entries(value)) {
      if (key === 'x-requirements') for (const id of member as string[]) judged.add(id);
      else if (key === 'x-breaks') for (const id of member as string[]) broken.add(id);
      else if (key === 'x-required') for (const id of Object.values(member as object).flat()) judged.add(String(id));
      else if (key === '$ref') {
        const target = resolveRef(String(member), document);
        if (target !== undefined) visit(target.node, target.document);
      } else if (key !== '$defs') visit(member, document);
    }
  };
  const document = documentOf(messageSchemaId(kind));
  if (document === undefined) throw new Error(kind);
  visit(document.root, document);
  return { judged, broken };
}

const kinds = schemaKinds();

describe.each(kinds)('schema of %s', (kind) => {
  const samples = samplesOf(kind);

  it('is a JSON Schema, and every cited id stands in a catalogue', () => {
    const document = documentOf(messageSchemaId(kind));
    expect(new Ajv2020().validateSchema(document?.root ?? {})).toBe(true);
    const { judged, broken } = idsOf(kind);
    expect([...judged, ...broken].filter((id) => catalogues.get(id) === undefined)).toEqual([]);
  });

  it('is content with every conforming sample', () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const { name, value } of samples) {
      expect({ name, violations: validateMessage(kind, value)?.violations }).toEqual({ name, violations: [] });
    }
  });

  it('makes every id speak on some sample, and fail on some mutation of it', () => {
    const { judged, broken } = idsOf(kind);
    const exercised = new Set(samples.flatMap(({ value }) => validateMessage(kind, value)?.exercised ?? []));
    expect(
      [...judged].filter((id) => !exercised.has(id)),
      'never exercised',
    ).toEqual([]);
    expect(
      [...broken].filter((id) => !judged.has(id) && exercised.has(id)),
      'claimed though only broken',
    ).toEqual([]);
    const failed = new Set<string>();
    for (const { value } of samples) {
      const names = new Set<string>();
      for (const mutation of mutationsFor(kind, value)) {
        expect(names.has(mutation.name), mutation.name).toBe(false);
        names.add(mutation.name);
        for (const id of mutation.requirements) failed.add(id);
      }
    }
    expect(
      [...judged, ...broken].filter((id) => !failed.has(id)),
      'cannot fail',
    ).toEqual([]);
  });
});

it('has no samples without a schema', () => {
  const names = readdirSync(join(schemaFolder(), 'samples')).map((name) => name.replace(/\.json$/, ''));
  expect(names.filter((name) => !kinds.includes(name))).toEqual([]);
});
