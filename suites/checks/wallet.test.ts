import { beforeAll, describe, expect, it } from 'vitest';
import type { Variant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { base64url } from '../../protocol/encoding.ts';
import { tamperSignature } from '../../protocol/jose/jws.ts';
import type { Jwk, SigningKey } from '../../protocol/jose/keys.ts';
import { generateSigningKey, sameKey, signingKeyFromJwk } from '../../protocol/jose/keys.ts';
import { arr, isObject, obj } from '../../protocol/json.ts';
import { readSdJwt, sdHash } from '../../protocol/sd-jwt/parse.ts';
import { playInMemory, proofSetting } from '../../harness/prove/play.ts';
import { loadRequirements } from '../../harness/requirements.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import { runView } from '../view/run.ts';
import { KEY_PROOF_CHECKS } from './key-proof.ts';
import type { Edit, JwtParts } from './testing.ts';
import { disclosure, edited, form, header, json, judged, jwt, red } from './testing.ts';

const PROFILE = OID4VC_1_0;
const START = Date.UTC(2026, 10, 23, 12);
const NOW = START / 1000;
const ISSUE = { kind: 'issuance', grant: 'pre-authorized_code' } as const;

const VARIANTS: Readonly<Record<string, Variant>> = {
  plain: { ...ISSUE, txCode: true, notification: 'credential_accepted' },
  reference: { ...ISSUE, offer: 'by-reference', deferred: true },
  code: {
    kind: 'issuance',
    grant: 'authorization_code',
    par: true,
    dpop: true,
    ask: 'authorization_details',
    oddities: ['authorization-servers'],
  },
  scope: { kind: 'issuance', grant: 'authorization_code', ask: 'scope', oddities: ['authorization-servers'] },
  assertion: { ...ISSUE, clientAuthentication: 'private_key_jwt' },
  attested: { ...ISSUE, clientAuthentication: 'attest_jwt_client_auth', par: true, grant: 'authorization_code' },
  encrypted: { ...ISSUE, requestEncryption: true, responseEncryption: true },
  present: { kind: 'presentation', responseMode: 'direct_post', request: 'uri-get', clientIdPrefix: 'x509_san_dns' },
  oneClaim: { kind: 'presentation', responseMode: 'direct_post', query: 'one-claim' },
  values: { kind: 'presentation', responseMode: 'direct_post', query: 'values' },
  secret: { kind: 'presentation', responseMode: 'direct_post.jwt', request: 'uri-post', clientIdPrefix: 'x509_hash' },
  transaction: { kind: 'presentation', responseMode: 'direct_post', transactionData: true },
};

const traces = new Map<string, readonly TraceEntry[]>();
const keys: Jwk[] = [];

beforeAll(async () => {
  const setting = await proofSetting(PROFILE, loadRequirements(PROFILE.catalogues), START);
  for (const [name, variant] of Object.entries(VARIANTS)) {
    const test = {
      id: `wallet/test/${name}`,
      role: 'wallet' as const,
      kind: 'positive' as const,
      title: text(name, name),
      variant,
      ...(variant.kind === 'presentation' ? { setup: ISSUE } : {}),
      requirements: [],
    };
    const { log, targetLog } = await playInMemory(setting, 'wallet', [test], {});
    traces.set(name, log.entries);
    for (const entry of targetLog.entries)
      if (entry.type === 'material' && isObject(entry.value) && typeof entry.value['d'] === 'string')
        keys.push(entry.value as Jwk);
  }
});

const other = generateSigningKey('ES256');

/** The wallet's own key behind a public one. */
function own(jwk: unknown): SigningKey {
  const key = keys.find((candidate) => isObject(jwk) && sameKey(candidate, jwk));
  if (key === undefined) throw new Error('the key of the wallet is not known');
  return signingKeyFromJwk(key);
}

const proof = (change: (parts: JwtParts) => void): Edit => ({
  kind: 'key-proof',
  artifact: (raw) => jwt(change, (parts) => own(parts.header['jwk']))(raw),
});

/** Changes the KB-JWT of a presentation, properly signed by the holder. */
const bound = (change: (parts: JwtParts) => void): Edit => ({
  kind: 'presentation',
  artifact: (raw) => rebound(raw, raw.slice(0, raw.lastIndexOf('~') + 1), change),
});

/** Another presented part, with a KB-JWT that fits it. */
const shown = (part: (presented: string) => string): Edit => ({
  kind: 'presentation',
  artifact: (raw) => {
    const presented = part(raw.slice(0, raw.lastIndexOf('~') + 1));
    return rebound(raw, presented, ({ payload }) => {
      payload['sd_hash'] = sdHash(presented);
    });
  },
});

function rebound(raw: string, presented: string, change: (parts: JwtParts) => void): string {
  const cnf = obj(readSdJwt(raw).issuerJwt.payload, 'cnf');
  return `${presented}${jwt(change, () => own(cnf?.['jwk']))(raw.slice(raw.lastIndexOf('~') + 1))}`;
}

const put =
  (name: string, value: unknown) =>
  ({ payload }: JwtParts): void => {
    if (value === undefined) delete payload[name];
    else payload[name] = value;
  };
const set =
  (name: string, value: unknown) =>
  (object: Record<string, unknown>): void => {
    if (value === undefined) delete object[name];
    else object[name] = value;
  };
const parameter = (name: string, value: string | undefined) =>
  form((parameters) => {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  });
/** The issuer says something else: then what the wallet did no longer fits. */
const issuer = (change: (metadata: Record<string, unknown>) => void): Edit => ({
  kind: 'issuer-metadata',
  anybody: true,
  change: json(change),
});
const configured = (change: (configuration: Record<string, unknown>) => void): Edit =>
  issuer((metadata) => {
    for (const configuration of Object.values(metadata['credential_configurations_supported'] as object))
      change(configuration as Record<string, unknown>);
  });
const token = (change: (value: Record<string, unknown>) => void): Change =>
  form((parameters) => {
    const value = JSON.parse(parameters.get('vp_token') ?? '{}') as Record<string, unknown>;
    change(value);
    parameters.set('vp_token', JSON.stringify(value));
  });
const method =
  (name: string): Change =>
  (wire) => {
    wire.method = name;
  };
const details = (change: (detail: Record<string, unknown>) => void): Change =>
  form((parameters) => {
    const list = JSON.parse(parameters.get('authorization_details') ?? '[]') as Record<string, unknown>[];
    list.forEach(change);
    parameters.set('authorization_details', JSON.stringify(list));
  });

type Change = NonNullable<Edit['change']>;

type Row = readonly [check: string, trace: string, what: string, edit: Edit];

const ROWS: readonly Row[] = [
  [
    'wallet/no-fingerprint',
    'present',
    'names itself',
    { kind: 'presentation-response', change: header('user-agent', 'Wallet/1.0 (Pixel)') },
  ],
  [
    'client-assertion/claims',
    'assertion',
    'another audience',
    { kind: 'client-assertion', artifact: (raw) => jwt(put('aud', 'https://x.example'), () => other)(raw) },
  ],
  [
    'client-assertion/claims',
    'assertion',
    'expired',
    { kind: 'client-assertion', artifact: (raw) => jwt(put('exp', NOW - 7200), () => other)(raw) },
  ],
  [
    'authorization-request/form',
    'scope',
    'JSON',
    { kind: 'par-request', change: header('content-type', 'application/json') },
  ],
  // key-proof.ts
  ['key-proof/jwt', 'plain', 'padding', { kind: 'key-proof', artifact: (raw) => `${raw}==` }],
  ['key-proof/audience', 'plain', 'another issuer', proof(put('aud', 'https://elsewhere.example'))],
  ['key-proof/nonce', 'plain', 'an invented nonce', proof(put('nonce', 'invented'))],
  ['key-proof/nonce', 'plain', 'no nonce', proof(put('nonce', undefined))],
  ['key-proof/iat', 'plain', 'an hour ago', proof(put('iat', NOW - 3600))],
  [
    'key-proof/algorithm',
    'plain',
    'an algorithm that is not published',
    configured((value) =>
      set('proof_types_supported', { jwt: { proof_signing_alg_values_supported: ['ES512'] } })(value),
    ),
  ],
  ['key-proof/signature', 'plain', 'one bit changed', { kind: 'key-proof', artifact: tamperSignature }],
  [
    'key-proof/signature',
    'plain',
    'signed by another key',
    {
      kind: 'key-proof',
      artifact: (raw) =>
        jwt(
          () => undefined,
          () => other,
        )(raw),
    },
  ],
  [
    'key-proof/public-key',
    'plain',
    'a point with a short coordinate',
    {
      kind: 'key-proof',
      artifact: (raw) =>
        jwt(
          ({ header: head }) => {
            head['jwk'] = { ...(head['jwk'] as object), x: 'AAAA' };
          },
          () => other,
        )(raw),
    },
  ],
  [
    'key-proof/did-url',
    'plain',
    'a DID without a key',
    {
      kind: 'key-proof',
      artifact: (raw) =>
        jwt(
          ({ header: head }) => {
            delete head['jwk'];
            head['kid'] = 'did:jwk:e30';
          },
          () => other,
        )(raw),
    },
  ],
  ['key-proof/issuer-claim', 'plain', 'another client', proof(put('iss', 'https://elsewhere.example'))],
  [
    'key-proof/attestation-present',
    'plain',
    'attestations are demanded',
    configured((value) =>
      set('proof_types_supported', {
        jwt: { proof_signing_alg_values_supported: ['ES256'], key_attestations_required: {} },
      })(value),
    ),
  ],
  // credential-request.ts
  ['credential-request/post', 'plain', 'PUT', { kind: 'credential-request', change: method('PUT') }],
  [
    'credential-request/media-type',
    'plain',
    'a form',
    { kind: 'credential-request', change: header('content-type', 'application/x-www-form-urlencoded') },
  ],
  [
    'credential-request/identifier',
    'plain',
    'an identifier that nobody gave',
    {
      kind: 'credential-request',
      change: json((value) => {
        delete value['credential_configuration_id'];
        value['credential_identifier'] = 'x';
      }),
    },
  ],
  [
    'credential-request/identifier',
    'code',
    'a configuration although identifiers were given',
    {
      kind: 'credential-request',
      change: json((value) => {
        delete value['credential_identifier'];
        value['credential_configuration_id'] = 'x';
      }),
    },
  ],
  [
    'credential-request/configuration',
    'plain',
    'an unknown configuration',
    { kind: 'credential-request', change: json(set('credential_configuration_id', 'x')) },
  ],
  [
    'credential-request/configuration',
    'scope',
    'the scope of another one',
    { kind: 'par-request', change: parameter('scope', 'other') },
  ],
  [
    'credential-request/access-token',
    'plain',
    'no token',
    { kind: 'credential-request', change: header('authorization', undefined) },
  ],
  [
    'credential-request/proofs',
    'plain',
    'no proofs',
    { kind: 'credential-request', change: json(set('proofs', undefined)) },
  ],
  [
    'credential-request/proofs',
    'plain',
    'another proof type',
    { kind: 'credential-request', change: json(set('proofs', { cwt: ['x'] })) },
  ],
  [
    'credential-request/batch',
    'plain',
    'twenty proofs',
    {
      kind: 'credential-request',
      change: json((value) => {
        const list = arr(value['proofs'], 'jwt') ?? [];
        value['proofs'] = { jwt: Array.from({ length: 200 }, () => list[0]) };
      }),
    },
  ],
  [
    'credential-request/encrypted-where-demanded',
    'plain',
    'a key in clear',
    {
      kind: 'credential-request',
      change: json(set('credential_response_encryption', { jwk: other.publicJwk, enc: 'A128GCM' })),
    },
  ],
  [
    'credential-request/encrypted-where-demanded',
    'plain',
    'encryption is demanded',
    issuer((value) =>
      set('credential_request_encryption', {
        ...(value['credential_request_encryption'] as object),
        encryption_required: true,
      })(value),
    ),
  ],
  [
    'credential-request/response-algorithms',
    'encrypted',
    'enc is not published',
    issuer((value) =>
      set('credential_response_encryption', {
        ...(value['credential_response_encryption'] as object),
        enc_values_supported: ['A192GCM'],
      })(value),
    ),
  ],
  [
    'credential-request/jwe',
    'encrypted',
    'enc is not published',
    issuer((value) =>
      set('credential_request_encryption', {
        ...(value['credential_request_encryption'] as object),
        enc_values_supported: ['A192GCM'],
      })(value),
    ),
  ],
  [
    'deferred-credential-request/transaction',
    'reference',
    'another transaction',
    { kind: 'deferred-credential-request', change: json(set('transaction_id', 'x')) },
  ],
  [
    'notification-request/form',
    'plain',
    'another id',
    { kind: 'notification-request', change: json(set('notification_id', 'x')) },
  ],
  // authorization-request.ts
  [
    'message/schema',
    'scope',
    'a token in the front channel',
    { kind: 'par-request', change: parameter('response_type', 'token') },
  ],
  ['authorization-request/what', 'scope', 'no scope', { kind: 'par-request', change: parameter('scope', undefined) }],
  [
    'authorization-request/details',
    'code',
    'an unknown configuration',
    { kind: 'par-request', change: details(set('credential_configuration_id', 'x')) },
  ],
  [
    'authorization-request/detail-claims',
    'code',
    'a claim twice',
    { kind: 'par-request', change: details(set('claims', [{ path: ['a'] }, { path: ['a'] }])) },
  ],
  [
    'authorization-request/locations',
    'code',
    'no locations',
    { kind: 'par-request', change: details(set('locations', undefined)) },
  ],
  [
    'authorization-request/resource',
    'scope',
    'no resource',
    { kind: 'par-request', change: parameter('resource', undefined) },
  ],
  [
    'authorization-request/issuer-state',
    'code',
    'invented',
    { kind: 'par-request', change: parameter('issuer_state', 'invented') },
  ],
  [
    'authorization-request/pkce',
    'code',
    'plain',
    { kind: 'par-request', change: parameter('code_challenge_method', 'plain') },
  ],
  [
    'authorization-request/pushed',
    'scope',
    'not pushed',
    {
      kind: 'authorization-request',
      change: (wire) => {
        wire.url = wire.url?.replace('request_uri', 'x');
      },
    },
  ],
  [
    'authorization-request/scope-of-offer',
    'scope',
    'another scope',
    { kind: 'par-request', change: parameter('scope', 'other') },
  ],
  // token-request.ts
  [
    'token-request/form',
    'plain',
    'JSON',
    { kind: 'token-request', change: header('content-type', 'application/json') },
  ],
  [
    'token-request/pre-authorized-code',
    'plain',
    'another code',
    { kind: 'token-request', change: parameter('pre-authorized_code', 'x') },
  ],
  ['token-request/tx-code', 'plain', 'no tx_code', { kind: 'token-request', change: parameter('tx_code', undefined) }],
  ['message/schema', 'code', 'tx_code with a code', { kind: 'token-request', change: parameter('tx_code', '1') }],
  [
    'token-request/code',
    'code',
    'another redirect_uri',
    { kind: 'token-request', change: parameter('redirect_uri', 'https://x.example') },
  ],
  [
    'token-request/pkce',
    'code',
    'another verifier',
    { kind: 'token-request', change: parameter('code_verifier', 'a'.repeat(43)) },
  ],
  ['token-request/dpop', 'code', 'no DPoP proof', { kind: 'token-request', change: header('dpop', undefined) }],
  // dpop.ts, client-attestation.ts
  [
    'dpop-proof/header',
    'code',
    'typ',
    {
      kind: 'dpop-proof',
      artifact: (raw) =>
        jwt(
          ({ header: head }) => {
            head['typ'] = 'JWT';
          },
          () => other,
        )(raw),
    },
  ],
  ['dpop-proof/signature', 'code', 'one bit changed', { kind: 'dpop-proof', artifact: tamperSignature }],
  [
    'dpop-proof/request',
    'code',
    'another URL',
    { kind: 'dpop-proof', artifact: (raw) => jwt(put('htu', 'https://x.example/'), () => other)(raw) },
  ],
  [
    'dpop-proof/claims',
    'code',
    'old',
    { kind: 'dpop-proof', artifact: (raw) => jwt(put('iat', NOW - 7200), () => other)(raw) },
  ],
  [
    'dpop-proof/scheme',
    'code',
    'as a bearer token',
    {
      kind: 'credential-request',
      change: (wire) => {
        const [, value = ''] = wire.headers.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
        header('authorization', value.replace(/^DPoP/i, 'Bearer'))(wire);
      },
    },
  ],
  [
    'dpop-proof/access-token',
    'code',
    'ath of another token',
    { kind: 'dpop-proof', nth: 2, artifact: (raw) => jwt(put('ath', 'x'), () => other)(raw) },
  ],
  [
    'client-attestation/form',
    'attested',
    'no cnf',
    { kind: 'client-attestation', artifact: (raw) => jwt(put('cnf', undefined), () => other)(raw) },
  ],
  [
    'client-attestation/subject',
    'attested',
    'another client',
    { kind: 'client-attestation', artifact: (raw) => jwt(put('sub', 'x'), () => other)(raw) },
  ],
  [
    'message/schema',
    'attested',
    'wallet_name as a number',
    { kind: 'client-attestation', artifact: (raw) => jwt(put('wallet_name', 1), () => other)(raw) },
  ],
  [
    'client-attestation/proof-of-possession',
    'attested',
    'signed by another key',
    {
      kind: 'client-attestation-pop',
      artifact: (raw) =>
        jwt(
          () => undefined,
          () => other,
        )(raw),
    },
  ],
  [
    'client-attestation-pop/claims',
    'attested',
    'another audience',
    { kind: 'client-attestation-pop', artifact: (raw) => jwt(put('aud', 'https://x.example'), () => other)(raw) },
  ],
  [
    'par-request/attested-client',
    'attested',
    'another client_id',
    { kind: 'par-request', change: parameter('client_id', 'x') },
  ],
  // wallet-requests.ts
  ['nonce-request/post', 'plain', 'GET', { kind: 'nonce-request', change: method('GET') }],
  ['issuer-metadata-request/get', 'plain', 'POST', { kind: 'issuer-metadata-request', change: method('POST') }],
  [
    'issuer-metadata-request/accept',
    'plain',
    'HTML',
    { kind: 'issuer-metadata-request', change: header('accept', 'text/html') },
  ],
  [
    'issuer-metadata-request/accept-language',
    'plain',
    'malformed',
    { kind: 'issuer-metadata-request', change: header('accept-language', 'zh_TW') },
  ],
  ['credential-offer-request/get', 'reference', 'POST', { kind: 'credential-offer-request', change: method('POST') }],
  ['request-uri-request/method', 'present', 'POST unasked', { kind: 'request-uri-request', change: method('POST') }],
  [
    'request-uri-request/post-form',
    'secret',
    'any Accept',
    { kind: 'request-uri-request', change: header('accept', '*/*') },
  ],
  // presentation-response.ts
  [
    'presentation-response/form',
    'present',
    'JSON',
    { kind: 'presentation-response', change: header('content-type', 'application/json') },
  ],
  [
    'presentation-response/response-uri',
    'present',
    'another URL',
    {
      kind: 'presentation-response',
      change: (wire) => {
        wire.url = 'https://x.example/';
      },
    },
  ],
  [
    'presentation-response/mode',
    'secret',
    'in clear',
    {
      kind: 'presentation-response',
      change: (wire) => {
        wire.text = 'vp_token=%7B%7D';
      },
    },
  ],
  [
    'presentation-response/jwe',
    'secret',
    'another header',
    {
      kind: 'presentation-response',
      change: form((parameters) => {
        const [, ...rest] = (parameters.get('response') ?? '').split('.');
        parameters.set('response', [base64url(JSON.stringify({ alg: 'ECDH-ES', enc: 'A192GCM' })), ...rest].join('.'));
      }),
    },
  ],
  // presentation.ts
  [
    'presentation-payload/state',
    'present',
    'another state',
    { kind: 'presentation-response', change: parameter('state', 'x') },
  ],
  [
    'message/schema',
    'present',
    'an error beside the token',
    { kind: 'presentation-response', change: parameter('error', 'access_denied') },
  ],
  [
    'presentation-payload/queries',
    'present',
    'a key that is no query',
    {
      kind: 'presentation-response',
      change: token((value) => {
        value['other'] = Object.values(value)[0];
      }),
    },
  ],
  [
    'presentation-payload/queries',
    'present',
    'two for one',
    {
      kind: 'presentation-response',
      change: token((value) => {
        for (const [name, list] of Object.entries(value))
          value[name] = [...(list as unknown[]), ...(list as unknown[])];
      }),
    },
  ],
  [
    'presentation-payload/complete',
    'present',
    'nothing',
    {
      kind: 'presentation-response',
      change: token((value) => {
        for (const name of Object.keys(value)) delete value[name];
      }),
    },
  ],
  [
    'presentation/sd-jwt',
    'present',
    'a disclosure without a digest',
    shown((presented) => `${presented}${disclosure('salt', 'extra', 1)}~`),
  ],
  [
    'presentation/key-binding',
    'present',
    'no KB-JWT',
    { kind: 'presentation', artifact: (raw) => raw.slice(0, raw.lastIndexOf('~') + 1) },
  ],
  // kb-jwt.ts
  ['kb-jwt/signature', 'present', 'one bit changed', { kind: 'presentation', artifact: tamperSignature }],
  [
    'kb-jwt/signature',
    'present',
    'another key',
    {
      kind: 'presentation',
      artifact: (raw) =>
        `${raw.slice(0, raw.lastIndexOf('~') + 1)}${jwt(
          () => undefined,
          () => other,
        )(raw.slice(raw.lastIndexOf('~') + 1))}`,
    },
  ],
  ['kb-jwt/nonce', 'present', 'another nonce', bound(put('nonce', 'x'))],
  [
    'kb-jwt/audience',
    'present',
    'client_id without its prefix',
    bound(({ payload }) => {
      payload['aud'] = String(payload['aud']).replace(/^[^:]+:/, '');
    }),
  ],
  ['kb-jwt/sd-hash', 'present', 'hash of something else', bound(put('sd_hash', base64url('x')))],
  ['kb-jwt/iat', 'present', 'tomorrow', bound(put('iat', NOW + 86_400))],
  [
    'kb-jwt/transaction-data',
    'transaction',
    'hash of other data',
    bound(put('transaction_data_hashes', [base64url('x')])),
  ],
  ['kb-jwt/transaction-data', 'transaction', 'no hash', bound(put('transaction_data_hashes', undefined))],
  // disclosure.ts
  [
    'presentation/requested-claims',
    'present',
    'one disclosure less',
    shown((presented) => {
      const parts = presented.split('~');
      parts.splice(1, 1);
      return parts.join('~');
    }),
  ],
];

describe('a wallet', () => {
  it.each(Object.keys(VARIANTS))('is not accused in the straight flow %s', (name) => {
    const seen = judged(traces.get(name) ?? [], 'wallet', PROFILE);
    const bad = seen.filter(({ observation }) => !['met', 'not-applicable'].includes(observation.observed));
    expect(bad).toEqual([]);
    expect(seen.length).toBeGreaterThan(20);
  });

  it.each(ROWS)('%s (%s): %s', (check, trace, _what, edit) => {
    const entries = traces.get(trace) ?? [];
    expect(red(judged(entries, 'wallet', PROFILE))).not.toContain(check);
    expect(red(judged(edited(entries, edit), 'wallet', PROFILE))).toContain(check);
  });

  it('discloses too much where the query asks for less', () => {
    const entries = traces.get('present') ?? [];
    const query = { kind: 'request-object', anybody: true } as const;
    const asked = edited(entries, {
      ...query,
      change: (wire) => {
        wire.text = jwt(
          ({ payload }) => {
            for (const credential of arr(payload['dcql_query'], 'credentials') ?? [])
              (credential as Record<string, unknown>)['claims'] = [{ path: ['given_name'] }];
          },
          () => other,
        )(wire.text);
      },
    });
    expect(red(judged(asked, 'wallet', PROFILE))).toContain('presentation/least-disclosure');
    const valued = edited(traces.get('values') ?? [], {
      ...query,
      change: (wire) => {
        wire.text = jwt(
          ({ payload }) => {
            for (const credential of arr(payload['dcql_query'], 'credentials') ?? [])
              for (const claim of arr(credential, 'claims') ?? [])
                (claim as Record<string, unknown>)['values'] = ['somebody else'];
          },
          () => other,
        )(wire.text);
      },
    });
    expect(red(judged(valued, 'wallet', PROFILE))).toContain('presentation/values');
    const typed = edited(entries, {
      ...query,
      change: (wire) => {
        wire.text = jwt(
          ({ payload }) => {
            for (const credential of arr(payload['dcql_query'], 'credentials') ?? [])
              (credential as Record<string, unknown>)['meta'] = { vct_values: ['urn:other'] };
          },
          () => other,
        )(wire.text);
      },
    });
    expect(red(judged(typed, 'wallet', PROFILE))).toContain('presentation/type');
  });

  it('says nothing about what the harness wrote', () => {
    for (const entries of traces.values()) {
      const ours = new Set(
        entries.filter((entry) => entry.type === 'message' && entry.author !== 'sut').map((entry) => entry.seq),
      );
      const seen = judged(entries, 'wallet', PROFILE);
      expect(seen.filter(({ observation }) => ours.has(observation.evidence[0] ?? -1))).toEqual([]);
    }
  });

  it('may use a kind of DID key that is not known here, with a DID URL', () => {
    const did = 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme';
    const entries = edited(traces.get('plain') ?? [], {
      kind: 'key-proof',
      artifact: (raw) =>
        jwt(
          ({ header: head }) => {
            delete head['jwk'];
            head['kid'] = `${did}#${did.slice('did:key:'.length)}`;
          },
          (parts) => own(parts.header['jwk']),
        )(raw),
    });
    const seen = judged(entries, 'wallet', PROFILE);
    expect(red(seen)).toEqual([]);
    expect(seen.find(({ check }) => check === 'key-proof/signature')?.observation.observed).toBe('unjudged');
  });

  it('is only warned where its clock is off by less than most receivers take', () => {
    const run = (seconds: number) => {
      const entries = edited(traces.get('plain') ?? [], proof(put('iat', NOW - seconds)));
      const view = runView(entries, { role: 'wallet', profile: PROFILE, skewMs: 60_000, variantOf: () => undefined });
      const check = KEY_PROOF_CHECKS.find(({ id }) => id === 'key-proof/iat');
      const flow = view.flows[0];
      const message = flow?.sut('key-proof')[0];
      if (check?.scope !== 'message' || flow === undefined || message === undefined) throw new Error('no proof');
      return [...check.judge(message, flow, view)].map(({ observed, atMost }) => [observed, atMost]);
    };
    expect(run(30)).toEqual([['met', undefined]]);
    expect(run(200)).toEqual([['violated', 'warning']]);
    expect(run(3600)).toEqual([['violated', undefined]]);
  });
});
