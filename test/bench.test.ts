import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBareIssuer } from '../bench/bare/issuer.ts';
import type { BareIssuer } from '../bench/bare/issuer.ts';
import { bareKey } from '../bench/bare/parties.ts';
import { startBareVerifier } from '../bench/bare/verifier.ts';
import type { BareVerifier } from '../bench/bare/verifier.ts';
import { present, receive } from '../bench/bare/wallet.ts';
import { median } from '../bench/measure.ts';
import { text } from '../core/text.ts';
import { systemClock } from '../core/system/clock.ts';
import { systemRandom } from '../core/system/random.ts';
import { createIdentities } from '../mocks/trust/identity.ts';

/** The yardstick of the benchmarks must itself do what it claims. */
describe('bare flows', () => {
  const type = {
    id: 'card',
    format: 'dc+sd-jwt',
    type: 'urn:example:card',
    title: text('Card', '卡'),
    claims: { given_name: 'Mei', family_name: 'Lin', birthdate: '1990-04-01' },
    disclosable: [['given_name'], ['family_name'], ['birthdate']],
  };
  let issuer: BareIssuer;
  let verifier: BareVerifier;
  beforeAll(async () => {
    const set = await createIdentities({ hosts: ['127.0.0.1'], clock: systemClock(), random: systemRandom() });
    issuer = await startBareIssuer(bareKey(set.issuer.signing), type);
    verifier = await startBareVerifier(bareKey(set.verifier.signing), type);
  });
  afterAll(() => Promise.all([issuer.close(), verifier.close()]));

  it('issue a credential and present two of its claims', async () => {
    const { link, txCode } = issuer.offer();
    const held = await receive(link, txCode);
    const request = verifier.request();
    await present(request.link, held);
    expect(verifier.result(request.id)).toMatchObject({ vct: type.type, given_name: 'Mei', family_name: 'Lin' });
    expect(verifier.result(request.id)).not.toHaveProperty('birthdate');
  });

  it('fail where they should: wrong transaction code, credential of another key', async () => {
    const { link } = issuer.offer();
    await expect(receive(link, 'wrong')).rejects.toThrow(/invalid_grant/);
    const first = issuer.offer();
    const other = issuer.offer();
    const [held, stranger] = [await receive(first.link, first.txCode), await receive(other.link, other.txCode)];
    const request = verifier.request();
    await expect(present(request.link, { ...held, key: stranger.key })).rejects.toThrow(/answered 500/);
    expect(verifier.result(request.id)).toBeUndefined();
  });

  it('median', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
