import { expect, it } from 'vitest';
import { definitionProblems, faultOf, testsOf } from '../../harness/registry.ts';
import { loadRequirements } from '../../harness/requirements.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import { ISSUER_TESTS } from './index.ts';

/** Faults whose message is as genuine as any: only its meaning is wrong (another key, audience, session, time, use). */
const SEMANTIC: readonly string[] = [
  'authorization-request/client-other',
  'client-assertion/audience-other',
  'client-assertion/expired',
  'client-assertion/subject-other',
  'client-attestation/client-id-other',
  'client-attestation/expired',
  'client-attestation-pop/audience-other',
  'client-attestation-pop/iat-old',
  'client-attestation-pop/signature-other-key',
  'credential-request/configuration-not-offered',
  'deferred-credential-request/other-token',
  'deferred-credential-request/transaction-reused',
  'dpop-proof/ath-other-token',
  'dpop-proof/htm-other',
  'dpop-proof/htu-other',
  'dpop-proof/iat-old',
  'dpop-proof/other-key-at-credential',
  'key-attestation/expired',
  'key-proof/audience-other',
  'key-proof/nonce-unknown',
  'key-proof/signature-other-key',
  'refresh-request/client-other',
  'token-request/client-other',
  'token-request/code-reused',
  'token-request/code-verifier-of-other-flow',
  'token-request/pre-authorized-code-reused',
  'token-request/redirect-uri-wrong',
];

const negatives = ISSUER_TESTS.filter((test) => test.kind === 'negative');
const variants = ISSUER_TESTS.filter((test) => test.kind === 'variant');

it('is defined soundly', () => {
  const requirements = loadRequirements(['oid4vci-1.0', 'oid4vp-1.0', 'haip-1.0']);
  const ids = new Set(ISSUER_TESTS.map((test) => test.id));
  const problems = definitionProblems(OID4VC_1_0, { requirement: (id) => requirements.get(id) !== undefined });
  expect(problems.filter((problem) => [...ids].some((id) => problem.includes(id)))).toEqual([]);
  expect(testsOf(OID4VC_1_0, 'issuer')).toEqual(ISSUER_TESTS);
});

it('has enough of each kind; what only leaves a member out counts once for each message', () => {
  const counted = new Set(
    negatives.map((test) => (test.fault?.endsWith('-missing') === true ? `${faultOf(test.fault)?.step}` : test.id)),
  );
  const faults = new Set(negatives.map((test) => test.fault?.replace('wallet/', '')));
  expect(SEMANTIC.filter((fault) => !faults.has(fault))).toEqual([]);
  expect(ISSUER_TESTS.length).toBeGreaterThanOrEqual(40);
  expect(counted.size).toBeGreaterThanOrEqual(25);
  expect(SEMANTIC.length).toBeGreaterThanOrEqual(12);
  expect(variants.length).toBeGreaterThanOrEqual(8);
});

it('a fault is put into a straight flow that asks for no more than the fault does', () => {
  const byId = new Map(ISSUER_TESTS.map((test) => [test.id, test]));
  for (const test of negatives) {
    const control = byId.get(test.control ?? '');
    expect(control?.kind, test.id).toBe('positive');
    expect(test.features, test.id).toEqual(expect.arrayContaining([...(control?.features ?? [])]));
    expect(test.needs, test.id).toEqual(control?.needs);
  }
});

it('speaks both languages', () => {
  for (const test of ISSUER_TESTS) {
    for (const words of [test.title, ...(test.why === undefined ? [] : [test.why])]) {
      expect(words.en, test.id).toMatch(/^[A-Z]|^(state|response_type) /u);
      expect(words['zh-Hant'], test.id).toMatch(/\p{Script=Han}/u);
      expect(words['zh-Hant'], test.id).not.toBe(words.en);
    }
  }
});
