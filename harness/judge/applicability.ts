import type { RunView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { featuresOf } from '../../suites/features.ts';
import type { Reaction } from './reaction.ts';

/**
 * Undefined if the test applies. Otherwise an observation with the evidence that the target does not offer a feature which the
 * test needs. What the profile mandates is never not-applicable: there the missing feature is left to the test itself.
 */
export function applicability(test: Test, run: RunView): Reaction | undefined {
  const mandatory = run.profile.mandatory[run.role] ?? [];
  const features = featuresOf(run);
  for (const name of test.features ?? []) {
    const feature = features.get(name);
    if (feature === undefined || feature.offered || mandatory.includes(name)) continue;
    return {
      check: 'applicability',
      observed: 'not-applicable',
      requirements: test.requirements,
      evidence: feature.evidence,
      seen: feature.because.en,
      message: text(
        `The target does not offer ${name}: ${feature.because.en}`,
        `受測系統未提供 ${name}：${feature.because['zh-Hant']}`,
      ),
    };
  }
  return undefined;
}
