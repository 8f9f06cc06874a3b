import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../core/kinds.ts';
import type { Results } from '../core/results.ts';
import type { BundledTarget } from '../harness/bundled/index.ts';
import { startNullTarget, startTarget } from '../harness/bundled/index.ts';
import { built, started, touchstone } from './command.ts';
import { BUNDLED, folder, removeFolders } from './kit.ts';
import { expectValidRecord } from './record.ts';

/** The command line in processes of its own: exit codes, standard output, and that every command does its work. */

const STRAIGHT = 'issuer/flow/pre-authorized-tx-code';
const NEGATIVE = 'issuer/token/tx-code-wrong';
const PROFILE_OPTION = ['--profile', BUNDLED.profile.id];

let dir = '';
let issuer: BundledTarget;
let lenient: BundledTarget;
const at = (name: string): string => join(dir, name);

function configure(name: string, target: BundledTarget): string {
  const path = at(name);
  writeFileSync(path, JSON.stringify(target.configuration));
  return path;
}

/** `run` against a configuration file; the folder is named by `out`. */
function runIssuer(config: string, out: string, ...more: string[]) {
  const only = ['--only', STRAIGHT, '--only', NEGATIVE];
  return touchstone(['run', 'issuer', ...PROFILE_OPTION, '--config', config, '--out', at(out), ...only, ...more]);
}

beforeAll(async () => {
  await built();
  dir = folder();
  issuer = await startTarget('issuer', BUNDLED);
  lenient = await startNullTarget('issuer', 'accepts-all', BUNDLED);
});

afterAll(async () => {
  await Promise.all([issuer.close(), lenient.close()]);
  removeFolders();
});

describe('run', () => {
  it('ends 0 where the target conforms; report, judge and the record agree with it', async () => {
    const ran = await runIssuer(configure('sound.json', issuer), 'sound', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    const results = JSON.parse(ran.stdout) as Results;
    expect(results.tests.map(({ id, verdict }) => [id, verdict])).toEqual([
      [STRAIGHT, 'pass'],
      [NEGATIVE, 'pass'],
      ['issuer/run/whole-run', 'pass'],
    ]);
    expect(JSON.parse(readFileSync(at('sound/results.json'), 'utf8'))).toEqual(results);
    for (const name of ['trace.jsonl', 'junit.xml', 'report.html', 'trace.har', 'summary.md'])
      expect(existsSync(at(`sound/${name}`)), name).toBe(true);
    expectValidRecord(at('sound'));

    const [again, report] = await Promise.all([
      touchstone(['judge', at('sound/trace.jsonl'), ...PROFILE_OPTION, '--role', 'issuer', '--json']),
      touchstone(['report', at('sound'), '--report', 'console,html', '--lang', 'zh-Hant']),
    ]);
    const judged = JSON.parse(again.stdout) as Pick<Results, 'tests' | 'notRun'>;
    expect(judged.tests.map(({ id, verdict }) => [id, verdict])).toEqual(
      results.tests.map(({ id, verdict }) => [id, verdict]),
    );
    expect(judged.notRun.length).toBeGreaterThan(10);
    expect(report.code).toBe(0);
    expect(report.stdout).toContain(STRAIGHT);
    expect(report.stdout).toMatch(/[\u4e00-\u9fff]/u);
  });

  it('ends 1 where it fails, and prints the verdict table and the paths', async () => {
    const ran = await runIssuer(configure('lenient.json', lenient), 'lenient');
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stdout).toMatch(/FAIL/iu);
    expect(ran.stdout).toContain(NEGATIVE);
    expect(ran.stdout).toContain(at('lenient/report.html'));
  });

  it('ends 3 where nothing could be judged', async () => {
    const gone = await startTarget('issuer', BUNDLED);
    const config = configure('gone.json', gone);
    await gone.close();
    const [ran, doctor] = await Promise.all([
      runIssuer(config, 'gone', '--json'),
      touchstone(['doctor', '--config', config, '--json']),
    ]);
    expect(ran.code, ran.stderr).toBe(3);
    const results = JSON.parse(ran.stdout) as Results;
    expect(results.complete).toBe(false);
    expect(JSON.stringify(results.causes)).toMatch(/refused/u);
    expect(doctor.code).toBe(3);
    expect(JSON.parse(doctor.stdout)).toMatchObject({ checks: [{ ok: true }, { ok: false }] });
  });

  it.each([
    ['no configuration', [], /--config/u],
    ['a file that is not there', ['--config', 'nowhere.yaml'], /nowhere\.yaml/u],
    ['an unknown profile', ['--config', 'nowhere.yaml', '--profile', 'nobody'], /nobody|nowhere/u],
    ['an unknown option', ['--colour'], /--colour/u],
    ['an unknown report', ['--config', 'nowhere.yaml', '--report', 'tarot'], /tarot/u],
  ])('ends 2 on wrong use: %s', async (_name, args, says) => {
    const ended = await touchstone(['run', 'issuer', ...args], dir);
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/^\s+at /mu);
  });

  it('names line and mend of a faulty configuration, and sends nothing', async () => {
    const faulty = at('faulty.yaml');
    writeFileSync(
      faulty,
      [
        'target:',
        '  driver:',
        '    type: http',
        '    ofer: { method: POST, url: "http://localhost:1/offer" }',
        '  timeoutMs: soon',
        'trust: { anchors: [ "./missing.pem" ] }',
        '',
      ].join('\n'),
    );
    const ended = await runIssuer(faulty, 'faulty', '--json');
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/faulty\.yaml:4:\d+: .*ofer.*offer/u);
    expect(ended.stderr).toMatch(/faulty\.yaml:5:\d+: /u);
    expect(existsSync(at('faulty'))).toBe(false);
    writeFileSync(faulty, 'target: {driver: {type: http\n');
    expect((await runIssuer(faulty, 'faulty')).stderr).toMatch(/faulty\.yaml:\d+:\d+: /u);
  });
});

describe('the other commands', () => {
  it('init writes a configuration that plan and doctor accept, and does not overwrite it', async () => {
    for (const role of ROLES) {
      const file = at(`own.${role}.yaml`);
      const made = await touchstone(['init', role, '--out', file]);
      expect(made.code, made.stderr).toBe(0);
      expect(readFileSync(file, 'utf8')).toMatch(/^#/mu);
    }
    const again = await touchstone(['init', 'issuer', '--out', at('own.issuer.yaml')]);
    expect(again.code).toBe(2);
  });

  it('plan tells what would run, and what not and why', async () => {
    const config = configure('plan.json', issuer);
    const [json, lines] = await Promise.all([
      touchstone(['plan', 'issuer', ...PROFILE_OPTION, '--config', config, '--json']),
      touchstone(['plan', 'issuer', ...PROFILE_OPTION, '--config', config, '--only', STRAIGHT]),
    ]);
    expect(json.code, json.stderr).toBe(0);
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain(STRAIGHT);
    expect(lines.stdout).toContain(STRAIGHT);
  });

  it('identity makes identities once and shows them', async () => {
    const args = ['identity', '--identity', at('identity'), '--json'];
    const first = await touchstone(args);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain('BEGIN CERTIFICATE');
    expect((await touchstone(args)).stdout).toBe(first.stdout);
  });

  it('list names tests, checks, requirements, profiles and faults', async () => {
    const kinds = ['tests', 'checks', 'requirements', 'profiles', 'faults'] as const;
    const lists = await Promise.all(kinds.map((kind) => touchstone(['list', kind, '--json'])));
    for (const [index, { code, stdout, stderr }] of lists.entries()) {
      const kind = kinds[index] ?? '';
      expect(code, stderr).toBe(0);
      const found = (JSON.parse(stdout) as Record<string, { id: string }[]>)[kind] ?? [];
      expect(found.length, kind).toBeGreaterThan(kind === 'profiles' ? 0 : 20);
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    }
  });

  it('inspect decodes: 0 valid, 1 invalid, 2 unreadable', async () => {
    const offer = { credential_issuer: 'https://issuer.example', credential_configuration_ids: ['x'] };
    const link = (value: object): string =>
      `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(value))}`;
    const [valid, invalid, unreadable] = await Promise.all([
      touchstone(['inspect', link(offer), '--json']),
      touchstone(['inspect', link({ credential_issuer: 1 }), '--json']),
      touchstone(['inspect', 'neither fish nor fowl']),
    ]);
    expect([valid.code, invalid.code, unreadable.code]).toEqual([0, 1, 2]);
    expect(JSON.parse(valid.stdout)).toMatchObject({ valid: true, errors: [] });
    expect(JSON.parse(invalid.stdout)).toMatchObject({ valid: false });
  });

  it('doctor says that a target is there', async () => {
    const ended = await touchstone(['doctor', '--config', configure('doctor.json', issuer)]);
    expect(ended.code, ended.stdout).toBe(0);
    expect(ended.stdout).toContain('answers');
  });

  it('mock serves until it is stopped, with the configuration to test it', async () => {
    const mock = started(['mock', 'issuer', ...PROFILE_OPTION, '--port', '0']);
    let printed = '';
    mock.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    while (!/^\}/mu.test(printed)) await once(mock.stdout ?? mock, 'data');
    const config = at('mock.json');
    writeFileSync(config, printed.slice(printed.search(/^\{/mu)));
    const ran = await runIssuer(config, 'mock');
    mock.kill('SIGTERM');
    const [code] = (await once(mock, 'exit')) as [number | null];
    expect(ran.code, ran.stdout).toBe(0);
    expect(code).toBe(0);
    const unknown = await touchstone(['mock', 'issuer', '--fault', 'no-such-fault']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no-such-fault')]);
  });
});
