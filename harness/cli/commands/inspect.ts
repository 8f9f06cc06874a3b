import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../core/system/clock.ts';
import { inspectArtifact } from '../../inspect.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines } from '../output.ts';
import { UsageError } from '../usage.ts';

interface Options {
  readonly profile?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `inspect`: decodes and validates any artifact. Exit 0 valid, 1 invalid, 2 unreadable. */
export async function inspectCommand(artifact: string, options: Options): Promise<ExitCode> {
  const at = options.at === undefined ? systemClock().now() : Date.parse(options.at);
  if (Number.isNaN(at))
    throw new UsageError(`--at ${options.at ?? ''} is no time; give ISO 8601, such as 2026-01-31T12:00:00Z`);
  const content = artifact.length < 4096 ? await readFile(artifact).catch(() => undefined) : undefined;
  const result = inspectArtifact(content === undefined ? artifact : content.toString('utf8').trim(), at);
  if (options.json === true) printJson(result);
  else {
    printLines([
      `${result.kind}: ${result.valid ? 'valid' : 'not valid'}`,
      JSON.stringify(result.decoded, undefined, 2),
    ]);
    printLines(result.errors.map((error) => `- ${error}`));
  }
  if (result.kind === 'unknown') return 2;
  return result.valid ? 0 : 1;
}
