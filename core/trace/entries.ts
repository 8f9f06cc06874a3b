import type { HeaderList } from '../http.ts';
import type { MessageKind, Party } from '../kinds.ts';
import type { Outcome, OutcomeSource } from '../outcome.ts';

/** Who made a message: the system under test, this harness, or somebody else. */
export type Author = 'sut' | 'harness' | 'third';

export type Channel = 'http' | 'link' | 'browser' | 'dc-api' | 'proximity';

/** Raw bytes as they travelled. Valid UTF-8 is stored as text, anything else as base64; `size` and `sha256` are of the whole body. */
export interface Body {
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: string;
  readonly size: number;
  readonly sha256: string;
  /** The stored bytes are a prefix; the cap is in the trace header. */
  readonly truncated?: true;
}

export type HttpStart =
  | { readonly method: string; readonly url: string; readonly headers: HeaderList }
  | { readonly status: number; readonly headers: HeaderList };

interface Base {
  readonly seq: number;
  /** Real time, ms since the epoch. */
  readonly at: number;
  /** The mocks' clock, ms since the epoch. */
  readonly clock: number;
  /** Id of the flow; the header and run-wide events have none. */
  readonly flow?: string;
}

export interface HeaderEntry extends Base {
  readonly type: 'header';
  readonly format: 'touchstone-trace';
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly role: string;
  readonly profile: string;
  readonly startedAt: string;
  readonly bodyCap: number;
}

export interface MessageEntry extends Base {
  readonly type: 'message';
  readonly kind: MessageKind;
  readonly author: Author;
  readonly sender: Party;
  readonly receiver: Party;
  readonly channel: Channel;
  /** Message that carried this artifact. */
  readonly parent?: number;
  /** Request that this message answers. */
  readonly re?: number;
  readonly http?: HttpStart;
  readonly body: Body;
}

export type TraceEvent =
  | {
      readonly event: 'flow-start';
      readonly test: string;
      readonly variant: string;
      readonly fault?: string;
      /** This flow is the control of a group of faults, not the stimulus of `test`. */
      readonly control?: true;
      readonly setup?: true;
    }
  /** An acceptance step of a mock judged what it received. `code` is the error code that it answered with. */
  | {
      readonly event: 'step';
      readonly step: string;
      /** `noted`: it would have refused, and went on so that more can be seen. */
      readonly result: 'accepted' | 'refused' | 'left-out' | 'noted';
      readonly code?: string;
      readonly reason?: string;
    }
  /** A faulty message left. `message` is its wire message. */
  | { readonly event: 'fault-sent'; readonly fault: string; readonly message: number }
  | { readonly event: 'outcome'; readonly source: OutcomeSource; readonly value: Outcome; readonly detail?: string }
  /** No request arrived until the deadline (ms waited). */
  | { readonly event: 'silence'; readonly deadline: number }
  | { readonly event: 'clock-moved'; readonly by: number }
  /** The other side could not be reached or did not complete an exchange. `message` is the request that failed. */
  | {
      readonly event: 'transport-failure';
      readonly failure: string;
      readonly reason: string;
      readonly message?: number;
    }
  /** An exception inside the harness: the flow is `error`, never pass and never fail. */
  | { readonly event: 'harness-error'; readonly reason: string }
  /** A precondition of a test could not be met (`needs X`). */
  | { readonly event: 'unmet'; readonly reason: string }
  | { readonly event: 'flow-end' };

export type EventEntry = Base & { readonly type: 'event' } & TraceEvent;

/** Throw-away secrets of the harness (keys, nonces, identities' public keys), so that a saved trace can be judged again. */
export interface MaterialEntry extends Base {
  readonly type: 'material';
  /** `decryption-key`, `trust-anchor`, `credential-key`, `dpop-key` … */
  readonly use: string;
  readonly value: unknown;
}

export type TraceEntry = HeaderEntry | MessageEntry | EventEntry | MaterialEntry;

/** An entry as it is handed to the log, which adds seq, at and clock. */
export type NewEntry =
  | Omit<HeaderEntry, 'seq' | 'at' | 'clock'>
  | Omit<MessageEntry, 'seq' | 'at' | 'clock'>
  | (Omit<Base, 'seq' | 'at' | 'clock'> & { readonly type: 'event' } & TraceEvent)
  | Omit<MaterialEntry, 'seq' | 'at' | 'clock'>;
