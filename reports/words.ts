import type { Results, TestResult } from '../core/results.ts';
import { text } from '../core/text.ts';
import type { Text } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/** The verdicts as people read them. */
export const VERDICT_WORDS: Readonly<Record<Verdict, Text>> = {
  fail: text('fail', '不通過'),
  error: text('error', '工具錯誤'),
  inconclusive: text('inconclusive', '無法判定'),
  warning: text('warning', '警告'),
  pass: text('pass', '通過'),
  'not-applicable': text('not applicable', '不適用'),
};

export const ROLE_WORDS: Readonly<Record<Results['role'], Text>> = {
  issuer: text('issuer', '發行端'),
  wallet: text('wallet', '皮夾'),
  verifier: text('verifier', '驗證端'),
};

export const KIND_WORDS: Readonly<Record<TestResult['kind'], Text>> = {
  positive: text('must work', '應成功'),
  variant: text('legal variant, must work', '合法變體，應成功'),
  negative: text('must be refused', '應拒絕'),
};

/** The one sentence about a run. "Conforms" only if everything that the profile wants judged was judged. */
export function headline(results: Results): Text {
  const { verdict, complete } = results;
  if (verdict === 'fail') return text('Does not conform', '不符合規範');
  if (verdict === 'error') return text('Not judged: the harness itself had an error', '未能判定：測試工具本身發生錯誤');
  if (verdict === 'inconclusive' || verdict === 'not-applicable') return text('Could not be judged', '無法判定');
  if (!complete) return text('Nothing failed, but not everything was judged', '沒有不通過的項目，但並未全部判定');
  return verdict === 'warning' ? text('Conforms, with warnings', '符合規範，但有警告') : text('Conforms', '符合規範');
}

/** What the headline rests on, for those who must decide: how much was judged, and how much was not. */
export function basis(results: Results): Text {
  const { summary, notRun, requirements } = results;
  const judged = results.tests.length - summary.inconclusive - summary.error - summary.notApplicable;
  const settled = requirements.filter(
    ({ verdict }) => verdict === 'pass' || verdict === 'fail' || verdict === 'warning',
  );
  return text(
    `${judged} of ${results.tests.length} tests judged, ${notRun.length} not run; ${settled.length} of ${requirements.length} requirements judged`,
    `${results.tests.length} 項測試中判定 ${judged} 項，未執行 ${notRun.length} 項；${requirements.length} 條要求中判定 ${settled.length} 條`,
  );
}

/** Counts by verdict, those that are there, worst first. */
export function counts(results: Results): readonly (readonly [Verdict, number])[] {
  const { summary } = results;
  const all: readonly (readonly [Verdict, number])[] = [
    ['fail', summary.fail],
    ['error', summary.error],
    ['inconclusive', summary.inconclusive],
    ['warning', summary.warning],
    ['pass', summary.pass],
    ['not-applicable', summary.notApplicable],
  ];
  return all.filter(([, count]) => count > 0);
}

/** Why a test is not green, in one sentence: the cause it shares with others, else its worst finding. */
export function causeOf(test: TestResult, results: Results): Text | undefined {
  if (test.verdict === 'pass' || test.verdict === 'not-applicable') return undefined;
  const shared = results.causes.find((cause) => cause.tests.includes(test.id));
  return shared?.message ?? test.findings.find(({ verdict }) => verdict === test.verdict)?.message;
}

/** Both languages treated alike. */
export function mapText(value: Text, change: (value: string) => string): Text {
  return { en: change(value.en), 'zh-Hant': change(value['zh-Hant']) };
}
