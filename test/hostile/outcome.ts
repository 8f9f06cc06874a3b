import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'parse5';
import { SaxesParser } from 'saxes';
import { expect } from 'vitest';
import { REPORT_FORMATS, renderReports } from '../../reports/index.ts';
import { loadRequirements } from '../../harness/requirements.ts';
import type { Run } from '../kit.ts';
import { PROFILE } from '../kit.ts';
import { expectValidRecord } from '../record.ts';

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const child of node.childNodes ?? []) yield* nodes(child);
}

// C0 but tab and line ends, DEL, C1, and what turns the direction of text: none may reach a terminal or a page.
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

/** The record is whole and valid, and every report can be made of it and is harmless. */
export async function expectIntact({ dir, results, trace }: Run): Promise<void> {
  expect(trace.errors).toEqual([]);
  expect(trace.cut).toBe(false);
  expectValidRecord(dir);
  expect(Object.prototype).not.toHaveProperty('polluted');
  expect(results.tests.every((test) => test.findings.length > 0)).toBe(true);
  let printed = '';
  const stream = { write: (value: string) => (printed += value), columns: 100, isTTY: false };
  const requirements = loadRequirements(PROFILE.catalogues);
  await renderReports(dir, REPORT_FORMATS, { lang: 'en', stream, requirements });
  const file = (name: string): string => readFileSync(join(dir, name), 'utf8');
  expect(printed).not.toMatch(UNSAFE);
  const page = [...nodes(parse(file('report.html')) as Node)];
  expect(page.filter((node) => node.nodeName === 'script')).toEqual([]);
  const dangerous = page
    .flatMap((node) => node.attrs ?? [])
    .filter(({ name, value }) => name.startsWith('on') || /^\s*javascript:/iu.test(value));
  expect(dangerous).toEqual([]);
  const junit = new SaxesParser();
  junit.on('error', (error) => {
    throw error;
  });
  junit.write(file('junit.xml')).close();
  for (const name of ['junit.xml', 'report.html', 'summary.md']) expect(file(name)).not.toMatch(UNSAFE);
  expect(file('summary.md')).not.toMatch(/<script/iu);
  expect(JSON.parse(file('trace.har'))).toHaveProperty('log.entries');
}
