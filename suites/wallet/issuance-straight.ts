import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { CODE, DETAILS, goes, ISSUED, PRE } from './rows.ts';

const positive = goes.bind(undefined, 'positive');

/** Issuance to a wallet, each mechanism once. The mock issuer demands what a row is about, wherever the protocol can demand it. */
export const ISSUANCE_STRAIGHT: readonly Test[] = [
  positive('issuance/pre-authorized', ['Pre-authorized code', '預先授權碼'], PRE, [
    ISSUED,
    'OID4VCI-4.1.1-8',
    'OID4VCI-4.1.1-9',
    'OID4VCI-12.2.2-4',
    'OID4VCI-12.2.4-6',
    'OID4VCI-12.2.4-7',
  ]),
  positive(
    'issuance/pre-authorized-tx-code',
    ['Pre-authorized code with transaction code', '預先授權碼，附交易碼'],
    { ...PRE, txCode: true },
    [ISSUED, 'OID4VCI-4.1.1-23'],
    {
      why: text(
        'The code that arrives by another way keeps a stranger who photographs the offer from taking the credential.',
        '另行送達的交易碼，可防止拍下發行邀請的陌生人領走憑證。',
      ),
    },
  ),
  positive(
    'issuance/offer-by-reference',
    ['Offer by reference', '以參照提供的發行邀請'],
    { ...PRE, offer: 'by-reference' },
    [ISSUED, 'OID4VCI-4.1.3-1', 'OID4VCI-4.1.3-2'],
  ),
  positive('issuance/authorization-code', ['Authorization code with scope', '授權碼，以 scope 請求'], CODE, [
    ISSUED,
    'OID4VCI-4.1.1-8',
    'OID4VCI-4.1.1-9',
  ]),
  positive('issuance/pushed-request', ['Pushed authorization request', '推送授權請求'], { ...CODE, par: true }, [
    ISSUED,
    'OID4VCI-5.1.4-1',
  ]),
  positive(
    'issuance/authorization-details',
    ['No scope: the wallet asks by authorization_details', '沒有 scope：皮夾以 authorization_details 請求'],
    DETAILS,
    [ISSUED, 'OID4VCI-5.1-2', 'OID4VCI-6.2-10'],
  ),
  positive(
    'issuance/dpop',
    ['Access token bound to a key (DPoP)', '存取權杖綁定金鑰（DPoP）'],
    { ...PRE, dpop: true },
    [ISSUED],
  ),
  positive(
    'issuance/dpop-nonce',
    ['DPoP with a nonce of the server', 'DPoP，使用伺服器的隨機值'],
    { ...PRE, dpop: true, dpopNonce: true },
    [ISSUED, 'OID4VCI-7.2-6'],
  ),
  positive(
    'issuance/client-attestation',
    ['The wallet attests what it is', '皮夾以證明文件表明身分'],
    { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
    [ISSUED],
  ),
  positive(
    'issuance/private-key-jwt',
    ['The wallet signs what it is with a registered key', '皮夾以已登錄的金鑰簽署以表明身分'],
    { ...PRE, clientAuthentication: 'private_key_jwt' },
    [ISSUED],
  ),
  positive(
    'issuance/attested-keys',
    ['The issuer demands key attestations', '發行者要求金鑰證明書'],
    { ...PRE, oddities: ['attested-keys'] },
    [ISSUED, 'OID4VCI-12.2.4-77'],
  ),
  positive(
    'issuance/high-assurance',
    ['Authorization code with PAR, DPoP and wallet attestation', '授權碼，併用 PAR、DPoP 與皮夾證明'],
    { ...CODE, par: true, dpop: true, clientAuthentication: 'attest_jwt_client_auth' },
    [ISSUED],
  ),
  positive(
    'issuance/batch',
    ['Batch: at most two credentials at once', '批次：一次最多兩張憑證'],
    { ...PRE, proofs: 2 },
    [ISSUED, 'OID4VCI-12.2.4-45'],
  ),
  positive(
    'issuance/attestation-proof',
    ['Keys shown by a key attestation alone', '僅以金鑰證明出示金鑰'],
    { ...PRE, proofType: 'attestation' },
    [ISSUED, 'OID4VCI-12.2.4-99'],
  ),
  positive(
    'issuance/without-key-binding',
    ['Credential that is bound to no key', '不綁定金鑰的憑證'],
    { ...PRE, proofs: 0 },
    [ISSUED],
  ),
  positive(
    'issuance/request-encryption',
    ['The issuer demands encrypted requests', '發行者要求加密請求'],
    { ...PRE, requestEncryption: true },
    [ISSUED, 'OID4VCI-8.2-29'],
  ),
  positive(
    'issuance/response-encryption',
    ['The issuer demands encrypted responses', '發行者要求加密回應'],
    { ...PRE, requestEncryption: true, responseEncryption: true },
    [ISSUED, 'OID4VCI-8.2-34', 'OID4VCI-8.2-35'],
  ),
  positive('issuance/deferred', ['Deferred issuance', '延後發行'], { ...PRE, deferred: true }, [
    ISSUED,
    'OID4VCI-8.3-21',
  ]),
  positive(
    'issuance/deferred-encrypted',
    ['Deferred issuance with encryption', '延後發行並加密'],
    { ...PRE, deferred: true, requestEncryption: true, responseEncryption: true },
    [ISSUED, 'OID4VCI-9.1-12', 'OID4VCI-9.1-14'],
  ),
  positive(
    'issuance/notification',
    ['The issuer wants to know what became of the credential', '發行者想知道憑證的後續'],
    { ...PRE, notification: 'credential_accepted' },
    [ISSUED, 'OID4VCI-11.1-6'],
  ),
  positive('issuance/refresh', ['The issuer gives a refresh token', '發行者提供更新權杖'], { ...PRE, refresh: true }, [
    ISSUED,
  ]),
  positive(
    'issuance/status',
    ['Credential with a status list reference', '憑證附狀態清單參照'],
    { ...PRE, status: true },
    [ISSUED],
  ),
];
