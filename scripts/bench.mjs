// npm run bench [-- --json]: compiles the benchmarks beside the product and runs them: what is measured is what is shipped.
import { join } from 'node:path';
import { PrepareError, ensureBuild, ensureModules, root } from './prepare.mjs';
import { foreground } from './run.mjs';

try {
  ensureModules();
  ensureBuild();
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await foreground([tsc, '-p', 'tsconfig.bench.json'], { cwd: root });
  if (code !== 0) throw new PrepareError('the benchmarks do not compile');
  process.exitCode = await foreground([join(root, 'results', '.bench', 'bench', 'main.js'), ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
