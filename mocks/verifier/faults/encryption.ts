import type { JsonDraft } from '../../drafts.ts';
import type { VerifierFault } from './fault.ts';
import { ENCRYPTED, changeKeys, changeMetadata, merged, row } from './fault.ts';

const STEP = 'request-parameters';
const KEY = 'request/encryption-key';
const ENC = 'request/encryption-enc';

function encValues(values: unknown): (draft: JsonDraft) => JsonDraft {
  return changeMetadata((metadata) => ({ ...metadata, encrypted_response_enc_values_supported: values }));
}

/** All of them ask for an encrypted response that cannot, or must not, be encrypted as asked. */
export const ENCRYPTION_FAULTS: readonly VerifierFault[] = [
  row(
    'encryption/keys-missing',
    STEP,
    KEY,
    ['direct_post.jwt without any key', '使用 direct_post.jwt 卻沒有金鑰'],
    changeMetadata((metadata) => merged(metadata, { jwks: undefined })),
    ENCRYPTED,
  ),
  row(
    'encryption/keys-empty',
    STEP,
    KEY,
    ['direct_post.jwt with an empty key set', '使用 direct_post.jwt 但金鑰集是空的'],
    changeMetadata((metadata) => ({ ...metadata, jwks: { keys: [] } })),
    ENCRYPTED,
  ),
  row(
    'encryption/key-alg-missing',
    STEP,
    KEY,
    ['The key does not say its alg', '金鑰沒有標示 alg'],
    changeKeys((jwk) => merged(jwk, { alg: undefined })),
    ENCRYPTED,
  ),
  row(
    'encryption/key-alg-unsupported',
    STEP,
    KEY,
    ['The key is for an alg that nobody knows', '金鑰使用未知的 alg'],
    changeKeys((jwk) => ({ ...jwk, alg: 'X-UNHEARD-OF' })),
    ENCRYPTED,
  ),
  row(
    'encryption/key-for-signatures',
    STEP,
    KEY,
    ['The only key is for signatures', '唯一的金鑰用於簽章'],
    changeKeys((jwk) => ({ ...jwk, use: 'sig' })),
    ENCRYPTED,
  ),
  row(
    'encryption/key-not-on-curve',
    STEP,
    KEY,
    ['The key is no point of its curve', '金鑰不是曲線上的點'],
    changeKeys((jwk) => ({ ...jwk, y: jwk['x'] })),
    ENCRYPTED,
  ),
  row(
    'encryption/key-incomplete',
    STEP,
    KEY,
    ['The key lacks a coordinate', '金鑰缺少座標'],
    changeKeys((jwk) => merged(jwk, { y: undefined })),
    ENCRYPTED,
  ),
  row(
    'encryption/enc-unsupported',
    STEP,
    ENC,
    ['Only a content encryption that nobody knows', '只提供未知的內容加密演算法'],
    encValues(['X-UNHEARD-OF']),
    ENCRYPTED,
  ),
  row(
    'encryption/enc-empty',
    STEP,
    ENC,
    ['No content encryption in the list', '內容加密清單是空的'],
    encValues([]),
    ENCRYPTED,
  ),
];
