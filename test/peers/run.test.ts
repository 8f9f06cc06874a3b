import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
import { issuerPeerConfiguration, verifierPeerConfiguration, walletPeerConfiguration } from './configurations.ts';
import { startIssuerPeer } from './issuer.ts';
import type { Peer } from './peer.ts';
import { startVerifierPeer } from './verifier.ts';
import { startWalletPeer } from './wallet.ts';

let dir = '';
let identity = '';
let ours: IdentitySet;

beforeAll(async () => {
  dir = folder();
  identity = join(dir, 'identity');
  const hosts = ['localhost', '127.0.0.1'];
  ours = await keepIdentities({ dir: identity, files: nodeFiles(), hosts, clock: systemClock(), random: systemRandom() });
});
afterAll(removeFolders);

async function run(role: Role, peer: Peer, configuration: Configuration): Promise<Results> {
  const config = join(dir, `${role}.yaml`);
  writeFileSync(config, stringify({ profile: PROFILE.id, identity, ...configuration }));
  const out = join(dir, role);
  const flags = { report: '', failOn: 'must', lang: 'en', config, out, allow: ['changes-state'], timeout: 15_000 } as const;
  const { order, close } = await assembleRun(role, flags);
  try {
    return await executeRun(order);
  } finally {
    await close();
    await peer.close();
  }
}

const shown = (results: Results) => {
  console.log(JSON.stringify(results.summary));
  const rows = new Map<string, number>();
  for (const test of results.tests) for (const f of test.findings) {
    if (f.verdict === 'pass' || f.verdict === 'not-applicable') continue;
    const k = f.check.startsWith('reaction') || f.check === 'control' || f.check === 'harness' ? `${f.verdict} ${test.id} ${f.check} [${f.requirements.join()}] ${f.message.en.slice(0, 230)} | exp ${f.expected ?? ''} seen ${(f.seen ?? '').slice(0, 150)}` : `${f.verdict} ~ ${f.check} [${f.requirements.join()}] ${f.message.en.slice(0, 160)} | seen ${(f.seen ?? '').slice(0, 100)}`;
    rows.set(k, (rows.get(k) ?? 0) + 1);
  }
  for (const [k, n] of [...rows].sort()) console.log(n, k);
};

it('issuer', async () => {
  const peer = await startIssuerPeer();
  shown(await run('issuer', peer, issuerPeerConfiguration(peer)));
}, 100_000);
it('verifier', async () => {
  const peer = await startVerifierPeer({ trustedIssuers: [ours.issuer.ca] });
  shown(await run('verifier', peer, verifierPeerConfiguration(peer, PROFILE)));
}, 100_000);
it('wallet', async () => {
  const peer = await startWalletPeer({ issuerAnchors: [ours.issuer.ca], verifierAnchors: [ours.issuer.ca] });
  shown(await run('wallet', peer, walletPeerConfiguration(peer)));
}, 100_000);
