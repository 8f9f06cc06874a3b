import type { FlowContext } from '../../core/flow.ts';
import type { HttpClient } from '../../core/ports.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import { listen } from '../../mocks/http/listen.ts';
import { router } from '../../mocks/http/router.ts';
import type { Router } from '../../mocks/http/router.ts';
import type { Trust } from '../../mocks/contracts.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import { createIdentities } from '../../mocks/trust/identity.ts';
import type { Configuration } from '../configuration/types.ts';
import type { BundledOptions, BundledTarget } from './options.ts';
import { ringLog } from './ring-log.ts';

/** What every bundled target stands on: a listener with a router, identities, trust that may grow, and contexts for its flows. */
export interface Ground {
  readonly url: string;
  readonly routes: Router;
  readonly identities: IdentitySet;
  readonly log: TraceLog;
  /** The target's own way out. */
  readonly http: HttpClient;
  /** Trust in the anchors that are known at the time of reading. */
  trustIn(rest?: Omit<Trust, 'anchors'>): Trust;
  /** A context with the target's deviations; `http` replaces its way out. */
  context(id: string, http?: HttpClient): RecordingContext;
  /** The target as it is given away. */
  target(configuration: Configuration): BundledTarget;
}

/** Opens the listener; what is served is mounted on `routes` afterwards. Rejects if the address cannot be used. */
export async function openGround(options: BundledOptions): Promise<Ground> {
  const { clock, random } = options;
  const routes = router();
  const listener = await listen(routes.handle, {
    host: options.host ?? 'localhost',
    clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const client = undiciClient(options.ca === undefined ? {} : { ca: options.ca });
  const hosts = [...new Set([new URL(listener.url).hostname, 'localhost'])];
  const identities = options.identities ?? (await createIdentities({ hosts, clock, random }));
  const log = options.log ?? ringLog(clock);
  const anchors = [...(options.trust ?? [])];
  const { faults, leniencies } = options;
  return {
    url: listener.url,
    routes,
    identities,
    log,
    http: client,
    trustIn: (rest = {}) => ({
      ...rest,
      get anchors() {
        return anchors;
      },
    }),
    context: (id, http = client) =>
      createFlowContext({
        id,
        ports: { clock, random, http },
        log,
        ...(faults === undefined ? {} : { faults }),
        ...(leniencies === undefined ? {} : { leniencies }),
      }),
    target: (configuration) => ({
      url: listener.url,
      configuration,
      log,
      identities,
      trust: (more) => {
        for (const anchor of more) if (!anchors.includes(anchor)) anchors.push(anchor);
      },
      close: async () => {
        await listener.close();
        await client.close();
      },
    }),
  };
}

/** A context whose calls of one exchange are answered by `instead`. */
export function withCall(context: RecordingContext, call: FlowContext['call']): RecordingContext {
  return { ...context, call };
}
