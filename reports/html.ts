import { createHash } from 'node:crypto';
import type { RequirementIndex } from '../core/requirements.ts';
import type { Finding, RequirementResult, Results, TestResult } from '../core/results.ts';
import { text } from '../core/text.ts';
import type { Language } from '../core/text.ts';
import { STANDING_WORDS } from './console.ts';
import { badge, both, html } from './html-markup.ts';
import type { Markup } from './html-markup.ts';
import { messagesByFlow } from './html-messages.ts';
import { STYLE } from './html-style.ts';
import { shorten } from './printable.ts';
import type { RunRecord } from './run.ts';
import { basis, causeOf, counts, headline, KIND_WORDS, mapText, ROLE_WORDS, VERDICT_WORDS } from './words.ts';

const WORDS = {
  causes: text('Causes', '原因'),
  tests: text('Tests', '測試'),
  affected: (count: number) => text(count === 1 ? '1 test' : `${count} tests`, `${count} 項測試`),
  requirements: text('Requirements', '要求'),
  requirement: text('Requirement', '要求'),
  level: text('Level', '等級'),
  verdict: text('Verdict', '判定'),
  findings: text('Findings', '發現'),
  about: text('What this rests on', '判定依據'),
  messages: text('Messages', '訊息'),
  masked: text(
    'Tokens, codes, passwords, cookies and private keys are hidden; equal values have equal numbers.',
    '權杖、代碼、密碼、Cookie 與私鑰已遮蔽；相同的值會有相同的編號。',
  ),
  unmasked: text('Secrets are shown.', '未遮蔽機密內容。'),
  notRun: text('Not run', '未執行'),
  against: text('Against', '對照'),
  expected: text('expected', '預期'),
  seen: text('seen', '實際'),
  evidence: text('evidence', '證據'),
  check: text('check', '檢查'),
  variant: text('variant', '變體'),
  fault: text('fault', '錯誤'),
  control: text('control', '對照測試'),
  baseline: text('expected by the baseline', '已列入基準'),
  others: (count: number) => text(`${count} findings without objection`, `${count} 項發現沒有異議`),
  none: text('none', '無'),
  role: text('role under test', '受測角色'),
  profile: text('profile', '設定檔'),
  time: text('time', '時間'),
  environment: text('environment', '環境'),
  clock: text('clock of the mocks', '模擬端時鐘'),
  skew: text("target's clock differs by", '與受測系統的時鐘差'),
  catalogues: text('requirement catalogues', '要求目錄'),
  trace: text('trace', '軌跡'),
  target: text('target', '受測系統'),
  configuration: text('configuration', '設定'),
  unknown: text('unknown', '不明'),
  theme: { auto: '◐', light: '☀', dark: '☾' },
};

const LONGEST = 8000;

interface Page {
  readonly run: RunRecord;
  readonly clean: (value: string) => string;
  readonly shown: ReadonlySet<number>;
  readonly anchors: ReadonlyMap<string, string>;
}

/**
 * `report.html`: one file, no script, nothing from outside. All texts stand in it in both languages; a radio button chooses.
 * `requirements` adds the titles of requirements.
 */
export function htmlReport(run: RunRecord, lang: Language, requirements?: RequirementIndex): string {
  const { results } = run;
  const messages = messagesByFlow(run);
  const page: Page = {
    run,
    clean: (value) => shorten(run.mask.text(value), LONGEST),
    shown: messages.shown,
    anchors: new Map(results.tests.map(({ id }, index) => [id, `t${index}`])),
  };
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const title = `${results.tool.name}: ${ROLE_WORDS[results.role][lang]}, ${results.profile.id}`;
  const markup = html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${page.clean(title)}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${radios('lang', ['en', 'zh'], lang === 'en' ? 'en' : 'zh')}${radios('theme', ['auto', 'light', 'dark'], 'auto')}
<nav class="switches"><span><label for="lang-zh">中文</label><label for="lang-en">English</label></span><span><label for="theme-auto" title="auto">${WORDS.theme.auto}</label><label for="theme-light" title="light">${WORDS.theme.light}</label><label for="theme-dark" title="dark">${WORDS.theme.dark}</label></span></nav>
<main>
<p class="dim">${page.clean(`${results.tool.name} ${results.tool.version}`)} · ${both(ROLE_WORDS[results.role])} · ${page.clean(`${results.profile.id} ${results.profile.release}`)}</p>
<div class="verdict ${results.verdict}">
<h1>${both(headline(results))}</h1>
<p>${both(basis(results))}</p>
<p>${counts(results).map(([verdict, count]) => html`<span class="v ${verdict}">${both(VERDICT_WORDS[verdict])} ${count}</span> `)}</p>
</div>
${run.notes.map((note) => html`<p class="note">${both(note, page.clean)}</p>`)}
${causesSection(page)}
${testsSection(page)}
${requirementsSection(page, requirements)}
${againstSection(page)}
${notRunSection(page)}
${aboutSection(page)}
<section class="messages"><h2>${both(WORDS.messages)}</h2>
<p class="dim">${both(run.masked ? WORDS.masked : WORDS.unmasked)}</p>
${messages.markup}</section>
</main>
</body>
</html>
`;
  return markup.markup;
}

function radios(name: string, values: readonly string[], chosen: string): Markup {
  return html`${values.map((value) =>
    value === chosen
      ? html`<input class="radio" type="radio" name="${name}" id="${name}-${value}" checked>`
      : html`<input class="radio" type="radio" name="${name}" id="${name}-${value}">`,
  )}`;
}

function testLink(id: string, { clean, anchors }: Page): Markup {
  const anchor = anchors.get(id);
  return anchor === undefined
    ? html`<code>${clean(id)}</code>`
    : html`<a href="#${anchor}"><code>${clean(id)}</code></a>`;
}

function causesSection(page: Page): Markup | undefined {
  const { causes } = page.run.results;
  if (causes.length === 0) return undefined;
  return html`<section><h2>${both(WORDS.causes)}</h2>
<ol>${causes.map(
    ({ message, verdict, tests }) => html`
<li>${badge(verdict)} ${both(message, page.clean)}
<details><summary class="dim">${both(WORDS.affected(tests.length))}</summary>${tests.map((id) => html`<p>${testLink(id, page)}</p>`)}</details></li>`,
  )}
</ol></section>`;
}

function testsSection(page: Page): Markup {
  const { results } = page.run;
  return html`<section><h2>${both(WORDS.tests)}</h2>
${results.tests.map((test) => testMarkup(test, results, page))}</section>`;
}

function testMarkup(test: TestResult, results: Results, page: Page): Markup {
  const green = (finding: Finding): boolean => finding.verdict === 'pass' || finding.verdict === 'not-applicable';
  const loud = test.findings.filter((finding) => !green(finding));
  const quiet = test.findings.filter(green);
  const cause = causeOf(test, results);
  return html`<details id="${page.anchors.get(test.id)}">
<summary>${badge(test.verdict)} <code>${page.clean(test.id)}</code> ${cause === undefined ? undefined : html`<span class="dim">${both(mapText(cause, (value) => shorten(page.clean(value), 300)))}</span>`}</summary>
<p>${both(test.title, page.clean)} <span class="dim">(${both(KIND_WORDS[test.kind])}, ${Math.round(test.ms)} ms)</span></p>
<dl>${row(WORDS.variant, test.variant, page)}${row(WORDS.fault, test.fault, page)}${
    test.control === undefined
      ? undefined
      : html`<dt>${both(WORDS.control)}</dt><dd>${testLink(test.control, page)}</dd>`
  }</dl>
${loud.map((finding) => findingMarkup(finding, page))}
${quiet.length === 0 ? undefined : html`<details><summary class="dim">${both(WORDS.others(quiet.length))}</summary>${quiet.map((finding) => findingMarkup(finding, page))}</details>`}
</details>
`;
}

function row(word: { readonly en: string; readonly 'zh-Hant': string }, value: string | undefined, page: Page): Markup {
  return value === undefined || value === ''
    ? html``
    : html`<dt>${both(word)}</dt><dd><code>${page.clean(value)}</code></dd>`;
}

function findingMarkup(finding: Finding, page: Page): Markup {
  const evidence = finding.evidence.map((seq) =>
    page.shown.has(seq) ? html`<a href="#m${seq}">${seq}</a> ` : html`${seq} `,
  );
  return html`<div class="finding">
<p>${badge(finding.verdict)} ${both(finding.message, page.clean)}${finding.expectedByBaseline === true ? html` <span class="dim">(${both(WORDS.baseline)})</span>` : undefined}</p>
<dl>${row(WORDS.check, finding.check, page)}${
    finding.requirements.length === 0
      ? undefined
      : html`<dt>${both(WORDS.requirements)}</dt><dd><code>${page.clean(finding.requirements.join(', '))}</code></dd>`
  }${row(WORDS.expected, finding.expected, page)}${row(WORDS.seen, finding.seen, page)}${
    evidence.length === 0 ? undefined : html`<dt>${both(WORDS.evidence)}</dt><dd>${evidence}</dd>`
  }</dl>
</div>
`;
}

/** Catalogue and section of a requirement, from its catalogue where that is known, else the part of the id before the last number. */
function sectionOf(id: string, index: RequirementIndex | undefined): string {
  const prefix = id.replace(/-[^-]*$/, '');
  const found = index?.get(id);
  return found === undefined ? prefix : `${prefix.split('-')[0] ?? ''} ${found.section} ${found.title}`;
}

function requirementsSection(page: Page, index: RequirementIndex | undefined): Markup | undefined {
  const { requirements } = page.run.results;
  if (requirements.length === 0) return undefined;
  const sections = new Map<string, RequirementResult[]>();
  for (const requirement of requirements) {
    const name = sectionOf(requirement.id, index);
    sections.set(name, [...(sections.get(name) ?? []), requirement]);
  }
  return html`<section><h2>${both(WORDS.requirements)}</h2>
${[...sections].map(
  ([name, list]) => html`<details><summary>${page.clean(name)} ${tally(list)}</summary>
<div class="scroll"><table><thead><tr><th>${both(WORDS.requirement)}</th><th>${both(WORDS.level)}</th><th>${both(WORDS.verdict)}</th><th>${both(WORDS.findings)}</th></tr></thead><tbody>
${list.map(
  ({
    id,
    level,
    verdict,
    findings,
  }) => html`<tr><td><code>${page.clean(id)}</code> <span class="dim">${page.clean(index?.get(id)?.text ?? '')}</span></td><td>${level}</td><td>${badge(verdict)}</td><td>${findings}</td></tr>
`,
)}</tbody></table></div></details>
`,
)}</section>`;
}

function tally(list: readonly RequirementResult[]): Markup[] {
  const byVerdict = new Map<RequirementResult['verdict'], number>();
  for (const { verdict } of list) byVerdict.set(verdict, (byVerdict.get(verdict) ?? 0) + 1);
  return [...byVerdict].map(
    ([verdict, count]) => html` <span class="v ${verdict}">${both(VERDICT_WORDS[verdict])} ${count}</span>`,
  );
}

function againstSection(page: Page): Markup | undefined {
  const { against } = page.run.results;
  if (against === null) return undefined;
  return html`<section><h2>${both(WORDS.against)} ${page.clean(against.profile)}</h2>
<div class="scroll"><table><tbody>${against.requirements.map(
    ({ id, verdict, standing, deviation }) => html`
<tr><td><code>${page.clean(id)}</code></td><td>${badge(verdict)}</td><td>${both(STANDING_WORDS[standing])}</td><td>${page.clean(deviation ?? '')}</td></tr>`,
  )}
</tbody></table></div></section>`;
}

function notRunSection(page: Page): Markup | undefined {
  const { notRun } = page.run.results;
  if (notRun.length === 0) return undefined;
  return html`<section><h2>${both(WORDS.notRun)}</h2>
<div class="scroll"><table><tbody>${notRun.map(
    ({ test, reason }) => html`
<tr><td><code>${page.clean(test)}</code></td><td>${page.clean(reason)}</td></tr>`,
  )}
</tbody></table></div></section>`;
}

function aboutSection(page: Page): Markup {
  const { results } = page.run;
  const { environment, trace } = results;
  const json = (value: unknown): string => shorten(page.run.mask.text(JSON.stringify(value, undefined, 2)), 64_000);
  return html`<section><h2>${both(WORDS.about)}</h2>
<dl>
<dt>${both(WORDS.role)}</dt><dd>${both(ROLE_WORDS[results.role])}</dd>
<dt>${both(WORDS.profile)}</dt><dd>${page.clean(results.profile.id)} ${page.clean(results.profile.release)}</dd>
<dt>${both(WORDS.time)}</dt><dd>${page.clean(results.startedAt)} – ${page.clean(results.finishedAt)}</dd>
<dt>${both(WORDS.environment)}</dt><dd>Node ${page.clean(environment.node)}, ${page.clean(environment.os)}, seed ${environment.seed === null ? both(WORDS.none) : environment.seed}</dd>
<dt>${both(WORDS.clock)}</dt><dd>${page.clean(environment.clock)}</dd>
<dt>${both(WORDS.skew)}</dt><dd>${environment.skew === null ? both(WORDS.unknown) : html`${environment.skew} ms`}</dd>
<dt>${both(WORDS.catalogues)}</dt><dd>${results.catalogues.map(({ id, sha256, requirements }) => html`<p><code>${page.clean(id)}</code> (${requirements}) <code class="dim">${page.clean(sha256)}</code></p>`)}</dd>
<dt>${both(WORDS.trace)}</dt><dd><code>${page.clean(trace.file)}</code> (${trace.entries}) <code class="dim">${page.clean(trace.sha256)}</code></dd>
</dl>
<h3>${both(WORDS.target)}</h3><pre>${json(results.target)}</pre>
<h3>${both(WORDS.configuration)}</h3><pre>${json(results.configuration)}</pre>
</section>`;
}
