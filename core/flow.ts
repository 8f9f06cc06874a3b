import type { HttpClient, HttpLimits, Ports } from './ports.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { Channel, TraceEvent } from './trace/entries.ts';
import type { ExchangeName, MessageKind, Party, Role } from './kinds.ts';
import type { Variant } from './contracts/variant.ts';
import type { Text } from './text.ts';

/** What a mock writes into the trace, one flow's view of it. Each call returns the entry's seq. */
export interface FlowTrace {
  event(event: TraceEvent): number;
  /** A message that no HTTP adapter records: a link, or an artifact that only the mock can see. */
  message(message: {
    readonly kind: MessageKind;
    readonly sender: Party;
    readonly receiver: Party;
    readonly channel: Channel;
    readonly body: Uint8Array | string;
    readonly parent?: number;
    /** It travelled inside the latest message of this kind in the flow; without such a message it stands by itself. */
    readonly within?: MessageKind;
  }): number;
  material(use: string, value: unknown): number;
}

/** One HTTP call of a mock, named so that the recorder knows the kinds. */
export interface Call {
  readonly exchange: ExchangeName;
  readonly from: Party;
  readonly to: Party;
  readonly request: HttpRequest;
  readonly limits?: HttpLimits;
}

/**
 * A named small change at one step of a mock where a message is formed.
 * `apply` gets the draft of the step and returns the changed one; the types of drafts are the mock's.
 * A fault never sets a field that a check reads: it changes what is sent.
 */
export interface Fault<Draft = unknown> {
  /** Stable and unique over all mocks: `wallet/key-proof/nonce-unknown`. */
  readonly id: string;
  /** The mock that has it. */
  readonly role: Role;
  /** The forming step: `key-proof`, or `key-proof.bytes` for the serialised form. */
  readonly step: string;
  /** The one acceptance step of the counterpart that must refuse it: `issuer/key-proof/nonce`. */
  readonly refusedBy: string;
  /** Steps that refuse it in consequence, once `refusedBy` is left out: who leaves out all of them accepts it. */
  readonly thenBy?: readonly string[];
  readonly title: Text;
  readonly apply: (draft: Draft, context: FaultContext) => Draft | Promise<Draft>;
  /** The simplest variant in which the step is reached; absent: any. */
  readonly variant?: Variant;
  /** Send the same message once more after it was accepted; the second answer is the reaction. */
  readonly replay?: true;
}

export interface FaultContext {
  readonly clock: Ports['clock'];
  readonly random: Ports['random'];
  /** What the step offers besides its draft (other keys, earlier values); documented at the step. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** What a mock answers when an acceptance step refuses. `code` and `status` go on the wire where the protocol has them. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly step: string;
  readonly code: string;
  readonly status: number;
  constructor(step: string, code: string, reason: string, status = 400) {
    super(reason);
    this.step = step;
    this.code = code;
    this.status = status;
  }
}

/**
 * Everything one flow of a mock works with: ports, the trace, and how it deviates.
 * Straight and faulty messages take the same path: every message goes through `form`, every judgement through `accept`.
 */
export interface FlowContext {
  /** Id of the flow: also a path segment, so it is URL-safe. */
  readonly id: string;
  readonly ports: Ports;
  readonly trace: FlowTrace;
  /** Forms a draft of `step`: applies the active faults of that step and notes them for the next message that leaves. */
  form<Draft>(step: string, draft: Draft, extras?: Readonly<Record<string, unknown>>): Promise<Draft>;
  /**
   * Runs an acceptance step: `judge` throws a Refusal, or returns. With the leniency of the same name the step is left out.
   * A Refusal is recorded and thrown on; a plain error thrown by `judge` is a Refusal of that step with its message.
   */
  accept(
    step: string,
    judge: () => void | Promise<void>,
    onError?: { readonly code: string; readonly status?: number },
  ): Promise<void>;
  /** Sends a call, records both messages, emits `fault-sent` where a fault was applied. Throws TransportError. */
  call(call: Call): Promise<HttpResponse>;
  /** True if the fault of this id is active (for faults at a step rather than on a draft, such as leaving a call out). */
  has(fault: string): boolean;
}

/** A mock with HTTP endpoints: transport-free. */
export interface ServerMock {
  /** Exchange that a request belongs to, for the recorder; undefined for an unknown path (answered with 404). */
  exchangeOf(request: HttpRequest): { readonly exchange: ExchangeName; readonly party: Party } | undefined;
  handle(request: HttpRequest): Promise<HttpResponse>;
}

export type { HttpClient };
