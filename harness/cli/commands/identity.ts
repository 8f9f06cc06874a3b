import { nodeFiles } from '../../../core/system/files.ts';
import { systemClock } from '../../../core/system/clock.ts';
import { systemRandom } from '../../../core/system/random.ts';
import type { Language } from '../../../core/text.ts';
import { trustDocument, trustText } from '../../../mocks/trust/describe.ts';
import { keepIdentities } from '../../../mocks/trust/store.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines, say } from '../output.ts';

interface Options {
  readonly identity: string;
  readonly host?: readonly string[];
  readonly lang?: Language;
  readonly json?: boolean;
}

/** `identity`: makes the identities of a folder once, and says what a target must trust or register. */
export async function identityCommand(options: Options): Promise<ExitCode> {
  const set = await keepIdentities({
    dir: options.identity,
    files: nodeFiles(),
    hosts: options.host ?? ['localhost', '127.0.0.1'],
    clock: systemClock(),
    random: systemRandom(),
  });
  if (options.json === true) printJson(trustDocument(set));
  else printLines([say(trustText(set), options.lang)]);
  return 0;
}
