import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Role } from '../../core/kinds.ts';
import type { Outcome, OutcomeSource } from '../../core/outcome.ts';
import { member, str } from '../../protocol/json.ts';

/** How a flow ended for its goal, who says so, and where it stands in the trace. */
export interface FlowOutcome {
  readonly value: Outcome;
  readonly source: OutcomeSource | undefined;
  /** One line: step, error code, status or reason. */
  readonly detail: string;
  readonly evidence: readonly number[];
  /** Exception inside the harness, or a precondition that was not met. */
  readonly trouble?: { readonly kind: 'harness-error' | 'unmet'; readonly reason: string };
}

/** Errors that ask for another try and end nothing. */
const NOT_FINAL = new Set([
  'use_dpop_nonce',
  'use_attestation_challenge',
  'issuance_pending',
  'authorization_pending',
  'slow_down',
]);

/**
 * Outcome of one flow, from the trace alone (DESIGN 2, outcomes). `from` is the seq of the faulty message: what came before
 * it does not count. Sources are tried in the order wire error, result or driver, probe, person.
 */
export function outcomeOf(flow: FlowView, role: Role, profile: Profile, from = -1): FlowOutcome {
  const trouble = troubleOf(flow);
  if (trouble !== undefined) return trouble;
  const wire = role === 'issuer' ? issuerWire : role === 'wallet' ? walletWire : verifierWire;
  const seen = wire(flow, profile, from);
  if (role === 'verifier' && from !== -1) {
    // The result speaks of what was accepted the first time.
    const again = repeated(flow, profile, from);
    if (again !== undefined) return again;
  }
  const said = reported(flow);
  if (role === 'issuer') return seen ?? said ?? unknown('the flow ended without an answer that decides');
  // A relying party's or a wallet's own result outranks an HTTP status; a wire error of a wallet is its own word.
  if (role === 'verifier') return said ?? seen ?? unknown('no result of the relying party');
  return seen ?? said ?? silence(flow) ?? unknown('the wallet gave no sign that decides');
}

function troubleOf(flow: FlowView): FlowOutcome | undefined {
  for (const event of flow.events) {
    if (event.event === 'harness-error') {
      return { ...unknown(event.reason), trouble: { kind: 'harness-error', reason: event.reason } };
    }
    if (event.event === 'unmet') return { ...unknown(event.reason), trouble: { kind: 'unmet', reason: event.reason } };
  }
  return undefined;
}

function unknown(detail: string): FlowOutcome {
  return { value: 'unknown', source: undefined, detail, evidence: [] };
}

/** Result of driver, relying party, probe or person, strongest first. */
function reported(flow: FlowView): FlowOutcome | undefined {
  for (const source of ['result', 'driver', 'probe', 'person'] as const) {
    const event = flow.events.findLast((entry) => entry.event === 'outcome' && entry.source === source);
    if (event?.event === 'outcome' && event.value !== 'unknown') {
      return { value: event.value, source, detail: event.detail ?? source, evidence: [event.seq] };
    }
  }
  return undefined;
}

function silence(flow: FlowView): FlowOutcome | undefined {
  const event = flow.events.findLast((entry) => entry.event === 'silence');
  if (event?.event !== 'silence') return undefined;
  return { value: 'nothing', source: 'wire', detail: `silence for ${event.deadline} ms`, evidence: [event.seq] };
}

/** An answer of the system under test as an outcome; undefined if it ends nothing. */
function answer(message: MessageView, profile: Profile): FlowOutcome | undefined {
  const error = str(message.value, 'error');
  if (error !== undefined && NOT_FINAL.has(error)) return undefined;
  const status = message.status ?? 0;
  const own = profile.isRefusal?.(status, message.value);
  const value = own ?? (status >= 500 ? 'crashed' : 'refused');
  const detail = [message.kind, status || '', error ?? ''].filter((part) => part !== '').join(' ');
  return { value, source: 'wire', detail, evidence: [message.seq] };
}

function transportFailure(flow: FlowView, from: number): FlowOutcome | undefined {
  const event = flow.events.find(
    (entry) => entry.event === 'transport-failure' && entry.seq > from && !isAside(flow, entry.message),
  );
  if (event?.event !== 'transport-failure') return undefined;
  return { value: 'crashed', source: 'wire', detail: `${event.failure}: ${event.reason}`, evidence: [event.seq] };
}

/** Documents that a credential refers to. Whether they are there is judged by itself. */
const ASIDE: readonly string[] = ['status-list-request', 'did-document-request', 'jwt-vc-issuer-metadata-request'];

function isAside(flow: FlowView, seq: number | undefined): boolean {
  const asked = flow.messages.find((message) => message.seq === seq);
  return asked !== undefined && ASIDE.includes(asked.kind);
}

function issuerWire(flow: FlowView, profile: Profile, from: number): FlowOutcome | undefined {
  for (const message of flow.messages) {
    if (message.seq < from || message.author !== 'sut' || !isError(message.kind)) continue;
    if (message.kind === SIDE_ERROR) continue;
    // A wallet whose nonce was refused takes a fresh one and asks again (OpenID4VCI 8.3.1.2): then the second answer decides.
    if (str(message.value, 'error') === 'invalid_nonce' && servedAfter(flow, message.seq)) continue;
    const refusal = answer(message, profile);
    if (refusal !== undefined) return refusal;
  }
  const failure = transportFailure(flow, from);
  const goal = flow.messages.find(
    (message) =>
      carrierOf(message).seq > from &&
      message.author === 'sut' &&
      ((message.kind === 'credential' && message.text !== '') ||
        (message.kind === 'notification-response' &&
          flow.messages.some((m) => m.seq === from && m.kind === 'notification-request'))),
  );
  if (failure !== undefined) return failure;
  // A status list, a DID document or a well-known place that is not there does not undo an issuance.
  if (goal === undefined) {
    const missing = sideError(flow, profile, from);
    if (missing !== undefined) return missing;
  }
  if (goal === undefined) {
    // After a fault, that our own wallet was not content is no refusal by the issuer, and not its consent either.
    return from === -1 ? ownRefusal(flow, from) : undefined;
  }
  if (from === -1) {
    const refused = ownRefusal(flow, from);
    if (refused !== undefined) return refused;
  }
  return { value: 'accepted', source: 'wire', detail: goal.kind, evidence: [goal.seq] };
}

/** Kind of an error at a document beside the protocol's endpoints: metadata, keys, status lists. */
const SIDE_ERROR = 'http-error';

/** The last document that was not to be had; where the flow ended without its goal, this is why. */
function sideError(flow: FlowView, profile: Profile, from: number): FlowOutcome | undefined {
  const last = flow.messages.findLast(
    (message) => message.seq >= from && message.author === 'sut' && message.kind === SIDE_ERROR,
  );
  return last === undefined ? undefined : answer(last, profile);
}

/** True if the issuer delivered after a message. */
function servedAfter(flow: FlowView, seq: number): boolean {
  const kinds = ['credential-response', 'encrypted-credential-response'];
  return flow.messages.some((message) => message.seq > seq && message.author === 'sut' && kinds.includes(message.kind));
}

/** The message that really travelled: artifacts are written down when the flow is over. */
function carrierOf(message: MessageView): MessageView {
  return message.parent === undefined ? message : carrierOf(message.parent);
}

/** The mock on our side refused what it got: the goal was not reached, and the step says why. */
function ownRefusal(flow: FlowView, from: number): FlowOutcome | undefined {
  const event = flow.events.find((entry) => entry.event === 'step' && entry.result === 'refused' && entry.seq > from);
  if (event?.event !== 'step') return undefined;
  const detail = `${event.step}: ${event.reason ?? ''}`;
  return { value: 'refused', source: 'wire', detail, evidence: [event.seq] };
}

function isError(kind: string): boolean {
  return kind.endsWith('-error') && kind !== 'control-error';
}

function walletWire(flow: FlowView, _profile: Profile, from: number): FlowOutcome | undefined {
  for (const message of flow.messages) {
    if (message.seq < from || message.author !== 'sut') continue;
    if (message.kind === 'presentation-payload') {
      const error = str(message.value, 'error');
      // The same code says that nothing held answers the query (OpenID4VP 8.5): after a fault it refuses, with consent or without.
      if (error === 'access_denied' && from === -1) {
        return { value: 'declined-by-user', source: 'wire', detail: error, evidence: [message.seq] };
      }
      if (error !== undefined) return { value: 'refused', source: 'wire', detail: error, evidence: [message.seq] };
      if (member(message.value, 'vp_token') !== undefined) {
        return from === -1
          ? acceptedHere(flow, message)
          : { value: 'accepted', source: 'wire', detail: 'vp_token', evidence: [message.seq] };
      }
    }
    if (message.kind === 'notification-request') {
      const event = str(message.value, 'event');
      if (event === 'credential_accepted')
        return { value: 'accepted', source: 'wire', detail: event, evidence: [message.seq] };
      if (event !== undefined) return { value: 'refused', source: 'wire', detail: event, evidence: [message.seq] };
    }
  }
  return from === -1 ? undefined : wentOn(flow, from);
}

/** Requests by which a wallet goes on with an issuance. */
const ONWARD: readonly string[] = [
  'par-request',
  'authorization-request',
  'token-request',
  'credential-request',
  'encrypted-credential-request',
  'deferred-credential-request',
];

/**
 * After the faulty message the wallet went on to something new, which then failed on our side: the fault was not what stopped it. A request of a
 * kind that it had sent before is not counted, since it may be another try.
 */
function wentOn(flow: FlowView, from: number): FlowOutcome | undefined {
  const next = flow.messages.find(
    (message) =>
      message.seq > from &&
      message.author === 'sut' &&
      ONWARD.includes(message.kind) &&
      flow.before(message.kind, from) === undefined &&
      message.counterpart?.author === 'harness' &&
      isError(message.counterpart.kind),
  );
  if (next === undefined) return undefined;
  const detail = `went on with a ${next.kind}, which our side refused`;
  return { value: 'accepted', source: 'wire', detail, evidence: [next.seq] };
}

/** In a straight presentation the goal is that our verifier accepted what came. */
function acceptedHere(flow: FlowView, message: MessageView): FlowOutcome {
  return (
    ownRefusal(flow, message.entry.re ?? message.seq - 1_000_000) ?? {
      value: 'accepted',
      source: 'wire',
      detail: 'vp_token',
      evidence: [message.seq],
    }
  );
}

function verifierWire(flow: FlowView, profile: Profile, from: number): FlowOutcome | undefined {
  for (const message of flow.messages) {
    if (message.seq < from || message.author !== 'sut' || !isError(message.kind)) continue;
    const refusal = answer(message, profile);
    if (refusal !== undefined) return refusal;
  }
  const failure = transportFailure(flow, from);
  if (failure !== undefined || from !== -1) return failure;
  return acknowledgedError(flow) ?? ownRefusal(flow, from);
}

/** The wallet answered with an error, and the verifier took it: the transaction is over without a presentation (OpenID4VP 8.2, 8.5). */
function acknowledgedError(flow: FlowView): FlowOutcome | undefined {
  const payload = flow.all('presentation-payload').find((message) => str(message.value, 'error') !== undefined);
  const [reply] = flow.sut('presentation-reply');
  const error = str(payload?.value, 'error');
  if (reply === undefined || error === undefined) return undefined;
  const value = error === 'access_denied' ? 'declined-by-user' : 'refused';
  return { value, source: 'wire', detail: `${error} acknowledged`, evidence: [reply.seq] };
}

/** How the second of two equal responses was answered; undefined if the message at `from` is no repetition. */
function repeated(flow: FlowView, profile: Profile, from: number): FlowOutcome | undefined {
  const responses = flow.all('presentation-response');
  const second = responses.find((message) => message.seq === from);
  const isRepeated = responses.some((message) => message.seq < from && message.text === second?.text);
  const reply = second?.counterpart;
  if (!isRepeated || reply === undefined) return undefined;
  if (isError(reply.kind)) return answer(reply, profile);
  return { value: 'accepted', source: 'wire', detail: `${reply.kind} ${reply.status ?? ''}`, evidence: [reply.seq] };
}
