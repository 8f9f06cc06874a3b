import type { Test } from '../../core/contracts/test.ts';
import { AUTHORIZATION } from './authorization.ts';
import { CREDENTIAL } from './credential.ts';
import { ISSUANCE_STRAIGHT } from './issuance-straight.ts';
import { METADATA } from './metadata.ts';
import { OFFER } from './offer.ts';
import { PARAMETERS } from './parameters.ts';
import { PRESENTATION_STRAIGHT } from './presentation-straight.ts';
import { QUERY } from './query.ts';
import { REQUEST_OBJECT } from './request-object.ts';
import { VARIANTS } from './variants.ts';

/** Tests of a wallet: issuance with the mock issuer, presentation with the mock verifier. */
export const WALLET_TESTS: readonly Test[] = [
  ...ISSUANCE_STRAIGHT,
  ...PRESENTATION_STRAIGHT,
  ...VARIANTS,
  ...OFFER,
  ...METADATA,
  ...AUTHORIZATION,
  ...CREDENTIAL,
  ...REQUEST_OBJECT,
  ...PARAMETERS,
  ...QUERY,
];
