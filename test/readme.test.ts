import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../core/kinds.ts';
import { loadConfiguration } from '../harness/configuration/load.ts';

/** What the README tells people to write works, and both languages tell the same. */

const root = join(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const languages = ['README.md', 'README.zh-Hant.md'] as const;
const blocks = (name: string, kind: string): string[] =>
  [...read(name).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === kind)
    .map((match) => match[2] ?? '');

describe('README', () => {
  it('says the same code in both languages', () => {
    expect(blocks('README.zh-Hant.md', 'yaml')).toEqual(blocks('README.md', 'yaml'));
    const commands = languages.map((name) =>
      [...read(name).matchAll(/`(touchstone [a-z][^`]*)`/g)].map((match) => match[1]),
    );
    // Names of arguments are translated; the commands are not.
    const verbs = commands.map((list) => list.map((command) => command?.split(' ')[1]));
    expect(verbs[1]).toEqual(verbs[0]);
  });

  it.each(languages)('%s leads with the two commands', (name) => {
    expect(blocks(name, '')[0]).toBe('npm start\nnpm test\n');
  });

  it.each(ROLES.map((role, index) => [role, index] as const))(
    'has a configuration of a %s that is accepted',
    (role, index) => {
      const source = blocks('README.md', 'yaml')[index] ?? '';
      const loading = loadConfiguration(source, 'README.md', { ISSUER_TOKEN: 'secret-of-the-test' }, { role });
      expect('problems' in loading ? loading.problems : []).toEqual([]);
    },
  );

  it('names only commands that there are', () => {
    const known = new Set(
      [...read('harness/cli/main.ts').matchAll(/\.command\('([a-z]+)'\)/g)].map((match) => match[1]),
    );
    const named = [...read('README.md').matchAll(/`touchstone ([a-z]+)/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((command) => !known.has(command))).toEqual([]);
  });
});
