import type { MessageView, Observation } from '../../core/contracts/check.ts';
import type { Role } from '../../core/kinds.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import type { Observed } from '../../core/verdict.ts';
import { quote } from '../../protocol/read-error.ts';

export const ISSUER: readonly Role[] = ['issuer'];
export const WALLET: readonly Role[] = ['wallet'];
export const VERIFIER: readonly Role[] = ['verifier'];
export const ANY_ROLE: readonly Role[] = ['issuer', 'wallet', 'verifier'];

/** What an observation says beside its message. */
export interface Detail {
  readonly requirements?: readonly string[];
  readonly expected?: unknown;
  readonly seen?: unknown;
  /** Further messages that prove it; they follow the judged one. */
  readonly with?: readonly (MessageView | undefined)[];
  /** The text leaves it open: a violation warns at most. */
  readonly atMost?: 'warning';
}

/** Reports stay readable, and a stranger's value never fills them. */
const SHOWN = 160;

function show(value: unknown): string {
  return quote(value, SHOWN);
}

const AS_REQUIRED = text('As required', '符合要求');

/** An observation about a message of the system under test. */
export function observe(observed: Observed, message: MessageView, what: Text, detail: Detail = {}): Observation {
  const others = (detail.with ?? []).flatMap((other) => (other === undefined ? [] : [other.seq]));
  return {
    observed,
    message: what,
    ...(detail.requirements === undefined ? {} : { requirements: detail.requirements }),
    ...(detail.expected === undefined ? {} : { expected: show(detail.expected) }),
    ...(detail.seen === undefined ? {} : { seen: show(detail.seen) }),
    evidence: [message.seq, ...others.filter((seq) => seq !== message.seq)],
    ...(detail.atMost === undefined ? {} : { atMost: detail.atMost }),
  };
}

/** `met` if `right`, else `violated` with a message that says what is wrong. */
export function rule(right: boolean, message: MessageView, wrong: Text, detail: Detail = {}): Observation {
  if (!right) return observe('violated', message, wrong, detail);
  const { requirements, with: others } = detail;
  return observe('met', message, AS_REQUIRED, {
    ...(requirements === undefined ? {} : { requirements }),
    ...(others === undefined ? {} : { with: others }),
  });
}

/** It was there, but what it would be compared with is not in the trace. */
export function unjudged(message: MessageView, why: Text, detail: Detail = {}): Observation {
  return observe('unjudged', message, why, detail);
}

export { text };
