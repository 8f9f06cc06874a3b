import type { Role } from '../kinds.ts';
import type { Observed } from '../verdict.ts';
import type { Text } from '../text.ts';
import type { Author, EventEntry, MaterialEntry, MessageEntry } from '../trace/entries.ts';
import type { Profile } from './profile.ts';
import type { Variant } from './variant.ts';

/** A message of the trace with derived, memoised readings. Readings never throw: they collect errors. */
export interface MessageView {
  readonly seq: number;
  readonly kind: string;
  readonly author: Author;
  readonly entry: MessageEntry;
  /** Body as text (UTF-8). */
  readonly text: string;
  /** HTTP status of an answer. */
  readonly status: number | undefined;
  /** URL of a request. */
  readonly url: string | undefined;
  header(name: string): string | undefined;
  /**
   * The message as a JSON value in the form that its schema describes: JSON body; form body or query as an object of
   * strings; JWT kinds as {header, payload}. Undefined if it cannot be read; then `errors` says why.
   */
  readonly value: unknown;
  readonly errors: readonly string[];
  readonly parent: MessageView | undefined;
  children(kind?: string): readonly MessageView[];
  /** The request that this message answers, or the answer to this request. */
  readonly counterpart: MessageView | undefined;
}

/** One flow of the trace. */
export interface FlowView {
  readonly id: string;
  readonly test: string;
  readonly variant: Variant | undefined;
  readonly variantId: string;
  readonly fault: string | undefined;
  readonly control: boolean;
  readonly messages: readonly MessageView[];
  readonly events: readonly EventEntry[];
  readonly material: readonly MaterialEntry[];
  /** Messages of a kind, all authors, in order. */
  all(kind: string): readonly MessageView[];
  /** Messages of a kind that the system under test made. */
  sut(kind: string): readonly MessageView[];
  /** Last message of a kind before `seq`, any author. */
  before(kind: string, seq: number): MessageView | undefined;
}

export interface RunView {
  readonly role: Role;
  readonly profile: Profile;
  readonly flows: readonly FlowView[];
  readonly material: readonly MaterialEntry[];
  /** Allowed difference between the target's clock and ours, ms. */
  readonly skewMs: number;
}

/** What a check saw about some of its requirements. */
export interface Observation {
  readonly observed: Observed;
  /** Subset of the check's requirements; default all of them. */
  readonly requirements?: readonly string[];
  readonly message: Text;
  readonly expected?: string;
  readonly seen?: string;
  /** Messages (seq) that prove it; the first one must be of the system under test. */
  readonly evidence: readonly number[];
  /** The text leaves it open: a violation is worth this at most, unless the profile makes the requirement firm. */
  readonly atMost?: 'warning';
}

interface CheckBase {
  /** Stable: `key-proof/audience`. */
  readonly id: string;
  /** Roles under test for which it speaks. */
  readonly roles: readonly Role[];
  readonly title: Text;
  readonly requirements: readonly string[];
  /** How to mend what it finds, shown in reports. */
  readonly mend?: Text;
}

/** Judges one message of the system under test. The engine never hands it a message of anybody else. */
export interface MessageCheck extends CheckBase {
  readonly scope: 'message';
  readonly kinds: readonly string[];
  readonly judge: (message: MessageView, flow: FlowView, run: RunView) => Iterable<Observation>;
}

/** Judges the messages of one flow together. */
export interface FlowCheck extends CheckBase {
  readonly scope: 'flow';
  readonly judge: (flow: FlowView, run: RunView) => Iterable<Observation>;
}

/** Judges a whole run (uniqueness over flows, unlinkability). */
export interface RunCheck extends CheckBase {
  readonly scope: 'run';
  readonly judge: (run: RunView) => Iterable<Observation>;
}

export type Check = MessageCheck | FlowCheck | RunCheck;
