import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Role } from '../core/kinds.ts';
import { ROLES } from '../core/kinds.ts';
import type { BundledTarget } from '../harness/bundled/index.ts';
import { startTarget } from '../harness/bundled/index.ts';
import { issuerConfiguration } from '../harness/bundled/issuer-target.ts';
import { verifierConfiguration } from '../harness/bundled/verifier-target.ts';
import { walletConfiguration } from '../harness/bundled/wallet-target.ts';
import type { Configuration } from '../harness/configuration/types.ts';
import { expectIntact } from './hostile/outcome.ts';
import type { Attack } from './hostile/proxy.ts';
import { ATTACKS, hostileProxy } from './hostile/proxy.ts';
import { hostileWallet } from './hostile/wallet.ts';
import type { Run } from './kit.ts';
import { BUNDLED, removeFolders, run } from './kit.ts';

/** Hostile ground: whatever a target sends, a run ends soon, with findings, in little memory, with its record whole. */

const TIMEOUT_MS = 300;
const MAX_RUN_MS = 60_000;
const MB = 1024 * 1024;
/** What the harness may take in of one body: its cap, and what lies in buffers on the way. */
const MAX_TAKEN = 30 * MB;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(removeFolders);

/** One straight flow and one negative of each role are enough to get there. */
const ONLY: Readonly<Record<Role, readonly string[]>> = {
  issuer: ['issuer/flow/pre-authorized-tx-code', 'issuer/credential/proof-nonce-unknown'],
  wallet: [
    'wallet/issuance/pre-authorized',
    'wallet/issuance/pre-authorized-tx-code',
    'wallet/presentation/encrypted',
    'wallet/parameters/nonce-missing',
  ],
  verifier: ['verifier/flow/encrypted', 'verifier/key-binding/nonce-wrong'],
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function impatient(configuration: Configuration): Configuration {
  return { ...configuration, target: { ...configuration.target, timeoutMs: TIMEOUT_MS } };
}

interface Limits {
  readonly only?: readonly string[];
  /** ms for one flow. */
  readonly timeout?: number;
  /** ms for the whole run. */
  readonly run?: number;
}

async function bounded(
  role: Role,
  configuration: Configuration,
  target?: BundledTarget,
  { only = ONLY[role], timeout = 1500, run: whole = MAX_RUN_MS }: Limits = {},
): Promise<Run> {
  collectGarbage();
  const before = process.memoryUsage();
  const start = performance.now();
  const flags = { only, timeout, workers: 4 };
  const made = await run(role, configuration, { flags, ...(target === undefined ? {} : { target }) });
  expect(performance.now() - start).toBeLessThan(whole);
  // The attacker lives in this process, too, and garbage is collected late: what is kept counts, and a wide limit for the peak.
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(1500 * MB);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(400 * MB);
  return made;
}

/** A sound target behind a proxy that attacks some paths. */
async function attacked(role: Role, attack: Attack, where: RegExp) {
  const proxy = await hostileProxy(attack, where);
  closing.push(() => proxy.close());
  const port = await freePort();
  const target = await startTarget(role, { ...BUNDLED, port, publicUrl: proxy.url });
  closing.push(() => target.close());
  proxy.upstream = `http://localhost:${port}`;
  return { proxy, made: await bounded(role, impatient(target.configuration), target) };
}

const PLACES: readonly (readonly [Role, string, RegExp])[] = [
  ['issuer', 'metadata', /openid-credential-issuer/u],
  ['issuer', 'token endpoint', /\/token$/u],
  ['issuer', 'credential endpoint', /\/credential$/u],
  ['verifier', 'request_uri', /\/verifier\/request/u],
  ['verifier', 'response_uri', /\/verifier\/response/u],
  ['verifier', 'result of the relying party', /\/control\/result/u],
  ['issuer', 'control interface', /\/control\/offer/u],
  ['verifier', 'control interface', /\/control\/request/u],
  ['wallet', 'control interface', /\/control\/open/u],
];

/** What leaves the protocol intact: unknown members are to be ignored. */
const HARMLESS: readonly Attack[] = ['proto', 'strings'];

describe.each(PLACES)('%s, hostile at its %s', (role, place, where) => {
  it.each(ATTACKS)('%s', async (attack) => {
    const { proxy, made } = await attacked(role, attack, where);
    const { results } = made;
    expect(results.tests.length).toBeGreaterThan(1);
    expect(results.summary.error, JSON.stringify(results.causes.slice(0, 3))).toBe(0);
    expect(proxy.sent).toBeLessThan(results.tests.length * 3 * MAX_TAKEN);
    if (HARMLESS.includes(attack))
      expect(
        results.tests.some((test) => test.verdict === 'pass'),
        place,
      ).toBe(true);
    else if (attack !== 'huge-jwt') expect(results.verdict).not.toBe('pass');
    await expectIntact(made);
  });
});

const CONFIGURATIONS: Readonly<Record<Role, (url: string) => Configuration>> = {
  issuer: (url) => issuerConfiguration(url, []),
  wallet: (url) => walletConfiguration(url, TIMEOUT_MS),
  verifier: (url) => verifierConfiguration(url, []),
};

describe.each(ROLES)('%s that is not there', (role) => {
  it.each([
    ['nothing listens', async () => `http://localhost:${await freePort()}`],
    ['the host does not exist', async () => 'http://no-such-host.invalid'],
    ['the URL is no web address', async () => 'http://[::1]:1/nowhere'],
  ])('%s: the run ends at once and says so', async (_name, url) => {
    const made = await bounded(role, impatient(CONFIGURATIONS[role](await url())));
    const { results } = made;
    expect(new Set(results.tests.map((test) => test.verdict))).toEqual(new Set(['inconclusive']));
    expect(results.causes.length).toBeLessThan(3);
    expect(JSON.stringify(results.causes)).toMatch(/refused|dns|ENOTFOUND|unreachable|does not answer|EAI_AGAIN/iu);
    await expectIntact(made);
  });
});

describe('wallet that sends rubbish to every endpoint of ours', () => {
  it('is answered with errors, and judged', async () => {
    const wallet = await hostileWallet();
    closing.push(() => wallet.close());
    const made = await bounded('wallet', walletConfiguration(wallet.url, 30_000), undefined, {
      only: ['wallet/issuance/pre-authorized', 'wallet/presentation/plain'],
      timeout: 30_000,
      run: 60_000,
    });
    const answered = wallet.answers.filter((status) => status !== 'closed');
    expect(wallet.answers.length).toBeGreaterThan(30);
    expect(answered.filter((status) => status >= 500)).toEqual([]);
    expect(answered.length).toBeGreaterThan(wallet.answers.length / 2);
    expect(made.results.summary.error, JSON.stringify(made.results.causes)).toBe(0);
    expect(made.results.summary.pass).toBe(0);
    await expectIntact(made);
  }, 90_000);
});
