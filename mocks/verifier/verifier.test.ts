import { describe, expect, it } from 'vitest';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import { fromUtf8, header, utf8 } from '../../core/http.ts';
import { decryptCompact } from '../../protocol/jose/jwe.ts';
import { readJwt, tamperSignature, verifyJws } from '../../protocol/jose/jws.ts';
import { generateEncryptionKey, generateSigningKey } from '../../protocol/jose/keys.ts';
import { strings } from '../../protocol/json.ts';
import { readLink } from '../../protocol/links.ts';
import { encodeForm, param } from '../../protocol/oauth.ts';
import { encodeDisclosure } from '../../protocol/sd-jwt/build.ts';
import { x509Hash } from '../../protocol/x509.ts';
import { spareKey } from '../trust/spares.ts';
import type { Answer, House } from './test-wallet.ts';
import { BASE, START, STATUS_URI, QUERY, answerTo, formResponse, house, open, present } from './test-wallet.ts';
import { VERIFIER_STEPS } from './steps.ts';
import { VERIFIER_ODDITIES } from './variant.ts';

type Wish = Partial<PresentationVariant>;

const signedForms: Wish[] = [
  { request: 'uri-get', clientIdPrefix: 'x509_san_dns', responseMode: 'direct_post.jwt' },
  { request: 'uri-get', clientIdPrefix: 'x509_hash', responseMode: 'direct_post.jwt' },
  { request: 'uri-get', clientIdPrefix: 'decentralized_identifier', responseMode: 'direct_post' },
  { request: 'uri-get', clientIdPrefix: 'pre-registered', responseMode: 'direct_post.jwt' },
  { request: 'uri-post', clientIdPrefix: 'x509_san_dns', responseMode: 'direct_post' },
  { request: 'by-value-signed', clientIdPrefix: 'x509_hash', responseMode: 'direct_post.jwt' },
];

describe('straight flows', () => {
  it.each([
    ...signedForms,
    { request: 'by-value', clientIdPrefix: 'redirect_uri', responseMode: 'direct_post' },
    { request: 'by-value', clientIdPrefix: 'redirect_uri', responseMode: 'direct_post.jwt', redirectUri: true },
    { request: 'by-value', clientIdPrefix: 'pre-registered', responseMode: 'direct_post' },
    { transactionData: true, responseMode: 'direct_post.jwt' },
    { responseMode: 'direct_post.jwt', enc: 'A256CBC-HS512' },
    ...VERIFIER_ODDITIES.map((oddity): Wish => ({ responseMode: 'direct_post.jwt', oddities: [oddity] })),
    { redirectUri: true, oddities: ['redirect-uri-fragment'] },
  ] as Wish[])('%j', async (variant) => {
    const place = await house({ variant });
    const { response, reply, id, seen } = await present(place);
    expect([response.status, place.verifier.result(id)]).toMatchObject([
      200,
      { status: 'accepted', claims: { pid: [{ family_name: '王', address: { city: '臺北' } }] } },
    ]);
    expect(header(response.headers, 'content-type')).toBe('application/json');
    if (variant.redirectUri === true)
      expect(reply).toMatchObject({ redirect_uri: expect.stringContaining('response_code=') });
    expect(seen.parameters).toMatchObject({ client_id: seen.clientId, response_type: 'vp_token' });
    expect(place.verifier.result(id).claims?.['pid']?.[0]).not.toHaveProperty('given_name');
  });

  it.each(signedForms)('the request object of %j is signed, dated and addressed', async (variant) => {
    const place = await house({ variant });
    const { link } = await place.verifier.createRequest();
    const reading = readLink(link);
    const uri = param(reading, 'request_uri');
    const method = param(reading, 'request_uri_method') === 'post' ? 'POST' : 'GET';
    const fetched = uri === undefined ? undefined : await place.send({ url: uri, method });
    const jwt = readJwt(fetched === undefined ? (param(reading, 'request') ?? '') : fromUtf8(fetched.body));
    if (fetched !== undefined) {
      expect(header(fetched.headers, 'content-type')).toBe('application/oauth-authz-req+jwt');
      expect(header(fetched.headers, 'cache-control')).toBe('no-store');
    }
    const { signing, did } = place.identities.verifier;
    const leaf = Buffer.from(signing.x5c?.[0] ?? '', 'base64');
    expect(verifyJws(jwt, signing.publicJwk)).toEqual({ ok: true });
    expect(jwt.header).toMatchObject({ alg: 'ES256', typ: 'oauth-authz-req+jwt' });
    expect(jwt.payload).toMatchObject({
      aud: 'https://self-issued.me/v2',
      iat: START / 1000,
      exp: START / 1000 + 300,
      client_id: param(reading, 'client_id'),
    });
    const expected = {
      x509_san_dns: 'x509_san_dns:verifier.example',
      x509_hash: `x509_hash:${x509Hash(leaf)}`,
      decentralized_identifier: `decentralized_identifier:${did}`,
      'pre-registered': place.verifier.registration.client_id,
    };
    expect(jwt.payload?.['client_id']).toBe(expected[variant.clientIdPrefix as keyof typeof expected]);
    const named = { decentralized_identifier: { kid: `${did}#0` }, 'pre-registered': { kid: signing.kid } };
    const prefix = variant.clientIdPrefix as keyof typeof named;
    expect(jwt.header).toMatchObject(named[prefix] ?? { x5c: signing.x5c });
    expect(jwt.payload?.['client_metadata'] === undefined).toBe(variant.clientIdPrefix === 'pre-registered');
  });

  it('nonce, state and key are fresh for each request and stay the same when it is fetched again', async () => {
    const place = await house({ variant: { responseMode: 'direct_post.jwt' } });
    const links = [await place.verifier.createRequest(), await place.verifier.createRequest()];
    const seen = [];
    for (const { link } of links) seen.push((await open(place, link)).parameters, (await open(place, link)).parameters);
    const [a, again, b] = seen;
    for (const name of ['nonce', 'state', 'client_metadata', 'response_uri']) {
      expect(a?.[name]).toEqual(again?.[name]);
      expect(a?.[name]).not.toEqual(b?.[name]);
    }
  });

  it('a posted wallet_nonce comes back, in an object that is encrypted to the wallet if it gave a key', async () => {
    const place = await house({ variant: { request: 'uri-post' } });
    const { link } = await place.verifier.createRequest();
    const key = generateEncryptionKey('ECDH-ES');
    const form = encodeForm({
      wallet_nonce: 'n1',
      unheard_of: 'x',
      wallet_metadata: JSON.stringify({
        jwks: { keys: [key.publicJwk] },
        request_object_encryption_enc_values_supported: ['X', 'A256GCM'],
      }),
    });
    const response = await place.send({
      method: 'POST',
      url: param(readLink(link), 'request_uri') ?? '',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: utf8(form),
    });
    const opened = decryptCompact(fromUtf8(response.body), key.privateJwk);
    if (!opened.ok) throw new Error('not decrypted');
    expect(opened.header).toMatchObject({ enc: 'A256GCM', cty: 'JWT', kid: key.kid });
    expect(readJwt(fromUtf8(opened.plaintext)).payload).toMatchObject({ wallet_nonce: 'n1' });
  });

  it('with a redirect URI the result is given only for the response code', async () => {
    const place = await house({ variant: { redirectUri: true } });
    const { reply, id } = await present(place);
    const uri = new URL((reply as { redirect_uri: string }).redirect_uri);
    const code = uri.searchParams.get('response_code') ?? '';
    const statusOf = async (url: string) => (await place.send({ url })).status;
    expect(await statusOf(uri.href)).toBe(200);
    expect(await statusOf(`${uri.origin}${uri.pathname}?response_code=other`)).toBe(403);
    const result = async (query: string) => {
      const response = await place.send({ url: `${BASE}/control/result/${id}${query}` });
      return [response.status, JSON.parse(fromUtf8(response.body))] as const;
    };
    expect(await result('')).toEqual([200, { status: 'accepted' }]);
    expect(await result('?response_code=other')).toMatchObject([403, { error: 'access_denied' }]);
    expect(await result(`?response_code=${code}`)).toMatchObject([200, { claims: { pid: [{ family_name: '王' }] } }]);
  });

  it('requests are made over its own interface, and what is not supported says so', async () => {
    const place = await house();
    const ask = async (body: unknown) => {
      const response = await place.send({
        method: 'POST',
        url: `${BASE}/control/request`,
        body: utf8(JSON.stringify(body)),
      });
      return [response.status, JSON.parse(fromUtf8(response.body))] as const;
    };
    expect(await ask({ variant: { request: 'by-value-signed' } })).toMatchObject([
      201,
      { link: expect.stringContaining('request=') },
    ]);
    for (const variant of [
      { clientIdPrefix: 'verifier_attestation' },
      { responseMode: 'fragment' },
      { request: 'uri-get', clientIdPrefix: 'redirect_uri' },
      { request: 'by-value', clientIdPrefix: 'x509_hash' },
      { oddities: ['never-heard-of-it'] },
    ]) {
      expect(await ask({ variant })).toMatchObject([422, { error: 'unsupported' }]);
    }
  });

  it.each([
    ['access_denied', 'declined-by-user'],
    ['invalid_request', 'refused'],
  ])('an error response %s ends the transaction as %s and is acknowledged', async (error, status) => {
    for (const responseMode of ['direct_post', 'direct_post.jwt'] as const) {
      for (const encrypt of [false, responseMode === 'direct_post.jwt']) {
        const place = await house({ variant: { responseMode } });
        const { response, id } = await present(place, (answer) => {
          answer.encrypt = encrypt;
          answer.vpToken = () => undefined;
          answer.more['error'] = error;
        });
        expect([response.status, place.verifier.result(id).status]).toEqual([200, status]);
      }
    }
  });
});

/** One row: what is bent, and the step that must refuse it. */
type Row = readonly [
  name: string,
  step: string,
  bend: (answer: Answer, place: House) => unknown,
  options?: Parameters<typeof house>[0],
];

const jwtMode = { variant: { responseMode: 'direct_post.jwt' } } as const;
const withoutBinding = {
  query: { credentials: [{ ...QUERY.credentials[0], require_cryptographic_holder_binding: false }] },
};
const other = generateSigningKey('ES256');

const ROWS: readonly Row[] = [
  ['a JSON body', 'response/media-type', (a) => (a.contentType = 'application/json')],
  ['another state', 'response/transaction', (a) => (a.more['state'] = 'other')],
  ['no state', 'response/transaction', (a) => (a.more = {})],
  ['an unknown transaction', 'response/transaction', (a) => (a.url = `${BASE}/response/unknown`)],
  ['another state inside the JWE', 'response/transaction', (a) => (a.more['state'] = 'other'), jwtMode],
  ['a response in clear', 'response/encrypted', (a) => (a.encrypt = false), jwtMode],
  [
    'the JWE of another key',
    'response/decrypt',
    (a) => (a.recipient = generateEncryptionKey('ECDH-ES').publicJwk),
    jwtMode,
  ],
  ['a kid that nobody offered', 'response/decrypt', (a) => (a.jwe['kid'] = 'x'), jwtMode],
  ['no kid', 'response/decrypt', (a) => delete a.jwe['kid'], jwtMode],
  ['another alg than the key has', 'response/decrypt', (a) => (a.jwe['alg'] = 'ECDH-ES+A128KW'), jwtMode],
  ['an enc that was not offered', 'response/encryption-enc', (a) => (a.jwe['enc'] = 'A128CBC-HS256'), jwtMode],
  ['an error with a vp_token', 'response/error', (a) => (a.more['error'] = 'access_denied')],
  ['no vp_token', 'response/shape', (a) => (a.vpToken = () => undefined)],
  ['a vp_token that is a string', 'response/shape', (a) => (a.vpToken = (p) => p)],
  ['a vp_token without arrays', 'response/shape', (a) => (a.vpToken = (p) => ({ pid: p }))],
  ['an empty vp_token', 'response/shape', (a) => (a.vpToken = () => ({}))],
  ['an empty array', 'response/shape', (a) => (a.vpToken = () => ({ pid: [] }))],
  ['a query id that was not asked', 'vp-token/query-ids', (a) => (a.vpToken = (p) => ({ pid: [p], more: [p] }))],
  [
    'one of two credentials',
    'vp-token/required-queries',
    () => {},
    { query: { credentials: [QUERY.credentials[0], { ...QUERY.credentials[0], id: 'second' }] } },
  ],
  [
    'no option of a credential set',
    'vp-token/required-queries',
    () => {},
    {
      query: {
        credentials: [QUERY.credentials[0], { ...QUERY.credentials[0], id: 'second' }],
        credential_sets: [{ options: [['second'], ['pid', 'second']] }],
      },
    },
  ],
  ['two presentations', 'vp-token/multiplicity', (a) => (a.vpToken = (p) => ({ pid: [p, p] }))],
  ['an object for a string', 'presentation/format', (a) => (a.vpToken = () => ({ pid: [{}] }))],
  ['a plain JWT', 'presentation/parse', (a) => (a.vpToken = (p) => ({ pid: [p.split('~')[0]] }))],
  ['typ vc+sd-jwt', 'credential/typ', (a) => (a.issuerHeader['typ'] = 'vc+sd-jwt')],
  ['alg HS256', 'credential/alg', (a) => (a.issuerHeader['alg'] = 'HS256')],
  [
    'no way to the key',
    'credential/issuer-key',
    (a) => ((a.issuerHeader = { alg: 'ES256', typ: 'dc+sd-jwt' }), delete a.claims['iss']),
  ],
  ['another signer', 'credential/signature', (a) => (a.issuerKey = other)],
  ['a tampered signature', 'credential/signature', (a) => (a.bend = (sd) => sd.replace(/^[^~]+/, tamperSignature))],
  [
    'an untrusted issuer',
    'credential/issuer-trust',
    (a, { identities }) => {
      a.issuerKey = identities.stranger.signing;
      a.issuerHeader['x5c'] = identities.stranger.signing.x5c;
    },
  ],
  [
    'an expired issuer certificate',
    'credential/issuer-trust',
    (a, { identities, clock, context }) => {
      a.issuerKey = spareKey(identities.issuer, 'expired', clock, context.ports.random);
      a.issuerHeader['x5c'] = a.issuerKey.x5c;
    },
  ],
  ['an uncertified key, where anchors are needed', 'credential/issuer-trust', (a) => delete a.issuerHeader['x5c']],
  ['an expired credential', 'credential/expiry', (a) => (a.claims['exp'] = START / 1000 - 100)],
  ['exp as a string', 'credential/expiry', (a) => (a.claims['exp'] = '9999999999')],
  ['a credential of tomorrow', 'credential/not-before', (a) => (a.claims['nbf'] = START / 1000 + 86_400)],
  [
    'an unreferenced disclosure',
    'credential/disclosures',
    (a) => (a.bend = (sd) => `${sd}${encodeDisclosure(['c2FsdHNhbHRzYWx0c2FsdA', 'x', 1]).encoded}~`),
  ],
  ['a disclosure twice', 'credential/disclosures', (a) => (a.bend = (sd) => `${sd}${sd.split('~')[1] ?? ''}~`)],
  ['a hidden exp', 'credential/disclosures', (a) => (a.disclosable.push(['exp']), (a.disclose = 'all'))],
  ['another vct', 'credential/vct', (a) => (a.claims['vct'] = 'urn:example:other')],
  ['a claim not disclosed', 'credential/claims', (a) => (a.disclose = [['family_name']])],
  [
    'another value',
    'credential/values',
    () => {},
    { query: { credentials: [{ ...QUERY.credentials[0], claims: [{ path: ['family_name'], values: ['李', 1] }] }] } },
  ],
  [
    'another authority',
    'credential/trusted-authorities',
    () => {},
    { query: { credentials: [{ ...QUERY.credentials[0], trusted_authorities: [{ type: 'aki', values: ['AAAA'] }] }] } },
  ],
  ['no key binding', 'key-binding/present', (a) => (a.kb = false)],
  ['typ JWT', 'key-binding/typ', (a) => (a.kbHeader['typ'] = 'JWT')],
  ['alg none', 'key-binding/alg', (a) => (a.kbHeader['alg'] = 'none')],
  ['the key of somebody else', 'key-binding/signature', (a) => (a.holderKey = other)],
  ['a credential without cnf', 'key-binding/signature', (a) => delete a.claims['cnf']],
  ['another nonce', 'key-binding/nonce', (a) => (a.kbPayload['nonce'] = 'other')],
  ['another audience', 'key-binding/audience', (a) => (a.kbPayload['aud'] = 'x509_san_dns:other.example')],
  ['the audience without its prefix', 'key-binding/audience', (a) => (a.kbPayload['aud'] = 'verifier.example')],
  ['sd_hash over less', 'key-binding/sd-hash', (a) => (a.sdHashOf = (sd) => sd.slice(0, 20))],
  ['a binding of ten minutes ago', 'key-binding/iat', (a) => (a.kbPayload['iat'] = START / 1000 - 600)],
  ['a binding of tomorrow', 'key-binding/iat', (a) => (a.kbPayload['iat'] = START / 1000 + 86_400)],
  [
    'transaction data left out',
    'key-binding/transaction-data',
    (a) => delete a.kbPayload['transaction_data_hashes'],
    { variant: { transactionData: true } },
  ],
  [
    'the digest of other transaction data',
    'key-binding/transaction-data',
    (a) => (a.kbPayload['transaction_data_hashes'] = ['AAAA']),
    { variant: { transactionData: true } },
  ],
  [
    'no hash algorithm where the request has one',
    'key-binding/transaction-data',
    (a) => delete a.kbPayload['transaction_data_hashes_alg'],
    { variant: { transactionData: true } },
  ],
  [
    'a revoked credential',
    'credential/status',
    (a) => (a.claims['status'] = { status_list: { idx: 1, uri: STATUS_URI } }),
  ],
  [
    'an index beyond the list',
    'credential/status',
    (a) => (a.claims['status'] = { status_list: { idx: 64, uri: STATUS_URI } }),
  ],
  [
    'a status list by a stranger',
    'credential/status-signature',
    (a) => (a.claims['status'] = { status_list: { idx: 0, uri: `${STATUS_URI}/forged` } }),
  ],
  [
    'a status list of another address',
    'credential/status-token',
    (a) => (a.claims['status'] = { status_list: { idx: 0, uri: `${STATUS_URI}?x` } }),
  ],
  [
    'no status list there',
    'credential/status-list',
    (a) => (a.claims['status'] = { status_list: { idx: 0, uri: 'https://nowhere.example/s' } }),
  ],
];

/** Where nothing is left to accept once the step is left out: a later step refuses. */
const DEAD_ENDS = new Set([
  'no vp_token',
  'an empty vp_token',
  'a plain JWT',
  'an object for a string',
  'the JWE of another key',
]);

describe('what a wallet may not do', () => {
  it.each(ROWS.map(([name, step, bend, options]) => ({ name, step, bend, options })))(
    '$name is refused by $step, and gets further where that step is left out',
    async ({ name, step, bend, options }) => {
      const id = `verifier/${step}`;
      const refusals = (place: House): string[] =>
        place.context.log.entries.flatMap((entry) =>
          entry.type === 'event' && entry.event === 'step' && entry.result === 'refused' ? [entry.step] : [],
        );
      const place = await house(options);
      const { response, reply, id: transaction } = await present(place, (answer) => bend(answer, place));
      expect(response.status).toBe(400);
      expect(reply).toMatchObject({ error: 'invalid_request', error_description: expect.any(String) });
      expect(refusals(place)).toEqual([id]);
      const known = step !== 'response/media-type' && name !== 'an unknown transaction';
      expect(place.verifier.result(transaction)).toMatchObject(
        known ? { status: 'refused', step: id } : { status: 'pending' },
      );

      const lenient = await house({ ...options, leniencies: [id] });
      const second = await present(lenient, (answer) => bend(answer, lenient));
      expect(refusals(lenient)).not.toContain(id);
      expect(second.response.status === 200 || DEAD_ENDS.has(name)).toBe(true);
    },
  );

  it('an accepted response is refused when it comes again; a refused one may be mended', async () => {
    const place = await house();
    const { link, id } = await place.verifier.createRequest();
    const seen = await open(place, link);
    const wrong = answerTo(place, seen);
    wrong.kbPayload['nonce'] = 'other';
    expect((await place.send(formResponse(wrong))).status).toBe(400);
    expect(place.verifier.result(id).status).toBe('refused');
    const right = formResponse(answerTo(place, seen));
    expect((await place.send(right)).status).toBe(200);
    expect((await place.send(right)).status).toBe(400);
    expect(place.verifier.result(id).status).toBe('accepted');
  });

  it('a response comes too late after the lifetime of the request', async () => {
    const place = await house({ config: { lifetimes: { request: 10 } } });
    const { link, id } = await place.verifier.createRequest();
    const seen = await open(place, link);
    place.clock.advance(11_000);
    const response = await place.send(formResponse(answerTo(place, seen)));
    expect([response.status, place.verifier.result(id).step]).toEqual([400, 'verifier/response/expiry']);
    expect((await place.send({ url: param(readLink(link), 'request_uri') ?? '' })).status).toBe(404);
  });

  it.each([
    [
      'status with a list that the issuer’s own key signed',
      (a: Answer) => (a.claims['status'] = { status_list: { idx: 3, uri: `${STATUS_URI}/bare` } }),
      {},
    ],
    ['no key binding, where the query does without', (a: Answer) => (a.kb = false), withoutBinding],
    [
      'a key from the issuer’s metadata, where any issuer is trusted',
      (a: Answer) => (a.issuerHeader = { alg: 'ES256', typ: 'dc+sd-jwt', kid: a.issuerKey.kid }),
      { trust: { anchors: [], anyIssuer: true } },
    ],
    [
      'a did:jwk issuer, where any issuer is trusted',
      (a: Answer, { identities }: House) => (
        (a.issuerHeader = { alg: 'ES256', typ: 'dc+sd-jwt', kid: '#0' }), (a.claims['iss'] = identities.issuer.did)
      ),
      { trust: { anchors: [], anyIssuer: true } },
    ],
    [
      'the second of two claim sets, and an optional credential set',
      (a: Answer) => (a.disclose = [['given_name']]),
      {
        query: {
          credentials: [
            {
              ...QUERY.credentials[0],
              multiple: true,
              claims: [
                { id: 'a', path: ['birthdate'] },
                { id: 'b', path: ['given_name'], values: ['小明'] },
              ],
              claim_sets: [['a'], ['b']],
            },
            { id: 'other', format: 'mso_mdoc', meta: {} },
          ],
          credential_sets: [{ options: [['pid']] }, { options: [['other']], required: false }],
        },
      },
    ],
  ] as const)('accepts %s', async (_name, bend, options) => {
    const place = await house(options);
    const { response, id } = await present(place, (answer) => void bend(answer, place));
    expect([response.status, place.verifier.result(id)]).toMatchObject([200, { status: 'accepted' }]);
  });
});

it('a verifier with every step left out accepts everything that belongs to a transaction', async () => {
  for (const [name, , bend, options] of ROWS) {
    const place = await house({ ...options, leniencies: VERIFIER_STEPS.map(({ id }) => id) });
    const { response, id } = await present(place, (answer) => bend(answer, place));
    expect([name, response.status, place.verifier.result(id).status === 'refused']).toEqual([name, 200, false]);
  }
});

it('hostile bodies are refused without an exception', async () => {
  const place = await house({ variant: { responseMode: 'direct_post.jwt' } });
  const { link } = await place.verifier.createRequest();
  const url = String((await open(place, link)).parameters['response_uri']);
  for (const body of [
    '',
    'response=',
    'response=a.b.c.d.e',
    `response=${'['.repeat(100_000)}`,
    'x='.repeat(600_000),
    '%ff%zz',
    `vp_token=${'['.repeat(100_000)}&state=1`,
    'vp_token={"__proto__":{"x":1}}',
    'error=%00%22',
  ]) {
    const response = await place.send({
      method: 'POST',
      url,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: utf8(body),
    });
    expect(response.status).toBe(400);
  }
  expect(place.context.log.entries.some((entry) => entry.type === 'event' && entry.event === 'harness-error')).toBe(
    false,
  );
  expect((await place.send({ url: `${BASE}/elsewhere` })).status).toBe(404);
});

it('every step that the mock judges is listed, once', async () => {
  const ids = VERIFIER_STEPS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const place = await house({
    variant: { request: 'uri-post', responseMode: 'direct_post.jwt', transactionData: true, redirectUri: true },
  });
  const { reply } = await present(
    place,
    (answer) => (answer.claims['status'] = { status_list: { idx: 0, uri: STATUS_URI } }),
  );
  await place.send({ url: String(strings({ list: [(reply as { redirect_uri: string }).redirect_uri] }, 'list')?.[0]) });
  const judged = place.context.log.entries.flatMap((entry) =>
    entry.type === 'event' && entry.event === 'step' ? [entry.step] : [],
  );
  expect(judged.filter((id) => !ids.includes(id))).toEqual([]);
  // Of an error response and of other methods there are tests above.
  expect(ids.filter((id) => !judged.includes(id))).toEqual(['verifier/request-uri/method', 'verifier/response/error']);
});
