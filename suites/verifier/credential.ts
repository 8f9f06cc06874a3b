import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './row.ts';
import { ANY_FORM, STATUS, VALUES } from './straight.ts';

const GENUINE = ['OID4VP-8.6-2'];
const FORMAT = ['OID4VP-8.6-11'];
const TRUSTED = ['OID4VP-14.11-2', 'OID4VP-8.6-2'];
const QUERY = ['OID4VP-8.6-4', 'OID4VP-14.11-1'];
const POLICY = ['OID4VP-8.6-7'];
/** Without a required claim that is selectively disclosable there is no disclosure to change. */
const CLAIMS = { features: ['required-claims'] } as const;

/** The credential itself, and what is disclosed of it (RFC 9901 7.1 and 7.3, SD-JWT VC, OpenID4VP 8.6). */
export const CREDENTIAL: readonly Test[] = [
  refuses(
    'credential/alg-none',
    'presented-credential/alg-none',
    ANY_FORM,
    text('A credential without signature', '沒有簽章的憑證'),
    GENUINE,
    { why: text('Anybody could write a credential for himself.', '任何人都能自己寫一張憑證。') },
  ),
  refuses(
    'credential/signature-broken',
    'presented-credential/signature-broken',
    ANY_FORM,
    text('A credential with a broken signature', '簽章損壞的憑證'),
    GENUINE,
  ),
  refuses(
    'credential/signed-by-holder',
    'presented-credential/signature-other-key',
    ANY_FORM,
    text('A credential that its holder signed', '由持有者自行簽署的憑證'),
    GENUINE,
  ),
  refuses(
    'credential/issuer-untrusted',
    'presented-credential/issuer-untrusted',
    ANY_FORM,
    text('A credential of an issuer that nobody trusts', '不受信任發行者的憑證'),
    TRUSTED,
    {
      why: text(
        'A forged identity card is refused although everything in it fits together.',
        '偽造的證件即使內容前後一致，也會被拒絕。',
      ),
    },
  ),
  refuses(
    'credential/issuer-self-signed',
    'presented-credential/issuer-self-signed',
    ANY_FORM,
    text('A credential of an issuer that certified itself', '發行者自行簽發其 X.509 憑證'),
    TRUSTED,
  ),
  refuses(
    'credential/issuer-certificate-expired',
    'presented-credential/issuer-certificate-expired',
    ANY_FORM,
    text('The certificate of the issuer has expired', '發行者的 X.509 憑證已過期'),
    TRUSTED,
    // Some trust frameworks judge the certificate at the time of signing.
    { severity: 'warning' },
  ),
  refuses(
    'credential/typ-wrong',
    'presented-credential/typ-wrong',
    ANY_FORM,
    text('typ is JWT, not dc+sd-jwt', 'typ 為 JWT，而非 dc+sd-jwt'),
    FORMAT,
    // An obligation of the issuer; that a verifier looks at it follows from RFC 8725 only.
    { severity: 'warning' },
  ),
  refuses(
    'credential/expired',
    'presented-credential/expired',
    ANY_FORM,
    text('A credential that expired yesterday', '昨天過期的憑證'),
    FORMAT,
    { why: text('A licence that has run out is no licence.', '過期的執照就不再是執照。') },
  ),
  refuses(
    'credential/not-yet-valid',
    'presented-credential/not-yet-valid',
    ANY_FORM,
    text('A credential that is valid from tomorrow', '明天才生效的憑證'),
    FORMAT,
  ),
  refuses(
    'credential/unbound',
    'presented-credential/cnf-missing',
    ANY_FORM,
    text('A credential that is bound to no key, with a key binding', '未綁定金鑰的憑證卻附上金鑰綁定'),
    ['OID4VP-8.6-6'],
    { features: ['holder-binding'] },
  ),
  refuses(
    'credential/digest-twice',
    'presented-credential/digest-twice',
    ANY_FORM,
    text('The same digest twice', '同一摘要出現兩次'),
    FORMAT,
  ),
  refuses(
    'credential/sd-alg-unknown',
    'presented-credential/sd-alg-unknown',
    ANY_FORM,
    text('A hash algorithm that nobody knows', '未知的雜湊演算法'),
    FORMAT,
  ),
  refuses(
    'disclosures/altered',
    'presentation/disclosure-altered',
    ANY_FORM,
    text('A disclosure whose value was changed', '揭露項的值遭竄改'),
    [...GENUINE, ...FORMAT],
    {
      ...CLAIMS,
      why: text(
        'A holder could make himself older, or somebody else, behind the genuine signature of the issuer.',
        '持有者可藉發行者真正的簽章，把自己變得年長，甚至變成別人。',
      ),
    },
  ),
  refuses(
    'disclosures/unreferenced',
    'presentation/disclosure-unreferenced',
    ANY_FORM,
    text('A disclosure that the issuer never signed', '發行者從未簽署的揭露項'),
    FORMAT,
  ),
  refuses(
    'disclosures/malformed',
    'presentation/disclosure-malformed',
    ANY_FORM,
    text('A disclosure that is no JSON array', '揭露項不是 JSON 陣列'),
    FORMAT,
  ),
  refuses(
    'claims/missing',
    'presentation/claim-missing',
    ANY_FORM,
    text('A requested claim is not disclosed', '未揭露所要求的宣告'),
    QUERY,
    CLAIMS,
  ),
  refuses(
    'claims/none',
    'presentation/no-claims',
    ANY_FORM,
    text('None of the requested claims is disclosed', '完全未揭露所要求的宣告'),
    QUERY,
    CLAIMS,
  ),
  refuses(
    'claims/value-other',
    'presented-credential/value-other',
    VALUES,
    text('A claim has another value than was asked for', '宣告的值不是所要求的值'),
    ['OID4VP-6.4.1-8', ...QUERY],
    {
      features: ['required-claims'],
      why: text(
        'Whether somebody is of age is for the verifier to check, not for the wallet to say.',
        '是否成年應由驗證者自行查核，而非由皮夾說了算。',
      ),
    },
  ),
  refuses(
    'claims/type-other',
    'presented-credential/vct-other',
    ANY_FORM,
    text('A credential of another type', '其他類型的憑證'),
    QUERY,
    { why: text('A library card is no driving licence.', '借書證不是駕照。') },
  ),
  refuses(
    'claims/type-missing',
    'presented-credential/vct-missing',
    ANY_FORM,
    text('A credential without a type', '沒有類型的憑證'),
    [...QUERY, ...FORMAT],
  ),
  // Which status a verifier asks for is its policy (OpenID4VP 8.6); a profile makes it firm.
  refuses(
    'status/revoked',
    'presented-credential/revoked',
    STATUS,
    text('A revoked credential', '已撤銷的憑證'),
    POLICY,
    {
      severity: 'warning',
      why: text(
        'When a phone is lost, revoking what was in it must have an effect.',
        '手機遺失後，撤銷其中的憑證必須真的有效。',
      ),
    },
  ),
  refuses(
    'status/suspended',
    'presented-credential/suspended',
    STATUS,
    text('A suspended credential', '已停用的憑證'),
    POLICY,
    { severity: 'warning' },
  ),
  refuses(
    'status/list-signature-broken',
    'status-list-token/signature-broken',
    STATUS,
    text('The status list has a broken signature', '狀態清單的簽章損壞'),
    POLICY,
    { severity: 'warning', features: ['status-list'] },
  ),
  refuses(
    'status/list-expired',
    'status-list-token/expired',
    STATUS,
    text('The status list expired yesterday', '狀態清單已於昨天過期'),
    POLICY,
    { severity: 'warning', features: ['status-list'] },
  ),
  refuses(
    'status/list-of-other-place',
    'status-list-token/of-other-list',
    STATUS,
    text('The status list is of another place', '狀態清單屬於其他位置'),
    POLICY,
    { severity: 'warning', features: ['status-list'] },
  ),
];
