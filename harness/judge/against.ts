import type { Profile } from '../../core/contracts/profile.ts';
import type { AgainstResult, Results } from '../../core/results.ts';
import type { RequirementIndex } from '../../core/requirements.ts';
import type { JudgeInput } from './judge.ts';
import { judge } from './judge.ts';

/**
 * Judges the same trace under a second profile (DESIGN 5, dialects) and says of each of its requirements how the target stands:
 * it conforms, it deviates as its own profile prescribes, it deviates on its own, or that was not judged.
 */
export function judgeAgainst(
  input: JudgeInput,
  other: Profile,
  index: RequirementIndex,
): NonNullable<Results['against']> {
  const prescribed = new Map<string, string>();
  for (const deviation of input.profile.deviations) {
    for (const id of deviation.requirements) if (!prescribed.has(id)) prescribed.set(id, deviation.id);
  }
  const judgement = judge({ ...input, profile: other, checks: other.checks, requirements: index });
  const verdicts = new Map(judgement.requirements.map((result) => [result.id, result.verdict]));
  const requirements = index.all().map(({ id }): AgainstResult => {
    const verdict = verdicts.get(id) ?? 'inconclusive';
    const deviation = prescribed.get(id);
    if (verdict === 'pass') return { id, verdict, standing: 'conforms' };
    if (verdict === 'fail' || verdict === 'warning') {
      return deviation === undefined
        ? { id, verdict, standing: 'deviates-on-its-own' }
        : { id, verdict, standing: 'deviates-as-prescribed', deviation };
    }
    return { id, verdict, standing: 'not-judged', ...(deviation === undefined ? {} : { deviation }) };
  });
  return { profile: other.id, requirements };
}
