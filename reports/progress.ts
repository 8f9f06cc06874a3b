import type { TestResult } from '../core/results.ts';
import { text } from '../core/text.ts';
import type { Language, Text } from '../core/text.ts';
import type { Role } from '../core/kinds.ts';
import type { Verdict } from '../core/verdict.ts';
import { coloured } from './console.ts';
import { cut, displayWidth, fit, shorten, visible } from './printable.ts';
import { ROLE_WORDS, VERDICT_WORDS } from './words.ts';

/** What a run tells while it goes on. */
export interface RunListener {
  /** Before the first test: what will run. */
  onPlan(plan: { readonly role: Role; readonly profile: string; readonly tests: readonly string[] }): void;
  /** A test began. Several may be under way. */
  onStart(test: string): void;
  onTest(result: Pick<TestResult, 'id' | 'verdict' | 'ms' | 'findings'>): void;
  /** The run ended, or was broken off. */
  onEnd(): void;
}

/** The part of a stream that is needed. */
export interface TextStream {
  write(value: string): unknown;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** A person watches: one line that is rewritten, colours. Otherwise one plain line for each test, as build logs want it. */
  readonly tty: boolean;
  readonly lang: Language;
  /** Says nothing at all. */
  readonly quiet: boolean;
}

const WORDS = {
  plan: (count: number, role: Text, profile: string): Text =>
    text(
      `${count === 1 ? '1 test' : `${count} tests`}, ${role.en}, ${profile}`,
      `${role['zh-Hant']}，${profile}，共 ${count} 項測試`,
    ),
};

const ERASE_LINE = '\r\u001b[2K';

/** Prints the progress of runs, one after the other. With `--json` hand it standard error. */
export function progress(stream: TextStream, { tty, lang, quiet }: ProgressOptions): RunListener {
  const wordWidth = Math.max(...Object.values(VERDICT_WORDS).map((word) => displayWidth(word[lang])));
  let total = 0;
  let done = 0;
  let counted = new Map<Verdict, number>();
  let running: string[] = [];
  const clean = (value: string): string => visible(shorten(value, 500));
  const columns = (): number => stream.columns ?? 80;
  const status = (): void => {
    if (!tty) return;
    const bad = [...counted].filter(([verdict]) => verdict !== 'pass' && verdict !== 'not-applicable');
    const parts = [`${done}/${total}`, ...bad.map(([verdict, count]) => `${VERDICT_WORDS[verdict][lang]} ${count}`)];
    // One column less than there are, so that no terminal wraps the line.
    stream.write(ERASE_LINE + cut([...parts, running[0] ?? ''].join('  '), columns() - 1));
  };
  const line = (value: string): void => {
    stream.write(`${tty ? ERASE_LINE : ''}${value}\n`);
  };
  if (quiet) return { onPlan() {}, onStart() {}, onTest() {}, onEnd() {} };
  return {
    onPlan({ role, profile, tests }) {
      total = tests.length;
      done = 0;
      counted = new Map();
      running = [];
      line(cut(clean(WORDS.plan(total, ROLE_WORDS[role], profile)[lang]), columns()));
      status();
    },
    onStart(test) {
      running.push(clean(test));
      status();
    },
    onTest({ id, verdict, ms, findings }) {
      const name = clean(id);
      const at = running.indexOf(name);
      if (at !== -1) running.splice(at, 1);
      done += 1;
      counted.set(verdict, (counted.get(verdict) ?? 0) + 1);
      const green = verdict === 'pass' || verdict === 'not-applicable';
      // On a terminal what is green needs no line of its own.
      if (!tty || !green) {
        const word = coloured(verdict, fit(VERDICT_WORDS[verdict][lang], wordWidth), tty);
        const why = green ? '' : clean(findings.find((finding) => finding.verdict === verdict)?.message[lang] ?? '');
        const rest = `${name}  ${why === '' ? `${Math.round(ms)} ms` : why}`;
        line(`${word}  ${tty ? cut(rest, columns() - wordWidth - 3) : rest}`);
      }
      status();
    },
    onEnd() {
      if (tty) stream.write(ERASE_LINE);
    },
  };
}
