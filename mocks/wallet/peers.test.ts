import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { systemClock } from '../../core/system/clock.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import type { ClosableHttpClient } from '../../core/system/http-client.ts';
import { systemRandom } from '../../core/system/random.ts';
import { createFlowContext } from '../../core/trace/context.ts';
import { createLog } from '../../core/trace/log.ts';
import { deferredBadge, startIssuerPeer } from '../../test/peers/issuer.ts';
import type { IssuerPeer } from '../../test/peers/issuer.ts';
import { startVerifierPeer } from '../../test/peers/verifier.ts';
import type { VerifierPeer } from '../../test/peers/verifier.ts';
import type { Wallet } from '../contracts.ts';
import { createIdentities } from '../trust/identity.ts';
import { createWallet } from './wallet.ts';

/** The mock wallet over real HTTP, with an issuer and a verifier on packages that nobody here wrote. */

const clock = systemClock();
const random = systemRandom();
const identities = await createIdentities({ hosts: ['localhost'], clock, random });
let http: ClosableHttpClient;
let issuer: IssuerPeer;
let verifier: VerifierPeer;

beforeAll(async () => {
  http = undiciClient();
  issuer = await startIssuerPeer();
  verifier = await startVerifierPeer({ trustedIssuers: [issuer.anchor] });
});
afterAll(() => Promise.all([issuer.close(), verifier.close(), http.close()]));

async function post(url: string, body: unknown): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, string>;
}

function newWallet(variant: IssuanceVariant): Wallet {
  const context = createFlowContext({
    id: 'peer',
    ports: { clock, random, http },
    log: createLog({ real: clock }),
    // The verifier's package addresses its requests to their own URL, not to the static wallet identifier (OpenID4VP 5.8).
    leniencies: new Set(['wallet/request/audience']),
  });
  return createWallet(
    {
      identity: identities.wallet,
      trust: { anchors: [issuer.anchor, verifier.anchor] },
      variant,
      redirectUri: 'http://localhost/cb',
    },
    context,
  );
}

const PRE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;

describe('issuance by a peer', () => {
  const rows: [object, IssuanceVariant][] = [
    [
      { txCode: true, by: 'reference' },
      { ...PRE, txCode: true },
    ],
    [{ grant: 'authorization_code' }, { ...PRE, grant: 'authorization_code', par: true, dpop: true }],
    [{ configuration: deferredBadge }, PRE],
    [{}, { ...PRE, proofs: 2, oddities: ['unknown-members', 'member-order'] }],
  ];
  it.each(rows)('%j %j', async (options, variant) => {
    const made = await post(`${issuer.control}/offer`, options);
    const txCode = made['tx_code'];
    const result = await newWallet(variant).receiveOffer(made['offer'] ?? '', txCode === undefined ? {} : { txCode });
    expect(result).toMatchObject({ outcome: 'accepted' });
    expect(result.credentials).toHaveLength(variant.proofs ?? 1);
  });
});

describe('presentation to a peer', () => {
  it.each([
    { response_mode: 'direct_post.jwt' },
    { client_id_prefix: 'x509_hash', request_uri_method: 'post' },
    { client_id_prefix: 'decentralized_identifier', response_mode: 'direct_post' },
    { client_id_prefix: 'redirect_uri' },
  ])('%j', async (options) => {
    const wallet = newWallet(PRE);
    await wallet.receiveOffer((await post(`${issuer.control}/offer`, {}))['offer'] ?? '');
    const { id, link } = await post(`${verifier.control}/request`, options);
    expect(await wallet.present(link ?? '')).toEqual({ outcome: 'accepted' });
    const result = (await (await fetch(`${verifier.control}/result/${id}`)).json()) as { status: string };
    expect(result.status).toBe('accepted');
  });
});
