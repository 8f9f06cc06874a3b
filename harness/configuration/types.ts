import type { Risk } from '../../core/contracts/test.ts';
import type { Outcome } from '../../core/outcome.ts';

/** One HTTP call of a driver. In `url`, `headers` and `body`, `{name}` stands for a value (see targets/template.ts). */
export interface HttpCallConfig {
  /** Default: POST with a body, else GET. */
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is; anything else as JSON, or as a form where the headers say `application/x-www-form-urlencoded`. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/** One command of a driver: no shell; `{name}` as in calls, `{name:sh}` quoted for a shell at the other end (adb, ssh). */
export interface CommandCallConfig {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** How the target calls an outcome, by the text of the value; what is not listed and is no outcome itself is `unknown`. */
export type OutcomeNames = Readonly<Record<string, Outcome | 'pending'>>;

/** What the target calls a member of the wish: by the member's name, then by its value, or `default`. */
export type WishNames = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Values of the wish's members that the target can do; members that are not named are not limited. */
export type WishLimits = Readonly<Record<string, readonly unknown[]>>;

interface WishMapping {
  readonly values?: WishNames;
  readonly supports?: WishLimits;
}

/** Where an answer says what; JSON Pointers (RFC 6901), the empty one for the whole answer. */
export interface OfferAnswer {
  readonly link?: string;
  readonly txCode?: string;
}

export interface RequestAnswer {
  readonly link?: string;
  readonly id?: string;
}

export interface OutcomeAnswer {
  readonly outcome?: string;
  readonly detail?: string;
  readonly claims?: string;
}

interface ResultMapping {
  readonly answer?: OutcomeAnswer;
  readonly outcomes?: OutcomeNames;
  /** ms between two questions. Default 500. */
  readonly interval?: number;
}

export interface StaticOffer {
  readonly link: string;
  readonly txCode?: string;
  /** Grant of the offer, where the link does not tell it. */
  readonly grant?: 'pre-authorized_code' | 'authorization_code';
  /** The offer may be used again and again. */
  readonly reusable?: boolean;
}

export type IssuerDriverConfig =
  | { readonly type: 'static'; readonly offers: readonly (string | StaticOffer)[] }
  | ({ readonly type: 'http'; readonly offer: HttpCallConfig; readonly answer?: OfferAnswer } & WishMapping)
  | ({ readonly type: 'command'; readonly offer: CommandCallConfig; readonly answer?: OfferAnswer } & WishMapping)
  | { readonly type: 'manual' };

export type WalletDriverConfig =
  | ({ readonly type: 'http'; readonly open: HttpCallConfig; readonly result?: HttpCallConfig } & WalletAnswer)
  | ({ readonly type: 'command'; readonly open: CommandCallConfig; readonly result?: CommandCallConfig } & WalletAnswer)
  | { readonly type: 'manual' };

interface WalletAnswer {
  readonly answer?: OutcomeAnswer & {
    /** Id for `result`. */ readonly id?: string;
  };
  readonly outcomes?: OutcomeNames;
  readonly interval?: number;
}

export type VerifierDriverConfig =
  | ({
      readonly type: 'http';
      readonly request: HttpCallConfig;
      readonly answer?: RequestAnswer;
      readonly result?: HttpCallConfig & ResultMapping;
    } & WishMapping)
  | ({
      readonly type: 'command';
      readonly request: CommandCallConfig;
      readonly answer?: RequestAnswer;
      readonly result?: CommandCallConfig & ResultMapping;
    } & WishMapping)
  | { readonly type: 'manual' };

/** A driver that a profile brings along: its type and whatever members it reads. */
export interface OtherDriverConfig {
  readonly type: string;
  readonly [member: string]: unknown;
}

export type DriverConfig = IssuerDriverConfig | WalletDriverConfig | VerifierDriverConfig | OtherDriverConfig;

export interface TargetConfig {
  readonly name?: string;
  readonly driver: DriverConfig;
  /** Flows at once. Default: 1 for a wallet, else the run's workers. */
  readonly concurrency?: number;
  /** Calls to the target within any hour; beyond it the run waits. */
  readonly callsPerHour?: number;
  /** ms between the starts of two calls. */
  readonly minInterval?: number;
  readonly userAgent?: string;
  /** Sent with every call (API key of a sandbox). */
  readonly headers?: Readonly<Record<string, string>>;
  /** The target serves real people: no negative tests. */
  readonly production?: boolean;
  /** ms for one HTTP exchange. */
  readonly timeoutMs?: number;
  /** Root certificates of the target's TLS (PEM, or a file). */
  readonly ca?: readonly string[];
  /** Credential Issuer Identifier, for flows that the wallet starts. */
  readonly credentialIssuer?: string;
  /** client_id under which our wallet is registered at the target. */
  readonly clientId?: string;
  /** Registered redirect_uri of our wallet. */
  readonly redirectUri?: string;
  /** Private JWK of the registered client, or a file with it. */
  readonly clientKey?: string | Readonly<Record<string, unknown>>;
  /** Features that the target has or has not, where its metadata cannot tell. */
  readonly features?: Readonly<Record<string, boolean>>;
}

export interface HeldCredentialConfig {
  readonly format: string;
  /** `vct`, doctype or VC type. */
  readonly type: string;
}

/** The configuration file. Units: ms, except `maxWait` and `skew` (seconds), as on the command line. */
export interface Configuration {
  readonly profile?: string;
  readonly target: TargetConfig;
  readonly trust?: {
    /** Root certificates for what the target signs: PEM, or a file. */
    readonly anchors?: readonly string[];
    /** Issuers whose keys are trusted as their metadata or DID gives them: issuer identifiers. */
    readonly issuers?: readonly string[];
  };
  readonly wallet?: { readonly holds?: readonly HeldCredentialConfig[] };
  /** Address of our listener: `127.0.0.1:8080`, `:8080`, `0.0.0.0:0`. */
  readonly listen?: string;
  /** Under which URL the target reaches our listener. */
  readonly publicUrl?: string;
  /** https on our listener: with the own CA (`true`), or with a certificate (PEM, or files). */
  readonly tls?: boolean | { readonly cert: string; readonly key: string };
  /** Folder of kept identities. */
  readonly identity?: string;
  readonly allow?: readonly Risk[];
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly maxWait?: number;
  readonly skew?: number;
  /** File with the expected failures. */
  readonly baseline?: string;
}
