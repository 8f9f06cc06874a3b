import type { FaultContext } from '../../../core/flow.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { didJwk } from '../../../protocol/did.ts';
import { readJwt, signCompact, tamperSignature } from '../../../protocol/jose/jws.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import { generateSigningKey, keyObject } from '../../../protocol/jose/keys.ts';
import type { BytesDraft, JwtDraft } from '../../drafts.ts';
import type { Spare } from '../../trust/spares.ts';
import { spareKey } from '../../trust/spares.ts';
import type { VerifierFault } from './fault.ts';
import { BY_DID, BY_HASH, PLAIN, POSTED, merged, ownIdentity, row } from './fault.ts';

const STEP = 'request-object';

/** Sets members of the payload; undefined leaves one out. The object is signed properly afterwards. */
function payload(members: (draft: JwtDraft, now: number) => Readonly<Record<string, unknown>>) {
  return (draft: JwtDraft, { clock }: FaultContext): JwtDraft => ({
    ...draft,
    payload: merged(draft.payload, members(draft, Math.floor(clock.now() / 1000))),
  });
}

function header(members: Readonly<Record<string, unknown>>) {
  return (draft: JwtDraft): JwtDraft => ({ ...draft, header: merged(draft.header, members) });
}

/** Signs with a spare key of the identity and sends that key's certificate. */
function certifiedBy(spare: Spare) {
  return (draft: JwtDraft, context: FaultContext): JwtDraft => {
    const key = spareKey(ownIdentity(context), spare, context.clock, context.random);
    return { ...draft, header: { ...draft.header, alg: key.alg, x5c: key.x5c }, key };
  };
}

function otherKey({ key }: JwtDraft, { random }: FaultContext): SigningKey {
  return generateSigningKey(key.alg, random);
}

export const REQUEST_OBJECT_FAULTS: readonly VerifierFault[] = [
  row(
    'request-object/signature-tampered',
    `${STEP}.bytes`,
    'request/signature',
    ['Signature of the request object changed', '請求物件的簽章遭更改'],
    ({ text }: BytesDraft) => ({ text: tamperSignature(text) }),
  ),
  row(
    'request-object/payload-tampered',
    `${STEP}.bytes`,
    'request/signature',
    ['Request object changed after it was signed', '請求物件在簽署後遭更改'],
    ({ text }: BytesDraft) => {
      const { headerText, payload: claims } = readJwt(text);
      const [, , signature] = text.split('.');
      const changed = JSON.stringify({ ...claims, purpose: 'something else' });
      return { text: `${base64url(headerText ?? '')}.${base64url(changed)}.${signature ?? ''}` };
    },
  ),
  row(
    'request-object/signed-by-another-key',
    STEP,
    'request/signature',
    ['Request object signed by a key that is not the certified one', '請求物件以非憑證所載的金鑰簽署'],
    (draft: JwtDraft, context) => ({ ...draft, key: otherKey(draft, context) }),
  ),
  row(
    'request-object/signed-by-another-key-than-the-did',
    STEP,
    'request/signature',
    ['Request object signed by a key that is not the one of the DID', '請求物件以非 DID 所載的金鑰簽署'],
    (draft: JwtDraft, context) => ({ ...draft, key: otherKey(draft, context) }),
    BY_DID,
  ),
  row(
    'request-object/alg-none',
    `${STEP}.bytes`,
    'request/alg',
    ['Request object with alg "none" and no signature', '請求物件的 alg 為「none」且沒有簽章'],
    ({ text }: BytesDraft) => {
      const { header: head, payloadText } = readJwt(text);
      return { text: signCompact({ header: { ...head, alg: 'none' }, payload: payloadText ?? '', key: 'none' }) };
    },
  ),
  row(
    'request-object/alg-symmetric',
    `${STEP}.bytes`,
    'request/alg',
    ['Request object with HS256, the public key as its secret', '請求物件使用 HS256，以公開金鑰作為密鑰'],
    ({ text }: BytesDraft, context) => {
      const { header: head, payloadText } = readJwt(text);
      const { signing } = ownIdentity(context);
      const secret = keyObject(signing.publicJwk, 'public')?.export({ type: 'spki', format: 'pem' }) ?? '';
      const key = { alg: 'HS256', secret: Buffer.from(secret) } as const;
      return { text: signCompact({ header: { ...head, alg: 'HS256' }, payload: payloadText ?? '', key }) };
    },
  ),
  row('request-object/typ-wrong', STEP, 'request/typ', ['typ is JWT', 'typ 為 JWT'], header({ typ: 'JWT' })),
  row('request-object/typ-missing', STEP, 'request/typ', ['typ is missing', '缺少 typ'], header({ typ: undefined })),
  row(
    'request-object/not-a-jwt',
    `${STEP}.bytes`,
    'request/typ',
    ['The request object is plain JSON, not a JWT', '請求物件是純 JSON 而非 JWT'],
    ({ text }: BytesDraft) => ({ text: readJwt(text).payloadText ?? '' }),
  ),
  row(
    'request-object/client-id-other-than-link',
    STEP,
    'request/client-id-match',
    ['client_id in the request object is not the one of the link', '請求物件中的 client_id 與連結不同'],
    payload(() => ({ client_id: 'x509_san_dns:somebody-else.example' })),
  ),
  row(
    'request-object/client-id-without-prefix',
    STEP,
    'request/client-id-match',
    ['client_id in the request object lacks the prefix of the link', '請求物件中的 client_id 缺少連結中的前綴'],
    payload(({ payload: claims }) => ({ client_id: String(claims['client_id']).replace(/^[^:]*:/, '') })),
  ),
  row(
    'request-object/client-id-missing',
    STEP,
    'request/client-id-match',
    ['client_id is missing in the request object', '請求物件中缺少 client_id'],
    payload(() => ({ client_id: undefined })),
  ),
  row(
    'request-object/expired',
    STEP,
    'request/expiry',
    ['Request object that expired ten minutes ago', '請求物件已於十分鐘前過期'],
    payload((_, now) => ({ iat: now - 900, exp: now - 600 })),
  ),
  row(
    'request-object/expired-long-ago',
    STEP,
    'request/expiry',
    ['Request object of last year', '去年的請求物件'],
    payload((_, now) => ({ iat: now - 366 * 86_400, exp: now - 365 * 86_400 })),
    BY_HASH,
  ),
  row(
    'request-object/exp-malformed',
    STEP,
    'request/expiry',
    ['exp is a string', 'exp 為字串'],
    payload((_, now) => ({ exp: new Date((now + 300) * 1000).toISOString() })),
  ),
  row(
    'request-object/nbf-future',
    STEP,
    'request/expiry',
    ['Request object that is valid only from tomorrow on', '請求物件明天才生效'],
    payload((_, now) => ({ nbf: now + 86_400, exp: now + 90_000 })),
  ),
  row(
    'request-object/audience-other',
    STEP,
    'request/audience',
    ['aud names somebody else', 'aud 指向他人'],
    payload(() => ({ aud: 'https://another-wallet.example' })),
  ),
  row(
    'request-object/audience-missing',
    STEP,
    'request/audience',
    ['aud is missing', '缺少 aud'],
    payload(() => ({ aud: undefined })),
  ),
  row(
    'request-object/certificate-untrusted',
    STEP,
    'request/certificate-trust',
    ['Certificate of an authority that nobody trusts', '憑證由不受信任的機構簽發'],
    certifiedBy('untrusted'),
  ),
  row(
    'request-object/certificate-self-signed',
    STEP,
    'request/certificate-trust',
    ['Certificate that only its own key signed', '自簽憑證'],
    certifiedBy('self-signed'),
  ),
  row(
    'request-object/certificate-missing',
    STEP,
    'request/certificate-trust',
    ['x5c is missing', '缺少 x5c'],
    header({ x5c: undefined }),
  ),
  row(
    'request-object/certificate-expired',
    STEP,
    'request/certificate-validity',
    ['Certificate that expired yesterday', '憑證已於昨天過期'],
    certifiedBy('expired'),
  ),
  row(
    'request-object/certificate-not-yet-valid',
    STEP,
    'request/certificate-validity',
    ['Certificate that is valid only from next month on', '憑證下個月才生效'],
    certifiedBy('not-yet-valid'),
  ),
  row(
    'request-object/certificate-of-another-host',
    STEP,
    'request/san',
    ['Trusted certificate, but of another host', '憑證受信任，但屬於其他主機'],
    certifiedBy('other-host'),
    PLAIN,
  ),
  row(
    'request-object/another-certificate-than-hashed',
    STEP,
    'request/x509-hash',
    [
      'Trusted certificate of the same host, but not the one whose hash is the client identifier',
      '同主機且受信任的憑證，但雜湊值與用戶端識別碼不符',
    ],
    certifiedBy('second'),
    BY_HASH,
  ),
  row(
    'request-object/kid-of-another-did',
    STEP,
    'request/did',
    ['kid names a key of another DID, which signed', 'kid 指向另一個 DID 的金鑰，並以其簽署'],
    (draft: JwtDraft, context) => {
      const key = otherKey(draft, context);
      return { ...draft, header: { ...draft.header, kid: `${didJwk(key.publicJwk)}#0` }, key };
    },
    BY_DID,
  ),
  row(
    'request-object/kid-missing',
    STEP,
    'request/did',
    ['kid is missing', '缺少 kid'],
    header({ kid: undefined }),
    BY_DID,
  ),
  row(
    'request-object/kid-unknown-in-did',
    STEP,
    'request/did',
    ['kid names no key of the DID document', 'kid 不是 DID 文件中的金鑰'],
    (draft: JwtDraft) => ({
      ...draft,
      header: { ...draft.header, kid: String(draft.header['kid']).replace(/#.*/, '#7') },
    }),
    BY_DID,
  ),
  row(
    'request-object/wallet-nonce-missing',
    STEP,
    'request/wallet-nonce',
    ['The posted wallet_nonce does not come back', '未帶回皮夾送出的 wallet_nonce'],
    payload(() => ({ wallet_nonce: undefined })),
    POSTED,
  ),
  row(
    'request-object/wallet-nonce-other',
    STEP,
    'request/wallet-nonce',
    [
      'Another wallet_nonce comes back: a request that was recorded before',
      '帶回的 wallet_nonce 不同：重播先前錄下的請求',
    ],
    payload(() => ({ wallet_nonce: 'nonce-of-somebody-else' })),
    POSTED,
  ),
];
