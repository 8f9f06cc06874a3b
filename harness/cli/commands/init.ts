import { writeFile } from 'node:fs/promises';
import type { Role } from '../../../core/kinds.ts';
import type { Language } from '../../../core/text.ts';
import { configurationTemplate } from '../../configuration/templates.ts';
import type { ExitCode } from '../exit.ts';
import { printLines } from '../output.ts';
import { UsageError } from '../usage.ts';

/** `init ROLE`: writes a commented configuration; an existing file is never overwritten. */
export async function initCommand(
  role: Role,
  options: { readonly out?: string; readonly lang: Language },
): Promise<ExitCode> {
  const path = options.out ?? `touchstone.${role}.yaml`;
  try {
    await writeFile(path, configurationTemplate(role, options.lang), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${path} exists already; give another name with --out, or remove it`);
    }
    throw new UsageError(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  printLines([path]);
  return 0;
}
