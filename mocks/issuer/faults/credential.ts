import type { BytesDraft, JwtDraft, SdJwtDraft } from '../../drafts.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { signatureOver, tamperSignature } from '../../../protocol/jose/jws.ts';
import { generateSigningKey, publicJwkOf } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { isObject, readJson, strings } from '../../../protocol/json.ts';
import type { Apply, IssuerFault } from './fault.ts';
import {
  at,
  BATCH,
  bytes,
  certifiedBy,
  DAY,
  jose,
  merged,
  otherKey,
  payload,
  row,
  signedByOther,
  spare,
} from './fault.ts';

const STEP = 'credential';

/** The issuer-signed JWT with another header or payload and the old signature, or with another one. */
function reassembled(
  text: string,
  change: (header: JsonObject, payload: JsonObject) => { readonly header?: JsonObject; readonly payload?: JsonObject },
  sign?: (input: string) => string,
): string {
  const [first = '', second = '', signature = ''] = text.split('.');
  const parse = (part: string): JsonObject => {
    const { value } = readJson(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : {};
  };
  const changed = change(parse(first), parse(second));
  const encode = (value: JsonObject | undefined, old: string): string =>
    value === undefined ? old : base64url(JSON.stringify(value));
  const input = `${encode(changed.header, first)}.${encode(changed.payload, second)}`;
  return `${input}.${sign === undefined ? signature : sign(input)}`;
}

const unsigned: Apply<BytesDraft> = bytes((text) =>
  reassembled(
    text,
    (header) => ({ header: { ...header, alg: 'none' } }),
    () => '',
  ),
);

/** Signed with a MAC whose secret is the certificate that everybody knows: the algorithm confusion attack. */
const symmetric: Apply<BytesDraft> = bytes((text) => {
  let secret: Uint8Array = Buffer.from('no certificate');
  return reassembled(
    text,
    (header) => {
      const [leaf] = strings(header, 'x5c') ?? [];
      if (leaf !== undefined) secret = Buffer.from(leaf, 'base64');
      return { header: { ...header, alg: 'HS256' } };
    },
    (input) => base64url(signatureOver(input, { alg: 'HS256', secret })),
  );
});

const boundTo =
  (change: (draft: JwtDraft, context: Parameters<Apply<JwtDraft>>[1]) => unknown): Apply<JwtDraft> =>
  (draft, context) => ({
    ...draft,
    payload: merged(draft.payload, { cnf: change(draft, context) }),
  });

/** Faults of the credential's issuer-signed JWT. Where nothing else is said it is signed properly: only its meaning is wrong. */
export const CREDENTIAL_FAULTS: readonly IssuerFault[] = [
  row(
    `${STEP}/kb-jwt-inside`,
    `${STEP}.sd-jwt`,
    'credential/format',
    ['Credential delivered with a key binding JWT', '交付的憑證已帶有金鑰綁定 JWT'],
    (draft: SdJwtDraft) => ({ ...draft, kbJwt: draft.issuerJwt }),
  ),
  row(
    `${STEP}/encoded-twice`,
    'credential-response',
    'credential/format',
    ['Credential encoded a second time', '憑證被再次編碼'],
    ({ value }: { value: Record<string, unknown> }) => ({
      value: { ...value, credentials: recoded(value['credentials']) },
    }),
  ),
  row(
    `${STEP}/object`,
    'credential-response',
    'credential/format',
    ['SD-JWT VC delivered as an object', 'SD-JWT VC 以物件交付'],
    ({ value }: { value: Record<string, unknown> }) => ({
      value: { ...value, credentials: [{ credential: { payload: 'x', signatures: [] } }] },
    }),
  ),
  row(`${STEP}/garbage`, `${STEP}.sd-jwt`, 'credential/format', ['Credential that is no JWT', '憑證不是 JWT'], () => ({
    issuerJwt: 'no.jwt.at-all',
    disclosures: [],
    kbJwt: '',
  })),
  row(
    `${STEP}/typ-jwt`,
    STEP,
    'credential/typ',
    ['Credential with typ JWT', '憑證的 typ 為 JWT'],
    jose({ typ: 'JWT' }),
  ),
  row(
    `${STEP}/typ-missing`,
    STEP,
    'credential/typ',
    ['Credential without typ', '憑證沒有 typ'],
    jose({ typ: undefined }),
  ),
  row(
    `${STEP}/typ-old`,
    STEP,
    'credential/typ',
    ['Credential with the typ of an earlier draft', '憑證使用舊草案的 typ'],
    jose({ typ: 'vc+sd-jwt' }),
  ),
  row(
    `${STEP}/alg-none`,
    `${STEP}.bytes`,
    'credential/alg',
    ['Credential without signature', '憑證沒有簽章'],
    unsigned,
  ),
  row(
    `${STEP}/alg-symmetric`,
    `${STEP}.bytes`,
    'credential/alg',
    ['Credential with a symmetric signature', '憑證使用對稱簽章'],
    symmetric,
  ),
  row(
    `${STEP}/alg-unannounced`,
    STEP,
    'credential/alg',
    ['Credential signed with an algorithm that the metadata does not announce', '憑證使用中繼資料未公告的演算法簽署'],
    (draft: JwtDraft, { random }) => {
      const key = generateSigningKey(draft.key.alg === 'ES384' ? 'ES256' : 'ES384', random);
      return { ...draft, key, header: merged(draft.header, { alg: key.alg, kid: key.kid, x5c: undefined }) };
    },
  ),
  row(
    `${STEP}/x5c-garbage`,
    STEP,
    'credential/issuer-key',
    ['Credential whose x5c holds no certificate', '憑證的 x5c 不含有效憑證'],
    jose({ x5c: ['bm8gY2VydGlmaWNhdGU='] }),
  ),
  row(
    `${STEP}/kid-unpublished`,
    STEP,
    'credential/issuer-key',
    ['Credential whose kid is in no published key set', '憑證的 kid 不在已公布的金鑰中'],
    jose({ x5c: undefined, kid: 'unpublished-key' }),
  ),
  row(
    `${STEP}/issuer-without-key`,
    STEP,
    'credential/issuer-key',
    ['Credential without x5c and iss: no key can be found', '憑證沒有 x5c 與 iss，無從取得金鑰'],
    (draft: JwtDraft) => ({
      ...draft,
      header: merged(draft.header, { x5c: undefined, kid: undefined }),
      payload: merged(draft.payload, { iss: undefined }),
    }),
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    'credential/signature',
    ['Credential signed by another key than it names', '憑證以所指以外的金鑰簽署'],
    signedByOther,
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    'credential/signature',
    ['Credential with a broken signature', '憑證的簽章損壞'],
    bytes(tamperSignature),
  ),
  row(
    `${STEP}/payload-changed`,
    `${STEP}.bytes`,
    'credential/signature',
    ['Credential whose claims were changed after signing', '憑證簽署後宣告遭更動'],
    bytes((text) => reassembled(text, (_, claims) => ({ payload: { ...claims, 'x-changed': true } }))),
  ),
  row(
    `${STEP}/x5c-leaf-other`,
    STEP,
    'credential/signature',
    ['Credential whose certificate belongs to another key', '憑證所附 X.509 憑證屬於其他金鑰'],
    (draft: JwtDraft, context) => ({ ...draft, header: { ...draft.header, x5c: spare(context, 'second').x5c } }),
  ),
  row(
    `${STEP}/certificate-untrusted`,
    STEP,
    'credential/issuer-trust',
    ['Credential of an issuer that nobody trusts', '由不受信任的發行者簽發的憑證'],
    certifiedBy('untrusted'),
  ),
  row(
    `${STEP}/certificate-self-signed`,
    STEP,
    'credential/issuer-trust',
    ['Credential of an issuer that certified itself', '由自簽憑證的發行者簽發的憑證'],
    certifiedBy('self-signed'),
  ),
  row(
    `${STEP}/certificate-expired`,
    STEP,
    'credential/issuer-trust',
    ['Credential of an issuer whose certificate has expired', '發行者的 X.509 憑證已過期'],
    certifiedBy('expired'),
  ),
  row(
    `${STEP}/certificate-not-yet-valid`,
    STEP,
    'credential/issuer-trust',
    ['Credential of an issuer whose certificate is not valid yet', '發行者的 X.509 憑證尚未生效'],
    certifiedBy('not-yet-valid'),
  ),
  row(
    `${STEP}/issuer-other`,
    STEP,
    'credential/issuer-match',
    ['iss that is neither the credential issuer nor certified', 'iss 既非憑證發行者亦未經認證'],
    payload({ iss: 'https://somebody-else.example' }),
  ),
  row(
    `${STEP}/issuer-number`,
    STEP,
    'credential/issuer-match',
    ['iss that is a number', 'iss 為數字'],
    payload({ iss: 42 }),
  ),
  row(
    `${STEP}/vct-other`,
    STEP,
    'credential/vct',
    ['Credential of another type than was asked for', '憑證類型與請求不同'],
    payload({ vct: 'urn:example:another-type' }),
  ),
  row(
    `${STEP}/vct-missing`,
    STEP,
    'credential/vct',
    ['Credential without vct', '憑證沒有 vct'],
    payload({ vct: undefined }),
  ),
  row(
    `${STEP}/holder-key-other`,
    STEP,
    'credential/key-binding',
    ['Credential bound to a key that the wallet does not have', '憑證綁定於錢包未持有的金鑰'],
    boundTo((_, context) => ({ jwk: publicJwkOf(otherKey(context).privateJwk) })),
  ),
  row(
    `${STEP}/holder-key-missing`,
    STEP,
    'credential/key-binding',
    ['Credential without cnf although a key was proven', '已證明金鑰，憑證卻沒有 cnf'],
    boundTo(() => undefined),
  ),
  row(
    `${STEP}/holder-key-thumbprint`,
    STEP,
    'credential/key-binding',
    ['cnf that only names a thumbprint', 'cnf 僅含指紋'],
    boundTo(() => ({ jkt: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' })),
  ),
  row(
    `${STEP}/holder-key-same`,
    STEP,
    'credential/key-binding',
    ['Two credentials of a batch bound to one key', '同批兩張憑證綁定同一把金鑰'],
    boundTo((_, { extras }) => ({ jwk: firstKey(extras['holderKeys']) })),
    BATCH,
  ),
  row(
    `${STEP}/expired`,
    STEP,
    'credential/expiry',
    ['Credential that expired yesterday', '昨天過期的憑證'],
    payload((_, context) => ({ iat: at(context, -30 * DAY), exp: at(context, -DAY) })),
  ),
  row(
    `${STEP}/exp-string`,
    STEP,
    'credential/expiry',
    ['exp that is a string', 'exp 為字串'],
    payload((current) => ({ exp: String(current['exp']) })),
  ),
  row(
    `${STEP}/not-yet-valid`,
    STEP,
    'credential/not-before',
    ['Credential that becomes valid tomorrow', '明天才生效的憑證'],
    payload((_, context) => ({ nbf: at(context, DAY) })),
  ),
  row(
    `${STEP}/nbf-string`,
    STEP,
    'credential/not-before',
    ['nbf that is a string', 'nbf 為字串'],
    payload((_, context) => ({ nbf: String(at(context, -DAY)) })),
  ),
];

function recoded(credentials: unknown): unknown {
  if (!Array.isArray(credentials)) return credentials;
  return (credentials as readonly unknown[]).map((entry) =>
    isObject(entry) ? { credential: base64url(String(entry['credential'])) } : entry,
  );
}

function firstKey(keys: unknown): unknown {
  return Array.isArray(keys) ? (keys as readonly unknown[])[0] : undefined;
}
