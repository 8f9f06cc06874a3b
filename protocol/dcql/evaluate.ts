import type { ConcretePath } from '../claims-path.ts';
import { selectClaims as selectPath } from '../claims-path.ts';
import type { JsonObject } from '../json.ts';
import { arr, member, strings } from '../json.ts';
import type { ClaimsQuery, CredentialQuery, DcqlQuery } from './query.ts';

/** What the evaluator must know of a credential that is held. */
export interface HeldCredential {
  readonly format: string;
  /** All claims, disclosable ones in place; of an mdoc `{namespace: {element: value}}` with values converted to JSON. */
  readonly claims: JsonObject;
  /** `vct` with the types that it extends; doctype of an mdoc; fully expanded types of a W3C credential. */
  readonly types: readonly string[];
  /** Authorities that certify the issuer, such as `{type: 'aki', value}` for each certificate of the chain. Compared as opaque texts. */
  readonly authorities?: readonly { readonly type: string; readonly value: string }[];
  /** It has cryptographic holder binding. Default true. */
  readonly holderBound?: boolean;
}

/** Why a credential does not satisfy a credential query: the first condition that fails, in this order. */
export type Mismatch = 'format' | 'meta' | 'holder-binding' | 'trusted-authorities' | 'claims';

/** Claims to present for a credential query: minimal, as OpenID4VP 6.4.1 asks. */
export interface ClaimsSelection {
  /** Index in `claim_sets`; undefined without `claim_sets`. */
  readonly claimSet: number | undefined;
  readonly claims: readonly ClaimsQuery[];
  /** Where the requested claims stand in this credential: wildcards resolved, elements of other `values` left out. */
  readonly paths: readonly ConcretePath[];
}

/**
 * Which claims a credential query asks of these claims (OpenID4VP 6.4.1): none without `claims`; all without `claim_sets`; else the first option that can be satisfied.
 * Undefined if the credential cannot satisfy it. A claim whose value is not among `values` counts as absent.
 */
export function selectClaims(query: CredentialQuery, claims: JsonObject): ClaimsSelection | undefined {
  if (query.claims === undefined) return { claimSet: undefined, claims: [], paths: [] };
  if (query.claimSets === undefined) return selection(undefined, query.claims, query, claims);
  for (const [index, ids] of query.claimSets.entries()) {
    const wanted = query.claims.filter((claim) => claim.id !== undefined && ids.includes(claim.id));
    const found = selection(index, wanted, query, claims);
    if (found !== undefined) return found;
  }
  return undefined;
}

function selection(
  claimSet: number | undefined,
  wanted: readonly ClaimsQuery[],
  query: CredentialQuery,
  claims: JsonObject,
): ClaimsSelection | undefined {
  const paths: ConcretePath[] = [];
  for (const claim of wanted) {
    const found = findClaim(claim, query.format, claims);
    if (found === undefined) return undefined;
    paths.push(...found);
  }
  return { claimSet, claims: wanted, paths };
}

function findClaim(claim: ClaimsQuery, format: string, claims: JsonObject): ConcretePath[] | undefined {
  if (
    format === 'mso_mdoc' &&
    (claim.path.length !== 2 || claim.path.some((component) => typeof component !== 'string'))
  )
    return undefined;
  const found = selectPath(claims, claim.path);
  if (!found.ok) return undefined;
  const { values } = claim;
  const fitting = found.selected.filter((item) => values === undefined || values.some((value) => value === item.value));
  return fitting.length === 0 ? undefined : fitting.map((item) => item.path);
}

export interface Match<Held extends HeldCredential> {
  readonly credential: Held;
  readonly selection: ClaimsSelection;
}

export interface QueryEvaluation<Held extends HeldCredential> {
  readonly query: CredentialQuery;
  /** In the order in which the credentials were given. */
  readonly matches: readonly Match<Held>[];
  readonly mismatches: readonly { readonly credential: Held; readonly reason: Mismatch }[];
}

export interface SetEvaluation {
  readonly required: boolean;
  /** Indexes of the options whose credential queries all have a match. */
  readonly satisfiable: readonly number[];
}

export interface Evaluation<Held extends HeldCredential> {
  /** By id of the credential query. */
  readonly queries: ReadonlyMap<string, QueryEvaluation<Held>>;
  /** One for each of `credential_sets`; empty without. */
  readonly sets: readonly SetEvaluation[];
  /** Everything that is not optional can be delivered; if not, nothing may be returned (OpenID4VP 6.4.2). */
  readonly satisfied: boolean;
}

/** Evaluates a query against held credentials (OpenID4VP 6.4). */
export function evaluate<Held extends HeldCredential>(
  query: DcqlQuery,
  credentials: readonly Held[],
): Evaluation<Held> {
  const queries = new Map(query.credentials.map((item) => [item.id, evaluateOne(item, credentials)]));
  const can = (id: string): boolean => (queries.get(id)?.matches.length ?? 0) > 0;
  const sets = (query.credentialSets ?? []).map(({ options, required }) => ({
    required,
    satisfiable: options.flatMap((option, index) => (option.every(can) ? [index] : [])),
  }));
  const satisfied =
    query.credentialSets === undefined
      ? query.credentials.every((item) => can(item.id))
      : sets.every((set) => !set.required || set.satisfiable.length > 0);
  return { queries, sets, satisfied };
}

function evaluateOne<Held extends HeldCredential>(
  query: CredentialQuery,
  credentials: readonly Held[],
): QueryEvaluation<Held> {
  const matches: Match<Held>[] = [];
  const mismatches: { credential: Held; reason: Mismatch }[] = [];
  for (const credential of credentials) {
    const reason = mismatch(query, credential);
    const selection = reason === undefined ? selectClaims(query, credential.claims) : undefined;
    if (selection === undefined) mismatches.push({ credential, reason: reason ?? 'claims' });
    else matches.push({ credential, selection });
  }
  return { query, matches, mismatches };
}

function mismatch(query: CredentialQuery, credential: HeldCredential): Mismatch | undefined {
  if (query.format !== credential.format) return 'format';
  if (!matchesMeta(query, credential)) return 'meta';
  if (query.holderBinding && credential.holderBound === false) return 'holder-binding';
  const wanted = query.trustedAuthorities;
  const has = (type: string, value: string): boolean =>
    credential.authorities?.some((authority) => authority.type === type && authority.value === value) === true;
  if (wanted?.some(({ type, values }) => values.some((value) => has(type, value))) === false)
    return 'trusted-authorities';
  return undefined;
}

/** Format-specific `meta` (OpenID4VP B); empty, or of a format unknown here, it constrains nothing. */
function matchesMeta({ meta, format }: CredentialQuery, { types }: HeldCredential): boolean {
  if (Object.keys(meta).length === 0) return true;
  switch (format) {
    case 'dc+sd-jwt':
    case 'vc+sd-jwt':
      return strings(meta, 'vct_values')?.some((vct) => types.includes(vct)) === true;
    case 'mso_mdoc':
      return types.includes(String(member(meta, 'doctype_value')));
    case 'jwt_vc_json':
    case 'ldp_vc':
      return (
        arr(meta, 'type_values')?.some((all) => Array.isArray(all) && all.every((type) => types.includes(type))) ===
        true
      );
    default:
      return true;
  }
}

/** One credential to present for a credential query. */
export interface Choice<Held extends HeldCredential> {
  readonly id: string;
  readonly credential: Held;
  readonly selection: ClaimsSelection;
}

/**
 * What a wallet returns without asking anybody: the first satisfiable option of each required set (`optional`: of the others too), the
 * first matching credential of each query; with `multiple`, all that match. Undefined if the query is not satisfied.
 */
export function choose<Held extends HeldCredential>(
  query: DcqlQuery,
  evaluation: Evaluation<Held>,
  options: { readonly optional?: boolean } = {},
): readonly Choice<Held>[] | undefined {
  if (!evaluation.satisfied) return undefined;
  const ids = new Set<string>();
  if (query.credentialSets === undefined) for (const { id } of query.credentials) ids.add(id);
  for (const [index, set] of (query.credentialSets ?? []).entries()) {
    const first = evaluation.sets[index]?.satisfiable[0];
    if (first === undefined || (!set.required && options.optional !== true)) continue;
    for (const id of set.options[first] ?? []) ids.add(id);
  }
  return [...ids].flatMap((id) => {
    const found = evaluation.queries.get(id);
    const matches = found?.query.multiple === true ? found.matches : (found?.matches.slice(0, 1) ?? []);
    return matches.map((match) => ({ id, ...match }));
  });
}
