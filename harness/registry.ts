import type { Profile } from '../core/contracts/profile.ts';
import type { Test } from '../core/contracts/test.ts';
import { variantId } from '../core/contracts/variant.ts';
import type { Fault } from '../core/flow.ts';
import type { Role } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import { ISSUER_DEFECTS } from '../mocks/issuer/faults/defects.ts';
import { ISSUER_FAULTS } from '../mocks/issuer/faults/index.ts';
import { ISSUER_STEPS } from '../mocks/issuer/steps.ts';
import { VERIFIER_DEFECTS } from '../mocks/verifier/faults/defects.ts';
import { VERIFIER_FAULTS } from '../mocks/verifier/faults/index.ts';
import { VERIFIER_STEPS } from '../mocks/verifier/steps.ts';
import { WALLET_DEFECTS, WALLET_FAULTS } from '../mocks/wallet/faults/index.ts';
import { WALLET_STEPS } from '../mocks/wallet/steps.ts';
import { OID4VC_1_0 } from '../profiles/oid4vc-1.0/profile.ts';

/** An acceptance step of a mock; its id is also the name of the leniency that leaves it out. */
export interface AcceptanceStep {
  readonly id: string;
  readonly title: Text;
  readonly requirements: readonly string[];
}

export const PROFILES: readonly Profile[] = [OID4VC_1_0];

export const FAULTS: readonly Fault<never>[] = [
  ...ISSUER_FAULTS,
  ...WALLET_FAULTS,
  ...VERIFIER_FAULTS,
] as Fault<never>[];

/** A way in which a mock can be wrong. One that shows only in the answer to a faulty message names the fault that provokes it. */
export interface Defect extends Fault<never> {
  readonly provokedBy?: string;
  /** Other defects of the same system, without which this one breaks no rule. */
  readonly also?: readonly string[];
}

/** How a mock can be wrong without being refused: what checks must notice. They prove checks and can be given to `mock --fault`; no test uses them. */
export const DEFECTS: readonly Defect[] = [...ISSUER_DEFECTS, ...WALLET_DEFECTS, ...VERIFIER_DEFECTS] as Defect[];

export const STEPS: readonly AcceptanceStep[] = [...ISSUER_STEPS, ...WALLET_STEPS, ...VERIFIER_STEPS];

const faultsById = new Map([...FAULTS, ...DEFECTS].map((fault) => [fault.id, fault]));

/** The profile of an id; undefined if there is none. */
export function profileOf(id: string): Profile | undefined {
  return PROFILES.find((profile) => profile.id === id);
}

/** The fault of an id; undefined if there is none. */
export function faultOf(id: string): Fault<never> | undefined {
  return faultsById.get(id);
}

/** Tests of a profile for a role, in the order of the tables. */
export function testsOf(profile: Profile, role: Role): readonly Test[] {
  return profile.tests.filter((test) => test.role === role);
}

/**
 * What is wrong with the definitions: ids that clash, faults and controls that do not exist, two tests with the same stimulus.
 * Empty for a sound house; a unit test holds it so.
 */
export function definitionProblems(
  profile: Profile,
  known: { readonly requirement: (id: string) => boolean },
): string[] {
  const problems: string[] = [];
  const steps = new Set(STEPS.map((step) => step.id));
  const ids = new Set<string>();
  const stimuli = new Map<string, string>();
  for (const fault of FAULTS) {
    if (!steps.has(fault.refusedBy)) problems.push(`fault ${fault.id}: no acceptance step ${fault.refusedBy}`);
  }
  for (const test of profile.tests) {
    if (ids.has(test.id)) problems.push(`test ${test.id} stands twice`);
    ids.add(test.id);
    const stimulus = `${test.role} ${variantId(test.variant)} ${test.fault ?? ''}`;
    const twin = stimuli.get(stimulus);
    if (twin !== undefined) problems.push(`tests ${twin} and ${test.id} share variant, fault and reaction`);
    stimuli.set(stimulus, test.id);
    if ((test.kind === 'negative') !== (test.fault !== undefined))
      problems.push(`test ${test.id}: a negative has a fault, others have none`);
    if (test.fault !== undefined && !faultsById.has(test.fault))
      problems.push(`test ${test.id}: no fault ${test.fault}`);
    if (test.kind === 'negative') {
      const control = profile.tests.find((other) => other.id === test.control);
      if (control === undefined) problems.push(`test ${test.id}: no control ${test.control ?? '(none named)'}`);
      else if (variantId(control.variant) !== variantId(test.variant))
        problems.push(`test ${test.id}: its control ${control.id} has another variant`);
    }
    for (const id of [...test.requirements, ...(test.says?.requirements ?? [])]) {
      if (!known.requirement(id)) problems.push(`test ${test.id}: no requirement ${id}`);
    }
    if (test.requirements.length === 0) problems.push(`test ${test.id} cites no requirement`);
  }
  for (const check of profile.checks) {
    if (ids.has(check.id)) problems.push(`check ${check.id} stands twice`);
    ids.add(check.id);
    for (const id of check.requirements)
      if (!known.requirement(id)) problems.push(`check ${check.id}: no requirement ${id}`);
  }
  return problems;
}
