import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ROLES } from '../../core/kinds.ts';
import { LANGUAGES } from '../../core/text.ts';
import { loadConfiguration } from './load.ts';
import type { LoadOptions, Loaded } from './load.ts';
import type { Problem } from './problems.ts';
import { readReferences } from './references.ts';
import { createMask } from './secrets.ts';
import { suggest } from './suggest.ts';
import { configurationTemplate, renderTemplate, templateParts } from './templates.ts';
import type { TemplatePart } from './templates.ts';

const GOOD = `target:
  driver:
    type: http
    offer:
      url: https://i.example/offer
`;

function good(source: string, env: Record<string, string> = {}, options: LoadOptions = {}): Loaded {
  const loading = loadConfiguration(source, 'c.yaml', env, options);
  if ('problems' in loading) throw new Error(JSON.stringify(loading.problems, undefined, 1));
  return loading;
}

function problems(source: string, options: LoadOptions = {}): readonly Problem[] {
  const loading = loadConfiguration(source, 'c.yaml', {}, options);
  if (!('problems' in loading)) throw new Error('expected problems');
  return loading.problems;
}

describe('what is wrong is said with line, column and mend', () => {
  test.each<[string, string, number, number, string, RegExp, RegExp, LoadOptions?]>([
    [
      'an unknown member',
      `${GOOD}    anwser: {}\n`,
      6,
      5,
      '/target/driver/anwser',
      /"anwser"/,
      /did you mean "answer"/,
    ],
    ['an unknown member at the root', `${GOOD}publicURL: https://x\n`, 6, 1, '/publicURL', /publicURL/, /"publicUrl"/],
    ['a member like nothing', `${GOOD}zzzzzz: 1\n`, 6, 1, '/zzzzzz', /zzzzzz/, /possible are: profile, target/],
    ['a missing driver', 'target:\n  name: x\n', 2, 3, '/target', /lacks "driver"/, /add "driver"/],
    [
      'a missing url',
      'target:\n  driver:\n    type: http\n    offer: {method: GET}\n',
      4,
      12,
      '/target/driver/offer',
      /lacks "url"/,
      /url/,
    ],
    ['a wrong type', `${GOOD}maxWait: soon\n`, 6, 10, '/maxWait', /soon/, /number/],
    ['a wrong value', `${GOOD}allow:\n  - change-state\n`, 7, 5, '/allow/0', /change-state/, /"changes-state"/],
    [
      'no URL',
      GOOD.replace('https://i.example/offer', 'i.example'),
      5,
      12,
      '/target/driver/offer/url',
      /i\.example/,
      /absolute http/,
    ],
    ['no pointer', `${GOOD}    answer: {link: offer}\n`, 6, 20, '/target/driver/answer/link', /offer/, /slash/],
    ['zero', `${GOOD}  concurrency: 0\n`, 6, 16, '/target/concurrency', /0/, /1/],
    ['two lines in a header', `${GOOD}  headers: {X: "a\\nb"}\n`, 6, 16, '/target/headers/X', /a/, /one line/],
    ['an impossible header', `${GOOD}  headers:\n    "a b": c\n`, 7, 5, '/target/headers/a b', /a b/, /hyphens/],
    ['an unknown driver', GOOD.replace('http\n', 'htpp\n'), 3, 11, '/target/driver/type', /htpp/, /"http"/],
    ['a driver of another role', GOOD, 4, 5, '/target/driver/offer', /verifier/, /"request"/, { role: 'verifier' }],
    [
      'static for a wallet',
      'target: {driver: {type: static, offers: [x:y]}}',
      1,
      25,
      '/target/driver/type',
      /wallet/,
      /manual/,
      { role: 'wallet' },
    ],
    [
      'an unset secret',
      GOOD.replace('https://i.example', '${ENV:BASE}'),
      5,
      12,
      '/target/driver/offer/url',
      /BASE is not set/,
      /export BASE/,
    ],
    ['a doubled member', `${GOOD}profile: a\nprofile: b\n`, 7, 1, '', /unique/, /mend the line/],
    ['broken YAML', 'target: [\n', 2, 1, '', /neither/, /mend/],
    ['broken JSON', '{"target": {"driver" {}}}', 1, 22, '', /neither/, /mend/],
    ['nothing', '', 1, 1, '', /not an object/, /init/],
    ['a list', '- 1\n', 1, 1, '', /not an object/, /init/],
    ['a prototype', `${GOOD}__proto__: {polluted: 1}\n`, 6, 1, '/__proto__', /__proto__/, /possible are/],
  ])('%s', (_name, source, line, column, pointer, message, mend, options = {}) => {
    const [first] = problems(source, options);
    expect(first).toMatchObject({ file: 'c.yaml', line, column, pointer });
    expect(first?.message.en).toMatch(message);
    expect(first?.mend.en).toMatch(mend);
    expect(first?.message['zh-Hant']).toMatch(/[\u4e00-\u9fff]/);
    expect(first?.mend['zh-Hant']).toMatch(/[\u4e00-\u9fff]/);
  });

  test('several at once, one for each cause, in JSON as in YAML', () => {
    const json =
      '{\n\t"target": {\n\t\t"driver": {"type": "manual", "x": 1},\n\t\t"timeoutMs": "1"\n\t},\n\t"skew": -1\n}';
    expect(problems(json).map(({ line, pointer }) => [line, pointer])).toEqual(
      expect.arrayContaining([
        [3, '/target/driver/x'],
        [4, '/target/timeoutMs'],
        [6, '/skew'],
      ]),
    );
    expect(problems(json)).toHaveLength(3);
  });

  test('alias bombs, deep nesting and huge files are refused quickly', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let at = 1; at < 12; at += 1) {
      const [from, to] = [String.fromCharCode(96 + at), String.fromCharCode(97 + at)];
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(',')}]`);
    }
    const start = performance.now();
    expect(problems(bomb.join('\n'))[0]?.message.en).toMatch(/alias/i);
    expect(problems('['.repeat(5_000))[0]?.line).toBe(1);
    expect(problems(' '.repeat(2_000_000))[0]?.message.en).toMatch(/1 MiB/);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('secrets', () => {
  const source = `${GOOD}      headers: { Authorization: "Bearer \${ENV:KEY}", X-Api-Key: literal-key, Accept: text }
    answer: { link: /offer, txCode: /tx_code }
  clientKey: { kty: EC, crv: P-256, x: xx, y: yy, d: private-part }
`;
  test('are filled in for the run, remembered for masking, and absent from the record', () => {
    const { configuration, effective, secrets } = good(source, { KEY: 'se"cret' });
    const driver = configuration.target.driver as { offer: { headers: Record<string, string> } };
    expect(driver.offer.headers['Authorization']).toBe('Bearer se"cret');
    const record = JSON.stringify(effective);
    expect(record).not.toMatch(/secret|literal-key|private-part/);
    expect(record).toContain('"x":"xx"');
    expect(record).toContain('"txCode":"/tx_code"');
    expect(record).toContain('"Accept":"text"');
    expect(new Set(secrets)).toEqual(new Set(['se"cret', 'literal-key', 'private-part']));
  });
  test('a mask replaces them however they are written, the longest first, but no short words', () => {
    const mask = createMask(['se"cret/key', 'se"cret', 'a']);
    expect(mask(`a ${JSON.stringify('se"cret/key')} se%22cret%2Fkey se"cret`)).toBe(
      'a "(removed)" (removed) (removed)',
    );
  });
});

test('a driver that a profile brings along may have members of its own', () => {
  const source = 'target: {driver: {type: sandbox, apiKey: k, nested: {a: 1}}}';
  expect(good(source, {}, { driverTypes: ['sandbox'] }).configuration.target.driver).toMatchObject({
    nested: { a: 1 },
  });
  expect(problems(source)[0]?.pointer).toBe('/target/driver/type');
});

test('suggestions are near, or none', () => {
  expect(suggest('min_interval', ['minInterval', 'maxWait'])).toBe('minInterval');
  expect(suggest('colour', ['minInterval', 'maxWait'])).toBeUndefined();
});

describe('files that the configuration names', () => {
  const read = (content: Record<string, string>) => ({
    read: async (path: string) => (content[path] === undefined ? undefined : Buffer.from(content[path])),
  });
  const source = `${GOOD}  clientKey: key.json\ntrust:\n  anchors:\n    - ca.pem\n`;

  test('are read beside it; what is missing or not what it should be names its line', async () => {
    const loaded = good(source);
    const jwk = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));
    const missing = await readReferences(loaded, '/etc/t', read({ '/etc/t/key.json': jwk }));
    expect(missing).toMatchObject({ problems: [{ line: 9, column: 7, pointer: '/trust/anchors/0' }] });
    const wrong = await readReferences(loaded, '/etc/t', read({ '/etc/t/key.json': '{}', '/etc/t/ca.pem': 'no PEM' }));
    expect(wrong).toMatchObject({
      problems: [{ pointer: '/trust/anchors/0' }, { line: 6, pointer: '/target/clientKey' }],
    });
    const keyOnly = good(`${GOOD}  clientKey: key.json\n`);
    const read1 = await readReferences(keyOnly, '/etc/t', read({ '/etc/t/key.json': jwk }));
    expect(read1).toMatchObject({ references: { anchors: [], ca: [], clientKey: { kty: 'EC' } } });
  });
});

describe('templates of init', () => {
  const cases = ROLES.flatMap((role) => LANGUAGES.map((language) => [role, language] as const));
  test.each(cases)('%s in %s loads without problems', (role, language) => {
    expect(good(configurationTemplate(role, language), {}, { role }).configuration.profile).toBe('oid4vc-1.0');
  });

  // Every alternative that a template shows in comments has to work when its comment signs are taken away.
  const ENV = { ISSUER_TOKEN: 'token', VERIFIER_TOKEN: 'token', API_KEY: 'key' };
  test.each(ROLES)('%s: what is switched off in comments loads, too, one block after the other', (role) => {
    const parts = templateParts(role);
    const blocks = parts.filter((part) => typeof part === 'object' && 'off' in part);
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks) {
      const isDriver = block.off[0]?.trim().startsWith('driver:') === true;
      const used = isDriver ? withoutDriver(parts) : parts;
      const source = renderTemplate(
        used.flatMap((part): readonly TemplatePart[] => (part === block ? block.off : [part])),
        'en',
      );
      const loading = loadConfiguration(source, 'c.yaml', ENV, { role });
      expect('problems' in loading ? [block.off, loading.problems] : []).toEqual([]);
    }
  });
});

/** The template without the driver that is switched on. */
function withoutDriver(parts: readonly TemplatePart[]): TemplatePart[] {
  let inside = false;
  return parts.filter((part) => {
    if (typeof part !== 'string') return true;
    inside = part === '  driver:' || (inside && part.startsWith('    '));
    return !inside;
  });
}
