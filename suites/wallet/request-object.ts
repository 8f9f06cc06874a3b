import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { saysError } from './rows.ts';
import { refuses } from './refuses.ts';

/** RFC 9101, and with it RFC 7515 and RFC 7519, hold for the request object. */
const JAR = 'OID4VP-5.10.1-4';
const SAN = ['OID4VP-5.9.3-32'];
const CHAIN = ['OID4VP-5.9.3-33'];

/** Request objects that a wallet must not process: forged, outdated, for somebody else, by somebody else. */
export const REQUEST_OBJECT: readonly Test[] = [
  refuses('verifier/request-object/payload-tampered', SAN, {
    why: text('Who can change a request can ask for more than the verifier does.', '能竄改請求的人，就能多要資料。'),
  }),
  refuses('verifier/request-object/signed-by-another-key', SAN),
  refuses('verifier/request-object/signed-by-another-key-than-the-did', ['OID4VP-5.9.3-12', 'OID4VP-5.9.3-13']),
  refuses('verifier/request-object/alg-none', [JAR, ...SAN]),
  refuses('verifier/request-object/alg-symmetric', [JAR, ...SAN]),
  refuses('verifier/request-object/typ-wrong', ['OID4VP-5-4']),
  refuses('verifier/request-object/typ-missing', ['OID4VP-5-3']),
  refuses('verifier/request-object/client-id-other-than-link', ['OID4VP-5.10.1-12']),
  refuses('verifier/request-object/client-id-without-prefix', ['OID4VP-5.10.1-12']),
  refuses('verifier/link/client-id-other-than-object', ['OID4VP-5.10.1-12']),
  refuses('verifier/request-object/expired', [JAR], {
    why: text('A recorded request must not serve once more.', '錄下的舊請求不得再次使用。'),
  }),
  refuses('verifier/request-object/nbf-future', [JAR]),
  refuses('verifier/request-object/audience-other', [JAR], { severity: 'warning' }),
  refuses('verifier/request-object/certificate-untrusted', CHAIN, {
    why: text('Nobody vouches for who is asking.', '無人為提問者的身分擔保。'),
  }),
  refuses('verifier/request-object/certificate-self-signed', CHAIN),
  refuses('verifier/request-object/certificate-expired', CHAIN),
  refuses('verifier/request-object/certificate-of-another-host', ['OID4VP-5.9.3-29'], {
    says: saysError('invalid_request', 'OID4VP-8.5-5'),
  }),
  refuses('verifier/request-object/another-certificate-than-hashed', ['OID4VP-5.9.3-38'], {
    says: saysError('invalid_request', 'OID4VP-8.5-5'),
  }),
  refuses('verifier/request-object/kid-of-another-did', ['OID4VP-5.9.3-12', 'OID4VP-5.9.3-13']),
  refuses('verifier/request-object/wallet-nonce-missing', ['OID4VP-5.10.1-8'], { features: ['wallet-nonce'] }),
  refuses('verifier/request-object/wallet-nonce-other', ['OID4VP-5.10.1-7', 'OID4VP-5.10.1-8'], {
    features: ['wallet-nonce'],
  }),
  refuses('verifier/request-uri/status-404', ['OID4VP-5.10.2-1']),
  refuses('verifier/request-uri/redirect', ['OID4VP-5.10.1-5', 'OID4VP-5.10.1-6', 'OID4VP-14.8-1', 'OID4VP-14.8-2']),
];
