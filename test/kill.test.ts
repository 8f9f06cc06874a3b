import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Results } from '../core/results.ts';
import { readTrace } from '../core/trace/read.ts';
import { startTarget } from '../harness/bundled/index.ts';
import { built, started, touchstone } from './command.ts';
import { BUNDLED, folder, removeFolders } from './kit.ts';

beforeAll(built);
afterAll(removeFolders);

function traceSoFar(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

it('a run that was killed leaves a trace that judge reads', async () => {
  const dir = folder();
  const target = await startTarget('issuer', BUNDLED);
  const config = join(dir, 'issuer.json');
  writeFileSync(config, JSON.stringify(target.configuration));
  const out = join(dir, 'run');
  const path = join(out, 'trace.jsonl');
  try {
    const profile = ['--profile', BUNDLED.profile.id];
    const run = started(['run', 'issuer', ...profile, '--config', config, '--out', out, '--workers', '2']);
    const exit = once(run, 'exit') as Promise<[number | null, string | null]>;
    while (!traceSoFar(path).includes('"event":"flow-end"') && run.exitCode === null) await sleep(2);
    await sleep(30);
    run.kill('SIGKILL');
    const [, signal] = await exit;
    expect(signal).toBe('SIGKILL');

    const left = readTrace(readFileSync(path, 'utf8'));
    expect(left.errors).toEqual([]);
    const begun = left.entries.filter((entry) => entry.type === 'event' && entry.event === 'flow-start').length;
    const ended = left.entries.filter((entry) => entry.type === 'event' && entry.event === 'flow-end').length;
    expect(begun).toBeGreaterThanOrEqual(ended);
    expect(ended).toBeGreaterThan(0);

    const again = await touchstone(['judge', path, ...profile, '--role', 'issuer', '--json']);
    const judged = JSON.parse(again.stdout) as Pick<Results, 'tests' | 'complete' | 'notRun' | 'summary'>;
    expect(judged.summary.error).toBe(0);
    expect(judged.tests.filter((test) => test.verdict === 'pass').length).toBeGreaterThan(0);
    // The last line may be cut as well: that is told, and costs nothing else.
    writeFileSync(path, `${readFileSync(path, 'utf8').trimEnd()}\n{"seq":99999,"type":"mess`);
    const cut = await touchstone(['judge', path, ...profile, '--role', 'issuer', '--json']);
    const second = JSON.parse(cut.stdout) as { tests: unknown[]; notes: string[]; complete: boolean };
    expect(second.tests.length).toBe(judged.tests.length);
    expect(second.notes.join()).toContain('cut');
    expect(second.complete).toBe(false);
  } finally {
    await target.close();
  }
});
