import type { FaultContext } from '../../../core/flow.ts';
import type { BytesDraft, FormDraft, JsonDraft } from '../../drafts.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { isObject, obj } from '../../../protocol/json.ts';
import type { Apply, IssuerFault } from './fault.ts';
import { baseOf, BY_REFERENCE, bytes, HTML, instead, json, merged, responseHeader, row } from './fault.ts';

const STEP = 'credential-offer';
const LINK = 'credential-offer-link';

/** Changes the object of every grant of an offer. */
function grants(change: Readonly<Record<string, unknown>>): Apply<JsonDraft> {
  return ({ value }) => ({
    value: {
      ...value,
      grants: Object.fromEntries(
        Object.entries(obj(value, 'grants') ?? {}).map(([name, grant]) => [
          name,
          isObject(grant) ? merged(grant, change) : grant,
        ]),
      ),
    },
  });
}

const unsecured = (text: string): string => `${base64url('{"alg":"none"}')}.${base64url(text)}.`;

function offerUri({ extras }: FaultContext): string {
  const uri = extras['offerUri'];
  if (typeof uri !== 'string') throw new Error('the step does not tell where the offer is');
  return uri;
}

/** Faults of the credential offer (OpenID4VCI 4.1). */
export const OFFER_FAULTS: readonly IssuerFault[] = [
  row(
    `${STEP}/both-forms`,
    LINK,
    'offer/one-form',
    ['Offer by value and by reference at once', '同時以值與參照提供的邀請'],
    (draft: FormDraft, context) => ({
      parameters: [...draft.parameters, ['credential_offer_uri', offerUri(context)] as [string, string]],
    }),
  ),
  row(
    `${STEP}/neither-form`,
    LINK,
    'offer/one-form',
    ['Link without an offer', '不含邀請的連結'],
    (draft: FormDraft) => ({
      parameters: draft.parameters.map(([, value]): [string, string] => ['offer', value]),
    }),
  ),
  row(
    `${STEP}/uri-http`,
    LINK,
    'offer/one-form',
    ['credential_offer_uri without TLS', 'credential_offer_uri 未使用 TLS'],
    (draft: FormDraft) => ({
      parameters: draft.parameters.map(([name, value]): [string, string] => [name, value.replace(/^https:/u, 'http:')]),
    }),
    BY_REFERENCE,
  ),
  row(
    `${STEP}/not-json`,
    `${STEP}.bytes`,
    'offer/json',
    ['Offer that breaks off', '中途截斷的邀請'],
    bytes((text) => text.slice(0, -2)),
  ),
  row(
    `${STEP}/array`,
    `${STEP}.bytes`,
    'offer/json',
    ['Offer inside an array', '包在陣列中的邀請'],
    bytes((text) => `[${text}]`),
  ),
  row(
    `${STEP}/html`,
    'credential-offer-response.http',
    'offer/json',
    ['HTML page where the offer belongs', '邀請位址回應 HTML 網頁'],
    instead(200, 'text/html', HTML),
    BY_REFERENCE,
  ),
  row(
    `${STEP}/media-type`,
    'credential-offer-response.http',
    'offer/json',
    ['Offer with media type text/plain', '邀請的媒體類型為 text/plain'],
    responseHeader('Content-Type', 'text/plain'),
    BY_REFERENCE,
  ),
  row(
    `${STEP}/unsecured-jwt`,
    `${STEP}.bytes`,
    'offer/json',
    ['Offer as a JWT with alg none', '以 alg 為 none 的 JWT 提供的邀請'],
    bytes(unsecured),
    BY_REFERENCE,
  ),
  row(
    `${STEP}/issuer-missing`,
    STEP,
    'offer/issuer-url',
    ['Offer without credential_issuer', '邀請沒有 credential_issuer'],
    json({ credential_issuer: undefined }),
  ),
  row(
    `${STEP}/issuer-http`,
    STEP,
    'offer/issuer-url',
    ['credential_issuer without TLS', 'credential_issuer 未使用 TLS'],
    json((_, context) => ({
      credential_issuer: baseOf(context)
        .replace(/^https?:/u, 'http:')
        .replace(/\/\/(127\.0\.0\.1|localhost)/u, '//issuer.invalid'),
    })),
  ),
  row(
    `${STEP}/issuer-query`,
    STEP,
    'offer/issuer-url',
    ['credential_issuer with a query', 'credential_issuer 帶有查詢字串'],
    json((_, context) => ({ credential_issuer: `${baseOf(context)}?tenant=1` })),
  ),
  row(
    `${STEP}/issuer-fragment`,
    STEP,
    'offer/issuer-url',
    ['credential_issuer with a fragment', 'credential_issuer 帶有片段'],
    json((_, context) => ({ credential_issuer: `${baseOf(context)}#top` })),
  ),
  row(
    `${STEP}/issuer-elsewhere`,
    STEP,
    'metadata/status',
    ['credential_issuer that has no metadata', 'credential_issuer 沒有中繼資料'],
    json((_, context) => ({ credential_issuer: `${baseOf(context)}/elsewhere` })),
  ),
  row(
    `${STEP}/ids-missing`,
    STEP,
    'offer/configuration-ids',
    ['Offer without credential_configuration_ids', '邀請沒有 credential_configuration_ids'],
    json({ credential_configuration_ids: undefined }),
  ),
  row(
    `${STEP}/ids-empty`,
    STEP,
    'offer/configuration-ids',
    ['Offer of nothing', '未邀請任何憑證'],
    json({ credential_configuration_ids: [] }),
  ),
  row(
    `${STEP}/ids-twice`,
    STEP,
    'offer/configuration-ids',
    ['The same configuration twice', '同一組態出現兩次'],
    json((value) => ({
      credential_configuration_ids: [
        value['credential_configuration_ids'],
        value['credential_configuration_ids'],
      ].flat(),
    })),
  ),
  row(
    `${STEP}/ids-no-strings`,
    STEP,
    'offer/configuration-ids',
    ['Configuration ids that are objects', '組態識別碼為物件'],
    json({ credential_configuration_ids: [{ format: 'dc+sd-jwt' }] }),
  ),
  row(
    `${STEP}/configuration-unknown`,
    STEP,
    'offer/configuration-known',
    ['Offer of a configuration that the metadata does not have', '邀請的組態不存在於中繼資料'],
    json({ credential_configuration_ids: ['no-such-configuration'] }),
  ),
  row(
    `${STEP}/grant-unknown`,
    STEP,
    'offer/grant',
    ['Offer with an unknown grant only', '邀請僅含未知的授權方式'],
    json({ grants: { 'urn:example:unheard-of': {} } }),
  ),
  row(
    `${STEP}/pre-authorized-code-missing`,
    STEP,
    'offer/json',
    ['Pre-authorized grant without its code', '預先授權方式沒有授權碼'],
    grants({ 'pre-authorized_code': undefined }),
  ),
  row(
    `${STEP}/authorization-server-unlisted`,
    STEP,
    'as-metadata/listed',
    ['authorization_server that the metadata does not list', '邀請指定未列於中繼資料的授權伺服器'],
    grants({ authorization_server: 'https://another-server.example' }),
  ),
  row(
    `${STEP}/deep`,
    `${STEP}.bytes`,
    'offer/json',
    ['Offer nested a thousand levels deep', '巢狀一千層的邀請'],
    (draft: BytesDraft) => ({ text: draft.text.replace('{', `{"x":${'['.repeat(1000)}${']'.repeat(1000)},`) }),
  ),
];
