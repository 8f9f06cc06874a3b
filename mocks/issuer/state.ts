import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { CredentialType } from '../../core/contracts/profile.ts';
import type { FlowContext } from '../../core/flow.ts';
import type { Clock } from '../../core/ports.ts';
import { randomId } from '../../core/ports.ts';
import type { EncryptionKey } from '../../protocol/jose/keys.ts';
import { generateEncryptionKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { IssuedCredential, IssuerConfig } from '../contracts.ts';
import { odd } from './oddities.ts';
import type { IssuerUrls } from './urls.ts';

/**
 * Values by an opaque key that live for a while. What has expired is kept for some time, so that "expired" and "unknown" can be told apart,
 * and is dropped then, so that a long-lived issuer does not grow.
 */
export class Registry<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly expires: number }>();
  readonly #clock: Clock;
  constructor(clock: Clock) {
    this.#clock = clock;
  }
  /** `expires` in ms since the epoch. */
  set(key: string, value: Value, expires: number): void {
    this.#prune();
    this.#entries.set(key, { value, expires });
  }
  get(key: string | undefined): Value | undefined {
    return key === undefined ? undefined : this.#entries.get(key)?.value;
  }
  has(key: string): boolean {
    return this.#entries.has(key);
  }
  /** True if the key is known and its time is over. */
  expired(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expires <= this.#clock.now();
  }
  delete(key: string): void {
    this.#entries.delete(key);
  }
  last(): Value | undefined {
    return [...this.#entries.values()].at(-1)?.value;
  }
  #prune(): void {
    const limit = this.#clock.now() - KEEP_EXPIRED_MS;
    // Insertion order is roughly order of expiry: looking at the oldest few each time is enough.
    for (const [key, entry] of this.#entries) {
      if (entry.expires > limit && this.#entries.size < MAX_ENTRIES) break;
      this.#entries.delete(key);
    }
  }
}

const KEEP_EXPIRED_MS = 3_600_000;
const MAX_ENTRIES = 100_000;

/** A credential configuration of the metadata (OpenID4VCI 12.2.4). */
export interface Configuration {
  readonly id: string;
  readonly type: CredentialType;
  /** Key proofs are needed and the credential is bound to them. */
  readonly bound: boolean;
  readonly scope: string | undefined;
}

/** One issuance from the issuer's view: made by an offer, or by an authorization request without one. */
export interface Session {
  readonly id: string;
  readonly variant: IssuanceVariant;
  /** Configuration ids that the user may get. */
  readonly configurations: readonly string[];
  readonly txCode: string | undefined;
  readonly preAuthorizedCode: string | undefined;
  readonly issuerState: string | undefined;
  /** Credential offer object, for offers by reference. */
  readonly offer: JsonObject | undefined;
  failedTxCodes: number;
  preAuthorizedCodeUsed: boolean;
}

/** What a wallet asked the authorization endpoint for. */
export interface AuthorizationAsk {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
  /** Configuration ids of scopes, and of authorization details. */
  readonly scoped: readonly string[];
  readonly detailed: readonly string[];
  readonly session: Session;
  /** Thumbprint of the DPoP key that the code is bound to (RFC 9449 10). */
  readonly dpopJkt: string | undefined;
}

export interface AuthorizationCode {
  readonly ask: AuthorizationAsk;
  used: boolean;
}

/** A configuration that an access token opens, and the credential identifiers handed out for it, if any. */
export interface Authorized {
  readonly configuration: string;
  readonly identifiers: readonly string[] | undefined;
}

/** An authorization that tokens stand for. */
export interface Grant {
  readonly session: Session;
  /** undefined: anonymous access with a pre-authorized code. */
  readonly clientId: string | undefined;
  readonly authorized: readonly Authorized[];
  /** Thumbprint of the DPoP key. */
  readonly jkt: string | undefined;
}

export interface DeferredIssuance {
  readonly grant: Grant;
  readonly configuration: Configuration;
  readonly keys: readonly JsonObject[];
  /** ms since the epoch. */
  readonly readyAt: number;
  obtained: boolean;
}

export interface IssuerState {
  readonly sessions: Registry<Session>;
  readonly byPreAuthorizedCode: Registry<Session>;
  readonly byIssuerState: Registry<Session>;
  readonly pushed: Registry<AuthorizationAsk>;
  readonly logins: Registry<AuthorizationAsk>;
  readonly codes: Registry<AuthorizationCode>;
  readonly accessTokens: Registry<Grant>;
  readonly refreshTokens: Registry<Grant>;
  readonly nonces: Registry<true>;
  readonly dpopNonces: Registry<true>;
  /** DPoP keys that were told to use a nonce, by server and thumbprint. */
  readonly nonceDemands: Registry<true>;
  readonly jtis: Registry<true>;
  readonly deferred: Registry<DeferredIssuance>;
  readonly notificationIds: Registry<Grant>;
  readonly issued: IssuedCredential[];
  readonly notifications: { readonly id: string; readonly event: string }[];
  /** Status list values by list number and index, and the place of each credential that has one. */
  readonly statusLists: Map<number, Map<number, 0 | 1 | 2>>;
  readonly statusOf: Map<string, { readonly list: number; readonly index: number }>;
  /** Configurations without key binding are published once an offer wanted one. */
  unboundOffered: boolean;
  /** Key that requests are encrypted to; made when it is first needed. */
  encryptionKey: EncryptionKey | undefined;
}

export function newState(clock: Clock): IssuerState {
  return {
    sessions: new Registry(clock),
    byPreAuthorizedCode: new Registry(clock),
    byIssuerState: new Registry(clock),
    pushed: new Registry(clock),
    logins: new Registry(clock),
    codes: new Registry(clock),
    accessTokens: new Registry(clock),
    refreshTokens: new Registry(clock),
    nonces: new Registry(clock),
    dpopNonces: new Registry(clock),
    nonceDemands: new Registry(clock),
    jtis: new Registry(clock),
    deferred: new Registry(clock),
    notificationIds: new Registry(clock),
    issued: [],
    notifications: [],
    statusLists: new Map(),
    statusOf: new Map(),
    unboundOffered: false,
    encryptionKey: undefined,
  };
}

/** Everything that the endpoints of one issuer share. */
export interface Internals {
  readonly config: IssuerConfig;
  readonly context: FlowContext;
  readonly urls: IssuerUrls;
  readonly state: IssuerState;
}

/** Seconds since the epoch by the mock's clock. */
export function seconds(issuer: Internals): number {
  return Math.floor(issuer.context.ports.clock.now() / 1000);
}

/** Now plus so many seconds, in ms. */
export function inSeconds(issuer: Internals, lifetime: number): number {
  return issuer.context.ports.clock.now() + lifetime * 1000;
}

const LIFETIMES = { code: 300, nonce: 300, credential: 30 * 86_400 } as const;

/** Lifetime in seconds of a code, nonce or credential. */
export function lifetime(issuer: Internals, of: keyof typeof LIFETIMES): number {
  return issuer.config.lifetimes?.[of] ?? LIFETIMES[of];
}

/**
 * Lifetime of an access token in seconds. A bearer token of more than five minutes is long-lived, and long-lived tokens are sender-constrained
 * (OpenID4VCI 13.10), so only DPoP tokens get the longer default.
 */
export function accessTokenLifetime(issuer: Internals, jkt: string | undefined): number {
  return issuer.config.lifetimes?.accessToken ?? (jkt === undefined ? 300 : 600);
}

/** An opaque value that nobody can guess; with oddity `long-values` a long one, which is as legal. */
export function opaque(issuer: Internals, variant: IssuanceVariant): string {
  return randomId(issuer.context.ports.random, variant.oddities?.includes('long-values') === true ? 900 : 24);
}

/** The key that wallets encrypt requests to. Goes into the trace as material, so that what was encrypted can be judged. */
export function requestEncryptionKey(issuer: Internals): EncryptionKey {
  const { state, context } = issuer;
  if (state.encryptionKey === undefined) {
    state.encryptionKey = generateEncryptionKey('ECDH-ES', context.ports.random, { crv: 'P-256' });
    context.trace.material('decryption-key', state.encryptionKey.privateJwk);
  }
  return state.encryptionKey;
}

const UNBOUND = '.unbound';

/** Configurations that the issuer publishes now. Formats that this mock cannot make are not among them. */
export function configurations(issuer: Internals): readonly Configuration[] {
  const { config, state } = issuer;
  const bound = config.variant.proofs !== 0;
  const types = config.credentialTypes.filter((type) => type.format === 'dc+sd-jwt');
  const plain = types.map((type): Configuration => ({ id: type.id, type, bound, scope: type.scope }));
  if (!bound || !state.unboundOffered) return plain;
  const unbound = types.map((type): Configuration => {
    const scope = type.scope === undefined ? undefined : `${type.scope}${UNBOUND}`;
    return { id: `${type.id}${UNBOUND}`, type, bound: false, scope };
  });
  return [...plain, ...unbound];
}

export function configuration(issuer: Internals, id: string | undefined): Configuration | undefined {
  return configurations(issuer).find((entry) => entry.id === id);
}

/** Id of the configuration without key binding. */
export function unboundId(issuer: Internals, id: string): string {
  return issuer.config.variant.proofs === 0 ? id : `${id}${UNBOUND}`;
}

/** Ids that an offer names when nothing else is said. */
export function offeredIds(issuer: Internals): readonly string[] {
  const { offered } = issuer.config;
  if (offered !== undefined && offered.length > 0) return offered;
  const most = odd(issuer.config.variant, 'two-configurations') ? 2 : 1;
  return configurations(issuer)
    .slice(0, most)
    .map(({ id }) => id);
}

/** The identifier of the one dataset that this issuer has for a configuration. */
export function credentialIdentifier(configurationId: string): string {
  return `${configurationId}:dataset-1`;
}

/** A session without an offer: wallet-initiated, or one that a leniency needs to go on. */
export function sessionWithoutOffer(issuer: Internals, configurationIds: readonly string[]): Session {
  const session: Session = {
    id: randomId(issuer.context.ports.random, 9),
    variant: issuer.config.variant,
    configurations: configurationIds,
    txCode: undefined,
    preAuthorizedCode: undefined,
    issuerState: undefined,
    offer: undefined,
    failedTxCodes: 0,
    preAuthorizedCodeUsed: false,
  };
  return session;
}
