import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Risk } from '../../core/contracts/test.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { Role } from '../../core/kinds.ts';
import type { Clock, Ports, Random } from '../../core/ports.ts';
import { systemClock } from '../../core/system/clock.ts';
import { nodeFiles } from '../../core/system/files.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import { seededRandom, systemRandom } from '../../core/system/random.ts';
import type { Language } from '../../core/text.ts';
import { createIdentities } from '../../mocks/trust/identity.ts';
import type { IdentitySet } from '../../mocks/trust/identity.ts';
import { keepIdentities } from '../../mocks/trust/store.ts';
import type { Jwk } from '../../protocol/jose/keys.ts';
import { signingKeyFromJwk } from '../../protocol/jose/keys.ts';
import type { Expected } from '../baseline.ts';
import { readBaseline } from '../baseline.ts';
import { createMask } from '../configuration/secrets.ts';
import type { Loaded } from '../configuration/load.ts';
import { loadConfiguration } from '../configuration/load.ts';
import type { Problem } from '../configuration/problems.ts';
import type { References } from '../configuration/references.ts';
import { readReferences } from '../configuration/references.ts';
import type { Configuration } from '../configuration/types.ts';
import type { RunOrder } from '../execute.ts';
import type { Plan } from '../plan.ts';
import { planRun } from '../plan.ts';
import { createDriver } from '../targets/create.ts';
import { createThrottle, flowsAtOnce, throttledClient } from '../targets/throttle.ts';
import { certificatePem } from '../../protocol/x509-make.ts';
import { wantedProfile } from './profiles.ts';
import { UsageError } from './usage.ts';

/** Options of `run`, `plan` and `demo` as the command line gives them. */
export interface RunFlags {
  readonly profile?: string;
  readonly config?: string;
  readonly out?: string;
  readonly report: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly against?: string;
  readonly workers?: number;
  readonly timeout?: number;
  readonly maxWait?: number;
  readonly skew?: number;
  readonly allow?: readonly Risk[];
  readonly baseline?: string;
  readonly failOn: 'must' | 'should';
  readonly identity?: string;
  readonly listen?: string;
  readonly publicUrl?: string;
  readonly seed?: number;
  readonly lang: Language;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tls?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** A run that is ready to start, and what has to be closed after it. */
export interface Assembled {
  readonly order: RunOrder;
  readonly plan: Plan;
  readonly close: () => Promise<void>;
}

const DEFAULT_WORKERS = 4;
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_SILENCE_MS = 10_000;
const DEFAULT_SKEW_S = 60;

/** Reads the configuration of `--config`. Throws UsageError that names file, line and mend of everything wrong. */
export async function readConfiguration(
  path: string,
  role: Role | undefined,
  lang: Language,
): Promise<{ readonly loaded: Loaded; readonly references: References }> {
  const source = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `cannot read the configuration ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const loaded = loadConfiguration(source, path, process.env, role === undefined ? {} : { role });
  if ('problems' in loaded) throw new UsageError(problemLines(loaded.problems, lang));
  const read = await readReferences(loaded, dirname(resolve(path)), nodeFiles());
  if ('problems' in read) throw new UsageError(problemLines(read.problems, lang));
  return { loaded, references: read.references };
}

/** `file:line:column: what. mend`, one line each. */
export function problemLines(problems: readonly Problem[], lang: Language): string {
  return problems
    .map(
      (problem) => `${problem.file}:${problem.line}:${problem.column}: ${problem.message[lang]}. ${problem.mend[lang]}`,
    )
    .join('\n');
}

/** Decides everything about one run from flags and configuration. Throws UsageError on wrong use. */
export async function assembleRun(
  role: Role,
  flags: RunFlags,
  given?: { readonly configuration: Configuration; readonly profile: Profile; readonly clock?: Clock },
): Promise<Assembled> {
  const { loaded, references } = given === undefined ? await configured(role, flags) : fromObject(given.configuration);
  const { configuration } = loaded;
  const profile = given?.profile ?? wantedProfile(flags.profile ?? configuration.profile);
  const real = systemClock();
  const clock = given?.clock ?? real;
  const random = flags.seed === undefined ? systemRandom() : seededRandom(flags.seed);
  const { target } = configuration;
  const client = undiciClient({
    ...(target.userAgent === undefined ? {} : { userAgent: target.userAgent }),
    ...(target.headers === undefined ? {} : { headers: Object.entries(target.headers) }),
    ...(references.ca.length === 0 ? {} : { ca: references.ca }),
    ...(target.timeoutMs === undefined ? {} : { timeoutMs: target.timeoutMs }),
  });
  const throttle = createThrottle(real, {
    ...(target.callsPerHour === undefined ? {} : { callsPerHour: target.callsPerHour }),
    ...(target.minInterval === undefined ? {} : { minInterval: target.minInterval }),
  });
  const ports: Ports = { clock, random, http: throttledClient(client, throttle) };
  const driver = driverOf(role, configuration, { throttle, language: flags.lang });
  const publicUrl = flags.publicUrl ?? configuration.publicUrl;
  if (publicUrl !== undefined && !URL.canParse(publicUrl)) throw new UsageError(`--public-url ${publicUrl} is no URL`);
  const hosts = ['localhost', '127.0.0.1', ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  const identities = await identitiesOf(flags.identity ?? configuration.identity, hosts, clock, random);
  const listen = await listenOptions(flags, configuration, references, identities);
  const allow = flags.allow ?? configuration.allow ?? [];
  const plan = planRun(profile, role, {
    only: flags.only ?? configuration.only ?? [],
    skip: flags.skip ?? configuration.skip ?? [],
    allow,
    maxWait: flags.maxWait ?? configuration.maxWait ?? 0,
    provides: providesOf(driver, configuration),
    production: target.production === true || isProduction(profile, configuration),
  });
  const baseline = await baselineOf(flags.baseline ?? configuration.baseline);
  const stamp = new Date(real.now()).toISOString().replaceAll(/[:.]/gu, '-');
  const order: RunOrder = {
    role,
    profile,
    tests: plan.run,
    unmet: plan.unmet,
    deselected: plan.deselected,
    driver,
    ports,
    real,
    identities,
    listen,
    out: flags.out ?? join('results', `${stamp}-${role}-${profile.id}`),
    workers: flowsAtOnce(role, target.concurrency, flags.workers ?? DEFAULT_WORKERS),
    allow,
    timeoutMs: flags.timeout ?? DEFAULT_TIMEOUT_MS,
    silenceMs: DEFAULT_SILENCE_MS,
    skewMs: (flags.skew ?? configuration.skew ?? DEFAULT_SKEW_S) * 1000,
    ...(target.credentialIssuer === undefined ? {} : { credentialIssuer: target.credentialIssuer }),
    ...(target.clientId === undefined ? {} : { clientId: target.clientId }),
    ...(target.redirectUri === undefined ? {} : { redirectUri: target.redirectUri }),
    anchors: references.anchors,
    features: target.features ?? {},
    target: { name: target.name ?? hostname(), driver: target.driver.type },
    configuration: loaded.effective,
    seed: flags.seed ?? null,
    shutOut: () => throttle.stopped?.message,
    ...(flags.against === undefined ? {} : { against: wantedProfile(flags.against) }),
    ...(baseline === undefined ? {} : { baseline }),
    mask: createMask(loaded.secrets),
    ...(references.clientKey === undefined ? {} : { clientKey: signingKeyFromJwk(references.clientKey as Jwk) }),
  };
  return { order, plan, close: () => client.close() };
}

async function configured(role: Role, flags: RunFlags) {
  if (flags.config === undefined) {
    throw new UsageError(
      `which ${role}? give --config FILE (touchstone init ${role} writes one), or try: touchstone demo`,
    );
  }
  return readConfiguration(flags.config, role, flags.lang);
}

function fromObject(configuration: Configuration): { readonly loaded: Loaded; readonly references: References } {
  const source = JSON.stringify(configuration);
  const loaded = loadConfiguration(source, 'bundled target', process.env);
  if ('problems' in loaded) throw new Error(problemLines(loaded.problems, 'en'));
  return { loaded, references: { anchors: configuration.trust?.anchors ?? [], ca: configuration.target.ca ?? [] } };
}

function driverOf(role: Role, configuration: Configuration, deps: Parameters<typeof createDriver>[2]) {
  try {
    return createDriver(role, configuration.target, deps);
  } catch (error) {
    if (error instanceof DriverError) throw new UsageError(error.message);
    throw error;
  }
}

async function baselineOf(path: string | undefined): Promise<readonly Expected[] | undefined> {
  if (path === undefined) return undefined;
  const source = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`cannot read the baseline ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const read = readBaseline(source);
  if ('problems' in read) throw new UsageError(read.problems.map((problem) => `${path}: ${problem}`).join('\n'));
  return read.expected;
}

async function identitiesOf(
  dir: string | undefined,
  hosts: readonly string[],
  clock: Clock,
  random: Random,
): Promise<IdentitySet> {
  return dir === undefined
    ? createIdentities({ hosts, clock, random })
    : keepIdentities({ dir, files: nodeFiles(), hosts, clock, random });
}

/** `host:port` of `--listen`; the port alone, or the host alone, may be missing. */
export function parseListen(value: string): { readonly host?: string; readonly port?: number } {
  const match = /^(?<host>\[[^\]]+\]|[^:]*)(?::(?<port>\d{1,5}))?$/u.exec(value);
  const port = Number(match?.groups?.['port'] ?? 0);
  if (match === null || port > 65_535)
    throw new UsageError(`--listen ${value} is no address; give host:port, such as 127.0.0.1:8080`);
  const host = match.groups?.['host']?.replaceAll(/[[\]]/gu, '') ?? '';
  return { ...(host === '' ? {} : { host }), port };
}

/** `--tls`: the listener speaks with the issuer's leaf, whose names are our hosts; the target must trust the own CA. */
function ownTls(identities: IdentitySet): { readonly cert: string; readonly key: string } {
  const { signing, authority } = identities.issuer;
  const leaf = Buffer.from(signing.x5c?.[0] ?? '', 'base64');
  const key = createPrivateKey({ key: { ...signing.privateJwk }, format: 'jwk' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  return { cert: `${certificatePem(leaf)}\n${authority?.pem ?? ''}`, key: key.toString() };
}

async function listenOptions(
  flags: RunFlags,
  configuration: Configuration,
  references: References,
  identities: IdentitySet,
) {
  const address = parseListen(flags.listen ?? configuration.listen ?? 'localhost:0');
  const publicUrl = flags.publicUrl ?? configuration.publicUrl;
  if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key belong together');
  const tls =
    flags.tlsCert !== undefined && flags.tlsKey !== undefined
      ? { cert: await readFile(flags.tlsCert, 'utf8'), key: await readFile(flags.tlsKey, 'utf8') }
      : flags.tls === true || configuration.tls === true
        ? ownTls(identities)
        : references.tls;
  return {
    ...address,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** What tests may need, as far as configuration and driver provide it. */
function providesOf(driver: RunOrder['driver'], configuration: Configuration): ReadonlySet<string> {
  const provides = new Set<string>();
  if (driver.role !== 'issuer' && driver.reports) provides.add('result');
  // The user's no reaches a wallet through a driver that passes it on, or through a person.
  const { driver: how } = configuration.target;
  if (how.type === 'manual' || JSON.stringify(how).includes('{consent}')) provides.add('decline');
  if ((configuration.wallet?.holds ?? []).length > 0) provides.add('held-credential');
  const { credentialIssuer, features } = configuration.target;
  // Who says that no wallet may begin need not say where it would.
  if (credentialIssuer !== undefined || features?.['wallet-initiated'] === false) provides.add('credential-issuer');
  if (configuration.target.clientId !== undefined) provides.add('registered-client');
  // A person can say no; a script only if it is told to.
  const driven = JSON.stringify(configuration.target.driver);
  if (configuration.target.driver.type === 'manual' || driven.includes('{consent}')) provides.add('decline');
  return provides;
}

function isProduction(profile: Profile, configuration: Configuration): boolean {
  const text = JSON.stringify(configuration.target);
  return profile.productionHosts.some((host) => text.includes(host));
}
