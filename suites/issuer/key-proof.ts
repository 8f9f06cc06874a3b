import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import type { Course, Fault } from './course.ts';
import { COURSES, credentialError, negative } from './course.ts';

const { pre, attestation, batch } = COURSES;
const INVALID_PROOF = credentialError(['OID4VCI-8.3.1.2-14'], 'invalid_proof');

/** A faulty key proof; unless a row says otherwise the issuer answers `invalid_proof`. */
function proof(course: Course, row: Fault): Test {
  return negative(course, { says: INVALID_PROOF, ...row, features: ['jwt-proof', ...(row.features ?? [])] });
}

function attested(row: Fault): Test {
  return negative(attestation, { says: INVALID_PROOF, ...row });
}

/** Key proofs of a credential request (OpenID4VCI F.1, F.3, F.4, D.1). */
export const KEY_PROOF_TESTS: readonly Test[] = [
  proof(pre, {
    id: 'credential/proof-type-wrong',
    fault: 'key-proof/typ-wrong',
    title: text('A key proof of another type is refused', '拒絕類型不符的金鑰證明'),
    why: text(
      'A signature that a wallet gave for another purpose must not get a credential.',
      '皮夾為其他目的所做的簽章，不應可用來取得憑證。',
    ),
    requirements: ['OID4VCI-F.4-2'],
  }),
  proof(pre, {
    id: 'credential/proof-type-missing',
    fault: 'key-proof/typ-missing',
    title: text('A key proof without type is refused', '拒絕沒有類型的金鑰證明'),
    requirements: ['OID4VCI-F.4-2'],
  }),
  proof(pre, {
    id: 'credential/proof-unsigned',
    fault: 'key-proof/alg-none',
    title: text('A key proof without signature is refused', '拒絕沒有簽章的金鑰證明'),
    requirements: ['OID4VCI-F.4-3'],
    says: credentialError(['OID4VCI-8.3.1.2-14', 'OID4VCI-8.3.1.2-1'], 'invalid_proof'),
  }),
  proof(pre, {
    id: 'credential/proof-symmetric',
    fault: 'key-proof/alg-symmetric',
    title: text('A key proof with a symmetric signature is refused', '拒絕以對稱演算法簽署的金鑰證明'),
    requirements: ['OID4VCI-F.4-3'],
  }),
  proof(pre, {
    id: 'credential/proof-signature-other-key',
    fault: 'key-proof/signature-other-key',
    title: text('A key proof by another key than it names is refused', '拒絕以所指金鑰以外的金鑰簽署的證明'),
    why: text('Else a credential could be bound to the key of somebody else.', '否則憑證可能被綁定到他人的金鑰。'),
    requirements: ['OID4VCI-F.4-4', 'OID4VCI-F.1-26'],
  }),
  proof(pre, {
    id: 'credential/proof-signature-broken',
    fault: 'key-proof/signature-broken',
    title: text('A key proof with a broken signature is refused', '拒絕簽章毀損的金鑰證明'),
    requirements: ['OID4VCI-F.4-4', 'OID4VCI-F.1-26'],
  }),
  proof(pre, {
    id: 'credential/proof-alg-unpublished',
    fault: 'key-proof/alg-unpublished',
    title: text(
      'A key proof with an algorithm that the issuer does not publish is refused',
      '拒絕使用發行者未公布之演算法的金鑰證明',
    ),
    requirements: ['OID4VCI-F.1-33', 'OID4VCI-F.4-3'],
    // "Supported by the application": the metadata may say less than the application can.
    severity: 'warning',
    features: ['no-proof-alg:ES512'],
  }),
  proof(pre, {
    id: 'credential/proof-alg-mismatch',
    fault: 'key-proof/alg-mismatch',
    title: text('A key proof whose alg does not suit its key is refused', '拒絕演算法與金鑰不符的證明'),
    requirements: ['OID4VCI-F.4-4'],
  }),
  proof(pre, {
    id: 'credential/proof-audience-other',
    fault: 'key-proof/audience-other',
    title: text('A key proof for another issuer is refused', '拒絕對象為其他發行者的金鑰證明'),
    why: text(
      'A malicious issuer must not pass on what it got from a wallet.',
      '惡意的發行者不應能把從皮夾取得的證明轉送他處使用。',
    ),
    requirements: ['OID4VCI-F.4-8'],
  }),
  proof(pre, {
    id: 'credential/proof-audience-missing',
    fault: 'key-proof/audience-missing',
    title: text('A key proof for nobody in particular is refused', '拒絕未指明對象的金鑰證明'),
    requirements: ['OID4VCI-F.4-1', 'OID4VCI-F.4-8'],
  }),
  proof(pre, {
    id: 'credential/proof-nonce-unknown',
    fault: 'key-proof/nonce-unknown',
    title: text(
      'A key proof with a nonce that the issuer never gave is refused',
      '拒絕使用發行者從未發出之 nonce 的金鑰證明',
    ),
    why: text(
      'Else a proof that was recorded once could be played back at any time.',
      '否則曾被側錄的證明，日後隨時可遭重放。',
    ),
    requirements: ['OID4VCI-F.4-6'],
    says: credentialError(['OID4VCI-8.3.1.2-16'], 'invalid_nonce'),
    features: ['nonce-endpoint'],
  }),
  proof(pre, {
    id: 'credential/proof-nonce-missing',
    fault: 'key-proof/nonce-missing',
    title: text('A key proof without nonce is refused', '拒絕沒有 nonce 的金鑰證明'),
    requirements: ['OID4VCI-F.4-6'],
    says: credentialError(['OID4VCI-8.3.1.2-15'], 'invalid_proof'),
    features: ['nonce-endpoint'],
  }),
  proof(pre, {
    id: 'credential/proof-iat-missing',
    fault: 'key-proof/iat-missing',
    title: text('A key proof without time is refused', '拒絕沒有時間的金鑰證明'),
    requirements: ['OID4VCI-F.4-1'],
  }),
  proof(pre, {
    id: 'credential/proof-two-keys-named',
    fault: 'key-proof/jwk-and-kid',
    title: text('A key proof that names two keys is refused', '拒絕同時指明兩把金鑰的證明'),
    requirements: ['OID4VCI-F.4-9'],
  }),
  proof(pre, {
    id: 'credential/proof-key-missing',
    fault: 'key-proof/key-missing',
    title: text('A key proof that names no key is refused', '拒絕未指明金鑰的證明'),
    requirements: ['OID4VCI-F.4-1'],
  }),
  proof(pre, {
    id: 'credential/proof-key-unresolvable',
    fault: 'key-proof/kid-unresolvable',
    title: text('A key proof whose key cannot be found is refused', '拒絕找不到金鑰的證明'),
    requirements: ['OID4VCI-F.4-4'],
  }),
  proof(pre, {
    id: 'credential/proof-private-key',
    fault: 'key-proof/private-key',
    title: text('A key proof that gives its private key away is refused', '拒絕洩漏私鑰的金鑰證明'),
    why: text('A key that others know protects nobody.', '已被他人知道的金鑰保護不了任何人。'),
    requirements: ['OID4VCI-F.4-5'],
  }),
  proof(batch, {
    id: 'credential/one-bad-proof-of-two',
    fault: 'key-proof/second-signature-other-key',
    title: text('One bad proof of two voids the request', '兩個證明中有一個無效，整個請求即無效'),
    requirements: ['OID4VCI-8.3.1.2-14', 'OID4VCI-F.4-4'],
  }),
  attested({
    id: 'credential/attestation-signature-other-key',
    fault: 'key-attestation/signature-other-key',
    title: text('A key attestation that its attester did not sign is refused', '拒絕並非由證明者簽署的金鑰證明書'),
    requirements: ['OID4VCI-F.4-4', 'OID4VCI-D-2'],
  }),
  attested({
    id: 'credential/attestation-expired',
    fault: 'key-attestation/expired',
    title: text('An expired key attestation is refused', '拒絕過期的金鑰證明書'),
    requirements: ['OID4VCI-D-2'],
  }),
  attested({
    id: 'credential/attestation-without-keys',
    fault: 'key-attestation/no-keys',
    title: text('A key attestation about no key is refused', '拒絕未列任何金鑰的金鑰證明書'),
    requirements: ['OID4VCI-F.4-1'],
  }),
  attested({
    id: 'credential/attestation-type-wrong',
    fault: 'key-attestation/typ-wrong',
    title: text('A key attestation of another type is refused', '拒絕類型不符的金鑰證明書'),
    requirements: ['OID4VCI-F.4-2'],
  }),
  attested({
    id: 'credential/attestation-nonce-unknown',
    fault: 'key-attestation/nonce-unknown',
    title: text(
      'A key attestation with a nonce that the issuer never gave is refused',
      '拒絕使用未知 nonce 的金鑰證明書',
    ),
    requirements: ['OID4VCI-F.4-6'],
    says: credentialError(['OID4VCI-8.3.1.2-16'], 'invalid_nonce'),
    features: ['nonce-endpoint'],
  }),
];
