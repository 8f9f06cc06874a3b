import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { PRE } from './rows.ts';
import { refuses } from './refuses.ts';

/** A credential is not accepted just because an offer led to it (OpenID4VCI 13.5): a holder verifies what it gets (RFC 9901 7.2). */
const VERIFIES = ['OID4VCI-13.5-3'];
/** The same where no text says that it is the wallet who has to look: a warning. */
const weak = { severity: 'warning' } as const;

/** Credentials that a wallet must not keep. Status is not asked for here: nobody demands that a wallet reads it when it is issued. */
export const CREDENTIAL: readonly Test[] = [
  refuses('issuer/credential/alg-none', VERIFIES),
  refuses('issuer/credential/alg-symmetric', VERIFIES),
  refuses('issuer/credential/signature-other-key', VERIFIES, {
    why: text('A forged credential would be found out only when it is needed.', '偽造的憑證要到出示時才會被發現。'),
  }),
  refuses('issuer/credential/signature-other-key', [...VERIFIES, 'OID4VCI-11.1-8'], {
    other: { name: 'notified', variant: { ...PRE, notification: 'credential_accepted' } },
    says: { kind: 'notification-request', error: ['credential_failure'], requirements: ['OID4VCI-11.1-8'] },
  }),
  refuses('issuer/credential/payload-changed', VERIFIES),
  refuses('issuer/credential/x5c-leaf-other', VERIFIES),
  refuses('issuer/credential/certificate-untrusted', ['OID4VCI-13.5-2', 'OID4VCI-13.5-3'], weak),
  refuses('issuer/credential/certificate-self-signed', ['OID4VCI-13.5-2', 'OID4VCI-13.5-3'], weak),
  refuses('issuer/credential/certificate-expired', ['OID4VCI-13.5-2', 'OID4VCI-13.5-3'], weak),
  refuses('issuer/credential/issuer-other', VERIFIES, weak),
  refuses('issuer/credential/vct-other', VERIFIES, {
    ...weak,
    why: text('Who wanted one credential must not get another one under its name.', '想領的是甲憑證，不該拿到乙憑證。'),
  }),
  refuses('issuer/credential/holder-key-other', VERIFIES, {
    ...weak,
    why: text(
      'A credential bound to a stranger’s key can be used by the stranger only.',
      '綁定他人金鑰的憑證，只有那個人能使用。',
    ),
  }),
  refuses('issuer/credential/holder-key-missing', VERIFIES, weak),
  refuses('issuer/credential/expired', VERIFIES, weak),
  refuses('issuer/credential/kb-jwt-inside', VERIFIES),
  refuses('issuer/credential/disclosure-changed', VERIFIES),
  refuses('issuer/credential/disclosure-unreferenced', VERIFIES),
  refuses('issuer/credential/digest-twice', VERIFIES),
  refuses('issuer/credential/disclosure-overwrites', VERIFIES),
  refuses('issuer/encrypted-credential-response/in-clear', ['OID4VCI-10-12']),
];
