import type { IssuanceVariant, PresentationVariant } from '../../../core/contracts/variant.ts';
import type { FaultContext } from '../../../core/flow.ts';
import { text } from '../../../core/text.ts';
import { didJwk } from '../../../protocol/did.ts';
import { isObject, readJson } from '../../../protocol/json.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft, RequestDraft, SdJwtDraft } from '../../drafts.ts';
import type { Defect } from './defects.ts';
import type { WalletFault } from './flows.ts';
import { extraKey, header, httpHeader, parameter, payload } from './rows.ts';

const PRE: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };
const CODE: IssuanceVariant = { kind: 'issuance', grant: 'authorization_code' };
const DETAILED: IssuanceVariant = { ...CODE, par: true, ask: 'authorization_details' };
const WITH_SERVERS: readonly string[] = ['authorization-servers'];
const ATTESTED_KEYS: IssuanceVariant = { ...PRE, oddities: ['attested-keys'] };
const PRESENTATION: PresentationVariant = { kind: 'presentation' };

type Apply<Draft> = (draft: Draft, context: FaultContext) => Draft | Promise<Draft>;

function defect<Draft>(
  id: string,
  step: string,
  [en, zh]: readonly [en: string, zh: string],
  variant: IssuanceVariant | PresentationVariant,
  apply: Apply<Draft>,
  ...breaks: string[]
): Defect & WalletFault {
  return {
    id: `wallet/defect/${id}`,
    role: 'wallet',
    step,
    refusedBy: '',
    title: text(en, zh),
    // The step decides what its draft is; a table of different drafts has no common type but this one.
    apply: apply as unknown as Defect['apply'],
    variant,
    breaks,
  };
}

const by =
  (method: string): Apply<RequestDraft> =>
  (draft) => ({ ...draft, method });

/** Changes every object of a JSON parameter: the entries of a list, or the object itself. */
function inParameter(
  name: string,
  change: (entry: Readonly<Record<string, unknown>>) => Record<string, unknown>,
): Apply<FormDraft> {
  return parameter(name, (current) => {
    if (current === undefined) return undefined;
    const { value } = readJson(current);
    const changed = Array.isArray(value)
      ? value.map((entry: unknown) => (isObject(entry) ? change(entry) : entry))
      : isObject(value)
        ? change(value)
        : value;
    return JSON.stringify(changed);
  });
}

function without(entry: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== name));
}

/** Requests of a wallet that a tolerant counterpart takes, or whose refusal says little: only a check tells what is wrong with them. */
export const REQUEST_DEFECTS: readonly (Defect & WalletFault)[] = [
  defect(
    'metadata-by-post',
    'issuer-metadata.http',
    ['Fetches issuer metadata by POST', '以 POST 取得發行者中繼資料'],
    PRE,
    by('POST'),
    'OID4VCI-12.2.2-3',
  ),
  defect(
    'metadata-accept-other',
    'issuer-metadata.http',
    ['Asks for issuer metadata as HTML', '要求以 HTML 回應發行者中繼資料'],
    PRE,
    httpHeader('accept', 'text/html'),
    'OID4VCI-12.2.2-5',
  ),
  defect(
    'metadata-language-malformed',
    'issuer-metadata.http',
    ['Accept-Language that is no language tag', 'Accept-Language 不是語言標籤'],
    PRE,
    httpHeader('accept-language', 'zh_Hant TW'),
    'OID4VCI-12.2.2-14',
  ),
  defect(
    'credential-by-put',
    'credential.http',
    ['Asks for a credential by PUT', '以 PUT 請求憑證'],
    PRE,
    by('PUT'),
    'OID4VCI-8.2-1',
  ),
  defect(
    'token-without-dpop',
    'token.http',
    ['Asks for a token without DPoP although the server announces it', '伺服器已公告 DPoP，請求權杖時卻未使用'],
    PRE,
    httpHeader('dpop', undefined),
    'HAIP-4-12',
  ),
  defect(
    'details-claim-twice',
    'par-request',
    ['Describes a claim twice in authorization_details', '在 authorization_details 中重複描述同一宣告'],
    DETAILED,
    inParameter('authorization_details', (entry) => ({
      ...entry,
      claims: [{ path: ['given_name'] }, { path: ['given_name'], mandatory: true }],
    })),
    'OID4VCI-B.3-4',
  ),
  defect(
    'details-locations-dropped',
    'par-request',
    ['authorization_details without locations', 'authorization_details 沒有 locations'],
    { ...DETAILED, oddities: WITH_SERVERS },
    inParameter('authorization_details', (entry) => without(entry, 'locations')),
    'OID4VCI-5.1.1-9',
  ),
  defect(
    'par-resource-dropped',
    'par-request',
    ['Leaves out resource of the pushed request', '推送請求略去 resource'],
    { ...CODE, par: true, oddities: WITH_SERVERS },
    parameter('resource', undefined),
    'OID4VCI-5.1.2-6',
  ),
  defect(
    'attestation-without-certificate',
    'client-attestation',
    ['Wallet attestation without certificate', '沒有憑證鏈的皮夾證明'],
    { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
    header({ x5c: undefined, kid: 'wallet-provider-1' }),
    'HAIP-4.4.1-4',
  ),
  defect(
    'attestation-pop-jti-constant',
    'client-attestation-pop',
    ['The same jti in every proof of possession', '每次持有證明使用相同的 jti'],
    { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
    payload({ jti: 'the-same-jti-each-time' }),
    'OID4VCI-13.2-1',
  ),
  defect(
    'key-proof-unreadable',
    'key-proof.bytes',
    ['Key proof that is no compact JWS', '金鑰證明不是精簡序列化的 JWS'],
    PRE,
    (draft: BytesDraft) => ({ text: draft.text.replaceAll('.', ':') }),
    'OID4VCI-G.6.1-1',
  ),
  defect(
    'key-proof-key-unsound',
    'key-proof',
    ['Key proof with a key that is no point of its curve', '金鑰證明的金鑰不在曲線上'],
    PRE,
    header((current) => {
      const { jwk } = current;
      return isObject(jwk) ? { jwk: { ...jwk, y: jwk['x'] } } : {};
    }),
    'OID4VCI-F.1-10',
  ),
  defect(
    'key-proof-kid-without-fragment',
    'key-proof',
    ['Key proof whose kid is a DID instead of the URL of a key', '金鑰證明的 kid 為 DID 而非金鑰網址'],
    PRE,
    header((current) => {
      const { jwk } = current;
      return isObject(jwk) ? { jwk: undefined, kid: didJwk(jwk) } : {};
    }),
    'OID4VCI-F.1-7',
  ),
  defect(
    'key-attestation-left-out',
    'key-proof',
    ['Key proof without the attestation that the issuer demands', '金鑰證明沒有發行者要求的金鑰證明書'],
    ATTESTED_KEYS,
    header({ key_attestation: undefined }),
    'OID4VCI-12.2.4-77',
  ),
  defect(
    'key-attestation-of-other-key',
    'key-attestation',
    ['Key attestation that is about another key', '金鑰證明書所述為其他金鑰'],
    ATTESTED_KEYS,
    payload((_, context) => {
      const { kty, crv, x, y } = extraKey(context, 'otherKey').publicJwk;
      return { attested_keys: [{ kty, crv, x, y }] };
    }),
    'OID4VCI-F.1-13',
  ),
  defect(
    'key-attestation-symmetric',
    'key-attestation',
    ['Key attestation with a symmetric algorithm', '金鑰證明書使用對稱演算法'],
    ATTESTED_KEYS,
    (draft: JwtDraft) => ({ ...draft, header: { ...draft.header, alg: 'HS256' } }),
    'OID4VCI-D.1-2',
  ),
  defect(
    'request-uri-by-post',
    'request-object.http',
    ['Fetches the request object by POST although nobody asked for that', '未被要求卻以 POST 取得請求物件'],
    { ...PRESENTATION, request: 'uri-get' },
    by('POST'),
    'OID4VP-5.1-18',
  ),
  defect(
    'wallet-metadata-without-algorithms',
    'request-uri-request',
    ['Does not say which signatures of requests it verifies', '未說明可驗證哪些請求簽章演算法'],
    { ...PRESENTATION, request: 'uri-post' },
    inParameter('wallet_metadata', (metadata) => without(metadata, 'request_object_signing_alg_values_supported')),
    'OID4VP-5.10-11',
  ),
  defect(
    'response-uri-changed',
    'presentation.http',
    ['Adds a query to the response URI', '在回應網址加上查詢字串'],
    PRESENTATION,
    (draft: RequestDraft) => ({ ...draft, url: `${draft.url}?wallet=1` }),
    'OID4VP-8.2-4',
  ),
  defect(
    'other-type-returned',
    'presentation-payload',
    ['Answers the query for another type with the same credential', '以同一憑證回答對其他類型的查詢'],
    { ...PRESENTATION, query: 'credential-sets' },
    forEveryQuery,
    'OID4VP-6.4.2-4',
  ),
  defect(
    'other-authority-returned',
    'presentation-payload',
    ['Answers the query for another authority with the same credential', '以同一憑證回答指定其他信任機構的查詢'],
    { ...PRESENTATION, query: 'authority-optional' },
    forEveryQuery,
    'OID4VP-6.1-10',
  ),
  defect(
    'other-value-disclosed',
    'presentation',
    ['Discloses a claim whose value was not asked for', '揭露值不符要求的宣告'],
    { ...PRESENTATION, query: 'values-second-set' },
    (draft: SdJwtDraft, { extras }) => ({ ...draft, disclosures: (extras['all'] ?? draft.disclosures) as string[] }),
    'OID4VP-6.3-8',
  ),
];

/** Puts what answers the first query under the ids of the optional ones, too. */
function forEveryQuery({ value }: JsonDraft): JsonDraft {
  const token = value['vp_token'];
  const [first] = isObject(token) ? Object.values(token) : [];
  return first === undefined ? { value } : { value: { ...value, vp_token: { card: first, other: first } } };
}
