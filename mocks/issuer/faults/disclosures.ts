import type { JwtDraft, SdJwtDraft } from '../../drafts.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { arr, isObject } from '../../../protocol/json.ts';
import type { BuiltDisclosure, SdJwtParts } from '../../../protocol/sd-jwt/build.ts';
import { encodeDisclosure, replaceDisclosure } from '../../../protocol/sd-jwt/build.ts';
import type { ClaimsDraft } from '../credential.ts';
import type { Apply, IssuerFault } from './fault.ts';
import { payload, row } from './fault.ts';

const STEP = 'credential';
const REFUSED = 'credential/disclosures';

/** Index of a disclosure of an object's member. Throws where the credential type has none: then the fault cannot be formed. */
function memberIndex(disclosures: readonly BuiltDisclosure[]): number {
  const index = disclosures.findIndex(({ name }) => name !== undefined);
  if (index === -1) throw new Error('needs a credential type with a selectively disclosable member');
  return index;
}

/** Replaces a disclosure by another array and its digest with it: the issuer made it so, and signed it. */
function remade(make: (disclosure: BuiltDisclosure) => unknown): Apply<SdJwtParts> {
  return (parts) => {
    const index = memberIndex(parts.disclosures);
    const disclosure = parts.disclosures[index];
    return disclosure === undefined ? parts : replaceDisclosure(parts, index, make(disclosure));
  };
}

/** Changes what travels after signing. */
function travelling(change: (disclosures: readonly string[]) => string[]): Apply<SdJwtDraft> {
  return (draft) => {
    if (draft.disclosures.length === 0) throw new Error('needs a credential type with disclosures');
    return { ...draft, disclosures: change(draft.disclosures) };
  };
}

/** Adds a disclosure and its digest to the top level. */
function added(array: unknown): Apply<SdJwtParts> {
  return (parts) => {
    const made = encodeDisclosure(array);
    const extra: BuiltDisclosure = { path: [], salt: '', name: undefined, value: undefined, ...made };
    return {
      ...parts,
      payload: { ...parts.payload, _sd: [...(arr(parts.payload, '_sd') ?? []), made.digest] },
      disclosures: [...parts.disclosures, extra],
    };
  };
}

/** Makes a claim selectively disclosable that everybody has to see (SD-JWT VC, "Registered JWT Claims"). */
const hidden =
  (name: string): Apply<ClaimsDraft> =>
  (draft) => ({ ...draft, disclosable: [...draft.disclosable, [name]] });

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Faults of disclosures and digests (RFC 9901 4, 7.1). All are signed properly. */
export const DISCLOSURE_FAULTS: readonly IssuerFault[] = [
  row(
    `${STEP}/disclosure-changed`,
    `${STEP}.sd-jwt`,
    REFUSED,
    ['A disclosure whose value was changed after signing', '簽署後揭露項的值遭更動'],
    travelling(([first = '', ...rest]) => [changedValue(first), ...rest]),
  ),
  row(
    `${STEP}/disclosure-unreferenced`,
    `${STEP}.sd-jwt`,
    REFUSED,
    ['A disclosure that no digest refers to', '沒有摘要指向的揭露項'],
    travelling((list) => [...list, encodeDisclosure([SALT, 'x-added', true]).encoded]),
  ),
  row(
    `${STEP}/disclosure-twice`,
    `${STEP}.sd-jwt`,
    REFUSED,
    ['The same disclosure twice', '同一個揭露項出現兩次'],
    travelling((list) => [...list, ...list.slice(0, 1)]),
  ),
  row(
    `${STEP}/disclosure-garbage`,
    `${STEP}.sd-jwt`,
    REFUSED,
    ['A disclosure that is no JSON', '不是 JSON 的揭露項'],
    travelling((list) => [...list, base64url('no JSON')]),
  ),
  row(
    `${STEP}/disclosure-empty`,
    `${STEP}.sd-jwt`,
    REFUSED,
    ['An empty disclosure', '空的揭露項'],
    travelling((list) => [...list, '']),
  ),
  row(
    `${STEP}/digest-twice`,
    STEP,
    REFUSED,
    ['The same digest twice', '同一個摘要出現兩次'],
    (draft: JwtDraft, { extras }) => ({
      ...draft,
      payload: {
        ...draft.payload,
        _sd: [...(arr(draft.payload, '_sd') ?? []), ...firstDigest(extras['disclosures'])],
        'x-again': { _sd: firstDigest(extras['disclosures']) },
      },
    }),
  ),
  row(
    `${STEP}/digest-number`,
    STEP,
    REFUSED,
    ['A digest that is a number', '摘要為數字'],
    payload((current) => ({ _sd: [...(arr(current, '_sd') ?? []), 42] })),
  ),
  row(
    `${STEP}/sd-no-array`,
    STEP,
    REFUSED,
    ['_sd that is no array', '_sd 不是陣列'],
    payload({ 'x-object': { _sd: 'no array' } }),
  ),
  row(`${STEP}/sd-alg-unknown`, STEP, REFUSED, ['An unknown _sd_alg', '未知的 _sd_alg'], payload({ _sd_alg: 'md5' })),
  row(
    `${STEP}/sd-alg-other`,
    STEP,
    REFUSED,
    ['_sd_alg that the digests were not made with', '_sd_alg 與產生摘要的演算法不同'],
    payload({ _sd_alg: 'sha-512' }),
  ),
  row(
    `${STEP}/placeholder-members`,
    STEP,
    REFUSED,
    ['An array placeholder with other members', '陣列佔位項帶有其他成員'],
    payload({ 'x-array': [{ '...': SALT, more: true }] }),
  ),
  row(
    `${STEP}/disclosure-four-elements`,
    `${STEP}.parts`,
    REFUSED,
    ['A disclosure of four elements', '四個元素的揭露項'],
    remade(({ salt, name, value }) => [salt, name, value, 'more']),
  ),
  row(
    `${STEP}/disclosure-salt-number`,
    `${STEP}.parts`,
    REFUSED,
    ['A salt that is a number', '鹽值為數字'],
    remade(({ name, value }) => [42, name, value]),
  ),
  row(
    `${STEP}/disclosure-wrong-kind`,
    `${STEP}.parts`,
    REFUSED,
    ['A disclosure of an array element where a member belongs', '成員位置卻為陣列元素的揭露項'],
    remade(({ salt, value }) => [salt, value]),
  ),
  row(
    `${STEP}/disclosure-reserved-name`,
    `${STEP}.parts`,
    REFUSED,
    ['A disclosure named _sd', '名為 _sd 的揭露項'],
    remade(({ salt, value }) => [salt, '_sd', value]),
  ),
  row(
    `${STEP}/disclosure-overwrites`,
    `${STEP}.parts`,
    REFUSED,
    ['A disclosure of a claim that is there already', '揭露項的宣告已存在'],
    added([SALT, 'vct', 'urn:example:another-type']),
  ),
  row(
    `${STEP}/salts-same`,
    `${STEP}.parts`,
    REFUSED,
    ['Two disclosures with the same salt', '兩個揭露項使用相同的鹽值'],
    (parts: SdJwtParts) => added([saltOf(parts), 'x-same-salt', true])(parts, undefined as never),
  ),
  row(
    `${STEP}/vct-hidden`,
    `${STEP}.claims`,
    'credential/vct',
    ['vct that is selectively disclosable', 'vct 為可選擇揭露'],
    hidden('vct'),
  ),
  row(
    `${STEP}/exp-hidden`,
    `${STEP}.claims`,
    REFUSED,
    ['exp that is selectively disclosable', 'exp 為可選擇揭露'],
    hidden('exp'),
  ),
  row(
    `${STEP}/cnf-hidden`,
    `${STEP}.claims`,
    'credential/key-binding',
    ['cnf that is selectively disclosable', 'cnf 為可選擇揭露'],
    hidden('cnf'),
  ),
];

function changedValue(encoded: string): string {
  const array: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  return Array.isArray(array)
    ? encodeDisclosure([...(array as readonly unknown[]).slice(0, -1), 'changed']).encoded
    : encoded;
}

function firstDigest(disclosures: unknown): string[] {
  const [first]: readonly unknown[] = Array.isArray(disclosures) ? disclosures : [];
  if (!isObject(first) || typeof first['digest'] !== 'string')
    throw new Error('needs a credential type with disclosures');
  return [first['digest']];
}

function saltOf(parts: SdJwtParts): string {
  const salt = parts.disclosures[0]?.salt;
  if (salt === undefined) throw new Error('needs a credential type with disclosures');
  return salt;
}
