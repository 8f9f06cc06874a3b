import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The command line as people start it: the compiled program in a process of its own. */

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist', 'harness', 'cli', 'main.js');
const execute = promisify(execFile);

/** Compiles if something changed since the last time. */
export async function built(): Promise<void> {
  await execute(process.execPath, ['-e', "import('./scripts/prepare.mjs').then((prepare) => prepare.ensureBuild())"], {
    cwd: root,
  });
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, also if it fails. */
export function touchstone(args: readonly string[], cwd = root): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...args], { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error ?? new Error('no exit code'));
    });
  });
}

/** Starts a command that goes on until it is stopped. */
export function started(args: readonly string[], cwd = root): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}
