// npm run build: compiles into an empty dist/, as it is packed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PrepareError, ensureBuild, ensureModules, root } from './prepare.mjs';

try {
  ensureModules();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  ensureBuild();
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
