import { arr, isObject, member } from '../../../protocol/json.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import type { JsonDraft } from '../../drafts.ts';
import type { VerifierFault } from './fault.ts';
import { PLAIN, changeCredential, changeQuery, merged, row } from './fault.ts';

const STEP = 'request-parameters';
const VALID = 'request/query-valid';
const SATISFIABLE = 'query/satisfiable';

function invalid(id: string, en: string, zh: string, apply: (draft: JsonDraft) => JsonDraft): VerifierFault {
  return row(`query/${id}`, STEP, VALID, [en, zh], apply);
}

function unsatisfiable(id: string, en: string, zh: string, apply: (draft: JsonDraft) => JsonDraft): VerifierFault {
  return row(`query/${id}`, STEP, SATISFIABLE, [en, zh], apply);
}

/** Claims of a credential query with ids, at least one. */
function named(credential: JsonObject): Record<string, unknown>[] {
  const claims = (arr(credential, 'claims') ?? []).filter(isObject);
  const some: readonly JsonObject[] = claims.length > 0 ? claims : [{ path: ['family_name'] }];
  return some.map((claim, index) => ({ ...claim, id: `c${index}` }));
}

function path(value: unknown): (draft: JsonDraft) => JsonDraft {
  return changeCredential((credential) => ({ ...credential, claims: [{ path: value }] }));
}

/** One component more at the end of the first claim's path. */
function deeper(component: string | number): (draft: JsonDraft) => JsonDraft {
  return changeCredential((credential) => {
    const [first] = arr(credential, 'claims') ?? [];
    const components = member(first, 'path');
    return { ...credential, claims: [{ path: [...(Array.isArray(components) ? components : ['vct']), component] }] };
  });
}

/** Queries that are not valid DCQL (OpenID4VP 6, 7): the wallet answers `invalid_request`. */
const INVALID: readonly VerifierFault[] = [
  invalid(
    'not-an-object',
    'dcql_query is a text that is no JSON',
    'dcql_query 不是 JSON',
    changeQuery(() => 'all of it, please'),
  ),
  invalid(
    'credentials-missing',
    'The query has no credentials',
    '查詢缺少 credentials',
    changeQuery(() => ({})),
  ),
  invalid(
    'credentials-empty',
    'The query asks for no credential',
    '查詢的 credentials 是空的',
    changeQuery((query) => ({ ...query, credentials: [] })),
  ),
  invalid(
    'credential-id-duplicate',
    'Two credential queries with one id',
    '兩個憑證查詢使用相同的 id',
    changeQuery((query) => {
      const [first] = arr(query, 'credentials') ?? [];
      return { ...query, credentials: [first, first] };
    }),
  ),
  invalid(
    'credential-id-missing',
    'A credential query without id',
    '憑證查詢缺少 id',
    changeCredential((credential) => merged(credential, { id: undefined })),
  ),
  invalid(
    'credential-id-characters',
    'An id with characters that it may not have',
    'id 含有不允許的字元',
    changeCredential((credential) => ({ ...credential, id: 'my card!' })),
  ),
  invalid(
    'format-missing',
    'A credential query without format',
    '憑證查詢缺少 format',
    changeCredential((credential) => merged(credential, { format: undefined })),
  ),
  invalid(
    'meta-missing',
    'A credential query without meta',
    '憑證查詢缺少 meta',
    changeCredential((credential) => merged(credential, { meta: undefined })),
  ),
  invalid(
    'vct-values-empty',
    'vct_values is empty',
    'vct_values 是空的',
    changeCredential((credential) => ({ ...credential, meta: { vct_values: [] } })),
  ),
  invalid(
    'claims-empty',
    'claims is empty',
    'claims 是空的',
    changeCredential((credential) => ({ ...credential, claims: [] })),
  ),
  invalid(
    'claim-id-duplicate',
    'Two claims with one id',
    '兩個宣告使用相同的 id',
    changeCredential((credential) => ({
      ...credential,
      claims: [...named(credential), { id: 'c0', path: ['somewhere_else'] }],
    })),
  ),
  invalid(
    'claim-sets-unknown-id',
    'claim_sets names a claim that is not there',
    'claim_sets 指向不存在的宣告',
    changeCredential((credential) => ({ ...credential, claims: named(credential), claim_sets: [['nobody'], ['c0']] })),
  ),
  invalid(
    'claim-sets-without-claims',
    'claim_sets without claims',
    '有 claim_sets 卻沒有 claims',
    changeCredential((credential) => merged(credential, { claims: undefined, claim_sets: [['c0']] })),
  ),
  invalid(
    'claim-sets-empty',
    'claim_sets is empty',
    'claim_sets 是空的',
    changeCredential((credential) => ({ ...credential, claims: named(credential), claim_sets: [] })),
  ),
  invalid(
    'claim-id-missing',
    'A claim without id beside claim_sets',
    '有 claim_sets 時宣告缺少 id',
    changeCredential((credential) => ({
      ...credential,
      claims: [...named(credential), { path: ['somewhere_else'] }],
      claim_sets: [['c0']],
    })),
  ),
  invalid('path-empty', 'A claims path that is empty', '宣告路徑是空的', path([])),
  invalid('path-negative', 'A claims path with a negative index', '宣告路徑含有負的索引', path(['nationalities', -1])),
  invalid('path-component', 'A claims path with an object in it', '宣告路徑含有物件', path([{ name: 'family_name' }])),
  invalid('path-not-array', 'A claims path that is a text', '宣告路徑是字串', path('$.family_name')),
  invalid(
    'values-empty',
    'values is empty',
    'values 是空的',
    changeCredential((credential) => ({ ...credential, claims: [{ ...named(credential)[0], values: [] }] })),
  ),
  invalid(
    'trusted-authorities-empty',
    'trusted_authorities is empty',
    'trusted_authorities 是空的',
    changeCredential((credential) => ({ ...credential, trusted_authorities: [] })),
  ),
  invalid(
    'credential-sets-unknown-id',
    'credential_sets names a credential query that is not there',
    'credential_sets 指向不存在的憑證查詢',
    changeQuery((query) => ({ ...query, credential_sets: [{ options: [['nobody']] }] })),
  ),
  invalid(
    'credential-sets-options-empty',
    'A credential set without options',
    '憑證組沒有選項',
    changeQuery((query) => ({ ...query, credential_sets: [{ options: [] }] })),
  ),
];

/** Valid queries that a wallet holding the usual credential cannot satisfy: nothing may be returned (OpenID4VP 6.4). */
const UNSATISFIABLE: readonly VerifierFault[] = [
  unsatisfiable(
    'type-not-held',
    'Asks for a type of credential that nobody holds',
    '要求沒有人持有的憑證類型',
    changeCredential((credential) => ({ ...credential, meta: { vct_values: ['urn:example:nobody-holds-this'] } })),
  ),
  unsatisfiable(
    'claim-not-held',
    'Asks for a claim that the credential lacks beside those it has',
    '要求憑證中沒有的宣告',
    changeCredential((credential) => ({
      ...credential,
      claims: [...(arr(credential, 'claims') ?? []), { path: ['x_no_such_claim'] }],
    })),
  ),
  unsatisfiable(
    'value-not-held',
    'Asks for a value that the claim does not have',
    '要求宣告所沒有的值',
    changeCredential((credential) => ({
      ...credential,
      claims: (arr(credential, 'claims') ?? []).map((claim) =>
        isObject(claim) ? { ...claim, values: ['a value that nobody has'] } : claim,
      ),
    })),
  ),
  unsatisfiable(
    'authority-not-held',
    'Asks for a credential under an authority that did not issue it',
    '要求由其他機構簽發的憑證',
    changeCredential((credential) => ({
      ...credential,
      trusted_authorities: [{ type: 'aki', values: ['AAAAAAAAAAAAAAAAAAAAAAAAAAA'] }],
    })),
  ),
  unsatisfiable(
    'second-credential-not-held',
    'Asks for a second credential that nobody holds: then nothing at all may be returned',
    '另外要求沒有人持有的憑證：此時不得回傳任何憑證',
    changeQuery((query) => ({
      ...query,
      credentials: [
        ...(arr(query, 'credentials') ?? []),
        { id: 'nobody_holds_this', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:nobody-holds-this'] } },
      ],
    })),
  ),
  unsatisfiable(
    'claim-sets-not-held',
    'Every alternative has a claim that the credential lacks',
    '每個選項都含有憑證所沒有的宣告',
    changeCredential((credential) => ({
      ...credential,
      claims: [...named(credential), { id: 'absent', path: ['x_no_such_claim'] }],
      claim_sets: [['absent'], ['c0', 'absent']],
    })),
  ),
  unsatisfiable(
    'credential-set-not-held',
    'A credential set that does not say whether it is required, and nobody can meet',
    '未標明是否必要、且無人能滿足的憑證組',
    changeQuery((query) => ({
      ...query,
      credentials: [
        ...(arr(query, 'credentials') ?? []),
        { id: 'nobody_holds_this', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:nobody-holds-this'] } },
      ],
      credential_sets: [{ options: [['nobody_holds_this']] }],
    })),
  ),
  unsatisfiable(
    'value-of-other-type',
    'Asks for a value that is right but for its JSON type',
    '要求的值正確，但 JSON 型別不同',
    changeCredential((credential) => ({
      ...credential,
      claims: (arr(credential, 'claims') ?? []).map((claim) =>
        isObject(claim) ? { ...claim, values: [0, true] } : claim,
      ),
    })),
  ),
  unsatisfiable(
    'member-of-text',
    'Asks for a member of something that is no object',
    '把非物件的宣告當成物件來要求',
    deeper('member'),
  ),
  row(
    'query/index-beyond-end',
    STEP,
    SATISFIABLE,
    ['Asks for the hundredth element of an array', '要求陣列的第一百個元素'],
    changeCredential((credential) => {
      const [first] = arr(credential, 'claims') ?? [];
      const components = member(first, 'path');
      return { ...credential, claims: [{ path: [...(Array.isArray(components) ? components : []).slice(0, -1), 99] }] };
    }),
    { ...PLAIN, query: 'array-index' },
  ),
  unsatisfiable(
    'path-of-wrong-kind',
    'Asks for an element of something that is no array',
    '把非陣列的宣告當成陣列來要求',
    deeper(0),
  ),
];

export const QUERY_FAULTS: readonly VerifierFault[] = [...INVALID, ...UNSATISFIABLE];
