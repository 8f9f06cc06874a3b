import { describe, expect, it } from 'vitest';
import { ROLES } from '../core/kinds.ts';
import { prove } from '../harness/prove/prove.ts';
import { PROFILES } from '../harness/registry.ts';
import { loadRequirements } from '../harness/requirements.ts';

const START = Date.parse('2026-03-02T08:00:00Z');

/** Every check, test and schema rule is able to fail, nothing turns red that should not, and no legal way is punished. */
describe.each(PROFILES.map((profile) => [profile.id, profile] as const))('%s is proven', (_id, profile) => {
  it.each(ROLES)('for the role %s', { timeout: 300_000 }, async (role) => {
    const proof = await prove(profile, loadRequirements(profile.catalogues), { roles: [role], start: START });
    const { unproven, spurious, falseAlarms, summary } = proof;
    expect({ unproven, spurious, falseAlarms }).toEqual({ unproven: [], spurious: [], falseAlarms: [] });
    expect(summary.proven).toBe(summary.checks + summary.tests);
    // A broken message for each kind with a schema, a defect for each of what a mock can do wrong, a leniency for each refusal.
    const rows = proof.matrix.filter(({ red }) => red.length > 0);
    expect(rows.length).toBeGreaterThan(50);
  });
});
