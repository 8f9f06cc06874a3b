import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { badge, startIssuerPeer } from './issuer.ts';
import type { IssuerPeer } from './issuer.ts';
import { probeAuthorizationServer } from './openid-client.ts';

let issuer: IssuerPeer;
beforeAll(async () => {
  issuer = await startIssuerPeer();
});
afterAll(() => issuer.close());

const client = { clientId: 'independent-client', redirectUri: 'http://localhost/callback', scope: badge };

it.each([true, false])('gets and refreshes tokens, DPoP %s', async (dpop) => {
  const { tokens, refreshed, callbackUrl } = await probeAuthorizationServer({
    ...client,
    server: `${issuer.url}/.well-known/oauth-authorization-server`,
    dpop,
  });
  expect(tokens.token_type.toLowerCase()).toBe(dpop ? 'dpop' : 'bearer');
  expect(decodeJwt(tokens.access_token)['cnf'] !== undefined).toBe(dpop);
  expect(refreshed?.access_token).not.toBe(tokens.access_token);
  expect(new URL(callbackUrl).searchParams.get('iss')).toBe(issuer.url);
});

it('throws what the authorization server answers', async () => {
  const scope = 'no_such_scope';
  await expect(probeAuthorizationServer({ ...client, server: issuer.url, scope })).rejects.toMatchObject({
    error: 'invalid_scope',
  });
  await expect(probeAuthorizationServer({ ...client, server: issuer.url, par: false })).rejects.toThrow('no redirect');
});
