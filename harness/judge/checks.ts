import type { Check, FlowView, Observation, RunView } from '../../core/contracts/check.ts';
import { text } from '../../core/text.ts';

/** An observation with the check and the flow that it belongs to; run checks belong to no flow. */
export interface Attributed {
  readonly check: string;
  readonly flow: FlowView | undefined;
  readonly observation: Observation;
  readonly requirements: readonly string[];
}

/**
 * Applies every check of the role to the run. A message check sees messages of the system under test only (DESIGN rule 6).
 * An exception in a check is an `error` observation: the harness's own fault is never a pass and never a fail.
 */
export function applyChecks(run: RunView, checks: readonly Check[]): Attributed[] {
  const own = checks.filter((check) => check.roles.includes(run.role));
  const byKind = new Map<string, Check[]>();
  const anyKind: Check[] = [];
  for (const check of own) {
    if (check.scope !== 'message') continue;
    if (check.kinds.includes('*')) anyKind.push(check);
    for (const kind of check.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), check]);
  }
  const attributed: Attributed[] = [];
  for (const flow of run.flows) {
    for (const message of flow.messages) {
      if (message.author !== 'sut') continue;
      for (const check of [...(byKind.get(message.kind) ?? []), ...anyKind]) {
        if (check.scope === 'message')
          collect(attributed, check, flow, () => check.judge(message, flow, run), message.seq);
      }
    }
    for (const check of own) if (check.scope === 'flow') collect(attributed, check, flow, () => check.judge(flow, run));
  }
  for (const check of own) if (check.scope === 'run') collect(attributed, check, undefined, () => check.judge(run));
  return attributed;
}

function collect(
  into: Attributed[],
  check: Check,
  flow: FlowView | undefined,
  judge: () => Iterable<Observation>,
  seq?: number,
): void {
  try {
    for (const observation of judge()) {
      into.push({ check: check.id, flow, observation, requirements: observation.requirements ?? check.requirements });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    into.push({
      check: check.id,
      flow,
      requirements: check.requirements,
      observation: {
        observed: 'error',
        message: text(`The check failed by itself: ${reason}`, `檢查程式本身發生錯誤：${reason}`),
        evidence: seq === undefined ? [] : [seq],
      },
    });
  }
}
