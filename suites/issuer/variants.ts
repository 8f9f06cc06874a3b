import type { Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import { COURSES, variety } from './course.ts';

const PRE = COURSES.pre.variant;
const CODE = COURSES.code.variant;
const BY_PRE = COURSES.pre.features;
const BY_CODE = COURSES.code.features;

/** As many messages as one flow can have, so that an oddity shows in each of them. */
const EVERYTHING: IssuanceVariant = {
  ...CODE,
  par: true,
  dpop: true,
  requestEncryption: true,
  responseEncryption: true,
};
const ALL = [...BY_CODE, 'par', 'dpop', 'request-encryption', 'response-encryption'];

/** Legal variety: no system may be worse for it. */
export const ISSUER_VARIANTS: readonly Test[] = [
  variety(
    'offer-by-reference',
    text('Offer by reference', '以參照方式提供的邀請'),
    { ...PRE, offer: 'by-reference' },
    {
      requirements: ['OID4VCI-8-1'],
      features: [...BY_PRE, 'offer-by-reference'],
      why: text('A short QR code is read by old cameras, too.', '較短的 QR Code，舊手機的相機也讀得到。'),
    },
  ),
  variety(
    'offer-by-reference-authorization-code',
    text('Offer by reference for an authorization code', '以參照方式提供、使用授權碼的邀請'),
    { ...CODE, offer: 'by-reference' },
    { requirements: ['OID4VCI-8-1'], features: [...BY_CODE, 'offer-by-reference'] },
  ),
  variety(
    'wallet-initiated',
    text('The wallet begins by itself, without an offer', '由皮夾主動開始，沒有邀請'),
    { ...CODE, offer: 'none' },
    {
      // Nobody must let wallets begin: without an identifier in the configuration this stays open, and no obligation with it.
      requirements: ['OID4VCI-5.1.2-1'],
      features: [...BY_CODE, 'wallet-initiated'],
      needs: ['credential-issuer'],
      cost: { offers: 0 },
      why: text(
        'A citizen looks for a credential in the wallet and finds it, without a visit to a web site first.',
        '民眾直接在皮夾中尋找憑證即可取得，不必先造訪網站。',
      ),
    },
  ),
  variety(
    'wallet-initiated-details',
    text('The wallet begins by itself, with authorization details', '由皮夾主動開始，使用授權細節'),
    { ...CODE, offer: 'none', ask: 'authorization_details' },
    {
      requirements: ['OID4VCI-5.1.1-1'],
      features: [...COURSES.codeDetails.features, 'wallet-initiated'],
      needs: ['credential-issuer'],
      cost: { offers: 0 },
    },
  ),
  variety(
    'anonymous-client',
    text(
      'Token request without client_id where anonymous access is announced',
      '宣告允許匿名存取時，權杖請求不附 client_id',
    ),
    { ...PRE, oddities: ['anonymous'] },
    { requirements: ['OID4VCI-12.3-1', 'OID4VCI-6.1-9'], features: [...BY_PRE, 'anonymous-access'] },
  ),
  variety(
    'unknown-members',
    text('Unknown members and parameters in every message', '每則訊息都帶有未知成員與參數'),
    { ...PRE, oddities: ['unknown-members'] },
    {
      requirements: ['OID4VCI-6.1-14', 'OID4VCI-8.2-26'],
      features: BY_PRE,
      why: text(
        'What a later version of the standard adds must not lock today’s wallets out.',
        '標準日後新增的內容，不應使今日的皮夾無法使用。',
      ),
    },
  ),
  variety(
    'unknown-members-authorization',
    text('Unknown parameters in the authorization request', '授權請求帶有未知參數'),
    { ...CODE, oddities: ['unknown-members'] },
    { requirements: ['OID4VCI-5.1.3-3', 'OID4VCI-6.1-14', 'OID4VCI-8.2-26'], features: BY_CODE },
  ),
  variety(
    'unknown-members-pushed',
    text('Unknown parameters in the pushed authorization request', '推送授權請求帶有未知參數'),
    { ...CODE, par: true, oddities: ['unknown-members'] },
    { requirements: ['OID4VCI-5.1.3-3'], features: [...BY_CODE, 'par'] },
  ),
  variety(
    'unknown-members-details',
    text('Unknown members inside an authorization detail', '授權細節物件內帶有未知成員'),
    { ...CODE, ask: 'authorization_details', oddities: ['unknown-detail-members'] },
    { requirements: ['OID4VCI-5.1.1-8'], features: [...BY_CODE, 'authorization-details'] },
  ),
  variety(
    'unknown-scope-beside',
    text('An unknown scope beside the right one', '正確的 scope 之外另有未知的 scope'),
    { ...CODE, oddities: ['unknown-scope'] },
    { requirements: ['OID4VCI-5.1.2-5'], features: [...BY_CODE, 'scope'] },
  ),
  variety(
    'scope-and-details',
    text('Scope and authorization detail for the same credential', '對同一憑證同時使用 scope 與授權細節'),
    { ...CODE, ask: 'authorization_details', oddities: ['scope-beside-details'] },
    { requirements: ['OID4VCI-5.1.2-8'], features: [...BY_CODE, 'authorization-details', 'scope'] },
  ),
  variety(
    'unknown-members-deferred',
    text('Unknown members in the deferred credential request', '延後憑證請求帶有未知成員'),
    { ...PRE, deferred: true, oddities: ['unknown-members'] },
    { requirements: ['OID4VCI-9.1-6'], features: COURSES.deferred.features },
  ),
  variety(
    'unknown-members-notification',
    text('Unknown members in the notification', '通知帶有未知成員'),
    { ...PRE, notification: 'credential_accepted', oddities: ['unknown-members'] },
    { requirements: ['OID4VCI-11.1-12'], features: COURSES.notification.features },
  ),
  variety(
    'member-order',
    text('Members and parameters in another order', '成員與參數的順序不同'),
    { ...EVERYTHING, oddities: ['member-order'] },
    { requirements: ['OID4VCI-8-1'], features: ALL },
  ),
  variety(
    'scheme-upper-case',
    text('Authentication scheme in capital letters', '驗證方案以大寫字母書寫'),
    { ...PRE, oddities: ['uppercase-scheme-header'] },
    // RFC 9110 11.1 makes it legal; OpenID4VCI does not speak of it.
    { requirements: ['OID4VCI-8-1'], features: BY_PRE, severity: 'warning' },
  ),
  variety(
    'scheme-lower-case',
    text('Authentication scheme in small letters', '驗證方案以小寫字母書寫'),
    { ...EVERYTHING, oddities: ['lowercase-scheme-header'] },
    { requirements: ['OID4VCI-8-1'], features: ALL, severity: 'warning' },
  ),
  variety(
    'clock-ten-seconds-slow',
    text('A wallet whose clock is ten seconds slow', '皮夾時鐘慢十秒'),
    { ...PRE, dpop: true, oddities: ['iat-10s-past'] },
    {
      requirements: ['OID4VCI-8-1'],
      features: COURSES.dpop.features,
      why: text('Clocks of phones are never exact.', '手機的時鐘從來不會完全準確。'),
    },
  ),
  variety(
    'long-state',
    text('state of 512 characters', '長達 512 字元的 state'),
    { ...CODE, oddities: ['long-state'] },
    // RFC 6749 sets no limit, and leaves it to the server to have one.
    { requirements: ['OID4VCI-5.1.2-1'], features: BY_CODE, severity: 'warning' },
  ),
  variety(
    'signed-metadata',
    text('A wallet that prefers signed metadata', '偏好已簽署中繼資料的皮夾'),
    { ...PRE, oddities: ['signed-metadata'] },
    { requirements: ['OID4VCI-12.2.2-9', 'OID4VCI-12.2.2-11'], features: BY_PRE },
  ),
  variety(
    'compressed',
    text('Compressed before encryption', '先壓縮再加密'),
    { ...PRE, requestEncryption: true, responseEncryption: true, oddities: ['zip'] },
    {
      requirements: ['OID4VCI-12.2.4-27', 'OID4VCI-12.2.4-35'],
      features: [...COURSES.encrypted.features, 'zip'],
    },
  ),
  variety(
    'proof-key-did',
    text('Key proof that names its key by did:jwk', '金鑰證明以 did:jwk 指明金鑰'),
    { ...PRE, proofKey: 'kid' },
    { requirements: ['OID4VCI-12.2.4-71'], features: [...BY_PRE, 'jwt-proof', 'did:jwk'] },
  ),
  variety(
    'proof-es384',
    text('Key proof with ES384, as published', '以已公布的 ES384 產生金鑰證明'),
    { ...PRE, proofAlg: 'ES384' },
    { requirements: ['OID4VCI-12.2.4-74'], features: [...BY_PRE, 'jwt-proof', 'proof-alg:ES384'] },
  ),
  variety(
    'proof-eddsa',
    text('Key proof with EdDSA, as published', '以已公布的 EdDSA 產生金鑰證明'),
    { ...PRE, proofAlg: 'EdDSA' },
    { requirements: ['OID4VCI-12.2.4-74'], features: [...BY_PRE, 'jwt-proof', 'proof-alg:EdDSA'] },
  ),
  variety(
    'batch-of-three',
    text('Three key proofs in one encrypted request', '一次加密請求含三個金鑰證明'),
    { ...PRE, proofs: 3, requestEncryption: true, responseEncryption: true },
    {
      requirements: ['OID4VCI-12.2.4-40'],
      features: [...COURSES.encrypted.features, 'batch-issuance', 'jwt-proof', 'batch-of-three'],
    },
  ),
  variety(
    'attestation-of-three-keys',
    text('Key attestation of three keys as proof', '以含三把金鑰的金鑰證明書作為證明'),
    { ...PRE, proofType: 'attestation', proofs: 3 },
    { requirements: ['OID4VCI-F.3-4'], features: COURSES.attestation.features },
  ),
  variety(
    'no-key-binding',
    text('A credential that is bound to no key', '不綁定金鑰的憑證'),
    { ...PRE, proofs: 0 },
    { requirements: ['OID4VCI-12.2.4-70'], features: [...BY_PRE, 'unbound-credential'] },
  ),
  variety(
    'dpop-nonce',
    text('A server that wants its own nonce in DPoP proofs', '伺服器要求 DPoP 證明使用其 nonce'),
    { ...PRE, dpop: true, dpopNonce: true },
    { requirements: ['OID4VCI-8-1'], features: [...COURSES.dpop.features, 'dpop-nonce'] },
  ),
  variety(
    'status-list',
    text('A credential with a status list reference', '帶有狀態清單參照的憑證'),
    { ...PRE, status: true },
    { requirements: ['OID4VCI-8-1'], features: [...BY_PRE, 'status-list'] },
  ),
  variety(
    'status-after-second-request',
    text(
      'The same credential fetched twice with one access token, both valid',
      '以同一存取權杖兩次取得同一憑證，兩張皆有效',
    ),
    { ...PRE, status: true, oddities: ['fetched-twice'] },
    {
      requirements: ['OID4VCI-8-1'],
      features: [...BY_PRE, 'status-list', 'repeated-request'],
      why: text(
        'Who fetches a copy for a second device must not lose the first.',
        '為另一部裝置再取一份的人，不應失去原有的憑證。',
      ),
    },
  ),
  variety(
    'deferred-encrypted',
    text('Deferred issuance with encryption, a new key for each request', '加密的延後發行，每次請求使用新金鑰'),
    { ...PRE, deferred: true, requestEncryption: true, responseEncryption: true },
    {
      requirements: [
        'OID4VCI-8.3-6',
        'OID4VCI-9.1-2',
        'OID4VCI-9.1-7',
        'OID4VCI-9.1-11',
        'OID4VCI-9.2-9',
        'OID4VCI-9.2-11',
      ],
      features: [...COURSES.deferred.features, 'request-encryption', 'response-encryption'],
    },
  ),
  variety(
    'notification-failure',
    text('Notification that the credential could not be used', '通知憑證無法使用'),
    { ...PRE, notification: 'credential_failure' },
    { requirements: ['OID4VCI-11-1', 'OID4VCI-11.2-1'], features: COURSES.notification.features },
  ),
  variety(
    'notification-deleted',
    text('Notification that the credential was deleted', '通知憑證已刪除'),
    { ...PRE, notification: 'credential_deleted' },
    {
      requirements: ['OID4VCI-11-1', 'OID4VCI-11.2-1'],
      features: COURSES.notification.features,
    },
  ),
  variety(
    'notification-twice',
    text('The same notification twice', '同一通知送出兩次'),
    { ...PRE, notification: 'credential_accepted', oddities: ['notification-twice'] },
    {
      requirements: ['OID4VCI-11-6'],
      features: COURSES.notification.features,
      why: text('Where the net breaks off, a wallet sends again.', '網路中斷時，皮夾會再送一次。'),
    },
  ),
  variety(
    'notification-then-deleted',
    text('Accepted first, deleted later', '先通知已接受，後通知已刪除'),
    { ...PRE, notification: 'credential_accepted', oddities: ['notification-then-deleted'] },
    { requirements: ['OID4VCI-11.1-2'], features: COURSES.notification.features },
  ),
  variety(
    'nonce-reused',
    text('A nonce of an earlier flow until the issuer refuses it', '沿用先前流程的 nonce，直到發行者拒絕'),
    { ...PRE, oddities: ['cached-nonce'] },
    { requirements: ['OID4VCI-8.3.1.2-26'], features: [...BY_PRE, 'nonce-endpoint', 'jwt-proof'] },
  ),
  variety(
    'notification-left-out',
    text('A wallet that never notifies, and asks for another credential', '從不通知的皮夾，再次請求憑證'),
    { ...PRE, notification: 'credential_accepted', refresh: true, oddities: ['notification-left-out'] },
    { requirements: ['OID4VCI-11-3'], features: [...COURSES.notification.features, 'refresh'] },
  ),
  variety(
    'two-credentials',
    text('Two credentials with one access token', '以同一存取權杖取得兩種憑證'),
    { ...PRE, configurations: 2 },
    { requirements: ['OID4VCI-8-4'], features: [...BY_PRE, 'two-configurations'] },
  ),
  variety(
    'two-scopes',
    text('Two scopes in one authorization request', '一次授權請求含兩個 scope'),
    { ...CODE, configurations: 2 },
    { requirements: ['OID4VCI-5.1.2-4', 'OID4VCI-8-4'], features: [...BY_CODE, 'two-configurations', 'scope'] },
  ),
  variety(
    'two-details',
    text('Two authorization details in one request', '一次請求含兩個授權細節'),
    { ...CODE, configurations: 2, ask: 'authorization_details' },
    {
      requirements: ['OID4VCI-5.1-3', 'OID4VCI-8-4'],
      features: [...BY_CODE, 'two-configurations', 'authorization-details'],
    },
  ),
  variety(
    'scope-and-details-apart',
    text('One credential by scope, another by authorization detail', '一種憑證使用 scope，另一種使用授權細節'),
    { ...CODE, configurations: 2, oddities: ['mixed-wish'] },
    {
      requirements: ['OID4VCI-5.1.2-7'],
      features: [...BY_CODE, 'two-configurations', 'authorization-details', 'scope'],
    },
  ),
  variety(
    'high-assurance',
    text('PAR, DPoP, wallet attestation and encryption together', '同時使用 PAR、DPoP、皮夾證明與加密'),
    { ...EVERYTHING, clientAuthentication: 'attest_jwt_client_auth' },
    { requirements: ['OID4VCI-8-1'], features: [...ALL, 'attest_jwt_client_auth'] },
  ),
];
