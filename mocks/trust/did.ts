import { base58btc, base64url, readBase64url } from '../../protocol/encoding.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { str } from '../../protocol/json.ts';
import { publicJwkOf } from '../../protocol/jose/keys.ts';

/** did:jwk of a public key: its identity-forming members only, so that `kid` and `alg` do not change the identifier. */
export function didJwk(jwk: JsonObject): string {
  const { kty, crv, x, y, n, e } = publicJwkOf(jwk) as JsonObject;
  return `did:jwk:${base64url(JSON.stringify({ kty, crv, x, y, n, e }))}`;
}

/** Multicodec prefixes of public keys (unsigned varint), by curve. */
const CODECS: Readonly<Record<string, readonly number[]>> = {
  'P-256': [0x80, 0x24],
  'P-384': [0x81, 0x24],
  Ed25519: [0xed, 0x01],
};

/** did:key of a public key on P-256, P-384 or Ed25519; undefined for other keys. */
export function didKey(jwk: JsonObject): string | undefined {
  const codec = CODECS[str(jwk, 'crv') ?? ''];
  const x = readBase64url(str(jwk, 'x') ?? '').bytes;
  const y = readBase64url(str(jwk, 'y') ?? '').bytes;
  if (codec === undefined || x === undefined) return undefined;
  // Points are compressed: the prefix byte says whether y is even or odd (SEC 1, 2.3.3).
  const sign = str(jwk, 'crv') === 'Ed25519' ? [] : [2 + ((y?.at(-1) ?? 0) & 1)];
  return `did:key:z${base58btc(Buffer.from([...codec, ...sign, ...x]))}`;
}

/** DID document of a did:jwk or did:key with one key (did:jwk: the verification method is `#0`; did:key: the key's own text). */
export function didDocument(did: string, jwk: JsonObject): JsonObject {
  const id = did.startsWith('did:key:') ? `${did}#${did.slice('did:key:'.length)}` : `${did}#0`;
  const uses = ['authentication', 'assertionMethod', 'capabilityInvocation', 'capabilityDelegation'];
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
    id: did,
    verificationMethod: [{ id, type: 'JsonWebKey2020', controller: did, publicKeyJwk: publicJwkOf(jwk) }],
    ...Object.fromEntries(uses.map((use) => [use, [id]])),
  };
}
