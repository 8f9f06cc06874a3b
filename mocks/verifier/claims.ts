import type { FlowContext } from '../../core/flow.ts';
import type { ClaimsPath } from '../../protocol/claims-path.ts';
import { readClaimsPath, selectClaims } from '../../protocol/claims-path.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, str, strings } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';
import type { Certificate } from '../../protocol/x509.ts';

/** Judges that the disclosed claims meet their credential query (OpenID4VP 8.6, 6.4.1; 14.11: the wallet is not relied on). Throws Refusal. */
export async function judgeClaims(
  context: FlowContext,
  credential: { readonly claims: JsonObject; readonly query: JsonObject; readonly chain: readonly Certificate[] },
): Promise<void> {
  const { claims, query, chain } = credential;
  const wanted = wantedSets(query);
  await context.accept('verifier/credential/vct', () => {
    const vct = str(claims, 'vct');
    const allowed = strings(obj(query, 'meta'), 'vct_values');
    if (vct === undefined) throw new Error('vct is missing');
    if (allowed?.includes(vct) === false) throw new Error(`vct ${quote(vct)} was not asked for`);
  });
  await context.accept('verifier/credential/trusted-authorities', () => judgeAuthorities(query, chain));
  await context.accept('verifier/credential/claims', () => {
    if (!wanted.some((set) => set.every((claim) => isPresent(claims, claim)))) {
      const missing = (wanted[0] ?? []).find((claim) => !isPresent(claims, claim));
      throw new Error(`claim ${quote(missing?.path)} was asked for and is not disclosed`);
    }
  });
  await context.accept('verifier/credential/values', () => {
    // What is missing is the step before; without it, the claims that are there are looked at.
    const complete = wanted.filter((set) => set.every((claim) => isPresent(claims, claim)));
    const judged = complete.length > 0 ? complete : wanted;
    if (!judged.some((set) => set.every((claim) => !isPresent(claims, claim) || hasValue(claims, claim)))) {
      throw new Error('the value of a claim is none of those asked for');
    }
  });
}

interface WantedClaim {
  readonly id: string | undefined;
  readonly path: ClaimsPath;
  readonly values: readonly unknown[] | undefined;
}

/** The combinations of claims that satisfy a query: one for each of `claim_sets`, else all claims; a query without claims wants none. */
function wantedSets(query: JsonObject): WantedClaim[][] {
  const all = (arr(query, 'claims') ?? []).flatMap((entry): WantedClaim[] => {
    const { path } = readClaimsPath(member(entry, 'path'));
    if (!isObject(entry) || path === undefined) return [];
    return [{ id: str(entry, 'id'), path, values: arr(entry, 'values') }];
  });
  const sets = arr(query, 'claim_sets');
  if (sets === undefined) return [all];
  return sets.map((set) =>
    all.filter(({ id }) => id !== undefined && Array.isArray(set) && (set as readonly unknown[]).includes(id)),
  );
}

function isPresent(claims: JsonObject, claim: WantedClaim): boolean {
  return selectClaims(claims, claim.path).ok;
}

/** True if a claim without restriction, or one of the selected values equals one of the list in type and value (OpenID4VP 6.3). */
function hasValue(claims: JsonObject, claim: WantedClaim): boolean {
  const { values } = claim;
  if (values === undefined) return true;
  const selection = selectClaims(claims, claim.path);
  return selection.ok && selection.selected.some(({ value }) => values.includes(value));
}

/**
 * Judges `trusted_authorities` (OpenID4VP 6.1.1): one match in one entry is enough. Only `aki` can be judged here; a query of other types alone says
 * nothing to this verifier, which trusts by its own anchors anyway.
 */
function judgeAuthorities(query: JsonObject, chain: readonly Certificate[]): void {
  const entries = (arr(query, 'trusted_authorities') ?? []).filter((entry) => str(entry, 'type') === 'aki');
  if (entries.length === 0) return;
  const values = entries.flatMap((entry) => strings(entry, 'values') ?? []);
  const found = chain.flatMap(({ authorityKeyId }) => (authorityKeyId === undefined ? [] : [authorityKeyId]));
  if (!found.some((id) => values.includes(id))) throw new Error('the issuer is under none of the trusted authorities');
}
