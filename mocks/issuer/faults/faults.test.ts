import { beforeAll, describe, expect, it } from 'vitest';
import { playIssuance, sentFaults, world } from '../../wallet/test-kit.ts';
import type { World } from '../../wallet/test-kit.ts';
import { refusals } from '../../wallet/test-kit.ts';
import type { Fault } from '../../../core/flow.ts';
import { ACCESS_FAULTS } from '../../wallet/faults/access.ts';
import { AUTHORIZATION_FAULTS } from '../../wallet/faults/authorization.ts';
import { CREDENTIAL_FAULTS } from '../../wallet/faults/credential.ts';
import { DPOP_FAULTS } from '../../wallet/faults/dpop.ts';
import { PROOF_FAULTS } from '../../wallet/faults/proof.ts';
import { TOKEN_FAULTS } from '../../wallet/faults/token.ts';
import { ISSUER_ODDITIES } from '../oddities.ts';
import { BOUND, CODE, ENCRYPTED, PLAIN, WITH_TX_CODE } from './fault.ts';
import { ISSUER_DEFECTS } from './defects.ts';
import { ISSUER_FAULTS } from './index.ts';

let shared: World;
beforeAll(async () => {
  shared = await world();
});

/** A wallet that takes a document without the URL that it needs next asks an empty URL, which the network in memory cannot parse. */
function nowhereToGo(error: unknown): undefined {
  if (!(error instanceof TypeError) || error.message !== 'Invalid URL') throw error;
}

const PROVOCATIONS: readonly Fault<never>[] = [
  ...ACCESS_FAULTS,
  ...AUTHORIZATION_FAULTS,
  ...CREDENTIAL_FAULTS,
  ...DPOP_FAULTS,
  ...PROOF_FAULTS,
  ...TOKEN_FAULTS,
];

describe('the mock wallet takes', () => {
  it.each(ISSUER_ODDITIES)('the oddity %s', async (oddity) => {
    for (const variant of [PLAIN, WITH_TX_CODE, { ...CODE, ask: 'authorization_details' } as const, ENCRYPTED, BOUND]) {
      const { result } = await playIssuance(shared, { ...variant, oddities: [oddity] });
      expect(result).toMatchObject({ outcome: 'accepted' });
    }
  });
});

/** What our own wallet cannot or will not do without. */
const NOTICED: ReadonlySet<string> = new Set([
  'issuer/defect/code-missing',
  'issuer/defect/deferred-media-type',
  'issuer/defect/metadata-format-old',
  'issuer/defect/metadata-nonce-endpoint-missing',
  'issuer/defect/metadata-notification-endpoint-http',
  'issuer/defect/nonce-refused',
  'issuer/defect/response-encrypted-unasked',
  'issuer/defect/signed-metadata-unsigned',
  'issuer/defect/signed-metadata-x5c-missing',
  'issuer/defect/status-index-constant',
  'issuer/defect/status-index-counted',
  'issuer/defect/token-not-narrowed',
]);

describe('every defect of the mock issuer', () => {
  it.each(ISSUER_DEFECTS.map((defect) => ({ id: defect.id, defect })))('$id', async ({ defect }) => {
    const provocation = PROVOCATIONS.find(({ id }) => id === defect.provokedBy);
    expect(provocation?.id).toBe(defect.provokedBy);
    const control = await playIssuance(shared, defect.variant, { fault: provocation });
    const { result, issuer } = await playIssuance(shared, defect.variant, { otherFault: defect, fault: provocation });
    const published = ['issuer/defect/keys-of-other-issuer'].includes(defect.id);
    const inOffer = defect.step.startsWith('credential-offer');
    if (!published && !inOffer) expect(new Set(sentFaults(issuer))).toEqual(new Set([defect.id]));
    // A straight wallet gets on all the same, unless it lacks what it needs.
    const noticed = NOTICED.has(defect.id);
    if (noticed) expect(result.outcome).toBe('refused');
    else if (provocation === undefined && defect.step !== 'notification-response.http')
      expect(result.outcome).toBe(control.result.outcome);
  });
});

describe('every fault of the mock issuer', () => {
  it.each(ISSUER_FAULTS.map((fault) => ({ id: fault.id, fault })))('$id', async ({ fault }) => {
    const control = await playIssuance(shared, fault.variant);
    expect(control.result).toMatchObject({ outcome: 'accepted' });
    const { result, issuer } = await playIssuance(shared, fault.variant, { otherFault: fault });
    expect(result).toMatchObject({ outcome: 'refused', step: fault.refusedBy });
    // Whoever hands a link over records it, and nobody does so here.
    const byValue = /^credential-offer(\.bytes)?$/u.test(fault.step) && fault.variant.offer === undefined;
    const inLink = byValue || fault.step === 'credential-offer-link';
    expect(new Set(sentFaults(issuer))).toEqual(new Set(inLink ? [] : [fault.id]));
    // The step that refuses is the only one: without it the wallet takes what came, or ends for lack of what was spoiled.
    const lenient = await playIssuance(shared, fault.variant, {
      otherFault: fault,
      walletLeniencies: [fault.refusedBy],
    }).catch(nowhereToGo);
    expect(refusals(lenient?.wallet ?? [])).not.toContain(fault.refusedBy);
  });

  it('has an id of its own and both titles', () => {
    const all = [...ISSUER_FAULTS, ...ISSUER_DEFECTS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ title }) => title.en === '' || title['zh-Hant'] === '')).toEqual([]);
  });
});
