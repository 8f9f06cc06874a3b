import type { FlowContext } from '../../core/flow.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, bool, isObject, member, str, strings } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';

/** Presentations in one response at most. */
const MAX_PRESENTATIONS = 100;

/** One presentation, under the query that it answers. */
export interface Presented {
  readonly queryId: string;
  readonly query: JsonObject;
  readonly presentation: unknown;
}

/** Credential queries of a DCQL query by id, in order. */
export function credentialQueries(query: JsonObject): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const entry of arr(query, 'credentials') ?? []) {
    const id = str(entry, 'id');
    if (id !== undefined && isObject(entry)) found.set(id, entry);
  }
  return found;
}

/** Judges `vp_token` as a whole (OpenID4VP 8.1, 8.6) and returns its presentations in order. Throws Refusal. */
export async function judgeVpToken(
  context: FlowContext,
  payload: JsonObject,
  query: JsonObject,
): Promise<readonly Presented[]> {
  const queries = credentialQueries(query);
  let token = tokenOf(payload, queries);
  let byId = false;
  await context.accept('verifier/response/shape', () => judgeShape(payload));
  await context.accept('verifier/vp-token/query-ids', () => {
    const stranger = Object.keys(token).find((id) => !queries.has(id));
    if (stranger !== undefined) throw new Error(`vp_token has ${quote(stranger)}, which is no credential query`);
    byId = true;
  });
  // Who does not look at the ids goes by the order.
  if (!byId) token = inOrder(token, queries);
  await context.accept('verifier/vp-token/required-queries', () => {
    const missing = unsatisfied(query, new Set(Object.keys(token)));
    if (missing !== undefined) throw new Error(missing);
  });
  await context.accept('verifier/vp-token/multiplicity', () => {
    for (const [id, entry] of queries) {
      const count = listOf(token, id).length;
      if (count > 1 && bool(entry, 'multiple') !== true)
        throw new Error(`${count} presentations for ${quote(id)}, not one`);
    }
  });
  const presented: Presented[] = [];
  for (const [queryId, entry] of queries) {
    for (const presentation of listOf(token, queryId)) presented.push({ queryId, query: entry, presentation });
  }
  return presented.slice(0, MAX_PRESENTATIONS);
}

/** `vp_token` as an object; a bare presentation is taken for the first query's, as a verifier does that leaves the shape out. */
function tokenOf(payload: JsonObject, queries: ReadonlyMap<string, JsonObject>): JsonObject {
  const token = member(payload, 'vp_token');
  const [first] = queries.keys();
  return isObject(token) ? token : token === undefined || first === undefined ? {} : { [first]: token };
}

function inOrder(token: JsonObject, queries: ReadonlyMap<string, JsonObject>): JsonObject {
  const lists = Object.values(token);
  return Object.fromEntries(
    [...queries.keys()].flatMap((id, index) => (index < lists.length ? [[id, lists[index]]] : [])),
  );
}

function listOf(token: JsonObject, id: string): readonly unknown[] {
  const list = member(token, id);
  return Array.isArray(list) ? (list as readonly unknown[]) : list === undefined ? [] : [list];
}

function judgeShape(payload: JsonObject): void {
  const token = member(payload, 'vp_token');
  if (token === undefined) throw new Error('vp_token is missing');
  if (!isObject(token)) throw new Error('vp_token is no JSON object');
  if (Object.keys(token).length === 0) throw new Error('vp_token is empty');
  let total = 0;
  for (const [id, list] of Object.entries(token)) {
    if (!Array.isArray(list) || list.length === 0)
      throw new Error(`vp_token member ${quote(id)} is no non-empty array`);
    total += list.length;
    if (!list.every((item) => typeof item === 'string' || isObject(item))) {
      throw new Error(`a presentation of ${quote(id)} is neither string nor object`);
    }
  }
  if (total > MAX_PRESENTATIONS) throw new Error(`more than ${MAX_PRESENTATIONS} presentations`);
}

/** What is missing from a set of answered queries (OpenID4VP 6.4.2); undefined if the query is satisfied. */
function unsatisfied(query: JsonObject, answered: ReadonlySet<string>): string | undefined {
  const sets = arr(query, 'credential_sets');
  if (sets === undefined) {
    const missing = [...credentialQueries(query).keys()].find((id) => !answered.has(id));
    return missing === undefined ? undefined : `no presentation for ${quote(missing)}`;
  }
  for (const [index, set] of sets.entries()) {
    if (bool(set, 'required') === false) continue;
    const options = (arr(set, 'options') ?? []).map(
      (_, at) => strings({ option: arr(set, 'options')?.[at] }, 'option') ?? [],
    );
    if (!options.some((option) => option.length > 0 && option.every((id) => answered.has(id)))) {
      return `no option of credential set ${index} is satisfied`;
    }
  }
  return undefined;
}
