import type { FlowView, RunView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { featuresOf } from '../../suites/features.ts';
import { beyondOurWallet, shown, wishedFeatures } from '../../suites/verifier/seen.ts';
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
      ...basis(test, feature.evidence, feature.because),
      observed: 'not-applicable',
      message: text(
        `The target does not offer ${name}: ${feature.because.en}`,
        `受測系統未提供 ${name}：${feature.because['zh-Hant']}`,
      ),
    };
  }
  return run.role === 'verifier' ? ungranted(test, run, mandatory) : undefined;
}

/**
 * A verifier decides by itself what its request is like; a test only wishes. A request of another form than the test needs says nothing: the flow
 * would pass, or seem to fail, for something else. Judged by the test's own flows, or before they are played by those of its control.
 */
function ungranted(test: Test, run: RunView, mandatory: readonly string[]): Reaction | undefined {
  if (test.variant.kind !== 'presentation') return undefined;
  const flows = flowsOf(test, run);
  for (const flow of flows) {
    const beyond = beyondOurWallet(flow);
    if (beyond === undefined) continue;
    return {
      ...basis(test, [], beyond),
      observed: 'unjudged',
      message: text(`Could not be judged: ${beyond.en}.`, `無法判定：${beyond['zh-Hant']}。`),
    };
  }
  for (const name of [...wishedFeatures(test.variant), ...(test.features ?? [])]) {
    const seen = shown(name, flows);
    if (seen === undefined || seen.offered) continue;
    const because = text(`its request has no ${name}`, `其請求沒有 ${name}`);
    const demanded = mandatory.includes(name);
    return {
      ...basis(test, seen.evidence, because),
      // What the profile mandates has checks of its own; this stimulus has nothing to work on.
      observed: demanded ? 'unjudged' : 'not-applicable',
      message: demanded
        ? text(
            `The profile mandates ${name}, but the request had it not: this test had nothing to work on.`,
            `設定檔規定必須有 ${name}，但請求沒有：本測試無從進行。`,
          )
        : text(`The verifier did not use ${name}.`, `驗證者未使用 ${name}。`),
    };
  }
  return unsupported(test, flows);
}

/** The configuration says that the target cannot make such a request: the driver did not ask for it. */
function unsupported(test: Test, flows: readonly FlowView[]): Reaction | undefined {
  for (const flow of flows) {
    const event = flow.events.find(
      (entry) => entry.event === 'unmet' && entry.reason.startsWith('driver: unsupported: '),
    );
    if (event?.event !== 'unmet') continue;
    const reason = event.reason.slice('driver: unsupported: '.length);
    return {
      ...basis(test, [event.seq], text(reason, reason)),
      observed: 'not-applicable',
      message: text(`The target does not offer it: ${reason}`, `受測系統未提供：${reason}`),
    };
  }
  return undefined;
}

function flowsOf(test: Test, run: RunView): readonly FlowView[] {
  const variant = variantId(test.variant);
  const own = run.flows.filter((flow) => flow.test === test.id && !flow.control && flow.variantId === variant);
  if (own.length > 0) return own;
  return run.flows.filter(
    (flow) => flow.test === test.control && flow.fault === undefined && flow.variantId === variant,
  );
}

function basis(test: Test, evidence: readonly number[], because: Text) {
  return { check: 'applicability', requirements: test.requirements, evidence, seen: because.en } as const;
}
