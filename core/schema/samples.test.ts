import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Requirement } from '../requirements.ts';
import { indexRequirements } from '../requirements.ts';
import { documentOf, messageSchemaId, schemaFolder, schemaKinds } from './documents.ts';
import { mutationsFor } from './mutate.ts';
import { citableRequirements } from './requirements.ts';
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

const kinds = schemaKinds();

describe.each(kinds)('schema of %s', (kind) => {
  const samples = samplesOf(kind);

  it('is a JSON Schema, and every cited id stands in a catalogue', () => {
    const document = documentOf(messageSchemaId(kind));
    expect(new Ajv2020().validateSchema(document?.root ?? {})).toBe(true);
    const { judged, broken } = citableRequirements(kind);
    expect([...judged, ...broken].filter((id) => catalogues.get(id) === undefined)).toEqual([]);
  });

  it('is content with every conforming sample', () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const { name, value } of samples) {
      expect({ name, violations: validateMessage(kind, value)?.violations }).toEqual({ name, violations: [] });
    }
  });

  it('makes every id speak on some sample, and fail on some mutation of it', () => {
    const { judged, broken } = citableRequirements(kind);
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
