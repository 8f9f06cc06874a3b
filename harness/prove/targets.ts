import type { Driver, WalletReport } from '../../core/contracts/driver.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import type { Role } from '../../core/kinds.ts';
import type { HttpClient, Ports } from '../../core/ports.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import { createLog } from '../../core/trace/log.ts';
import type { HeldCredential, IssuanceResult, PresentationResult } from '../../mocks/contracts.ts';
import { createIssuer } from '../../mocks/issuer/issuer.ts';
import type { MemoryNetwork } from '../../mocks/memory.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import { createVerifier } from '../../mocks/verifier/verifier.ts';
import type { WalletOptions } from '../../mocks/wallet/session.ts';
import { createWallet } from '../../mocks/wallet/wallet.ts';
import { queryNamed } from '../../suites/queries.ts';
import { adaptiveVariant } from '../bundled/adaptive-wallet.ts';

/** A bundled mock as a target in memory: conforming, or broken by faults and leniencies. */
export interface MemoryTarget {
  readonly driver: Driver;
  /** Identifier of an issuer. */
  readonly credentialIssuer: string;
  /** The target's own log: which of its acceptance steps refused. */
  readonly log: TraceLog;
}

export interface MemoryTargetOptions {
  readonly network: MemoryNetwork;
  readonly ports: Omit<Ports, 'http'>;
  readonly profile: Profile;
  /** Identities of the target. */
  readonly own: IdentitySet;
  /** Identities of the harness, which the target trusts. */
  readonly peer: IdentitySet;
  readonly faults?: readonly Fault<never>[];
  readonly leniencies?: ReadonlySet<string>;
  readonly onForm?: (step: string) => void;
  /** A wallet that does not tell how it ended. */
  readonly silent?: true;
  /** Verifiers that were registered at the wallet beforehand, by client identifier. */
  readonly registered?: WalletOptions['registeredVerifiers'];
}

const ORIGIN = 'https://target.example';
/** Many servers still listen there as well: a defect may send the other side to it. */
const WITHOUT_TLS = 'http://target.example';

/** Makes a target in memory for a role. */
export function memoryTarget(role: Role, options: MemoryTargetOptions): MemoryTarget {
  const log = createLog({ real: options.ports.clock });
  const context = contextOf(options, log, options.network);
  const make = role === 'issuer' ? issuerTarget : role === 'wallet' ? walletTarget : verifierTarget;
  return { driver: make(options, context), credentialIssuer: `${ORIGIN}/issuer`, log };
}

function contextOf(options: MemoryTargetOptions, log: TraceLog, http: HttpClient): RecordingContext {
  return createFlowContext({
    id: 'target',
    ports: { ...options.ports, http },
    log,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.leniencies === undefined ? {} : { leniencies: options.leniencies }),
    ...(options.onForm === undefined ? {} : { onForm: options.onForm }),
  });
}

function issuerTarget(options: MemoryTargetOptions, context: RecordingContext): Driver {
  const { network, profile, own, peer } = options;
  const issuer = createIssuer(
    {
      base: `${ORIGIN}/issuer`,
      identity: own.issuer,
      trust: { anchors: [peer.wallet.ca], anyIssuer: true },
      credentialTypes: profile.credentialTypes,
      variant: { kind: 'issuance', grant: 'pre-authorized_code' },
      links: { offer: profile.links.offer[0] ?? 'openid-credential-offer://' },
    },
    context,
  );
  network.mount(issuer.base, issuer, context, 'wallet');
  network.mount(`${WITHOUT_TLS}/issuer`, issuer, context, 'wallet');
  return { role: 'issuer', offer: (wish: IssuanceVariant) => issuer.createOffer(wish) };
}

/** Like any wallet it takes what the other side's metadata offers, anew for each offer, and keeps what it gets; the newest is shown first. */
function walletTarget(options: MemoryTargetOptions, plain: RecordingContext): Driver {
  const { network } = options;
  const held: HeldCredential[] = [];
  const config = walletConfig(options);
  const receive = async (link: string, txCode: string | undefined) => {
    const adaptive = adaptiveVariant(network);
    const adapting = {
      ...config,
      // Read when the metadata has been seen.
      get variant() {
        return adaptive.variant;
      },
    };
    const wallet = createWallet(adapting, contextOf(options, plain.log, adaptive.http));
    const result = await wallet.receiveOffer(link, txCode === undefined ? {} : { txCode });
    held.unshift(...wallet.credentials);
    return result;
  };
  const present = async (link: string, consent: 'give' | 'decline') => {
    const wallet = createWallet({ ...config, variant: { kind: 'presentation' } }, plain);
    for (const credential of held) wallet.hold(credential);
    return wallet.present(link, { consent });
  };
  return {
    role: 'wallet',
    reports: options.silent !== true,
    open: async (link, hint) => {
      const result = hint.goal === 'issuance' ? receive(link, hint.txCode) : present(link, hint.consent ?? 'give');
      return { done: result.then((ended) => (options.silent === true ? { outcome: 'unknown' } : reportOf(ended))) };
    },
  };
}

function reportOf({ outcome, step, reason }: IssuanceResult | PresentationResult): WalletReport {
  return { outcome, detail: [step, reason].filter((part) => part !== undefined).join(': ') };
}

function walletConfig({ own, peer, registered }: MemoryTargetOptions): Omit<WalletOptions, 'variant'> {
  return {
    identity: own.wallet,
    trust: { anchors: [peer.issuer.ca] },
    redirectUri: `${ORIGIN}/callback`,
    ...(registered === undefined ? {} : { registeredVerifiers: registered }),
  };
}

function verifierTarget(options: MemoryTargetOptions, context: RecordingContext): Driver {
  const { network, profile, own, peer } = options;
  const verifier = createVerifier(
    {
      base: `${ORIGIN}/verifier`,
      identity: own.verifier,
      trust: { anchors: [peer.issuer.ca] },
      variant: { kind: 'presentation' },
      links: { request: profile.links.request[0] ?? 'openid4vp://' },
      query: queryNamed(undefined, profile),
    },
    context,
  );
  network.mount(verifier.base, verifier, context, 'wallet');
  return {
    role: 'verifier',
    reports: true,
    request: (wish: PresentationVariant) => verifier.createRequest(wish, queryNamed(wish.query, profile)),
    result: async (made) => {
      const result = verifier.result(made.id ?? '');
      return {
        outcome: result.status === 'pending' ? 'unknown' : result.status,
        detail: [result.step, result.reason].filter((part) => part !== undefined).join(': '),
      };
    },
  };
}
