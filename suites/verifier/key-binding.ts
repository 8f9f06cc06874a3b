import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './row.ts';
import { ANY_FORM, TWO_CREDENTIALS } from './straight.ts';

const BOUND = { features: ['holder-binding'] } as const;
const HOLDER = ['OID4VP-8.6-6'];
const FORMAT = ['OID4VP-8.6-11', 'OID4VP-8.6-6'];
const NONCE = ['OID4VP-14.2.2-7', 'OID4VP-14.2.2-4'];
const AUDIENCE = ['OID4VP-14.2.2-6', 'OID4VP-14.2.2-4'];
const INTEGRITY = ['OID4VP-8.6-3'];

/** The proof that the holder is here, now, for this verifier (RFC 9901 7.3, OpenID4VP 8.6, 14.2). */
export const KEY_BINDING: readonly Test[] = [
  // What uses an earlier session comes first: right after a control there is one.
  refuses(
    'key-binding/nonce-of-other-session',
    'kb-jwt/nonce-of-other-session',
    ANY_FORM,
    text('The nonce of an earlier session', '先前工作階段的 nonce'),
    ['OID4VP-5.2-4', ...NONCE],
    {
      ...BOUND,
      why: text(
        'What a citizen showed at one counter must not open another one.',
        '民眾在某處出示過的資料，不能被拿去別處冒用。',
      ),
    },
  ),
  refuses(
    'key-binding/presentation-of-other-session',
    'presentation-payload/presentation-of-other-session',
    ANY_FORM,
    text('The whole presentation of an earlier session', '先前工作階段的完整出示內容'),
    ['OID4VP-5.2-4', ...NONCE],
    {
      ...BOUND,
      why: text(
        'Whoever recorded a presentation could pass for the citizen again and again.',
        '任何人只要錄下一次出示，就能一再冒充該民眾。',
      ),
    },
  ),
  refuses('key-binding/missing', 'kb-jwt/missing', ANY_FORM, text('No key binding', '沒有金鑰綁定'), ['OID4VP-8.6-5'], {
    ...BOUND,
    why: text(
      'A copied credential would be as good as the genuine one in the wallet of its owner.',
      '被複製的憑證將與本人皮夾裡的一樣有效。',
    ),
  }),
  refuses(
    'key-binding/typ-wrong',
    'kb-jwt/typ-wrong',
    ANY_FORM,
    text('typ is JWT, not kb+jwt', 'typ 為 JWT，而非 kb+jwt'),
    FORMAT,
    BOUND,
  ),
  refuses('key-binding/typ-missing', 'kb-jwt/typ-missing', ANY_FORM, text('No typ', '沒有 typ'), FORMAT, BOUND),
  refuses(
    'key-binding/alg-none',
    'kb-jwt/alg-none',
    ANY_FORM,
    text('A key binding without signature', '金鑰綁定沒有簽章'),
    HOLDER,
    {
      ...BOUND,
      why: text('Without signature anybody can claim to be the holder.', '沒有簽章，任何人都能自稱是持有者。'),
    },
  ),
  refuses(
    'key-binding/alg-symmetric',
    'kb-jwt/alg-symmetric',
    ANY_FORM,
    text('A key binding with a symmetric signature', '金鑰綁定使用對稱簽章'),
    HOLDER,
    BOUND,
  ),
  refuses(
    'key-binding/other-key',
    'kb-jwt/signature-other-key',
    ANY_FORM,
    text('Signed with another key than the credential is bound to', '以憑證所綁定以外的金鑰簽署'),
    [...HOLDER, ...INTEGRITY],
    {
      ...BOUND,
      why: text(
        'A thief has the credential, but not the key in the citizen’s phone.',
        '竊賊拿得到憑證，卻沒有民眾手機裡的金鑰。',
      ),
    },
  ),
  refuses(
    'key-binding/signature-broken',
    'kb-jwt/signature-broken',
    ANY_FORM,
    text('A broken signature', '簽章損壞'),
    INTEGRITY,
    BOUND,
  ),
  refuses(
    'key-binding/changed-after-signing',
    'kb-jwt/claims-added-after',
    ANY_FORM,
    text('Changed after it was signed', '簽署後內容遭更改'),
    INTEGRITY,
    BOUND,
  ),
  refuses(
    'key-binding/nonce-wrong',
    'kb-jwt/nonce-wrong',
    ANY_FORM,
    text('A wrong nonce', '錯誤的 nonce'),
    NONCE,
    BOUND,
  ),
  refuses('key-binding/nonce-missing', 'kb-jwt/nonce-missing', ANY_FORM, text('No nonce', '沒有 nonce'), NONCE, BOUND),
  refuses(
    'key-binding/audience-other',
    'kb-jwt/audience-other',
    ANY_FORM,
    text('Made for another verifier', '對象為其他驗證者'),
    AUDIENCE,
    {
      ...BOUND,
      why: text(
        'A dishonest shop must not be able to pass on at the bank what a citizen showed it.',
        '不肖商家不能把民眾出示的資料轉手拿去銀行使用。',
      ),
    },
  ),
  refuses(
    'key-binding/audience-bare',
    'kb-jwt/audience-bare',
    ANY_FORM,
    text('The audience lacks the client identifier prefix', '對象缺少用戶端識別碼前綴'),
    AUDIENCE,
    { features: ['holder-binding', 'prefixed-client-id'] },
  ),
  refuses(
    'key-binding/audience-missing',
    'kb-jwt/audience-missing',
    ANY_FORM,
    text('No audience', '沒有對象（aud）'),
    AUDIENCE,
    BOUND,
  ),
  refuses(
    'key-binding/sd-hash-other',
    'kb-jwt/sd-hash-other',
    ANY_FORM,
    text('Made over other disclosures than those presented', 'sd_hash 屬於其他揭露組合'),
    INTEGRITY,
    {
      ...BOUND,
      why: text(
        'Nobody on the way may add to or take away from what the citizen agreed to show.',
        '途中任何人都不得增減民眾同意出示的內容。',
      ),
    },
  ),
  refuses(
    'key-binding/sd-hash-missing',
    'kb-jwt/sd-hash-missing',
    ANY_FORM,
    text('No sd_hash', '沒有 sd_hash'),
    ['OID4VP-8.6-11', ...INTEGRITY],
    BOUND,
  ),
  refuses(
    'key-binding/iat-missing',
    'kb-jwt/iat-missing',
    ANY_FORM,
    text('No iat', '沒有 iat'),
    ['OID4VP-8.6-11'],
    BOUND,
  ),
  // How old is too old is left to the verifier ("within an acceptable window", RFC 9901 7.3).
  refuses(
    'key-binding/iat-old',
    'kb-jwt/iat-old',
    ANY_FORM,
    text('Made yesterday', '昨天建立的金鑰綁定'),
    ['OID4VP-8.6-11'],
    { ...BOUND, severity: 'warning' },
  ),
  refuses(
    'key-binding/iat-future',
    'kb-jwt/iat-future',
    ANY_FORM,
    text('Made tomorrow', '明天才建立的金鑰綁定'),
    ['OID4VP-8.6-11'],
    { ...BOUND, severity: 'warning' },
  ),
  refuses(
    'key-binding/second-nonce-wrong',
    'kb-jwt/second-nonce-wrong',
    TWO_CREDENTIALS,
    text('Two presentations, the second with a wrong nonce', '兩份出示，第二份的 nonce 錯誤'),
    ['OID4VP-14.2.2-8', 'OID4VP-14.2.2-7'],
    BOUND,
  ),
  refuses(
    'key-binding/second-audience-other',
    'kb-jwt/second-audience-other',
    TWO_CREDENTIALS,
    text('Two presentations, the second for another verifier', '兩份出示，第二份的對象為其他驗證者'),
    ['OID4VP-14.2.2-6'],
    BOUND,
  ),
];
