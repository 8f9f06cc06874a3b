import { text } from '../core/text.ts';
import type { Language, Text } from '../core/text.ts';
import { shorten, visible } from './printable.ts';
import type { RunRecord } from './run.ts';
import { basis, causeOf, counts, headline, ROLE_WORDS, VERDICT_WORDS } from './words.ts';

/** A comment on GitHub holds 65536 characters. */
const ROOM = 60_000;
const ROWS = 100;

const WORDS = {
  causes: text('Causes', '原因'),
  tests: text('Tests that are not green', '未通過的測試'),
  test: text('Test', '測試'),
  verdict: text('Verdict', '判定'),
  cause: text('Cause', '原因'),
  requirements: text('Requirements', '要求'),
  affected: (count: number): Text => text(count === 1 ? '1 test' : `${count} tests`, `${count} 項測試`),
  more: (count: number): Text => text(`… and ${count} more, see report.html`, `…另有 ${count} 項，見 report.html`),
};

/**
 * Text of strangers in Markdown prose: nothing in it is markup, a link, a mention or an issue number.
 * Punctuation is escaped; `@`, `#` and what makes a bare link get an invisible break behind them. One pass, so that no
 * escape is escaped again.
 */
export function markdown(value: string): string {
  return visible(value).replaceAll(/:\/\/|www\.|^\d+[.)]|^[+-]|[&<>@#`*_{}[\]()|~\\!]/gi, (found) => {
    if (found === '&') return '&amp;';
    if (found === '<') return '&lt;';
    if (found === '>') return '&gt;';
    if (found === '://') return `:${BREAK}//`;
    if (/^www/i.test(found)) return `${found.slice(0, 3)}${BREAK}.`;
    if (found === '@' || found === '#') return `\\${found}${BREAK}`;
    return `${found.slice(0, -1)}\\${found.slice(-1)}`;
  });
}

const BREAK = '\u200b';

/** Text of strangers as code in a table cell. */
function code(value: string): string {
  return `<code>${markdown(value)}</code>`;
}

/** `summary.md`: the verdict, causes and what is not green, short enough for a comment on a pull request. */
export function markdownReport(run: RunRecord, lang: Language): string {
  const { results } = run;
  const clean = (value: string, max = 300): string => shorten(run.mask.text(value), max);
  const lines = [
    `## ${headline(results)[lang]}`,
    '',
    `${code(clean(`${results.tool.name} ${results.tool.version}`))} · ${ROLE_WORDS[results.role][lang]} · ${code(clean(`${results.profile.id} ${results.profile.release}`))}`,
    '',
    counts(results)
      .map(([verdict, count]) => `${VERDICT_WORDS[verdict][lang]} **${count}**`)
      .join(' · '),
    '',
    basis(results)[lang],
    ...run.notes.flatMap((note) => ['', markdown(clean(note[lang]))]),
  ];
  let left = ROOM - lines.join('\n').length;
  const section = (head: readonly string[], rows: readonly string[]): void => {
    if (rows.length === 0) return;
    const kept: string[] = [];
    left -= head.join('\n').length + 200;
    for (const row of rows.slice(0, ROWS)) {
      if (row.length + 1 > left) break;
      left -= row.length + 1;
      kept.push(row);
    }
    lines.push('', ...head, ...kept);
    if (kept.length < rows.length) lines.push('', WORDS.more(rows.length - kept.length)[lang]);
  };
  section(
    [`### ${WORDS.causes[lang]}`, ''],
    results.causes.map(
      ({ message, verdict, tests }) =>
        `1. **${VERDICT_WORDS[verdict][lang]}** ${markdown(clean(message[lang]))} (${WORDS.affected(tests.length)[lang]})`,
    ),
  );
  section(
    [
      `### ${WORDS.tests[lang]}`,
      '',
      `| ${WORDS.verdict[lang]} | ${WORDS.test[lang]} | ${WORDS.cause[lang]} | ${WORDS.requirements[lang]} |`,
      '| --- | --- | --- | --- |',
    ],
    results.tests
      .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
      .map((test) => {
        const broken = test.findings.filter(({ verdict }) => verdict === test.verdict);
        const ids = [...new Set(broken.flatMap(({ requirements }) => requirements))].slice(0, 5);
        const cause = markdown(clean(causeOf(test, results)?.[lang] ?? ''));
        return `| ${VERDICT_WORDS[test.verdict][lang]} | ${code(clean(test.id))} | ${cause} | ${ids.map((id) => code(clean(id))).join(' ')} |`;
      }),
  );
  lines.push('', `<sub>${code(clean(results.startedAt))} · trace ${code(results.trace.sha256.slice(0, 16))}</sub>`, '');
  return lines.join('\n');
}
