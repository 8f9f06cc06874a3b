import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';

/** A place in the configuration file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the value at a JSON Pointer stands in the file; `key` is its name rather than its value. A part that does not exist (a missing
 * member) is placed at the object that lacks it.
 */
export function positionOf(
  document: Document,
  lines: LineCounter,
  pointer: string,
  what: 'key' | 'value' = 'value',
): Position {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  const tokens = tokensOf(pointer);
  for (const [index, token] of tokens.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === token);
      if (pair === undefined) break;
      if (what === 'key' && index === tokens.length - 1) return at(lines, startOf(pair.key) ?? offset);
      next = pair.value ?? pair.key;
    } else if (isSeq(node)) next = node.items[Number(token)];
    const start = startOf(next);
    if (start === undefined) break;
    offset = start;
    node = next as Node;
  }
  return at(lines, offset);
}

/** Position of an offset in the text. */
export function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Unescaped tokens of a JSON Pointer. */
export function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
