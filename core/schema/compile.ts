import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, FuncKeywordDefinition, ValidateFunction } from 'ajv/dist/2020.js';
import type AddFormats from 'ajv-formats';
import { closureOf, isNode } from './documents.ts';
import type { SchemaDocument } from './documents.ts';
import { FORMATS } from './formats.ts';

/** Keywords of ours that assert nothing by themselves. */
const ANNOTATIONS = ['x-requirements', 'x-required', 'x-breaks', 'x-wrong', 'x-decode'];

let instance: Ajv2020 | undefined;

/** The one Ajv of the process, loaded at first use: commands that judge nothing do not pay for it. */
function validator(): Ajv2020 {
  if (instance !== undefined) return instance;
  const load = createRequire(import.meta.url);
  const { Ajv2020: Constructor } = load('ajv/dist/2020.js') as { Ajv2020: typeof Ajv2020 };
  const { default: addFormats } = load('ajv-formats') as { default: typeof AddFormats.default };
  const ajv = new Constructor({
    allErrors: true,
    verbose: true,
    ownProperties: true,
    allowUnionTypes: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    validateSchema: false,
  });
  addFormats(ajv, ['uri', 'date-time']);
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format.test);
  ajv.addVocabulary(ANNOTATIONS);
  ajv.addKeyword(UNIQUE);
  ajv.addKeyword(REFERS);
  instance = ajv;
  return ajv;
}

/**
 * `x-unique: {}`: no element of the array occurs twice. `{ "member": "kid" }`: no two objects agree in that member.
 * `{ "ignoreCase": true }` for language tags. Linear, where `uniqueItems` compares each with each.
 */
const UNIQUE: FuncKeywordDefinition = {
  keyword: 'x-unique',
  type: 'array',
  schemaType: 'object',
  errors: false,
  validate: (rule: { member?: string; ignoreCase?: boolean }, items: readonly unknown[]) => {
    const seen = new Set<string>();
    for (const item of items) {
      const value = rule.member === undefined ? item : isNode(item) ? item[rule.member] : undefined;
      if (value === undefined) continue;
      const json = JSON.stringify(value);
      const key = rule.ignoreCase === true ? json.toLowerCase() : json;
      if (seen.has(key)) return false;
      seen.add(key);
    }
    return true;
  },
};

/**
 * `x-refers: { "from": path, "to": path }` on an object: every string found at `from` is found at `to` too. A path is member names
 * joined by slashes, with a star for every element. Judges nothing if there is nothing at `to` (the other side is not part of this message).
 */
const REFERS: FuncKeywordDefinition = {
  keyword: 'x-refers',
  type: 'object',
  schemaType: 'object',
  errors: false,
  validate: (rule: { from: string; to: string }, value: unknown) => {
    const targets = new Set(valuesAt(value, rule.to.split('/')));
    return targets.size === 0 || valuesAt(value, rule.from.split('/')).every((item) => targets.has(item));
  },
};

/** Values at a path with `*` for every element; only strings, since only they refer. */
export function valuesAt(value: unknown, path: readonly string[]): string[] {
  const [token, ...rest] = path;
  if (token === undefined) return typeof value === 'string' ? [value] : [];
  if (token === '*') return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : [];
  return isNode(value) && Object.hasOwn(value, token) ? valuesAt(value[token], rest) : [];
}

const compiled = new Map<string, ValidateFunction>();
const added = new Set<string>();

function compiledAt(document: SchemaDocument, pointer: string): ValidateFunction {
  const key = `${document.id}#${pointer}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const ajv = validator();
  for (const part of closureOf(document)) {
    if (added.has(part.id)) continue;
    ajv.addSchema(part.root, part.id);
    added.add(part.id);
  }
  const fragment = pointer.split('/').map(encodeURIComponent).join('/');
  const validate = ajv.getSchema(pointer === '' ? document.id : `${document.id}#${fragment}`);
  if (validate === undefined) throw new Error(`no schema at ${key}`);
  compiled.set(key, validate);
  return validate;
}

export type SchemaError = ErrorObject<string, Record<string, unknown>>;

/** All errors of a value against the node at a pointer of a document, as Ajv reports them. */
export function errorsOf(document: SchemaDocument, pointer: string, value: unknown): readonly SchemaError[] {
  const validate = compiledAt(document, pointer);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  // Ajv keeps the last errors on the function: a stranger's message must not stay in memory with it.
  validate.errors = null;
  return errors as readonly SchemaError[];
}

/** Whether a value is valid against the node at a pointer of a document. */
export function isValidAt(document: SchemaDocument, pointer: string, value: unknown): boolean {
  return errorsOf(document, pointer, value).length === 0;
}
