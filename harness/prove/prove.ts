import type { Profile } from '../../core/contracts/profile.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Role } from '../../core/kinds.ts';
import { ROLES } from '../../core/kinds.ts';
import type { RequirementIndex } from '../../core/requirements.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { faultOf, testsOf } from '../registry.ts';
import { behaviourProof } from './behaviour.ts';
import { defectProof } from './defects.ts';
import { schemaProof } from './messages.ts';
import type { Played, ProofSetting } from './play.ts';
import { playInMemory, proofSetting } from './play.ts';
import type { ProofRow, RolePart } from './rows.ts';

export type { ProofRow } from './rows.ts';

/** `prove --json`, DESIGN 6. */
export interface Proof {
  readonly summary: {
    readonly checks: number;
    readonly tests: number;
    readonly proven: number;
    readonly unproven: number;
    readonly spurious: number;
    readonly falseAlarms: number;
  };
  readonly unproven: readonly string[];
  readonly spurious: readonly string[];
  readonly falseAlarms: readonly string[];
  readonly matrix: readonly ProofRow[];
}

export interface ProveOptions {
  readonly roles?: readonly Role[];
  /** Every leniency against every test of its role, and every fault for the checks; otherwise what is needed to prove each once. */
  readonly full?: boolean;
  readonly start: number;
  readonly onRow?: (row: ProofRow) => void;
}

/**
 * Proves checks and tests (DESIGN 6, prove):
 * - legal variety: the conforming mock makes nothing red in any legal variant, and refuses each fault at the step that the fault names;
 * - behaviour: with that step left out, the tests of the fault turn red, and no others;
 * - message: each defect that a mock of the role can have, and each broken message that the schemas can describe, is noticed; every
 *   check turns red at least once.
 */
export async function prove(profile: Profile, requirements: RequirementIndex, options: ProveOptions): Promise<Proof> {
  const setting = await proofSetting(profile, requirements, options.start);
  const parts: RolePart[] = [];
  for (const role of options.roles ?? ROLES) parts.push(await proveRole(role, setting, options));
  const unproven = parts.flatMap((part) => part.unproven);
  const spurious = parts.flatMap((part) => part.spurious);
  const falseAlarms = parts.flatMap((part) => part.falseAlarms);
  const checks = parts.reduce((sum, part) => sum + part.checks, 0);
  const tests = parts.reduce((sum, part) => sum + part.tests, 0);
  return {
    summary: {
      checks,
      tests,
      proven: checks + tests - unproven.filter((id) => !/^(schema|message|defect) /u.test(id)).length,
      unproven: unproven.length,
      spurious: spurious.length,
      falseAlarms: falseAlarms.length,
    },
    unproven,
    spurious,
    falseAlarms,
    matrix: parts.flatMap((part) => part.matrix),
  };
}

async function proveRole(role: Role, setting: ProofSetting, options: ProveOptions): Promise<RolePart> {
  const tests = testsOf(setting.profile, role);
  const checks = setting.profile.checks.filter((check) => check.roles.includes(role));
  const part: RolePart = {
    checks: checks.length,
    tests: tests.length,
    unproven: [],
    spurious: [],
    falseAlarms: [],
    matrix: [],
  };
  const add = (row: ProofRow): void => {
    part.matrix.push(row);
    options.onRow?.(row);
  };
  const conforming = await playInMemory(setting, role, tests, {});
  legalVariety(role, conforming, part);
  refusedWhereNamed(tests, conforming, part);
  const full = options.full === true;
  const behaviour = await behaviourProof(role, tests, setting, full, part, add);
  const provenChecks = await defectProof(role, tests, checks, conforming, setting, behaviour.checks, full, part, add);
  part.unproven.push(...schemaProof(role, conforming.log.entries, setting, add));
  for (const test of tests) {
    // A straight test is proven if some broken target turns it red.
    if (!behaviour.tests.has(test.id)) part.unproven.push(test.id);
  }
  for (const { id } of checks) if (!provenChecks.has(id)) part.unproven.push(id);
  return part;
}

function legalVariety(role: Role, conforming: Played, part: RolePart): void {
  for (const test of conforming.judgement.tests) {
    if (test.verdict === 'pass' || test.verdict === 'not-applicable') continue;
    const finding = test.findings.find((entry) => entry.verdict === test.verdict);
    part.falseAlarms.push(
      `${role} ${test.id}: ${test.verdict}: ${finding?.check ?? ''} ${finding?.message.en ?? 'no finding'}`,
    );
  }
}

/** The conforming mock must refuse each fault at the one step that the fault names. */
function refusedWhereNamed(tests: readonly Test[], conforming: Played, part: RolePart): void {
  for (const test of tests) {
    const fault = faultOf(test.fault ?? '');
    if (fault === undefined) continue;
    const span = spanOf(conforming.log.entries, test.id);
    const refusals = conforming.targetLog.entries.filter(
      (entry) =>
        entry.type === 'event' &&
        entry.event === 'step' &&
        entry.result === 'refused' &&
        inSpan(entry.seq, span, conforming),
    );
    const steps = new Set(
      refusals.map((entry) => (entry.type === 'event' && entry.event === 'step' ? entry.step : '')),
    );
    if (!steps.has(fault.refusedBy)) {
      part.spurious.push(
        `${test.id}: ${fault.id} should be refused by ${fault.refusedBy}, was by ${[...steps].join(', ') || 'nothing'}`,
      );
    }
  }
}

/** Count of target log entries at the start and end of a test's own flow; both logs grow in one process. */
function spanOf(entries: readonly TraceEntry[], test: string): readonly [number, number] {
  const start = entries.findIndex(
    (entry) =>
      entry.type === 'event' && entry.event === 'flow-start' && entry.test === test && entry.fault !== undefined,
  );
  const flow = entries[start]?.flow;
  const end = entries.findIndex(
    (entry, index) => index > start && entry.type === 'event' && entry.event === 'flow-end' && entry.flow === flow,
  );
  return [start, end];
}

function inSpan(targetSeq: number, [start, end]: readonly [number, number], played: Played): boolean {
  const marks = played.marks;
  const from = marks.get(start) ?? Number.POSITIVE_INFINITY;
  const to = marks.get(end) ?? Number.NEGATIVE_INFINITY;
  return targetSeq >= from && targetSeq < to;
}
