import { randomBytes, randomInt } from 'node:crypto';
import type { Request, Response } from 'express';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { CredentialType } from '../../core/contracts/profile.ts';
import { sdJwtIssuer, serve } from './parties.ts';
import type { BareKey, BareServer } from './parties.ts';

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

export interface BareIssuer extends BareServer {
  /** A fresh offer by value with a transaction code. */
  offer(): { readonly link: string; readonly txCode: string };
}

/** OpenID4VCI 1.0: pre-authorized code with `tx_code`, nonce endpoint, one `dc+sd-jwt` bound by a JWT proof. */
export async function startBareIssuer(key: BareKey, type: CredentialType): Promise<BareIssuer> {
  const codes = new Map<string, string>();
  const tokens = new Set<string>();
  const nonces = new Set<string>();
  const sdJwt = sdJwtIssuer(key);
  const names = Object.keys(type.claims);
  const random = () => randomBytes(16).toString('base64url');

  const server = await serve((app, url) => {
    const refuse = (response: Response, error: string) => response.status(400).json({ error });
    app.get('/.well-known/openid-credential-issuer', (_request, response) => {
      response.json({
        credential_issuer: url,
        credential_endpoint: `${url}/credential`,
        nonce_endpoint: `${url}/nonce`,
        credential_configurations_supported: {
          [type.id]: {
            format: type.format,
            vct: type.type,
            cryptographic_binding_methods_supported: ['jwk'],
            credential_signing_alg_values_supported: ['ES256'],
            proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
          },
        },
      });
    });
    app.get('/.well-known/oauth-authorization-server', (_request, response) => {
      response.json({
        issuer: url,
        token_endpoint: `${url}/token`,
        response_types_supported: ['code'],
        grant_types_supported: [PRE_AUTHORIZED],
        token_endpoint_auth_methods_supported: ['none'],
        'pre-authorized_grant_anonymous_access_supported': true,
      });
    });
    app.post('/token', (request: Request<object, unknown, Record<string, string>>, response) => {
      const code = request.body['pre-authorized_code'] ?? '';
      if (codes.get(code) !== request.body['tx_code']) return void refuse(response, 'invalid_grant');
      codes.delete(code);
      const token = random();
      tokens.add(token);
      response.set('Cache-Control', 'no-store').json({ access_token: token, token_type: 'Bearer', expires_in: 600 });
    });
    app.post('/nonce', (_request, response) => {
      const nonce = random();
      nonces.add(nonce);
      response.set('Cache-Control', 'no-store').json({ c_nonce: nonce });
    });
    app.post('/credential', async (request: Request<object, unknown, { proofs: { jwt: string[] } }>, response) => {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!tokens.delete(token)) return void response.status(401).json({ error: 'invalid_token' });
      const [proof = ''] = request.body.proofs.jwt;
      const { jwk } = decodeProtectedHeader(proof);
      if (jwk === undefined) return void refuse(response, 'invalid_proof');
      const { payload } = await jwtVerify(proof, await importJWK(jwk, 'ES256'), {
        audience: url,
        typ: 'openid4vci-proof+jwt',
      });
      if (!nonces.delete(String(payload['nonce']))) return void refuse(response, 'invalid_nonce');
      const { kty, crv, x, y } = jwk;
      const iat = Math.floor(Date.now() / 1000);
      const credential = await sdJwt.issue(
        { iss: url, iat, exp: iat + 86_400, vct: type.type, cnf: { jwk: { kty, crv, x, y } }, ...type.claims },
        { _sd: names as never },
        { header: { typ: 'dc+sd-jwt', x5c: key.x5c } },
      );
      response.set('Cache-Control', 'no-store').json({ credentials: [{ credential }] });
    });
  });
  return {
    ...server,
    offer: () => {
      const code = random();
      const txCode = String(randomInt(100_000, 1_000_000));
      codes.set(code, txCode);
      const offer = {
        credential_issuer: server.url,
        credential_configuration_ids: [type.id],
        grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': code, tx_code: { input_mode: 'numeric', length: 6 } } },
      };
      return {
        link: `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(offer))}`,
        txCode,
      };
    },
  };
}
