import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Role } from '../../core/kinds.ts';
import type { Results } from '../../core/results.ts';
import { systemClock } from '../../core/system/clock.ts';
import { nodeFiles } from '../../core/system/files.ts';
import { systemRandom } from '../../core/system/random.ts';
import { assembleRun } from '../../harness/cli/assemble.ts';
import type { Configuration } from '../../harness/configuration/types.ts';
import { executeRun } from '../../harness/execute.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import { keepIdentities } from '../../mocks/trust/store.ts';
import { PROFILE, folder, removeFolders } from '../kit.ts';
import { expectValidRecord } from '../record.ts';
import { issuerPeerConfiguration, verifierPeerConfiguration, walletPeerConfiguration } from './configurations.ts';
import { decidedIn, foundIn } from './findings.ts';
import { startIssuerPeer } from './issuer.ts';
import type { Peer } from './peer.ts';
import { startVerifierPeer } from './verifier.ts';
import { startWalletPeer } from './wallet.ts';

/** Systems that nobody here wrote, tested as their vendor would: with a configuration file and kept identities. */

const decided = decidedIn(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'peers.md'), 'utf8'));
let dir = '';
let identity = '';
let ours: IdentitySet;

beforeAll(async () => {
  dir = folder();
  identity = join(dir, 'identity');
  const hosts = ['localhost', '127.0.0.1'];
  const given = { files: nodeFiles(), hosts, clock: systemClock(), random: systemRandom() };
  ours = await keepIdentities({ dir: identity, ...given });
});
afterAll(removeFolders);

interface Subject {
  readonly peer: Peer;
  readonly configuration: Configuration;
}

const subjects: Readonly<Record<Role, () => Promise<Subject>>> = {
  issuer: async () => {
    const peer = await startIssuerPeer();
    return { peer, configuration: issuerPeerConfiguration(peer) };
  },
  verifier: async () => {
    const peer = await startVerifierPeer({ trustedIssuers: [ours.issuer.ca] });
    return { peer, configuration: verifierPeerConfiguration(peer, PROFILE) };
  },
  wallet: async () => {
    const peer = await startWalletPeer({ issuerAnchors: [ours.issuer.ca], verifierAnchors: [ours.verifier.ca] });
    return { peer, configuration: walletPeerConfiguration(peer) };
  },
};

async function run(role: Role): Promise<Results> {
  const { peer, configuration } = await subjects[role]();
  const config = join(dir, `${role}.yaml`);
  writeFileSync(config, stringify({ profile: PROFILE.id, identity, ...configuration }));
  const out = join(dir, role);
  const { order, close } = await assembleRun(role, {
    report: '',
    failOn: 'must',
    lang: 'en',
    config,
    out,
    allow: ['changes-state'],
    timeout: 20_000,
  });
  try {
    return await executeRun(order);
  } finally {
    await close();
    await peer.close();
  }
}

/** Why nothing could be judged: what the peer has not, or its configuration does not give. */
const UNJUDGED = /^Not played: |the configuration says that the target has no |instead of refusing: token-error 500/u;

describe.each([
  ['issuer', 70],
  ['verifier', 50],
  ['wallet', 80],
] as const)('the third-party %s', (role, passes) => {
  it('is judged without an error of ours, and every finding is decided in docs/peers.md', async () => {
    const results = await run(role);
    expectValidRecord(join(dir, role));
    expect(results.summary.error, JSON.stringify(results.causes.slice(0, 3))).toBe(0);
    expect(results.summary.pass).toBeGreaterThanOrEqual(passes);
    const unjudged = results.tests
      .flatMap((test) => test.findings.map((finding) => ({ test: test.id, ...finding })))
      .filter(
        (finding) =>
          finding.verdict === 'inconclusive' &&
          !UNJUDGED.test(finding.message.en.replace(/^Could not be judged: driver: unsupported: /u, '')),
      );
    expect(unjudged.map((finding) => `${finding.test}: ${finding.message.en}`)).toEqual([]);
    const lines = (some: readonly { readonly verdict: string; readonly row: string }[]): string[] =>
      some.map(({ verdict, row }) => `${verdict} ${row}`).sort();
    expect(lines(foundIn(role, results.tests))).toEqual(lines(decided.filter((entry) => entry.role === role)));
  }, 120_000);
});
