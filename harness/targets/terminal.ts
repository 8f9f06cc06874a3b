import { createInterface } from 'node:readline';
import type { Language, Text } from '../../core/text.ts';

/** The person before the machine. Messages go to standard error, answers come from standard input. */
export interface Terminal {
  show(message: string): void;
  /** One line, without its end. Rejects with the signal's reason, or when the input ends. */
  ask(question: string, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** The process's own terminal. Questions of several flows wait for each other. */
export function processTerminal(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Terminal {
  const reader = createInterface({ input, output, terminal: false });
  const lines: string[] = [];
  const waiting: { readonly give: (line: string) => void; readonly fail: (error: Error) => void }[] = [];
  let ended = false;
  let queue: Promise<unknown> = Promise.resolve();
  reader.on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next.give(line);
  });
  reader.on('close', () => {
    ended = true;
    for (const { fail } of waiting.splice(0)) fail(new Error('standard input has ended'));
  });

  const readLine = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      const line = lines.shift();
      if (line !== undefined) resolve(line);
      else if (ended) reject(new Error('standard input has ended'));
      else {
        const entry = { give: resolve, fail: reject };
        waiting.push(entry);
        const abort = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
        };
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort, { once: true });
      }
    });

  return {
    show: (message) => void output.write(`${message}\n`),
    ask: (question, signal) => {
      const answer = queue.then(() => {
        output.write(question);
        return readLine(signal);
      });
      queue = answer.catch(() => {});
      return answer;
    },
    close: () => reader.close(),
  };
}

/** A text in the person's language. */
export function say(message: Text, language: Language): string {
  return message[language];
}

/** A stranger's text on a terminal: no control characters, no escapes, not endless. */
export function printable(value: string, max = 2000): string {
  // oxlint-disable-next-line no-control-regex
  const clean = value.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}
