import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { challenge, COURSES, credentialError, negative } from './course.ts';

const { pre, preDetails, code, narrowed, batch, encrypted } = COURSES;
const INVALID_REQUEST = 'invalid_credential_request';

/** The token is good, but not for this (RFC 6750 3.1); an issuer may also deny the request (OpenID4VCI 8.3.1.2). */
const NOT_COVERED: NonNullable<Test['says']> = {
  kind: 'credential-error',
  requirements: ['OID4VCI-8.3.1.1-3'],
  status: [400, 401, 403],
  error: ['insufficient_scope', 'invalid_token', 'credential_request_denied'],
};

/** The credential endpoint: access token, content of the request, encryption (OpenID4VCI 8.2, 8.3.1, 10). */
export const CREDENTIAL_TESTS: readonly Test[] = [
  negative(pre, {
    id: 'credential/access-token-missing',
    fault: 'access-token/credential-missing',
    title: text('Without access token there is no credential', '沒有存取權杖，不得取得憑證'),
    requirements: ['OID4VCI-8.3.1.1-1', 'OID4VCI-8-2'],
    says: challenge('credential-error', ['OID4VCI-8.3.1.1-1']),
  }),
  negative(pre, {
    id: 'credential/access-token-unknown',
    fault: 'access-token/credential-unknown',
    title: text('An access token that nobody issued is refused', '拒絕從未發出的存取權杖'),
    requirements: ['OID4VCI-8.3.1.1-2', 'OID4VCI-8-2'],
    says: challenge('credential-error', ['OID4VCI-8.3.1.1-2'], 'invalid_token'),
  }),
  negative(pre, {
    id: 'credential/access-token-in-url',
    fault: 'access-token/in-query',
    title: text('An access token in the URL is refused', '拒絕放在網址中的存取權杖'),
    why: text('URLs are written down in many logs.', '網址會留在許多記錄檔中。'),
    requirements: ['OID4VCI-13.2-1'],
  }),
  negative(pre, {
    id: 'credential/configuration-not-offered',
    fault: 'credential-request/configuration-not-offered',
    title: text('A credential that was not offered is not issued', '未列入邀請的憑證不予發行'),
    why: text(
      'Who was offered a library card must not help himself to another credential.',
      '受邀領取借書證的人，不應能自行領取其他憑證。',
    ),
    requirements: ['OID4VCI-6.1-12'],
    says: NOT_COVERED,
    features: ['unoffered-configuration'],
  }),
  negative(code, {
    id: 'credential/configuration-beyond-scope',
    fault: 'credential-request/configuration-not-offered',
    title: text('A credential outside the granted scope is not issued', '超出已授權 scope 的憑證不予發行'),
    requirements: ['OID4VCI-5.1.2-3'],
    says: NOT_COVERED,
    features: ['unoffered-configuration', 'scope'],
  }),
  negative(narrowed, {
    id: 'credential/configuration-left-out',
    fault: 'credential-request/configuration-left-out',
    title: text(
      'A token that was asked for one credential fetches no other',
      '只為一種憑證請求的權杖，不得取得其他憑證',
    ),
    requirements: ['OID4VCI-6.1.1-3'],
  }),
  negative(pre, {
    id: 'credential/configuration-unknown',
    fault: 'credential-request/configuration-unknown',
    title: text('A credential configuration that does not exist is refused', '拒絕不存在的憑證組態'),
    requirements: ['OID4VCI-8.3.1.2-11', 'OID4VCI-8.3.1-1'],
    says: credentialError(['OID4VCI-8.3.1.2-11', 'OID4VCI-8.3.1.2-2'], 'unknown_credential_configuration'),
  }),
  negative(pre, {
    id: 'credential/neither-identifier-nor-configuration',
    fault: 'credential-request/neither',
    title: text('A request that names no credential is refused', '拒絕未指明憑證的請求'),
    requirements: ['OID4VCI-8.3.1.2-6'],
    says: credentialError(['OID4VCI-8.3.1.2-6'], INVALID_REQUEST),
  }),
  negative(preDetails, {
    id: 'credential/both-identifier-and-configuration',
    fault: 'credential-request/both',
    title: text('A request that names the credential in both ways is refused', '拒絕以兩種方式同時指明憑證的請求'),
    requirements: ['OID4VCI-8.3.1.2-10'],
    says: credentialError(['OID4VCI-8.3.1.2-10'], INVALID_REQUEST),
    features: ['credential-identifiers'],
  }),
  negative(preDetails, {
    id: 'credential/identifier-unknown',
    fault: 'credential-request/identifier-unknown',
    title: text('A credential identifier that the issuer never gave is refused', '拒絕發行者從未提供的憑證識別碼'),
    why: text(
      'Identifiers stand for records of citizens: guessing one must lead nowhere.',
      '識別碼代表民眾的資料，猜測識別碼不應得到任何結果。',
    ),
    requirements: ['OID4VCI-8.3.1.2-12'],
    says: credentialError(['OID4VCI-8.3.1.2-12', 'OID4VCI-8.3.1.2-24'], 'unknown_credential_identifier'),
    features: ['credential-identifiers'],
  }),
  negative(pre, {
    id: 'credential/json-array',
    fault: 'credential-request/json-array',
    title: text('A request that is a JSON array is refused', '拒絕 JSON 陣列形式的請求'),
    requirements: ['OID4VCI-8.3.1.2-9'],
    says: credentialError(['OID4VCI-8.3.1.2-9'], INVALID_REQUEST),
  }),
  negative(pre, {
    id: 'credential/member-twice',
    fault: 'credential-request/duplicate-member',
    title: text('A request that has a member twice is refused', '拒絕成員重複的請求'),
    requirements: ['OID4VCI-8.3.1.2-8'],
    says: credentialError(['OID4VCI-8.3.1.2-8'], INVALID_REQUEST),
    // The text lists the error; most JSON readers cannot see it.
    severity: 'warning',
  }),
  negative(pre, {
    id: 'credential/proofs-missing',
    fault: 'credential-request/proofs-missing',
    title: text('A request without proofs is refused', '拒絕沒有證明的請求'),
    requirements: ['OID4VCI-8.3.1.2-13', 'OID4VCI-12.2.4-64'],
    says: credentialError(['OID4VCI-8.3.1.2-13'], 'invalid_proof'),
    features: ['key-binding'],
  }),
  negative(pre, {
    id: 'credential/proofs-empty',
    fault: 'credential-request/proofs-empty',
    title: text('An empty array of proofs is refused', '拒絕空的證明陣列'),
    requirements: ['OID4VCI-8.3.1.2-7'],
    says: credentialError(['OID4VCI-8.3.1.2-7'], INVALID_REQUEST, 'invalid_proof'),
    features: ['jwt-proof'],
  }),
  negative(pre, {
    id: 'credential/proof-kind-unknown',
    fault: 'credential-request/proof-type-unknown',
    title: text('A proof type that the issuer does not know is refused', '拒絕發行者不支援的證明類型'),
    requirements: ['OID4VCI-8.3.1.2-7'],
    says: credentialError(['OID4VCI-8.3.1.2-7'], INVALID_REQUEST, 'invalid_proof'),
    features: ['key-binding'],
  }),
  negative(pre, {
    id: 'credential/two-proof-types',
    fault: 'credential-request/two-proof-types',
    title: text('Two proof types in one request are refused', '拒絕同一請求含有兩種證明類型'),
    requirements: ['OID4VCI-8.3.1.2-7'],
    says: credentialError(['OID4VCI-8.3.1.2-7'], INVALID_REQUEST, 'invalid_proof'),
    features: ['jwt-proof'],
  }),
  negative(batch, {
    id: 'credential/more-proofs-than-batch-size',
    fault: 'credential-request/proofs-too-many',
    title: text('More proofs than batch_size are refused', '拒絕超過 batch_size 的證明數量'),
    requirements: ['OID4VCI-12.2.4-46'],
    says: credentialError(['OID4VCI-8.3.1.2-7'], INVALID_REQUEST, 'invalid_proof'),
  }),
  negative(encrypted, {
    id: 'credential/encryption-enc-unknown',
    fault: 'credential-request/encryption-enc-unknown',
    title: text('Response encryption by an unknown method is refused', '拒絕以未知方法加密回應'),
    requirements: ['OID4VCI-8.3.1.2-18'],
    says: credentialError(['OID4VCI-8.3.1.2-18', 'OID4VCI-8.3.1.2-24'], 'invalid_encryption_parameters'),
  }),
  negative(encrypted, {
    id: 'credential/encryption-key-broken',
    fault: 'credential-request/encryption-key-broken',
    title: text('Response encryption to a key off the curve is refused', '拒絕以不在曲線上的金鑰加密回應'),
    requirements: ['OID4VCI-8.3.1.2-18'],
    says: credentialError(['OID4VCI-8.3.1.2-18'], 'invalid_encryption_parameters'),
  }),
  negative(encrypted, {
    id: 'credential/encryption-alg-missing',
    fault: 'credential-request/encryption-alg-missing',
    title: text('Response encryption to a key without alg is refused', '拒絕以未註明 alg 的金鑰加密回應'),
    requirements: ['OID4VCI-8.3.1.2-18'],
    says: credentialError(['OID4VCI-8.3.1.2-18'], 'invalid_encryption_parameters'),
  }),
  negative(encrypted, {
    id: 'credential/error-in-clear',
    fault: 'credential-request/configuration-unknown',
    title: text('An error is told in clear even where encryption was asked for', '即使要求加密，錯誤仍以明文回覆'),
    requirements: ['OID4VCI-8.3.1.2-11'],
    says: credentialError(['OID4VCI-8.3.1.2-25'], 'unknown_credential_configuration', INVALID_REQUEST),
  }),
];
