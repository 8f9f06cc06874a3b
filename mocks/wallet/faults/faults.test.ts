import { describe, expect, it } from 'vitest';
import { QUERY, playIssuance, playPresentation, sentFaults, world } from '../test-kit.ts';
import { flowOf } from './flows.ts';
import { WALLET_DEFECTS, WALLET_FAULTS } from './index.ts';

const shared = await world();

const [CARD_QUERY] = QUERY.credentials;
const VALUED = { credentials: [{ ...CARD_QUERY, claims: [{ path: ['given_name'], values: ['Mei-Ling'] }] }] };
const TWO = { credentials: [CARD_QUERY, { ...CARD_QUERY, id: 'second' }] };

describe('each fault leaves, and the conforming counterpart refuses it at the step that it names', () => {
  it.each(WALLET_FAULTS.map((fault) => [fault.id, fault] as const))('%s', async (id, fault) => {
    const { variant } = fault;
    if (variant.kind === 'issuance') {
      const play = await playIssuance(shared, variant, { fault, before: 1 });
      expect(sentFaults(play.wallet)).toContain(id);
      // Whoever guesses is refused for that before.
      const aside = ['issuer/dpop/nonce', ...(id.endsWith('/tx-code-guessed') ? ['issuer/token/tx-code'] : [])];
      expect(new Set(play.refusedBy.filter((step) => !aside.includes(step) || step === fault.refusedBy))).toEqual(
        new Set([fault.refusedBy]),
      );
      expect(play.result.outcome).toBe('refused');
    } else {
      // To leave one credential out, there must be two.
      const two = id.endsWith('/credential-missing') || id.includes('/second-');
      const query = two ? TWO : id.endsWith('/value-other') ? VALUED : QUERY;
      const play = await playPresentation(shared, variant, { fault, before: 1, query });
      expect(sentFaults(play.wallet)).toContain(id);
      expect(new Set(play.refusedBy)).toEqual(new Set([fault.refusedBy]));
      expect(play.result.outcome).toBe('refused');
    }
  });

  it('names the simplest flow in which it can appear', () => {
    expect(() => flowOf('wallet/no-such-fault')).toThrow(/no flow/u);
    for (const { variant } of [...WALLET_FAULTS, ...WALLET_DEFECTS])
      expect(variant.kind).toMatch(/^(issuance|presentation)$/u);
  });

  it('has unique ids', () => {
    const ids = WALLET_FAULTS.map((fault) => fault.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(80);
  });
});

describe('each defect leaves, and nobody has to refuse it', () => {
  /** What a counterpart refuses all the same: the wrong method or path is no message of the protocol to it. */
  const stopped = new Set([
    'wallet/defect/offer-fetched-by-post',
    'wallet/defect/metadata-appended',
    'wallet/defect/nonce-by-get',
    'wallet/defect/metadata-by-post',
    'wallet/defect/credential-by-put',
  ]);
  /** Nothing is sent where nothing happens. */
  const silent = new Set(['wallet/defect/redirect-ignored']);
  /** Noticed by our own issuer and verifier, whose rules are stricter than they need to be. */
  const noticed = new Set([
    'wallet/defect/attestation-expiry-missing',
    'wallet/defect/attestation-without-certificate',
    'wallet/defect/details-claim-twice',
    'wallet/defect/details-locations-dropped',
    'wallet/defect/dpop-jti-reused',
    'wallet/defect/key-attestation-left-out',
    'wallet/defect/key-attestation-of-other-key',
    'wallet/defect/key-attestation-symmetric',
    'wallet/defect/key-proof-key-unsound',
    'wallet/defect/key-proof-unreadable',
    'wallet/defect/other-authority-returned',
    'wallet/defect/other-type-returned',
  ]);

  it.each(WALLET_DEFECTS.map((defect) => [defect.id, defect] as const))('%s', async (id, defect) => {
    const { variant } = defect;
    const how = { fault: defect, before: 1 };
    const play =
      variant.kind === 'issuance'
        ? await playIssuance(shared, variant, how)
        : await playPresentation(shared, variant, how);
    if (!silent.has(id)) expect(sentFaults(play.wallet)).toContain(id);
    if (stopped.has(id) || noticed.has(id)) return expect(play.result.outcome).toBe('refused');
    expect(play.refusedBy).toEqual([]);
    expect(play.result.outcome).toBe(
      variant.kind === 'presentation' && variant.consent === 'decline' ? 'declined-by-user' : 'accepted',
    );
  });
});
