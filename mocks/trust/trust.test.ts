import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../core/system/clock.ts';
import { nodeFiles } from '../../core/system/files.ts';
import { seededRandom } from '../../core/system/random.ts';
import { didKeys, resolveDid } from '../../protocol/did.ts';
import { sameKey } from '../../protocol/jose/keys.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import { readCertificate, verifyChain } from '../../protocol/x509.ts';
import type { Certificate } from '../../protocol/x509.ts';
import { trustDocument, trustText } from './describe.ts';
import { createIdentities } from './identity.ts';
import type { IdentitySet } from './identity.ts';
import { spareKey } from './spares.ts';
import { importIdentity, keepIdentities, loadIdentities, saveIdentities } from './store.ts';

const DAY = 86_400_000;
const start = Date.UTC(2030, 0, 15);
const make = (): Promise<IdentitySet> =>
  createIdentities({ hosts: ['localhost', '127.0.0.1'], clock: manualClock(start), random: seededRandom(1) });
const anchor = (set: IdentitySet): Certificate[] => {
  const { certificate } = readCertificate(set.authority.der);
  return certificate === undefined ? [] : [certificate];
};
const chainOf = (x5c: readonly string[] | undefined): readonly Certificate[] => readX5c(x5c).certificates;

describe('identities', () => {
  it('share an authority, are valid by the clock, and the stranger is trusted by nobody', async () => {
    const set = await make();
    const at = (time: number, x5c: readonly string[] | undefined) =>
      verifyChain(chainOf(x5c), { anchors: anchor(set), at: time }).errors.map(({ code }) => code);
    for (const identity of [set.issuer, set.verifier, set.wallet]) {
      expect(at(start, identity.signing.x5c)).toEqual([]);
      expect(at(start - 2 * DAY, identity.signing.x5c)).toContain('certificate-not-yet-valid');
      expect(at(start + 731 * DAY, identity.signing.x5c)).toContain('certificate-expired');
      expect(chainOf(identity.signing.x5c)[0]?.dns).toEqual(['localhost']);
      expect(identity.ca).toBe(set.authority.pem);
    }
    expect(at(start, set.stranger.signing.x5c)).toEqual(['chain-untrusted']);
    const [resolved] = didKeys(resolveDid(set.verifier.did).document ?? {}).keys;
    expect(sameKey(resolved?.jwk ?? {}, set.verifier.signing.publicJwk)).toBe(true);
    expect(new Set([set.issuer, set.verifier, set.wallet, set.stranger].map(({ did }) => did)).size).toBe(4);
  });

  it.each([
    ['untrusted', ['chain-untrusted']],
    ['expired', ['certificate-expired']],
    ['not-yet-valid', ['certificate-not-yet-valid']],
    ['other-host', []],
    ['second', []],
    ['self-signed', ['chain-untrusted']],
  ] as const)('spare %s is wrong in one respect', async (spare, codes) => {
    const set = await make();
    const key = spareKey(set.verifier, spare, manualClock(start), seededRandom(2));
    const chain = chainOf(key.x5c);
    expect(verifyChain(chain, { anchors: anchor(set), at: start }).errors.map(({ code }) => code)).toEqual(codes);
    expect(chain[0]?.dns).toEqual(spare === 'other-host' ? ['somebody-else.example'] : ['localhost']);
    expect(key.kid).not.toBe(set.verifier.signing.kid);
  });
});

describe('kept identities', () => {
  const dir = (): string => mkdtempSync(join(tmpdir(), 'identity-'));
  const files = nodeFiles();

  it('are read back as they were saved, and are secret', async () => {
    const folder = dir();
    const set = await make();
    expect(await loadIdentities(folder, files)).toBeUndefined();
    await saveIdentities(folder, files, set);
    expect(await loadIdentities(folder, files)).toEqual(set);
    expect(statSync(join(folder, 'issuer.json')).mode & 0o777).toBe(0o600);
  });

  it('are made once; a leaf is renewed for the same key when it ends or lacks a host', async () => {
    const input = { dir: dir(), files, random: seededRandom(3) };
    const first = await keepIdentities({ ...input, hosts: ['localhost'], clock: manualClock(start) });
    const again = await keepIdentities({ ...input, hosts: ['localhost'], clock: manualClock(start + DAY) });
    expect(again).toEqual(first);
    const later = await keepIdentities({ ...input, hosts: ['localhost'], clock: manualClock(start + 800 * DAY) });
    const wider = await keepIdentities({ ...input, hosts: ['a.example'], clock: manualClock(start + 800 * DAY) });
    expect(later.verifier.did).toBe(first.verifier.did);
    expect(later.verifier.signing.x5c).not.toEqual(first.verifier.signing.x5c);
    expect(chainOf(wider.verifier.signing.x5c)[0]?.dns).toEqual(['localhost', 'a.example']);
    const at = start + 800 * DAY;
    expect(verifyChain(chainOf(wider.stranger.signing.x5c), { at }).ok).toBe(true);
    expect(wider.authority.pem).toBe(first.authority.pem);
  });

  it('a damaged file is named, not replaced', async () => {
    const folder = dir();
    await saveIdentities(folder, files, await make());
    writeFileSync(join(folder, 'wallet.json'), '{"key": 1}');
    await expect(loadIdentities(folder, files)).rejects.toThrow('wallet.json');
    expect(readFileSync(join(folder, 'wallet.json'), 'utf8')).toBe('{"key": 1}');
  });

  it('imports a key and chain that OpenSSL made', () => {
    const folder = dir();
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key');
    run('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Ministry CA', '-days', '30', '-out', 'ca.pem');
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'leaf.key');
    run(
      'req',
      '-new',
      '-key',
      'leaf.key',
      '-subj',
      '/CN=Ministry',
      '-addext',
      'subjectAltName=DNS:m.example',
      '-out',
      'r',
    );
    run(
      'x509',
      '-req',
      '-in',
      'r',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-copy_extensions',
      'copy',
      '-out',
      'leaf.pem',
    );
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    const identity = importIdentity({
      kind: 'issuer',
      key: read('leaf.key'),
      chain: read('leaf.pem') + read('ca.pem'),
    });
    expect(identity).toMatchObject({ commonName: 'Ministry', hosts: ['m.example'] });
    expect(identity.signing.x5c).toHaveLength(1);
    expect(identity.ca.replaceAll('\n', '')).toBe(read('ca.pem').replaceAll('\n', ''));
    expect(() => importIdentity({ kind: 'issuer', key: read('ca.key'), chain: read('leaf.pem') })).toThrow(
      'not of this key',
    );
    expect(() => spareKey(identity, 'expired', manualClock(start), seededRandom(1))).toThrow('not ours');
    expect(spareKey(identity, 'untrusted', manualClock(start), seededRandom(1)).x5c).toHaveLength(1);
  });
});

describe('what a target must trust', () => {
  it('has no secret, in words and as data', async () => {
    const set = await make();
    const shown = trustText(set);
    for (const out of [shown.en, shown['zh-Hant'], JSON.stringify(trustDocument(set))]) {
      expect(out).toContain('BEGIN CERTIFICATE');
      expect(out).toContain(set.issuer.did);
      expect(out).toContain('x509_san_dns:localhost');
      for (const { signing } of [set.authority, set.issuer, set.verifier, set.wallet].map((one) =>
        'key' in one ? { signing: one.key } : one,
      )) {
        expect(out).not.toContain(String(signing.privateJwk['d']));
      }
    }
  });
});
