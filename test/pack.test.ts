import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What users install, installed as they do: the packed package in an empty folder, without its sources and dev dependencies. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
let folder = '';
let packed: string[] = [];

/** Runs a program to its end, also if it fails. */
async function outcome(
  program: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}

const touchstone = (...args: string[]) => outcome(join(folder, 'node_modules', '.bin', 'touchstone'), args);

describe('the packed artifact', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-pack-'));
    await run(process.execPath, ['-e', "import('./scripts/prepare.mjs').then((prepare) => prepare.ensureBuild())"], {
      cwd: root,
    });
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, filename)], {
      cwd: folder,
    });
  }, 300_000);

  afterAll(async () => {
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it('holds what is needed, and nothing that only development needs', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'README.zh-Hant.md', 'dist/harness/cli/main.js']),
    );
    expect(packed.some((path) => path.startsWith('schemas/requirements/'))).toBe(true);
    expect(
      packed.filter((path) => /\.test\.|\.map$|\.ts$(?<!\.d\.ts)|^(test|bench|scripts|node_modules)\//.test(path)),
    ).toEqual([]);
  });

  it('prints its help', async () => {
    const { code, stdout } = await touchstone('--help');
    expect(code).toBe(0);
    for (const command of ['run', 'demo', 'judge', 'inspect']) expect(stdout).toContain(command);
  });

  it('refuses wrong use with 2', async () => {
    expect((await touchstone('no-such-command')).code).toBe(2);
  });

  it('runs the demo: every role conforms, and leaves its reports', async () => {
    const { code, stderr } = await touchstone('demo', '--out', 'out', '--report', 'console,junit,html,har,markdown');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const [profile = ''] = await readdir(join(folder, 'out'));
    const roles = await readdir(join(folder, 'out', profile));
    expect(roles.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['issuer', 'verifier', 'wallet']);
    for (const role of roles) {
      const names = await readdir(join(folder, 'out', profile, role));
      expect(names).toEqual(
        expect.arrayContaining(['junit.xml', 'report.html', 'results.json', 'summary.md', 'trace.har', 'trace.jsonl']),
      );
      const results = JSON.parse(await readFile(join(folder, 'out', profile, role, 'results.json'), 'utf8')) as {
        complete: boolean;
        summary: { pass: number; fail: number };
      };
      expect(results.complete).toBe(true);
      expect(results.summary.fail).toBe(0);
      expect(results.summary.pass).toBeGreaterThan(0);
    }
  }, 300_000);
});
