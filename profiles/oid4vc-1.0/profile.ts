import type { CredentialType, Profile } from '../../core/contracts/profile.ts';
import { text } from '../../core/text.ts';
import { CHECKS } from '../../suites/checks/index.ts';
import { TESTS } from '../../suites/tests.ts';

/** The sample holder is invented; names and numbers belong to nobody. */
const MEMBER_CARD: CredentialType = {
  id: 'member-card',
  format: 'dc+sd-jwt',
  type: 'urn:example:member-card:1',
  scope: 'member_card',
  title: text('Member card', '會員卡'),
  claims: {
    given_name: 'Mei-Ling',
    family_name: '林',
    birthdate: '1990-02-14',
    member_number: 'A-204886',
    age_over_18: true,
    address: { locality: '臺南市', street_address: '海安路一段 12 號', country: 'TW' },
    nationalities: ['TW', 'JP'],
  },
  disclosable: [
    ['given_name'],
    ['family_name'],
    ['birthdate'],
    ['member_number'],
    ['age_over_18'],
    ['address', 'locality'],
    ['address', 'street_address'],
    ['nationalities', null],
  ],
};

const LIBRARY_CARD: CredentialType = {
  id: 'library-card',
  format: 'dc+sd-jwt',
  type: 'urn:example:library-card:1',
  scope: 'library_card',
  title: text('Library card', '借書證'),
  claims: { given_name: 'Mei-Ling', card_number: 'L-7731', valid_branch: '安平' },
  disclosable: [['given_name'], ['card_number'], ['valid_branch']],
};

/** OpenID4VCI 1.0 and OpenID4VP 1.0 as they were published, with SD-JWT VC. */
export const OID4VC_1_0: Profile = {
  id: 'oid4vc-1.0',
  title: text('OpenID4VCI 1.0 and OpenID4VP 1.0 with SD-JWT VC', 'OpenID4VCI 1.0 與 OpenID4VP 1.0（SD-JWT VC）'),
  release: { version: '1.0', date: '2025-09-16', source: 'OpenID4VCI 1.0 Final, OpenID4VP 1.0 Final' },
  catalogues: ['oid4vci-1.0', 'oid4vp-1.0'],
  formats: ['dc+sd-jwt'],
  mandatory: { issuer: ['dc+sd-jwt'], wallet: ['dc+sd-jwt'], verifier: ['dc+sd-jwt'] },
  links: { offer: ['openid-credential-offer://'], request: ['openid4vp://'] },
  credentialTypes: [MEMBER_CARD, LIBRARY_CARD],
  severities: {},
  deviations: [],
  tests: TESTS,
  checks: CHECKS,
  productionHosts: [],
};
