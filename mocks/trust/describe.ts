import { createHash } from 'node:crypto';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { didKey } from '../../protocol/did.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { x509Hash } from '../../protocol/x509.ts';
import type { IdentitySet, KeptIdentity } from './identity.ts';

/** What a target must trust or register, without any secret: for `touchstone identity --json`. */
export function trustDocument(set: IdentitySet): JsonObject {
  return {
    authority: { certificate: set.authority.pem, fingerprint: fingerprint(set.authority.der) },
    issuer: publicIdentity(set.issuer),
    verifier: { ...publicIdentity(set.verifier), clientIds: clientIds(set.verifier) },
    wallet: publicIdentity(set.wallet),
  };
}

function publicIdentity(identity: KeptIdentity): Record<string, unknown> {
  return {
    hosts: identity.hosts,
    jwks: { keys: [{ ...identity.signing.publicJwk, use: 'sig' }] },
    x5c: identity.signing.x5c ?? [],
    did: identity.did,
    ...(identity.signing.publicJwk.kty === 'RSA' ? {} : { didKey: didKey(identity.signing.publicJwk) }),
    ca: identity.ca,
  };
}

/** Client identifiers that the mock verifier uses with this identity (OpenID4VP 5.9.3); `redirect_uri` and registered ones follow from the URL. */
function clientIds(identity: KeptIdentity): string[] {
  const [leaf] = identity.signing.x5c ?? [];
  return [
    ...identity.hosts.map((host) => `x509_san_dns:${host}`),
    ...(leaf === undefined ? [] : [`x509_hash:${x509Hash(Buffer.from(leaf, 'base64'))}`]),
    `decentralized_identifier:${identity.did}`,
  ];
}

function fingerprint(der: Uint8Array): string {
  return (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':');
}

/** What a target must trust or register, for a person to read, in both languages. */
export function trustText(set: IdentitySet): Text {
  const jwk = (identity: KeptIdentity): string => JSON.stringify(identity.signing.publicJwk);
  const block = (words: Words): string =>
    [
      words.authority,
      `SHA-256 ${fingerprint(set.authority.der)}`,
      set.authority.pem.trim(),
      ...foreign(set, words),
      '',
      words.issuer,
      `  DID  ${set.issuer.did}`,
      `  JWK  ${jwk(set.issuer)}`,
      '',
      words.verifier,
      ...clientIds(set.verifier).map((id) => `  ${id}`),
      `  JWK  ${jwk(set.verifier)}`,
      '',
      words.wallet,
      `  JWK  ${jwk(set.wallet)}`,
    ].join('\n');
  return text(block(ENGLISH), block(CHINESE));
}

/** Imported identities stand under authorities of their own. */
function foreign(set: IdentitySet, words: Words): string[] {
  return [set.issuer, set.verifier, set.wallet]
    .filter((identity) => identity.ca !== set.authority.pem)
    .flatMap((identity) => ['', `${words.imported} ${identity.kind}`, identity.ca.trim()]);
}

interface Words {
  readonly authority: string;
  readonly imported: string;
  readonly issuer: string;
  readonly verifier: string;
  readonly wallet: string;
}

const ENGLISH: Words = {
  authority:
    'Trust this certificate authority. It issues the certificates of the mock issuer, verifier and wallet provider.',
  imported: 'Trust this certificate, too. It was imported for the',
  issuer: 'Mock issuer. A wallet or verifier under test must accept credentials signed with this key:',
  verifier: 'Mock verifier. A wallet under test must accept these client identifiers:',
  wallet:
    'Mock wallet. An issuer under test that authenticates clients must know this key (client assertion, wallet attestation):',
};

const CHINESE: Words = {
  authority: '請信任這個憑證機構。模擬發行端、驗證端與皮夾提供者的憑證都由它簽發。',
  imported: '也請信任這張憑證。匯入對象：',
  issuer: '模擬發行端。受測的皮夾或驗證端必須接受以此金鑰簽署的憑證：',
  verifier: '模擬驗證端。受測的皮夾必須接受以下用戶端識別碼：',
  wallet: '模擬皮夾。會驗證用戶端身分的受測發行端必須認得此金鑰（client assertion、皮夾證明）：',
};
