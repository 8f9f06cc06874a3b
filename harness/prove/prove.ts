import type { Check } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Test } from '../../core/contracts/test.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Role } from '../../core/kinds.ts';
import { ROLES } from '../../core/kinds.ts';
import type { RequirementIndex } from '../../core/requirements.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import type { Defect } from '../registry.ts';
import { DEFECTS, FAULTS, faultOf, STEPS, testsOf } from '../registry.ts';
import { schemaProof } from './messages.ts';
import type { Played, ProofSetting } from './play.ts';
import { playInMemory, proofSetting } from './play.ts';

/** One row of the matrix: a defect, where it sits, which tests or checks should notice, and which did. */
export interface ProofRow {
  readonly defect: string;
  readonly at: string;
  readonly expected: readonly string[];
  readonly red: readonly string[];
}

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
  /** Every defect against every test of its role; otherwise against those that it concerns. */
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
      proven: checks + tests - unproven.length,
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

interface RolePart {
  readonly checks: number;
  readonly tests: number;
  readonly unproven: string[];
  readonly spurious: string[];
  readonly falseAlarms: string[];
  readonly matrix: ProofRow[];
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
  const provenTests = await behaviour(role, tests, setting, options.full === true, part, add);
  const provenChecks = await messages(role, tests, checks, conforming, setting, part, add);
  for (const requirement of schemaProof(role, conforming.log.entries, setting, add))
    part.unproven.push(`schema ${requirement}`);
  for (const test of tests) {
    // A straight test is proven if some broken target turns it red.
    if (!provenTests.has(test.id)) part.unproven.push(test.id);
  }
  for (const check of checks) if (!provenChecks.has(check.id)) part.unproven.push(check.id);
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

/** Each leniency that a fault names, alone: the tests of its faults turn red, the others stay as they are. */
async function behaviour(
  role: Role,
  tests: readonly Test[],
  setting: ProofSetting,
  full: boolean,
  part: RolePart,
  add: (row: ProofRow) => void,
): Promise<Set<string>> {
  const byStep = new Map<string, Test[]>();
  for (const test of tests) {
    const step = faultOf(test.fault ?? '')?.refusedBy;
    if (step !== undefined) byStep.set(step, [...(byStep.get(step) ?? []), test]);
  }
  const proven = new Set<string>();
  for (const [step, expected] of byStep) {
    const played = await playInMemory(setting, role, full ? tests : expected, { leniencies: new Set([step]) });
    const red = reds(played);
    const names = expected.map((test) => test.id);
    add({ defect: `leniency ${step}`, at: step, expected: names, red });
    for (const test of expected) if (red.includes(test.id)) proven.add(test.id);
    const cited = new Set([
      ...expected.flatMap((test) => test.requirements),
      ...(STEPS.find((entry) => entry.id === step)?.requirements ?? []),
    ]);
    for (const id of red) {
      const test = tests.find((other) => other.id === id);
      if (names.includes(id) || test === undefined || test.requirements.some((requirement) => cited.has(requirement)))
        continue;
      part.spurious.push(`${id} turned red although only ${step} was left out`);
    }
  }
  // Straight tests: a target that refuses everything (its last step is broken) must turn each of them red.
  const straight = tests.filter((test) => test.kind !== 'negative');
  const dead = await playInMemory(setting, role, straight, { dead: true });
  const red = reds(dead);
  add({ defect: 'target that answers nothing', at: role, expected: straight.map((test) => test.id), red });
  for (const test of straight) {
    const verdict = dead.judgement.tests.find((result) => result.id === test.id)?.verdict;
    if (verdict !== 'pass') proven.add(test.id);
  }
  return proven;
}

function reds(played: Played): string[] {
  return played.judgement.tests
    .filter((test) => test.verdict === 'fail' || test.verdict === 'warning')
    .map((test) => test.id);
}

/** A defect is played on so many of the straight tests that can carry it: the first, and some that go another way. */
const CARRIERS = 3;

/** Tests on which a defect is played: those that provoke it, else straight ones in whose conforming flows the target formed its step. */
function carriersOf(
  fault: Defect,
  tests: readonly Test[],
  straight: readonly Test[],
  conforming: Played,
): readonly Test[] {
  if (fault.provokedBy !== undefined) {
    const provoking = tests.filter((test) => test.fault === fault.provokedBy);
    if (provoking.length > 0) return provoking.slice(0, 1);
  }
  // A replayed message is named by its exchange, not by a forming step.
  const able = straight.filter(
    (test) => fault.replay === true || conforming.formed.get(test.id)?.has(fault.step) === true,
  );
  const own = fault.variant === undefined ? undefined : variantId(fault.variant);
  const [best] = able.filter((test) => variantId(test.variant) === own);
  return best === undefined
    ? able.slice(0, CARRIERS)
    : [best, ...able.filter((test) => test !== best).slice(0, CARRIERS - 1)];
}

/** Each defect that the mock of this role can have, on the straight tests: which checks notice it. */
async function messages(
  role: Role,
  tests: readonly Test[],
  checks: readonly Check[],
  conforming: Played,
  setting: ProofSetting,
  part: RolePart,
  add: (row: ProofRow) => void,
): Promise<Set<string>> {
  const straight = tests.filter((test) => test.kind !== 'negative');
  const proven = new Set<string>();
  const known = new Set(checks.map((check) => check.id));
  for (const fault of [...FAULTS, ...DEFECTS].filter((entry) => entry.role === role)) {
    const carriers = carriersOf(fault, tests, straight, conforming);
    if (carriers.length === 0) continue;
    const played = await playInMemory(setting, role, carriers, { faults: [fault] });
    const red = new Set<string>();
    for (const test of played.judgement.tests) {
      for (const finding of test.findings) {
        if (finding.verdict === 'error')
          part.spurious.push(`${finding.check} broke on ${fault.id}: ${finding.message.en}`);
        if ((finding.verdict === 'fail' || finding.verdict === 'warning') && known.has(finding.check))
          red.add(finding.check);
      }
    }
    for (const check of red) proven.add(check);
    add({ defect: fault.id, at: fault.step, expected: [], red: [...red] });
  }
  return proven;
}
