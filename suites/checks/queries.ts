import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { ClaimsPath, ConcretePath } from '../../protocol/claims-path.ts';
import { readClaimsPath } from '../../protocol/claims-path.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, bool, isObject, member, obj, str, strings } from '../../protocol/json.ts';
import type { PresentationRequest } from './refs.ts';
import { faulty, presentationRequestFor } from './refs.ts';

/** A Credential Query as far as checks need it (OpenID4VP 6.1). Malformed ones are left out: then nothing can be judged. */
export interface Query {
  readonly id: string;
  readonly format: string;
  readonly vctValues: readonly string[] | undefined;
  readonly multiple: boolean;
  readonly holderBinding: boolean;
  readonly claims: readonly ClaimQuery[] | undefined;
  /** Options of claim ids. */
  readonly claimSets: readonly (readonly string[])[] | undefined;
  readonly authorities: readonly JsonObject[] | undefined;
}

export interface ClaimQuery {
  readonly id: string | undefined;
  readonly path: ClaimsPath;
  readonly values: readonly unknown[] | undefined;
}

export interface QuerySet {
  readonly request: PresentationRequest;
  readonly queries: readonly Query[];
  /** Credential Set Queries; undefined if there are none. */
  readonly sets:
    | readonly { readonly options: readonly (readonly string[])[]; readonly required: boolean }[]
    | undefined;
}

/**
 * The DCQL query that a response answers. Undefined if the trace does not hold it, if it cannot be read as a whole, or if the harness
 * deviated on purpose.
 */
export function querySetFor(flow: FlowView, response: MessageView): QuerySet | undefined {
  if (faulty(flow)) return undefined;
  const request = presentationRequestFor(flow, response);
  const dcql = obj(request?.parameters, 'dcql_query');
  if (request === undefined || dcql === undefined) return undefined;
  const raw = arr(dcql, 'credentials') ?? [];
  const queries = raw.flatMap((entry) => readQuery(entry) ?? []);
  if (queries.length !== raw.length || queries.length === 0) return undefined;
  const sets = arr(dcql, 'credential_sets')?.map((set) => ({
    options: (arr(set, 'options') ?? []).map(names),
    required: bool(set, 'required') ?? true,
  }));
  return { request, queries, sets };
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function readQuery(value: unknown): Query | undefined {
  const id = str(value, 'id');
  const format = str(value, 'format');
  if (!isObject(value) || id === undefined || format === undefined) return undefined;
  const claims = arr(value, 'claims')?.map((claim): ClaimQuery | undefined => {
    const { path } = readClaimsPath(member(claim, 'path'));
    return path === undefined ? undefined : { id: str(claim, 'id'), path, values: arr(claim, 'values') };
  });
  if (claims?.some((claim) => claim === undefined) === true) return undefined;
  return {
    id,
    format,
    vctValues: strings(obj(value, 'meta'), 'vct_values'),
    multiple: bool(value, 'multiple') ?? false,
    holderBinding: bool(value, 'require_cryptographic_holder_binding') ?? true,
    claims: claims?.filter((claim) => claim !== undefined),
    claimSets: arr(value, 'claim_sets')?.map(names),
    authorities: arr(value, 'trusted_authorities')?.filter(isObject),
  };
}

/** The query under whose id a presentation stands in `vp_token`. */
export function queryOfPresentation(set: QuerySet, presentation: MessageView): Query | undefined {
  const token = obj(presentation.parent?.value, 'vp_token') ?? {};
  // One and the same presentation may stand under several ids: they are taken out in the order of the token.
  const twins = presentation.parent?.children('presentation').filter(({ text }) => text === presentation.text) ?? [];
  const places = Object.keys(token).flatMap((id) =>
    (arr(token, id) ?? []).filter((entry) => entry === presentation.text).map(() => id),
  );
  const place = places[Math.max(0, twins.indexOf(presentation))];
  return set.queries.find((query) => query.id === place);
}

/**
 * True if a place and a pattern may mean the same. An index of a query counts elements of the whole credential, which no longer
 * stand at their places in a presentation: any index fits any other.
 */
function fits(one: string | number | null | undefined, other: string | number | null | undefined): boolean {
  if (one === other) return true;
  const index = (value: typeof one): boolean => value === null || typeof value === 'number';
  return index(one) && index(other);
}

/** True if what stands at `place` has to be disclosed, or comes along, when `pattern` is asked for: above it, at it, or below it. */
export function isAskedFor(place: ConcretePath, pattern: ClaimsPath): boolean {
  const shared = Math.min(place.length, pattern.length);
  for (let at = 0; at < shared; at += 1) if (!fits(place[at], pattern[at])) return false;
  return true;
}

/** Values that a path selects in presented claims; indexes are read as "any element", see `fits`. */
export function presentedValues(claims: unknown, path: ClaimsPath): readonly unknown[] {
  let here: readonly unknown[] = [claims];
  for (const step of path) {
    here = here.flatMap((value): readonly unknown[] => {
      if (typeof step === 'string') {
        const found = member(value, step);
        return found === undefined ? [] : [found];
      }
      return Array.isArray(value) ? value : [];
    });
  }
  return here;
}

/** Claims of one option, or all claims where there are no options. */
export function claimOptions(query: Query): readonly (readonly ClaimQuery[])[] {
  const { claims = [], claimSets } = query;
  if (claimSets === undefined) return [claims];
  return claimSets.map((option) => claims.filter((claim) => claim.id !== undefined && option.includes(claim.id)));
}
