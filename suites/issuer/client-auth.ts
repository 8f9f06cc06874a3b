import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { COURSES, negative, tokenError } from './course.ts';

const { privateKeyJwt, attestedClient } = COURSES;
const ASSERTED = ['OID4VCI-6.1-8'];
const refusedClient = tokenError(['OID4VCI-6.3-1'], 'invalid_client', 'invalid_request', 'unauthorized_client');
const refusedAttestation = tokenError(
  ['OID4VCI-6.3-1'],
  'invalid_client',
  'invalid_client_attestation',
  'use_fresh_attestation',
  'invalid_request',
  'unauthorized_client',
);
const POSSESSION = ['OID4VCI-E-7'];

/** Client authentication at the token endpoint (RFC 7521, RFC 7523; OpenID4VCI Appendix E). */
export const CLIENT_AUTH_TESTS: readonly Test[] = [
  negative(privateKeyJwt, {
    id: 'client/assertion-signature-other-key',
    fault: 'client-assertion/signature-other-key',
    title: text('A client assertion by another key is refused', '拒絕以其他金鑰簽署的用戶端聲明'),
    requirements: ASSERTED,
    says: refusedClient,
  }),
  negative(privateKeyJwt, {
    id: 'client/assertion-unsigned',
    fault: 'client-assertion/alg-none',
    title: text('A client assertion without signature is refused', '拒絕沒有簽章的用戶端聲明'),
    requirements: ASSERTED,
    says: refusedClient,
  }),
  negative(privateKeyJwt, {
    id: 'client/assertion-audience-other',
    fault: 'client-assertion/audience-other',
    title: text('A client assertion for another server is refused', '拒絕對象為其他伺服器的用戶端聲明'),
    requirements: ASSERTED,
    says: refusedClient,
  }),
  negative(privateKeyJwt, {
    id: 'client/assertion-expired',
    fault: 'client-assertion/expired',
    title: text('An expired client assertion is refused', '拒絕過期的用戶端聲明'),
    requirements: ASSERTED,
    says: refusedClient,
  }),
  negative(privateKeyJwt, {
    id: 'client/assertion-issuer-other',
    fault: 'client-assertion/subject-other',
    title: text('A client assertion of another client is refused', '拒絕其他用戶端的聲明'),
    requirements: ASSERTED,
    says: refusedClient,
  }),
  negative(attestedClient, {
    id: 'client/attestation-signature-other-key',
    fault: 'client-attestation/signature-other-key',
    title: text('A wallet attestation that its attester did not sign is refused', '拒絕並非由證明者簽署的皮夾證明'),
    why: text('Else any program could pass for a certified wallet.', '否則任何程式都能冒充通過驗證的皮夾。'),
    requirements: ['OID4VCI-E-1'],
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-expired',
    fault: 'client-attestation/expired',
    title: text('An expired wallet attestation is refused', '拒絕過期的皮夾證明'),
    requirements: ['OID4VCI-15.7-1'],
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-subject-other',
    fault: 'client-attestation/client-id-other',
    title: text('A client_id other than sub of the attestation is refused', '拒絕與證明 sub 不同的 client_id'),
    requirements: ['OID4VCI-15.7-1'],
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-pop-missing',
    fault: 'client-attestation/pop-missing',
    title: text('A wallet attestation without proof of possession is refused', '拒絕沒有持有證明的皮夾證明'),
    requirements: POSSESSION,
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-pop-other-key',
    fault: 'client-attestation-pop/signature-other-key',
    title: text('A proof of possession by another key is refused', '拒絕以其他金鑰產生的持有證明'),
    why: text('A copied attestation must not make a wallet.', '複製來的證明不應能冒充皮夾。'),
    requirements: POSSESSION,
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-pop-audience-other',
    fault: 'client-attestation-pop/audience-other',
    title: text('A proof of possession for another server is refused', '拒絕對象為其他伺服器的持有證明'),
    requirements: POSSESSION,
    says: refusedAttestation,
  }),
  negative(attestedClient, {
    id: 'client/attestation-pop-old',
    fault: 'client-attestation-pop/iat-old',
    title: text('A proof of possession of yesterday is refused', '拒絕昨日的持有證明'),
    requirements: POSSESSION,
    says: refusedAttestation,
  }),
];
