import type { Cost, Risk, Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { Text } from '../../core/text.ts';

/**
 * A straight flow that negatives share as their control: which test it is, how it goes, and what a target must offer for it.
 * A fault is put into the simplest course that comes to its step, so that many faults share few controls.
 */
export interface Course {
  /** Id of the straight test. */
  readonly id: string;
  readonly variant: IssuanceVariant;
  readonly features: readonly string[];
  readonly needs?: readonly string[];
}

const PRE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;
const CODE = { kind: 'issuance', grant: 'authorization_code' } as const;
const BY_PRE = 'pre-authorized-code';
const BY_CODE = 'authorization-code';

/** Courses by name. */
export const COURSES = {
  pre: { id: 'issuer/flow/pre-authorized', variant: PRE, features: [BY_PRE] },
  txCode: {
    id: 'issuer/flow/pre-authorized-tx-code',
    variant: { ...PRE, txCode: true },
    features: [BY_PRE, 'tx-code'],
  },
  preDetails: {
    id: 'issuer/flow/pre-authorized-details',
    variant: { ...PRE, ask: 'authorization_details' },
    features: [BY_PRE, 'authorization-details'],
  },
  code: { id: 'issuer/flow/authorization-code', variant: CODE, features: [BY_CODE] },
  codeDetails: {
    id: 'issuer/flow/authorization-code-details',
    variant: { ...CODE, ask: 'authorization_details' },
    features: [BY_CODE, 'authorization-details'],
  },
  par: { id: 'issuer/flow/par', variant: { ...CODE, par: true }, features: [BY_CODE, 'par'] },
  parDetails: {
    id: 'issuer/flow/par-details',
    variant: { ...CODE, par: true, ask: 'authorization_details' },
    features: [BY_CODE, 'par', 'authorization-details'],
  },
  dpop: { id: 'issuer/flow/dpop', variant: { ...PRE, dpop: true }, features: [BY_PRE, 'dpop'] },
  privateKeyJwt: {
    id: 'issuer/flow/private-key-jwt',
    variant: { ...CODE, clientAuthentication: 'private_key_jwt' },
    features: [BY_CODE, 'private_key_jwt'],
    needs: ['registered-client'],
  },
  attestedClient: {
    id: 'issuer/flow/client-attestation',
    variant: { ...PRE, clientAuthentication: 'attest_jwt_client_auth' },
    features: [BY_PRE, 'attest_jwt_client_auth'],
  },
  batch: {
    id: 'issuer/flow/batch',
    variant: { ...PRE, proofs: 2 },
    features: [BY_PRE, 'batch-issuance', 'jwt-proof'],
  },
  attestation: {
    id: 'issuer/flow/attestation-proof',
    variant: { ...PRE, proofType: 'attestation' },
    features: [BY_PRE, 'attestation-proof'],
  },
  encryptedRequest: {
    id: 'issuer/flow/request-encryption',
    variant: { ...PRE, requestEncryption: true },
    features: [BY_PRE, 'request-encryption'],
  },
  encrypted: {
    id: 'issuer/flow/response-encryption',
    variant: { ...PRE, requestEncryption: true, responseEncryption: true },
    features: [BY_PRE, 'request-encryption', 'response-encryption'],
  },
  deferred: {
    id: 'issuer/flow/deferred',
    variant: { ...PRE, deferred: true },
    features: [BY_PRE, 'deferred-issuance'],
  },
  notification: {
    id: 'issuer/flow/notification-accepted',
    variant: { ...PRE, notification: 'credential_accepted' },
    features: [BY_PRE, 'notification'],
  },
  refresh: { id: 'issuer/flow/refresh', variant: { ...PRE, refresh: true }, features: [BY_PRE, 'refresh'] },
  narrowed: {
    id: 'issuer/flow/narrowed-token-request',
    variant: { ...CODE, configurations: 2, ask: 'authorization_details', oddities: ['narrowed'] },
    features: [BY_CODE, 'two-configurations', 'authorization-details'],
  },
  codeRefresh: {
    id: 'issuer/flow/authorization-code-refresh',
    variant: { ...CODE, refresh: true },
    features: [BY_CODE, 'refresh'],
  },
} as const satisfies Readonly<Record<string, Course>>;

const ONE_OFFER: Cost = { offers: 1 };

/** A straight test: the control of its course. */
export function positive(course: Course, title: Text, requirements: readonly string[], why?: Text): Test {
  return {
    id: course.id,
    role: 'issuer',
    kind: 'positive',
    title,
    ...(why === undefined ? {} : { why }),
    variant: course.variant,
    requirements,
    features: course.features,
    ...(course.needs === undefined ? {} : { needs: course.needs }),
    cost: ONE_OFFER,
  };
}

/** A legal way that is less common: must go as well as the common one. */
export function variety(
  id: string,
  title: Text,
  variant: IssuanceVariant,
  rest: {
    readonly requirements: readonly string[];
    readonly features: readonly string[];
    readonly needs?: readonly string[];
    readonly why?: Text;
    readonly severity?: NonNullable<Test['severity']>;
    readonly cost?: Cost;
  },
): Test {
  return { id: `issuer/variant/${id}`, role: 'issuer', kind: 'variant', title, variant, cost: ONE_OFFER, ...rest };
}

/** What a row of a table of negatives says beside its course. */
export interface Fault {
  /** Without `issuer/`. */
  readonly id: string;
  /** Without `wallet/`. */
  readonly fault: string;
  readonly title: Text;
  readonly why?: Text;
  readonly requirements: readonly string[];
  readonly says?: NonNullable<Test['says']>;
  /** Beside those of the course. */
  readonly features?: readonly string[];
  readonly risk?: Risk;
  readonly last?: true;
  /** Beside the one offer. */
  readonly calls?: number;
  readonly severity?: NonNullable<Test['severity']>;
}

/** A negative test in a course: its control has the same variant. */
export function negative(course: Course, row: Fault): Test {
  const { id, fault, features, calls, ...rest } = row;
  return {
    id: `issuer/${id}`,
    role: 'issuer',
    kind: 'negative',
    variant: course.variant,
    fault: `wallet/${fault}`,
    control: course.id,
    features: [...course.features, ...(features ?? [])],
    ...(course.needs === undefined ? {} : { needs: course.needs }),
    cost: calls === undefined ? ONE_OFFER : { ...ONE_OFFER, calls },
    ...rest,
  };
}

/** A token error as RFC 6749 5.2 has it. `invalid_client` may come with 401. */
export function tokenError(requirements: readonly string[], ...error: string[]): NonNullable<Test['says']> {
  const status = error.includes('invalid_client') ? [400, 401] : [400];
  return { kind: 'token-error', requirements, status, error };
}

/** A credential error about the payload (OpenID4VCI 8.3.1.2). */
export function credentialError(requirements: readonly string[], ...error: string[]): NonNullable<Test['says']> {
  return { kind: 'credential-error', requirements, status: [400], error };
}

/** A refused access token (OpenID4VCI 8.3.1.1, RFC 6750 3): where none was sent, any code or none. */
export function challenge(
  kind: 'credential-error' | 'deferred-credential-error' | 'notification-error',
  requirements: readonly string[],
  ...error: string[]
): NonNullable<Test['says']> {
  return { kind, requirements, status: [401], ...(error.length === 0 ? {} : { error }) };
}
