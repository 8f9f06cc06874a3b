import type { Profile } from '../core/contracts/profile.ts';
import type { Requirement, RequirementIndex } from '../core/requirements.ts';
import { subjects } from '../core/requirements.ts';
import type { Proof } from './prove/prove.ts';
import { schemaRequirements } from './schema-requirements.ts';

export type CoverageStatus = 'proven' | 'covered' | 'not observable' | 'not built yet' | 'missing';

export interface CoverageRow {
  readonly id: string;
  readonly level: string;
  readonly subject: readonly string[];
  readonly observable: string;
  readonly status: CoverageStatus;
  readonly checks: readonly string[];
  readonly tests: readonly string[];
  readonly reason: string;
}

export interface Coverage {
  readonly summary: Readonly<Record<CoverageStatus, number>>;
  readonly requirements: readonly CoverageRow[];
}

/**
 * Requirements against what judges them. `proven` needs a proof: some check or test of the requirement was shown able to fail. Without a
 * proof the best status is `covered`. What concerns a format or flow that no part of the tool plays is `not built yet`, with the reason; a
 * requirement that could be judged and is not is `missing`.
 */
export function coverage(
  profile: Profile,
  index: RequirementIndex,
  proof: Pick<Proof, 'unproven'> | undefined,
): Coverage {
  const unproven = proof === undefined ? undefined : new Set(proof.unproven);
  const bySchema = schemaRequirements();
  const rows = index.all().map((requirement): CoverageRow => {
    const checks = profile.checks
      .filter((check) => check.requirements.includes(requirement.id))
      .map((check) => check.id);
    const kinds = bySchema.get(requirement.id) ?? [];
    const tests = profile.tests
      .filter(
        (test) =>
          test.requirements.includes(requirement.id) || test.says?.requirements.includes(requirement.id) === true,
      )
      .map((test) => test.id);
    const judges = [...checks, ...kinds.map((kind) => `schema ${kind}`)];
    const { status, reason } = statusOf(
      requirement,
      { named: [...checks, ...tests], bySchema: kinds.length > 0 },
      unproven,
    );
    const { id, level, observable } = requirement;
    return { id, level, subject: subjects(requirement), observable, status, checks: judges, tests, reason };
  });
  const count = (status: CoverageStatus): number => rows.filter((row) => row.status === status).length;
  return {
    summary: {
      proven: count('proven'),
      covered: count('covered'),
      'not observable': count('not observable'),
      'not built yet': count('not built yet'),
      missing: count('missing'),
    },
    requirements: rows,
  };
}

/** What no mock plays yet, by the words of a requirement's condition, section or anchor. */
const NOT_BUILT: readonly (readonly [RegExp, string])[] = [
  [/mso_mdoc|mdoc|ISO/iu, 'format mso_mdoc'],
  [/jwt_vc_json|ldp_vc|ldp_vp|jwt_vp|W3C|JSON-LD|Data Integrity|di_vp/iu, 'W3C formats'],
  [/DC API|Digital Credentials API|dc_api/iu, 'Digital Credentials API'],
  [/SD-JWT VCLD/iu, 'SD-JWT VCLD'],
  [/federation/iu, 'OpenID Federation'],
  [/verifier_attestation|attestation of the verifier/iu, 'client identifier prefix verifier_attestation'],
];

function statusOf(
  requirement: Requirement,
  judges: { readonly named: readonly string[]; readonly bySchema: boolean },
  unproven: ReadonlySet<string> | undefined,
): { readonly status: CoverageStatus; readonly reason: string } {
  if (judges.named.length > 0 || judges.bySchema) {
    const shown =
      unproven !== undefined &&
      (judges.named.some((judge) => !unproven.has(judge)) ||
        (judges.bySchema && !unproven.has(`schema ${requirement.id}`)));
    return { status: shown ? 'proven' : 'covered', reason: '' };
  }
  if (requirement.observable === 'internal')
    return { status: 'not observable', reason: 'nothing of it shows on the wire' };
  const words = `${requirement.condition ?? ''} ${requirement.title} ${requirement.anchor} ${requirement.text}`;
  const missing = NOT_BUILT.find(([pattern]) => pattern.test(words));
  return missing === undefined
    ? { status: 'missing', reason: 'could be judged, and is not' }
    : { status: 'not built yet', reason: missing[1] };
}
