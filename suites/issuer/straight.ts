import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { COURSES, positive } from './course.ts';

/** The common way of every mechanism. Each is the control of the faults in its course. */
export const ISSUER_STRAIGHT: readonly Test[] = [
  positive(
    COURSES.pre,
    text('Pre-authorized code', '預先授權碼'),
    ['OID4VCI-8-1', 'OID4VCI-12.2.2-1'],
    text(
      'The shortest way from a link on a screen to a credential in the wallet.',
      '從螢幕上的連結到皮夾內的憑證，最短的一條路。',
    ),
  ),
  positive(
    COURSES.txCode,
    text('Pre-authorized code with transaction code', '預先授權碼，附交易碼'),
    ['OID4VCI-8-1'],
    text(
      'Whoever photographs the QR code over the shoulder of a citizen must not get the credential.',
      '旁人偷拍民眾的 QR Code，也不能因此取得憑證。',
    ),
  ),
  positive(
    COURSES.preDetails,
    text('Authorization details in the token request', '在權杖請求中使用 authorization_details'),
    ['OID4VCI-6.1.1-1', 'OID4VCI-6.2-9'],
  ),
  positive(COURSES.code, text('Authorization code with scope', '授權碼，使用 scope'), [
    'OID4VCI-5.1.2-1',
    'OID4VCI-5.1.2-3',
  ]),
  positive(COURSES.codeDetails, text('Authorization code with authorization details', '授權碼，使用授權細節'), [
    'OID4VCI-5.1.1-1',
    'OID4VCI-6.2-9',
  ]),
  positive(COURSES.par, text('Pushed authorization request', '推送授權請求（PAR）'), ['OID4VCI-5.1.2-1']),
  positive(
    COURSES.parDetails,
    text('Pushed authorization request with authorization details', '推送授權請求，使用授權細節'),
    ['OID4VCI-5.1.1-1', 'OID4VCI-6.2-9'],
  ),
  positive(
    COURSES.dpop,
    text('Access token bound by DPoP', '以 DPoP 綁定的存取權杖'),
    ['OID4VCI-8-1', 'OID4VCI-13.2-4'],
    text('A stolen access token is of no use to the thief.', '存取權杖即使遭竊，竊賊也無法使用。'),
  ),
  positive(COURSES.privateKeyJwt, text('Client authentication by private_key_jwt', '以 private_key_jwt 驗證用戶端'), [
    'OID4VCI-8-1',
  ]),
  positive(
    COURSES.attestedClient,
    text('Client authentication by wallet attestation', '以皮夾證明（Wallet Attestation）驗證用戶端'),
    ['OID4VCI-8-1'],
    text('The issuer can tell a genuine wallet from an imitation.', '發行者得以分辨真正的皮夾與冒充者。'),
  ),
  positive(
    COURSES.batch,
    text('Two key proofs in one credential request', '一次憑證請求含兩個金鑰證明'),
    ['OID4VCI-12.2.4-40'],
    text(
      'Copies with keys of their own keep shops from recognising a citizen by the credential.',
      '每份副本使用不同金鑰，商家就無法憑憑證認出同一位民眾。',
    ),
  ),
  positive(COURSES.attestation, text('Key attestation as proof', '以金鑰證明書作為證明'), ['OID4VCI-12.2.4-71']),
  positive(COURSES.encryptedRequest, text('Encrypted credential request', '加密的憑證請求'), [
    'OID4VCI-8.2-2',
    'OID4VCI-8.2-28',
  ]),
  positive(
    COURSES.encrypted,
    text('Encrypted credential response', '加密的憑證回應'),
    ['OID4VCI-8.3-5', 'OID4VCI-8.2-33'],
    text(
      'Personal data stay unreadable for whatever stands between issuer and wallet.',
      '發行者與皮夾之間的任何中介都讀不到個人資料。',
    ),
  ),
  positive(COURSES.deferred, text('Deferred issuance', '延後發行'), ['OID4VCI-8.3-2', 'OID4VCI-8.3-4', 'OID4VCI-9-1']),
  positive(COURSES.notification, text('Notification that the credential was accepted', '通知憑證已接受'), [
    'OID4VCI-11-1',
    'OID4VCI-11-5',
    'OID4VCI-11.2-1',
  ]),
  positive(
    COURSES.refresh,
    text('A refreshed access token obtains the credential again', '以更新後的存取權杖再次取得憑證'),
    ['OID4VCI-8-1'],
  ),
  {
    ...positive(
      COURSES.narrowed,
      text('A token for one of two authorized credentials', '授權兩種憑證，只為其中一種請求權杖'),
      ['OID4VCI-6.1.1-2'],
    ),
    aliases: ['issuer/variant/narrowed-token-request'],
  },
  positive(COURSES.codeRefresh, text('Refresh after an authorization code', '授權碼流程之後更新權杖'), ['OID4VCI-8-1']),
];
