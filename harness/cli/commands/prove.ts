import type { Role } from '../../../core/kinds.ts';
import { systemClock } from '../../../core/system/clock.ts';
import { prove } from '../../prove/prove.ts';
import { loadRequirements } from '../../requirements.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines } from '../output.ts';
import { wantedProfile } from '../profiles.ts';

interface Options {
  readonly profile?: string;
  readonly role?: Role;
  readonly full?: boolean;
  readonly json?: boolean;
}

/** `prove`: is every check and test able to fail, and silent on legal variety? Exit 0 only if nothing is open. */
export async function proveCommand(options: Options): Promise<ExitCode> {
  const profile = wantedProfile(options.profile);
  const proof = await prove(profile, loadRequirements(profile.catalogues), {
    start: systemClock().now(),
    ...(options.role === undefined ? {} : { roles: [options.role] }),
    ...(options.full === true ? { full: true } : {}),
  });
  const { summary } = proof;
  if (options.json === true) printJson(proof);
  else {
    for (const part of ['unproven', 'spurious', 'falseAlarms'] as const) {
      if (proof[part].length > 0) printLines([`${part}:`, ...proof[part].map((entry) => `  ${entry}`), '']);
    }
    printLines([
      Object.entries(summary)
        .map(([name, count]) => `${name} ${count}`)
        .join(' · '),
    ]);
  }
  return summary.unproven + summary.spurious + summary.falseAlarms === 0 ? 0 : 1;
}
