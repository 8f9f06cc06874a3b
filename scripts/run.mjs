// Runs one program in the foreground: inherited input and output, and its end is ours.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Runs `node args…` and resolves with its exit code (128 + n if signal n ended it). */
export function foreground(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
    // Ctrl-C reaches the child through the terminal; waiting for it lets it write its reports. The others are passed on.
    const wait = () => {};
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', wait);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
