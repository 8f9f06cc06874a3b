import { expect, it } from 'vitest';
import { prove } from '../harness/prove/prove.ts';
import { PROFILES, testsOf } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';

const START = Date.parse('2026-03-02T08:00:00Z');

it('every test of an issuer notices its defect and is silent on legal variety', { timeout: 300_000 }, async () => {
  for (const profile of PROFILES) {
    const ids = testsOf(profile, 'issuer').map((test) => test.id);
    const proof = await prove(profile, loadRequirements(profile.catalogues), { roles: ['issuer'], start: START });
    const ofTests = (list: readonly string[]): string[] =>
      list.filter((entry) =>
        ids.some((id) => entry === id || entry.startsWith(`${id}:`) || entry.startsWith(`${id} `)),
      );
    expect({
      unproven: ofTests(proof.unproven),
      spurious: ofTests(proof.spurious),
      falseAlarms: proof.falseAlarms,
    }).toEqual({ unproven: [], spurious: [], falseAlarms: [] });
  }
});
