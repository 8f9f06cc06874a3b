import type { Role } from '../kinds.ts';
import type { Outcome } from '../outcome.ts';
import type { Text } from '../text.ts';
import type { Severity } from '../verdict.ts';
import type { Check } from './check.ts';
import type { Test } from './test.ts';

/** A credential type that mocks issue and present, with an invented holder. */
export interface CredentialType {
  /** Credential configuration id that our mock issuer offers. */
  readonly id: string;
  readonly format: string;
  /** `vct`, doctype or VC type. */
  readonly type: string;
  readonly scope?: string;
  readonly title: Text;
  /** Claims of the sample holder. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Claims path pointers that are selectively disclosable. */
  readonly disclosable: readonly (readonly (string | number | null)[])[];
}

/** A deliberate deviation of a national profile from other specifications. */
export interface Deviation {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly instead: Text;
  readonly source: string;
}

/**
 * What is particular to a specification set or a nation, as data. Lower rooms know this type, never a profile's name.
 */
export interface Profile {
  readonly id: string;
  readonly title: Text;
  readonly release: { readonly version: string; readonly date: string; readonly source: string };
  /** Requirement catalogues that are judged: file names in schemas/requirements without `.json`. */
  readonly catalogues: readonly string[];
  readonly formats: readonly string[];
  /** Features that a target of the role cannot leave out: never not-applicable. */
  readonly mandatory: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly links: { readonly offer: readonly string[]; readonly request: readonly string[] };
  readonly credentialTypes: readonly CredentialType[];
  readonly severities: Readonly<Record<string, Severity>>;
  readonly deviations: readonly Deviation[];
  /** What counts as a refusal on the wire beyond 4xx (some stacks refuse with 500); undefined: the default rule. */
  readonly isRefusal?: (status: number, body: unknown) => Outcome | undefined;
  readonly tests: readonly Test[];
  readonly checks: readonly Check[];
  /** Hosts that are production: no negative tests there. */
  readonly productionHosts: readonly string[];
}
