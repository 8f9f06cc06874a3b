import type { FlowView, MessageView, RunView } from '../../core/contracts/check.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { isObject, member, readJson, str, strings } from '../../protocol/json.ts';
import type { Feature } from '../issuer/seen.ts';

/**
 * What a wallet may or may not be able to do. Its owner says so in the configuration (`target.features: {dpop: false}`); a feature that is left out
 * of the configuration counts as there, and its tests run, unless what the wallet sends shows otherwise. Those of OPT_IN count as
 * missing until they are declared, since they need something that a wallet cannot have by itself.
 */
export const WALLET_FEATURES: Readonly<Record<string, Text>> = {
  'pre-authorized-code': text('Pre-authorized code grant', '預先授權碼授權方式'),
  'authorization-code': text('Authorization code grant', '授權碼授權方式'),
  'tx-code': text('Asks the user for a transaction code', '向使用者詢問交易碼'),
  'authorization-details': text(
    'Asks by authorization_details where there is no scope',
    '沒有 scope 時以 authorization_details 請求',
  ),
  par: text('Pushed authorization requests', '推送授權請求'),
  dpop: text('Access tokens bound by DPoP', '以 DPoP 綁定存取權杖'),
  'client-attestation': text('Authenticates by a wallet attestation', '以皮夾證明驗證用戶端身分'),
  'private-key-jwt': text(
    'Authenticates by private_key_jwt, with a key that the issuer trusts',
    '以 private_key_jwt 驗證用戶端身分，金鑰為發行者所信任',
  ),
  'attested-keys': text('Adds a key attestation to its key proofs', '在金鑰證明中附上金鑰證明書'),
  'attestation-proof': text('Proof type attestation', '金鑰證明類型 attestation'),
  'unbound-credentials': text('Takes credentials without key binding', '接受未綁定金鑰的憑證'),
  'request-encryption': text('Encrypts credential requests', '加密憑證請求'),
  'response-encryption': text('Takes encrypted credential responses', '接受加密的憑證回應'),
  'deferred-issuance': text('Comes back for a deferred credential', '領取延後發行的憑證'),
  'state-parameter': text('Sends state to the authorization server', '向授權伺服器傳送 state'),
  'x509_san_dns-prefix': text('Client identifier prefix x509_san_dns', '用戶端識別碼前綴 x509_san_dns'),
  'x509_hash-prefix': text('Client identifier prefix x509_hash', '用戶端識別碼前綴 x509_hash'),
  'redirect_uri-prefix': text('Client identifier prefix redirect_uri', '用戶端識別碼前綴 redirect_uri'),
  'decentralized_identifier-prefix': text(
    'Client identifier prefix decentralized_identifier (did:jwk)',
    '用戶端識別碼前綴 decentralized_identifier（did:jwk）',
  ),
  'registered-verifier': text('Our verifier is registered at the wallet beforehand', '已事先在皮夾註冊本工具的驗證端'),
  'direct_post.jwt': text('Encrypted presentation responses', '加密的出示回應'),
  'wallet-nonce': text('Posts a wallet_nonce to the request URI', '向 request_uri 傳送 wallet_nonce'),
  'transaction-data': text(
    'Knows the transaction data type urn:touchstone:transaction:payment',
    '認得交易資料類型 urn:touchstone:transaction:payment',
  ),
  'value-matching': text('Compares claim values with the query', '以查詢比對宣告的值'),
  'trusted-authorities': text('Honours trusted_authorities of type aki', '依 aki 類型的 trusted_authorities 選擇憑證'),
};

const OPT_IN = ['transaction-data', 'registered-verifier', 'private-key-jwt'];

/** What the messages of a wallet show of its features, and what nobody has declared. Declarations of the configuration outrank it. */
export function walletFeatures(run: RunView): ReadonlyMap<string, Feature> {
  const features = new Map<string, Feature>();
  const note = (name: string, offered: boolean, because: Text, ...evidence: MessageView[]): void => {
    if (features.get(name)?.offered === true) return;
    features.set(name, { offered, because, evidence: evidence.map(({ seq }) => seq) });
  };
  for (const name of OPT_IN) note(name, false, text('the configuration does not declare it', '設定檔未宣告'));
  for (const flow of run.flows) {
    dpopOf(flow, note);
    requestUriOf(flow, note);
    for (const request of [...flow.sut('par-request'), ...flow.sut('authorization-request')]) {
      // A pushed request is repeated by its URI alone.
      if (str(request.value, 'response_type') === undefined) continue;
      if (str(request.value, 'state') === undefined)
        note('state-parameter', false, text('it sends no state', '其請求沒有 state'), request);
      else note('state-parameter', true, text('it sends state', '其請求帶有 state'), request);
    }
  }
  return features;
}

type Note = (name: string, offered: boolean, because: Text, ...evidence: MessageView[]) => void;

/** The authorization server announces DPoP, and the wallet takes it, or asks for a token without. */
function dpopOf(flow: FlowView, note: Note): void {
  const announced = flow
    .all('as-metadata')
    .some((entry) => Array.isArray(member(entry.value, 'dpop_signing_alg_values_supported')));
  const [request] = flow.sut('token-request');
  if (!announced || request === undefined) return;
  const used = request.header('dpop') !== undefined;
  note(
    'dpop',
    used,
    used
      ? text('its token request has a DPoP proof', '其權杖請求附有 DPoP 證明')
      : text('it asks without a DPoP proof although the server announces DPoP', '伺服器有宣告 DPoP，其請求卻未附證明'),
    request,
  );
}

/** A wallet that is to POST to the request URI may fetch by GET instead (OpenID4VP 5); one that posts may say what it can do (10.1). */
function requestUriOf(flow: FlowView, note: Note): void {
  const wanted = flow.all('presentation-request-link').some((link) => str(link.value, 'request_uri_method') === 'post');
  const [request] = flow.sut('request-uri-request');
  if (!wanted || request === undefined) return;
  const nonce = str(request.value, 'wallet_nonce') !== undefined;
  note(
    'wallet-nonce',
    nonce,
    nonce
      ? text('it posts a wallet_nonce', '其送出 wallet_nonce')
      : text('it posts no wallet_nonce', '其未送出 wallet_nonce'),
    request,
  );
  const raw = member(request.value, 'wallet_metadata');
  const metadata = typeof raw === 'string' ? readJson(raw, { maxDepth: 40 }).value : raw;
  if (!isObject(metadata)) return;
  const prefixes = strings(metadata, 'client_id_prefixes_supported');
  const modes = strings(metadata, 'response_modes_supported');
  const because = (offered: boolean): Text =>
    offered
      ? text('its wallet metadata announces it', '其皮夾後設資料有宣告')
      : text('its wallet metadata does not announce it', '其皮夾後設資料未宣告');
  for (const prefix of ['x509_san_dns', 'x509_hash', 'redirect_uri', 'decentralized_identifier']) {
    const offered = prefixes?.includes(prefix);
    if (offered !== undefined) note(`${prefix}-prefix`, offered, because(offered), request);
  }
  const encrypts = modes?.includes('direct_post.jwt');
  if (encrypts !== undefined) note('direct_post.jwt', encrypts, because(encrypts), request);
}
