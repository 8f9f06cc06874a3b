import { describe, expect, it } from 'vitest';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { Fault } from '../../core/flow.ts';
import { text } from '../../core/text.ts';
import { tamperSignature } from '../../protocol/jose/jws.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft, ResponseDraft, SdJwtDraft } from '../drafts.ts';
import { spareKey } from '../trust/spares.ts';
import { WALLET_STEPS } from './steps.ts';
import { START, playIssuance, refusals, world } from './test-kit.ts';

/** What the wallet refuses of an issuer, each with its step, and that the flow goes on without that step. */

const shared = await world();
const PRE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;
const CODE = { kind: 'issuance', grant: 'authorization_code' } as const;
const NOW = START / 1000;
const DAY = 86_400;

interface Row {
  readonly refusedBy: string;
  readonly name: string;
  readonly fault: Fault<never>;
  readonly variant: IssuanceVariant;
  /** Without the step the flow still cannot end well: what it needs is not there. */
  readonly dead?: true;
}

function row<Draft>(
  refusedBy: string,
  name: string,
  step: string,
  apply: (draft: Draft) => Draft,
  variant: IssuanceVariant = PRE,
  dead?: true,
): Row {
  const fault = {
    id: `test/${name}`,
    role: 'issuer' as const,
    step,
    refusedBy,
    title: text(name, name),
    apply: apply as Fault<never>['apply'],
  };
  return { refusedBy, name, fault, variant, ...(dead === undefined ? {} : { dead }) };
}

const json =
  (change: Record<string, unknown>) =>
  (draft: JsonDraft): JsonDraft => ({
    value: Object.fromEntries(Object.entries({ ...draft.value, ...change }).filter(([, value]) => value !== undefined)),
  });
const claims =
  (change: Record<string, unknown>) =>
  (draft: JwtDraft): JwtDraft => ({ ...draft, payload: { ...draft.payload, ...change } });
const header =
  (change: Record<string, unknown>) =>
  (draft: JwtDraft): JwtDraft => ({ ...draft, header: { ...draft.header, ...change } });
const status =
  (code: number) =>
  (draft: ResponseDraft): ResponseDraft => ({ ...draft, status: code });
const type =
  (value: string) =>
  (draft: ResponseDraft): ResponseDraft => ({
    ...draft,
    headers: [...draft.headers.filter(([name]) => name.toLowerCase() !== 'content-type'), ['content-type', value]],
  });
const spare =
  (name: 'untrusted' | 'expired' | 'second') =>
  (draft: JwtDraft): JwtDraft => {
    const key = spareKey(shared.identities.issuer, name, shared.clock, shared.random);
    return { ...draft, key, header: { ...draft.header, x5c: key.x5c } };
  };

const ROWS: readonly Row[] = [
  row<FormDraft>('offer/one-form', 'offer twice', 'credential-offer-link', ({ parameters }) => ({
    parameters: [...parameters, ...parameters],
  })),
  row<FormDraft>(
    'offer/one-form',
    'no offer',
    'credential-offer-link',
    () => ({ parameters: [['x', 'y']] }),
    PRE,
    true,
  ),
  row<BytesDraft>(
    'offer/json',
    'broken JSON',
    'credential-offer.bytes',
    ({ text: body }) => ({ text: body.slice(1) }),
    PRE,
    true,
  ),
  row<ResponseDraft>('offer/json', 'offer as text/plain', 'credential-offer-response.http', type('text/plain'), {
    ...PRE,
    offer: 'by-reference',
  }),
  row(
    'offer/issuer-url',
    'issuer with query',
    'credential-offer',
    json({ credential_issuer: 'https://mocks.example/issuer?a=b' }),
    PRE,
    true,
  ),
  row(
    'offer/issuer-url',
    'issuer over http',
    'credential-offer',
    json({ credential_issuer: 'http://mocks.example/issuer' }),
    PRE,
    true,
  ),
  row(
    'offer/configuration-ids',
    'the same id twice',
    'credential-offer',
    json({ credential_configuration_ids: ['card', 'card'] }),
  ),
  row(
    'offer/configuration-known',
    'unknown id beside a known one',
    'credential-offer',
    json({ credential_configuration_ids: ['card', 'x'] }),
  ),
  row('offer/grant', 'unknown grant only', 'credential-offer', json({ grants: { 'x-unheard-of': {} } }), PRE, true),
  row('metadata/status', '203', 'issuer-metadata-response.http', status(203)),
  row('metadata/media-type', 'text/plain', 'issuer-metadata-response.http', type('text/plain')),
  row<BytesDraft>('metadata/json', 'member twice', 'issuer-metadata.bytes', ({ text: body }) => ({
    text: `{"credential_issuer":"x",${body.slice(1)}`,
  })),
  row(
    'metadata/issuer-match',
    'another issuer',
    'issuer-metadata',
    json({ credential_issuer: 'https://mocks.example/Issuer' }),
  ),
  row(
    'metadata/credential-endpoint',
    'no endpoint',
    'issuer-metadata',
    json({ credential_endpoint: undefined }),
    PRE,
    true,
  ),
  row(
    'metadata/configurations',
    'no configurations',
    'issuer-metadata',
    json({ credential_configurations_supported: [] }),
    PRE,
    true,
  ),
  row(
    'metadata/encryption',
    'no keys',
    'issuer-metadata',
    json({
      credential_request_encryption: {
        jwks: { keys: [] },
        enc_values_supported: ['A128GCM'],
        encryption_required: false,
      },
    }),
  ),
  row(
    'metadata/signed',
    'signed metadata of another issuer',
    'signed-issuer-metadata',
    claims({ sub: 'https://another.example' }),
    { ...PRE, oddities: ['signed-metadata'] },
  ),
  row('metadata/signed', 'signed by nobody who is trusted', 'signed-issuer-metadata', spare('untrusted'), {
    ...PRE,
    oddities: ['signed-metadata'],
  }),
  row('as-metadata/status', '203', 'as-metadata-response.http', status(203)),
  row('as-metadata/issuer-match', 'another server', 'as-metadata', json({ issuer: 'https://another.example' })),
  row('as-metadata/token-endpoint', 'no token endpoint', 'as-metadata', json({ token_endpoint: undefined }), PRE, true),
  row(
    'as-metadata/authorization-endpoint',
    'no authorization endpoint',
    'as-metadata',
    json({ authorization_endpoint: undefined }),
    CODE,
    true,
  ),
  row(
    'as-metadata/par-endpoint',
    'no PAR endpoint',
    'as-metadata',
    json({ pushed_authorization_request_endpoint: undefined }),
    { ...CODE, par: true },
    true,
  ),
  row('par/shape', 'no expires_in', 'par-response', json({ expires_in: undefined }), { ...CODE, par: true }),
  row<FormDraft>(
    'authorization/state',
    'another state',
    'authorization-response',
    ({ parameters }) => ({ parameters: parameters.map(([name, value]) => [name, name === 'state' ? 'other' : value]) }),
    CODE,
  ),
  row<FormDraft>(
    'authorization/iss',
    'another iss',
    'authorization-response',
    ({ parameters }) => ({
      parameters: parameters.map(([name, value]) => [name, name === 'iss' ? 'https://another.example' : value]),
    }),
    CODE,
  ),
  row<FormDraft>(
    'authorization/iss',
    'no iss though promised',
    'authorization-response',
    ({ parameters }) => ({ parameters: parameters.filter(([name]) => name !== 'iss') }),
    CODE,
  ),
  row<FormDraft>(
    'authorization/error',
    'code and error',
    'authorization-response',
    ({ parameters }) => ({ parameters: [...parameters, ['error', 'access_denied']] }),
    CODE,
  ),
  row('token/shape', 'expires_in as text', 'token-response', json({ expires_in: '300' })),
  row('token/token-type', 'unknown token type', 'token-response', json({ token_type: 'mac' })),
  row(
    'token/token-type',
    'bearer for DPoP',
    'token-response',
    json({ token_type: 'Bearer' }),
    { ...PRE, dpop: true },
    true,
  ),
  row(
    'token/authorization-details',
    'details missing',
    'token-response',
    json({ authorization_details: undefined }),
    { ...PRE, ask: 'authorization_details' },
    true,
  ),
  row('nonce/shape', 'no nonce', 'nonce-response', json({ c_nonce: undefined }), PRE, true),
  row('credential-response/status', '201', 'credential-response.http', status(201), PRE, true),
  row<{ encrypt: boolean }>(
    'credential-response/encrypted',
    'in clear',
    'encrypted-credential-response',
    (draft) => ({ ...draft, encrypt: false }),
    { ...PRE, responseEncryption: true, requestEncryption: true },
  ),
  row<{ header: Record<string, unknown> }>(
    'credential-response/decrypt',
    'no kid',
    'encrypted-credential-response',
    (draft) => ({ ...draft, header: { ...draft.header, kid: undefined } }),
    { ...PRE, responseEncryption: true, requestEncryption: true },
  ),
  row('credential-response/shape', 'interval beside credentials', 'credential-response', json({ interval: 5 })),
  row<JsonDraft>('credential-response/count', 'two credentials for one key', 'credential-response', ({ value }) => ({
    value: { ...value, credentials: [value['credentials'], value['credentials']].flat() },
  })),
  row(
    'deferred/shape',
    'another transaction',
    'deferred-credential-response',
    json({ transaction_id: 'other', interval: 1, credentials: undefined }),
    { ...PRE, deferred: true },
    true,
  ),
  row('credential/typ', 'vc+sd-jwt', 'credential', header({ typ: 'vc+sd-jwt' })),
  row('credential/signature', 'by another key', 'credential', (draft: JwtDraft) => ({
    ...draft,
    key: generateSigningKey('ES256', shared.random),
  })),
  row<BytesDraft>('credential/signature', 'broken', 'credential.bytes', ({ text: jwt }) => ({
    text: tamperSignature(jwt),
  })),
  row('credential/issuer-trust', 'untrusted authority', 'credential', spare('untrusted')),
  row('credential/issuer-trust', 'expired certificate', 'credential', spare('expired')),
  row('credential/issuer-match', 'another issuer', 'credential', claims({ iss: 'https://another.example' })),
  row(
    'credential/issuer-key',
    'no way to the key',
    'credential',
    (draft: JwtDraft) => ({
      ...draft,
      header: { alg: draft.header['alg'], typ: 'dc+sd-jwt' },
      payload: { ...draft.payload, iss: 'urn:nobody' },
    }),
    PRE,
    true,
  ),
  row('credential/alg', 'EdDSA said, not announced', 'credential', header({ alg: 'PS512' }), PRE, true),
  row('credential/vct', 'another type', 'credential', claims({ vct: 'urn:example:other' })),
  row(
    'credential/key-binding',
    'another key',
    'credential',
    claims({ cnf: { jwk: generateSigningKey('ES256').publicJwk } }),
  ),
  row('credential/expiry', 'expired', 'credential', claims({ exp: NOW - DAY })),
  row('credential/not-before', 'not yet valid', 'credential', claims({ nbf: NOW + DAY })),
  row<SdJwtDraft>('credential/disclosures', 'a disclosure twice', 'credential.sd-jwt', (draft) => ({
    ...draft,
    disclosures: [...draft.disclosures, draft.disclosures[0] ?? ''],
  })),
  row<SdJwtDraft>('credential/format', 'with key binding', 'credential.sd-jwt', (draft) => ({
    ...draft,
    kbJwt: draft.issuerJwt,
  })),
  row(
    'credential/status-signature',
    'list signed by nobody',
    'status-list-token',
    (draft: JwtDraft) => ({ ...draft, key: generateSigningKey('ES256', shared.random) }),
    { ...PRE, status: true },
  ),
  row(
    'credential/status-signature',
    'list of another URI',
    'status-list-token',
    claims({ sub: 'https://mocks.example/issuer/status/77' }),
    { ...PRE, status: true },
  ),
  row(
    'credential/status',
    'no such entry',
    'status-list-token',
    claims({ status_list: { bits: 1, lst: 'eNpjAAAAAQAB' } }),
    { ...PRE, status: true },
  ),
];

describe('the wallet refuses', () => {
  it.each(ROWS.map((entry) => [`${entry.refusedBy}: ${entry.name}`, entry] as const))('%s', async (_name, entry) => {
    const step = `wallet/${entry.refusedBy}`;
    const play = await playIssuance(shared, entry.variant, { otherFault: entry.fault });
    expect([play.result.outcome, play.result.step]).toEqual(['refused', step]);
    expect(refusals(play.wallet)).toEqual([step]);
    expect(play.result.credentials).toEqual([]);
    const lenient = await playIssuance(shared, entry.variant, { otherFault: entry.fault, walletLeniencies: [step] });
    expect(refusals(lenient.wallet)).not.toContain(step);
    if (entry.dead !== true) expect(lenient.result).toMatchObject({ outcome: 'accepted' });
  });

  it('has a step for each row, with titles in both languages', () => {
    const ids = WALLET_STEPS.map((step) => step.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ROWS.filter((entry) => !ids.includes(`wallet/${entry.refusedBy}`))).toEqual([]);
    expect(WALLET_STEPS.filter((step) => step.title.en === '' || step.title['zh-Hant'] === '')).toEqual([]);
  });

  it('reports a credential that it refuses to the issuer', async () => {
    const bad = ROWS.find((entry) => entry.name === 'expired');
    const play = await playIssuance(
      shared,
      { ...PRE, notification: 'credential_accepted' },
      { otherFault: bad?.fault },
    );
    expect(play.notifications.map((entry) => entry.event)).toEqual(['credential_failure']);
  });
});
