import type { JsonDraft } from '../../drafts.ts';
import type { VerifierFault } from './fault.ts';
import { ENCRYPTED, REGISTERED, UNSIGNED, change, changeMetadata, merged, row } from './fault.ts';
import { VP_FORMATS_SUPPORTED } from '../metadata.ts';

const STEP = 'request-parameters';

export const PARAMETER_FAULTS: readonly VerifierFault[] = [
  row(
    'parameters/nonce-missing',
    STEP,
    'request/nonce',
    ['nonce is missing', '缺少 nonce'],
    change({ nonce: undefined }),
  ),
  row('parameters/nonce-empty', STEP, 'request/nonce', ['nonce is empty', 'nonce 是空字串'], change({ nonce: '' })),
  row(
    'parameters/nonce-characters',
    STEP,
    'request/nonce',
    ['nonce has characters that are not URL-safe', 'nonce 含有不適用於 URL 的字元'],
    change({ nonce: 'a nonce with spaces & <signs>' }),
  ),
  row(
    'parameters/nonce-missing-unsigned',
    STEP,
    'request/nonce',
    ['nonce is missing in an unsigned request', '未簽署的請求缺少 nonce'],
    change({ nonce: undefined }),
    UNSIGNED,
  ),
  row(
    'parameters/response-type-unknown',
    STEP,
    'request/response-type',
    ['response_type that nobody knows', '未知的 response_type'],
    change({ response_type: 'x_unheard_of' }),
  ),
  row(
    'parameters/response-type-missing',
    STEP,
    'request/response-type',
    ['response_type is missing', '缺少 response_type'],
    change({ response_type: undefined }),
  ),
  row(
    'parameters/response-mode-unknown',
    STEP,
    'request/response-mode',
    ['response_mode that nobody knows', '未知的 response_mode'],
    change({ response_mode: 'x_unheard_of' }),
  ),
  row(
    'parameters/response-mode-missing',
    STEP,
    'request/response-mode',
    ['response_mode is missing', '缺少 response_mode'],
    change({ response_mode: undefined }),
  ),
  row(
    'parameters/response-uri-missing',
    STEP,
    'request/response-uri',
    ['response_uri is missing', '缺少 response_uri'],
    change({ response_uri: undefined }),
  ),
  row(
    'parameters/response-uri-not-a-url',
    STEP,
    'request/response-uri',
    ['response_uri is no URL', 'response_uri 不是網址'],
    change({ response_uri: 'post it somewhere' }),
  ),
  row(
    'parameters/response-uri-not-https',
    STEP,
    'request/response-uri',
    ['response_uri has a scheme that is not https', 'response_uri 的協定不是 https'],
    ({ value }: JsonDraft) => ({
      value: { ...value, response_uri: String(value['response_uri']).replace(/^\w+:/, 'ftp:') },
    }),
  ),
  row(
    'parameters/response-uri-other-than-client-id',
    STEP,
    'request/response-uri-prefix',
    ['response_uri is not the URI in the client identifier', 'response_uri 與用戶端識別碼中的 URI 不同'],
    ({ value }: JsonDraft) => ({ value: { ...value, response_uri: `${String(value['response_uri'])}-elsewhere` } }),
    UNSIGNED,
  ),
  row(
    'parameters/response-uri-foreign-host',
    STEP,
    'request/response-uri-prefix',
    ['response_uri is on another host than the client identifier', 'response_uri 的主機與用戶端識別碼不同'],
    ({ value }: JsonDraft) => {
      const uri = new URL(String(value['response_uri']));
      uri.hostname = 'collector.example';
      return { value: { ...value, response_uri: uri.href } };
    },
  ),
  row(
    'parameters/response-uri-not-registered',
    STEP,
    'request/response-uri-prefix',
    ['response_uri is not one that the client registered', 'response_uri 未經用戶端註冊'],
    ({ value }: JsonDraft) => ({ value: { ...value, response_uri: `${String(value['response_uri'])}/elsewhere` } }),
    REGISTERED,
  ),
  row(
    'parameters/redirect-uri-beside-response-uri',
    STEP,
    'request/redirect-uri-absent',
    ['redirect_uri beside response mode direct_post', '使用 direct_post 卻帶有 redirect_uri'],
    ({ value }: JsonDraft) => ({ value: { ...value, redirect_uri: value['response_uri'] } }),
  ),
  row(
    'parameters/query-and-scope',
    STEP,
    'request/query-one',
    ['dcql_query and scope at once', '同時帶有 dcql_query 與 scope'],
    change({ scope: 'com.example.id_card_presentation' }),
  ),
  row(
    'parameters/query-missing',
    STEP,
    'request/query-one',
    ['Neither dcql_query nor scope', '既無 dcql_query 也無 scope'],
    change({ dcql_query: undefined }),
  ),
  row(
    'parameters/formats-missing',
    STEP,
    'request/vp-formats',
    ['vp_formats_supported is missing', '缺少 vp_formats_supported'],
    changeMetadata((metadata) => merged(metadata, { vp_formats_supported: undefined })),
  ),
  row(
    'parameters/formats-unsupported',
    STEP,
    'request/vp-formats',
    ['The verifier supports only a format that nobody knows', '驗證端只支援未知的格式'],
    changeMetadata((metadata) => ({ ...metadata, vp_formats_supported: { 'x-unheard-of': {} } })),
  ),
  row(
    'parameters/formats-algorithms-unsupported',
    STEP,
    'query/satisfiable',
    ['The verifier supports only an algorithm that no credential has', '驗證端只支援沒有憑證使用的演算法'],
    changeMetadata((metadata) => ({
      ...metadata,
      vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256K'], 'kb-jwt_alg_values': ['ES256K'] } },
    })),
    ENCRYPTED,
  ),
  row(
    'parameters/metadata-of-registered-client',
    STEP,
    'request/client-metadata',
    ['client_metadata of a client whose metadata is registered', '已註冊的用戶端又送出 client_metadata'],
    change({ client_metadata: { vp_formats_supported: VP_FORMATS_SUPPORTED } }),
    REGISTERED,
  ),
];
