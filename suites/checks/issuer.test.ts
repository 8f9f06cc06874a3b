import { beforeAll, describe, expect, it } from 'vitest';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { base64url, sha256Base64url } from '../../protocol/encoding.ts';
import { tamperSignature } from '../../protocol/jose/jws.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { playInMemory, proofSetting } from '../../harness/prove/play.ts';
import type { ProofSetting } from '../../harness/prove/play.ts';
import { loadRequirements } from '../../harness/requirements.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import type { Edit } from './testing.ts';
import { disclosure, edited, header, json, judged, jwt, red } from './testing.ts';

const PROFILE = OID4VC_1_0;
const START = Date.UTC(2026, 10, 23, 12);

const VARIANTS: Readonly<Record<string, IssuanceVariant>> = {
  plain: { kind: 'issuance', grant: 'pre-authorized_code', notification: 'credential_accepted', status: true },
  reference: { kind: 'issuance', grant: 'pre-authorized_code', txCode: true, offer: 'by-reference' },
  code: {
    kind: 'issuance',
    grant: 'authorization_code',
    par: true,
    dpop: true,
    ask: 'authorization_details',
    proofs: 2,
  },
  encrypted: { kind: 'issuance', grant: 'pre-authorized_code', requestEncryption: true, responseEncryption: true },
  deferred: { kind: 'issuance', grant: 'pre-authorized_code', deferred: true },
};

let setting: ProofSetting;
const traces = new Map<string, readonly TraceEntry[]>();

async function recorded(names: readonly string[]): Promise<readonly TraceEntry[]> {
  const tests = names.map((name) => ({
    id: `issuer/test/${name}`,
    role: 'issuer' as const,
    kind: 'positive' as const,
    title: text(name, name),
    variant: VARIANTS[name] ?? { kind: 'issuance' as const, grant: 'pre-authorized_code' as const },
    requirements: [],
  }));
  const { log } = await playInMemory(setting, 'issuer', tests, {});
  return log.entries;
}

beforeAll(async () => {
  setting = await proofSetting(PROFILE, loadRequirements(PROFILE.catalogues), START);
  for (const name of Object.keys(VARIANTS)) traces.set(name, await recorded([name]));
});

const other = generateSigningKey('ES256');
const sign = (change: Parameters<typeof jwt>[0]) => (raw: string) =>
  jwt(change, () => setting.theirs.issuer.signing)(raw);
const set =
  (name: string, value: unknown) =>
  (object: Record<string, unknown>): void => {
    if (value === undefined) delete object[name];
    else object[name] = value;
  };
const each = (name: string, value: unknown) =>
  json((metadata) => {
    for (const configuration of Object.values(metadata['credential_configurations_supported'] as object))
      set(name, value)(configuration as Record<string, unknown>);
  });

/** [check, trace, what is wrong, edit] */
type Row = readonly [check: string, trace: string, what: string, edit: Edit];

const ROWS: readonly Row[] = [
  ['nonce-response/guessable', 'plain', 'two digits', { kind: 'nonce-response', change: json(set('c_nonce', '42')) }],
  [
    'credential-offer/tx-code',
    'reference',
    'another length',
    {
      kind: 'credential-offer',
      change: json((value) => {
        for (const grant of Object.values(value['grants'] as object))
          (grant as Record<string, unknown>)['tx_code'] = { length: 99 };
      }),
    },
  ],
  [
    'credential/public-holder-key',
    'plain',
    'a private member',
    {
      kind: 'credential',
      artifact: (raw) => sign(({ payload }) => set('cnf', { jwk: other.privateJwk })(payload))(raw),
    },
  ],
  [
    'as-metadata/endpoints',
    'plain',
    'a fragment',
    { kind: 'as-metadata', change: json(set('token_endpoint', 'https://x.example/token#x')) },
  ],
  [
    'as-metadata/endpoints',
    'plain',
    'no response types',
    { kind: 'as-metadata', change: json(set('response_types_supported', undefined)) },
  ],
  [
    'as-metadata/dpop-algorithms',
    'plain',
    'a MAC',
    { kind: 'as-metadata', change: json(set('dpop_signing_alg_values_supported', ['HS256'])) },
  ],
  // credential.ts
  [
    'credential/sd-jwt',
    'plain',
    'a disclosure that no digest refers to',
    { kind: 'credential', artifact: (raw) => `${raw}${disclosure('salt', 'extra', 1)}~` },
  ],
  ['credential/sd-jwt', 'plain', 'no tilde at the end', { kind: 'credential', artifact: (raw) => raw.slice(0, -1) }],
  [
    'credential/sd-jwt',
    'plain',
    'one disclosure twice',
    { kind: 'credential', artifact: (raw) => `${raw}${raw.split('~')[1] ?? ''}~` },
  ],
  [
    'credential/sd-jwt',
    'plain',
    'a key binding JWT',
    { kind: 'credential', artifact: (raw) => `${raw}${raw.split('~')[0] ?? ''}` },
  ],
  [
    'credential/not-encoded-again',
    'plain',
    'base64url of the SD-JWT',
    { kind: 'credential', artifact: (raw) => base64url(raw) },
  ],
  [
    'message/schema',
    'plain',
    'typ vc+sd-jwt',
    { kind: 'credential', artifact: (raw) => sign(({ header: head }) => set('typ', 'vc+sd-jwt')(head))(raw) },
  ],
  [
    'credential/algorithm',
    'plain',
    'an algorithm that is not published',
    { kind: 'issuer-metadata', change: each('credential_signing_alg_values_supported', ['ES512']) },
  ],
  [
    'credential/signature',
    'plain',
    'a signature with one bit changed',
    { kind: 'credential', artifact: (raw) => raw.replace(/^[^~]+/, tamperSignature) },
  ],
  [
    'credential/signature',
    'plain',
    'another key than that of x5c',
    {
      kind: 'credential',
      artifact: (raw) =>
        jwt(
          () => undefined,
          () => other,
        )(raw),
    },
  ],
  [
    'credential/vct',
    'plain',
    'another vct',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('vct', 'urn:example:other')(payload))(raw) },
  ],
  [
    'credential/vct',
    'plain',
    'no vct',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('vct', undefined)(payload))(raw) },
  ],
  [
    'credential/times',
    'plain',
    'expired',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('exp', START / 1000 - 3600)(payload))(raw) },
  ],
  [
    'credential/times',
    'plain',
    'iat tomorrow',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('iat', START / 1000 + 86_400)(payload))(raw) },
  ],
  [
    'credential/times',
    'plain',
    'exp as text',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('exp', '2027-01-01')(payload))(raw) },
  ],
  [
    'credential/open-claims',
    'plain',
    'status selectively disclosable',
    {
      kind: 'credential',
      artifact: (raw) => {
        const hidden = disclosure('c2FsdHNhbHRzYWx0c2FsdA', 'status', {
          status_list: { idx: 1, uri: 'https://x.example/l' },
        });
        const made = sign(({ payload }) => {
          delete payload['status'];
          payload['_sd'] = [...((payload['_sd'] as string[] | undefined) ?? []), sha256Base64url(hidden)];
        })(raw);
        return `${made}${hidden}~`;
      },
    },
  ],
  [
    'credential/holder-key',
    'plain',
    'bound to another key',
    {
      kind: 'credential',
      artifact: (raw) => sign(({ payload }) => set('cnf', { jwk: other.publicJwk })(payload))(raw),
    },
  ],
  [
    'credential/holder-key',
    'plain',
    'not bound',
    { kind: 'credential', artifact: (raw) => sign(({ payload }) => set('cnf', undefined)(payload))(raw) },
  ],
  [
    'credential/binding-method',
    'plain',
    'jwk is not published',
    { kind: 'issuer-metadata', change: each('cryptographic_binding_methods_supported', ['did:key']) },
  ],
  [
    'credential/mandatory-claims',
    'plain',
    'a mandatory claim is missing',
    {
      kind: 'issuer-metadata',
      change: each('credential_metadata', { claims: [{ path: ['no_such'], mandatory: true }] }),
    },
  ],
  [
    'credential/status-reference',
    'plain',
    'a negative index',
    {
      kind: 'credential',
      artifact: (raw) =>
        sign(({ payload }) => set('status', { status_list: { idx: -1, uri: 'https://x.example/l' } })(payload))(raw),
    },
  ],
  [
    'credential/limited-validity',
    'reference',
    'neither exp nor status',
    {
      kind: 'credential',
      artifact: (raw) =>
        sign(({ payload }) => {
          delete payload['exp'];
          delete payload['status'];
        })(raw),
    },
  ],
  [
    'credential/x5c',
    'plain',
    'no x5c',
    { kind: 'credential', artifact: (raw) => sign(({ header: head }) => set('x5c', undefined)(head))(raw) },
  ],
  // issuer-metadata.ts
  [
    'issuer-metadata/identifier',
    'plain',
    'a trailing slash',
    {
      kind: 'issuer-metadata',
      change: json((value) => {
        value['credential_issuer'] = `${String(value['credential_issuer'])}/`;
      }),
    },
  ],
  [
    'issuer-metadata/status',
    'plain',
    '203',
    {
      kind: 'issuer-metadata',
      change: (wire) => {
        wire.status = 203;
      },
    },
  ],
  [
    'issuer-metadata/media-type',
    'plain',
    'text/html',
    { kind: 'issuer-metadata', change: header('content-type', 'text/html') },
  ],
  [
    'issuer-metadata/content-language',
    'plain',
    'an underscore',
    { kind: 'issuer-metadata', change: header('content-language', 'zh_TW') },
  ],
  [
    'message/schema',
    'plain',
    'a DID method with an id',
    { kind: 'issuer-metadata', change: each('cryptographic_binding_methods_supported', ['did:web:x.example']) },
  ],
  [
    'issuer-metadata/format-identifier',
    'plain',
    'vc+sd-jwt',
    { kind: 'issuer-metadata', change: each('format', 'vc+sd-jwt') },
  ],
  [
    'issuer-metadata/claims-consistent',
    'plain',
    'a claim twice',
    { kind: 'issuer-metadata', change: each('credential_metadata', { claims: [{ path: ['a'] }, { path: ['a'] }] }) },
  ],
  [
    'issuer-metadata/nonce-endpoint',
    'plain',
    'no nonce endpoint',
    { kind: 'issuer-metadata', change: json(set('nonce_endpoint', undefined)) },
  ],
  [
    'issuer-metadata/scope-per-configuration',
    'plain',
    'no scope',
    { kind: 'issuer-metadata', change: each('scope', undefined) },
  ],
  // as-metadata.ts
  [
    'as-metadata/location',
    'plain',
    'the place of OpenID Connect',
    {
      kind: 'as-metadata-request',
      anybody: true,
      change: (wire) => {
        wire.url = wire.url?.replace('oauth-authorization-server', 'openid-configuration');
      },
    },
  ],
  ['token-response/bound', 'code', 'Bearer', { kind: 'token-response', change: json(set('token_type', 'Bearer')) }],
  [
    'as-metadata/issuer',
    'plain',
    'another issuer',
    { kind: 'as-metadata', change: json(set('issuer', 'https://elsewhere.example')) },
  ],
  [
    'as-metadata/endpoints',
    'plain',
    'no token endpoint',
    { kind: 'as-metadata', change: json(set('token_endpoint', undefined)) },
  ],
  [
    'as-metadata/authentication-methods',
    'plain',
    'none published',
    { kind: 'as-metadata', change: json(set('token_endpoint_auth_methods_supported', undefined)) },
  ],
  [
    'as-metadata/pkce',
    'plain',
    'plain only',
    { kind: 'as-metadata', change: json(set('code_challenge_methods_supported', ['plain'])) },
  ],
  [
    'as-metadata/par',
    'plain',
    'no endpoint',
    { kind: 'as-metadata', change: json(set('pushed_authorization_request_endpoint', undefined)) },
  ],
  // credential-offer.ts
  [
    'message/schema',
    'plain',
    'both forms',
    {
      kind: 'credential-offer-link',
      change: (wire) => {
        wire.text += '&credential_offer_uri=https%3A%2F%2Fx.example';
      },
    },
  ],
  [
    'message/schema',
    'plain',
    'no JSON',
    {
      kind: 'credential-offer-link',
      change: (wire) => {
        wire.text = 'openid-credential-offer://?credential_offer=%7Bnot';
      },
    },
  ],
  [
    'message/schema',
    'reference',
    'http',
    {
      kind: 'credential-offer-link',
      change: (wire) => {
        wire.text = 'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fx.example%2Fo';
      },
    },
  ],
  [
    'credential-offer/not-signed',
    'reference',
    'a JWT',
    {
      kind: 'credential-offer',
      change: (wire) => {
        wire.text = 'e30.e30.';
      },
    },
  ],
  [
    'credential-offer/configurations-known',
    'reference',
    'an unknown configuration',
    { kind: 'credential-offer', change: json(set('credential_configuration_ids', ['nothing'])) },
  ],
  [
    'credential-offer/authorization-server',
    'reference',
    'a server that is not listed',
    {
      kind: 'credential-offer',
      change: json((value) => {
        for (const grant of Object.values(value['grants'] as object))
          (grant as Record<string, unknown>)['authorization_server'] = 'https://x.example';
      }),
    },
  ],
  [
    'credential-offer/media-type',
    'reference',
    'text/plain',
    { kind: 'credential-offer', change: header('content-type', 'text/plain') },
  ],
  // token.ts, nonce.ts, http.ts
  [
    'token-response/no-store',
    'plain',
    'may be cached',
    { kind: 'token-response', change: header('cache-control', 'private') },
  ],
  [
    'token-response/media-type',
    'plain',
    'HTML',
    {
      kind: 'token-response',
      change: (wire) => {
        wire.text = '<html>';
      },
    },
  ],
  [
    'token-response/authorization-details',
    'code',
    'left out',
    { kind: 'token-response', change: json(set('authorization_details', undefined)) },
  ],
  [
    'token-response/identifiers-distinct',
    'code',
    'one identifier twice',
    {
      kind: 'token-response',
      change: json((value) => {
        value['authorization_details'] = [
          ...(value['authorization_details'] as unknown[]),
          ...(value['authorization_details'] as unknown[]),
        ];
      }),
    },
  ],
  [
    'token-response/lifetime',
    'plain',
    'a bearer token for a year',
    {
      kind: 'token-response',
      change: json((value) => {
        value['token_type'] = 'Bearer';
        value['expires_in'] = 31_536_000;
      }),
    },
  ],
  [
    'nonce-response/no-store',
    'plain',
    'no Cache-Control',
    { kind: 'nonce-response', change: header('cache-control', undefined) },
  ],
  ['message/schema', 'plain', 'a number', { kind: 'nonce-response', change: json(set('c_nonce', 7)) }],
  [
    'nonce-response/media-type',
    'plain',
    'no Content-Type',
    { kind: 'nonce-response', change: header('content-type', undefined) },
  ],
  // credential-response.ts
  [
    'credential-response/status',
    'plain',
    'credentials with 202',
    {
      kind: 'credential-response',
      change: (wire) => {
        wire.status = 202;
      },
    },
  ],
  [
    'credential-response/status',
    'deferred',
    'a deferral with 200',
    {
      kind: 'credential-response',
      change: (wire) => {
        wire.status = 200;
      },
    },
  ],
  [
    'message/schema',
    'plain',
    'an empty object',
    {
      kind: 'credential-response',
      change: (wire) => {
        wire.text = '{}';
      },
    },
  ],
  [
    'credential-response/encryption-as-asked',
    'plain',
    'in clear',
    {
      kind: 'credential-request',
      anybody: true,
      change: json((value) => {
        value['credential_response_encryption'] = { jwk: other.publicJwk, enc: 'A128GCM' };
      }),
    },
  ],
  [
    'credential-response/count',
    'plain',
    'two for one proof',
    {
      kind: 'credential-response',
      change: json((value) => {
        value['credentials'] = [...(value['credentials'] as unknown[]), ...(value['credentials'] as unknown[])];
      }),
    },
  ],
  [
    'credential-response/distinct-keys',
    'code',
    'one credential twice',
    {
      kind: 'credential-response',
      change: json((value) => {
        const [first] = value['credentials'] as unknown[];
        value['credentials'] = [first, first];
      }),
    },
  ],
  [
    'credential-response/distinct-copies',
    'code',
    'shared salts',
    {
      kind: 'credential-response',
      change: json((value) => {
        const [first] = value['credentials'] as unknown[];
        value['credentials'] = [first, first];
      }),
    },
  ],
  [
    'credential-response/one-dataset',
    'code',
    'other claims',
    { kind: 'credential', nth: 1, artifact: (raw) => sign(({ payload }) => set('member_of', 'other')(payload))(raw) },
  ],
  [
    'credential-response/announced-endpoints',
    'plain',
    'no notification endpoint',
    { kind: 'issuer-metadata', change: json(set('notification_endpoint', undefined)) },
  ],
  [
    'credential-response/announced-encryption',
    'encrypted',
    'not announced',
    { kind: 'issuer-metadata', change: json(set('credential_response_encryption', undefined)) },
  ],
  [
    'credential-response/format',
    'plain',
    'an object',
    { kind: 'credential-response', change: json(set('credentials', [{ credential: { a: 1 } }])) },
  ],
  [
    'credential-response/jwe',
    'encrypted',
    'another JWE header',
    {
      kind: 'encrypted-credential-response',
      change: (wire) => {
        const [, ...rest] = wire.text.split('.');
        wire.text = [base64url(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256CBC-HS512', kid: 'x' })), ...rest].join('.');
      },
    },
  ],
  [
    'credential-response/same-transaction',
    'deferred',
    'another transaction',
    {
      kind: 'deferred-credential-response',
      change: (wire) => {
        wire.status = 202;
        wire.text = JSON.stringify({ transaction_id: 'other', interval: 5 });
      },
    },
  ],
  // status-list.ts, errors.ts
  [
    'notification-response/status',
    'plain',
    '200',
    {
      kind: 'notification-response',
      change: (wire) => {
        wire.status = 200;
      },
    },
  ],
  [
    'authorization-response/code',
    'code',
    'no code',
    {
      kind: 'authorization-response',
      change: (wire) => {
        const at = wire.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
        header('location', at.replace(/code=[^&]+/, 'cod=x'))(wire);
      },
    },
  ],
  [
    'authorization-response/state',
    'code',
    'another state',
    {
      kind: 'authorization-response',
      change: (wire) => {
        const at = wire.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
        header('location', at.replace(/state=[^&]+/, 'state=x'))(wire);
      },
    },
  ],
  [
    'authorization-response/issuer',
    'code',
    'another iss',
    {
      kind: 'authorization-response',
      change: (wire) => {
        const at = wire.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
        header('location', `${at.replace(/&?iss=[^&]+/, '')}&iss=https%3A%2F%2Fx.example`)(wire);
      },
    },
  ],
  [
    'par-response/form',
    'code',
    '200',
    {
      kind: 'par-response',
      change: (wire) => {
        wire.status = 200;
      },
    },
  ],
  [
    'http/tls',
    'plain',
    'no TLS',
    {
      kind: 'issuer-metadata-request',
      anybody: true,
      change: (wire) => {
        wire.url = wire.url?.replace('https:', 'http:');
      },
    },
  ],
];

describe('an issuer', () => {
  it.each(Object.keys(VARIANTS))('is not accused in the straight flow %s', (name) => {
    const seen = judged(traces.get(name) ?? [], 'issuer', PROFILE);
    const bad = seen.filter(({ observation }) => !['met', 'not-applicable'].includes(observation.observed));
    expect(
      bad.filter(({ observation }) => observation.requirements?.every((id) => id.startsWith('HAIP')) !== true),
    ).toEqual([]);
    expect(seen.length).toBeGreaterThan(40);
  });

  it.each(ROWS)('%s (%s): %s', (check, trace, _what, edit) => {
    const before = red(judged(traces.get(trace) ?? [], 'issuer', PROFILE));
    const after = red(judged(edited(traces.get(trace) ?? [], edit), 'issuer', PROFILE));
    expect(before).not.toContain(check);
    expect(after).toContain(check);
  });

  it('is not accused for a redirect of its log-in that carries a code of somebody else', () => {
    const edit: Edit = {
      kind: 'authorization-response',
      change: header('location', 'https://log-in.example/callback?code=abc&state=of-the-log-in'),
    };
    const after = red(judged(edited(traces.get('code') ?? [], edit), 'issuer', PROFILE));
    expect(after.filter((check) => check.startsWith('authorization-response/'))).toEqual([]);
  });

  it('speaks no protocol while it is down', () => {
    const failed = (traces.get('plain') ?? []).map((entry) =>
      entry.type === 'message' && entry.kind === 'credential-response' ? { ...entry, kind: 'credential-error' } : entry,
    );
    const schema = (status: number): boolean => {
      const edit: Edit = {
        kind: 'credential-error',
        change: (wire) => {
          wire.status = status;
          wire.text = '{"message":"try again later"}';
        },
      };
      return red(judged(edited(failed, edit), 'issuer', PROFILE)).includes('message/schema');
    };
    expect([503, 429, 400].map(schema)).toEqual([false, false, true]);
  });
});
