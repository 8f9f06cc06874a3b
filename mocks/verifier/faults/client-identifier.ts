import { sha256Base64url } from '../../../protocol/encoding.ts';
import { didJwk } from '../../../protocol/did.ts';
import { generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonDraft } from '../../drafts.ts';
import type { VerifierFault } from './fault.ts';
import { BY_DID, BY_HASH, PLAIN, REGISTERED, UNSIGNED, change, extraText, row } from './fault.ts';

/** Changes the client identifier wherever it stands: link and request object say the same. */
const STEP = 'presentation-request-link.client-id';

export const CLIENT_IDENTIFIER_FAULTS: readonly VerifierFault[] = [
  row(
    'client-id/prefix-unknown',
    STEP,
    'request/unknown-prefix',
    ['Client identifier with a prefix that nobody knows', '用戶端識別碼使用未知的前綴'],
    change({ client_id: 'x_unheard_of:verifier.example' }),
  ),
  row(
    'client-id/prefix-origin',
    STEP,
    'request/unknown-prefix',
    ['Client identifier with the reserved prefix origin', '用戶端識別碼使用保留的前綴 origin'],
    change({ client_id: 'origin:https://verifier.example' }),
  ),
  row(
    'client-id/prefix-case',
    STEP,
    'request/unknown-prefix',
    ['Prefix in capital letters: prefixes are compared as they are', '前綴使用大寫字母：前綴須完全相符'],
    ({ value }: JsonDraft) => ({
      value: { client_id: String(value['client_id']).replace(/^[^:]*/, (prefix) => prefix.toUpperCase()) },
    }),
  ),
  row(
    'client-id/not-registered',
    STEP,
    'request/unknown-prefix',
    ['Client identifier without prefix that is not registered', '無前綴且未註冊的用戶端識別碼'],
    change({ client_id: 'a-client-that-nobody-registered' }),
    REGISTERED,
  ),
  row(
    'client-id/redirect-uri-signed',
    STEP,
    'request/redirect-uri-unsigned',
    ['Signed request with prefix redirect_uri', '以 redirect_uri 前綴送出已簽署的請求'],
    (_: JsonDraft, context) => ({ value: { client_id: `redirect_uri:${extraText(context, 'responseUri')}` } }),
  ),
  row(
    'client-id/x509-unsigned',
    STEP,
    'request/alg',
    ['Unsigned request with prefix x509_san_dns', '以 x509_san_dns 前綴送出未簽署的請求'],
    (_: JsonDraft, context) => ({
      value: { client_id: `x509_san_dns:${new URL(extraText(context, 'base')).hostname}` },
    }),
    UNSIGNED,
  ),
  row(
    'client-id/host-not-in-certificate',
    STEP,
    'request/san',
    ['Client identifier names a host that the certificate does not', '用戶端識別碼的主機不在憑證中'],
    change({ client_id: 'x509_san_dns:bank.example' }),
    PLAIN,
  ),
  row(
    'client-id/host-parent-of-certificate',
    STEP,
    'request/san',
    ['Client identifier is the parent domain of the certified host', '用戶端識別碼是憑證主機的上層網域'],
    ({ value }: JsonDraft) => ({
      value: { client_id: String(value['client_id']).replace(/^(x509_san_dns:)(?:[^.]*\.)?/, '$1') },
    }),
    PLAIN,
  ),
  row(
    'client-id/hash-other',
    STEP,
    'request/x509-hash',
    ['Client identifier is the hash of something else', '用戶端識別碼是其他內容的雜湊值'],
    change({ client_id: `x509_hash:${sha256Base64url('not the certificate')}` }),
    BY_HASH,
  ),
  row(
    'client-id/did-other',
    STEP,
    'request/did',
    ['Client identifier is another DID than the one that signs', '用戶端識別碼與簽署的 DID 不同'],
    (_: JsonDraft, { random }) => ({
      value: { client_id: `decentralized_identifier:${didJwk(generateSigningKey('ES256', random).publicJwk)}` },
    }),
    BY_DID,
  ),
  row(
    'client-id/did-unresolvable',
    STEP,
    'request/did',
    ['Client identifier is a DID that cannot be resolved', '用戶端識別碼是無法解析的 DID'],
    change({ client_id: 'decentralized_identifier:did:jwk:not-a-key' }),
    BY_DID,
  ),
];
