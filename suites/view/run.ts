import type { FlowView, MessageView, RunView } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Variant } from '../../core/contracts/variant.ts';
import type { Role } from '../../core/kinds.ts';
import type { EventEntry, MaterialEntry, MessageEntry, TraceEntry } from '../../core/trace/entries.ts';
import { messageView } from './message.ts';

/** Variants of the tests that a run knows, by test id, so that a check can ask which legal way a flow went. */
export type VariantOf = (test: string, variantId: string) => Variant | undefined;

/** Builds the view of one flow from its entries. */
export function flowView(id: string, entries: readonly TraceEntry[], variantOf: VariantOf): FlowView {
  const events: EventEntry[] = [];
  const material: MaterialEntry[] = [];
  const raw: MessageEntry[] = [];
  for (const entry of entries) {
    if (entry.type === 'message') raw.push(entry);
    else if (entry.type === 'event') events.push(entry);
    else if (entry.type === 'material') material.push(entry);
  }
  const bySeq = new Map<number, MessageView>();
  const children = new Map<number, MessageView[]>();
  const answers = new Map<number, MessageView>();
  const messages = raw.map((entry) => {
    const view = messageView(entry, {
      parent: () => (entry.parent === undefined ? undefined : bySeq.get(entry.parent)),
      children: () => children.get(entry.seq) ?? [],
      counterpart: () => (entry.re === undefined ? answers.get(entry.seq) : bySeq.get(entry.re)),
    });
    bySeq.set(entry.seq, view);
    if (entry.parent !== undefined) children.set(entry.parent, [...(children.get(entry.parent) ?? []), view]);
    if (entry.re !== undefined) answers.set(entry.re, view);
    return view;
  });
  const byKind = new Map<string, MessageView[]>();
  for (const view of messages) byKind.set(view.kind, [...(byKind.get(view.kind) ?? []), view]);
  const start = events.find((entry) => entry.event === 'flow-start');
  const started = start?.event === 'flow-start' ? start : undefined;
  const test = started?.test ?? '';
  const variant = started?.variant ?? '';
  return {
    id,
    test,
    variantId: variant,
    variant: variantOf(test, variant),
    fault: started?.fault,
    control: started?.control === true,
    messages,
    events,
    material,
    all: (kind) => byKind.get(kind) ?? [],
    sut: (kind) => (byKind.get(kind) ?? []).filter((message) => message.author === 'sut'),
    before: (kind, seq) => (byKind.get(kind) ?? []).findLast((message) => message.seq < seq),
  };
}

/** Builds the view of a whole run: its flows in the order in which they began. */
export function runView(
  entries: readonly TraceEntry[],
  options: { readonly role: Role; readonly profile: Profile; readonly skewMs: number; readonly variantOf: VariantOf },
): RunView {
  const byFlow = new Map<string, TraceEntry[]>();
  const material: MaterialEntry[] = [];
  for (const entry of entries) {
    if (entry.type === 'material') material.push(entry);
    if (entry.flow === undefined) continue;
    const list = byFlow.get(entry.flow);
    if (list === undefined) byFlow.set(entry.flow, [entry]);
    else list.push(entry);
  }
  return {
    role: options.role,
    profile: options.profile,
    skewMs: options.skewMs,
    material,
    flows: [...byFlow].map(([id, list]) => flowView(id, list, options.variantOf)),
  };
}
