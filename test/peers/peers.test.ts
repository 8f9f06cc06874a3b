import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deferredBadge, peerVct, startIssuerPeer } from './issuer.ts';
import type { IssuerPeer } from './issuer.ts';
import type { Peer } from './peer.ts';
import { startVerifierPeer } from './verifier.ts';
import type { VerifierPeer } from './verifier.ts';
import { startWalletPeer } from './wallet.ts';
import type { Opened } from './wallet.ts';

let issuer: IssuerPeer;
let verifier: VerifierPeer;
let wallet: Peer;

beforeAll(async () => {
  issuer = await startIssuerPeer();
  verifier = await startVerifierPeer({ trustedIssuers: [issuer.anchor] });
  wallet = await startWalletPeer({ issuerAnchors: [issuer.anchor], verifierAnchors: [verifier.anchor] });
});

afterAll(async () => {
  await Promise.all([issuer, verifier, wallet].map((peer) => peer.close()));
});

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

const offer = (options: object) => post<{ offer: string; tx_code?: string }>(`${issuer.control}/offer`, options);
const open = (link: string, txCode?: string, at = wallet) =>
  post<Opened>(`${at.control}/open`, { link, tx_code: txCode });
const request = (options: object, at = verifier) =>
  post<{ id: string; link: string }>(`${at.control}/request`, options);

async function result(id: string, at = verifier): Promise<{ status: string; reason?: string; credentials?: unknown }> {
  const response = await fetch(`${at.control}/result/${id}`);
  return (await response.json()) as { status: string; reason?: string; credentials?: unknown };
}

const held = { outcome: 'accepted', credentials: [{ vct: peerVct, format: 'dc+sd-jwt' }] };

describe('peer wallet at peer issuer', () => {
  it.each([
    { grant: 'urn:ietf:params:oauth:grant-type:pre-authorized_code' },
    { grant: 'urn:ietf:params:oauth:grant-type:pre-authorized_code', txCode: true, by: 'reference' },
    { grant: 'authorization_code' },
    { grant: 'authorization_code', by: 'reference' },
    { configuration: deferredBadge },
  ])('gets a credential: %j', async (options) => {
    const made = await offer(options);
    expect(made.tx_code === undefined).toBe(options.txCode !== true);
    expect(await open(made.offer, made.tx_code)).toEqual(held);
  });

  it('gets nothing with a wrong tx_code, and then the credential with the right one', async () => {
    const made = await offer({ txCode: true });
    const wrong = made.tx_code === '111111' ? '222222' : '111111';
    expect(await open(made.offer, wrong)).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('invalid_grant'),
    });
    expect(await open(made.offer, made.tx_code)).toEqual(held);
    expect(await open(made.offer, made.tx_code)).toMatchObject({ outcome: 'error' });
  });

  it('verifies by the keys at jwt-vc-issuer, and the verifier by a trusted JWK', async () => {
    const other = await startIssuerPeer({ signer: 'jwt-vc-issuer' });
    const otherVerifier = await startVerifierPeer({ trustedIssuers: [other.signingKey] });
    const otherWallet = await startWalletPeer();
    try {
      const made = await post<{ offer: string }>(`${other.control}/offer`, {});
      expect(await open(made.offer, undefined, otherWallet)).toEqual(held);
      const { id, link } = await request({}, otherVerifier);
      expect(await open(link, undefined, otherWallet)).toEqual(held);
      expect(await result(id, otherVerifier)).toMatchObject({ status: 'accepted' });
      const untrusted = await request({});
      expect(await open(untrusted.link, undefined, otherWallet)).toMatchObject({ outcome: 'error' });
      expect(await result(untrusted.id)).toMatchObject({
        status: 'refused',
        reason: expect.stringMatching(/signature/i),
      });
    } finally {
      await Promise.all([other, otherVerifier, otherWallet].map((peer) => peer.close()));
    }
  });
});

describe('peer wallet at peer verifier', () => {
  beforeAll(async () => {
    expect(await open((await offer({})).offer)).toEqual(held);
  });

  it.each([
    { response_mode: 'direct_post.jwt' },
    { response_mode: 'direct_post' },
    { client_id_prefix: 'x509_hash' },
    { client_id_prefix: 'decentralized_identifier' },
    { client_id_prefix: 'redirect_uri', response_mode: 'direct_post' },
    { client_id_prefix: 'redirect_uri' },
    { request_uri_method: 'post' },
    {
      transaction_data: [
        Buffer.from(JSON.stringify({ type: 'urn:example:payment', credential_ids: ['badge'] })).toString('base64url'),
      ],
    },
  ])('presents two claims and no more: %j', async (options) => {
    const { id, link } = await request(options);
    expect(await result(id)).toEqual({ status: 'pending' });
    expect(await open(link)).toEqual(held);
    const { status, credentials } = await result(id);
    expect(status).toBe('accepted');
    const [presentation] = (credentials as Record<string, { claims: Record<string, unknown> }[]>)['badge'] ?? [];
    expect(presentation?.claims).toMatchObject({ given_name: 'Mei', address: { locality: 'Tainan' } });
    expect(presentation?.claims).not.toHaveProperty('family_name');
    expect(presentation?.claims).not.toHaveProperty('birthdate');
  });

  it('refuses a query that nothing held satisfies, and sends nothing', async () => {
    const query = { credentials: [{ id: 'x', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:other'] } }] };
    const { id, link } = await request({ query });
    expect(await open(link)).toMatchObject({ outcome: 'refused' });
    expect(await result(id)).toEqual({ status: 'pending' });
  });

  it('refuses a verifier whose certificate chains to no anchor', async () => {
    const stranger = await startVerifierPeer({ trustedIssuers: [issuer.anchor] });
    try {
      const { id, link } = await request({}, stranger);
      expect(await open(link)).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('verification') });
      expect(await result(id, stranger)).toEqual({ status: 'pending' });
    } finally {
      await stranger.close();
    }
  });

  it('is refused by a verifier that does not trust the issuer, and by one that gets rubbish', async () => {
    const suspicious = await startVerifierPeer({ trustedIssuers: [] });
    const trusting = await startWalletPeer();
    try {
      expect(await open((await offer({})).offer, undefined, trusting)).toEqual(held);
      const { id, link } = await request({}, suspicious);
      expect(await open(link, undefined, trusting)).toMatchObject({ outcome: 'error' });
      expect(await result(id, suspicious)).toMatchObject({
        status: 'refused',
        reason: expect.stringContaining('trusted'),
      });
    } finally {
      await Promise.all([suspicious, trusting].map((peer) => peer.close()));
    }
    const { id } = await request({ response_mode: 'direct_post' });
    const response = await fetch(`${verifier.url}/response/${id}`, {
      method: 'POST',
      body: new URLSearchParams({ vp_token: '{"badge":["a.b.c~"]}', state: 'wrong' }),
    });
    expect(response.status).toBe(400);
    expect(await result(id)).toMatchObject({ status: 'refused', reason: expect.stringContaining('state') });
  });
});
