import type { ClaimsPath } from '../claims-path.ts';
import { readClaimsPath } from '../claims-path.ts';
import type { JsonObject } from '../json.ts';
import { isObject, member, obj } from '../json.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, quote, readError } from '../read-error.ts';

/** A claims query (OpenID4VP 6.3). */
export interface ClaimsQuery {
  readonly id: string | undefined;
  readonly path: ClaimsPath;
  readonly values: readonly (string | number | boolean)[] | undefined;
}

/** A trusted authorities query (OpenID4VP 6.1.1). */
export interface TrustedAuthorities {
  readonly type: string;
  readonly values: readonly string[];
}

/** A credential query (OpenID4VP 6.1), with the defaults filled in. */
export interface CredentialQuery {
  readonly id: string;
  readonly format: string;
  readonly multiple: boolean;
  readonly meta: JsonObject;
  readonly trustedAuthorities: readonly TrustedAuthorities[] | undefined;
  /** `require_cryptographic_holder_binding`. */
  readonly holderBinding: boolean;
  readonly claims: readonly ClaimsQuery[] | undefined;
  readonly claimSets: readonly (readonly string[])[] | undefined;
}

/** A credential set query (OpenID4VP 6.2). */
export interface CredentialSetQuery {
  readonly options: readonly (readonly string[])[];
  readonly required: boolean;
}

export interface DcqlQuery {
  readonly credentials: readonly CredentialQuery[];
  readonly credentialSets: readonly CredentialSetQuery[] | undefined;
}

export interface DcqlReading {
  /**
   * undefined if a rule is broken: what a broken part meant cannot be known, and guessing could disclose too much. Two errors leave
   * the meaning clear, and the query beside them: `claim-path-duplicate` (wallets should ignore it) and `credential-meta` (no constraint).
   */
  readonly query: DcqlQuery | undefined;
  readonly errors: readonly ReadError[];
}

const ID = /^[A-Za-z0-9_-]+$/;
const MAX_ENTRIES = 500;

/** Collects errors with their place, so that readers of parts need not know where they stand. */
class Notes {
  readonly errors: ReadError[] = [];
  add(code: string, en: string, zh: string, at: string, section: string): undefined {
    if (this.errors.length < 100) this.errors.push(readError(code, en, zh, { at, section: `OpenID4VP ${section}` }));
  }
}

/**
 * Reads a DCQL query strictly (OpenID4VP 6), collecting every violation; never throws. Unknown members are ignored, as the specification says.
 * Codes: `dcql-not-object`, `dcql-too-large`, `credentials-array`, `credential-not-object`, `credential-id`, `credential-id-duplicate`, `credential-format`,
 * `credential-multiple`, `credential-meta`, `meta-vct-values`, `meta-doctype-value`, `meta-type-values`, `credential-holder-binding`, `trusted-authorities-array`,
 * `trusted-authorities-entry`, `claims-array`, `claim-not-object`, `claim-id`, `claim-id-missing`, `claim-id-duplicate`, `claim-path`, `path-…`,
 * `claim-path-duplicate`, `claim-path-mdoc`, `claim-values`, `claim-sets-array`, `claim-sets-without-claims`, `claim-sets-unknown-id`,
 * `credential-sets-array`, `credential-set-not-object`, `credential-set-options`, `credential-set-unknown-id`, `credential-set-required`.
 */
export function readDcql(value: unknown): DcqlReading {
  const notes = new Notes();
  if (!isObject(value)) {
    notes.add('dcql-not-object', 'a DCQL query is a JSON object', 'DCQL 查詢必須是 JSON 物件', '', '6');
    return { query: undefined, errors: notes.errors };
  }
  const list = nonEmptyArray(value, 'credentials', '', 'credentials-array', '6', notes, true);
  const credentials: CredentialQuery[] = [];
  const ids = new Set<string>();
  for (const [index, item] of (list ?? []).entries()) {
    const query = readCredentialQuery(item, `/credentials/${index}`, notes);
    if (query === undefined) continue;
    if (ids.has(query.id)) {
      const shown = quote(query.id);
      const at = `/credentials/${index}/id`;
      notes.add('credential-id-duplicate', `id "${shown}" appears twice`, `id「${shown}」重複出現`, at, '6.1');
    }
    ids.add(query.id);
    credentials.push(query);
  }
  const sets = readCredentialSets(value, ids, notes);
  const { errors } = notes;
  const clear = errors.every(({ code }) => code === 'claim-path-duplicate' || code === 'credential-meta');
  return { query: clear ? { credentials, credentialSets: sets } : undefined, errors };
}

/** A member that, if present, must be a non-empty array of bounded length. */
function nonEmptyArray(
  source: JsonObject,
  name: string,
  at: string,
  code: string,
  section: string,
  notes: Notes,
  required = false,
): readonly unknown[] | undefined {
  if (!required && !Object.hasOwn(source, name)) return undefined;
  const value = member(source, name);
  if (!Array.isArray(value) || value.length === 0) {
    return notes.add(code, `"${name}" is no non-empty array`, `「${name}」不是非空陣列`, `${at}/${name}`, section);
  }
  if (value.length > MAX_ENTRIES) {
    return notes.add(
      'dcql-too-large',
      `more than ${MAX_ENTRIES} entries`,
      `超過 ${MAX_ENTRIES} 個項目`,
      `${at}/${name}`,
      section,
    );
  }
  return value;
}

/** A member that is a boolean if present. */
function flag(
  source: JsonObject,
  name: string,
  byDefault: boolean,
  at: string,
  code: string,
  section: string,
  notes: Notes,
): boolean {
  if (!Object.hasOwn(source, name)) return byDefault;
  const value = member(source, name);
  if (typeof value === 'boolean') return value;
  notes.add(code, `"${name}" is no boolean`, `「${name}」不是布林值`, `${at}/${name}`, section);
  return byDefault;
}

function readCredentialQuery(value: unknown, at: string, notes: Notes): CredentialQuery | undefined {
  if (!isObject(value)) {
    return notes.add('credential-not-object', 'a credential query is an object', '憑證查詢必須是物件', at, '6.1');
  }
  const id = readId(value, at, 'credential-id', '6.1', notes);
  const format = member(value, 'format');
  if (typeof format !== 'string' || format === '') {
    notes.add(
      'credential-format',
      '"format" is missing or no string',
      '「format」缺少或不是字串',
      `${at}/format`,
      '6.1',
    );
  }
  const formatName = typeof format === 'string' ? format : '';
  const meta = obj(value, 'meta');
  if (meta === undefined) {
    notes.add('credential-meta', '"meta" is missing or no object', '「meta」缺少或不是物件', `${at}/meta`, '6.1');
  } else readMeta(meta, formatName, `${at}/meta`, notes);
  const claims = readClaims(value, formatName, at, notes);
  return {
    id: id ?? '',
    format: formatName,
    multiple: flag(value, 'multiple', false, at, 'credential-multiple', '6.1', notes),
    meta: meta ?? {},
    trustedAuthorities: readTrustedAuthorities(value, at, notes),
    holderBinding: flag(
      value,
      'require_cryptographic_holder_binding',
      true,
      at,
      'credential-holder-binding',
      '6.1',
      notes,
    ),
    claims,
    claimSets: readClaimSets(value, claims, at, notes),
  };
}

function readId(value: JsonObject, at: string, code: string, section: string, notes: Notes): string | undefined {
  const id = member(value, 'id');
  if (typeof id === 'string' && ID.test(id)) return id;
  const shown = quote(id);
  return notes.add(
    code,
    `"id" ${shown} is no non-empty text of letters, digits, "_" and "-"`,
    `「id」${shown} 不是由英數字、「_」、「-」組成的非空字串`,
    `${at}/id`,
    section,
  );
}

/** An array of non-empty strings, not empty itself. */
function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

/** Format-specific `meta` (OpenID4VP B). An empty `meta` is legal: no constraints (6.1). */
function readMeta(meta: JsonObject, format: string, at: string, notes: Notes): void {
  if (Object.keys(meta).length === 0) return;
  if (format === 'dc+sd-jwt' || format === 'vc+sd-jwt') {
    if (!isStrings(member(meta, 'vct_values'))) {
      const place = `${at}/vct_values`;
      notes.add(
        'meta-vct-values',
        '"vct_values" is no non-empty array of strings',
        '「vct_values」不是非空字串陣列',
        place,
        'B.3.5',
      );
    }
  } else if (format === 'mso_mdoc') {
    if (typeof member(meta, 'doctype_value') !== 'string') {
      notes.add(
        'meta-doctype-value',
        '"doctype_value" is no string',
        '「doctype_value」不是字串',
        `${at}/doctype_value`,
        'B.2.3',
      );
    }
  } else if (format === 'jwt_vc_json' || format === 'ldp_vc') {
    const types = member(meta, 'type_values');
    if (!Array.isArray(types) || types.length === 0 || !types.every(isStrings)) {
      const zh = '「type_values」不是由非空字串陣列組成的非空陣列';
      notes.add(
        'meta-type-values',
        '"type_values" is no non-empty array of non-empty arrays of strings',
        zh,
        `${at}/type_values`,
        'B.1.1',
      );
    }
  }
}

function readTrustedAuthorities(value: JsonObject, at: string, notes: Notes): TrustedAuthorities[] | undefined {
  const list = nonEmptyArray(value, 'trusted_authorities', at, 'trusted-authorities-array', '6.1.1', notes);
  return list?.flatMap((item, index) => {
    const type = member(item, 'type');
    const values = member(item, 'values');
    if (typeof type === 'string' && isStrings(values)) return [{ type, values }];
    notes.add(
      'trusted-authorities-entry',
      'an entry needs a string "type" and a non-empty array of strings "values"',
      '項目須有字串「type」與非空字串陣列「values」',
      `${at}/trusted_authorities/${index}`,
      '6.1.1',
    );
    return [];
  });
}

function readClaims(value: JsonObject, format: string, at: string, notes: Notes): ClaimsQuery[] | undefined {
  const list = nonEmptyArray(value, 'claims', at, 'claims-array', '6.1', notes);
  const ids = new Set<string>();
  const paths = new Set<string>();
  const needIds = Object.hasOwn(value, 'claim_sets');
  return list?.flatMap((item, index) => {
    const place = `${at}/claims/${index}`;
    if (!isObject(item)) {
      notes.add('claim-not-object', 'a claims query is an object', '宣告查詢必須是物件', place, '6.3');
      return [];
    }
    let id: string | undefined;
    if (Object.hasOwn(item, 'id')) id = readId(item, place, 'claim-id', '6.3', notes);
    else if (needIds)
      notes.add(
        'claim-id-missing',
        'with "claim_sets" each claim needs an "id"',
        '有「claim_sets」時每個宣告都需要「id」',
        place,
        '6.3',
      );
    if (id !== undefined && ids.has(id)) {
      notes.add(
        'claim-id-duplicate',
        `id "${quote(id)}" appears twice`,
        `id「${quote(id)}」重複出現`,
        `${place}/id`,
        '6.3',
      );
    }
    if (id !== undefined) ids.add(id);
    const { path, errors } = readClaimsPath(member(item, 'path'));
    notes.errors.push(...errorsAt(`${place}/path`, errors));
    const values = readValues(item, place, notes);
    if (path === undefined) return [];
    const key = JSON.stringify(path);
    if (paths.has(key)) {
      notes.add('claim-path-duplicate', 'the same claim twice', '同一個宣告出現兩次', `${place}/path`, '6.1');
    }
    paths.add(key);
    if (format === 'mso_mdoc' && (path.length !== 2 || path.some((component) => typeof component !== 'string'))) {
      const zh = 'mdoc 的路徑由命名空間與資料元素兩個字串組成';
      notes.add(
        'claim-path-mdoc',
        'a path into an mdoc is two strings: namespace and element',
        zh,
        `${place}/path`,
        '7.2',
      );
    }
    return [{ id, path, values }];
  });
}

function readValues(item: JsonObject, place: string, notes: Notes): readonly (string | number | boolean)[] | undefined {
  if (!Object.hasOwn(item, 'values')) return undefined;
  const values: unknown = member(item, 'values');
  if (Array.isArray(values) && values.length > 0 && values.length <= MAX_ENTRIES && values.every(isScalar))
    return values;
  const zh = '「values」不是由字串、整數或布林值組成的非空陣列';
  return notes.add(
    'claim-values',
    '"values" is no non-empty array of strings, integers and booleans',
    zh,
    `${place}/values`,
    '6.3',
  );
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value);
}

function readClaimSets(
  value: JsonObject,
  claims: readonly ClaimsQuery[] | undefined,
  at: string,
  notes: Notes,
): string[][] | undefined {
  const list = nonEmptyArray(value, 'claim_sets', at, 'claim-sets-array', '6.1', notes);
  if (list === undefined) return undefined;
  if (!Object.hasOwn(value, 'claims')) {
    const zh = '沒有「claims」卻有「claim_sets」';
    return notes.add('claim-sets-without-claims', '"claim_sets" without "claims"', zh, `${at}/claim_sets`, '6.4.1');
  }
  const ids = new Set(claims?.map((claim) => claim.id));
  return list.flatMap((set, index) => {
    const place = `${at}/claim_sets/${index}`;
    if (!Array.isArray(set) || !set.every((id) => typeof id === 'string')) {
      notes.add('claim-sets-array', 'an entry is no array of identifiers', '項目不是識別碼陣列', place, '6.1');
      return [];
    }
    for (const id of set.filter((id) => !ids.has(id)).slice(0, 10)) {
      notes.add('claim-sets-unknown-id', `no claim "${quote(id)}"`, `沒有宣告「${quote(id)}」`, place, '6.1');
    }
    return [set];
  });
}

function readCredentialSets(
  value: JsonObject,
  ids: ReadonlySet<string>,
  notes: Notes,
): CredentialSetQuery[] | undefined {
  const list = nonEmptyArray(value, 'credential_sets', '', 'credential-sets-array', '6', notes);
  return list?.flatMap((item, index) => {
    const at = `/credential_sets/${index}`;
    if (!isObject(item)) {
      notes.add('credential-set-not-object', 'a credential set query is an object', '憑證組查詢必須是物件', at, '6.2');
      return [];
    }
    const required = flag(item, 'required', true, at, 'credential-set-required', '6.2', notes);
    const options = nonEmptyArray(item, 'options', at, 'credential-set-options', '6.2', notes, true) ?? [];
    const good = options.filter((option) => isStrings(option));
    if (good.length < options.length) {
      const zh = '「options」的項目不是非空識別碼陣列';
      notes.add('credential-set-options', 'an option is no non-empty array of identifiers', zh, `${at}/options`, '6.2');
    }
    for (const id of new Set(good.flat().filter((id) => !ids.has(id)))) {
      notes.add(
        'credential-set-unknown-id',
        `no credential query "${quote(id)}"`,
        `沒有憑證查詢「${quote(id)}」`,
        `${at}/options`,
        '6.2',
      );
    }
    return [{ options: good, required }];
  });
}
