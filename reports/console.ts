import type { Results } from '../core/results.ts';
import { text } from '../core/text.ts';
import type { Language, Text } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';
import { cut, displayWidth, fit, shorten, visible, wrap } from './printable.ts';
import type { RunRecord } from './run.ts';
import { basis, causeOf, counts, headline, ROLE_WORDS, VERDICT_WORDS } from './words.ts';

export interface ConsoleOptions {
  readonly lang: Language;
  /** Width of the terminal. */
  readonly columns: number;
  /** Colours; never where the output is no terminal. */
  readonly colour: boolean;
}

const WORDS = {
  causes: text('Causes', '原因'),
  tests: text('Tests', '測試'),
  notRun: text('Not run', '未執行'),
  test: text('test', '測試'),
  verdict: text('verdict', '判定'),
  cause: text('cause', '原因'),
  against: text('Against', '對照'),
  more: (count: number): Text => text(`and ${count} more`, `另有 ${count} 項`),
  affected: (count: number): Text => text(count === 1 ? '1 test' : `${count} tests`, `${count} 項測試`),
};

const COLOURS: Readonly<Record<Verdict, string>> = {
  fail: '31',
  error: '35',
  inconclusive: '36',
  warning: '33',
  pass: '32',
  'not-applicable': '90',
};

/** Colour of a verdict around a text that is already neutral. */
export function coloured(verdict: Verdict, value: string, colour: boolean): string {
  return colour ? `\u001b[${COLOURS[verdict]}m${value}\u001b[0m` : value;
}

const LISTED = 5;
const LONGEST = 2000;

/** The verdict table: causes first, then each test, then counts and the verdict, which stands last on a screen. */
export function consoleReport(run: RunRecord, options: ConsoleOptions): string {
  const { results } = run;
  const { lang, columns, colour } = options;
  // Every string of the record passes here before it is printed.
  const clean = (value: string): string => visible(shorten(run.mask.text(value), LONGEST));
  const lines: string[] = [];
  const verdictWidth = Math.max(...Object.values(VERDICT_WORDS).map((word) => displayWidth(word[lang])));

  lines.push(
    cut(
      `${clean(results.tool.name)} ${clean(results.tool.version)} · ${ROLE_WORDS[results.role][lang]} · ${clean(results.profile.id)} ${clean(results.profile.release)}`,
      columns,
    ),
  );
  if (results.causes.length > 0) {
    lines.push('', WORDS.causes[lang]);
    for (const [index, cause] of results.causes.entries()) {
      const label = `${String(index + 1).padStart(3)}  `;
      const word = fit(VERDICT_WORDS[cause.verdict][lang], verdictWidth);
      const indent = label.length + verdictWidth + 2;
      const message = `${clean(cause.message[lang])} (${WORDS.affected(cause.tests.length)[lang]})`;
      for (const [at, line] of wrap(message, columns - indent).entries()) {
        lines.push(at === 0 ? `${label}${coloured(cause.verdict, word, colour)}  ${line}` : ' '.repeat(indent) + line);
      }
      for (const test of cause.tests.slice(0, LISTED)) {
        lines.push(cut(`${' '.repeat(indent)}${clean(test)}`, columns));
      }
      const left = cause.tests.length - LISTED;
      if (left > 0) lines.push(`${' '.repeat(indent)}${WORDS.more(left)[lang]}`);
    }
  }
  lines.push('', ...testTable(results, clean, verdictWidth, options));
  if (results.notRun.length > 0) {
    lines.push('', WORDS.notRun[lang]);
    for (const { test, reason } of results.notRun) lines.push(cut(`  ${clean(test)}  ${clean(reason)}`, columns));
  }
  if (results.against !== null) lines.push('', ...againstLines(results.against, clean, lang, columns));
  for (const note of run.notes) lines.push('', ...wrap(clean(note[lang]), columns));
  lines.push(
    '',
    counts(results)
      .map(([verdict, count]) => coloured(verdict, `${VERDICT_WORDS[verdict][lang]} ${count}`, colour))
      .join(' · '),
    ...wrap(basis(results)[lang], columns),
    coloured(results.verdict, headline(results)[lang], colour),
  );
  return `${lines.join('\n')}\n`;
}

function testTable(
  results: Results,
  clean: (value: string) => string,
  verdictWidth: number,
  { lang, columns, colour }: ConsoleOptions,
): string[] {
  const longest = Math.max(displayWidth(WORDS.test[lang]), ...results.tests.map(({ id }) => displayWidth(clean(id))));
  const idWidth = Math.max(10, Math.min(longest, 72, columns - verdictWidth - 30));
  const causeWidth = columns - verdictWidth - idWidth - 6;
  const row = (id: string, verdict: string, cause: string): string =>
    `  ${fit(id, idWidth)}  ${verdict}  ${causeWidth > 0 ? cut(cause, causeWidth) : ''}`.trimEnd();
  const lines = [WORDS.tests[lang], row(WORDS.test[lang], fit(WORDS.verdict[lang], verdictWidth), WORDS.cause[lang])];
  for (const test of results.tests) {
    const word = coloured(test.verdict, fit(VERDICT_WORDS[test.verdict][lang], verdictWidth), colour);
    lines.push(row(clean(test.id), word, clean(causeOf(test, results)?.[lang] ?? '')));
  }
  return lines;
}

/** The standings under a second profile. */
export const STANDING_WORDS = {
  conforms: text('conforms', '符合'),
  'deviates-as-prescribed': text('deviates as the profile prescribes', '依設定檔規定而偏離'),
  'deviates-on-its-own': text('deviates on its own', '自行偏離'),
  'not-judged': text('not judged', '未判定'),
} as const;

function againstLines(
  against: NonNullable<Results['against']>,
  clean: (value: string) => string,
  lang: Language,
  columns: number,
): string[] {
  const lines = [cut(`${WORDS.against[lang]} ${clean(against.profile)}`, columns)];
  for (const [standing, word] of Object.entries(STANDING_WORDS)) {
    const count = against.requirements.filter((requirement) => requirement.standing === standing).length;
    if (count > 0) lines.push(`  ${word[lang]}: ${count}`);
  }
  for (const { id, standing } of against.requirements) {
    if (standing === 'deviates-on-its-own')
      lines.push(cut(`  ${clean(id)}  ${STANDING_WORDS[standing][lang]}`, columns));
  }
  return lines;
}
