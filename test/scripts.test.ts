import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-scripts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts', name), ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('the count of CI', () => {
  let files = 0;
  const report = (passed: number, failed: number, broken = false): string => {
    const path = join(folder, `${files++}.json`);
    const testResults = broken
      ? [{ name: 'x.test.ts', status: 'failed', message: 'no module', assertionResults: [] }]
      : [];
    writeFileSync(path, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults }));
    return path;
  };

  it.each([
    ['adds up', () => [report(3, 0), report(2, 0)], '5 passed, 0 failed', 0],
    ['failed tests', () => [report(3, 1)], '3 passed, 1 failed', 1],
    ['no test ran', () => [report(3, 0), report(0, 0)], '3 passed, 1 failed', 1],
    ['a file that did not load', () => [report(3, 0, true)], '3 passed, 1 failed', 1],
    ['a report is missing', () => [report(3, 0), join(folder, 'none.json')], '3 passed, 1 failed', 1],
    ['failed tests and a failed part', () => [report(3, 1), 'tests', 'lint'], '3 passed, 2 failed', 1],
    ['an error outside of any test', () => [report(3, 0), 'tests'], '3 passed, 1 failed', 1],
    ['a part without tests failed', () => [report(3, 0), 'lint', 'types'], '3 passed, 2 failed', 1],
  ] as const)('%s', (_word, args, last, status) => {
    const result = script('count-tests.mjs', args());
    expect(result.lines.at(-1)).toBe(last);
    expect(result.status).toBe(status);
  });
});

describe('the clock of CI', () => {
  it('moves Date in the process and its children, and only now', () => {
    const [url = ''] = script('clock-offset.mjs', ['--url']).lines;
    const code = 'console.log(Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date)';
    const child = `console.log(require("child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(code)}]).toString())`;
    const { stdout } = spawnSync(process.execPath, ['-e', child], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: `--import=${url}`, TOUCHSTONE_DATE_OFFSET_DAYS: '400' },
    });
    const [now = '', made = '', five, same] = stdout.trim().split(' ');
    // The real time: this process may itself be under the moved clock.
    const real = Number(spawnSync('date', ['+%s'], { encoding: 'utf8' }).stdout) * 1000;
    for (const time of [now, made]) expect(Math.abs(Number(time) - real - 400 * 86_400_000)).toBeLessThan(60_000);
    expect([five, same]).toEqual(['5', 'true']);
  });
});
