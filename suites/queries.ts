import type { Profile } from '../core/contracts/profile.ts';
import type { CredentialType } from '../core/contracts/profile.ts';

/** A key identifier, base64url, that no certificate has: twenty bytes of zero. */
const NOBODYS_KEY = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** DCQL queries that mock verifiers send, by name. They ask for the profile's first SD-JWT VC type, so that every profile can be tested. */
const QUERIES: Readonly<Record<string, (type: CredentialType) => Readonly<Record<string, unknown>>>> = {
  /** Two claims of one credential. */
  plain: (type) => ({ credentials: [{ ...base(type, 'card'), claims: someClaims(type, 2) }] }),
  /** One claim only: whatever else arrives is over-disclosure. */
  'one-claim': (type) => ({ credentials: [{ ...base(type, 'card'), claims: someClaims(type, 1) }] }),
  /** No `claims`: only what is not selectively disclosable may come (OpenID4VP 6.4.1). */
  'no-claims': (type) => ({ credentials: [base(type, 'card')] }),
  /** Alternatives inside one credential, in the verifier's order of preference. */
  'claim-sets': (type) => ({
    credentials: [
      {
        ...base(type, 'card'),
        claims: [
          { id: 'absent', path: ['no_such_claim'] },
          ...someClaims(type, 2).map((claim, index) => ({ id: `c${index}`, ...claim })),
        ],
        claim_sets: [['absent'], ['c0'], ['c0', 'c1']],
      },
    ],
  }),
  /** The value of a claim must match. */
  values: (type) => ({
    credentials: [
      {
        ...base(type, 'card'),
        claims: someClaims(type, 1).map((claim) => ({ ...claim, values: [valueAt(type, claim.path)] })),
      },
    ],
  }),
  /** One credential is required, another one that nobody holds is optional. */
  'credential-sets': (type) => ({
    credentials: [
      { ...base(type, 'card'), claims: someClaims(type, 1) },
      { ...base(type, 'other'), meta: { vct_values: ['urn:example:nobody-holds-this'] }, claims: [{ path: ['x'] }] },
    ],
    credential_sets: [{ options: [['card']] }, { options: [['other']], required: false }],
  }),
  /** The same type again, from an authority that nobody has, is optional (OpenID4VP 6.1.1). */
  'authority-optional': (type) => ({
    credentials: [
      { ...base(type, 'card'), claims: someClaims(type, 1) },
      {
        ...base(type, 'other'),
        trusted_authorities: [{ type: 'aki', values: [NOBODYS_KEY] }],
        claims: someClaims(type, 1),
      },
    ],
    credential_sets: [{ options: [['card']] }, { options: [['other']], required: false }],
  }),
  /** Without proof that the holder is there (OpenID4VP 6.1): `state` binds the response then. */
  unbound: (type) => ({
    credentials: [{ ...base(type, 'card'), require_cryptographic_holder_binding: false, claims: someClaims(type, 2) }],
  }),
  /** The first alternative wants a value that nobody has, the second none. */
  'values-second-set': (type) => ({
    credentials: [
      {
        ...base(type, 'card'),
        claims: someClaims(type, 2).map((claim, index) => ({
          id: `c${index}`,
          ...claim,
          ...(index === 0 ? { values: ['a value that nobody has'] } : {}),
        })),
        claim_sets: [['c0'], ['c1']],
      },
    ],
  }),
  /** A required set whose first option nobody can meet. */
  'credential-set-options': (type) => ({
    credentials: [
      { ...base(type, 'card'), claims: someClaims(type, 1) },
      { ...base(type, 'other'), meta: { vct_values: ['urn:example:nobody-holds-this'] }, claims: [{ path: ['x'] }] },
    ],
    credential_sets: [{ options: [['other'], ['card']] }],
  }),
  /** The first element of an array: those after it stay undisclosed, so its index is the same for who sees only it. */
  'array-index': (type) => ({ credentials: [{ ...base(type, 'card'), claims: [{ path: firstElement(type) }] }] }),
  /** The same path twice (OpenID4VP 6.1: the second is ignored). */
  'same-claim-twice': (type) => ({
    credentials: [{ ...base(type, 'card'), claims: [...someClaims(type, 1), ...someClaims(type, 1)] }],
  }),
  /** Two credential queries, both required; one credential that is held may answer both. */
  'two-credentials': (type) => ({
    credentials: [
      { ...base(type, 'card'), claims: someClaims(type, 1) },
      { ...base(type, 'second'), claims: someClaims(type, 2).slice(-1) },
    ],
  }),
  /** Claims inside objects; the first two claims where the type has none. */
  'nested-claims': (type) => ({
    credentials: [{ ...base(type, 'card'), claims: claimsThat(type, (path) => path.length > 1) }],
  }),
  /** All elements of an array; the first two claims where the type has none. */
  'array-elements': (type) => ({
    credentials: [{ ...base(type, 'card'), claims: claimsThat(type, (path) => path.includes(null)) }],
  }),
  multiple: (type) => ({ credentials: [{ ...base(type, 'card'), multiple: true, claims: someClaims(type, 1) }] }),
  /** Nothing that the wallet holds satisfies it. */
  unsatisfiable: (type) => ({
    credentials: [
      { ...base(type, 'card'), meta: { vct_values: ['urn:example:nobody-holds-this'] }, claims: [{ path: ['x'] }] },
    ],
  }),
};

export const QUERY_NAMES: readonly string[] = Object.keys(QUERIES);

/** The query of a name (default `plain`) for a profile. Throws for an unknown name: a table names what does not exist. */
export function queryNamed(name: string | undefined, profile: Profile): Readonly<Record<string, unknown>> {
  const build = QUERIES[name ?? 'plain'];
  const type = profile.credentialTypes[0];
  if (build === undefined || type === undefined)
    throw new Error(`no query named ${name ?? 'plain'} for profile ${profile.id}`);
  return build(type);
}

function base(type: CredentialType, id: string): Readonly<Record<string, unknown>> {
  return { id, format: type.format, meta: { vct_values: [type.type] } };
}

function someClaims(type: CredentialType, count: number): { readonly path: readonly (string | number | null)[] }[] {
  return type.disclosable.slice(0, count).map((path) => ({ path }));
}

function claimsThat(
  type: CredentialType,
  suits: (path: readonly (string | number | null)[]) => boolean,
): { readonly path: readonly (string | number | null)[] }[] {
  const found = type.disclosable.filter(suits).slice(0, 2);
  return found.length === 0 ? someClaims(type, 2) : found.map((path) => ({ path }));
}

function valueAt(type: CredentialType, path: readonly (string | number | null)[]): unknown {
  let value: unknown = type.claims;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || key === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

/** Path to the first element of the first array claim; the first claim where there is none. */
function firstElement(type: CredentialType): readonly (string | number | null)[] {
  const [name] = Object.entries(type.claims).find(([, value]) => Array.isArray(value)) ?? [];
  return name === undefined ? (type.disclosable[0] ?? ['vct']) : [name, 0];
}
