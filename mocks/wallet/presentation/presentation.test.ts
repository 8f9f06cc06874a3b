import { describe, expect, it } from 'vitest';
import type { PresentationVariant } from '../../../core/contracts/variant.ts';
import type { Fault } from '../../../core/flow.ts';
import { text } from '../../../core/text.ts';
import type { TraceEntry } from '../../../core/trace/entries.ts';
import { readDcql } from '../../../protocol/dcql/query.ts';
import { selectClaims } from '../../../protocol/claims-path.ts';
import { readSdJwt, resolveSdJwt } from '../../../protocol/sd-jwt/read.ts';
import { generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { FormDraft, JsonDraft } from '../../drafts.ts';
import { CARD, QUERY, playPresentation, world } from '../test-kit.ts';
import type { Deviation } from '../test-kit.ts';
import { claimsFor } from './own-credential.ts';

const shared = await world();
const PLAIN: PresentationVariant = { kind: 'presentation' };
const ENCRYPTED: PresentationVariant = { ...PLAIN, responseMode: 'direct_post.jwt' };

/** Form bodies that the wallet posted to the response URI. */
function posted(entries: readonly TraceEntry[]): URLSearchParams[] {
  return entries.flatMap((entry) =>
    entry.type === 'message' && entry.kind === 'presentation-response' ? [new URLSearchParams(entry.body.bytes)] : [],
  );
}

/** Credentials that were presented, by query id. */
function presented(entries: readonly TraceEntry[]): Record<string, string[]> {
  return JSON.parse(posted(entries)[0]?.get('vp_token') ?? '{}') as Record<string, string[]>;
}

const query = (entry: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  credentials: [{ id: 'card', format: 'dc+sd-jwt', meta: { vct_values: [CARD.type] }, ...entry }],
  ...rest,
});

describe('selection', () => {
  const rows: [string, Record<string, unknown>, Record<string, string[][]>][] = [
    [
      'claims of any depth',
      query({ claims: [{ path: ['given_name'] }, { path: ['address', 'locality'] }] }),
      { card: [['address', 'given_name']] },
    ],
    ['no claims: nothing that can be kept back', query({}), { card: [['address']] }],
    [
      'all elements of an array',
      query({ claims: [{ path: ['nationalities', null] }] }),
      { card: [['address', 'nationalities']] },
    ],
    [
      'a claim that the sample holder lacks',
      query({ claims: [{ path: ['licences', 0, 'class'], values: ['B'] }] }),
      { card: [['address', 'licences']] },
    ],
    [
      'the first of the claim sets',
      query({
        claims: [
          { id: 'a', path: ['age_over_18'] },
          { id: 'b', path: ['family_name'] },
        ],
        claim_sets: [['a'], ['b']],
      }),
      { card: [['address', 'age_over_18']] },
    ],
    [
      'several, where several may come',
      query({ multiple: true, claims: [{ path: ['given_name'] }] }),
      {
        card: [
          ['address', 'given_name'],
          ['address', 'given_name'],
        ],
      },
    ],
    [
      'the required set only',
      {
        credentials: [
          ...query({ claims: [{ path: ['given_name'] }] }).credentials,
          { ...query({}).credentials[0], id: 'other' },
        ],
        credential_sets: [{ options: [['card']] }, { options: [['other']], required: false }],
      },
      { card: [['address', 'given_name']] },
    ],
    [
      'without holder binding no KB-JWT',
      query({ require_cryptographic_holder_binding: false, claims: [{ path: ['given_name'] }] }),
      { card: [['address', 'given_name']] },
    ],
  ];
  it.each(rows)('%s', async (_name, wanted, expected) => {
    const play = await playPresentation(shared, PLAIN, { query: wanted });
    expect([play.result, play.refusedBy]).toEqual([{ outcome: 'accepted' }, []]);
    const registered = new Set(['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status']);
    const found = Object.fromEntries(
      Object.entries(presented(play.wallet)).map(([id, list]) => [
        id,
        list.map((one) =>
          Object.entries(resolveSdJwt(readSdJwt(one)).claims)
            // An array whose elements are all kept back is still there, but empty.
            .filter(([name, value]) => !registered.has(name) && !(Array.isArray(value) && value.length === 0))
            .map(([name]) => name)
            .sort(),
        ),
      ]),
    );
    expect(found).toEqual(expected);
  });

  it('presents the value that a query asks for', () => {
    const { query: read } = readDcql(
      query({
        claims: [
          { path: ['a', null, 'b'], values: [7] },
          { path: ['c'], values: [true] },
          { path: ['address', 'country'] },
        ],
      }),
    );
    const { value } = claimsFor(CARD, read?.credentials[0]?.claims ?? []);
    expect(value).toMatchObject({ a: [{ b: 7 }], c: true, address: { country: 'TW', locality: '臺南市' } });
    expect(CARD.claims).not.toHaveProperty('a');
    expect(selectClaims(value, ['a', null, 'b']).ok).toBe(true);
  });

  it('uses a fresh holder key each time', async () => {
    const keys = new Set<unknown>();
    for (let flow = 0; flow < 3; flow++) {
      const play = await playPresentation(shared, PLAIN);
      const [one = ''] = presented(play.wallet)['card'] ?? [];
      keys.add(JSON.stringify(readSdJwt(one).issuerJwt.payload?.['cnf']));
    }
    expect(keys.size).toBe(3);
  });
});

/** A verifier that is wrong in one respect. */
function wrong<Draft>(step: string, apply: (draft: Draft) => Draft): Fault<never> {
  return {
    id: 'test/wrong',
    role: 'verifier',
    step,
    refusedBy: '',
    title: text('x', 'x'),
    apply: apply as Fault<never>['apply'],
  };
}
const parameters = (change: Record<string, unknown>) =>
  wrong(
    'request-parameters',
    ({ value }: JsonDraft): JsonDraft => ({
      value: Object.fromEntries(Object.entries({ ...value, ...change }).filter(([, item]) => item !== undefined)),
    }),
  );
const inCredential = (id: string) =>
  Buffer.from(JSON.stringify({ type: 'urn:touchstone:transaction:payment', credential_ids: [id] })).toString(
    'base64url',
  );

interface Case {
  readonly name: string;
  readonly variant?: PresentationVariant;
  readonly how: Deviation;
  readonly error: string;
  readonly outcome?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'the user declines',
    variant: { ...PLAIN, consent: 'decline' },
    how: {},
    error: 'access_denied',
    outcome: 'declined-by-user',
  },
  { name: 'not held', how: { wallet: { credentialIdentity: undefined } as never }, error: 'access_denied' },
  {
    name: 'not available',
    variant: { ...PLAIN, oddities: ['wallet-unavailable'] },
    how: {},
    error: 'wallet_unavailable',
  },
  {
    name: 'unknown scope',
    how: { otherFault: parameters({ dcql_query: undefined, scope: 'x' }) },
    error: 'invalid_scope',
  },
  { name: 'query and scope', how: { otherFault: parameters({ scope: 'x' }) }, error: 'invalid_request' },
  {
    name: 'neither query nor scope',
    how: { otherFault: parameters({ dcql_query: undefined }) },
    error: 'invalid_request',
  },
  {
    name: 'redirect_uri beside response_uri',
    how: { otherFault: parameters({ redirect_uri: 'https://mocks.example/cb' }) },
    error: 'invalid_request',
  },
  {
    name: 'formats that are not supported',
    how: { query: query({ format: 'mso_mdoc', meta: { doctype_value: 'x' } }) },
    error: 'vp_formats_not_supported',
  },
  {
    name: 'transaction data of an unknown type',
    variant: { ...PLAIN, transactionData: true },
    how: { wallet: { transactionDataTypes: ['urn:other'] } },
    error: 'invalid_transaction_data',
  },
  {
    name: 'transaction data for another query',
    how: { otherFault: parameters({ transaction_data: [inCredential('other')] }) },
    error: 'invalid_transaction_data',
  },
  {
    name: 'client_metadata of a registered client',
    variant: { ...PLAIN, clientIdPrefix: 'pre-registered' },
    how: { otherFault: parameters({ client_metadata: { vp_formats_supported: {} } }) },
    error: 'invalid_client',
  },
  {
    name: 'a prefix that nobody knows',
    variant: { ...PLAIN, request: 'by-value' },
    how: {
      otherFault: wrong(
        'presentation-request-link',
        ({ parameters: list }: FormDraft): FormDraft => ({
          parameters: list.map(([name, value]) => [name, name === 'client_id' ? 'x-unheard-of:abc' : value]),
        }),
      ),
    },
    error: 'invalid_request',
  },
];

describe('errors are told to the verifier with their code', () => {
  it.each(CASES.map((entry) => [entry.name, entry] as const))('%s', async (_name, entry) => {
    const play = await playPresentation(shared, entry.variant ?? PLAIN, entry.how);
    expect(play.result.outcome).toBe(entry.outcome ?? 'refused');
    const [body] = posted(play.wallet);
    expect(posted(play.wallet)).toHaveLength(1);
    expect(body?.get('error')).toBe(entry.error);
    expect(body?.has('vp_token')).toBe(false);
    expect(body?.has('state')).toBe(true);
    // What the wallet holds, or why the user said no, is nobody's business (OpenID4VP 15.9).
    if (entry.error === 'access_denied') expect(body?.has('error_description')).toBe(false);
  });

  it('encrypts an error where the response was to be encrypted', async () => {
    const play = await playPresentation(shared, { ...ENCRYPTED, consent: 'decline' });
    expect([...(posted(play.wallet)[0]?.keys() ?? [])]).toEqual(['response']);
    expect(play.relyingParty.status).toBe('declined-by-user');
  });

  it('says nothing to a response URI that is not the verifier’s', async () => {
    const elsewhere = parameters({ response_uri: 'https://attacker.example/response' });
    const play = await playPresentation(shared, PLAIN, { otherFault: elsewhere });
    expect(play.result).toMatchObject({ outcome: 'refused', step: 'wallet/request/response-uri-prefix' });
    expect(posted(play.wallet)).toEqual([]);
  });

  it('does not believe a certificate of a registered client', async () => {
    const stranger = generateSigningKey('ES256', shared.random);
    const { x5c } = shared.identities.verifier.signing;
    const forged = wrong('request-object', (draft: { header: object }) => ({
      ...draft,
      key: stranger,
      header: { ...draft.header, x5c, jwk: stranger.publicJwk },
    }));
    const play = await playPresentation(shared, { ...PLAIN, clientIdPrefix: 'pre-registered' }, { otherFault: forged });
    expect(play.result).toMatchObject({ outcome: 'refused', step: 'wallet/request/signature' });
  });
});

describe('the plain query', () => {
  it('is what the kit asks', () => expect(readDcql(QUERY).errors).toEqual([]));
});
