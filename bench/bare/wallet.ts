import { createHash } from 'node:crypto';
import { CompactEncrypt, SignJWT, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { certificateKey, getJson, newKey, sdJwtHolder, sdJwtVerifier } from './parties.ts';
import type { BareKey } from './parties.ts';

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

export interface Held {
  readonly credential: string;
  readonly key: BareKey;
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const verifier = sdJwtVerifier();

/** Well-known URL with the inserted path (RFC 8414 3.1). */
function wellKnown(issuer: string, name: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/${name}${pathname === '/' ? '' : pathname}`;
}

/** From a credential offer to a verified credential. Throws if anybody refuses. */
export async function receive(link: string, txCode: string): Promise<Held> {
  const offer = JSON.parse(new URL(link).searchParams.get('credential_offer') ?? '') as {
    credential_issuer: string;
    credential_configuration_ids: string[];
    grants: Record<string, { 'pre-authorized_code': string }>;
  };
  const issuer = offer.credential_issuer;
  const metadata = await getJson<{
    credential_endpoint: string;
    nonce_endpoint: string;
    authorization_servers?: string[];
  }>(wellKnown(issuer, 'openid-credential-issuer'));
  const server = await getJson<{ token_endpoint: string }>(
    wellKnown(metadata.authorization_servers?.[0] ?? issuer, 'oauth-authorization-server'),
  );
  const { access_token } = await getJson<{ access_token: string }>(server.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: PRE_AUTHORIZED,
      'pre-authorized_code': offer.grants[PRE_AUTHORIZED]?.['pre-authorized_code'] ?? '',
      tx_code: txCode,
    }),
  });
  const { c_nonce } = await getJson<{ c_nonce: string }>(metadata.nonce_endpoint, { method: 'POST' });
  const key = newKey();
  const proof = await new SignJWT({ aud: issuer, nonce: c_nonce })
    .setProtectedHeader({ alg: 'ES256', typ: 'openid4vci-proof+jwt', jwk: key.publicJwk })
    .setIssuedAt()
    .sign(key.privateKey);
  const request = { credential_configuration_id: offer.credential_configuration_ids[0], proofs: { jwt: [proof] } };
  const { credentials } = await getJson<{ credentials: { credential: string }[] }>(
    metadata.credential_endpoint,
    post(request, { authorization: `Bearer ${access_token}` }),
  );
  const credential = credentials[0]?.credential ?? '';
  await verifier.verify(credential);
  return { credential, key };
}

interface RequestObject {
  readonly client_id: string;
  readonly nonce: string;
  readonly state?: string;
  readonly response_uri: string;
  readonly dcql_query: {
    readonly credentials: readonly { readonly id: string; readonly claims?: readonly { path: string[] }[] }[];
  };
  readonly client_metadata: { readonly jwks: { readonly keys: JWK[] } };
}

/** Presents `held` to whoever asks: request_uri by GET, direct_post.jwt. Throws if the verifier refuses. */
export async function present(link: string, held: Held): Promise<void> {
  const requestUri = new URL(link).searchParams.get('request_uri') ?? '';
  const jwt = await (await fetch(requestUri)).text();
  await jwtVerify(jwt, await certificateKey(decodeProtectedHeader(jwt).x5c), { typ: 'oauth-authz-req+jwt' });
  const request = decodeJwt(jwt) as unknown as RequestObject;
  const [query] = request.dcql_query.credentials;
  if (query === undefined) throw new Error('no credential query');
  const frame = Object.fromEntries((query.claims ?? []).map(({ path }) => [path[0] ?? '', true]));
  const presentation = await sdJwtHolder(held.key).present<Record<string, boolean>>(held.credential, frame, {
    kb: { payload: { aud: request.client_id, nonce: request.nonce, iat: Math.floor(Date.now() / 1000) } },
  });
  const encryption = request.client_metadata.jwks.keys.find(({ use }) => use !== 'sig');
  if (encryption === undefined) throw new Error('no encryption key');
  const payload = {
    vp_token: { [query.id]: [presentation] },
    ...(request.state === undefined ? {} : { state: request.state }),
  };
  const response = await new CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      ...(encryption.kid === undefined ? {} : { kid: encryption.kid }),
    })
    .encrypt(await importJWK(encryption, 'ECDH-ES'));
  await getJson(request.response_uri, { method: 'POST', body: new URLSearchParams({ response }) });
}

/** Client identifier of a certificate (OpenID4VP 1.0 5.9.3, `x509_hash`). */
export function x509Hash(x5c: readonly string[]): string {
  return `x509_hash:${createHash('sha256')
    .update(Buffer.from(x5c[0] ?? '', 'base64'))
    .digest('base64url')}`;
}
