import { describe, expect, it } from 'vitest';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { fromUtf8, header } from '../../core/http.ts';
import { readJwt, verifyJws } from '../../protocol/jose/jws.ts';
import { sameKey } from '../../protocol/jose/keys.ts';
import { obj, pointer, str } from '../../protocol/json.ts';
import { readLink } from '../../protocol/links.ts';
import { param } from '../../protocol/oauth.ts';
import { readSdJwt } from '../../protocol/sd-jwt/read.ts';
import { resolveSdJwt } from '../../protocol/sd-jwt/resolve.ts';
import { readStatusListToken, statusAt } from '../../protocol/status-list.ts';
import { ISSUER_ODDITIES } from './oddities.ts';
import type { Bends } from './test-client.ts';
import { BASE, house, jsonOf, TYPE, walk } from './test-client.ts';

type Wish = Partial<IssuanceVariant>;
const CODE: Wish = { grant: 'authorization_code' };

type Row = readonly [name: string, wish: Wish, bends: Bends];

const STRAIGHT: readonly Row[] = (
  [
    ['pre-authorized code', {}],
    ['anonymous', {}, { anonymous: true }],
    ['tx_code', { txCode: true }],
    ['offer by reference', { offer: 'by-reference' }],
    ['pre-authorized code with authorization_details', { ask: 'authorization_details' }],
    ['authorization code with scope', CODE],
    ['authorization code with details', { ...CODE, ask: 'authorization_details' }],
    ['PAR', { ...CODE, par: true }],
    ['PAR with attestation', { ...CODE, par: true, clientAuthentication: 'attest_jwt_client_auth' }],
    ['private_key_jwt', { clientAuthentication: 'private_key_jwt' }],
    ['attestation', { clientAuthentication: 'attest_jwt_client_auth' }],
    ['DPoP', { dpop: true }],
    ['DPoP with nonce', { dpop: true, dpopNonce: true }],
    ['DPoP with nonce, deferred', { dpop: true, dpopNonce: true, deferred: true }],
    ['three proofs', { proofs: 3 }],
    ['no binding', { proofs: 0 }],
    ['attestation proof', { proofType: 'attestation', proofs: 2 }],
    ['jwt proof with key attestation', {}, { keyAttestation: true }],
    ['request encryption', { requestEncryption: true }],
    ['response encryption', { responseEncryption: true }],
    ['deferred', { deferred: true }],
    ['deferred and encrypted', { deferred: true, responseEncryption: true }],
    ['notification', { notification: 'credential_accepted' }],
    ['status', { status: true }],
    ...ISSUER_ODDITIES.map((oddity) => [`oddity ${oddity}`, { oddities: [oddity] }] as const),
    ...ISSUER_ODDITIES.map(
      (oddity) => [`oddity ${oddity}, details`, { ...CODE, ask: 'authorization_details', oddities: [oddity] }] as const,
    ),
  ] as readonly (readonly [string, Wish, Bends?])[]
).map(([name, wish, bends]) => [name, wish, bends ?? {}]);

describe('mock issuer, straight', () => {
  it.each(STRAIGHT)('%s, wished for at a long-lived issuer', async (_name, wish, bends) => {
    const at = await house();
    const { last, credentials } = await walk(at, { ...bends, wish });
    expect(at.refusals().filter(({ code }) => code !== 'use_dpop_nonce')).toEqual([]);
    expect([200, 204]).toContain(last.status);
    expect(credentials).toHaveLength(wish.proofs === undefined || wish.proofs === 0 ? 1 : wish.proofs);
    expect(at.issuer.issued.map((entry) => entry.credential)).toEqual(credentials);
    expect(at.events('harness-error')).toEqual([]);
  });

  // The client of these tests neither names locations, nor fetches a second nonce, nor attests its keys unasked; the mock wallet does.
  it.each(
    STRAIGHT.filter(([name]) => !/authorization-servers|server-hint|first-nonce-refused|attested-keys/u.test(name)),
  )('%s, as the whole configuration', async (_name, wish, bends) => {
    const at = await house({ variant: wish });
    const { last, credentials } = await walk(at, { ...bends, wish });
    expect([200, 204]).toContain(last.status);
    expect(credentials.length).toBeGreaterThan(0);
  });

  it('issues SD-JWT VCs: signed, certified, bound, selectively disclosable', async () => {
    const at = await house();
    const { credentials, keys } = await walk(at, { wish: { proofs: 2 } });
    const [first, second] = credentials.map((credential) => readSdJwt(credential));
    expect(first?.errors).toEqual([]);
    if (first === undefined) return;
    expect(verifyJws(first.issuerJwt, at.identities.issuer.signing.publicJwk).ok).toBe(true);
    expect(first.issuerJwt.header).toMatchObject({
      typ: 'dc+sd-jwt',
      alg: 'ES256',
      x5c: at.identities.issuer.signing.x5c,
    });
    const { payload } = first.issuerJwt;
    expect(payload).toMatchObject({ iss: BASE, vct: TYPE.type });
    expect(payload).not.toHaveProperty('family_name');
    expect(sameKey(obj(obj(payload, 'cnf'), 'jwk') ?? {}, keys[0]?.publicJwk ?? {})).toBe(true);
    const { claims, errors } = resolveSdJwt(first);
    expect(errors).toEqual([]);
    expect(claims).toMatchObject(TYPE.claims);
    expect(second?.disclosures.map(({ salt }) => salt)).not.toEqual(first.disclosures.map(({ salt }) => salt));
  });

  it('serves well-known documents by insertion, and only there', async () => {
    const at = await house();
    const metadata = await at.send('GET', 'https://issuer.example/.well-known/openid-credential-issuer/i/f1');
    expect(jsonOf(metadata)).toMatchObject({ credential_issuer: BASE, credential_endpoint: `${BASE}/credential` });
    expect(header(metadata.headers, 'cache-control')).toBe('no-store');
    const server = jsonOf(await at.send('GET', 'https://issuer.example/.well-known/oauth-authorization-server/i/f1'));
    expect(server).toMatchObject({ issuer: BASE, authorization_response_iss_parameter_supported: true });
    const keys = jsonOf(await at.send('GET', 'https://issuer.example/.well-known/jwt-vc-issuer/i/f1'));
    expect(keys).toMatchObject({ issuer: BASE });
    expect(sameKey(pointer(keys, '/jwks/keys/0') as never, at.identities.issuer.signing.publicJwk)).toBe(true);
    expect((await at.send('GET', `${BASE}/.well-known/openid-credential-issuer`)).status).toBe(404);
    expect((await at.send('GET', 'https://issuer.example/.well-known/openid-credential-issuer')).status).toBe(404);
    expect((await at.send('GET', `${BASE}/token`)).status).toBe(405);
  });

  it('signs its metadata for those who ask', async () => {
    const at = await house();
    const url = 'https://issuer.example/.well-known/openid-credential-issuer/i/f1';
    const signed = await at.send('GET', url, [['Accept', 'application/jwt, application/json;q=0.5']]);
    expect(header(signed.headers, 'content-type')).toBe('application/jwt');
    const jwt = readJwt(fromUtf8(signed.body));
    expect(jwt.header).toMatchObject({ typ: 'openidvci-issuer-metadata+jwt' });
    expect(jwt.payload).toMatchObject({ sub: BASE, credential_issuer: BASE });
    expect(verifyJws(jwt, at.identities.issuer.signing.publicJwk).ok).toBe(true);
    const plain = await at.send('GET', url, [['Accept', 'application/json, application/jwt;q=0.1']]);
    expect(header(plain.headers, 'content-type')).toBe('application/json');
  });

  it('publishes status lists and moves credentials', async () => {
    const at = await house();
    const { credentials } = await walk(at, { wish: { status: true, proofs: 2 } });
    const [first = '', second = ''] = credentials;
    at.issuer.setStatus(second, 2);
    for (const [credential, expected] of [
      [first, 0],
      [second, 2],
    ] as const) {
      const reference = obj(obj(readJwt(credential.split('~')[0] ?? '').payload, 'status'), 'status_list');
      const answer = await at.send('GET', str(reference, 'uri') ?? '');
      expect(header(answer.headers, 'content-type')).toBe('application/statuslist+jwt');
      const token = readStatusListToken(fromUtf8(answer.body));
      expect(token.errors).toEqual([]);
      expect(token.sub).toBe(str(reference, 'uri'));
      expect(token.list === undefined ? undefined : statusAt(token.list, Number(reference?.['idx']))).toBe(expected);
    }
    expect(() => at.issuer.setStatus('unknown', 1)).toThrow('no status reference');
  });

  it('answers a deferred request that comes too early with the same transaction', async () => {
    const at = await house();
    let id: unknown;
    const { last } = await walk(at, {
      wish: { deferred: true },
      deferred: (value) => {
        id = value['transaction_id'];
        at.clock.set(at.clock.now() - 1000);
      },
    });
    expect(last.status).toBe(202);
    expect(jsonOf(last)).toEqual({ transaction_id: id, interval: 1 });
  });

  it('takes a corrected message on the same transaction after a refusal', async () => {
    const at = await house();
    const wrong = await walk(at, { wish: { txCode: true }, token: (fields) => (fields['tx_code'] = 'wrong!') });
    expect(wrong.json).toMatchObject({ error: 'invalid_grant' });
    const body = new URLSearchParams({
      ...(wrong.tokenFields as Record<string, string>),
      tx_code: wrong.txCode ?? '',
    }).toString();
    const again = await at.send('POST', `${BASE}/token`, [['content-type', 'application/x-www-form-urlencoded']], body);
    expect(again.status).toBe(200);
  });

  it('renews an access token once for each refresh token', async () => {
    const at = await house();
    const { token } = await walk(at, { wish: { refresh: true } });
    const ask = async (refresh: string) =>
      at.send(
        'POST',
        `${BASE}/token`,
        [['content-type', 'application/x-www-form-urlencoded']],
        new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: refresh,
          client_id: 'test-client',
        }).toString(),
      );
    const first = await ask(str(token, 'refresh_token') ?? '');
    expect(jsonOf(first)).toMatchObject({ token_type: 'Bearer' });
    expect(str(jsonOf(first), 'access_token')).not.toBe(str(token, 'access_token'));
    expect(jsonOf(await ask(str(token, 'refresh_token') ?? ''))).toMatchObject({ error: 'invalid_grant' });
    expect((await ask(str(jsonOf(first), 'refresh_token') ?? '')).status).toBe(200);
  });

  it('asks the user where log-ins are not automatic', async () => {
    const at = await house({ config: { autoApprove: false } });
    const page = await walk(at, { wish: CODE, authorization: (fields) => (fields['client_id'] = '<script>') });
    const html = fromUtf8(page.last.body);
    expect(html).toContain('&lt;script&gt;');
    const request = /name="request" value="([^"]+)"/u.exec(html)?.[1] ?? '';
    const press = async (decision: string) =>
      at.send('POST', `${BASE}/login`, [], `request=${request}&decision=${decision}`);
    const denied = await press('deny');
    const answer = readLink(header(denied.headers, 'location') ?? '');
    expect([denied.status, param(answer, 'error'), param(answer, 'state'), param(answer, 'iss')]).toEqual([
      303,
      'access_denied',
      'st',
      BASE,
    ]);
    expect((await press('approve')).status).toBe(400);
  });

  it('answers an authorization request with code, state and iss', async () => {
    const at = await house();
    const { location } = await walk(at, { wish: CODE });
    const link = readLink(location ?? '');
    expect(param(link, 'state')).toBe('st');
    expect(param(link, 'iss')).toBe(BASE);
    expect(location).toMatch(/^https:\/\/wallet\.example\/cb\?code=/u);
  });

  it('notes each notification once, however often it comes', async () => {
    const at = await house();
    const { notificationId, accessToken } = await walk(at, { wish: { notification: 'credential_accepted' } });
    const body = JSON.stringify({ notification_id: notificationId, event: 'credential_accepted' });
    const again = await at.send(
      'POST',
      `${BASE}/notification`,
      [
        ['content-type', 'application/json'],
        ['authorization', `bearer ${accessToken}`],
      ],
      body,
    );
    expect(again.status).toBe(204);
    expect(at.issuer.notifications).toEqual([{ id: notificationId, event: 'credential_accepted' }]);
  });

  it('gives long-lived tokens only where they are bound to a key', async () => {
    const plain = await walk(await house());
    const bound = await walk(await house(), { wish: { dpop: true } });
    expect([plain.token?.['expires_in'], bound.token?.['expires_in']]).toEqual([300, 600]);
    expect([plain.token?.['token_type'], bound.token?.['token_type']]).toEqual(['Bearer', 'DPoP']);
  });

  it('says what it does not support', async () => {
    const at = await house();
    await expect(at.issuer.createOffer({ format: 'mso_mdoc' })).rejects.toThrow('not supported');
    await expect(at.issuer.createOffer({ offer: 'none' })).rejects.toThrow('not supported');
  });

  it('keeps deep and broken input from doing harm', async () => {
    const at = await house();
    const { accessToken } = await walk(at);
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ['authorization', `Bearer ${accessToken}`],
    ];
    for (const body of [
      '[',
      '{"__proto__":{"x":1}}',
      '['.repeat(100_000),
      '{"proofs":{"jwt":[null]},"credential_configuration_id":"pid"}',
      '{"credential_configuration_id":{}}',
    ]) {
      expect((await at.send('POST', `${BASE}/credential`, headers, body)).status).toBe(400);
    }
    for (const body of ['grant_type=%', `a=1&a=2`, '&&&=', 'grant_type=authorization_code&code=%00']) {
      expect(
        (await at.send('POST', `${BASE}/token`, [['content-type', 'application/x-www-form-urlencoded']], body)).status,
      ).toBe(400);
    }
    expect(at.events('harness-error')).toEqual([]);
  });
});
