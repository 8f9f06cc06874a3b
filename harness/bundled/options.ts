import type { Profile } from '../../core/contracts/profile.ts';
import type { Fault } from '../../core/flow.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import type { Configuration } from '../configuration/types.ts';

/** How a bundled target is started. */
export interface BundledOptions {
  /** Time of everything that it makes and judges. */
  readonly clock: Clock;
  readonly random: Random;
  /** Whose credential types, links and queries it uses. */
  readonly profile: Profile;
  /** Default localhost. */
  readonly host?: string;
  /** Default any free one. */
  readonly port?: number;
  readonly publicUrl?: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Root certificates (PEM) of the TLS servers that it calls. */
  readonly ca?: readonly string[];
  /** Deviations, active in all flows: faults of its own role, acceptance steps that are left out. */
  readonly faults?: readonly Fault<never>[];
  readonly leniencies?: ReadonlySet<string>;
  /** Keys and certificates; default new ones. */
  readonly identities?: IdentitySet;
  /** Root certificates (PEM) that it trusts from the start. */
  readonly trust?: readonly string[];
  /** Where it records what it sees and judges; default the last few hundred entries in memory. */
  readonly log?: TraceLog;
}

/** A system that can be tested like any stranger's: over HTTP, by its public configuration. */
export interface BundledTarget {
  /** Base URL of its listener. */
  readonly url: string;
  /** The configuration to test it with. */
  readonly configuration: Configuration;
  readonly log: TraceLog;
  /** Keys and certificates it speaks with. */
  readonly identities: IdentitySet;
  /** Trusts these root certificates (PEM), too: those of the harness, which are known only when it runs. */
  trust(anchors: readonly string[]): void;
  close(): Promise<void>;
}
