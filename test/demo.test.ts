import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../core/kinds.ts';
import type { Results } from '../core/results.ts';
import { built, touchstone } from './command.ts';
import type { Ended } from './command.ts';
import { PROFILE, folder, removeFolders } from './kit.ts';
import { expectValidRecord } from './record.ts';

/** The main job: every role against the bundled mocks over real HTTP, and the record that it leaves. */

let out = '';
let ended: Ended;

beforeAll(async () => {
  await built();
  out = join(folder(), 'demo');
  ended = await touchstone(['demo', '--profile', PROFILE.id, '--out', out, '--quiet']);
}, 240_000);
afterAll(removeFolders);

it('ends 0 and prints where the reports are', () => {
  expect(ended.code, `${ended.stdout.slice(-3000)}\n${ended.stderr.slice(-3000)}`).toBe(0);
  expect(ended.stdout).toContain(join(out, PROFILE.id, 'wallet', 'report.html'));
});

describe.each(ROLES)('the record of the %s', (role) => {
  const at = (name: string): string => join(out, PROFILE.id, role, name);

  it('is as the published schemas say, line by line', () => {
    expectValidRecord(at(''));
  });

  it('is complete: everything was played and judged, and all is well', () => {
    const results = JSON.parse(readFileSync(at('results.json'), 'utf8')) as Results;
    expect(results.causes).toEqual([]);
    expect(results.summary).toMatchObject({ fail: 0, error: 0, inconclusive: 0, warning: 0 });
    expect(results.summary.pass).toBeGreaterThan(80);
    for (const name of ['junit.xml', 'report.html', 'trace.har', 'summary.md']) expect(existsSync(at(name))).toBe(true);
  });
});

it('the schemas refuse what is no record', () => {
  const dir = folder();
  for (const name of ['trace.jsonl', 'results.json'])
    writeFileSync(join(dir, name), readFileSync(join(out, PROFILE.id, 'issuer', name)));
  const [first = '', second = '', ...rest] = readFileSync(join(dir, 'trace.jsonl'), 'utf8').split('\n');
  const wrong = { ...(JSON.parse(second) as object), type: 'gossip' };
  writeFileSync(join(dir, 'trace.jsonl'), [first, JSON.stringify(wrong), ...rest].join('\n'));
  expect(() => expectValidRecord(dir)).toThrow('line 2');
});
