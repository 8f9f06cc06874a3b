import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { saysError } from './rows.ts';
import { refuses } from './refuses.ts';

const invalid = (...requirements: string[]) => ({ says: saysError('invalid_request', ...requirements) });

/** Who asks, and where the answer shall go. */
export const PARAMETERS: readonly Test[] = [
  refuses('verifier/client-id/prefix-unknown', ['OID4VP-5.9.2-2'], invalid('OID4VP-8.5-4')),
  refuses('verifier/client-id/prefix-origin', ['OID4VP-5.9.3-45']),
  refuses('verifier/client-id/not-registered', ['OID4VP-5.9.2-1']),
  // "Cannot be signed" (5.9.3) says what a signature is worth there; no sentence obliges a wallet to refuse one that it does not need.
  refuses('verifier/client-id/redirect-uri-signed', ['OID4VP-8.5-6'], {
    ...invalid('OID4VP-8.5-6'),
    severity: 'warning',
  }),
  refuses('verifier/client-id/x509-unsigned', ['OID4VP-5.9.3-31', 'OID4VP-8.5-6'], invalid('OID4VP-8.5-6')),
  refuses('verifier/client-id/host-not-in-certificate', ['OID4VP-5.9.3-29'], invalid('OID4VP-8.5-5')),
  refuses('verifier/parameters/metadata-of-registered-client', ['OID4VP-8.5-8'], {
    says: saysError('invalid_client', 'OID4VP-8.5-7', 'OID4VP-8.5-8'),
  }),
  refuses('verifier/link/method-unknown', ['OID4VP-8.5-13'], {
    says: saysError('invalid_request_uri_method', 'OID4VP-8.5-13'),
    // The text gives the error code, and no sentence that obliges to use it rather than to fetch by GET.
    severity: 'warning',
  }),
  refuses('verifier/parameters/nonce-missing', ['OID4VP-5.2-13'], invalid('OID4VP-5.10.1-13')),
  refuses('verifier/parameters/response-type-unknown', ['OID4VP-5.10.1-13']),
  // Another host would show more, but who posts there posts into the void: only a place where we listen proves anything.
  refuses('verifier/parameters/response-uri-other-than-client-id', ['OID4VP-14.4.1-1', 'OID4VP-8.2-8'], {
    why: text('The data would go to a place that the verifier has not named.', '資料會流向驗證端未指明的位址。'),
  }),
  refuses('verifier/parameters/response-uri-not-registered', ['OID4VP-14.4.1-2', 'OID4VP-8.2-8']),
  refuses('verifier/parameters/redirect-uri-beside-response-uri', ['OID4VP-8.2-6'], invalid('OID4VP-8.2-6')),
  refuses('verifier/parameters/query-missing', ['OID4VP-8-1', 'OID4VP-8.5-3'], invalid('OID4VP-8.5-3')),
  refuses('verifier/encryption/keys-missing', ['OID4VP-8.3-4'], {
    why: text('What cannot be encrypted must not go out in clear.', '無法加密的資料，不得以明文送出。'),
  }),
  refuses('verifier/encryption/key-for-signatures', ['OID4VP-8.3-2']),
  refuses('verifier/encryption/enc-unsupported', ['OID4VP-8.3-7']),
  refuses('verifier/transaction-data/unasked', ['OID4VP-5-9', 'OID4VP-8.4-2', 'OID4VP-5.1-23'], {
    why: text(
      'A wallet that cannot show what is agreed to must not sign it.',
      '皮夾若無法顯示所同意的內容，就不得為其簽章。',
    ),
  }),
  ...(
    [
      ['one-of-two-unknown', ['OID4VP-5.1-23'], 'OID4VP-8.5-14'],
      ['member-unknown', ['OID4VP-5.1-24'], 'OID4VP-8.5-15'],
      ['member-of-wrong-type', ['OID4VP-5.1-24'], 'OID4VP-8.5-16'],
      ['credential-ids-unknown', ['OID4VP-8.5-19'], 'OID4VP-8.5-19'],
      ['without-holder-binding', ['OID4VP-B.3.3-3'], undefined],
    ] as const
  ).map(([name, requirements, code]) =>
    refuses(
      `verifier/transaction-data/${name}`,
      requirements,
      code === undefined ? {} : { says: saysError('invalid_transaction_data', code) },
    ),
  ),
];
