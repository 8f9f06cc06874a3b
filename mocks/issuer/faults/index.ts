import type { Fault } from '../../../core/flow.ts';

/** Every fault of the mock issuer. */
export const ISSUER_FAULTS: readonly Fault<never>[] = [];
