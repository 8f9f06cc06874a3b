import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, bool, isObject, member, obj, str, strings } from '../../protocol/json.ts';

/** A verifier's request as it travelled in one flow. */
export interface SeenRequest {
  readonly link: MessageView;
  /** Request object, or parameters of an unsigned request; undefined if there was none that can be read. */
  readonly message: MessageView | undefined;
  readonly parameters: JsonObject;
}

/** The request of a flow; undefined if the verifier gave none. */
export function requestIn(flow: FlowView): SeenRequest | undefined {
  const link = flow.sut('presentation-request-link').at(-1);
  if (link === undefined) return undefined;
  for (const message of [...flow.sut('request-object'), ...flow.sut('authorization-request-parameters')]) {
    const parameters = message.kind === 'request-object' ? obj(message.value, 'payload') : message.value;
    if (isObject(parameters)) return { link, message, parameters };
  }
  return { link, message: undefined, parameters: {} };
}

/** Whether a request has something; undefined: the flow did not come far enough to tell. */
type Sight = (request: SeenRequest, flow: FlowView) => boolean | undefined;

const inMessage =
  (sight: (parameters: JsonObject) => boolean): Sight =>
  ({ message, parameters }) =>
    message === undefined ? undefined : sight(parameters);

const inQueries = (sight: (queries: readonly JsonObject[], query: JsonObject) => boolean): Sight =>
  inMessage((parameters) => {
    const query = obj(parameters, 'dcql_query') ?? {};
    return sight((arr(query, 'credentials') ?? []).filter(isObject), query);
  });

const claimsOf = (query: JsonObject): readonly unknown[] => arr(query, 'claims') ?? [];
const pathOf = (claim: unknown): readonly unknown[] => arr(claim, 'path') ?? [];
/** Claims of the issuer itself are never selectively disclosable (SD-JWT VC). */
const isDisclosable = (claim: unknown): boolean =>
  !['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status'].includes(String(pathOf(claim)[0]));
const isBound = (query: JsonObject): boolean => bool(query, 'require_cryptographic_holder_binding') !== false;

const ENC_VALUES = 'encrypted_response_enc_values_supported';
const encrypted = (parameters: JsonObject): boolean => str(parameters, 'response_mode') === 'direct_post.jwt';

/**
 * What a verifier decides about its request. A test whose stimulus needs one of these does not apply to a request without it: the flow would pass,
 * or seem to fail, for something else.
 */
const SIGHTS: Readonly<Record<string, Sight>> = {
  'request-by-value': ({ link }) =>
    member(link.value, 'request_uri') === undefined && member(link.value, 'request') === undefined,
  'request-by-value-signed': ({ link }) => member(link.value, 'request') !== undefined,
  'request-uri': ({ link }) => member(link.value, 'request_uri') !== undefined,
  'request-uri-post': ({ link }) =>
    member(link.value, 'request_uri') !== undefined && str(link.value, 'request_uri_method') === 'post',
  'encrypted-response': inMessage(encrypted),
  'plain-response': inMessage((parameters) => str(parameters, 'response_mode') === 'direct_post'),
  'transaction-data': inMessage((parameters) => (arr(parameters, 'transaction_data') ?? []).length > 0),
  state: inMessage((parameters) => str(parameters, 'state') !== undefined),
  'no-state': inMessage((parameters) => member(parameters, 'state') === undefined),
  'prefixed-client-id': inMessage((parameters) => str(parameters, 'client_id')?.includes(':') === true),
  // Shown in the reply, so only a flow that got one can tell.
  'redirect-uri': (_request, flow) => {
    const [reply] = flow.sut('presentation-reply');
    return reply === undefined ? undefined : str(reply.value, 'redirect_uri') !== undefined;
  },
  'required-claims': inQueries(
    (queries, query) =>
      member(query, 'credential_sets') === undefined &&
      queries.some((entry) => member(entry, 'claim_sets') === undefined && claimsOf(entry).some(isDisclosable)),
  ),
  'single-presentation': inQueries((queries) => queries.every((entry) => bool(entry, 'multiple') !== true)),
  // All credential queries are required: what is left out, or wrong, cannot have been optional.
  'required-credentials': inQueries((_queries, query) => member(query, 'credential_sets') === undefined),
  'holder-binding': inQueries((queries) => queries.every(isBound)),
  'query:no-claims': inQueries((queries) => queries.some((entry) => member(entry, 'claims') === undefined)),
  'query:claim-sets': inQueries((queries) => queries.some((entry) => member(entry, 'claim_sets') !== undefined)),
  'query:values': inQueries((queries) =>
    // The first claim is the one whose value the fault changes.
    queries.some((entry) => arr(claimsOf(entry)[0], 'values') !== undefined),
  ),
  'query:credential-sets': inQueries((_queries, query) => member(query, 'credential_sets') !== undefined),
  'query:multiple': inQueries((queries) => queries.some((entry) => bool(entry, 'multiple') === true)),
  'query:two-credentials': inQueries(
    (queries, query) => queries.length > 1 && member(query, 'credential_sets') === undefined,
  ),
  'query:unbound': inQueries((queries) => queries.length > 0 && queries.every((entry) => !isBound(entry))),
  'query:nested-claims': inQueries((queries) =>
    queries.some((entry) => claimsOf(entry).some((claim) => pathOf(claim).length > 1)),
  ),
  'query:array-elements': inQueries((queries) =>
    queries.some((entry) => claimsOf(entry).some((claim) => pathOf(claim).includes(null))),
  ),
  // A verifier that never asked for it finds the issuer's key in another way.
  'jwt-vc-issuer-metadata': (_request, flow) =>
    flow.all('presentation-response').length === 0 ? undefined : flow.all('jwt-vc-issuer-metadata-request').length > 0,
  // A verifier that never fetches the list cannot be told a wrong one.
  'status-list': (_request, flow) =>
    flow.sut('presentation-reply').length === 0 ? undefined : flow.all('status-list-request').length > 0,
};

/** Features with a value: `prefix:x509_hash`, `enc:A256GCM`, `kb-alg:ES384`. */
const FAMILIES: Readonly<Record<string, (value: string) => Sight>> = {
  prefix: (value) => inMessage((parameters) => prefixOf(parameters) === value),
  enc: (value) =>
    inMessage((parameters) => {
      const metadata = obj(parameters, 'client_metadata');
      const listed = strings(metadata, ENC_VALUES) ?? ['A128GCM'];
      return encrypted(parameters) && listed.includes(value);
    }),
  'enc-unlisted': (value) =>
    inMessage((parameters) => {
      const listed = strings(obj(parameters, 'client_metadata'), ENC_VALUES) ?? ['A128GCM'];
      return encrypted(parameters) && !listed.includes(value);
    }),
  // Without a list the verifier promises nothing (OpenID4VP B.3.4).
  'kb-alg': (value) => inMessage((parameters) => algs(parameters, 'kb-jwt_alg_values')?.includes(value) === true),
};

function algs(parameters: JsonObject, name: string): readonly string[] | undefined {
  return strings(obj(obj(obj(parameters, 'client_metadata'), 'vp_formats_supported'), 'dc+sd-jwt'), name);
}

function prefixOf(parameters: JsonObject): string {
  const id = str(parameters, 'client_id') ?? '';
  return id.includes(':') ? id.slice(0, id.indexOf(':')) : 'pre-registered';
}

function sightOf(feature: string): Sight | undefined {
  if (Object.hasOwn(SIGHTS, feature)) return SIGHTS[feature];
  const [family = '', value] = feature.split(':', 2);
  return value !== undefined && Object.hasOwn(FAMILIES, family) ? FAMILIES[family]?.(value) : undefined;
}

/** True for a feature that the request of a verifier shows: a table that names another one has a slip. */
export function isRequestFeature(feature: string): boolean {
  return sightOf(feature) !== undefined;
}

/** What a variant asks of a verifier, as features: the driver passes the wish on, and the request shows whether it was granted. */
export function wishedFeatures(variant: PresentationVariant): readonly string[] {
  const { request, clientIdPrefix, responseMode, query, enc } = variant;
  const form = request === 'uri-get' ? 'request-uri' : request === 'uri-post' ? 'request-uri-post' : request;
  const byQuery = `query:${query ?? ''}`;
  return [
    ...(form === undefined ? [] : [form === 'by-value' || form === 'by-value-signed' ? `request-${form}` : form]),
    ...(clientIdPrefix === undefined ? [] : [`prefix:${clientIdPrefix}`]),
    ...(responseMode === 'direct_post.jwt' ? ['encrypted-response'] : []),
    ...(responseMode === 'direct_post' ? ['plain-response'] : []),
    ...(variant.transactionData === true ? ['transaction-data'] : []),
    ...(variant.redirectUri === true ? ['redirect-uri'] : []),
    ...(Object.hasOwn(SIGHTS, byQuery) ? [byQuery] : []),
    ...(enc === undefined ? [] : [`enc:${enc}`]),
  ];
}

/** Whether the flows' requests have a feature; undefined if none of them can tell. One that has it is enough. */
export function shown(
  feature: string,
  flows: readonly FlowView[],
): { readonly offered: boolean; readonly evidence: readonly number[] } | undefined {
  const sight = sightOf(feature);
  const evidence: number[] = [];
  let decided = false;
  for (const flow of flows) {
    const request = requestIn(flow);
    const offered = request === undefined ? undefined : sight?.(request, flow);
    if (request === undefined || offered === undefined) continue;
    const at = (request.message ?? request.link).seq;
    if (offered) return { offered, evidence: [at] };
    decided = true;
    evidence.push(at);
  }
  return decided ? { offered: false, evidence } : undefined;
}

const SPOKEN_PREFIXES: ReadonlySet<string> = new Set([
  'redirect_uri',
  'x509_san_dns',
  'x509_hash',
  'decentralized_identifier',
  'pre-registered',
]);

/** A client identifier without prefix means that both sides know each other already. */
const UNREGISTERED = 'wallet/request/unknown-prefix';

/** What in a legal request our own wallet cannot do; undefined if it can do all. Then the flow says nothing about the verifier. */
export function beyondOurWallet(flow: FlowView): Text | undefined {
  const request = requestIn(flow);
  if (request?.message === undefined) return undefined;
  const { parameters } = request;
  const prefix = prefixOf(parameters);
  const mode = str(parameters, 'response_mode');
  const type = str(parameters, 'response_type');
  const formats = (arr(obj(parameters, 'dcql_query'), 'credentials') ?? []).map((entry) => str(entry, 'format'));
  const missing = (name: string, zh: string): Text =>
    text(`the wallet of this tool does not support ${name}`, `本工具的皮夾不支援${zh}`);
  if (prefix === 'verifier_attestation' || prefix === 'openid_federation' || prefix === 'origin')
    return missing(`client identifier prefix ${prefix}`, `用戶端識別碼前綴 ${prefix}`);
  if (!SPOKEN_PREFIXES.has(prefix))
    return missing('a client identifier prefix of another specification', '其他規範的用戶端識別碼前綴');
  if (flow.events.some((event) => event.event === 'step' && event.step === UNREGISTERED && event.result === 'refused'))
    return text('our wallet does not have the registration of this verifier', '本工具的皮夾沒有此驗證者的註冊資料');
  if (mode !== undefined && !mode.startsWith('direct_post'))
    return missing(`response mode ${mode}`, `回應模式 ${mode}`);
  if (type !== undefined && type !== 'vp_token') return missing(`response type ${type}`, `回應類型 ${type}`);
  if (member(parameters, 'scope') !== undefined && member(parameters, 'dcql_query') === undefined)
    return missing('a scope that stands for a query', '以 scope 代表查詢');
  if (formats.length > 0 && !formats.includes('dc+sd-jwt'))
    return missing(`credential formats other than dc+sd-jwt`, ' dc+sd-jwt 以外的憑證格式');
  for (const name of ['sd-jwt_alg_values', 'kb-jwt_alg_values']) {
    const listed = algs(parameters, name);
    if (listed !== undefined && listed.length > 0 && !listed.includes('ES256'))
      return missing(`${name} without ES256`, `不含 ES256 的 ${name}`);
  }
  return undefined;
}
