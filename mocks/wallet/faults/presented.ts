import type { Fault, FaultContext } from '../../../core/flow.ts';
import { tamperSignature } from '../../../protocol/jose/jws.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, setOwn } from '../../../protocol/json.ts';
import { encodeDisclosure } from '../../../protocol/sd-jwt/build.ts';
import { readDisclosure } from '../../../protocol/sd-jwt/read.ts';
import type { BytesDraft, JsonDraft, JwtDraft, SdJwtDraft } from '../../drafts.ts';
import { DAY, at, header, payload, row, signedBy, unknownId, unsigned } from './rows.ts';

const STEP = 'presented-credential';

type Spares = (name: string) => SigningKey;

/** Signs with a spare key of the issuer and its certificate. */
function spare(name: 'untrusted' | 'expired' | 'self-signed') {
  return (draft: JwtDraft, { extras }: FaultContext): JwtDraft => {
    const key = (extras['spare'] as Spares)(name);
    return { ...draft, key, header: { ...draft.header, alg: key.alg, x5c: key.x5c } };
  };
}

function status(value: 'revoked' | 'suspended') {
  return payload((_, { extras }) => {
    const reference = (extras['statusAt'] as (value: string) => JsonObject | undefined)(value);
    if (reference === undefined) throw new Error('a status needs a credentialIssuer that publishes it');
    return { status: reference };
  });
}

/**
 * Faults of the presented credential and its disclosures. Those of step `presented-credential` need a wallet that makes its own credentials; the rest work with
 * any. Key binding covers what is presented, so that only the credential is wrong.
 */
export const PRESENTED_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/typ-wrong`,
    STEP,
    'verifier/credential/typ',
    'A credential with typ JWT',
    '憑證的 typ 為 JWT',
    header({ typ: 'JWT' }),
  ),
  row(
    `${STEP}/alg-none`,
    `${STEP}.bytes`,
    'verifier/credential/alg',
    'A credential without signature',
    '沒有簽章的憑證',
    unsigned,
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    'verifier/credential/signature',
    'A credential with a broken signature',
    '憑證的簽章損壞',
    (draft: BytesDraft) => ({ text: tamperSignature(draft.text) }),
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    'verifier/credential/signature',
    'A credential signed by its holder',
    '由持有者自行簽署的憑證',
    signedBy('otherKey'),
  ),
  row(
    `${STEP}/issuer-untrusted`,
    STEP,
    'verifier/credential/issuer-trust',
    'A credential of an issuer that nobody trusts',
    '不受信任發行者的憑證',
    spare('untrusted'),
  ),
  row(
    `${STEP}/issuer-self-signed`,
    STEP,
    'verifier/credential/issuer-trust',
    'A credential whose issuer certified itself',
    '發行者自行簽署其 X.509 憑證',
    spare('self-signed'),
  ),
  row(
    `${STEP}/issuer-certificate-expired`,
    STEP,
    'verifier/credential/issuer-trust',
    'A credential of an issuer whose certificate has expired',
    '發行者的 X.509 憑證已過期',
    spare('expired'),
  ),
  row(
    `${STEP}/expired`,
    STEP,
    'verifier/credential/expiry',
    'A credential that expired yesterday',
    '昨天過期的憑證',
    payload((_, context) => ({ iat: at(context, -30 * DAY), nbf: at(context, -30 * DAY), exp: at(context, -DAY) })),
  ),
  row(
    `${STEP}/not-yet-valid`,
    STEP,
    'verifier/credential/not-before',
    'A credential that is valid from tomorrow',
    '明天才生效的憑證',
    payload((_, context) => ({ nbf: at(context, DAY) })),
  ),
  row(
    `${STEP}/vct-other`,
    STEP,
    'verifier/credential/vct',
    'A credential of another type',
    '其他類型的憑證',
    payload({ vct: 'urn:example:another-type:1' }),
  ),
  row(
    `${STEP}/vct-missing`,
    STEP,
    'verifier/credential/vct',
    'A credential without a type',
    '沒有類型（vct）的憑證',
    payload({ vct: undefined }),
  ),
  row(
    `${STEP}/value-other`,
    `${STEP}.claims`,
    'verifier/credential/values',
    'A claim with another value than was asked for',
    '宣告的值不是所要求的值',
    (draft: JsonDraft, { extras }) => {
      const [first] = (extras['paths'] ?? []) as (readonly (string | number | null)[])[];
      const value = structuredClone(draft.value);
      if (first !== undefined) replaceAt(value, first, 'another value');
      return { value };
    },
  ),
  row(
    `${STEP}/cnf-missing`,
    STEP,
    'verifier/key-binding/signature',
    'A credential that is bound to no key, presented with a key binding',
    '未綁定金鑰的憑證卻附上金鑰綁定',
    payload({ cnf: undefined }),
  ),
  row(
    `${STEP}/digest-twice`,
    STEP,
    'verifier/credential/disclosures',
    'A credential that has the same digest twice',
    '憑證中同一摘要出現兩次',
    payload((current) => ({ _sd: [...digests(current), ...digests(current).slice(0, 1)] })),
  ),
  row(
    `${STEP}/sd-alg-unknown`,
    STEP,
    'verifier/presentation/parse',
    'A credential whose hash algorithm nobody knows',
    '憑證使用未知的雜湊演算法',
    payload({ _sd_alg: 'x-unheard-of' }),
  ),
  row(`${STEP}/revoked`, STEP, 'verifier/credential/status', 'A revoked credential', '已撤銷的憑證', status('revoked')),
  row(
    `${STEP}/suspended`,
    STEP,
    'verifier/credential/status',
    'A suspended credential',
    '已停用的憑證',
    status('suspended'),
  ),
  row(
    'status-list-token/signature-broken',
    'status-list-token.bytes',
    'verifier/credential/status-signature',
    'The status list of the credential has a broken signature',
    '憑證的狀態清單簽章損壞',
    (draft: BytesDraft) => ({ text: tamperSignature(draft.text) }),
  ),
  row(
    'status-list-token/expired',
    'status-list-token',
    'verifier/credential/status-token',
    'The status list of the credential expired yesterday',
    '憑證的狀態清單已於昨天過期',
    payload((_, context) => ({ iat: at(context, -2 * DAY), exp: at(context, -DAY) })),
  ),
  row(
    'status-list-token/of-other-list',
    'status-list-token',
    'verifier/credential/status-token',
    'The status list is of another place than the credential names',
    '狀態清單屬於憑證所指以外的位置',
    payload({ sub: 'https://somebody-else.example/status/1' }),
  ),
  row(
    'presentation/disclosure-altered',
    'presentation',
    'verifier/credential/disclosures',
    'A disclosure whose value was changed',
    '揭露項的值遭竄改',
    (draft: SdJwtDraft) => ({
      ...draft,
      disclosures: draft.disclosures.map((encoded, index) => (index === 0 ? altered(encoded) : encoded)),
    }),
  ),
  row(
    'presentation/disclosure-twice',
    'presentation',
    'verifier/credential/disclosures',
    'The same disclosure twice',
    '同一揭露項出現兩次',
    (draft: SdJwtDraft) => ({
      ...draft,
      disclosures: [...draft.disclosures, ...draft.disclosures.slice(0, 1)],
    }),
  ),
  row(
    'presentation/disclosure-unreferenced',
    'presentation',
    'verifier/credential/disclosures',
    'A disclosure that the issuer never signed',
    '發行者從未簽署的揭露項',
    (draft: SdJwtDraft, context) => ({
      ...draft,
      disclosures: [...draft.disclosures, encodeDisclosure([unknownId(context), 'vip', true]).encoded],
    }),
  ),
  row(
    'presentation/disclosure-malformed',
    'presentation',
    'verifier/credential/disclosures',
    'A disclosure that is no JSON array',
    '揭露項不是 JSON 陣列',
    (draft: SdJwtDraft) => ({
      ...draft,
      disclosures: [...draft.disclosures, encodeDisclosure({ vip: true }).encoded],
    }),
  ),
  row(
    'presentation/claim-missing',
    'presentation',
    'verifier/credential/claims',
    'A requested claim that is not disclosed',
    '未揭露所請求的宣告',
    (draft: SdJwtDraft) => ({ ...draft, disclosures: draft.disclosures.slice(1) }),
  ),
  row(
    'presentation/no-claims',
    'presentation',
    'verifier/credential/claims',
    'None of the requested claims',
    '完全未揭露所請求的宣告',
    (draft: SdJwtDraft) => ({ ...draft, disclosures: [] }),
  ),
  row(
    'presentation/not-an-sd-jwt',
    'presentation.bytes',
    'verifier/presentation/parse',
    'A presentation that is no SD-JWT',
    '出示內容不是 SD-JWT',
    () => ({ text: 'not-an-sd-jwt' }),
  ),
];

function digests(current: JsonObject): readonly unknown[] {
  return arr(current, '_sd') ?? [];
}

/** Puts a value where a path first leads to, in place. */
function replaceAt(root: Record<string, unknown>, path: readonly (string | number | null)[], value: unknown): void {
  let here: unknown = root;
  for (const step of path.slice(0, -1)) here = member(here, step);
  const last = path.at(-1) ?? 0;
  if (Array.isArray(here)) (here as unknown[]).fill(value);
  else if (isObject(here)) setOwn(here, String(last), value);
}

function member(holder: unknown, step: string | number | null): unknown {
  if (Array.isArray(holder)) return (holder as readonly unknown[])[Number(step ?? 0)];
  return isObject(holder) && typeof step === 'string' && Object.hasOwn(holder, step) ? holder[step] : undefined;
}

function altered(encoded: string): string {
  const { salt, name } = readDisclosure(encoded);
  return encodeDisclosure(name === undefined ? [salt, 'altered'] : [salt, name, 'altered']).encoded;
}
