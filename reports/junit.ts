import { worst } from '../core/verdict.ts';
import type { Finding, TestResult } from '../core/results.ts';
import type { Language } from '../core/text.ts';
import { shorten } from './printable.ts';
import type { RunRecord } from './run.ts';
import { basis, causeOf, headline, VERDICT_WORDS } from './words.ts';

/** What XML 1.0 cannot hold, not even escaped (production 2, Char). */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
/** What XML can hold and eyes cannot: C1 controls steer terminals, bidi overrides reorder lines. */
const UNSEEN = /[\p{Cf}\p{Co}\p{Zl}\p{Zp}\u007f-\u009f]/gu;
const LONGEST = 4000;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for an XML 1.0 attribute or element; characters that XML forbids or that are not seen are written as `\u{0}`. */
export function xml(value: string): string {
  const written = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return value
    .replaceAll(NOT_XML, written)
    .replaceAll(UNSEEN, written)
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? '');
}

/**
 * `junit.xml`: fail → failure; error and inconclusive → error; not-applicable and not run → skipped; warning → passed with
 * output. If the run's verdict is worse than every test's (a finding over the whole run), a last test case `run` says so: a
 * build that reads only this file must not be greener than the exit code.
 */
export function junitReport(run: RunRecord, lang: Language): string {
  const { results } = run;
  const clean = (value: string): string => shorten(run.mask.text(value), LONGEST);
  const cases = results.tests.map((test) => testCase(test, run, lang, clean));
  const judged = new Set(results.tests.map(({ id }) => id));
  for (const { test, reason } of results.notRun) {
    if (judged.has(test)) continue;
    cases.push({
      outcome: 'skipped',
      markup: element(test, groupOf(test, results.role), 0, `<skipped message="${xml(clean(reason))}"/>`),
    });
  }
  const shown = worst(results.tests.map(({ verdict }) => verdict));
  const hidden = shown !== results.verdict && worst([shown, results.verdict]) === results.verdict;
  if (hidden || results.tests.length === 0) {
    const tag = results.verdict === 'fail' ? 'failure' : 'error';
    const silent = results.verdict === 'pass' || results.verdict === 'warning';
    const message = `${headline(results)[lang]}. ${basis(results)[lang]}`;
    cases.push({
      outcome: silent ? 'passed' : tag,
      markup: element(
        'run',
        results.role,
        0,
        silent
          ? `<system-out>${xml(message)}</system-out>`
          : `<${tag} type="${results.verdict}" message="${xml(message)}"/>`,
      ),
    });
  }
  const count = (outcome: Outcome): number => cases.filter((item) => item.outcome === outcome).length;
  const seconds = secondsOf(results.tests.reduce((sum, { ms }) => sum + ms, 0));
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds}"`;
  const properties = {
    profile: results.profile.id,
    release: results.profile.release,
    role: results.role,
    verdict: results.verdict,
    complete: String(results.complete),
    trace: results.trace.sha256,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(clean(results.tool.name))}" ${totals}>`,
    `<testsuite name="${xml(clean(`${results.profile.id} ${results.role}`))}" timestamp="${xml(results.startedAt)}" ${totals}>`,
    '<properties>',
    ...Object.entries(properties).map(([name, value]) => `<property name="${name}" value="${xml(clean(value))}"/>`),
    '</properties>',
    ...cases.map(({ markup }) => markup),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly outcome: Outcome;
  readonly markup: string;
}

function testCase(test: TestResult, run: RunRecord, lang: Language, clean: (value: string) => string): Case {
  const group = groupOf(test.id, run.results.role);
  const reason = causeOf(test, run.results)?.[lang] ?? VERDICT_WORDS[test.verdict][lang];
  const details = test.findings
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .map((finding) => describe(finding, lang, clean))
    .join('\n');
  const body = (tag: string): string =>
    `<${tag} type="${test.verdict}" message="${xml(clean(reason))}">${xml(details)}</${tag}>`;
  switch (test.verdict) {
    case 'fail':
      return { outcome: 'failure', markup: element(test.id, group, test.ms, body('failure')) };
    case 'error':
    case 'inconclusive':
      return { outcome: 'error', markup: element(test.id, group, test.ms, body('error')) };
    case 'not-applicable': {
      const message = clean(test.findings[0]?.message[lang] ?? VERDICT_WORDS[test.verdict][lang]);
      return { outcome: 'skipped', markup: element(test.id, group, test.ms, `<skipped message="${xml(message)}"/>`) };
    }
    case 'warning':
      return {
        outcome: 'passed',
        markup: element(test.id, group, test.ms, `<system-out>${xml(details)}</system-out>`),
      };
    case 'pass':
      return { outcome: 'passed', markup: element(test.id, group, test.ms, '') };
  }
}

function describe(finding: Finding, lang: Language, clean: (value: string) => string): string {
  const lines = [
    `${VERDICT_WORDS[finding.verdict][lang]}: ${clean(finding.message[lang])}`,
    `  check: ${clean(finding.check)}`,
  ];
  if (finding.requirements.length > 0) lines.push(`  requirements: ${clean(finding.requirements.join(', '))}`);
  if (finding.expected !== undefined) lines.push(`  expected: ${clean(finding.expected)}`);
  if (finding.seen !== undefined) lines.push(`  seen: ${clean(finding.seen)}`);
  if (finding.evidence.length > 0) lines.push(`  evidence: ${finding.evidence.join(', ')}`);
  return lines.join('\n');
}

/** `issuer/credential/x` → `issuer.credential`, as readers of JUnit group by class. */
function groupOf(id: string, role: string): string {
  const parts = id.split('/').slice(0, -1);
  return parts.length === 0 ? role : parts.join('.');
}

function element(name: string, group: string, ms: number, content: string): string {
  const start = `<testcase name="${xml(shorten(name, LONGEST))}" classname="${xml(shorten(group, LONGEST))}" time="${secondsOf(ms)}"`;
  return content === '' ? `${start}/>` : `${start}>${content}</testcase>`;
}

function secondsOf(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
