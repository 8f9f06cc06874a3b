import type { FlowView, RunView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Variant } from '../../core/contracts/variant.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { featuresOf } from '../../suites/features.ts';
import { issuerExcuse } from './excuse-issuer.ts';
import type { FlowOutcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';

/** What a run has shown so far of a target that somebody else configured. */
interface Shown {
  /** Kinds of flows of which a straight one reached its goal. */
  readonly kinds: ReadonlySet<Variant['kind']>;
  /** Features of the tests whose straight flows reached their goal. */
  readonly features: ReadonlySet<string>;
}

const memo = new WeakMap<RunView, Shown>();

function shownBy(run: RunView, tests: Iterable<Test>): Shown {
  const known = memo.get(run);
  if (known !== undefined) return known;
  const byId = new Map([...tests].map((test) => [test.id, test]));
  const kinds = new Set<Variant['kind']>();
  const features = new Set<string>();
  for (const flow of run.flows) {
    const test = byId.get(flow.test);
    if (test === undefined || flow.fault !== undefined || flow.variantId !== variantId(test.variant)) continue;
    if (outcomeOf(flow, run.role, run.profile).value !== 'accepted') continue;
    kinds.add(test.variant.kind);
    for (const name of test.features ?? []) features.add(name);
  }
  const shown = { kinds, features };
  memo.set(run, shown);
  return shown;
}

/**
 * A mock of ours was the one that did not go on: what the target sent was wrong, and no configuration excuses that. What was refused so that the
 * target tries again is none of it.
 */
function refusedHere(flow: FlowView): boolean {
  const last = flow.messages.findLast((message) => message.author === 'sut' && message.parent === undefined);
  return flow.events.some(
    (event) => event.event === 'step' && event.result === 'refused' && event.seq > (last?.seq ?? -1),
  );
}

/**
 * Why a legal flow that a wallet or verifier did not bring to its goal breaks no obligation that could be named; undefined if it does. It may turn away
 * a stranger whom it does not trust, need not offer what is optional, and may wait for its user longer than we do. Issuers give to whom we are
 * registered as: there the answer on the wire tells.
 */
export function excuse(
  test: Test,
  flow: FlowView,
  outcome: FlowOutcome,
  run: RunView,
  tests: Iterable<Test>,
): Text | undefined {
  if (run.role === 'issuer') return issuerExcuse(test, flow, outcome);
  if (!['refused', 'nothing'].includes(outcome.value) || refusedHere(flow)) return undefined;
  if (outcome.value === 'nothing' && outcome.source === 'wire') {
    return text(
      'nothing came any more, and nobody says whether the wallet refused or still waited for its user. A driver that reports the outcome makes this certain',
      '之後沒有任何動作，也無從得知皮夾是拒絕，還是仍在等候使用者；請改用會回報結果的 driver',
    );
  }
  const shown = shownBy(run, tests);
  if (!shown.kinds.has(test.variant.kind)) {
    return run.role === 'wallet'
      ? text(
          'no straight flow of this kind was accepted in this run. The wallet may not trust the certificate authority of this tool (see `touchstone identity`), or hold no credential that fits',
          '本次執行中沒有任何同類的正常流程被接受。皮夾可能不信任本工具的憑證授權中心（見 `touchstone identity`），或沒有相符的憑證',
        )
      : text(
          'no straight flow was accepted in this run. The verifier may not trust the issuer of this tool (see `touchstone identity`)',
          '本次執行中沒有任何正常流程被接受。驗證者可能不信任本工具的發行者（見 `touchstone identity`）',
        );
  }
  if (run.role !== 'wallet') return undefined;
  const declared = featuresOf(run);
  const mandatory = run.profile.mandatory.wallet ?? [];
  const open = (test.features ?? []).filter(
    (name) => declared.get(name)?.offered !== true && !mandatory.includes(name) && !shown.features.has(name),
  );
  if (open.length === 0) return undefined;
  const names = open.join(', ');
  return text(
    `the wallet has not shown yet that it offers ${names}, which is optional. Say so in the configuration: target.features: {${open[0]}: true or false}`,
    `皮夾尚未顯示有提供 ${names}（選用功能）。請在設定檔宣告 target.features: {${open[0]}: true 或 false}`,
  );
}
