import { describe, expect, it } from 'vitest';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { header } from '../../core/http.ts';
import { sha256Base64url } from '../../protocol/encoding.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { readLink } from '../../protocol/links.ts';
import { encodeForm, param } from '../../protocol/oauth.ts';
import haip from '../../schemas/requirements/haip-1.0.json' with { type: 'json' };
import vci from '../../schemas/requirements/oid4vci-1.0.json' with { type: 'json' };
import type { IssuerConfig } from '../contracts.ts';
import { ISSUER_STEPS } from './steps.ts';
import type { Bends, Fields, House, Sent } from './test-client.ts';
import { BASE, house, walk } from './test-client.ts';

/** Each acceptance step refuses one bad input, with code and status; with the leniency of the same name the flow goes on to its end. */
interface Row {
  readonly step: string;
  readonly name: string;
  readonly wish?: Partial<IssuanceVariant>;
  /** Also the configuration of the whole issuer. */
  readonly variant?: Partial<IssuanceVariant>;
  readonly bends: (at: House) => Bends;
  readonly code: string;
  /** Default 400. */
  readonly status?: number;
  /** A broken issuer cannot go on from here: the message is unreadable. */
  readonly deadEnd?: true;
}

const CODE: Partial<IssuanceVariant> = { grant: 'authorization_code' };
const PAR: Partial<IssuanceVariant> = { ...CODE, par: true };
const ASSERTED: Partial<IssuanceVariant> = { clientAuthentication: 'private_key_jwt' };
const ATTESTED: Partial<IssuanceVariant> = { clientAuthentication: 'attest_jwt_client_auth' };
const DPOP: Partial<IssuanceVariant> = { dpop: true };
const other = generateSigningKey('ES256', undefined, { kid: false });
const bare = {
  kty: other.publicJwk.kty,
  crv: other.publicJwk['crv'],
  x: other.publicJwk['x'],
  y: other.publicJwk['y'],
};

const set = (name: string, value: string | undefined) => (fields: Fields) => {
  fields[name] = value;
};
const authorization = (
  step: string,
  name: string,
  change: (fields: Fields) => void,
  code: string,
  wish = CODE,
): Row => ({
  step,
  name,
  wish,
  bends: () => ({ authorization: change }),
  code,
});
const par = (step: string, name: string, change: (fields: Fields) => void, code = 'invalid_request'): Row => ({
  step,
  name,
  wish: PAR,
  bends: () => ({ par: change }),
  code,
});
const token = (
  step: string,
  name: string,
  change: (fields: Fields) => void,
  code: string,
  wish: Partial<IssuanceVariant> = {},
): Row => ({
  step,
  name,
  wish,
  bends: () => ({ token: change }),
  code,
});
const credential = (
  step: string,
  name: string,
  change: (value: Record<string, unknown>) => void,
  code: string,
  status = 400,
): Row => ({
  step,
  name,
  bends: () => ({ request: change }),
  code,
  status,
});
const proof = (step: string, name: string, change: NonNullable<Bends['proof']>, code = 'invalid_proof'): Row => ({
  step,
  name,
  bends: () => ({ proof: change }),
  code,
});
const dpop = (step: string, name: string, change: NonNullable<Bends['dpop']>, wish = DPOP): Row => ({
  step: `dpop/${step}`,
  name,
  wish,
  bends: () => ({ dpop: change }),
  code: 'invalid_dpop_proof',
});
const atCredential =
  (change: NonNullable<Bends['dpop']>): NonNullable<Bends['dpop']> =>
  (draft, stage) => {
    if (stage === 'credential') change(draft, stage);
  };
const http = (
  step: string,
  name: string,
  change: (sent: Sent) => void,
  code: string,
  status: number,
  wish: Partial<IssuanceVariant> = {},
): Row => ({
  step,
  name,
  wish,
  bends: () => ({ credentialHttp: change }),
  code,
  status,
});
const replaceHeader =
  (name: string, value: string | undefined) =>
  (sent: Sent): void => {
    sent.headers = sent.headers.filter(([key]) => key !== name);
    if (value !== undefined) sent.headers.push([name, value]);
  };
const attestation = (step: string, name: string, bends: Bends): Row => ({
  step: `client-attestation/${step}`,
  name,
  wish: ATTESTED,
  bends: () => bends,
  code: 'invalid_client',
  status: 401,
});
const assertion = (step: string, name: string, change: NonNullable<Bends['assertion']>): Row => ({
  step: `client-assertion/${step}`,
  name,
  wish: ASSERTED,
  bends: () => ({ assertion: change }),
  code: 'invalid_client',
  status: 401,
});
/** Moves the clock at a stage. */
const later =
  (ms: number, stage: 'token' | 'credential') =>
  (at: House): Bends => ({
    before: (reached) => {
      if (reached === stage) at.clock.advance(ms);
    },
  });

const HOUR = 3_600_000;
const used = 'a'.repeat(20);

const ROWS: readonly Row[] = [
  par('par/client', 'no client_id', set('client_id', undefined)),
  par('par/request-uri', 'request_uri inside', set('request_uri', 'urn:x')),
  { ...par('par/redirect-uri', 'fragment', set('redirect_uri', 'https://wallet.example/cb#x')), deadEnd: true },
  par('par/response-type', 'token', set('response_type', 'token'), 'unsupported_response_type'),
  par('par/pkce', 'plain', set('code_challenge_method', 'plain')),
  par('authorization/scope', 'unknown scope only', set('scope', 'openid'), 'invalid_scope'),
  par('authorization/issuer-state', 'unknown', set('issuer_state', 'x')),
  authorization('authorization/client', 'no client_id', set('client_id', undefined), ''),
  authorization('authorization/client', 'another client', set('client_id', 'somebody'), '', PAR),
  authorization(
    'authorization/request-uri',
    'unknown',
    set('request_uri', 'urn:ietf:params:oauth:request_uri:x'),
    '',
    PAR,
  ),
  { ...authorization('authorization/redirect-uri', 'relative', set('redirect_uri', '/cb'), ''), deadEnd: true },
  {
    ...authorization('authorization/redirect-uri', 'script', set('redirect_uri', 'javascript:alert(1)'), ''),
    deadEnd: true,
  },
  authorization('authorization/response-type', 'missing', set('response_type', undefined), 'invalid_request'),
  authorization('authorization/pkce', 'none', set('code_challenge', undefined), 'invalid_request'),
  authorization('authorization/scope', 'none', set('scope', undefined), 'invalid_scope'),
  authorization(
    'authorization/details',
    'no JSON',
    set('authorization_details', '[{'),
    'invalid_authorization_details',
  ),
  authorization(
    'authorization/details',
    'other type',
    set('authorization_details', '[{"type":"x","credential_configuration_id":"pid"}]'),
    'invalid_authorization_details',
  ),
  authorization(
    'authorization/details',
    'unknown configuration',
    set('authorization_details', '[{"type":"openid_credential","credential_configuration_id":"x"}]'),
    'invalid_authorization_details',
  ),
  authorization(
    'authorization/details',
    'contradicting claims',
    set(
      'authorization_details',
      '[{"type":"openid_credential","credential_configuration_id":"pid","claims":[{"path":["a",null]},{"path":["a",0]}]}]',
    ),
    'invalid_authorization_details',
  ),
  authorization('authorization/issuer-state', 'unknown', set('issuer_state', 'x'), 'invalid_request'),
  {
    step: 'token/form',
    name: 'media type',
    bends: () => ({
      tokenHttp: (sent) => {
        sent.headers[0] = ['content-type', 'application/json'];
      },
    }),
    code: 'invalid_request',
  },
  {
    step: 'token/form',
    name: 'repeated',
    bends: () => ({
      tokenHttp: (sent) => {
        sent.body += '&grant_type=x';
      },
    }),
    code: 'invalid_request',
  },
  token('token/grant-type', 'unknown', set('grant_type', 'password'), 'unsupported_grant_type'),
  token('token/grant-type', 'missing', set('grant_type', undefined), 'invalid_request'),
  token('token/pre-authorized-code', 'unknown', set('pre-authorized_code', 'x'), 'invalid_grant'),
  token('token/pre-authorized-code', 'missing', set('pre-authorized_code', undefined), 'invalid_request'),
  token('token/tx-code-missing', 'missing', set('tx_code', undefined), 'invalid_request', { txCode: true }),
  token('token/tx-code-unexpected', 'unexpected', set('tx_code', '123456'), 'invalid_request'),
  token('token/tx-code', 'wrong', set('tx_code', 'x'), 'invalid_grant', { txCode: true }),
  token('token/code', 'unknown', set('code', 'x'), 'invalid_grant', CODE),
  token('token/client-binding', 'another client', set('client_id', 'somebody'), 'invalid_grant', CODE),
  token('token/redirect-uri', 'differs', set('redirect_uri', 'https://wallet.example/other'), 'invalid_grant', CODE),
  token('token/redirect-uri', 'missing', set('redirect_uri', undefined), 'invalid_grant', CODE),
  token('token/pkce', 'wrong', set('code_verifier', 'w'.repeat(43)), 'invalid_grant', CODE),
  token('token/pkce', 'missing', set('code_verifier', undefined), 'invalid_grant', CODE),
  token(
    'token/authorization-details',
    'beyond',
    set('authorization_details', '[{"type":"openid_credential","credential_configuration_id":"diploma"}]'),
    'invalid_authorization_details',
  ),
  { step: 'token/pre-authorized-code-expiry', name: 'late', bends: later(HOUR / 2, 'token'), code: 'invalid_grant' },
  { step: 'token/code-expiry', name: 'late', wish: CODE, bends: later(HOUR / 2, 'token'), code: 'invalid_grant' },
  {
    step: 'token/client',
    name: 'no authentication',
    wish: ASSERTED,
    bends: () => ({
      token: (fields) => {
        delete fields['client_assertion'];
      },
    }),
    code: 'invalid_client',
    status: 401,
  },
  assertion('signature', 'another key', (draft) => {
    draft.key = other;
  }),
  assertion('signature', 'none', (draft) => {
    draft.header['alg'] = 'none';
  }),
  assertion('audience', 'another server', (draft) => {
    draft.payload['aud'] = 'https://other.example';
  }),
  assertion('expiry', 'expired', (draft) => {
    draft.payload['exp'] = 1;
  }),
  assertion('subject', 'another client', (draft) => {
    draft.payload['sub'] = 'x';
  }),
  {
    step: 'client-assertion/jti-reuse',
    name: 'twice',
    wish: { ...ASSERTED, ...PAR },
    bends: () => ({
      assertion: (draft) => {
        draft.payload['jti'] = used;
      },
    }),
    code: 'invalid_client',
    status: 401,
  },
  {
    step: 'client-assertion/shape',
    name: 'type',
    wish: ASSERTED,
    bends: () => ({ token: set('client_assertion_type', 'x') }),
    code: 'invalid_client',
    status: 401,
  },
  attestation('shape', 'typ', {
    attestation: (draft) => {
      draft.header['typ'] = 'JWT';
    },
  }),
  attestation('signature', 'unknown attester', {
    attestation: (draft) => {
      draft.key = other;
      draft.header = { ...draft.header, x5c: undefined, jwk: bare };
    },
  }),
  attestation('signature', 'another key', {
    attestation: (draft) => {
      draft.key = other;
    },
  }),
  attestation('expiry', 'expired', {
    attestation: (draft) => {
      draft.payload['exp'] = 1;
    },
  }),
  attestation('subject', 'another client', {
    attestation: (draft) => {
      draft.payload['sub'] = 'x';
    },
  }),
  attestation('pop-key', 'another key, named', {
    pop: (draft) => {
      draft.key = other;
      draft.header['jwk'] = bare;
    },
  }),
  attestation('pop-signature', 'another key', {
    pop: (draft) => {
      draft.key = other;
    },
  }),
  attestation('pop-audience', 'another server', {
    pop: (draft) => {
      draft.payload['aud'] = 'https://other.example';
    },
  }),
  attestation('pop-iat', 'old', {
    pop: (draft) => {
      draft.payload['iat'] = 1;
    },
  }),
  {
    step: 'client-attestation/pop-jti-reuse',
    name: 'twice',
    wish: { ...ATTESTED, ...PAR },
    bends: () => ({
      pop: (draft) => {
        draft.payload['jti'] = used;
      },
    }),
    code: 'invalid_client',
    status: 401,
  },
  dpop('present', 'missing', (draft) => {
    draft.payload['skip'] = true;
  }),
  dpop('shape', 'crit', (draft) => {
    draft.header['crit'] = ['x'];
    draft.header['x'] = 1;
  }),
  dpop('typ', 'JWT', (draft) => {
    draft.header['typ'] = 'JWT';
  }),
  dpop('alg', 'none', (draft) => {
    draft.header['alg'] = 'none';
  }),
  dpop('key', 'off the curve', (draft) => {
    draft.header['jwk'] = { ...bare, x: bare.y };
  }),
  dpop('private-key', 'd inside', (draft) => {
    draft.header['jwk'] = draft.key.privateJwk;
  }),
  dpop('signature', 'another key', (draft) => {
    draft.key = other;
  }),
  dpop('htm', 'GET', (draft) => {
    draft.payload['htm'] = 'GET';
  }),
  dpop('htu', 'other URL', (draft) => {
    draft.payload['htu'] = `${BASE}/nonce`;
  }),
  dpop('iat', 'old', (draft) => {
    draft.payload['iat'] = 1;
  }),
  {
    ...dpop('jti-reuse', 'twice', (draft) => {
      draft.payload['jti'] = used;
    }),
    status: 401,
  },
  {
    ...dpop(
      'ath',
      'other token',
      atCredential((draft) => {
        draft.payload['ath'] = sha256Base64url('x');
      }),
    ),
    status: 401,
  },
  {
    ...dpop(
      'key-binding',
      'other key',
      atCredential((draft) => {
        draft.key = other;
        draft.header['jwk'] = bare;
      }),
    ),
    status: 401,
    code: 'invalid_token',
  },
  {
    ...dpop(
      'nonce',
      'unknown',
      (draft) => {
        draft.payload['nonce'] = 'x';
      },
      { ...DPOP, dpopNonce: true },
    ),
    code: 'use_dpop_nonce',
  },
  http('access-token/present', 'missing', replaceHeader('authorization', undefined), '', 401),
  http('access-token/known', 'unknown', replaceHeader('authorization', 'Bearer x'), 'invalid_token', 401),
  http(
    'access-token/scheme',
    'Bearer for DPoP',
    (sent) => {
      sent.headers = sent.headers.map(([name, value]) =>
        name === 'authorization' ? [name, value.replace('DPoP', 'Bearer')] : [name, value],
      );
    },
    'invalid_token',
    401,
    DPOP,
  ),
  http(
    'access-token/scheme',
    'Basic',
    (sent) => {
      sent.headers = sent.headers.map(([name, value]) => [name, value.replace('Bearer', 'Basic')]);
    },
    'invalid_token',
    401,
  ),
  http(
    'access-token/in-query',
    'in the URL',
    (sent) => {
      sent.url += `?access_token=${sent.headers.find(([name]) => name === 'authorization')?.[1].slice(7)}`;
      sent.headers = sent.headers.filter(([name]) => name !== 'authorization');
    },
    'invalid_request',
    400,
  ),
  {
    step: 'access-token/expiry',
    name: 'late',
    bends: (at) => ({
      ...later(100_000, 'credential')(at),
      proof: (draft) => {
        draft.payload['iat'] = Number(draft.payload['iat']) + 100;
      },
    }),
    code: 'invalid_token',
    status: 401,
  },
  http(
    'credential/content-type',
    'form',
    replaceHeader('content-type', 'text/plain'),
    'invalid_credential_request',
    400,
  ),
  {
    ...http(
      'credential/shape',
      'array',
      (sent) => {
        sent.body = '[]';
      },
      'invalid_credential_request',
      400,
    ),
    deadEnd: true,
  },
  http(
    'credential/shape',
    'repeated member',
    (sent) => {
      sent.body = sent.body.replace('{', '{"credential_configuration_id":"x",');
    },
    'invalid_credential_request',
    400,
  ),
  credential(
    'credential/identifier-or-configuration',
    'neither',
    (value) => {
      delete value['credential_configuration_id'];
    },
    'invalid_credential_request',
  ),
  {
    step: 'credential/identifier-or-configuration',
    name: 'both',
    wish: { ask: 'authorization_details' },
    bends: () => ({
      request: (value) => {
        value['credential_configuration_id'] = 'pid';
      },
    }),
    code: 'invalid_credential_request',
  },
  credential(
    'credential/configuration-known',
    'unknown',
    (value) => {
      value['credential_configuration_id'] = 'x';
    },
    'unknown_credential_configuration',
  ),
  credential(
    'credential/authorized',
    'not in the offer',
    (value) => {
      value['credential_configuration_id'] = 'diploma';
    },
    'insufficient_scope',
    403,
  ),
  credential(
    'credential/identifier-known',
    'none handed out',
    (value) => {
      value['credential_identifier'] = 'x';
      delete value['credential_configuration_id'];
    },
    'unknown_credential_identifier',
  ),
  {
    step: 'credential/identifier-required',
    name: 'configuration instead',
    wish: { ask: 'authorization_details' },
    bends: () => ({
      request: (value) => {
        delete value['credential_identifier'];
        value['credential_configuration_id'] = 'pid';
      },
    }),
    code: 'invalid_credential_request',
  },
  credential(
    'credential/proofs-present',
    'missing',
    (value) => {
      delete value['proofs'];
    },
    'invalid_proof',
  ),
  credential(
    'credential/proofs-single-type',
    'two types',
    (value) => {
      value['proofs'] = { ...(value['proofs'] as object), di_vp: [{}] };
    },
    'invalid_proof',
  ),
  credential(
    'credential/proof-type',
    'unknown',
    (value) => {
      value['proofs'] = { cwt: ['x'] };
    },
    'invalid_proof',
  ),
  credential(
    'credential/proof-type',
    'empty',
    (value) => {
      value['proofs'] = { jwt: [] };
    },
    'invalid_proof',
  ),
  { step: 'credential/batch-size', name: 'eleven', wish: { proofs: 11 }, bends: () => ({}), code: 'invalid_proof' },
  {
    step: 'credential/encryption-required',
    name: 'request in clear',
    variant: { requestEncryption: true },
    bends: () => ({}),
    code: 'invalid_encryption_parameters',
  },
  {
    step: 'credential/encryption-required',
    name: 'no parameters',
    variant: { responseEncryption: true },
    wish: { responseEncryption: true },
    bends: () => ({
      request: (value) => {
        delete value['credential_response_encryption'];
      },
    }),
    code: 'invalid_encryption_parameters',
  },
  {
    step: 'credential/encryption-parameters-protected',
    name: 'in clear',
    bends: () => ({
      request: (value) => {
        value['credential_response_encryption'] = { jwk: { ...bare, alg: 'ECDH-ES' }, enc: 'A128GCM' };
      },
    }),
    code: 'invalid_encryption_parameters',
    deadEnd: true,
  },
  {
    step: 'credential/encryption-parameters',
    name: 'unknown enc',
    wish: { responseEncryption: true },
    bends: () => ({
      encryption: (value) => {
        value['enc'] = 'XC20P';
      },
    }),
    code: 'invalid_encryption_parameters',
  },
  {
    step: 'credential/encryption-parameters',
    name: 'no alg',
    wish: { responseEncryption: true },
    bends: () => ({
      encryption: (value) => {
        value['jwk'] = { ...(value['jwk'] as object), alg: undefined };
      },
    }),
    code: 'invalid_encryption_parameters',
  },
  {
    step: 'credential/decrypt',
    name: 'kid',
    wish: { requestEncryption: true },
    bends: () => ({
      jwe: (head) => {
        head['kid'] = 'x';
      },
    }),
    code: 'invalid_credential_request',
  },
  {
    step: 'credential/decrypt',
    name: 'garbage',
    wish: { requestEncryption: true },
    bends: () => ({
      credentialHttp: (sent) => {
        sent.body = sent.body.slice(0, -4);
      },
    }),
    code: 'invalid_credential_request',
    deadEnd: true,
  },
  proof('key-proof/shape', 'crit', (draft) => {
    draft.header['crit'] = ['x'];
    draft.header['x'] = 1;
  }),
  proof('key-proof/typ', 'JWT', (draft) => {
    draft.header['typ'] = 'JWT';
  }),
  proof('key-proof/alg', 'none', (draft) => {
    draft.header['alg'] = 'none';
  }),
  proof('key-proof/alg', 'HS256', (draft) => {
    draft.header['alg'] = 'HS256';
  }),
  proof('key-proof/key-one-of', 'two', (draft) => {
    draft.header['kid'] = 'did:jwk:x';
  }),
  proof('key-proof/key-one-of', 'none', (draft) => {
    delete draft.header['jwk'];
  }),
  proof('key-proof/key-resolvable', 'unknown kid', (draft) => {
    delete draft.header['jwk'];
    draft.header['kid'] = 'did:web:example.com#0';
  }),
  proof('key-proof/private-key', 'd inside', (draft) => {
    draft.header['jwk'] = { ...bare, d: 'AAAA' };
    draft.key = other;
  }),
  proof('key-proof/signature', 'another key', (draft) => {
    draft.key = other;
  }),
  proof('key-proof/audience', 'another issuer', (draft) => {
    draft.payload['aud'] = 'https://issuer.example/i/f2';
  }),
  proof('key-proof/audience', 'missing', (draft) => {
    delete draft.payload['aud'];
  }),
  proof('key-proof/iat', 'old', (draft) => {
    draft.payload['iat'] = Number(draft.payload['iat']) - 86_400;
  }),
  proof('key-proof/iat', 'future', (draft) => {
    draft.payload['iat'] = Number(draft.payload['iat']) + 86_400;
  }),
  proof('key-proof/issuer', 'another client', (draft) => {
    draft.payload['iss'] = 'x';
  }),
  {
    step: 'key-proof/issuer',
    name: 'anonymous',
    bends: () => ({
      anonymous: true,
      proof: (draft) => {
        draft.payload['iss'] = 'x';
      },
    }),
    code: 'invalid_proof',
  },
  proof('key-proof/nonce-present', 'missing', (draft) => {
    delete draft.payload['nonce'];
  }),
  proof(
    'key-proof/nonce-known',
    'unknown',
    (draft) => {
      draft.payload['nonce'] = 'x';
    },
    'invalid_nonce',
  ),
  {
    step: 'key-proof/nonce-expiry',
    name: 'expired',
    variant: {},
    bends: (at) => ({
      before: (stage) => {
        if (stage === 'credential') at.clock.advance(299_000);
      },
      proof: (draft) => {
        draft.payload['iat'] = Number(draft.payload['iat']) + 299;
      },
    }),
    code: 'invalid_nonce',
  },
  {
    step: 'key-proof/distinct-keys',
    name: 'same key twice',
    wish: { proofs: 2 },
    bends: () => ({
      proof: (draft) => {
        draft.header['jwk'] = bare;
        draft.key = other;
      },
    }),
    code: 'invalid_proof',
  },
  {
    step: 'key-proof/attestation',
    name: 'unknown signer',
    bends: () => ({
      keyAttestation: true,
      attestedKeys: (draft) => {
        draft.key = other;
      },
    }),
    code: 'invalid_proof',
  },
  {
    step: 'key-proof/attestation',
    name: 'other keys',
    bends: () => ({
      keyAttestation: true,
      attestedKeys: (draft) => {
        draft.payload['attested_keys'] = [bare];
      },
    }),
    code: 'invalid_proof',
  },
  {
    step: 'key-proof/attestation',
    name: 'stale nonce',
    bends: () => ({
      keyAttestation: true,
      attestedKeys: (draft) => {
        draft.payload['nonce'] = 'x';
      },
    }),
    code: 'invalid_nonce',
  },
  {
    step: 'key-proof/attestation',
    name: 'expired',
    wish: { proofType: 'attestation' },
    bends: () => ({
      attestedKeys: (draft) => {
        draft.payload['exp'] = 1;
      },
    }),
    code: 'invalid_proof',
  },
  {
    step: 'key-proof/nonce-known',
    name: 'attestation',
    wish: { proofType: 'attestation' },
    bends: () => ({
      attestedKeys: (draft) => {
        draft.payload['nonce'] = 'x';
      },
    }),
    code: 'invalid_nonce',
  },
  {
    step: 'deferred/transaction-id',
    name: 'unknown',
    wish: { deferred: true },
    bends: () => ({
      deferred: (value) => {
        value['transaction_id'] = 'x';
      },
    }),
    code: 'invalid_transaction_id',
  },
  {
    step: 'notification/id',
    name: 'unknown',
    wish: { notification: 'credential_accepted' },
    bends: () => ({
      notification: (value) => {
        value['notification_id'] = 'x';
      },
    }),
    code: 'invalid_notification_id',
  },
  {
    step: 'notification/event',
    name: 'unknown',
    wish: { notification: 'credential_accepted' },
    bends: () => ({
      notification: (value) => {
        value['event'] = 'x';
      },
    }),
    code: 'invalid_notification_request',
  },
  {
    step: 'notification/description',
    name: 'not ASCII',
    wish: { notification: 'credential_accepted' },
    bends: () => ({
      notification: (value) => {
        value['event_description'] = '好';
      },
    }),
    code: 'invalid_notification_request',
  },
  {
    step: 'notification/shape',
    name: 'no object',
    wish: { notification: 'credential_accepted' },
    bends: () => ({
      notification: (value) => {
        value['toJSON'] = () => [];
      },
    }),
    code: 'invalid_notification_request',
    deadEnd: true,
  },
];

function codeOf(json: Record<string, unknown> | undefined, location: string | undefined): string {
  const error = json?.['error'];
  return typeof error === 'string' ? error : (param(readLink(location ?? ''), 'error') ?? '');
}

const configOf = (step: string): Partial<IssuerConfig> =>
  step === 'key-proof/nonce-expiry'
    ? { lifetimes: { nonce: 60 } }
    : step === 'access-token/expiry'
      ? { lifetimes: { accessToken: 60 } }
      : {};

describe('mock issuer, refusals', () => {
  it.each(ROWS)('$step: $name', async (row) => {
    const config = configOf(row.step);
    const at = await house({ variant: row.variant ?? {}, config });
    const { last, json, location, credentials } = await walk(at, {
      ...row.bends(at),
      ...(row.wish === undefined ? {} : { wish: row.wish }),
    });
    expect(at.refusals().at(-1)?.step).toBe(`issuer/${row.step}`);
    expect(codeOf(json, location)).toBe(row.code);
    expect(last.status).toBe(
      location === undefined || location.startsWith('https://wallet.example/cb?code') ? (row.status ?? 400) : 302,
    );
    if (last.status === 401 && !row.step.startsWith('client') && row.step !== 'token/client') {
      expect(header(last.headers, 'www-authenticate')).toMatch(/^(Bearer|DPoP)\b/u);
    }
    if (!row.step.startsWith('notification/')) expect(credentials).toEqual([]);
    expect(at.events('harness-error')).toEqual([]);
  });

  it.each(ROWS.filter(({ deadEnd }) => deadEnd !== true))(
    'with the leniency $step the flow ends well: $name',
    async (row) => {
      const config = configOf(row.step);
      const at = await house({ variant: row.variant ?? {}, config, leniencies: [`issuer/${row.step}`] });
      const { last, credentials } = await walk(at, {
        ...row.bends(at),
        ...(row.wish === undefined ? {} : { wish: row.wish }),
      });
      expect(at.refusals().filter(({ code }) => code !== 'use_dpop_nonce')).toEqual([]);
      expect([200, 204]).toContain(last.status);
      expect(credentials.length).toBeGreaterThan(0);
      expect(at.events('harness-error')).toEqual([]);
    },
  );

  it.each([
    ['token/pre-authorized-code-reuse', {}],
    ['token/code-reuse', CODE],
  ] as const)('%s', async (step, wish) => {
    const at = await house();
    const { tokenFields } = await walk(at, { wish });
    const body = encodeForm(tokenFields);
    const again = await at.send('POST', `${BASE}/token`, [['content-type', 'application/x-www-form-urlencoded']], body);
    expect(again.status).toBe(400);
    expect(at.refusals()).toEqual([{ step: `issuer/${step}`, code: 'invalid_grant' }]);
  });

  it('par/form and authorization/form', async () => {
    const at = await house();
    const type: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
    expect((await at.send('POST', `${BASE}/par`, [type], 'client_id=a&client_id=b')).status).toBe(400);
    expect((await at.send('GET', `${BASE}/authorize?client_id=a&client_id=b`)).status).toBe(400);
    expect(at.refusals()).toEqual([
      { step: 'issuer/par/form', code: 'invalid_request' },
      { step: 'issuer/authorization/form', code: 'invalid_request' },
    ]);
  });

  it('token/tx-code-attempts', async () => {
    const at = await house();
    const { tokenFields, txCode } = await walk(at, { wish: { txCode: true }, token: set('tx_code', 'x') });
    const ask = async (value: string) =>
      at.send(
        'POST',
        `${BASE}/token`,
        [['content-type', 'application/x-www-form-urlencoded']],
        new URLSearchParams({ ...(tokenFields as Record<string, string>), tx_code: value }).toString(),
      );
    for (let times = 1; times < 5; times++) await ask('x');
    expect((await ask(txCode ?? '')).status).toBe(400);
    expect(at.refusals().at(-1)?.step).toBe('issuer/token/tx-code-attempts');
  });

  it('token/refresh-token', async () => {
    const at = await house();
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'c' }).toString();
    await at.send('POST', `${BASE}/token`, [['content-type', 'application/x-www-form-urlencoded']], body);
    expect(at.refusals()).toEqual([{ step: 'issuer/token/refresh-token', code: 'invalid_grant' }]);
  });

  it('deferred/transaction-id and deferred/access-token, notification/access-token', async () => {
    const at = await house();
    let id: unknown;
    const first = await walk(at, {
      wish: { deferred: true, notification: 'credential_accepted' },
      deferred: (value) => {
        id = value['transaction_id'];
      },
    });
    const second = await walk(at);
    const ask = async (path: string, token: string, value: object) =>
      at.send(
        'POST',
        `${BASE}/${path}`,
        [
          ['content-type', 'application/json'],
          ['authorization', `Bearer ${token}`],
        ],
        JSON.stringify(value),
      );
    expect((await ask('deferred-credential', first.accessToken, { transaction_id: id })).status).toBe(400);
    expect(
      (
        await ask('notification', second.accessToken, {
          notification_id: first.notificationId,
          event: 'credential_failure',
        })
      ).status,
    ).toBe(401);
    let other: unknown;
    await walk(at, {
      wish: { deferred: true },
      deferred: (value) => {
        other = value['transaction_id'];
        value['transaction_id'] = 'x';
      },
    });
    expect((await ask('deferred-credential', first.accessToken, { transaction_id: other })).status).toBe(401);
    expect(at.refusals().map(({ step, code }) => `${step} ${code}`)).toEqual([
      'issuer/deferred/transaction-id invalid_transaction_id',
      'issuer/notification/access-token invalid_token',
      'issuer/deferred/transaction-id invalid_transaction_id',
      'issuer/deferred/access-token invalid_token',
    ]);
  });

  it('has a row for every step, and every step cites requirements that exist', () => {
    const apart = [
      'token/pre-authorized-code-reuse',
      'token/code-reuse',
      'token/tx-code-attempts',
      'par/form',
      'authorization/form',
      'token/refresh-token',
      'deferred/access-token',
      'notification/access-token',
    ];
    const covered = new Set([...ROWS.map(({ step }) => step), ...apart].map((rule) => `issuer/${rule}`));
    expect(ISSUER_STEPS.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
    expect([...covered].filter((id) => !ISSUER_STEPS.some((step) => step.id === id))).toEqual([]);
    expect(new Set(ISSUER_STEPS.map(({ id }) => id)).size).toBe(ISSUER_STEPS.length);
    const known = new Set([...vci, ...haip].map((requirement) => requirement.id));
    expect(ISSUER_STEPS.flatMap(({ requirements }) => requirements).filter((id) => !known.has(id))).toEqual([]);
  });
});
