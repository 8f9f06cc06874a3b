import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '../core/contracts/driver.ts';
import type { Profile } from '../core/contracts/profile.ts';
import type { Variant } from '../core/contracts/variant.ts';
import type { Role } from '../core/kinds.ts';
import { systemClock } from '../core/system/clock.ts';
import { undiciClient } from '../core/system/http-client.ts';
import { systemRandom } from '../core/system/random.ts';
import type { TraceEntry } from '../core/trace/entries.ts';
import { createLog } from '../core/trace/log.ts';
import { playFlow } from '../harness/flows/play.ts';
import { listen } from '../mocks/http/listen.ts';
import { recorded, router } from '../mocks/http/router.ts';
import type { IdentitySet } from '../mocks/trust/identity.ts';

/** The harness as a run sets it up: real HTTP, every message and event written to a file as it happens. */
export interface HarnessSide {
  /** Plays one flow; throws if anything in it was refused or went wrong, since its time would then mean nothing. */
  play(): Promise<void>;
  readonly entries: readonly TraceEntry[];
  close(): Promise<void>;
}

export async function startHarness(
  role: Role,
  driver: Driver,
  variant: Variant,
  test: string,
  profile: Profile,
  identities: IdentitySet,
): Promise<HarnessSide> {
  const clock = systemClock();
  const http = undiciClient();
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-bench-'));
  const file = openSync(join(folder, 'trace.jsonl'), 'w', 0o600);
  const log = createLog({
    real: clock,
    clock,
    sink: { write: (line) => writeSync(file, line), close: () => closeSync(file) },
  });
  const routes = router();
  const listener = await listen(routes.handle, { clock });
  const setting = {
    stage: {
      ports: { clock, random: systemRandom(), http },
      log,
      identities,
      baseFor: (own: Role, flow: string) => `${listener.url}/${own}/${flow}`,
      host: async (...[base, mock, context, peer]: Parameters<HostFunction>) =>
        routes.mount(base, recorded(mock, context, peer)),
    },
    driver,
    role,
    profile,
    real: clock,
    timeoutMs: 10_000,
    silenceMs: 10_000,
    redirectUri: `${listener.url}/callback`,
    anchors: [],
  };
  let flows = 0;
  return {
    entries: log.entries,
    play: async () => {
      flows += 1;
      const id = `f${flows}`;
      await playFlow({ id, test, variant }, setting);
      const trouble = log.ofFlow(id).find(isTrouble);
      if (trouble !== undefined) throw new Error(`flow ${id} (${role}): ${JSON.stringify(trouble)}`);
    },
    close: async () => {
      await listener.close();
      await http.close();
      log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type HostFunction = Parameters<typeof playFlow>[1]['stage']['host'];

function isTrouble(entry: TraceEntry): boolean {
  if (entry.type !== 'event') return false;
  if (entry.event === 'step') return entry.result === 'refused';
  if (entry.event === 'outcome') return entry.value !== 'accepted';
  return ['transport-failure', 'harness-error', 'unmet', 'silence'].includes(entry.event);
}
