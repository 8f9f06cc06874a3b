import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call, Fault, FlowContext, FlowTrace, ServerMock } from '../flow.ts';
import { Refusal } from '../flow.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import { header, mediaType, TransportError } from '../http.ts';
import type { ExchangeKinds, ExchangeName, Party } from '../kinds.ts';
import { EXCHANGES } from '../kinds.ts';
import type { Ports } from '../ports.ts';
import { toBody } from './body.ts';
import type { Author } from './entries.ts';
import type { TraceLog } from './log.ts';

export interface FlowContextOptions {
  readonly id: string;
  readonly ports: Ports;
  readonly log: TraceLog;
  readonly faults?: readonly Fault<never>[];
  readonly leniencies?: ReadonlySet<string>;
  /** Who speaks as a party in this run. Default: everybody is the harness. */
  readonly authorOf?: (party: Party) => Author;
  /** Steps at which a refusal is noted and the flow goes on; default none. */
  readonly tolerates?: (step: string) => boolean;
  /** Told each forming step that is reached, for proofs: which flows can carry which fault. */
  readonly onForm?: (step: string) => void;
}

/** Context of a flow, with what the server adapter needs beside it. */
export interface RecordingContext extends FlowContext {
  readonly authorOf: (party: Party) => Author;
  readonly log: TraceLog;
}

/** Faults that were applied to something which has not left yet; per served request, since a client may call in parallel. */
const served = new AsyncLocalStorage<string[]>();

/** Kinds of an exchange; unknown names (of a profile) follow the same pattern. */
export function exchangeKinds(exchange: ExchangeName): ExchangeKinds {
  const known = (EXCHANGES as Readonly<Record<string, ExchangeKinds>>)[exchange];
  return known ?? { request: `${exchange}-request`, response: `${exchange}-response`, error: `${exchange}-error` };
}

/** Kind of an answer: success, error, or the encrypted form of a success. */
export function responseKind(exchange: ExchangeName, response: HttpResponse): string {
  const kinds = exchangeKinds(exchange);
  if (exchange === 'authorization') {
    const location = header(response.headers, 'location');
    if (location === undefined) return response.status < 400 ? 'login-page' : kinds.error;
    return /[?&#]error=/u.test(location) ? kinds.error : kinds.response;
  }
  if (response.status < 200 || response.status > 299) return kinds.error;
  if (
    (exchange === 'credential' || exchange === 'deferred-credential') &&
    mediaType(response.headers) === 'application/jwt'
  ) {
    return `encrypted-${kinds.response}`;
  }
  return kinds.response;
}

/** Kind of a request: its encrypted form where the body is a JWE. */
export function requestKind(exchange: ExchangeName, request: HttpRequest): string {
  const kind = exchangeKinds(exchange).request;
  const jwt = mediaType(request.headers) === 'application/jwt';
  return jwt && (exchange === 'credential' || exchange === 'deferred-credential') ? `encrypted-${kind}` : kind;
}

/** Builds the context of one flow over a log. */
export function createFlowContext(options: FlowContextOptions): RecordingContext {
  const { id, ports, log } = options;
  const faults = options.faults ?? [];
  const leniencies = options.leniencies ?? new Set<string>();
  const authorOf = options.authorOf ?? (() => 'harness' as const);
  const pendingHere: string[] = [];
  const pending = (): string[] => served.getStore() ?? pendingHere;

  const event: FlowTrace['event'] = (entry) => log.append({ type: 'event', flow: id, ...entry }).seq;
  const flush = (message: number, only?: (fault: string) => boolean): void => {
    for (const list of new Set([pending(), pendingHere])) {
      for (const fault of list.splice(0)) {
        if (only === undefined || only(fault)) event({ event: 'fault-sent', fault, message });
        else list.push(fault);
      }
    }
  };
  const stepOf = (fault: string): string => faults.find((entry) => entry.id === fault)?.step.split('.')[0] ?? '';

  const trace: FlowTrace = {
    event,
    message(message) {
      const { body, within, ...rest } = message;
      const author = authorOf(message.sender);
      const carrier =
        within === undefined
          ? undefined
          : log.ofFlow(id).findLast((entry) => entry.type === 'message' && entry.kind === within)?.seq;
      const inside = carrier === undefined ? {} : { parent: carrier };
      const { seq } = log.append({ type: 'message', flow: id, author, ...rest, ...inside, body: toBody(body) });
      // A link carries only what stands in the link: a fault in a document that is fetched later has not left yet.
      if (author === 'harness') {
        flush(seq, (fault) => LINK_STEPS[message.kind]?.includes(stepOf(fault)) ?? stepOf(fault) === message.kind);
      }
      return seq;
    },
    material: (use, value) => log.append({ type: 'material', flow: id, use, value }).seq,
  };

  const send = async (call: Call, replayed?: string): Promise<HttpResponse> => {
    const { request } = call;
    const asked = log.append({
      type: 'message',
      flow: id,
      kind: requestKind(call.exchange, request),
      author: authorOf(call.from),
      sender: call.from,
      receiver: call.to,
      channel: 'http',
      http: { method: request.method, url: request.url, headers: request.headers },
      body: toBody(request.body),
    }).seq;
    if (replayed !== undefined) event({ event: 'fault-sent', fault: replayed, message: asked });
    else flush(asked);
    let response: HttpResponse;
    try {
      response = await ports.http.send(request, call.limits);
    } catch (error) {
      const failure = error instanceof TransportError ? error.failure : 'malformed';
      event({ event: 'transport-failure', failure, reason: reasonOf(error), message: asked });
      throw error;
    }
    recordResponse({ log, flow: id, authorOf }, call.exchange, asked, call.to, call.from, response);
    return response;
  };

  return {
    id,
    ports,
    trace,
    log,
    authorOf,
    has: (fault) => faults.some((entry) => entry.id === fault),
    async form(step, draft, extras = {}) {
      options.onForm?.(step);
      let current = draft;
      for (const fault of faults) {
        if (fault.step !== step || fault.replay === true) continue;
        current = await fault.apply(current as never, {
          clock: ports.clock,
          random: ports.random,
          extras,
        });
        pending().push(fault.id);
      }
      return current;
    },
    async accept(step, judge, onError) {
      if (leniencies.has(step)) {
        event({ event: 'step', step, result: 'left-out' });
        return;
      }
      try {
        await judge();
      } catch (error) {
        // What the other side's connection does is not a judgement of this step.
        if (error instanceof TransportError) throw error;
        const refusal =
          error instanceof Refusal
            ? error
            : new Refusal(step, onError?.code ?? 'invalid_request', reasonOf(error), onError?.status ?? 400);
        const noted = options.tolerates?.(step) === true;
        event({
          event: 'step',
          step,
          result: noted ? 'noted' : 'refused',
          code: refusal.code,
          reason: refusal.message,
        });
        if (noted) return;
        throw refusal;
      }
      event({ event: 'step', step, result: 'accepted' });
    },
    async call(call) {
      const first = await send(call);
      const replay = faults.find(
        (fault) =>
          fault.replay === true &&
          (fault.step === call.exchange || fault.step === exchangeKinds(call.exchange).request),
      );
      if (replay === undefined || first.status < 200 || first.status > 299) return first;
      return send(call, replay.id);
    },
  };
}

/** Steps whose content stands in a link itself. */
const LINK_STEPS: Readonly<Record<string, readonly string[]>> = {
  'credential-offer-link': ['credential-offer-link', 'credential-offer'],
  // By value these are formed before the link; by reference they are formed at the fetch, when the link has long left.
  'presentation-request-link': ['presentation-request-link', 'request-parameters', 'request-object', 'encryption-key'],
};

function recordResponse(
  to: { readonly log: TraceLog; readonly flow: string; readonly authorOf: (party: Party) => Author },
  exchange: ExchangeName,
  re: number,
  sender: Party,
  receiver: Party,
  response: HttpResponse,
): number {
  return to.log.append({
    type: 'message',
    flow: to.flow,
    kind: responseKind(exchange, response),
    author: to.authorOf(sender),
    sender,
    receiver,
    channel: 'http',
    re,
    http: { status: response.status, headers: response.headers },
    body: toBody(response.body),
  }).seq;
}

/**
 * Lets a mock handle a request that arrived from outside, and records both messages. `peer` is the party that calls.
 * A path that the mock does not know is answered with 404 and recorded as an unknown request.
 * An exception inside the mock is the harness's own error: recorded as such, answered with 500.
 */
export async function recordServed(
  context: RecordingContext,
  mock: ServerMock,
  request: HttpRequest,
  peer: Party,
): Promise<HttpResponse> {
  const { log, id: flow, authorOf } = context;
  const route = mock.exchangeOf(request);
  const exchange = route?.exchange ?? 'unknown';
  const party = route?.party ?? 'harness';
  const sender = exchange === 'control' ? 'harness' : peer;
  const asked = log.append({
    type: 'message',
    flow,
    kind: requestKind(exchange, request),
    author: authorOf(sender),
    sender,
    receiver: party,
    channel: 'http',
    http: { method: request.method, url: request.url, headers: request.headers },
    body: toBody(request.body),
  }).seq;
  const applied: string[] = [];
  let response: HttpResponse;
  try {
    response = await served.run(applied, () => mock.handle(request));
  } catch (error) {
    context.trace.event({ event: 'harness-error', reason: reasonOf(error) });
    response = { status: 500, headers: [], body: new Uint8Array() };
  }
  const answered = recordResponse({ log, flow, authorOf }, exchange, asked, party, sender, response);
  for (const fault of applied) context.trace.event({ event: 'fault-sent', fault, message: answered });
  return response;
}

/** One line for an error of any kind. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
