import type { Fault } from '../../../core/flow.ts';
import { tamperSignature } from '../../../protocol/jose/jws.ts';
import { generateSigningKey } from '../../../protocol/jose/keys.ts';
import { member } from '../../../protocol/json.ts';
import type { BytesDraft, JwtDraft } from '../../drafts.ts';
import {
  BROKEN_DID,
  DAY,
  at,
  extraKey,
  header,
  payload,
  row,
  signedBy,
  symmetric,
  unknownId,
  unsigned,
} from './rows.ts';

const STEP = 'key-proof';
const ATTESTATION = 'key-attestation';

/** Faults of key proofs (OpenID4VCI F.1, F.4). Where nothing else is said the proof is signed properly: only its meaning is wrong. */
export const PROOF_FAULTS: readonly Fault<never>[] = [
  row(
    `${STEP}/typ-wrong`,
    STEP,
    'issuer/key-proof/typ',
    'Key proof with typ JWT',
    '金鑰證明的 typ 為 JWT',
    header({ typ: 'JWT' }),
  ),
  row(
    `${STEP}/typ-missing`,
    STEP,
    'issuer/key-proof/typ',
    'Key proof without typ',
    '金鑰證明沒有 typ',
    header({ typ: undefined }),
  ),
  row(
    `${STEP}/alg-none`,
    `${STEP}.bytes`,
    'issuer/key-proof/alg',
    'Key proof without signature',
    '金鑰證明沒有簽章',
    unsigned,
  ),
  row(
    `${STEP}/alg-symmetric`,
    `${STEP}.bytes`,
    'issuer/key-proof/alg',
    'Key proof with a symmetric signature',
    '金鑰證明使用對稱簽章',
    symmetric((read) => member(read, 'jwk')),
  ),
  row(
    `${STEP}/alg-mismatch`,
    STEP,
    'issuer/key-proof/signature',
    'Key proof whose alg does not suit its key',
    '金鑰證明的 alg 與金鑰不符',
    header({ alg: 'ES384' }),
  ),
  row(
    `${STEP}/signature-other-key`,
    STEP,
    'issuer/key-proof/signature',
    'Key proof signed by another key than it names',
    '金鑰證明以所指以外的金鑰簽署',
    signedBy('otherKey'),
  ),
  row(
    `${STEP}/alg-unpublished`,
    STEP,
    'issuer/key-proof/alg',
    'Key proof with ES512, for an issuer that does not publish it',
    '以 ES512 產生金鑰證明，而發行者並未公布該演算法',
    (draft: JwtDraft, context) => {
      const key = generateSigningKey('ES512', context.random);
      const { kty, crv, x, y } = key.publicJwk;
      const { kid: _kid, x5c: _x5c, ...rest } = draft.header;
      return { ...draft, key, header: { ...rest, alg: key.alg, jwk: { kty, crv, x, y } } };
    },
  ),
  row(
    `${STEP}/second-signature-other-key`,
    STEP,
    'issuer/key-proof/signature',
    'Two proofs, the second of them signed by another key than it names',
    '兩個證明，其中第二個以所指金鑰以外的金鑰簽署',
    (draft: JwtDraft, context) =>
      context.extras['index'] === 1 ? { ...draft, key: extraKey(context, 'otherKey') } : draft,
  ),
  row(
    `${STEP}/signature-broken`,
    `${STEP}.bytes`,
    'issuer/key-proof/signature',
    'Key proof with a broken signature',
    '金鑰證明的簽章損壞',
    (draft: BytesDraft) => ({ text: tamperSignature(draft.text) }),
  ),
  row(
    `${STEP}/audience-other`,
    STEP,
    'issuer/key-proof/audience',
    'Key proof for another issuer',
    '金鑰證明的對象為其他發行者',
    payload({ aud: 'https://another-issuer.example' }),
  ),
  row(
    `${STEP}/audience-missing`,
    STEP,
    'issuer/key-proof/audience',
    'Key proof without aud',
    '金鑰證明沒有 aud',
    payload({ aud: undefined }),
  ),
  row(
    `${STEP}/nonce-missing`,
    STEP,
    'issuer/key-proof/nonce-present',
    'Key proof without nonce',
    '金鑰證明沒有 nonce',
    payload({ nonce: undefined }),
  ),
  row(
    `${STEP}/nonce-unknown`,
    STEP,
    'issuer/key-proof/nonce-known',
    'Key proof with a nonce that the issuer never gave',
    '金鑰證明使用發行者從未給過的 nonce',
    payload((_, context) => ({ nonce: unknownId(context) })),
  ),
  row(
    `${STEP}/nonce-altered`,
    STEP,
    'issuer/key-proof/nonce-known',
    'Key proof with the nonce in another case',
    '金鑰證明的 nonce 大小寫被改變',
    payload((current) => ({ nonce: swapCase(current['nonce']) })),
  ),
  row(
    `${STEP}/iat-old`,
    STEP,
    'issuer/key-proof/iat',
    'Key proof of yesterday',
    '昨天產生的金鑰證明',
    payload((_, context) => ({ iat: at(context, -DAY) })),
  ),
  row(
    `${STEP}/iat-future`,
    STEP,
    'issuer/key-proof/iat',
    'Key proof of tomorrow',
    '明天才產生的金鑰證明',
    payload((_, context) => ({ iat: at(context, DAY) })),
  ),
  row(
    `${STEP}/iat-missing`,
    STEP,
    'issuer/key-proof/iat',
    'Key proof without iat',
    '金鑰證明沒有 iat',
    payload({ iat: undefined }),
  ),
  row(
    `${STEP}/iat-milliseconds`,
    STEP,
    'issuer/key-proof/iat',
    'Key proof with iat in milliseconds',
    '金鑰證明的 iat 以毫秒計',
    payload((_, context) => ({ iat: context.clock.now() })),
  ),
  row(
    `${STEP}/jwk-and-kid`,
    STEP,
    'issuer/key-proof/key-one-of',
    'Key proof with both jwk and kid',
    '金鑰證明同時有 jwk 與 kid',
    header({ kid: 'key-1' }),
  ),
  row(
    `${STEP}/key-missing`,
    STEP,
    'issuer/key-proof/key-one-of',
    'Key proof that names no key',
    '金鑰證明未指明金鑰',
    header({ jwk: undefined, kid: undefined, x5c: undefined }),
  ),
  row(
    `${STEP}/kid-unresolvable`,
    STEP,
    'issuer/key-proof/key-resolvable',
    'Key proof whose kid leads to no key',
    '金鑰證明的 kid 找不到金鑰',
    header({ jwk: undefined, x5c: undefined, kid: BROKEN_DID }),
  ),
  row(
    `${STEP}/private-key`,
    STEP,
    'issuer/key-proof/private-key',
    'Key proof with the private key in jwk',
    '金鑰證明的 jwk 含有私鑰',
    (draft: JwtDraft) => ({ ...draft, header: { ...draft.header, jwk: draft.key.privateJwk } }),
  ),
  row(
    `${STEP}/issuer-other`,
    STEP,
    'issuer/key-proof/issuer',
    'Key proof of another client',
    '金鑰證明的 iss 為其他用戶端',
    payload({ iss: 'another-client' }),
  ),
  row(
    `${STEP}/same-key-twice`,
    STEP,
    'issuer/key-proof/distinct-keys',
    'Two proofs for the same key',
    '兩個證明使用同一把金鑰',
    (draft: JwtDraft, context) => {
      const key = extraKey(context, 'firstKey');
      const { kty, crv, x, y } = key.publicJwk;
      return { ...draft, key, header: { ...draft.header, jwk: { kty, crv, x, y } } };
    },
  ),
  row(
    `${ATTESTATION}/signature-other-key`,
    ATTESTATION,
    'issuer/key-proof/attestation',
    'Key attestation signed by nobody who is trusted',
    '金鑰證明書由不受信任者簽署',
    signedBy('otherKey'),
  ),
  row(
    `${ATTESTATION}/expired`,
    ATTESTATION,
    'issuer/key-proof/attestation',
    'Expired key attestation',
    '已過期的金鑰證明書',
    payload((_, context) => ({ iat: at(context, -2 * DAY), exp: at(context, -DAY) })),
  ),
  row(
    `${ATTESTATION}/no-keys`,
    ATTESTATION,
    'issuer/key-proof/attestation',
    'Key attestation without attested keys',
    '沒有任何金鑰的金鑰證明書',
    payload({ attested_keys: [] }),
  ),
  row(
    `${ATTESTATION}/typ-wrong`,
    ATTESTATION,
    'issuer/key-proof/typ',
    'Key attestation as proof, with typ JWT',
    '作為證明的金鑰證明書 typ 為 JWT',
    header({ typ: 'JWT' }),
  ),
  row(
    `${ATTESTATION}/nonce-missing`,
    ATTESTATION,
    'issuer/key-proof/nonce-present',
    'Key attestation as proof, without nonce',
    '作為證明的金鑰證明書沒有 nonce',
    payload({ nonce: undefined }),
  ),
  row(
    `${ATTESTATION}/nonce-unknown`,
    ATTESTATION,
    'issuer/key-proof/nonce-known',
    'Key attestation as proof, with a nonce that the issuer never gave',
    '作為證明的金鑰證明書使用未知的 nonce',
    payload((_, context) => ({ nonce: unknownId(context) })),
  ),
];

function swapCase(nonce: unknown): string {
  const text = typeof nonce === 'string' ? nonce : 'a';
  return text.replaceAll(/[a-z]/giu, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()));
}
