import type { ServerMock } from '../core/flow.ts';
import type { Party, Role } from '../core/kinds.ts';
import type { Ports } from '../core/ports.ts';
import type { RecordingContext } from '../core/trace/context.ts';
import type { TraceLog } from '../core/trace/log.ts';
import type { IdentitySet } from '../mocks/trust/identity.ts';
import type { MemoryNetwork } from '../mocks/memory.ts';

/** Where flows are played: ports towards the target, the log, the identities, and a place to host our mocks. */
export interface Stage {
  readonly ports: Ports;
  readonly log: TraceLog;
  readonly identities: IdentitySet;
  /** Own absolute URL for a mock of one flow, without trailing slash. */
  baseFor(role: Role, flow: string): string;
  /** Makes a mock reachable at its base; returns what takes it down again. */
  host(base: string, mock: ServerMock, context: RecordingContext, peer: Party): Promise<() => void>;
}

/** A stage without sockets, for proofs and unit tests. `origin` keeps two stages on one network apart. */
export function memoryStage(
  network: MemoryNetwork,
  rest: Pick<Stage, 'log' | 'identities'> & { readonly ports: Omit<Ports, 'http'>; readonly origin?: string },
): Stage {
  const origin = rest.origin ?? 'https://harness.example';
  return {
    ports: { ...rest.ports, http: network },
    log: rest.log,
    identities: rest.identities,
    baseFor: (role, flow) => `${origin}/${role}/${flow}`,
    host: async (base, mock, context, peer) => {
      network.mount(base, mock, context, peer);
      return () => network.unmount(base);
    },
  };
}
