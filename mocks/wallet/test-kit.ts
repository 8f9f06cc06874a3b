import type { CredentialType } from '../../core/contracts/profile.ts';
import type { IssuanceVariant, PresentationVariant, Variant } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import { manualClock } from '../../core/system/clock.ts';
import { seededRandom } from '../../core/system/random.ts';
import { text } from '../../core/text.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import { createLog } from '../../core/trace/log.ts';
import type { HttpClient } from '../../core/ports.ts';
import type { IssuanceResult, PresentationResult, VerifierResult } from '../contracts.ts';
import { createIssuer } from '../issuer/issuer.ts';
import { memoryNetwork } from '../memory.ts';
import type { IdentitySet } from '../trust/identity.ts';
import { createIdentities } from '../trust/identity.ts';
import { createMockVerifier } from '../verifier/verifier.ts';
import { createCredentialSite } from './credential-site.ts';
import type { WalletOptions } from './session.ts';
import { createWallet } from './wallet.ts';

/** Unit-test set-up: the mock wallet against the mocks of issuer and verifier, in memory. */

export const START = Date.UTC(2026, 10, 23, 12);
export const HOST = 'mocks.example';
export const ISSUER = `https://${HOST}/issuer`;
export const VERIFIER = `https://${HOST}/verifier`;

export const CARD: CredentialType = {
  id: 'card',
  format: 'dc+sd-jwt',
  type: 'urn:example:card:1',
  scope: 'card',
  title: text('Card', '卡片'),
  claims: {
    given_name: 'Mei',
    family_name: '林',
    age_over_18: true,
    address: { locality: '臺南市', country: 'TW' },
    nationalities: ['TW', 'JP'],
  },
  disclosable: [['given_name'], ['family_name'], ['age_over_18'], ['address', 'locality'], ['nationalities', null]],
};

export const QUERY = {
  credentials: [
    {
      id: 'card',
      format: 'dc+sd-jwt',
      meta: { vct_values: [CARD.type] },
      claims: [{ path: ['given_name'] }, { path: ['address', 'locality'] }],
    },
  ],
} as const;

export interface World {
  readonly clock: ReturnType<typeof manualClock>;
  readonly random: ReturnType<typeof seededRandom>;
  readonly identities: IdentitySet;
}

/** Identities and clock that several flows share. */
export async function world(): Promise<World> {
  const clock = manualClock(START, { sleep: 'jump' });
  const random = seededRandom('mock wallet');
  return { clock, random, identities: await createIdentities({ hosts: [HOST], clock, random }) };
}

export interface Deviation {
  readonly fault?: Fault<never> | undefined;
  /** Leniencies of the wallet. */
  readonly walletLeniencies?: readonly string[];
  /** Faults and leniencies of the other side. */
  readonly otherFault?: Fault<never> | undefined;
  readonly otherLeniencies?: readonly string[];
  readonly wallet?: Partial<WalletOptions>;
  readonly query?: Readonly<Record<string, unknown>>;
  /** Straight flows of the same kind that come first, with the same issuer or verifier. */
  readonly before?: number;
}

interface Side {
  readonly context: RecordingContext;
  readonly log: TraceLog;
}

function side(of: World, http: HttpClient, fault: Fault<never> | undefined, leniencies: readonly string[] = []): Side {
  const log = createLog({ real: of.clock });
  const context = createFlowContext({
    id: 'flow',
    ports: { clock: of.clock, random: of.random, http },
    log,
    faults: fault === undefined ? [] : [fault],
    leniencies: new Set(leniencies),
  });
  return { context, log };
}

/** Steps of a role that refused, in order. */
export function refusals(entries: readonly TraceEntry[]): string[] {
  return entries.flatMap((entry) =>
    entry.type === 'event' && entry.event === 'step' && entry.result === 'refused' ? [entry.step] : [],
  );
}

/** Faults that really left. */
export function sentFaults(entries: readonly TraceEntry[]): string[] {
  return entries.flatMap((entry) => (entry.type === 'event' && entry.event === 'fault-sent' ? [entry.fault] : []));
}

export interface IssuancePlay {
  readonly result: IssuanceResult;
  readonly wallet: readonly TraceEntry[];
  readonly issuer: readonly TraceEntry[];
  /** Steps at which the issuer refused. */
  readonly refusedBy: readonly string[];
  readonly credentials: readonly string[];
  readonly notifications: readonly { readonly id: string; readonly event: string }[];
}

/** One issuance. */
export async function playIssuance(of: World, variant: IssuanceVariant, how: Deviation = {}): Promise<IssuancePlay> {
  const network = memoryNetwork();
  const them = side(of, network, how.otherFault, how.otherLeniencies);
  const us = side(of, network, how.fault, how.walletLeniencies);
  const { identities } = of;
  const issuer = createIssuer(
    {
      base: ISSUER,
      identity: identities.issuer,
      trust: { anchors: [identities.authority.pem] },
      // The second is published, and never offered.
      credentialTypes: [CARD, { ...CARD, id: 'other-card', type: `${CARD.type}:other`, scope: 'other_card' }],
      variant,
      links: { offer: 'openid-credential-offer://' },
      clients: { 'touchstone-wallet': { jwk: identities.wallet.signing.publicJwk } },
    },
    them.context,
  );
  network.mount(ISSUER, issuer, them.context, 'wallet');
  const receive = async (context: RecordingContext): Promise<IssuanceResult> => {
    const wallet = createWallet(
      {
        identity: identities.wallet,
        trust: { anchors: [identities.authority.pem] },
        variant,
        redirectUri: 'https://wallet.example/cb',
        ...how.wallet,
      },
      context,
    );
    if (variant.offer === 'none') return wallet.start(ISSUER);
    const { link, txCode } = await issuer.createOffer();
    return wallet.receiveOffer(link, txCode === undefined ? {} : { txCode });
  };
  for (let flow = 0; flow < (how.before ?? 0); flow++) await receive(side(of, network, undefined).context);
  const start = them.log.entries.length;
  const result = await receive(us.context);
  return {
    result,
    wallet: us.log.entries,
    issuer: them.log.entries,
    refusedBy: refusals(them.log.entries.slice(start)),
    credentials: issuer.issued.map((entry) => entry.credential),
    notifications: issuer.notifications,
  };
}

export interface PresentationPlay {
  readonly result: PresentationResult;
  readonly relyingParty: VerifierResult;
  readonly wallet: readonly TraceEntry[];
  readonly verifier: readonly TraceEntry[];
  readonly refusedBy: readonly string[];
}

/** One presentation, of a credential that the wallet makes for itself. */
export async function playPresentation(
  of: World,
  variant: PresentationVariant,
  how: Deviation = {},
): Promise<PresentationPlay> {
  const network = memoryNetwork();
  const them = side(of, network, how.otherFault, how.otherLeniencies);
  const us = side(of, network, how.fault, how.walletLeniencies);
  const { identities } = of;
  const { oddities: _wallets, ...theirs } = variant;
  const verifier = createMockVerifier(
    {
      base: VERIFIER,
      identity: identities.verifier,
      trust: { anchors: [identities.authority.pem] },
      variant: theirs,
      links: { request: 'openid4vp://' },
      query: how.query ?? QUERY,
    },
    them.context,
  );
  network.mount(VERIFIER, verifier, them.context, 'wallet');
  const site = createCredentialSite({ base: ISSUER, identity: identities.issuer }, us.context);
  network.mount(ISSUER, site, us.context, 'verifier');
  const options = walletOptions(of, variant, verifier.registration, how);
  for (let flow = 0; flow < (how.before ?? 0); flow++) {
    await createWallet(options, side(of, network, undefined).context).present((await verifier.createRequest()).link);
  }
  const start = them.log.entries.length;
  const { link, id } = await verifier.createRequest();
  const result = await createWallet(options, us.context).present(link);
  return {
    result,
    relyingParty: verifier.result(id),
    wallet: us.log.entries,
    verifier: them.log.entries,
    refusedBy: refusals(them.log.entries.slice(start)),
  };
}

function walletOptions(
  of: World,
  variant: Variant,
  registration: { readonly client_id: string },
  how: Deviation,
): WalletOptions {
  const { identities } = of;
  return {
    identity: identities.wallet,
    trust: { anchors: [identities.authority.pem] },
    variant,
    redirectUri: 'https://wallet.example/cb',
    credentialIdentity: identities.issuer,
    credentialIssuer: ISSUER,
    credentialTypes: [CARD],
    registeredVerifiers: { [registration.client_id]: { ...registration } },
    ...how.wallet,
  };
}
