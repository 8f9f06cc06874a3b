import type { Driver, DriverContext, IssuerDriver, VerifierDriver, WalletDriver } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { IssuanceVariant, PresentationVariant, Variant } from '../../core/contracts/variant.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import { Refusal } from '../../core/flow.ts';
import { TransportError } from '../../core/http.ts';
import type { Party, Role } from '../../core/kinds.ts';
import type { Clock } from '../../core/ports.ts';
import { PARTIES_OF } from '../../core/kinds.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { createFlowContext, reasonOf } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import { createIssuer } from '../../mocks/issuer/issuer.ts';
import { createVerifier } from '../../mocks/verifier/verifier.ts';
import { createCredentialSite } from '../../mocks/wallet/credential-site.ts';
import { isWalletOddity } from '../../mocks/wallet/oddities.ts';
import { createWallet } from '../../mocks/wallet/wallet.ts';
import type { SigningKey } from '../../protocol/jose/keys.ts';
import { queryNamed } from '../../suites/queries.ts';
import type { Stage } from '../stage.ts';
import { recordedControl } from '../targets/record-control.ts';
import { notedStep } from '../judge/noted.ts';
import { appendArtifacts } from './artifacts.ts';
import type { Probe } from './probe.ts';
import { tolerates } from './tolerance.ts';
import { createProbe, markedTypes, needsProbe, probeOutcome, probeQuery, PROBE_VARIANT } from './probe.ts';
import { oneAtATime, REGISTERED } from './registered.ts';

const BROWSER_POLL_MS = 100;

/** What one flow shall be. */
export interface FlowOrder {
  readonly id: string;
  readonly test: string;
  readonly variant: Variant;
  readonly fault?: Fault<never>;
  readonly control?: true;
  readonly setup?: true;
  /** DCQL query of a presentation that no table names. */
  readonly query?: Readonly<Record<string, unknown>>;
}

/** What all flows of a run share. */
export interface FlowSetting {
  readonly stage: Stage;
  readonly driver: Driver;
  readonly role: Role;
  readonly profile: Profile;
  /** Real time, for deadlines: the mocks' clock may stand still or jump. */
  readonly real: Clock;
  /** Whole flow, ms. */
  readonly timeoutMs: number;
  /** Silence after which a wallet that does not report counts as having done nothing, ms. */
  readonly silenceMs: number;
  readonly clientId?: string;
  readonly redirectUri: string;
  /** Credential Issuer Identifier of the target, for flows that the wallet begins. */
  readonly credentialIssuer?: string;
  /** Key under which our wallet is registered at the target; default the wallet identity's. */
  readonly clientKey?: SigningKey;
  /** What our mocks trust beside their own authority: PEM anchors. None given: any key that can be resolved. */
  readonly anchors: readonly string[];
  /** Log-in at an authorization server under test; default: follow redirects. */
  readonly authorize?: (url: string) => Promise<string>;
}

/** Plays one flow and records it. Never throws: what goes wrong stands in the trace. */
export async function playFlow(order: FlowOrder, setting: FlowSetting): Promise<void> {
  const { stage, role } = setting;
  const context = createFlowContext({
    id: order.id,
    ports: stage.ports,
    log: stage.log,
    faults: order.fault === undefined ? [] : [order.fault],
    authorOf: (party: Party) => (PARTIES_OF[role].includes(party) ? 'sut' : 'harness'),
    tolerates,
  });
  context.trace.event({
    event: 'flow-start',
    test: order.test,
    variant: variantId(order.variant),
    ...(order.fault === undefined ? {} : { fault: order.fault.id }),
    ...(order.control === true ? { control: true as const } : {}),
    ...(order.setup === true ? { setup: true as const } : {}),
  });
  const { driver } = setting;
  const silent = driver.role === 'wallet' && !driver.reports && order.variant.kind === 'issuance';
  const probe = silent ? createProbe(stage.ports.random) : undefined;
  const timeout = new AbortController();
  try {
    await Promise.race([
      stageFlow(order, probe, context, setting, timeout.signal),
      deadline(context, setting, timeout),
    ]);
  } catch (error) {
    noteTrouble(context, error);
  } finally {
    timeout.abort();
    try {
      appendArtifacts(stage.log, order.id);
    } catch (error) {
      context.trace.event({ event: 'harness-error', reason: reasonOf(error) });
    }
    if (probe !== undefined && needsProbe(probe, stage.log.ofFlow(order.id))) await ask(probe, order, context, setting);
    context.trace.event({ event: 'flow-end' });
  }
}

/** Runs the presence probe as a flow of its own, and notes in the issuance what it showed. */
async function ask(probe: Probe, order: FlowOrder, context: RecordingContext, setting: FlowSetting): Promise<void> {
  const [type] = setting.profile.credentialTypes;
  if (type === undefined) return;
  const id = `${order.id}-probe`;
  const query = probeQuery(probe, type);
  await playFlow({ id, test: order.test, variant: PROBE_VARIANT, setup: true, query }, setting);
  const { value, detail } = probeOutcome(probe, setting.stage.log.ofFlow(id));
  context.trace.event({ event: 'outcome', source: 'probe', value, detail });
}

/** A driver that cannot do a thing leaves the test unjudged; the target's own behaviour is in the messages; the rest is our error. */
function noteTrouble(context: RecordingContext, error: unknown): void {
  const noted = notedStep(context.log.ofFlow(context.id));
  if (error instanceof DriverError) {
    const reason = error.failure === 'unsupported' ? `unsupported: ${error.message}` : error.message;
    context.trace.event({ event: 'unmet', reason: `driver: ${reason}` });
  } else if (error instanceof TransportError || error instanceof Refusal) return;
  else if (noted !== undefined) {
    // What could not go on after a tolerated fault of the other side is that fault's consequence, not an error of ours.
    context.trace.event({
      event: 'step',
      step: noted.step,
      result: 'refused',
      reason: `${noted.reason ?? ''}; then ${reasonOf(error)}`,
    });
  } else context.trace.event({ event: 'harness-error', reason: reasonOf(error) });
}

async function deadline(context: RecordingContext, setting: FlowSetting, timeout: AbortController): Promise<void> {
  try {
    await setting.real.sleep(setting.timeoutMs, timeout.signal);
  } catch {
    // The flow ended first.
    return await new Promise<never>(() => {});
  }
  context.trace.event({
    event: 'transport-failure',
    failure: 'timeout',
    reason: `the flow took more than ${setting.timeoutMs} ms`,
  });
}

async function stageFlow(
  { variant, query }: FlowOrder,
  probe: Probe | undefined,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { driver } = setting;
  switch (driver.role) {
    case 'issuer':
      if (variant.kind === 'issuance') return issuerFlow(variant, driver, context, setting, signal);
      break;
    case 'wallet':
      return variant.kind === 'issuance'
        ? walletIssuance(variant, probe, driver, context, setting, signal)
        : inTurn(variant, setting, () => walletPresentation(variant, query, driver, context, setting, signal));
    case 'verifier':
      if (variant.kind === 'presentation') return verifierFlow(variant, driver, context, setting, signal);
      break;
  }
  throw new Error(`a ${variant.kind} flow does not suit a target that is a ${driver.role}`);
}

async function issuerFlow(
  variant: IssuanceVariant,
  driver: IssuerDriver,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { stage, credentialIssuer } = setting;
  const wallet = createWallet(
    {
      identity:
        setting.clientKey === undefined
          ? stage.identities.wallet
          : { ...stage.identities.wallet, signing: setting.clientKey },
      trust: trustOf(setting, 'anyIssuer'),
      variant,
      redirectUri: setting.redirectUri,
      ...(setting.clientId === undefined ? {} : { clientId: setting.clientId }),
      ...(setting.authorize === undefined ? {} : { authorize: setting.authorize }),
    },
    context,
  );
  if (variant.offer === 'none') {
    if (credentialIssuer === undefined) throw new DriverError('unsupported', 'no credential issuer is configured');
    await wallet.start(credentialIssuer);
    return;
  }
  const offer = await driver.offer(variant, driverContext(context, 'issuer', signal));
  context.trace.message({
    kind: 'credential-offer-link',
    sender: 'issuer',
    receiver: 'wallet',
    channel: 'link',
    body: offer.link,
  });
  await wallet.receiveOffer(offer.link, offer.txCode === undefined ? {} : { txCode: offer.txCode });
}

/** What a driver gets: its calls are recorded beside the protocol's, as control messages. */
function driverContext(context: RecordingContext, party: Party, signal: AbortSignal): DriverContext {
  return { ports: { ...context.ports, http: recordedControl(context, party) }, trace: context.trace, signal };
}

function trustOf(
  setting: FlowSetting,
  any: 'anyIssuer' | 'anyVerifier',
): { anchors: string[]; anyIssuer?: true; anyVerifier?: true } {
  const anchors = [setting.stage.identities.issuer.ca, ...setting.anchors];
  return setting.anchors.length > 0 ? { anchors } : { anchors, [any]: true };
}

function inTurn(variant: PresentationVariant, { stage }: FlowSetting, flow: () => Promise<void>): Promise<void> {
  return variant.clientIdPrefix === 'pre-registered' ? oneAtATime(stage, flow) : flow();
}

async function walletIssuance(
  variant: IssuanceVariant,
  probe: Probe | undefined,
  driver: WalletDriver,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { stage, profile } = setting;
  const base = stage.baseFor('issuer', context.id);
  const issuer = createIssuer(
    {
      base,
      identity: stage.identities.issuer,
      trust: { anchors: [stage.identities.issuer.ca], anyIssuer: true },
      credentialTypes: probe === undefined ? profile.credentialTypes : markedTypes(profile.credentialTypes, probe),
      variant,
      links: { offer: profile.links.offer[0] ?? 'openid-credential-offer://' },
    },
    context,
  );
  if (probe !== undefined) probe.issued = () => issuer.issued;
  const unhost = await stage.host(base, issuer, context, 'wallet');
  try {
    const offer = await issuer.createOffer();
    context.trace.message({
      kind: 'credential-offer-link',
      sender: 'issuer',
      receiver: 'wallet',
      channel: 'link',
      body: offer.link,
    });
    await openAndWait(
      offer.link,
      { goal: 'issuance', ...(offer.txCode === undefined ? {} : { txCode: offer.txCode }) },
      driver,
      context,
      setting,
      signal,
    );
  } finally {
    unhost();
    // Whoever is shown the credential later asks for its status. What is asked then belongs to no flow of the issuer.
    if (variant.status === true) await stage.host(base, issuer, unrecorded(context, setting), 'wallet');
  }
}

/** A context of the same flow whose records go nowhere. */
function unrecorded(context: RecordingContext, { real }: FlowSetting): RecordingContext {
  return createFlowContext({ id: context.id, ports: context.ports, log: createLog({ real }) });
}

async function walletPresentation(
  variant: PresentationVariant,
  given: FlowOrder['query'],
  driver: WalletDriver,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { stage, profile } = setting;
  const base = stage.baseFor('verifier', variant.clientIdPrefix === 'pre-registered' ? REGISTERED : context.id);
  const query = given ?? queryNamed(variant.query, profile);
  const verifier = createVerifier(
    {
      base,
      identity: stage.identities.verifier,
      trust: trustOf(setting, 'anyIssuer'),
      variant,
      links: { request: profile.links.request[0] ?? 'openid4vp://' },
      query,
    },
    context,
  );
  const unhost = await stage.host(base, verifier, context, 'wallet');
  try {
    const request = await verifier.createRequest();
    context.trace.message({
      kind: 'presentation-request-link',
      sender: 'verifier',
      receiver: 'wallet',
      channel: 'link',
      body: request.link,
    });
    await openAndWait(
      request.link,
      { goal: 'presentation', consent: variant.consent ?? 'give' },
      driver,
      context,
      setting,
      signal,
    );
    if (variant.redirectUri === true) await browserOpened(context, setting, signal);
  } finally {
    unhost();
  }
}

/** Hands the link over and waits for the wallet's own report, or for silence where it gives none. */
async function openAndWait(
  link: string,
  hint: Parameters<WalletDriver['open']>[1],
  driver: WalletDriver,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { stage } = setting;
  const { done } = await driver.open(link, hint, driverContext(context, 'wallet', signal));
  if (driver.reports) {
    const report = await done;
    context.trace.event(outcomeEvent('driver', report.outcome, report.detail));
    return;
  }
  let seen = -1;
  for (;;) {
    const count = stage.log.ofFlow(context.id).length;
    if (count === seen) break;
    seen = count;
    await setting.real.sleep(setting.silenceMs, signal);
  }
  context.trace.event({ event: 'silence', deadline: setting.silenceMs });
}

/** A browser needs its time to open where the verifier sends the user: waits until it has, at most for the usual silence. */
async function browserOpened(context: RecordingContext, setting: FlowSetting, signal: AbortSignal): Promise<void> {
  const opened = (): boolean =>
    setting.stage.log
      .ofFlow(context.id)
      .some((entry) => entry.type === 'message' && entry.kind === 'redirect-uri-request');
  for (let waited = 0; !opened() && waited < setting.silenceMs; waited += BROWSER_POLL_MS) {
    await setting.real.sleep(BROWSER_POLL_MS, signal);
  }
}

async function verifierFlow(
  variant: PresentationVariant,
  driver: VerifierDriver,
  context: RecordingContext,
  setting: FlowSetting,
  signal: AbortSignal,
): Promise<void> {
  const { stage, profile } = setting;
  const made = await driver.request(wishOf(variant), driverContext(context, 'relying-party', signal));
  context.trace.message({
    kind: 'presentation-request-link',
    sender: 'verifier',
    receiver: 'wallet',
    channel: 'link',
    body: made.link,
  });
  const base = stage.baseFor('issuer', context.id);
  // The issuer that made the presented credential publishes its keys and its status list.
  const site = createCredentialSite({ base, identity: stage.identities.issuer }, context);
  const unhost = await stage.host(base, site, context, 'verifier');
  try {
    const wallet = createWallet(
      {
        identity: stage.identities.wallet,
        trust: trustOf(setting, 'anyVerifier'),
        // Which types a stranger's transactions have is the stranger's business.
        transactionDataTypes: 'any',
        variant,
        redirectUri: setting.redirectUri,
        credentialIdentity: stage.identities.issuer,
        credentialIssuer: base,
        credentialTypes: profile.credentialTypes,
      },
      context,
    );
    const presented = await wallet.present(made.link, { consent: variant.consent ?? 'give' });
    if (!driver.reports) return;
    // What was refused on the wire, or never sent, seldom gets a result: the transaction stays open. It is not waited for as long.
    const patience = new AbortController();
    if (presented.outcome !== 'accepted') void giveUp(patience, setting, signal);
    const wait = AbortSignal.any([signal, patience.signal]);
    const report = await driver.result(made, driverContext(context, 'relying-party', wait));
    context.trace.event(outcomeEvent('result', report.outcome, report.detail));
  } finally {
    unhost();
  }
}

const AFTERMATH_MS = 1000;

async function giveUp(patience: AbortController, setting: FlowSetting, signal: AbortSignal): Promise<void> {
  await setting.real.sleep(Math.min(AFTERMATH_MS, setting.silenceMs), signal).catch(() => {});
  patience.abort();
}

/** What of a variant the verifier decides: not what the user does, nor the credential, nor how our wallet puts things. */
function wishOf(variant: PresentationVariant): PresentationVariant {
  const { status: _status, consent: _consent, oddities, ...wish } = variant;
  const theirs = oddities?.filter((name) => !isWalletOddity(name)) ?? [];
  return theirs.length === 0 ? wish : { ...wish, oddities: theirs };
}

function outcomeEvent(source: 'driver' | 'result', value: Outcome, detail: string | undefined) {
  return { event: 'outcome' as const, source, value, ...(detail === undefined ? {} : { detail }) };
}
