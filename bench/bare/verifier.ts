import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { SignJWT, compactDecrypt } from 'jose';
import type { CredentialType } from '../../core/contracts/profile.ts';
import { sdJwtVerifier, serve } from './parties.ts';
import type { BareKey, BareServer } from './parties.ts';
import { x509Hash } from './wallet.ts';

export interface BareVerifier extends BareServer {
  request(): { readonly link: string; readonly id: string };
  /** Claims that were presented in a transaction; undefined before. */
  result(id: string): unknown;
}

/** OpenID4VP 1.0: signed request by reference, `x509_hash`, DCQL for two claims, `direct_post.jwt`. */
export async function startBareVerifier(key: BareKey, type: CredentialType): Promise<BareVerifier> {
  const clientId = x509Hash(key.x5c);
  const encryption = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryptionJwk = { ...encryption.publicKey.export({ format: 'jwk' }), use: 'enc', alg: 'ECDH-ES', kid: 'enc-1' };
  const sdJwt = sdJwtVerifier();
  const nonces = new Map<string, string>();
  const results = new Map<string, unknown>();
  const claims = type.disclosable.filter((path) => path.length === 1).slice(0, 2);

  const server = await serve((app, url) => {
    app.get('/request/:id', async (request, response) => {
      const id = request.params.id;
      const nonce = randomBytes(16).toString('base64url');
      nonces.set(id, nonce);
      const jwt = await new SignJWT({
        client_id: clientId,
        aud: 'https://self-issued.me/v2',
        response_type: 'vp_token',
        response_mode: 'direct_post.jwt',
        response_uri: `${url}/response/${id}`,
        nonce,
        state: id,
        dcql_query: {
          credentials: [
            {
              id: 'card',
              format: type.format,
              meta: { vct_values: [type.type] },
              claims: claims.map((path) => ({ path })),
            },
          ],
        },
        client_metadata: {
          jwks: { keys: [encryptionJwk] },
          encrypted_response_enc_values_supported: ['A256GCM'],
          vp_formats_supported: { [type.format]: { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
        },
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'oauth-authz-req+jwt', x5c: key.x5c })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key.privateKey);
      response.type('application/oauth-authz-req+jwt').send(jwt);
    });
    app.post('/response/:id', async (request: Request<{ id: string }, unknown, { response: string }>, response) => {
      const nonce = nonces.get(request.params.id) ?? '';
      const { plaintext } = await compactDecrypt(request.body.response, encryption.privateKey);
      const { vp_token } = JSON.parse(Buffer.from(plaintext).toString()) as { vp_token: Record<string, string[]> };
      const verified = await sdJwt.verify(vp_token['card']?.[0] ?? '', { keyBindingNonce: nonce });
      results.set(request.params.id, verified.payload);
      response.json({});
    });
  });
  return {
    ...server,
    request: () => {
      const id = randomBytes(16).toString('base64url');
      const parameters = new URLSearchParams({ client_id: clientId, request_uri: `${server.url}/request/${id}` });
      return { link: `openid4vp://?${parameters.toString()}`, id };
    },
    result: (id) => results.get(id),
  };
}
