// npm test [-- ARGS]: installs and compiles what is missing, then runs the tests. ARGS go to vitest: `npm test -- mocks`.
import { join } from 'node:path';
import { PrepareError, ensureBrowser, ensureBuild, ensureModules, needsBrowser, root } from './prepare.mjs';
import { foreground } from './run.mjs';

try {
  ensureModules();
  ensureBuild();
  const env = { ...process.env };
  if (needsBrowser()) env.CHROMIUM_PATH = ensureBrowser();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  process.exitCode = await foreground([vitest, 'run', ...process.argv.slice(2)], { cwd: root, env });
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  process.stderr.write(`the tests cannot start: ${error.message}\n`);
  process.exitCode = 1;
}
