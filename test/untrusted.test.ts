import { expect, it } from 'vitest';
import { manualClock } from '../core/system/clock.ts';
import { seededRandom } from '../core/system/random.ts';
import { playInMemory, proofSetting } from '../harness/prove/play.ts';
import { testsOf } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';
import { createIdentities } from '../mocks/trust/identity.ts';
import { OID4VC_1_0 } from '../profiles/oid4vc-1.0/profile.ts';

const START = Date.parse('2026-03-02T08:00:00Z');

/** A target that was not told to trust us turns us away, and is right: nothing of what it does may turn red. */
it.each(['wallet', 'verifier'] as const)(
  'a conforming %s that does not trust us is not accused',
  async (role) => {
    const setting = await proofSetting(OID4VC_1_0, loadRequirements(OID4VC_1_0.catalogues), START);
    const clock = manualClock(START);
    const stranger = await createIdentities({ hosts: ['harness.example'], clock, random: seededRandom('stranger') });
    const { judgement } = await playInMemory(setting, role, testsOf(OID4VC_1_0, role), { stranger });
    const red = judgement.tests.filter((test) => ['fail', 'warning', 'error'].includes(test.verdict));
    expect(red.map((test) => test.id)).toEqual([]);
    const negatives = judgement.tests.filter((test) => test.kind === 'negative');
    expect(negatives.filter((test) => test.verdict === 'pass').map((test) => test.id)).toEqual([]);
    const said = judgement.tests.flatMap((test) => test.findings).map((finding) => finding.message.en);
    expect(said.some((message) => message.includes('may not trust'))).toBe(true);
  },
  120_000,
);
