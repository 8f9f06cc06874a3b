import type { IssuerDefect } from './defect.ts';
import { ERROR_DEFECTS } from './defects-errors.ts';
import { LATER_DEFECTS } from './defects-later.ts';
import { METADATA_DEFECTS } from './defects-metadata.ts';
import { WIRE_DEFECTS } from './defects-wire.ts';

export type { IssuerDefect } from './defect.ts';

/** Every defect; `variant` is the simplest one in which it can be formed. */
export const ISSUER_DEFECTS: readonly IssuerDefect[] = [
  ...WIRE_DEFECTS,
  ...ERROR_DEFECTS,
  ...METADATA_DEFECTS,
  ...LATER_DEFECTS,
];
