import type { VerifierFault } from './fault.ts';

const SIGNATURE = ['request/signature'];
const RESPONSE_URI = ['request/response-uri-prefix'];
const QUERY = ['query/satisfiable'];

/**
 * Steps of a careful wallet that refuse a fault in consequence: what cannot be signed has no signature to verify, what names another host cannot
 * receive the response there. Ids of faults without the role, of steps without `wallet/`.
 */
const CONSEQUENCES: Readonly<Record<string, readonly string[]>> = {
  'request-object/alg-none': SIGNATURE,
  'request-object/alg-symmetric': SIGNATURE,
  'request-object/client-id-other-than-link': ['request/san', ...RESPONSE_URI],
  'request-object/client-id-without-prefix': ['request/unknown-prefix', ...RESPONSE_URI],
  'request-object/kid-of-another-did': SIGNATURE,
  'client-id/prefix-unknown': RESPONSE_URI,
  'client-id/prefix-origin': RESPONSE_URI,
  'client-id/not-registered': [...SIGNATURE, ...RESPONSE_URI, 'request/vp-formats'],
  'client-id/x509-unsigned': ['request/certificate-trust', 'request/san', ...SIGNATURE],
  'client-id/host-not-in-certificate': RESPONSE_URI,
  'parameters/query-missing': ['request/query-valid'],
  'query/path-component': QUERY,
  'query/path-negative': QUERY,
  'query/not-an-object': QUERY,
};

/** The fault with its consequences. */
export function withConsequences(fault: VerifierFault): VerifierFault {
  const steps = CONSEQUENCES[fault.id.replace('verifier/', '')];
  return steps === undefined ? fault : { ...fault, thenBy: steps.map((step) => `wallet/${step}`) };
}
