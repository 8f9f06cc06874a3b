import type { Driver, IssuerDriver, VerifierDriver, WalletDriver } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { Role } from '../../core/kinds.ts';
import type { Language } from '../../core/text.ts';
import type {
  IssuerDriverConfig,
  TargetConfig,
  VerifierDriverConfig,
  WalletDriverConfig,
} from '../configuration/types.ts';
import { commandIssuerDriver, httpIssuerDriver, staticIssuerDriver } from './issuer-drivers.ts';
import { manualIssuerDriver, manualVerifierDriver, manualWalletDriver } from './manual-drivers.ts';
import type { Terminal } from './terminal.ts';
import { processTerminal } from './terminal.ts';
import type { Throttle } from './throttle.ts';
import { commandVerifierDriver, httpVerifierDriver } from './verifier-drivers.ts';
import { commandWalletDriver, httpWalletDriver } from './wallet-drivers.ts';

/** Makes a driver of a profile's own type from its part of the configuration. */
export type DriverFactory = (config: Readonly<Record<string, unknown>>, target: TargetConfig) => Driver;

export interface DriverDeps {
  /** Keeps commands within the target's limits; HTTP drivers call through the ports, which do that themselves. */
  readonly throttle: Throttle;
  readonly language?: Language;
  /** For manual drivers; default standard input and standard error. */
  readonly terminal?: Terminal;
  /** Drivers that profiles bring along, by type. */
  readonly registered?: Readonly<Record<string, DriverFactory>>;
}

export function createDriver(role: 'issuer', target: TargetConfig, deps: DriverDeps): IssuerDriver;
export function createDriver(role: 'wallet', target: TargetConfig, deps: DriverDeps): WalletDriver;
export function createDriver(role: 'verifier', target: TargetConfig, deps: DriverDeps): VerifierDriver;
export function createDriver(role: Role, target: TargetConfig, deps: DriverDeps): Driver;
/** The driver that a configuration asks for. Throws DriverError `unsupported` if there is none of its type for the role. */
export function createDriver(role: Role, target: TargetConfig, deps: DriverDeps): Driver {
  const { driver } = target;
  const registered =
    deps.registered !== undefined && Object.hasOwn(deps.registered, driver.type)
      ? deps.registered[driver.type]
      : undefined;
  if (registered !== undefined) {
    const made = registered({ ...driver }, target);
    if (made.role === role) return made;
    throw new DriverError(
      'unsupported',
      `the driver "${driver.type}" is for a target of role ${made.role}, not ${role}`,
    );
  }
  const made = builtIn(role, target, deps);
  if (made === undefined) {
    throw new DriverError(
      'unsupported',
      `there is no driver "${driver.type}" for a target of role ${role}, or it lacks its call`,
    );
  }
  return made;
}

function builtIn(role: Role, { driver }: TargetConfig, deps: DriverDeps): Driver | undefined {
  switch (role) {
    case 'issuer':
      return issuerDriver(driver as IssuerDriverConfig, deps);
    case 'wallet':
      return walletDriver(driver as WalletDriverConfig, deps);
    case 'verifier':
      return verifierDriver(driver as VerifierDriverConfig, deps);
  }
}

function issuerDriver(config: IssuerDriverConfig, deps: DriverDeps): IssuerDriver | undefined {
  if (config.type === 'static') return staticIssuerDriver(config);
  if (config.type === 'manual') return withTerminal(deps, manualIssuerDriver);
  if (config.type === 'http') return 'offer' in config ? httpIssuerDriver(config) : undefined;
  if (config.type === 'command') return 'offer' in config ? commandIssuerDriver(config, deps.throttle) : undefined;
  return undefined;
}

function walletDriver(config: WalletDriverConfig, deps: DriverDeps): WalletDriver | undefined {
  if (config.type === 'manual') return withTerminal(deps, manualWalletDriver);
  if (config.type === 'http') return 'open' in config ? httpWalletDriver(config) : undefined;
  if (config.type === 'command') return 'open' in config ? commandWalletDriver(config, deps.throttle) : undefined;
  return undefined;
}

function verifierDriver(config: VerifierDriverConfig, deps: DriverDeps): VerifierDriver | undefined {
  if (config.type === 'manual') return withTerminal(deps, manualVerifierDriver);
  if (config.type === 'http') return 'request' in config ? httpVerifierDriver(config) : undefined;
  if (config.type === 'command') return 'request' in config ? commandVerifierDriver(config, deps.throttle) : undefined;
  return undefined;
}

function withTerminal<Made extends Driver>(
  deps: DriverDeps,
  make: (terminal: Terminal, language: Language) => Made,
): Made {
  const terminal = deps.terminal ?? processTerminal();
  const made = make(terminal, deps.language ?? 'en');
  return deps.terminal === undefined ? { ...made, close: async () => terminal.close() } : made;
}
