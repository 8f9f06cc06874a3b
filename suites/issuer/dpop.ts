import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { challenge, COURSES, negative, tokenError } from './course.ts';
import type { Fault } from './course.ts';

const { dpop } = COURSES;
/** Where the server elects not to bind its tokens (RFC 9449 5) it need not look at proofs. */
const BOUND = ['dpop-bound'];

/** A proof that is judged at the token endpoint (RFC 9449 4.3, 5). */
function atToken(row: Omit<Fault, 'requirements' | 'says'>): Test {
  return negative(dpop, {
    ...row,
    features: BOUND,
    requirements: ['OID4VCI-13.2-4'],
    says: tokenError(['OID4VCI-6.3-1'], 'invalid_dpop_proof', 'invalid_request', 'use_dpop_nonce'),
  });
}

/** A bound token that is used without the key it is bound to is no valid token (RFC 9449 7.1, 7.2). */
function atCredential(row: Omit<Fault, 'requirements' | 'says'>): Test {
  return negative(dpop, {
    ...row,
    features: BOUND,
    requirements: ['OID4VCI-8.3.1.1-2', 'OID4VCI-13.2-4'],
    says: challenge('credential-error', ['OID4VCI-8.3.1-1'], 'invalid_token', 'invalid_dpop_proof', 'use_dpop_nonce'),
  });
}

/** Proofs of possession of the key of an access token. */
export const DPOP_TESTS: readonly Test[] = [
  atToken({
    id: 'dpop/typ-wrong',
    fault: 'dpop-proof/typ-wrong',
    title: text('A DPoP proof of another type is refused', '拒絕類型不符的 DPoP 證明'),
  }),
  atToken({
    id: 'dpop/unsigned',
    fault: 'dpop-proof/alg-none',
    title: text('A DPoP proof without signature is refused', '拒絕沒有簽章的 DPoP 證明'),
  }),
  atToken({
    id: 'dpop/signature-other-key',
    fault: 'dpop-proof/signature-other-key',
    title: text('A DPoP proof by another key than its own is refused', '拒絕以其他金鑰簽署的 DPoP 證明'),
  }),
  atToken({
    id: 'dpop/private-key',
    fault: 'dpop-proof/private-key',
    title: text('A DPoP proof that gives its private key away is refused', '拒絕洩漏私鑰的 DPoP 證明'),
  }),
  atToken({
    id: 'dpop/method-other',
    fault: 'dpop-proof/htm-other',
    title: text('A DPoP proof for another method is refused', '拒絕用於其他方法的 DPoP 證明'),
  }),
  atToken({
    id: 'dpop/url-other',
    fault: 'dpop-proof/htu-other',
    title: text('A DPoP proof for another server is refused', '拒絕用於其他伺服器的 DPoP 證明'),
    why: text(
      'A proof that was sent to a malicious site must not open the issuer.',
      '送到惡意網站的證明，不應能在發行者處使用。',
    ),
  }),
  negative(dpop, {
    id: 'dpop/old',
    fault: 'dpop-proof/iat-old',
    title: text('A DPoP proof of yesterday is refused', '拒絕昨日的 DPoP 證明'),
    requirements: ['OID4VCI-13.2-4'],
    says: tokenError(['OID4VCI-6.3-1'], 'invalid_dpop_proof', 'invalid_request', 'use_dpop_nonce'),
    // A server that hands out nonces may judge the age by them (RFC 9449 4.3).
    features: [...BOUND, 'dpop-without-nonce'],
  }),
  atCredential({
    id: 'dpop/bound-token-without-proof',
    fault: 'dpop-proof/missing',
    title: text('A bound token without DPoP proof is refused', '拒絕未附 DPoP 證明的綁定權杖'),
  }),
  atCredential({
    id: 'dpop/bound-token-as-bearer',
    fault: 'access-token/bearer-for-dpop',
    title: text('A bound token is no bearer token', '綁定權杖不得當作持有人權杖使用'),
    why: text(
      'Else whoever finds the token in a log could fetch the citizen’s credential.',
      '否則任何在記錄檔中看到權杖的人，都能領走民眾的憑證。',
    ),
  }),
  atCredential({
    id: 'dpop/bound-token-other-key',
    fault: 'dpop-proof/other-key-at-credential',
    title: text('A bound token with a proof by another key is refused', '拒絕以其他金鑰證明的綁定權杖'),
  }),
  atCredential({
    id: 'dpop/token-hash-other',
    fault: 'dpop-proof/ath-other-token',
    title: text('A DPoP proof for another access token is refused', '拒絕用於其他存取權杖的 DPoP 證明'),
  }),
  atCredential({
    id: 'dpop/token-hash-missing',
    fault: 'dpop-proof/ath-missing',
    title: text('A DPoP proof without hash of the token is refused', '拒絕缺少權杖雜湊值的 DPoP 證明'),
  }),
];
