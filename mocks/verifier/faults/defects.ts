import type { PresentationVariant } from '../../../core/contracts/variant.ts';
import type { Fault, FaultContext } from '../../../core/flow.ts';
import { text } from '../../../core/text.ts';
import { sha256Base64url } from '../../../protocol/encoding.ts';
import { signCompact } from '../../../protocol/jose/jws.ts';
import type { EncryptionKey } from '../../../protocol/jose/keys.ts';
import { arr, isObject } from '../../../protocol/json.ts';
import type { BytesDraft, JsonDraft, JwtDraft, ResponseDraft } from '../../drafts.ts';
import type { EncryptionKeyDraft } from '../request.ts';
import {
  ENCRYPTED,
  PLAIN,
  POSTED,
  changeCredential,
  changeKeys,
  changeMetadata,
  extraText,
  merged,
  ownIdentity,
} from './fault.ts';

/**
 * A defect of a verifier that no wallet has to notice: only a check on what it sent can. It has no acceptance step (`refusedBy` is empty), so it is
 * no stimulus; it serves to prove checks.
 */
export interface VerifierDefect extends Fault<never> {
  readonly variant: PresentationVariant;
}

function defect<Draft>(
  id: string,
  step: string,
  title: readonly [en: string, zh: string],
  apply: (draft: Draft, context: FaultContext) => Draft,
  variant: PresentationVariant = PLAIN,
): VerifierDefect {
  return {
    id: `verifier/defect/${id}`,
    role: 'verifier',
    step,
    refusedBy: '',
    title: text(title[0], title[1]),
    apply: apply as unknown as VerifierDefect['apply'],
    variant,
  };
}

const PARAMETERS = 'request-parameters';
const UNBOUND: PresentationVariant = { kind: 'presentation', query: 'unbound' };
const BACK: PresentationVariant = { ...PLAIN, redirectUri: true };

function withHeader(name: string, value: string): (draft: ResponseDraft) => ResponseDraft {
  return (draft) => ({
    ...draft,
    headers: [...draft.headers.filter(([key]) => key.toLowerCase() !== name), [name, value]],
  });
}

const counters = new WeakMap<object, number>();

/** 101, 102 …, for each verifier apart: one source of randomness belongs to one verifier. */
function counted({ random }: FaultContext): number {
  const next = (counters.get(random) ?? 100) + 1;
  counters.set(random, next);
  return next;
}

/** Every defect; `variant` is the simplest one in which it can be formed. */
export const VERIFIER_DEFECTS: readonly VerifierDefect[] = [
  defect(
    'nonce-reused',
    PARAMETERS,
    ['The same nonce in every request', '每次請求都使用相同的 nonce'],
    ({ value }: JsonDraft, context) => ({ value: { ...value, nonce: sha256Base64url(extraText(context, 'base')) } }),
  ),
  defect(
    'nonce-short',
    PARAMETERS,
    ['A nonce of four digits', 'nonce 只有四位數字'],
    ({ value }: JsonDraft, { random }) => ({
      value: { ...value, nonce: String(1000 + (random.bytes(1)[0] ?? 0)) },
    }),
  ),
  defect(
    'state-reused',
    PARAMETERS,
    ['The same state in every request', '每次請求都使用相同的 state'],
    ({ value }: JsonDraft, context) => ({
      value: { ...value, state: sha256Base64url(`state ${extraText(context, 'base')}`) },
    }),
    UNBOUND,
  ),
  defect(
    'nonce-counted',
    PARAMETERS,
    ['A nonce that is counted up', '依序遞增的 nonce'],
    ({ value }: JsonDraft, context) => ({ value: { ...value, nonce: `request-nonce-${counted(context)}` } }),
  ),
  defect(
    'posted-request-as-json',
    'request-object-response.http',
    [
      'The request object that was posted for comes as application/json',
      '以 POST 要求的請求物件以 application/json 回應',
    ],
    withHeader('content-type', 'application/json'),
    POSTED,
  ),
  defect(
    'attestation-typ',
    'request-object',
    ['A verifier attestation with typ JWT and without cnf', '驗證者證明的 typ 為 JWT 且沒有 cnf'],
    (draft: JwtDraft, { clock }) => {
      const now = Math.floor(clock.now() / 1000);
      const jwt = signCompact({
        header: { alg: draft.key.alg, typ: 'JWT' },
        payload: { iss: 'https://attester.example', sub: 'somebody', iat: now, exp: now + 3600 },
        key: draft.key,
      });
      return { ...draft, header: { ...draft.header, jwt } };
    },
  ),
  defect(
    'state-characters',
    PARAMETERS,
    ['state has characters that are not URL-safe', 'state 含有不適用於 URL 的字元'],
    ({ value }: JsonDraft) => ({
      value: { ...value, state: `${String(value['state'])} +/=` },
    }),
  ),
  defect(
    'state-missing-without-binding',
    PARAMETERS,
    ['No state although a presentation without holder binding is asked for', '要求無持有人綁定的出示，卻沒有 state'],
    (draft: JsonDraft) => {
      const { value } = changeCredential((credential) => ({
        ...credential,
        require_cryptographic_holder_binding: false,
      }))(draft);
      return { value: merged(value, { state: undefined }) };
    },
  ),
  defect(
    'encryption-key-reused',
    'encryption-key',
    ['The same encryption key in every request', '每次請求都使用相同的加密金鑰'],
    (_: EncryptionKeyDraft, { extras }) => ({ key: (extras['keptKey'] as () => EncryptionKey)() }),
    ENCRYPTED,
  ),
  defect(
    'encryption-key-without-kid',
    PARAMETERS,
    ['The encryption key has no kid', '加密金鑰沒有 kid'],
    changeKeys((jwk) => merged(jwk, { kid: undefined })),
    ENCRYPTED,
  ),
  defect(
    'encryption-keys-with-one-kid',
    PARAMETERS,
    ['Two keys with one kid', '兩把金鑰使用相同的 kid'],
    changeMetadata((metadata) => {
      const keys = arr(metadata['jwks'], 'keys') ?? [];
      return {
        ...metadata,
        jwks: { keys: [...keys, ...keys.map((jwk) => (isObject(jwk) ? { ...jwk, alg: 'ECDH-ES+A128KW' } : jwk))] },
      };
    }),
    ENCRYPTED,
  ),
  defect(
    'enc-values-without-encryption',
    PARAMETERS,
    [
      'encrypted_response_enc_values_supported although the response is in clear',
      '回應未加密，卻列出 encrypted_response_enc_values_supported',
    ],
    changeMetadata((metadata) => ({ ...metadata, encrypted_response_enc_values_supported: ['A128GCM'] })),
  ),
  defect(
    'enc-values-one-only',
    PARAMETERS,
    ['Lists A128GCM only', '只列出 A128GCM'],
    changeMetadata((metadata) => ({ ...metadata, encrypted_response_enc_values_supported: ['A128GCM'] })),
    ENCRYPTED,
  ),
  defect(
    'claim-asked-twice',
    PARAMETERS,
    ['Asks for the same claim twice', '重複要求同一個宣告'],
    changeCredential((credential) => {
      const claims = arr(credential, 'claims') ?? [];
      return { ...credential, claims: [...claims, ...claims.slice(0, 1)] };
    }),
  ),
  defect(
    'format-algorithms-empty',
    PARAMETERS,
    [
      'vp_formats_supported with an algorithm name that is not fully specified',
      'vp_formats_supported 使用未完整指定的演算法名稱',
    ],
    changeMetadata((metadata) => ({
      ...metadata,
      vp_formats_supported: {
        'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256', 'EdDSA'], 'kb-jwt_alg_values': ['ES256', 'EdDSA'] },
      },
    })),
  ),
  defect(
    'trust-anchor-in-x5c',
    'request-object',
    ['The trust anchor travels in x5c', 'x5c 含有信任錨憑證'],
    (draft: JwtDraft, context) => {
      const anchor = ownIdentity(context).ca.replaceAll(/-----[A-Z ]+-----|\s/g, '');
      const chain = draft.header['x5c'];
      return {
        ...draft,
        header: { ...draft.header, x5c: [...(Array.isArray(chain) ? (chain as unknown[]) : []), anchor] },
      };
    },
  ),
  defect(
    'reply-media-type',
    'presentation-response.http',
    ['The response is acknowledged as text/plain', '以 text/plain 確認收到回應'],
    withHeader('content-type', 'text/plain'),
  ),
  defect(
    'reply-status-204',
    'presentation-response.http',
    ['The response is acknowledged with 204', '以 204 確認收到回應'],
    (draft: ResponseDraft) => ({
      ...draft,
      status: 204,
      body: new Uint8Array(),
    }),
  ),
  defect(
    'reply-not-an-object',
    'presentation-reply.bytes',
    ['The response is acknowledged with a JSON array', '以 JSON 陣列確認收到回應'],
    (): BytesDraft => ({
      text: '["ok"]',
    }),
  ),
  defect(
    'redirect-uri-constant',
    'presentation-reply',
    ['redirect_uri without a fresh value', 'redirect_uri 沒有新的隨機值'],
    ({ value }: JsonDraft) => ({ value: { ...value, redirect_uri: 'https://relying-party.example/thank-you' } }),
    BACK,
  ),
  defect(
    'redirect-uri-relative',
    'presentation-reply',
    ['redirect_uri is relative', 'redirect_uri 是相對網址'],
    ({ value }: JsonDraft) => ({
      value: { ...value, redirect_uri: String(value['redirect_uri']).replace(/^https?:\/\/[^/]+/, '') },
    }),
    BACK,
  ),
];
