import { CLIENT_IDENTIFIER_FAULTS } from './client-identifier.ts';
import { withConsequences } from './consequences.ts';
import { ENCRYPTION_FAULTS } from './encryption.ts';
import type { VerifierFault } from './fault.ts';
import { HTTP_FAULTS } from './http.ts';
import { LINK_FAULTS } from './link.ts';
import { PARAMETER_FAULTS } from './parameters.ts';
import { QUERY_FAULTS } from './query.ts';
import { REQUEST_OBJECT_FAULTS } from './request-object.ts';
import { TRANSACTION_DATA_FAULTS } from './transaction-data.ts';

/** Every fault of the mock verifier that a wallet must refuse. */
export const VERIFIER_FAULTS: readonly VerifierFault[] = [
  ...LINK_FAULTS,
  ...CLIENT_IDENTIFIER_FAULTS,
  ...HTTP_FAULTS,
  ...REQUEST_OBJECT_FAULTS,
  ...PARAMETER_FAULTS,
  ...QUERY_FAULTS,
  ...ENCRYPTION_FAULTS,
  ...TRANSACTION_DATA_FAULTS,
].map(withConsequences);
