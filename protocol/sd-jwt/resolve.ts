import type { ConcretePath } from '../claims-path.ts';
import type { JsonObject } from '../json.ts';
import { isObject, member, pointerToken, setOwn } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { quote, readError } from '../read-error.ts';
import type { Disclosure, SdJwtReading } from './parse.ts';

export interface DisclosedAt {
  readonly disclosure: Disclosure;
  /** Where its value stands in the processed claims: member names and element indexes. */
  readonly path: ConcretePath;
}

/** The processed payload (RFC 9901 7.1) and everything that is wrong with the references. */
export interface Resolution {
  /** Claims with disclosed values in place; `_sd`, `...` and `_sd_alg` removed. */
  readonly claims: JsonObject;
  readonly disclosed: readonly DisclosedAt[];
  /** Digests that no disclosure answers: undisclosed claims or decoys. */
  readonly hidden: number;
  readonly errors: readonly ReadError[];
}

const SECTION = 'RFC9901 7.1';
/** JSON itself is capped at 64; disclosures inside disclosures could nest without end. */
const MAX_DEPTH = 128;
const MAX_ERRORS = 100;

interface State {
  readonly byDigest: ReadonlyMap<string, Disclosure>;
  readonly seen: Set<string>;
  readonly used: Set<Disclosure>;
  readonly disclosed: DisclosedAt[];
  readonly errors: ReadError[];
  hidden: number;
}

/**
 * Puts the disclosures in place by the rules of RFC 9901 7.1 and collects every violation; never throws. Codes: `digest-duplicate`,
 * `disclosure-duplicate`, `disclosure-unreferenced`, `disclosure-reserved-name`, `disclosure-name-exists`, `disclosure-wrong-kind`, `sd-not-array`, `sd-digest-not-string`,
 * `placeholder-extra-members`, `placeholder-not-string`, `placeholder-outside-array`, `sd-alg-nested`, `too-deep`.
 * Digests without a disclosure are legal: undisclosed claims, or decoys.
 */
export function resolveSdJwt(reading: SdJwtReading): Resolution {
  const byDigest = new Map<string, Disclosure>();
  const state: State = { byDigest, seen: new Set(), used: new Set(), disclosed: [], errors: [], hidden: 0 };
  for (const [index, disclosure] of reading.disclosures.entries()) {
    if (byDigest.has(disclosure.digest)) {
      note(state, 'disclosure-duplicate', 'the same disclosure twice', '同一個揭露項出現兩次', `disclosures/${index}`);
    } else byDigest.set(disclosure.digest, disclosure);
  }
  const claims: Record<string, unknown> = {};
  resolveObject(reading.issuerJwt.payload ?? {}, claims, [], state);
  for (const [index, disclosure] of reading.disclosures.entries()) {
    if (byDigest.get(disclosure.digest) === disclosure && !state.used.has(disclosure)) {
      note(
        state,
        'disclosure-unreferenced',
        `no digest refers to this disclosure${disclosure.name === undefined ? '' : ` ("${quote(disclosure.name)}")`}`,
        `沒有任何摘要指向此揭露項${disclosure.name === undefined ? '' : `（「${quote(disclosure.name)}」）`}`,
        `disclosures/${index}`,
      );
    }
  }
  return { claims, disclosed: state.disclosed, hidden: state.hidden, errors: state.errors };
}

function note(state: State, code: string, en: string, zh: string, at: string): void {
  if (state.errors.length < MAX_ERRORS) state.errors.push(readError(code, en, zh, { at, section: SECTION }));
}

function place(path: ConcretePath): string {
  return `payload${path.map((step) => `/${pointerToken(quote(String(step)))}`).join('')}`;
}

/** The disclosure that a digest refers to; undefined if there is none, or if the digest was met before. */
function lookUp(digest: unknown, path: ConcretePath, state: State): Disclosure | undefined {
  if (typeof digest !== 'string') return undefined;
  if (state.seen.has(digest)) {
    note(
      state,
      'digest-duplicate',
      `digest ${quote(digest)} appears twice`,
      `摘要 ${quote(digest)} 出現兩次`,
      place(path),
    );
    return undefined;
  }
  state.seen.add(digest);
  const disclosure = state.byDigest.get(digest);
  if (disclosure === undefined) state.hidden += 1;
  else state.used.add(disclosure);
  return disclosure;
}

function resolveValue(value: unknown, path: ConcretePath, state: State): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (path.length > MAX_DEPTH) {
    note(state, 'too-deep', `nested deeper than ${MAX_DEPTH}`, `巢狀層數超過 ${MAX_DEPTH}`, 'payload');
    return null;
  }
  if (Array.isArray(value)) return resolveArray(value, path, state);
  const target: Record<string, unknown> = {};
  resolveObject(value as JsonObject, target, path, state);
  return target;
}

function resolveObject(source: JsonObject, target: Record<string, unknown>, path: ConcretePath, state: State): void {
  for (const [name, value] of Object.entries(source)) {
    if (name === '_sd') continue;
    if (name === '_sd_alg') {
      if (path.length === 0) continue;
      note(state, 'sd-alg-nested', '"_sd_alg" below the top level', '「_sd_alg」不在最上層', place(path));
    }
    if (name === '...') {
      note(state, 'placeholder-outside-array', '"..." outside an array element', '「...」不在陣列元素中', place(path));
      continue;
    }
    setOwn(target, name, resolveValue(value, [...path, name], state));
  }
  if (!Object.hasOwn(source, '_sd')) return;
  const digests: unknown = member(source, '_sd');
  if (!Array.isArray(digests)) {
    note(state, 'sd-not-array', '"_sd" is no array', '「_sd」不是陣列', place(path));
    return;
  }
  for (const digest of digests as readonly unknown[]) {
    if (typeof digest !== 'string') {
      note(state, 'sd-digest-not-string', 'a digest in "_sd" is no string', '「_sd」中的摘要不是字串', place(path));
      continue;
    }
    const disclosure = lookUp(digest, path, state);
    if (disclosure !== undefined) discloseMember(disclosure, target, path, state);
  }
}

function discloseMember(
  disclosure: Disclosure,
  target: Record<string, unknown>,
  path: ConcretePath,
  state: State,
): void {
  const { name } = disclosure;
  if (disclosure.kind !== 'property' || name === undefined) {
    note(
      state,
      'disclosure-wrong-kind',
      'a digest in "_sd" refers to a disclosure that is not [salt, name, value]',
      '「_sd」中的摘要指向的揭露項不是 [salt, name, value]',
      place(path),
    );
    return;
  }
  if (name === '_sd' || name === '...') {
    const zh = `揭露項不得命名為「${name}」`;
    note(state, 'disclosure-reserved-name', `a disclosure may not be named "${name}"`, zh, place(path));
    return;
  }
  const at = [...path, name];
  if (Object.hasOwn(target, name)) {
    const shown = quote(name);
    note(state, 'disclosure-name-exists', `"${shown}" exists already at this level`, `此層已有「${shown}」`, place(at));
    return;
  }
  state.disclosed.push({ disclosure, path: at });
  setOwn(target, name, resolveValue(disclosure.value, at, state));
}

function resolveArray(source: readonly unknown[], path: ConcretePath, state: State): unknown[] {
  const out: unknown[] = [];
  for (const item of source) {
    if (!isObject(item) || !Object.hasOwn(item, '...')) {
      out.push(resolveValue(item, [...path, out.length], state));
      continue;
    }
    const at = [...path, out.length];
    if (Object.keys(item).length > 1) {
      note(state, 'placeholder-extra-members', '"..." beside other members', '「...」旁有其他成員', place(at));
    }
    const digest = member(item, '...');
    if (typeof digest !== 'string') {
      note(state, 'placeholder-not-string', '"..." is no string', '「...」的值不是字串', place(at));
      continue;
    }
    const disclosure = lookUp(digest, at, state);
    if (disclosure === undefined) continue;
    if (disclosure.kind !== 'element') {
      note(
        state,
        'disclosure-wrong-kind',
        'a placeholder in an array refers to a disclosure that is not [salt, value]',
        '陣列中的佔位項指向的揭露項不是 [salt, value]',
        place(at),
      );
      continue;
    }
    state.disclosed.push({ disclosure, path: at });
    out.push(resolveValue(disclosure.value, at, state));
  }
  return out;
}
