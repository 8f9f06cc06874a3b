import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { arr, isObject, member, str, strings } from '../../protocol/json.ts';
import { appendedWellKnownUrl, wellKnownUrl } from '../../protocol/oauth.ts';
import { ISSUER, rule, text } from './kit.ts';
import { issuerMetadata } from './refs.ts';

function serverCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER, kinds: ['as-metadata'] };
}

const SUFFIXES = ['oauth-authorization-server', 'openid-configuration'];

export const AS_METADATA_CHECKS: readonly Check[] = [
  serverCheck({
    id: 'as-metadata/issuer',
    requirements: ['OID4VCI-12.2.4-5', 'OID4VCI-12.2.4-8', 'HAIP-4.1-1'],
    title: text('issuer is the identifier that the metadata was asked for', 'issuer 與取得中繼資料所用的識別碼相同'),
    *judge(message, flow) {
      if (!isObject(message.value)) return;
      const issuer = str(message.value, 'issuer');
      const asked = message.counterpart?.url?.split(/[?#]/)[0];
      const metadata = issuerMetadata(flow);
      const servers = strings(metadata?.value, 'authorization_servers');
      if (metadata === undefined || asked === undefined) return;
      const expected = servers ?? [str(metadata.value, 'credential_issuer') ?? ''];
      const places = SUFFIXES.flatMap((suffix) => [
        wellKnownUrl(issuer ?? '', suffix),
        appendedWellKnownUrl(issuer ?? '', suffix),
      ]);
      yield rule(
        issuer !== undefined && expected.includes(issuer) && places.includes(asked),
        message,
        text('issuer is not the identifier of the authorization server', 'issuer 不是授權伺服器的識別碼'),
        {
          requirements: [servers === undefined ? 'OID4VCI-12.2.4-5' : 'OID4VCI-12.2.4-8', 'HAIP-4.1-1'],
          expected,
          seen: issuer ?? 'nothing',
          with: [metadata.message],
        },
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/location',
    requirements: ['OID4VCI-12.2.4-5', 'OID4VCI-12.2.4-8', 'HAIP-4.1-1'],
    title: text('The metadata stands at the place of RFC 8414', '中繼資料位於 RFC 8414 所定的位置'),
    mend: text(
      'Serve the metadata at /.well-known/oauth-authorization-server, with the path of the identifier behind it',
      '請於 /.well-known/oauth-authorization-server（其後接識別碼的路徑）提供中繼資料',
    ),
    *judge(message, flow) {
      const asked = message.counterpart?.url?.split(/[?#]/)[0];
      const issuer = str(message.value, 'issuer');
      if (asked === undefined || issuer === undefined) return;
      const wanted = wellKnownUrl(issuer, 'oauth-authorization-server');
      const listed = strings(issuerMetadata(flow)?.value, 'authorization_servers') !== undefined;
      // Another identifier than the one that was asked for is the finding of the check above.
      const elsewhere = [
        appendedWellKnownUrl(issuer, 'oauth-authorization-server'),
        wellKnownUrl(issuer, 'openid-configuration'),
        appendedWellKnownUrl(issuer, 'openid-configuration'),
      ];
      if (asked !== wanted && !elsewhere.includes(asked)) return;
      yield rule(
        asked === wanted,
        message,
        text(
          'The metadata is not at the place of RFC 8414, but only where OpenID Connect has it',
          '中繼資料不在 RFC 8414 所定的位置，僅位於 OpenID Connect 的位置',
        ),
        {
          requirements: [listed ? 'OID4VCI-12.2.4-8' : 'OID4VCI-12.2.4-5', 'HAIP-4.1-1'],
          expected: wanted,
          seen: asked,
        },
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/endpoints',
    requirements: ['OID4VCI-12.2.4-5', 'OID4VCI-12.2.4-8', 'HAIP-4.1-1'],
    title: text('The metadata names the endpoints of the grants that it supports', '中繼資料列出其支援授權類型的端點'),
    *judge(message, flow) {
      if (!isObject(message.value)) return;
      const listed = strings(issuerMetadata(flow)?.value, 'authorization_servers') !== undefined;
      const ids = [listed ? 'OID4VCI-12.2.4-8' : 'OID4VCI-12.2.4-5', 'HAIP-4.1-1'];
      const grants = strings(message.value, 'grant_types_supported');
      const needed = [
        'token_endpoint',
        ...(grants?.includes('authorization_code') === true ? ['authorization_endpoint'] : []),
      ];
      const wrong = needed.filter((name) => !URL.canParse(str(message.value, name) ?? ''));
      yield rule(
        wrong.length === 0,
        message,
        text(`Missing or no URL: ${wrong.join(', ')}`, `缺少或不是網址：${wrong.join('、')}`),
        { requirements: ids, seen: wrong },
      );
      const fragments = ['authorization_endpoint', 'token_endpoint', 'pushed_authorization_request_endpoint'].filter(
        (name) => str(message.value, name)?.includes('#') === true,
      );
      yield rule(
        fragments.length === 0,
        message,
        text(
          `An endpoint has a fragment: ${fragments.join(', ')}`,
          `端點含有片段（fragment）：${fragments.join('、')}`,
        ),
        { requirements: ids, seen: fragments },
      );
      // Who has no authorization endpoint has no response types either (OpenID4VCI 12.2.4).
      if (member(message.value, 'authorization_endpoint') === undefined) return;
      yield rule(
        arr(message.value, 'response_types_supported') !== undefined,
        message,
        text('response_types_supported is missing', '缺少 response_types_supported'),
        { requirements: ids },
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/dpop-algorithms',
    requirements: ['OID4VCI-13.2-1', 'OID4VCI-13.2-4'],
    title: text('Algorithms for DPoP are asymmetric', 'DPoP 的演算法為非對稱'),
    *judge(message) {
      const algs = arr(message.value, 'dpop_signing_alg_values_supported');
      if (algs === undefined) return;
      const wrong = algs.filter((alg) => typeof alg !== 'string' || alg === 'none' || isSymmetricAlg(alg));
      yield rule(
        wrong.length === 0,
        message,
        text('An algorithm that no DPoP proof may have', 'DPoP 證明不得使用的演算法'),
        {
          seen: wrong,
        },
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/authentication-methods',
    requirements: ['OID4VCI-13.3-1'],
    title: text(
      'The authorization server publishes its client authentication methods',
      '授權伺服器公布其用戶端驗證方式',
    ),
    *judge(message) {
      if (!isObject(message.value)) return;
      const methods = arr(message.value, 'token_endpoint_auth_methods_supported');
      yield rule(
        methods !== undefined,
        message,
        text('token_endpoint_auth_methods_supported is missing', '缺少 token_endpoint_auth_methods_supported'),
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/pkce',
    requirements: ['OID4VCI-5-2'],
    title: text('The authorization server supports PKCE with S256', '授權伺服器支援 S256 的 PKCE'),
    *judge(message) {
      if (!isObject(message.value) || member(message.value, 'authorization_endpoint') === undefined) return;
      const methods = arr(message.value, 'code_challenge_methods_supported');
      yield rule(
        methods?.includes('S256') === true,
        message,
        text('code_challenge_methods_supported lacks S256', 'code_challenge_methods_supported 缺少 S256'),
        { seen: methods ?? 'nothing' },
      );
    },
  }),
  serverCheck({
    id: 'as-metadata/par',
    requirements: ['OID4VCI-5-3', 'OID4VCI-5.1.4-1'],
    title: text('The authorization server offers pushed authorization requests', '授權伺服器提供推送式授權請求'),
    *judge(message) {
      if (!isObject(message.value) || member(message.value, 'authorization_endpoint') === undefined) return;
      yield rule(
        str(message.value, 'pushed_authorization_request_endpoint') !== undefined,
        message,
        text('pushed_authorization_request_endpoint is missing', '缺少 pushed_authorization_request_endpoint'),
      );
    },
  }),
];
