import type { FlowView, MessageView, RunView } from '../../core/contracts/check.ts';
import type { Role } from '../../core/kinds.ts';
import { mutationsFor } from '../../core/schema/mutate.ts';
import { validateMessage } from '../../core/schema/validate.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { runView } from '../../suites/view/run.ts';
import type { ProofSetting } from './play.ts';
import type { ProofRow } from './rows.ts';

/** Messages of one kind that are broken, at most: those that exercise requirements which the earlier ones did not. */
const SAMPLES = 4;

/**
 * Breaks messages of a recorded conforming trace, one schema rule at a time, and hands each to the message checks of its kind: the
 * requirement of the rule must turn red. Returns what is not proven: ids that the schemas judged and that no broken message turned red, and
 * broken messages that nothing noticed.
 */
export function schemaProof(
  role: Role,
  entries: readonly TraceEntry[],
  setting: ProofSetting,
  add: (row: ProofRow) => void,
): string[] {
  const run = runView(entries, { role, profile: setting.profile, skewMs: 300_000, variantOf: () => undefined });
  const judged = new Set<string>();
  const proven = new Set<string>();
  const unnoticed: string[] = [];
  for (const [kind, samples] of samplesByKind(run, judged, setting)) {
    for (const { message, flow } of samples) {
      for (const mutation of mutationsFor(kind, message.value)) {
        const red = redsOf(broken(message, mutation.value), flow, run);
        for (const id of red) proven.add(id);
        if (!mutation.requirements.some((id) => red.has(id))) {
          add({ defect: `${kind}: ${mutation.name}`, at: kind, expected: mutation.requirements, red: [...red] });
          unnoticed.push(`message ${kind}: ${mutation.name}`);
        }
      }
    }
    add({ defect: `${kind}: every rule of its schema`, at: kind, expected: [], red: [] });
  }
  return [...[...judged].filter((id) => !proven.has(id)).map((id) => `schema ${id}`), ...unnoticed];
}

interface Sample {
  readonly message: MessageView;
  readonly flow: FlowView;
}

function samplesByKind(run: RunView, judged: Set<string>, setting: ProofSetting): Map<string, Sample[]> {
  const byKind = new Map<string, Sample[]>();
  const seen = new Map<string, Set<string>>();
  for (const flow of run.flows) {
    if (flow.fault !== undefined) continue;
    for (const message of flow.messages) {
      if (message.author !== 'sut' || message.value === undefined) continue;
      const report = validateMessage(message.kind, message.value);
      if (report === undefined || report.violations.length > 0) continue;
      const known = seen.get(message.kind) ?? new Set<string>();
      seen.set(message.kind, known);
      const fresh = report.exercised.filter((id) => !known.has(id));
      const list = byKind.get(message.kind) ?? [];
      if (fresh.length === 0 || list.length >= SAMPLES) continue;
      for (const id of report.exercised) {
        known.add(id);
        if (setting.requirements.get(id) !== undefined) judged.add(id);
      }
      byKind.set(message.kind, [...list, { message, flow }]);
    }
  }
  return byKind;
}

/** The same message with another content. Readings of the raw bytes stay those of the original: only rules on the content are asked. */
function broken(message: MessageView, value: unknown): MessageView {
  return Object.create(message, { value: { value }, errors: { value: [] } }) as MessageView;
}

/** Requirements that the checks of this message's kind find violated. */
function redsOf(message: MessageView, flow: FlowView, run: RunView): Set<string> {
  const red = new Set<string>();
  for (const check of run.profile.checks) {
    if (check.scope !== 'message' || !check.roles.includes(run.role)) continue;
    if (!check.kinds.includes(message.kind) && !check.kinds.includes('*')) continue;
    for (const observation of check.judge(message, flow, run)) {
      if (observation.observed !== 'violated' && observation.observed !== 'absent') continue;
      for (const id of observation.requirements ?? check.requirements) red.add(id);
    }
  }
  return red;
}
