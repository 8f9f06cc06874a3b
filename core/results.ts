import type { Text } from './text.ts';
import type { Verdict } from './verdict.ts';
import type { Level } from './requirements.ts';
import type { Role } from './kinds.ts';

/** `results.json`, DESIGN section 6. */
export interface Finding {
  readonly check: string;
  readonly requirements: readonly string[];
  readonly verdict: Verdict;
  readonly message: Text;
  readonly expected?: string;
  readonly seen?: string;
  readonly evidence: readonly number[];
  readonly expectedByBaseline?: true;
}

export interface TestResult {
  readonly id: string;
  readonly title: Text;
  readonly kind: 'positive' | 'negative' | 'variant';
  readonly fault?: string;
  readonly variant: string;
  readonly control?: string;
  readonly verdict: Verdict;
  readonly ms: number;
  /** Flows of the trace in which it ran. */
  readonly flows: readonly string[];
  readonly findings: readonly Finding[];
}

export interface RequirementResult {
  readonly id: string;
  readonly level: Level;
  readonly verdict: Verdict;
  /** Number of findings that speak of it. */
  readonly findings: number;
}

export interface Cause {
  readonly message: Text;
  readonly verdict: Verdict;
  readonly tests: readonly string[];
}

export interface Summary {
  readonly pass: number;
  readonly fail: number;
  readonly warning: number;
  readonly inconclusive: number;
  readonly notApplicable: number;
  readonly error: number;
}

/** How one requirement stands under a second profile (`--against`). */
export interface AgainstResult {
  readonly id: string;
  readonly verdict: Verdict;
  readonly standing: 'conforms' | 'deviates-as-prescribed' | 'deviates-on-its-own' | 'not-judged';
  readonly deviation?: string;
}

export interface Results {
  readonly tool: { readonly name: string; readonly version: string };
  readonly profile: { readonly id: string; readonly release: string };
  readonly against: { readonly profile: string; readonly requirements: readonly AgainstResult[] } | null;
  readonly role: Role;
  readonly target: Readonly<Record<string, unknown>>;
  /** Effective configuration, secrets removed. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly environment: {
    readonly node: string;
    readonly os: string;
    readonly seed: number | null;
    readonly clock: string;
    /** Measured difference between the target's Date header and ours, ms; null if it sent none. */
    readonly skew: number | null;
  };
  readonly catalogues: readonly { readonly id: string; readonly sha256: string; readonly requirements: number }[];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly trace: { readonly file: string; readonly sha256: string; readonly entries: number };
  readonly verdict: Verdict;
  /** True only if everything that the profile wants judged was judged; only then is "conforms" said. */
  readonly complete: boolean;
  readonly notRun: readonly { readonly test: string; readonly reason: string }[];
  readonly summary: Summary;
  readonly tests: readonly TestResult[];
  readonly requirements: readonly RequirementResult[];
  readonly causes: readonly Cause[];
}
