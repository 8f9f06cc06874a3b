import { parse } from 'parse5';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { normaliseResults } from './normalise.ts';
import { parseReportList, renderReports, REPORT_FORMATS, ReportError } from './index.ts';
import { ACCESS_TOKEN, PRE_AUTHORIZED_CODE, sampleFiles, sampleResults, TX_CODE } from './test-run.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Elements of well-formed XML 1.0, in document order; throws on anything else. */
function parseXml(source: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(source).close();
  return elements;
}

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
  readonly value?: string;
}

function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const child of node.childNodes ?? []) yield* nodes(child);
}

async function rendered(files = sampleFiles(), lang: 'en' | 'zh-Hant' = 'en') {
  let printed = '';
  const stream = { write: (value: string) => (printed += value), columns: 100, isTTY: false };
  const paths = await renderReports('run', REPORT_FORMATS, { lang, files, stream });
  const file = (name: string) => files.all.get(`run/${name}`) ?? '';
  return { printed, paths, file };
}

const run = await rendered();

describe('all formats, on a run full of hostile strings', () => {
  it('writes the four files and prints the console report', () => {
    expect(run.paths).toEqual(['run/junit.xml', 'run/report.html', 'run/trace.har', 'run/summary.md']);
    expect(run.printed).toContain('Does not conform');
  });

  it.each(['junit.xml', 'report.html', 'trace.har', 'summary.md'])('%s shows no secret', (name) => {
    const content = run.file(name);
    const secrets = ['SplxlOBeZQQYbYS6WxSbIA', 'session-secret-1', 'sk-live-0123456789', 'private-key-material'];
    for (const secret of [ACCESS_TOKEN, PRE_AUTHORIZED_CODE, TX_CODE, ...secrets])
      expect(content).not.toContain(secret);
  });

  it('shows them if asked to', async () => {
    const files = sampleFiles();
    await renderReports('run', ['har'], { lang: 'en', files, unmasked: true });
    expect(files.all.get('run/trace.har')).toContain(ACCESS_TOKEN);
  });

  it('says the same sentence in Chinese', async () => {
    const { printed } = await rendered(sampleFiles(), 'zh-Hant');
    expect(printed).toContain('不符合規範');
  });
});

describe('console', () => {
  it('lets no control character through but line feeds', () => {
    expect(run.printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(run.printed).toContain('\\u{1b}[2J');
  });

  it('names causes before tests and the verdict last', () => {
    expect(run.printed.indexOf('Causes')).toBeLessThan(run.printed.indexOf('\nTests'));
    expect(run.printed.trimEnd().split('\n').at(-1)).toBe('Does not conform');
  });

  it('uses colours on a terminal, and only there', async () => {
    let printed = '';
    const stream = { write: (value: string) => (printed += value), columns: 100, isTTY: true };
    await renderReports('run', ['console'], { lang: 'en', files: sampleFiles(), stream });
    expect(printed).toContain('\u001b[31m');
    // Whatever is left after our own colours is harmless.
    expect(printed.replaceAll(/\u001b\[\d+m/g, '')).not.toContain('\u001b');
  });
});

describe('junit.xml', () => {
  const elements = parseXml(run.file('junit.xml'));
  const suite = elements.find(({ name }) => name === 'testsuite');

  it('is well-formed and counts by the fixed mapping', () => {
    // fail; error + inconclusive; not-applicable + one that did not run; pass and warning pass.
    expect(suite?.attributes).toMatchObject({ tests: '7', failures: '1', errors: '2', skipped: '2' });
    expect(elements.filter(({ name }) => name === 'testcase')).toHaveLength(7);
  });

  it('keeps the text of a warning, and of a hostile failure', () => {
    expect(elements.find(({ name }) => name === 'system-out')?.text).toContain('has no expiry');
    const failure = elements.find(({ name }) => name === 'failure');
    expect(failure?.text).toContain(']]>');
    expect(failure?.text).toContain('<script>');
    expect(failure?.text).toContain('\\u{0}');
  });

  it('is not greener than the run', async () => {
    const tests = sampleResults().tests.filter(({ verdict }) => verdict === 'pass');
    const { file } = await rendered(sampleFiles({ tests, verdict: 'fail', notRun: [] }, ''));
    const names = parseXml(file('junit.xml')).map(({ name }) => name);
    expect(names).toContain('failure');
  });

  it('says that nothing was tested as an error', async () => {
    const { file } = await rendered(sampleFiles({ tests: [], verdict: 'inconclusive', notRun: [] }, ''));
    expect(parseXml(file('junit.xml')).map(({ name }) => name)).toContain('error');
  });
});

describe('report.html', () => {
  const page = run.file('report.html');
  const all = [...nodes(parse(page) as Node)];
  const attributes = all.flatMap(({ attrs }) => attrs ?? []);

  it('has no script, no resource, no handler, whatever the target sent', () => {
    const names = new Set(all.map(({ nodeName }) => nodeName));
    for (const name of ['script', 'img', 'iframe', 'link', 'object', 'form', 'base', 'svg', 'b'])
      expect(names).not.toContain(name);
    expect(attributes.filter(({ name }) => name.startsWith('on') || name === 'src' || name === 'style')).toEqual([]);
    for (const { value } of attributes.filter(({ name }) => name === 'href')) expect(value).toMatch(/^#[mt]\d+$/);
  });

  it('allows only its own style', () => {
    const policy = attributes.find(({ value }) => value.startsWith("default-src 'none'"));
    expect(policy?.value).toMatch(/style-src 'sha256-[A-Za-z0-9+/=]{44}'/);
  });

  it('parses without an error', () => {
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
  });

  it('links evidence only to messages that are on the page', () => {
    const ids = new Set(attributes.filter(({ name }) => name === 'id').map(({ value }) => value));
    const links = attributes.filter(({ name }) => name === 'href').map(({ value }) => value.slice(1));
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
    expect(links).toContain('m2');
  });

  it('stays small with values of 5 MB, and says what is left out', () => {
    expect(page.length).toBeLessThan(400_000);
    expect(page).toContain('The rest is in the trace.');
  });
});

describe('trace.har', () => {
  const { log } = JSON.parse(run.file('trace.har')) as {
    log: {
      version: string;
      entries: {
        request: { headers: { name: string; value: string }[]; url: string; postData?: { text: string } };
        response: { status: number; content: { text?: string }; _error?: string };
      }[];
    };
  };

  it('pairs requests with their answers', () => {
    expect(log.version).toBe('1.2');
    expect(log.entries.map(({ response }) => response.status)).toEqual([200, 400, 0]);
    expect(log.entries[2]?.response._error).toMatch(/^reset: /);
  });

  it('hides equal secrets alike, in a header as in a body', () => {
    const label = /"access_token":"(eyJh…#\d+)"/.exec(log.entries[0]?.response.content.text ?? '')?.[1];
    const authorization = log.entries[1]?.request.headers.find(({ name }) => name === 'Authorization');
    expect(label).toBeDefined();
    expect(authorization?.value).toBe(`DPoP ${label}`);
    expect(log.entries[1]?.response.content.text).toContain(`"echo":"${label}"`);
  });

  it('keeps what is no secret as it was sent', () => {
    expect(log.entries[0]?.request.postData?.text).toContain('grant_type=urn%3Aietf&');
    expect(log.entries[1]?.response.content.text).toContain('"__proto__":{"x":1}');
  });
});

describe('summary.md', () => {
  it('fits a comment and holds no markup of a stranger', () => {
    const summary = run.file('summary.md');
    expect(summary).not.toMatch(/<script|<img|\*\*bold|\]\(http|@everyone|\u001b/);
    expect(summary).toContain('## Does not conform');
  });

  it('fits a comment also with many failures', async () => {
    const [failing] = sampleResults().tests;
    const tests = Array.from({ length: 3000 }, (_, index) => ({ ...failing!, id: `issuer/t${index}` }));
    const { file } = await rendered(sampleFiles({ tests }, ''));
    expect(file('summary.md').length).toBeLessThan(65_536);
    expect(file('summary.md')).toMatch(/and \d+ more/);
  });
});

describe('the folder of a run', () => {
  it('without results.json is refused with a reason', async () => {
    const files = sampleFiles();
    files.all.delete('run/results.json');
    await expect(renderReports('run', ['junit'], { lang: 'en', files })).rejects.toBeInstanceOf(ReportError);
  });

  it.each([['{"a":'], ['[]'], ['{"tests":[]}']])('with %s as results.json is refused', async (content) => {
    const files = sampleFiles();
    files.all.set('run/results.json', content);
    await expect(renderReports('run', ['junit'], { lang: 'en', files })).rejects.toBeInstanceOf(ReportError);
  });

  it.each([
    ['missing', undefined, 'is missing'],
    ['changed', '{"seq":0,"type":"header"}\n', 'is not the one that was judged'],
    ['cut', '{"seq":0,"type":"hea', 'is damaged'],
  ])('with a trace that is %s still gives reports, which say so', async (_word, trace, note) => {
    const files = sampleFiles();
    if (trace === undefined) files.all.delete('run/trace.jsonl');
    else files.all.set('run/trace.jsonl', trace);
    const { printed, file } = await rendered(files);
    for (const report of [printed.replaceAll('\n', ' '), file('report.html'), file('summary.md')])
      expect(report).toContain(note);
  });

  it('never reads outside of the folder', async () => {
    const files = sampleFiles({ trace: { file: '../../etc/passwd', sha256: '', entries: 0 } });
    const asked: string[] = [];
    const spy = { ...files, read: (path: string) => (asked.push(path), files.read(path)) };
    await renderReports('run', ['har'], { lang: 'en', files: spy });
    expect(asked).toEqual(['run/results.json', 'run/passwd']);
  });

  it('with members of the wrong type never turns green', () => {
    const results = normaliseResults({
      profile: {},
      tests: [{ id: 7, verdict: '<b>', findings: [{ evidence: ['x'] }] }],
      verdict: 1,
    });
    expect(results).toMatchObject({ verdict: 'error', complete: false, summary: { pass: 0, error: 1 } });
    expect(results?.tests[0]).toMatchObject({
      id: '',
      verdict: 'error',
      findings: [{ evidence: [], verdict: 'error' }],
    });
  });
});

describe('--report', () => {
  it('takes names with commas and knows what it does not have', () => {
    expect(parseReportList('junit, html,junit')).toEqual(['junit', 'html']);
    expect(parseReportList('all')).toEqual(REPORT_FORMATS);
    expect(() => parseReportList('junit,allure')).toThrow(/allure is not supported/);
  });
});

describe('"conforms"', () => {
  const tests = sampleResults().tests.filter(({ verdict }) => verdict === 'pass');
  it.each([
    ['pass', true, 'Conforms'],
    ['warning', true, 'Conforms, with warnings'],
    ['pass', false, 'Nothing failed, but not everything was judged'],
    ['inconclusive', true, 'Could not be judged'],
    ['not-applicable', true, 'Could not be judged'],
    ['error', true, 'Not judged: the harness itself had an error'],
  ] as const)('%s, complete %s: %s', async (verdict, complete, sentence) => {
    const { printed } = await rendered(sampleFiles({ tests, verdict, complete }, ''));
    expect(printed.trimEnd().split('\n').at(-1)).toBe(sentence);
  });
});
