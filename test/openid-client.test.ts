import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundledTarget } from '../harness/bundled/index.ts';
import { startTarget } from '../harness/bundled/index.ts';
import { BUNDLED } from './kit.ts';
import { probeAuthorizationServer } from './peers/openid-client.ts';

/** The mock issuer's authorization server, proven by an independent client: discovery, PAR, PKCE, code, DPoP, token, refresh. */

let issuer: BundledTarget;
beforeAll(async () => {
  issuer = await startTarget('issuer', BUNDLED);
});
afterAll(() => issuer.close());

async function offer(): Promise<{ server: string; issuerState: string; scope: string; configuration: string }> {
  const response = await fetch(`${issuer.url}/control/offer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant: 'authorization_code', refresh: true, ask: 'scope' }),
  });
  const { offer: link } = (await response.json()) as { offer: string };
  const made = JSON.parse(new URL(link).searchParams.get('credential_offer') ?? '') as {
    credential_issuer: string;
    credential_configuration_ids: string[];
    grants: { authorization_code: { issuer_state: string; authorization_server?: string } };
  };
  const { issuer_state: issuerState, authorization_server: named } = made.grants.authorization_code;
  const base = new URL(made.credential_issuer);
  const metadata = (await (
    await fetch(`${base.origin}/.well-known/openid-credential-issuer${base.pathname}`)
  ).json()) as {
    authorization_servers?: string[];
    credential_configurations_supported: Record<string, { scope?: string }>;
  };
  const configuration = made.credential_configuration_ids[0] ?? '';
  return {
    server: named ?? metadata.authorization_servers?.[0] ?? made.credential_issuer,
    issuerState,
    configuration,
    scope: metadata.credential_configurations_supported[configuration]?.scope ?? '',
  };
}

const client = { clientId: 'independent-client', redirectUri: 'http://localhost/callback' };

describe('the mock authorization server', () => {
  it.each([
    { dpop: true, par: true },
    { dpop: false, par: true },
    { dpop: true, par: false },
    { dpop: false, par: false },
  ])('serves openid-client: %j', async (how) => {
    const { server, issuerState, scope } = await offer();
    const got = await probeAuthorizationServer({
      ...client,
      ...how,
      server,
      scope,
      parameters: { issuer_state: issuerState },
    });
    expect(got.metadata.issuer).toBe(server);
    expect(got.tokens.token_type.toLowerCase()).toBe(how.dpop ? 'dpop' : 'bearer');
    expect(new URL(got.authorizationUrl).searchParams.has('request_uri')).toBe(how.par);
    expect(new URL(got.callbackUrl).searchParams.get('iss')).toBe(server);
    expect(got.refreshed?.access_token).toBeTypeOf('string');
    expect(got.refreshed?.access_token).not.toBe(got.tokens.access_token);
  });

  it('answers authorization_details with credential identifiers', async () => {
    const { server, issuerState, configuration } = await offer();
    const details = [{ type: 'openid_credential', credential_configuration_id: configuration }];
    const { tokens } = await probeAuthorizationServer({
      ...client,
      server,
      parameters: { issuer_state: issuerState, authorization_details: JSON.stringify(details) },
    });
    expect(tokens['authorization_details']).toMatchObject([
      { credential_configuration_id: configuration, credential_identifiers: [expect.any(String)] },
    ]);
  });

  it('refuses with the codes that the client knows', async () => {
    const { server } = await offer();
    const scope = 'no_such_scope';
    await expect(probeAuthorizationServer({ ...client, server, scope })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
  });
});
