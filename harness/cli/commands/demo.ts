import { join } from 'node:path';
import { ROLES } from '../../../core/kinds.ts';
import type { Results } from '../../../core/results.ts';
import { systemClock } from '../../../core/system/clock.ts';
import { systemRandom } from '../../../core/system/random.ts';
import { startTarget } from '../../bundled/index.ts';
import type { RunFlags } from '../assemble.ts';
import { assembleRun } from '../assemble.ts';
import { worstExit } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { printJson } from '../output.ts';
import { wantedProfile } from '../profiles.ts';
import { PROFILES } from '../../registry.ts';
import { reportList, runAssembled } from './run.ts';

/** `demo`: every role against the bundled conforming mocks, over real HTTP, through the same configuration as any stranger's system. */
export async function demoCommand(flags: RunFlags): Promise<ExitCode> {
  const formats = reportList(flags.report);
  const profiles = flags.profile === undefined ? PROFILES : [wantedProfile(flags.profile)];
  const clock = systemClock();
  const base = flags.out ?? join('results', `${new Date(clock.now()).toISOString().replaceAll(/[:.]/gu, '-')}-demo`);
  const codes: ExitCode[] = [];
  const all: Record<string, Record<string, Results>> = {};
  for (const profile of profiles) {
    for (const role of ROLES) {
      const target = await startTarget(role, { clock, random: systemRandom(), profile });
      try {
        const assembled = await assembleRun(
          role,
          { ...flags, out: join(base, profile.id, role) },
          { configuration: target.configuration, profile, clock },
        );
        const { results, code } = await runAssembled(await trusting(assembled, target), flags, formats);
        codes.push(code);
        (all[profile.id] ??= {})[role] = results;
      } finally {
        await target.close();
      }
    }
  }
  if (flags.json === true) printJson(all);
  return worstExit(codes);
}

/** A bundled target is told whom to trust, as `touchstone identity` tells a stranger's operator. */
async function trusting(
  assembled: Awaited<ReturnType<typeof assembleRun>>,
  target: Awaited<ReturnType<typeof startTarget>>,
) {
  target.trust([assembled.order.identities.issuer.ca, assembled.order.identities.verifier.ca]);
  return assembled;
}
