import { systemClock } from '../../../core/system/clock.ts';
import { coverage } from '../../coverage.ts';
import { prove } from '../../prove/prove.ts';
import { loadRequirements } from '../../requirements.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines, table } from '../output.ts';
import { wantedProfile } from '../profiles.ts';

/** `coverage`: requirements against the checks and tests that judge them. */
export async function coverageCommand(options: {
  readonly profile?: string;
  readonly json?: boolean;
  readonly prove?: boolean;
}): Promise<ExitCode> {
  const profile = wantedProfile(options.profile);
  const requirements = loadRequirements(profile.catalogues);
  const proof = options.prove === true ? await prove(profile, requirements, { start: systemClock().now() }) : undefined;
  const result = coverage(profile, requirements, proof);
  if (options.json === true) {
    printJson(result);
    return 0;
  }
  printLines(
    table(
      result.requirements.map((row) => [
        row.id,
        row.level,
        row.status,
        [...row.checks, ...row.tests].join(' ') || row.reason,
      ]),
    ),
  );
  printLines([
    '',
    ...Object.entries(result.summary).map(([status, count]) => `${String(count).padStart(5)}  ${status}`),
  ]);
  return 0;
}
