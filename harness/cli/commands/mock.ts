import type { Role } from '../../../core/kinds.ts';
import { nodeFiles } from '../../../core/system/files.ts';
import { systemClock } from '../../../core/system/clock.ts';
import { systemRandom } from '../../../core/system/random.ts';
import { trustText } from '../../../mocks/trust/describe.ts';
import { keepIdentities } from '../../../mocks/trust/store.ts';
import { startTarget } from '../../bundled/index.ts';
import { FAULTS, faultOf, STEPS } from '../../registry.ts';
import { parseListen } from '../assemble.ts';
import type { ExitCode } from '../exit.ts';
import { printLines } from '../output.ts';
import { wantedProfile } from '../profiles.ts';
import { UsageError } from '../usage.ts';

interface Options {
  readonly profile: string;
  readonly port: number;
  readonly listen?: string;
  readonly fault?: readonly string[];
  readonly leniency?: readonly string[];
  readonly publicUrl?: string;
  readonly identity?: string;
}

/** `mock ROLE`: one mock alone, until it is stopped. It prints its URL and the configuration to test it with. */
export async function mockCommand(role: Role, options: Options): Promise<ExitCode> {
  const clock = systemClock();
  const random = systemRandom();
  const address =
    options.listen === undefined ? { host: 'localhost', port: options.port } : parseListen(options.listen);
  const hosts = [
    'localhost',
    '127.0.0.1',
    ...(options.publicUrl === undefined ? [] : [new URL(options.publicUrl).hostname]),
  ];
  const identities =
    options.identity === undefined
      ? undefined
      : await keepIdentities({ dir: options.identity, files: nodeFiles(), hosts, clock, random });
  const target = await startTarget(role, {
    clock,
    random,
    profile: wantedProfile(options.profile),
    ...address,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(identities === undefined ? {} : { identities, trust: [identities.authority.pem] }),
    faults: (options.fault ?? []).map((id) => wantedFault(role, id)),
    leniencies: new Set((options.leniency ?? []).map((id) => wantedStep(role, id))),
  });
  printLines([target.url, '', trustText(target.identities).en, '', JSON.stringify(target.configuration, undefined, 2)]);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await target.close();
  return 0;
}

function wantedFault(role: Role, id: string) {
  const fault = faultOf(id) ?? faultOf(`${role}/${id}`);
  if (fault?.role === role) return fault;
  const own = FAULTS.filter((entry) => entry.role === role).length;
  throw new UsageError(
    `the mock ${role} has no fault ${id}; it has ${own} others: touchstone list faults --role ${role}`,
  );
}

function wantedStep(role: Role, id: string): string {
  const step = STEPS.find((entry) => entry.id === id || entry.id === `${role}/${id}`);
  if (step?.id.startsWith(`${role}/`) === true) return step.id;
  const own = STEPS.filter((entry) => entry.id.startsWith(`${role}/`)).map((entry) => entry.id);
  throw new UsageError(`the mock ${role} has no acceptance step ${id}; it has: ${own.join(', ')}`);
}
