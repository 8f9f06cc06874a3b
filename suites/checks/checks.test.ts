import { describe, expect, it } from 'vitest';
import { indexRequirements } from '../../core/requirements.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import type { Role } from '../../core/kinds.ts';
import { ROLES } from '../../core/kinds.ts';
import { text } from '../../core/text.ts';
import { ISSUER_ODDITIES } from '../../mocks/issuer/oddities.ts';
import { PRESENTATION_ODDITIES } from '../../mocks/wallet/oddities.ts';
import { VERIFIER_ODDITIES } from '../../mocks/verifier/variant.ts';
import { QUERY_NAMES } from '../queries.ts';
import { playInMemory, proofSetting } from '../../harness/prove/play.ts';
import { loadCatalogue, loadRequirements } from '../../harness/requirements.ts';
import { testsOf } from '../../harness/registry.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import { CHECKS } from './index.ts';
import { judged } from './testing.ts';

const index = indexRequirements(['oid4vci-1.0', 'oid4vp-1.0', 'haip-1.0'].map((id) => loadCatalogue(id).requirements));

/** Queries that a verifier should not send, though a wallet has to cope with them. */
const STRANGE_QUERIES = ['unsatisfiable', 'same-claim-twice'];

/** Every legal oddity of the mocks in the plain flows, and the forms of requests and queries. */
function legal(role: Role): Test[] {
  const issuance: IssuanceVariant[] = [
    ...ISSUER_ODDITIES.map((oddity, at) => ({
      kind: 'issuance' as const,
      grant: at % 2 === 0 ? ('pre-authorized_code' as const) : ('authorization_code' as const),
      proofs: 2,
      status: true as const,
      notification: 'credential_accepted' as const,
      oddities: [oddity],
    })),
    {
      kind: 'issuance',
      grant: 'pre-authorized_code',
      requestEncryption: true,
      responseEncryption: true,
      deferred: true,
    },
    { kind: 'issuance', grant: 'authorization_code', dpop: true, dpopNonce: true, refresh: true },
    { kind: 'issuance', grant: 'pre-authorized_code', proofType: 'attestation', proofs: 2 },
    { kind: 'issuance', grant: 'pre-authorized_code', proofKey: 'kid' },
    { kind: 'issuance', grant: 'pre-authorized_code', proofKey: 'x5c' },
    { kind: 'issuance', grant: 'pre-authorized_code', proofAlg: 'EdDSA' },
    { kind: 'issuance', grant: 'authorization_code', par: true, clientAuthentication: 'attest_jwt_client_auth' },
  ];
  const presentation: PresentationVariant[] = [
    ...[...VERIFIER_ODDITIES, ...PRESENTATION_ODDITIES].map((oddity) => ({
      kind: 'presentation' as const,
      oddities: [oddity],
    })),
    ...QUERY_NAMES.filter((query) => !STRANGE_QUERIES.includes(query)).map((query) => ({
      kind: 'presentation' as const,
      query,
    })),
    ...(['by-value-signed', 'uri-get', 'uri-post'] as const).flatMap((request) =>
      (['x509_san_dns', 'x509_hash', 'decentralized_identifier'] as const).flatMap((clientIdPrefix) =>
        (['direct_post.jwt'] as const).map((responseMode) => ({
          kind: 'presentation' as const,
          request,
          clientIdPrefix,
          responseMode,
          transactionData: true as const,
        })),
      ),
    ),
    { kind: 'presentation', request: 'by-value', clientIdPrefix: 'redirect_uri' },
    { kind: 'presentation', consent: 'decline' },
    { kind: 'presentation', clientIdPrefix: 'pre-registered', responseMode: 'direct_post.jwt' },
  ];
  const variants = role === 'issuer' ? issuance : role === 'verifier' ? presentation : [...issuance, ...presentation];
  return variants.map((variant, at) => ({
    id: `${role}/legal/${at}`,
    role,
    kind: 'variant',
    title: text('legal', '合法'),
    variant,
    ...(role === 'wallet' && variant.kind === 'presentation'
      ? { setup: { kind: 'issuance', grant: 'pre-authorized_code' } }
      : {}),
    requirements: [],
  }));
}

describe('every check', () => {
  it('has an id of its own, texts, and requirements that stand in a catalogue', () => {
    const ids = CHECKS.map((check) => check.id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const check of CHECKS) {
      expect({ id: check.id, unknown: check.requirements.filter((id) => index.get(id) === undefined) }).toEqual({
        id: check.id,
        unknown: [],
      });
      expect(check.requirements.length).toBeGreaterThan(0);
      expect(check.title['zh-Hant']).toMatch(/[\u4e00-\u9fff]|^[a-z-]+ /u);
    }
  });

  it.each(ROLES)('is silent on all legal ways that a conforming %s goes', async (role) => {
    const setting = await proofSetting(OID4VC_1_0, loadRequirements(OID4VC_1_0.catalogues), Date.UTC(2026, 10, 23));
    const tests = [...testsOf(OID4VC_1_0, role).filter((test) => test.kind !== 'negative'), ...legal(role)];
    const { log } = await playInMemory(setting, role, tests, {});
    const seen = judged(log.entries, role, OID4VC_1_0);
    const declared = new Map(CHECKS.map((check) => [check.id, new Set(check.requirements)]));
    // What a check says stands among what it promises.
    for (const { check, observation } of seen) {
      expect((observation.requirements ?? []).filter((id) => declared.get(check)?.has(id) !== true)).toEqual([]);
      expect(observation.evidence.length).toBeGreaterThan(0);
    }
    const bad = seen
      .filter(({ observation }) => !['met', 'not-applicable'].includes(observation.observed))
      // Catalogues that the profile does not claim are not its business.
      .filter(({ check, observation }) =>
        (observation.requirements ?? [...(declared.get(check) ?? [])]).some((id) => !id.startsWith('HAIP')),
      );
    expect(
      bad.map(({ check, observation }) => `${check}: ${observation.message.en} (${observation.seen ?? ''})`),
    ).toEqual([]);
  });
});
