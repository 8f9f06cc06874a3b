import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A JSON Schema 2020-12 node that is an object. Boolean schemas are allowed where the draft allows them. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/** A whole schema: a file of `schemas/`, or one that a profile brings along. */
export interface SchemaDocument {
  readonly id: string;
  readonly root: SchemaNode;
}

/** All files of `schemas/` have ids under this base, equal to their path, so that `$ref` works like a relative link. */
export const SCHEMA_BASE = 'https://touchstone.invalid/schemas/';

let folder: string | undefined;

/**
 * Absolute path of the package's `schemas` folder, found by walking up to the package.json named `touchstone`: it holds from
 * source and from `dist/`. Throws if there is none (the installation is broken).
 */
export function schemaFolder(): string {
  if (folder !== undefined) return folder;
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest) && isOurs(manifest)) {
      folder = join(at, 'schemas');
      return folder;
    }
    if (dirname(at) === at) throw new Error('the package folder of touchstone was not found above its code');
  }
}

function isOurs(manifest: string): boolean {
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return isNode(content) && content['name'] === 'touchstone';
}

const documents = new Map<string, SchemaDocument | undefined>();

/**
 * A schema document by its id; files of `schemas/` are read at first use. Undefined if there is no such document.
 * Throws if a file of the package is not valid JSON.
 */
export function documentOf(id: string): SchemaDocument | undefined {
  if (documents.has(id)) return documents.get(id);
  const file = fileOf(id);
  const document =
    file === undefined || !existsSync(file) ? undefined : documentFrom(JSON.parse(readFileSync(file, 'utf8')));
  documents.set(id, document);
  return document;
}

/** Makes a document that is not a file known under its `$id`. The first one of an id stays. */
export function registerDocument(root: SchemaNode): SchemaDocument {
  const document = documentFrom(root);
  const known = documents.get(document.id);
  if (known !== undefined) return known;
  documents.set(document.id, document);
  return document;
}

function documentFrom(root: unknown): SchemaDocument {
  if (!isNode(root) || typeof root['$id'] !== 'string') throw new Error('a schema document needs an $id');
  return { id: root['$id'], root };
}

// A kind can come out of a stranger's trace: nothing but plain names becomes a path.
const PLAIN_PATH = /^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.schema\.json$/;

function fileOf(id: string): string | undefined {
  if (!id.startsWith(SCHEMA_BASE)) return undefined;
  const path = id.slice(SCHEMA_BASE.length);
  return PLAIN_PATH.test(path) ? join(schemaFolder(), path) : undefined;
}

/** Id of the schema of a message kind. Whether it exists, `documentOf` tells. */
export function messageSchemaId(kind: string): string {
  return `${SCHEMA_BASE}messages/${kind}.schema.json`;
}

/** Kinds that have a schema, in alphabetical order. */
export function schemaKinds(): readonly string[] {
  return readdirSync(join(schemaFolder(), 'messages'))
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => name.slice(0, -'.schema.json'.length))
    .sort();
}

export interface ResolvedRef {
  readonly document: SchemaDocument;
  /** JSON Pointer inside the document, '' for its root. */
  readonly pointer: string;
  readonly node: unknown;
}

const resolved = new Map<string, ResolvedRef | undefined>();

/** Follows a `$ref` of a document. Undefined if it leads nowhere. */
export function resolveRef(ref: string, from: SchemaDocument): ResolvedRef | undefined {
  const key = `${from.id} ${ref}`;
  if (!resolved.has(key)) resolved.set(key, follow(ref, from));
  return resolved.get(key);
}

function follow(ref: string, from: SchemaDocument): ResolvedRef | undefined {
  const [target = '', pointer = ''] = ref.split('#', 2);
  const document = target === '' ? from : documentOf(new URL(target, from.id).href);
  if (document === undefined) return undefined;
  let node: unknown = document.root;
  for (const token of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    node = isNode(node) || Array.isArray(node) ? (node as SchemaNode)[key] : undefined;
  }
  return node === undefined ? undefined : { document, pointer, node };
}

/** The documents that a document refers to, itself included, transitively. */
export function closureOf(document: SchemaDocument): readonly SchemaDocument[] {
  const found = new Map<string, SchemaDocument>();
  const visit = (next: SchemaDocument): void => {
    if (found.has(next.id)) return;
    found.set(next.id, next);
    for (const ref of refsIn(next.root)) {
      const target = resolveRef(ref, next);
      if (target === undefined) throw new Error(`${next.id} refers to ${ref}, which does not exist`);
      visit(target.document);
    }
  };
  visit(document);
  return [...found.values()];
}

function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : refsIn(member),
  );
}

/** True for a JSON object. */
export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One more token on a JSON Pointer. */
export function pointerTo(parent: string, token: string | number): string {
  if (typeof token === 'number') return `${parent}/${token}`;
  return token.includes('~') || token.includes('/')
    ? `${parent}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : `${parent}/${token}`;
}
