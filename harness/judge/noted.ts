import type { FlowView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import type { EventEntry, TraceEntry } from '../../core/trace/entries.ts';
import type { Reaction } from './reaction.ts';

type StepEvent = Extract<EventEntry, { readonly event: 'step' }>;

/** First step at which a mock of ours would have refused and went on; undefined if there is none. */
export function notedStep(entries: readonly TraceEntry[]): StepEvent | undefined {
  const found = entries.find((entry) => entry.type === 'event' && entry.event === 'step' && entry.result === 'noted');
  return found?.type === 'event' && found.event === 'step' ? found : undefined;
}

/**
 * What our mock noted in a flow that went on. Where a check says what is wrong, this adds nothing; where none does, the flow must not be green: either a
 * check is missing or our mock is too strict, and a person has to look.
 */
export function notedReaction(test: Test, flow: FlowView): Reaction | undefined {
  const step = notedStep(flow.events);
  if (step === undefined) return undefined;
  return {
    check: 'harness',
    observed: 'unjudged',
    requirements: test.requirements,
    evidence: [step.seq],
    seen: step.reason ?? '',
    message: text(
      `Our mock would have refused at ${step.step} (${step.reason ?? ''}), and no check says why.`,
      `我方模擬端會在 ${step.step} 拒絕（${step.reason ?? ''}），但沒有檢查說明原因。`,
    ),
  };
}
