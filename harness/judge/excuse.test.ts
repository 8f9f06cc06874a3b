import { describe, expect, it } from 'vitest';
import type { FlowView, RunView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Outcome } from '../../core/outcome.ts';
import { createLog } from '../../core/trace/log.ts';
import { manualClock } from '../../core/system/clock.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import { runView } from '../../suites/view/run.ts';
import { excuse } from './excuse.ts';
import { outcomeOf } from './outcome.ts';

const wallet = (id: string): Test => {
  const found = OID4VC_1_0.tests.find((test) => test.id === id);
  if (found === undefined) throw new Error(`no test ${id}`);
  return found;
};

const PLAIN = wallet('wallet/presentation/plain');
const HASH = wallet('wallet/presentation/x509-hash');
const TESTS = [PLAIN, HASH];

interface Played {
  readonly test: Test;
  readonly outcome?: Outcome;
  readonly refusedHere?: true;
}

/** A run of straight presentations in which the driver tells how each ended; without an outcome there is silence. */
function run(flows: readonly Played[], declared?: boolean): RunView {
  const log = createLog({ real: manualClock(0) });
  if (declared !== undefined) {
    const value = { feature: 'x509_hash-prefix', offered: declared };
    log.append({ type: 'material', use: 'declared-feature', value });
  }
  flows.forEach(({ test, outcome, refusedHere }, index) => {
    const flow = `f${index}`;
    log.append({ type: 'event', flow, event: 'flow-start', test: test.id, variant: variantId(test.variant) });
    if (refusedHere === true)
      log.append({ type: 'event', flow, event: 'step', step: 'verifier/response/shape', result: 'refused' });
    log.append(
      outcome === undefined
        ? { type: 'event', flow, event: 'silence', deadline: 10 }
        : { type: 'event', flow, event: 'outcome', source: 'driver', value: outcome },
    );
    log.append({ type: 'event', flow, event: 'flow-end' });
  });
  return runView(log.entries, { role: 'wallet', profile: OID4VC_1_0, skewMs: 0, variantOf: () => undefined });
}

/** The excuse of the last flow. */
function excused(view: RunView, test: Test): string | undefined {
  const flow = view.flows.at(-1) as FlowView;
  return excuse(test, flow, outcomeOf(flow, 'wallet', OID4VC_1_0), view, TESTS)?.en;
}

describe('a legal flow that a wallet did not bring to its goal', () => {
  it('may be a matter of trust where none was accepted', () => {
    expect(excused(run([{ test: PLAIN, outcome: 'refused' }]), PLAIN)).toMatch(/trust the certificate authority/u);
  });

  it('may be one that waits for its user', () => {
    const view = run([{ test: PLAIN, outcome: 'accepted' }, { test: PLAIN }]);
    expect(excused(view, PLAIN)).toMatch(/waited for its user/u);
  });

  it('may be one that needs what the wallet does not offer', () => {
    const flows: Played[] = [
      { test: PLAIN, outcome: 'accepted' },
      { test: HASH, outcome: 'refused' },
    ];
    expect(excused(run(flows), HASH)).toMatch(/x509_hash-prefix: true or false/u);
    expect(excused(run(flows, true), HASH)).toBeUndefined();
  });

  it('is a failure where the wallet did the same before', () => {
    const view = run([
      { test: PLAIN, outcome: 'accepted' },
      { test: PLAIN, outcome: 'refused' },
    ]);
    expect(excused(view, PLAIN)).toBeUndefined();
  });

  it('is a failure where our side refused what it sent, or where it crashed', () => {
    expect(excused(run([{ test: PLAIN, outcome: 'refused', refusedHere: true }]), PLAIN)).toBeUndefined();
    expect(excused(run([{ test: PLAIN, outcome: 'crashed' }]), PLAIN)).toBeUndefined();
  });
});
