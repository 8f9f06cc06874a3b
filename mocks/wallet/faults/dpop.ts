import type { Fault } from '../../../core/flow.ts';
import { tamperSignature } from '../../../protocol/jose/jws.ts';
import { member } from '../../../protocol/json.ts';
import type { BytesDraft, JwtDraft, RequestDraft } from '../../drafts.ts';
import {
  DAY,
  at,
  extraKey,
  header,
  httpHeader,
  payload,
  row,
  signedBy,
  symmetric,
  unknownId,
  unsigned,
} from './rows.ts';

const STEP = 'dpop-proof';
const AT_CREDENTIAL = 'dpop-proof.credential';

/** Faults of DPoP proofs (RFC 9449 4.3, 7, 8). Those that concern the access token act at the credential endpoint only. */
export const DPOP_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/missing`,
    'credential.http',
    'issuer/dpop/present',
    'No DPoP proof with a DPoP-bound token',
    'DPoP 綁定權杖沒有附 DPoP 證明',
    httpHeader('dpop', undefined),
  ),
  row(
    `${STEP}/two`,
    'credential.http',
    'issuer/dpop/present',
    'Two DPoP proofs',
    '兩個 DPoP 證明',
    (draft: RequestDraft) => ({
      ...draft,
      headers: [...draft.headers, ...draft.headers.filter(([name]) => name === 'dpop')],
    }),
  ),
  row(
    `${STEP}/typ-wrong`,
    STEP,
    'issuer/dpop/typ',
    'DPoP proof with typ JWT',
    'DPoP 證明的 typ 為 JWT',
    header({ typ: 'JWT' }),
  ),
  row(
    `${STEP}/alg-none`,
    `${STEP}.bytes`,
    'issuer/dpop/alg',
    'DPoP proof without signature',
    'DPoP 證明沒有簽章',
    unsigned,
  ),
  row(
    `${STEP}/alg-symmetric`,
    `${STEP}.bytes`,
    'issuer/dpop/alg',
    'DPoP proof with a symmetric signature',
    'DPoP 證明使用對稱簽章',
    symmetric((read) => member(read, 'jwk')),
  ),
  row(
    `${STEP}/jwk-missing`,
    STEP,
    'issuer/dpop/key',
    'DPoP proof without jwk',
    'DPoP 證明沒有 jwk',
    header({ jwk: undefined }),
  ),
  row(
    `${STEP}/private-key`,
    STEP,
    'issuer/dpop/private-key',
    'DPoP proof with a private key in jwk',
    'DPoP 證明的 jwk 含有私鑰',
    (draft: JwtDraft) => ({ ...draft, header: { ...draft.header, jwk: draft.key.privateJwk } }),
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    'issuer/dpop/signature',
    'DPoP proof signed by another key than its jwk',
    'DPoP 證明以 jwk 以外的金鑰簽署',
    signedBy('otherKey'),
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    'issuer/dpop/signature',
    'DPoP proof with a broken signature',
    'DPoP 證明的簽章損壞',
    (draft: BytesDraft) => ({ text: tamperSignature(draft.text) }),
  ),
  row(
    `${STEP}/htm-other`,
    STEP,
    'issuer/dpop/htm',
    'DPoP proof for another method',
    'DPoP 證明的 htm 為其他方法',
    payload({ htm: 'GET' }),
  ),
  row(
    `${STEP}/htu-other`,
    STEP,
    'issuer/dpop/htu',
    'DPoP proof for another URL',
    'DPoP 證明的 htu 為其他網址',
    payload((current) => ({ htu: `${String(current['htu'])}/elsewhere` })),
  ),
  row(
    `${STEP}/iat-old`,
    STEP,
    'issuer/dpop/iat',
    'DPoP proof of yesterday',
    '昨天產生的 DPoP 證明',
    payload((_, context) => ({ iat: at(context, -DAY) })),
  ),
  row(
    `${STEP}/iat-future`,
    STEP,
    'issuer/dpop/iat',
    'DPoP proof of tomorrow',
    '明天才產生的 DPoP 證明',
    payload((_, context) => ({ iat: at(context, DAY) })),
  ),
  row(
    `${STEP}/iat-missing`,
    STEP,
    'issuer/dpop/iat',
    'DPoP proof without iat',
    'DPoP 證明沒有 iat',
    payload({ iat: undefined }),
  ),
  row(
    `${STEP}/jti-missing`,
    STEP,
    'issuer/dpop/jti-reuse',
    'DPoP proof without jti',
    'DPoP 證明沒有 jti',
    payload({ jti: undefined }),
  ),
  row(
    `${STEP}/jti-reused`,
    AT_CREDENTIAL,
    'issuer/dpop/jti-reuse',
    'DPoP proof with the jti of an earlier one',
    'DPoP 證明重複使用 jti',
    payload((_, { extras }) => ({ jti: Array.isArray(extras['ids']) ? extras['ids'].at(-1) : undefined })),
  ),
  row(
    `${STEP}/nonce-unknown`,
    STEP,
    'issuer/dpop/nonce',
    'DPoP proof with a nonce that the server never gave',
    'DPoP 證明使用伺服器從未給過的 nonce',
    payload((_, context) => ({ nonce: unknownId(context) })),
  ),
  row(
    `${STEP}/ath-missing`,
    AT_CREDENTIAL,
    'issuer/dpop/ath',
    'DPoP proof without ath',
    'DPoP 證明沒有 ath',
    payload({ ath: undefined }),
  ),
  row(
    `${STEP}/ath-other-token`,
    AT_CREDENTIAL,
    'issuer/dpop/ath',
    'DPoP proof with the hash of another token',
    'DPoP 證明的 ath 屬於其他權杖',
    payload({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' }),
  ),
  row(
    `${STEP}/other-key-at-credential`,
    AT_CREDENTIAL,
    'issuer/dpop/key-binding',
    'A valid DPoP proof by another key than the token is bound to',
    '以權杖綁定以外的金鑰產生有效 DPoP 證明',
    (draft: JwtDraft, context) => {
      const key = extraKey(context, 'otherKey');
      const { kty, crv, x, y } = key.publicJwk;
      return { ...draft, key, header: { ...draft.header, alg: key.alg, jwk: { kty, crv, x, y } } };
    },
  ),
];
