import { AUTHORIZATION_FAULTS } from './authorization.ts';
import { CREDENTIAL_FAULTS } from './credential.ts';
import { DELIVERY_FAULTS } from './delivery.ts';
import { DISCLOSURE_FAULTS } from './disclosures.ts';
import type { IssuerFault } from './fault.ts';
import { METADATA_FAULTS } from './metadata.ts';
import { OFFER_FAULTS } from './offer.ts';
import { STATUS_FAULTS } from './status.ts';

export type { IssuerFault } from './fault.ts';

/** Without a signature of the issuer there is none to verify. */
const UNSIGNED: ReadonlySet<string> = new Set(['issuer/credential/alg-none', 'issuer/credential/alg-symmetric']);

/** Every fault of the mock issuer that a wallet must refuse. */
export const ISSUER_FAULTS: readonly IssuerFault[] = [
  ...OFFER_FAULTS,
  ...METADATA_FAULTS,
  ...AUTHORIZATION_FAULTS,
  ...DELIVERY_FAULTS,
  ...CREDENTIAL_FAULTS,
  ...DISCLOSURE_FAULTS,
  ...STATUS_FAULTS,
].map((fault) => (UNSIGNED.has(fault.id) ? { ...fault, thenBy: ['wallet/credential/signature'] } : fault));
