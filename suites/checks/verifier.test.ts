import { beforeAll, describe, expect, it } from 'vitest';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import { base64url } from '../../protocol/encoding.ts';
import { tamperSignature } from '../../protocol/jose/jws.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { arr, isObject } from '../../protocol/json.ts';
import { playInMemory, proofSetting } from '../../harness/prove/play.ts';
import type { ProofSetting } from '../../harness/prove/play.ts';
import { loadRequirements } from '../../harness/requirements.ts';
import { OID4VC_1_0 } from '../../profiles/oid4vc-1.0/profile.ts';
import type { Edit, JwtParts } from './testing.ts';
import { edited, header, json, judged, jwt, red } from './testing.ts';

const PROFILE = OID4VC_1_0;
const START = Date.UTC(2026, 10, 23, 12);

const VARIANTS: Readonly<Record<string, PresentationVariant>> = {
  dns: { kind: 'presentation', clientIdPrefix: 'x509_san_dns', responseMode: 'direct_post', redirectUri: true },
  hash: { kind: 'presentation', clientIdPrefix: 'x509_hash', request: 'uri-post', responseMode: 'direct_post.jwt' },
  did: { kind: 'presentation', clientIdPrefix: 'decentralized_identifier', transactionData: true },
  value: { kind: 'presentation', clientIdPrefix: 'redirect_uri', request: 'by-value' },
  registered: { kind: 'presentation', clientIdPrefix: 'pre-registered' },
  declined: { kind: 'presentation', responseMode: 'direct_post', consent: 'decline' },
};

let setting: ProofSetting;
const traces = new Map<string, readonly TraceEntry[]>();

async function recorded(names: readonly string[]): Promise<readonly TraceEntry[]> {
  const tests = names.map((name, index) => ({
    id: `verifier/test/${name}-${index}`,
    role: 'verifier' as const,
    kind: 'positive' as const,
    title: text(name, name),
    variant: VARIANTS[name] ?? { kind: 'presentation' as const },
    requirements: [],
  }));
  return (await playInMemory(setting, 'verifier', tests, {})).log.entries;
}

beforeAll(async () => {
  setting = await proofSetting(PROFILE, loadRequirements(PROFILE.catalogues), START);
  for (const name of Object.keys(VARIANTS)) traces.set(name, await recorded([name]));
  traces.set('two', await recorded(['dns', 'hash']));
});

const other = generateSigningKey('ES256');
const object = (change: (parts: JwtParts) => void, nth = 0): Edit => ({
  kind: 'request-object',
  nth,
  change: (wire) => {
    wire.text = jwt(change, () => setting.theirs.verifier.signing)(wire.text);
  },
});
const put =
  (name: string, value: unknown) =>
  ({ payload }: JwtParts): void => {
    if (value === undefined) delete payload[name];
    else payload[name] = value;
  };
const metadata = (change: (value: Record<string, unknown>) => void): Edit =>
  object(({ payload }) => {
    const value = { ...(isObject(payload['client_metadata']) ? payload['client_metadata'] : {}) };
    change(value);
    payload['client_metadata'] = value;
  });

type Row = readonly [check: string, trace: string, what: string, edit: () => Edit];

const ROWS: readonly Row[] = [
  [
    'request-object/signed',
    'hash',
    'alg none',
    () => ({
      kind: 'request-object',
      change: (wire) => {
        wire.text = `${base64url('{"alg":"none","typ":"oauth-authz-req+jwt"}')}.${wire.text.split('.')[1] ?? ''}.`;
      },
    }),
  ],
  [
    'request-object/media-type',
    'hash',
    'application/jwt',
    () => ({ kind: 'request-object', change: header('content-type', 'application/jwt') }),
  ],
  [
    'request-object/client-id',
    'dns',
    'another client_id',
    () => object(put('client_id', 'x509_san_dns:other.example')),
  ],
  ['request-object/wallet-nonce', 'hash', 'another wallet_nonce', () => object(put('wallet_nonce', 'x'))],
  ['request-object/audience', 'dns', 'another wallet', () => object(put('aud', 'https://x.example'))],
  [
    'request-object/did',
    'did',
    'signed by another key',
    () => ({
      kind: 'request-object',
      change: (wire) => {
        wire.text = jwt(
          () => undefined,
          () => other,
        )(wire.text);
      },
    }),
  ],
  [
    'request-object/did',
    'did',
    'kid of another DID',
    () =>
      object(({ header: head }) => {
        head['kid'] = 'did:jwk:e30#0';
      }),
  ],
  [
    'request-object/x509-san-dns',
    'dns',
    'one bit changed',
    () => ({
      kind: 'request-object',
      change: (wire) => {
        wire.text = tamperSignature(wire.text);
      },
    }),
  ],
  [
    'request-object/x509-san-dns',
    'dns',
    'a name that the certificate lacks',
    () => object(put('client_id', 'x509_san_dns:other.example')),
  ],
  [
    'request-object/x509-san-dns',
    'dns',
    'response_uri elsewhere',
    () => object(put('response_uri', 'https://elsewhere.example/r')),
  ],
  [
    'request-object/x509-hash',
    'hash',
    'another hash',
    () => object(put('client_id', `x509_hash:${base64url('x'.repeat(32))}`)),
  ],
  [
    'request-object/x509-hash',
    'hash',
    'one bit changed',
    () => ({
      kind: 'request-object',
      change: (wire) => {
        wire.text = tamperSignature(wire.text);
      },
    }),
  ],
  ['request-object/x5c', 'dns', 'another prefix', () => object(() => undefined)],
  [
    'request-object/verifier-attestation',
    'dns',
    'an attestation of another key',
    () =>
      object(({ header: head }) => {
        head['jwt'] = jwt(
          ({ header: inner, payload }) => {
            inner['typ'] = 'verifier-attestation+jwt';
            payload['cnf'] = { jwk: other.publicJwk };
          },
          () => other,
        )('e30.e30.');
      }),
  ],
  [
    'message/schema',
    'dns',
    'no state, and no holder binding',
    () =>
      object(({ payload }) => {
        delete payload['state'];
        for (const query of arr(payload['dcql_query'], 'credentials') ?? [])
          (query as Record<string, unknown>)['require_cryptographic_holder_binding'] = false;
      }),
  ],
  [
    'presentation-request/encryption-keys',
    'hash',
    'a short coordinate',
    () =>
      metadata((value) => {
        value['jwks'] = { keys: [{ ...other.publicJwk, x: 'AAAA', alg: 'ECDH-ES', kid: '1' }] };
      }),
  ],
  [
    'presentation-request/formats-of-query',
    'dns',
    'another format',
    () =>
      metadata((value) => {
        value['vp_formats_supported'] = { mso_mdoc: {} };
      }),
  ],
  [
    'presentation-request/hash-names',
    'did',
    'an invented hash',
    () =>
      object(
        put('transaction_data', [
          base64url(JSON.stringify({ type: 'x', credential_ids: ['a'], transaction_data_hashes_alg: ['SHA256'] })),
        ]),
      ),
  ],
  ['presentation-request/high-assurance', 'dns', 'in clear', () => object(() => undefined)],
  [
    'presentation-reply/status',
    'dns',
    '202',
    () => ({
      kind: 'presentation-reply',
      change: (wire) => {
        wire.status = 202;
      },
    }),
  ],
  [
    'presentation-reply/media-type',
    'dns',
    'text',
    () => ({ kind: 'presentation-reply', change: header('content-type', 'text/plain') }),
  ],
  [
    'presentation-reply/redirect-uri',
    'dns',
    'no secret',
    () => ({
      kind: 'presentation-reply',
      change: json((value) => {
        value['redirect_uri'] = 'https://x.example/done';
      }),
    }),
  ],
  [
    'message/schema',
    'dns',
    'relative',
    () => ({
      kind: 'presentation-reply',
      change: json((value) => {
        value['redirect_uri'] = '/done';
      }),
    }),
  ],
  [
    'presentation-request/nonce-fresh',
    'two',
    'one nonce for two requests',
    () => object(put('nonce', nonceOf('two')), 1),
  ],
];

function nonceOf(trace: string): unknown {
  const first = (traces.get(trace) ?? []).find((entry) => entry.type === 'message' && entry.kind === 'request-object');
  const payload = first?.type === 'message' ? (first.body.bytes.split('.')[1] ?? '') : '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>)['nonce'];
}

/** Rows about HAIP, which the profile of these traces does not claim: red before and after. */
const STRICTER = new Set(['request-object/x5c', 'presentation-request/high-assurance']);

describe('a verifier', () => {
  it.each([...Object.keys(VARIANTS), 'two'])('is not accused in the straight flow %s', (name) => {
    const seen = judged(traces.get(name) ?? [], 'verifier', PROFILE);
    const bad = seen.filter(({ observation }) => !['met', 'not-applicable'].includes(observation.observed));
    expect(
      bad.filter(
        ({ check, observation }) =>
          !STRICTER.has(check) && observation.requirements?.every((id) => id.startsWith('HAIP')) !== true,
      ),
    ).toEqual([]);
    expect(seen.length).toBeGreaterThan(5);
  });

  it.each(ROWS)('%s (%s): %s', (check, trace, _what, edit) => {
    const entries = traces.get(trace) ?? [];
    if (!STRICTER.has(check)) expect(red(judged(entries, 'verifier', PROFILE))).not.toContain(check);
    expect(red(judged(edited(entries, edit()), 'verifier', PROFILE))).toContain(check);
  });

  /** What a check saw after a change, where that is no praise. */
  const findings = (check: string, trace: string, edit: Edit) =>
    judged(edited(traces.get(trace) ?? [], edit), 'verifier', PROFILE)
      .filter((entry) => entry.check === check && entry.observation.observed !== 'met')
      .map(({ observation }) => [observation.observed, observation.atMost]);

  it.each<readonly [what: string, check: string, trace: string, edit: () => Edit, seen: readonly unknown[]]>([
    ['no aud', 'request-object/audience', 'dns', () => object(put('aud', undefined)), [['violated', 'warning']]],
    [
      'wrong aud',
      'request-object/audience',
      'dns',
      () => object(put('aud', 'https://x.example')),
      [['violated', undefined]],
    ],
    [
      'host of a client that wallets may know',
      'request-object/x509-san-dns',
      'dns',
      () => object(put('response_uri', 'https://other.example/response')),
      [['violated', 'warning']],
    ],
    [
      'DID of a kind of key that is not known here',
      'request-object/did',
      'did',
      () =>
        object(({ header: head, payload }) => {
          const did = 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme';
          head['kid'] = `${did}#${did.slice('did:key:'.length)}`;
          payload['client_id'] = `decentralized_identifier:${did}`;
        }),
      [['unjudged', undefined]],
    ],
    [
      'static page after an error',
      'presentation-reply/redirect-uri',
      'declined',
      () => ({
        kind: 'presentation-reply',
        change: json((value) => {
          value['redirect_uri'] = 'https://x.example/no';
        }),
      }),
      [],
    ],
  ])('what the text leaves open is no fail: %s', (_what, check, trace, edit, seen) => {
    expect(findings(check, trace, edit())).toEqual(seen);
  });
});
