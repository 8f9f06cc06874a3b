import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

const root = join(import.meta.dirname, '..');
const compiled = new Map<string, ValidateFunction>();

function validator(name: string): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats.default(ajv);
  const made = ajv.compile(JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8')) as object);
  compiled.set(name, made);
  return made;
}

/** Every line of `trace.jsonl` and the whole of `results.json` are as their published schemas say. */
export function expectValidRecord(dir: string): void {
  const line = validator('trace.schema.json');
  const lines = readFileSync(join(dir, 'trace.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  const wrong = lines.flatMap((text, index) =>
    line(JSON.parse(text)) ? [] : [`line ${index + 1}: ${JSON.stringify(line.errors)} ${text.slice(0, 300)}`],
  );
  expect(wrong.slice(0, 5), wrong[0] ?? '').toEqual([]);
  const results = validator('results.schema.json');
  results(JSON.parse(readFileSync(join(dir, 'results.json'), 'utf8')));
  expect(results.errors ?? []).toEqual([]);
}
