import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './row.ts';
import { ANY_FORM, ENCRYPTED, UNBOUND } from './straight.ts';

const STATE = { features: ['state'] } as const;

/** To which request a response belongs, and how it is wrapped (OpenID4VP 5.3, 8.2, 8.3, 14.4). */
export const RESPONSE: readonly Test[] = [
  refuses(
    'response/earlier-response',
    'presentation-response/earlier-response',
    UNBOUND,
    text('The response of an earlier session, without key binding', '先前工作階段的回應，未附金鑰綁定'),
    ['OID4VP-5.3-6'],
    {
      ...STATE,
      why: text('One person’s answer must not finish another person’s transaction.', '某甲的回應不能替某乙完成交易。'),
    },
  ),
  refuses(
    'response/state-wrong-unbound',
    'presentation-payload/state-wrong',
    UNBOUND,
    text('A wrong state, without key binding', '錯誤的 state，且未附金鑰綁定'),
    ['OID4VP-5.3-6'],
    STATE,
  ),
  refuses(
    'response/state-missing-unbound',
    'presentation-payload/state-missing',
    UNBOUND,
    text('No state, without key binding', '沒有 state，且未附金鑰綁定'),
    ['OID4VP-5.3-7'],
    STATE,
  ),
  refuses(
    'response/state-wrong',
    'presentation-payload/state-wrong',
    ANY_FORM,
    text('A wrong state', '錯誤的 state'),
    ['OID4VP-14.4.2-1'],
    STATE,
  ),
  refuses(
    'response/state-missing',
    'presentation-payload/state-missing',
    ANY_FORM,
    text('No state although the request had one', '請求含有 state，回應卻沒有'),
    ['OID4VP-14.4.2-1'],
    STATE,
  ),
  refuses(
    'response/replayed',
    'presentation-response/replayed',
    ANY_FORM,
    text('The same response a second time', '重複送出同一回應'),
    ['OID4VP-13.3-1'],
  ),
  refuses(
    'response/unencrypted',
    'presentation-response/unencrypted',
    ENCRYPTED,
    text('A response in clear although encryption was asked for', '要求加密，回應卻未加密'),
    ['OID4VP-8.6-10'],
    {
      // To encrypt is the wallet's obligation; no text says that the verifier must refuse.
      severity: 'warning',
      why: text(
        'A verifier that takes data in clear invites wallets to send them so.',
        '驗證者若接受明文資料，等於鼓勵皮夾以明文傳送。',
      ),
    },
  ),
  refuses(
    'response/enc-not-listed',
    'encrypted-presentation-response/enc-not-offered',
    ENCRYPTED,
    text('A content encryption that the verifier did not list', '使用驗證者未列出的內容加密演算法'),
    ['OID4VP-5.1-10'],
    { severity: 'warning', features: ['enc-unlisted:A256CBC-HS512'] },
  ),
];
