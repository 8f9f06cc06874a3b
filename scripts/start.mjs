// npm start [-- ARGS]: installs and compiles what is missing, then runs the command line with ARGS (none: `demo`).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PrepareError, ensureBuild, ensureModules, root } from './prepare.mjs';
import { foreground } from './run.mjs';

const main = join(root, 'dist', 'harness', 'cli', 'main.js');
const args = process.argv.slice(2);

try {
  ensureModules();
  ensureBuild();
  if (!existsSync(main)) throw new PrepareError(`${main} was not compiled`);
  process.exitCode = await foreground([main, ...(args.length === 0 ? ['demo'] : args)]);
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  process.stderr.write(`touchstone cannot start: ${error.message}\n`);
  // 3: nothing could be judged (1 would mean that a target does not conform).
  process.exitCode = 3;
}
