import { afterEach, describe, expect, test } from 'vitest';
import type { DriverContext } from '../../core/contracts/driver.ts';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import type { Outcome } from '../../core/outcome.ts';
import { ROLES } from '../../core/kinds.ts';
import { offsetClock, systemClock } from '../../core/system/clock.ts';
import { undiciClient } from '../../core/system/http-client.ts';
import { systemRandom } from '../../core/system/random.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import { loadConfiguration } from '../configuration/load.ts';
import { createDriver } from '../targets/create.ts';
import { createThrottle } from '../targets/throttle.ts';
import { startNullTarget, startTarget } from './index.ts';
import type { NullKind } from './index.ts';
import type { BundledOptions, BundledTarget } from './options.ts';

const DAYS = 86_400_000;
const clock = offsetClock(systemClock(), 400 * DAYS);
const options: BundledOptions = { clock, random: systemRandom(), profile: OID4VC_1_0 };
const http = undiciClient({ timeoutMs: 5_000 });
const throttle = createThrottle(systemClock());
const running: BundledTarget[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((target) => target.close()));
});

async function started(target: Promise<BundledTarget>): Promise<BundledTarget> {
  const ready = await target;
  running.push(ready);
  return ready;
}

function context(): DriverContext {
  return {
    ports: { clock, random: systemRandom(), http },
    trace: { event: () => 0, message: () => 0, material: () => 0 },
    signal: AbortSignal.timeout(20_000),
  };
}

const drivers = {
  issuer: (target: BundledTarget) => createDriver('issuer', target.configuration.target, { throttle }),
  wallet: (target: BundledTarget) => createDriver('wallet', target.configuration.target, { throttle }),
  verifier: (target: BundledTarget) => createDriver('verifier', target.configuration.target, { throttle }),
};

interface Three {
  readonly issuer: BundledTarget;
  readonly wallet: BundledTarget;
  readonly verifier: BundledTarget;
}

/** The three bundled targets, who trust each other as they would trust a harness. */
async function three(replaced: Partial<Record<keyof Three, Promise<BundledTarget>>> = {}): Promise<Three> {
  const issuer = await started(replaced.issuer ?? startTarget('issuer', options));
  const wallet = await started(replaced.wallet ?? startTarget('wallet', options));
  const verifier = await started(replaced.verifier ?? startTarget('verifier', options));
  wallet.trust([issuer.identities.issuer.ca, verifier.identities.verifier.ca]);
  verifier.trust([issuer.identities.issuer.ca]);
  return { issuer, wallet, verifier };
}

async function issue({ issuer, wallet }: Three, wish: Partial<IssuanceVariant> = {}) {
  const offer = await drivers
    .issuer(issuer)
    .offer({ kind: 'issuance', grant: 'pre-authorized_code', ...wish }, context());
  const hint = { goal: 'issuance', ...(offer.txCode === undefined ? {} : { txCode: offer.txCode }) } as const;
  const { done } = await drivers.wallet(wallet).open(offer.link, hint, context());
  return done;
}

async function show({ wallet, verifier }: Three, wish: Partial<PresentationVariant> = {}) {
  const driver = drivers.verifier(verifier);
  const made = await driver.request({ kind: 'presentation', ...wish }, context());
  const { done } = await drivers
    .wallet(wallet)
    .open(made.link, { goal: 'presentation', consent: wish.consent ?? 'give' }, context());
  const opened = await done;
  return { opened, result: await driver.result(made, context()) };
}

async function held(wallet: BundledTarget): Promise<unknown[]> {
  const response = await http.send({
    method: 'GET',
    url: `${wallet.url}/control/credentials`,
    headers: [],
    body: new Uint8Array(),
  });
  return JSON.parse(Buffer.from(response.body).toString()) as unknown[];
}

describe('the bundled targets over HTTP, by their public configuration, 400 days from now', () => {
  test.each(ROLES)('the configuration of the %s is one that anybody could write', async (role) => {
    const { configuration } = await started(startTarget(role, options));
    expect('problems' in loadConfiguration(JSON.stringify(configuration), 'c.json', {}, { role })).toBe(false);
  });

  test.each<[string, Partial<IssuanceVariant>]>([
    ['pre-authorized', {}],
    ['transaction code, by reference', { txCode: true, offer: 'by-reference' }],
    ['authorization code, which a wallet pushes and binds as the metadata offers', { grant: 'authorization_code' }],
    ['deferred', { deferred: true }],
    ['notification', { notification: 'credential_accepted' }],
  ])('issuance: %s', async (_name, wish) => {
    const all = await three();
    expect(await issue(all, wish)).toEqual({ outcome: 'accepted' });
    expect(await held(all.wallet)).toMatchObject([{ format: 'dc+sd-jwt', type: 'urn:example:member-card:1' }]);
  });

  test.each<[string, Partial<PresentationVariant>, Outcome, Outcome]>([
    ['the simplest', {}, 'accepted', 'accepted'],
    [
      'encrypted, request fetched by POST',
      { responseMode: 'direct_post.jwt', request: 'uri-post' },
      'accepted',
      'accepted',
    ],
    ['another prefix and query', { clientIdPrefix: 'x509_hash', query: 'claim-sets' }, 'accepted', 'accepted'],
    ['declined', { consent: 'decline' }, 'declined-by-user', 'declined-by-user'],
    // The wallet has one error code for both (OpenID4VP 8.5), so that the verifier does not learn which it was.
    ['nothing that fits', { query: 'unsatisfiable' }, 'refused', 'declined-by-user'],
  ])('presentation: %s', async (_name, wish, opened, result) => {
    const all = await three();
    await issue(all);
    const shown = await show(all, wish);
    expect([shown.opened.outcome, shown.result.outcome]).toEqual([opened, result]);
    if (result === 'accepted') expect(shown.result.claims).toBeDefined();
  });

  test('what a target cannot do it says, before anything happens', async () => {
    const { issuer, verifier } = await three();
    const none = drivers
      .issuer(issuer)
      .offer({ kind: 'issuance', grant: 'authorization_code', offer: 'none' }, context());
    await expect(none).rejects.toMatchObject({ failure: 'unsupported' });
    const wish: PresentationVariant = { kind: 'presentation', responseMode: 'fragment' };
    await expect(drivers.verifier(verifier).request(wish, context())).rejects.toMatchObject({ failure: 'unsupported' });
    const odd: PresentationVariant = { kind: 'presentation', oddities: ['no-such-oddity'] };
    await expect(drivers.verifier(verifier).request(odd, context())).rejects.toMatchObject({ failure: 'unsupported' });
  });

  test('a stranger is not trusted', async () => {
    const all = await three();
    const stranger = await started(startTarget('issuer', options));
    expect((await issue({ ...all, issuer: stranger })).outcome).toBe('refused');
    expect(await held(all.wallet)).toEqual([]);
  });
});

describe('broken targets', () => {
  const dead: NullKind[] = ['not-found', 'bad-request', 'hang', 'closed'];

  test.each(dead)(
    'an issuer and a verifier that are dead (%s) make offers and requests that lead nowhere',
    async (kind) => {
      const all = await three({
        issuer: startNullTarget('issuer', kind, options),
        verifier: startNullTarget('verifier', kind, options),
      });
      // The wallet's own client is patient: a hanging side is given up by the flow's deadline instead.
      if (kind === 'hang') {
        const offer = await drivers
          .issuer(all.issuer)
          .offer({ kind: 'issuance', grant: 'pre-authorized_code' }, context());
        expect(offer.link).toContain('credential_offer=');
        const hanging = http.send(
          { method: 'GET', url: `${all.issuer.url}/issuer`, headers: [], body: new Uint8Array() },
          { timeoutMs: 200 },
        );
        await expect(hanging).rejects.toMatchObject({ failure: 'timeout' });
        return;
      }
      expect((await issue(all, { txCode: true })).outcome).not.toBe('accepted');
      const shown = await show(all);
      expect(shown.opened.outcome).not.toBe('accepted');
      expect(shown.result.outcome).toBe('refused');
    },
  );

  test.each([...dead, 'says-refused'] as const)('a wallet that is dead (%s) never accepts', async (kind) => {
    const all = await three({ wallet: startNullTarget('wallet', kind, options) });
    const outcome = await issue(all).then(
      ({ outcome: said }) => said,
      () => 'no answer',
    );
    expect(outcome).toBe(kind === 'says-refused' ? 'refused' : 'no answer');
    expect(all.issuer.log.entries.filter((entry) => entry.type === 'message')).toEqual([]);
  });

  test('those that refuse at last took part until then', async () => {
    const refusing = await three({ issuer: startNullTarget('issuer', 'refuses-at-last', options) });
    expect(await issue(refusing)).toMatchObject({ outcome: 'refused', detail: expect.stringContaining('credential') });
    const wallet = await three({ wallet: startNullTarget('wallet', 'refuses-at-last', options) });
    expect((await issue(wallet)).outcome).toBe('refused');
    const kinds = wallet.issuer.log.entries.map((entry) => (entry.type === 'message' ? entry.kind : ''));
    expect(kinds).toContain('credential-response');
    expect(await held(wallet.wallet)).toEqual([]);
    const verifier = await three({ verifier: startNullTarget('verifier', 'refuses-at-last', options) });
    await issue(verifier);
    const shown = await show(verifier);
    expect([shown.opened.outcome, shown.result.outcome]).toEqual(['refused', 'refused']);
  });

  test('those that accept everything are otherwise conforming', async () => {
    const all = await three({
      issuer: startNullTarget('issuer', 'accepts-all', options),
      wallet: startNullTarget('wallet', 'accepts-all', options),
      verifier: startNullTarget('verifier', 'accepts-all', options),
    });
    expect(await issue(all, { txCode: true })).toEqual({ outcome: 'accepted' });
    for (const responseMode of ['direct_post', 'direct_post.jwt'] as const) {
      const shown = await show(all, { responseMode });
      expect([shown.opened.outcome, shown.result.outcome]).toEqual(['accepted', 'accepted']);
    }
    const steps = [all.issuer, all.wallet, all.verifier].flatMap(({ log }) =>
      log.entries.flatMap((entry) => (entry.type === 'event' && entry.event === 'step' ? [entry.result] : [])),
    );
    expect(new Set(steps)).toEqual(new Set(['left-out']));
  });
});
