import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../core/kinds.ts';
import type { Profile } from '../core/contracts/profile.ts';
import type { Results } from '../core/results.ts';
import { systemClock } from '../core/system/clock.ts';
import { systemRandom } from '../core/system/random.ts';
import { readTrace } from '../core/trace/read.ts';
import type { TraceReading } from '../core/trace/read.ts';
import type { BundledOptions, BundledTarget } from '../harness/bundled/index.ts';
import { assembleRun } from '../harness/cli/assemble.ts';
import type { RunFlags } from '../harness/cli/assemble.ts';
import type { Configuration } from '../harness/configuration/types.ts';
import { executeRun } from '../harness/execute.ts';
import { OID4VC_1_0 } from '../profiles/oid4vc-1.0/profile.ts';

/** What the end-to-end tests share: one run through the public configuration, in a folder of its own. */

export const PROFILE = OID4VC_1_0;

/** How bundled targets are started here: real time, real randomness, loopback. */
export const BUNDLED: BundledOptions = { clock: systemClock(), random: systemRandom(), profile: PROFILE };

export interface Run {
  readonly results: Results;
  readonly trace: TraceReading;
  /** Folder of the run. */
  readonly dir: string;
}

export interface RunWishes {
  readonly flags?: Partial<RunFlags>;
  readonly profile?: Profile;
  /** Told who we are before the run begins. */
  readonly target?: BundledTarget;
}

const folders: string[] = [];

/** A new folder that `removeFolders` takes away. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'touchstone-test-'));
  folders.push(made);
  return made;
}

/** For `afterAll`. */
export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** Runs a target as `touchstone run` does, from a configuration that anybody could write. */
export async function run(role: Role, configuration: Configuration, wishes: RunWishes = {}): Promise<Run> {
  const dir = folder();
  const { order, close } = await assembleRun(
    role,
    { report: '', failOn: 'must', lang: 'en', out: dir, ...wishes.flags },
    { configuration, profile: wishes.profile ?? PROFILE },
  );
  wishes.target?.trust([order.identities.issuer.ca, order.identities.verifier.ca]);
  try {
    const results = await executeRun(order);
    return { results, trace: readTrace(readFileSync(join(dir, 'trace.jsonl'), 'utf8')), dir };
  } finally {
    await close();
  }
}
