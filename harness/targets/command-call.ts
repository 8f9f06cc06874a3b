import { spawn } from 'node:child_process';
import { DriverError } from '../../core/contracts/driver.ts';
import { systemClock } from '../../core/system/clock.ts';
import type { CommandCallConfig } from '../configuration/types.ts';
import { brief, readAnswer } from './answers.ts';
import { fillText } from './template.ts';
import type { Values } from './template.ts';

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 1024 * 1024;

/** Exit code of a command that cannot make what was wished (sysexits EX_UNAVAILABLE). */
export const EXIT_UNSUPPORTED = 69;

/**
 * Runs a configured command, without a shell, and reads its standard output. Throws DriverError: `unreachable` if it cannot be started,
 * `unsupported` for exit code 69, `refused` for any other but 0, `malformed` for too much output, `cancelled`, and `unreachable` when
 * its time is over; then its children are ended with it.
 */
export async function runCommand(call: CommandCallConfig, values: Values, signal: AbortSignal): Promise<unknown> {
  const argv = call.argv.map((part) => fillText(part, values));
  const { stdout, stderr, exitCode } = await run(argv, call, signal);
  if (exitCode === EXIT_UNSUPPORTED) throw new DriverError('unsupported', `${argv[0]}: ${brief(stderr || stdout)}`);
  if (exitCode !== 0) throw new DriverError('refused', `${argv[0]} ended with ${exitCode}: ${brief(stderr || stdout)}`);
  const answer = readAnswer(stdout);
  if (answer === undefined)
    throw new DriverError('malformed', `${argv[0]} wrote what cannot be read: ${brief(stdout)}`);
  return answer;
}

function run(argv: readonly string[], call: CommandCallConfig, signal: AbortSignal): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DriverError('cancelled', `cancelled before ${program} was started`));
      return;
    }
    const child = spawn(program, rest, {
      shell: false,
      // A group of its own, so that what it started can be ended with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
      env: { ...process.env, ...call.env },
    });
    let stdout = '';
    let stderr = '';
    let settled = false;
    const settle = (done: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      timer.abort();
      done();
    };
    const give = (error: DriverError): void => {
      endGroup(child.pid, () => child.kill('SIGKILL'));
      child.stdout.destroy();
      child.stderr.destroy();
      settle(() => reject(error));
    };
    const onAbort = (): void => give(new DriverError('cancelled', `cancelled while ${program} was running`));
    const timeoutMs = call.timeoutMs ?? TIMEOUT_MS;
    const timer = new AbortController();
    // A process runs in real time, whatever clock the mocks are given.
    systemClock()
      .sleep(timeoutMs, timer.signal)
      .then(
        () => give(new DriverError('unreachable', `${program} did not end within ${timeoutMs} ms`)),
        () => {},
      );
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.length > MAX_OUTPUT) {
        give(new DriverError('malformed', `${program} wrote more than ${MAX_OUTPUT} characters`));
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    child.on('error', (error) =>
      settle(() => reject(new DriverError('unreachable', `${program} cannot be run: ${error.message}`))),
    );
    child.on('close', (exitCode) => settle(() => resolve({ stdout, stderr, exitCode })));
  });
}

function endGroup(pid: number | undefined, otherwise: () => void): void {
  if (pid === undefined || process.platform === 'win32') {
    otherwise();
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
    otherwise();
  }
}
