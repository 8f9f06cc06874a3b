import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { sha256Base64url } from '../../protocol/encoding.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { hasPrivateMembers, sameKey, thumbprint } from '../../protocol/jose/jwk.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { member, num, obj, str } from '../../protocol/json.ts';
import { WALLET, rule, text } from './kit.ts';
import { accessTokenOf, faulty, jwtOf, secondsAt, serverMetadata, tokenResponseFor, wireOf } from './refs.ts';

/** RFC 9449 stands in both specifications as a recommendation (13.2), and in HAIP as a duty. */
const IDS = ['OID4VCI-13.2-4', 'HAIP-4-12'];

function walletCheck(
  check: Omit<MessageCheck, 'scope' | 'roles' | 'requirements'> & { requirements?: readonly string[] },
): MessageCheck {
  return { requirements: IDS, ...check, scope: 'message', roles: WALLET };
}

const PROOF = ['dpop-proof'];

/** Request URI without query and fragment (RFC 9449 4.2), compared after the syntax-based normalisation of RFC 3986 6.2.2, 6.2.3. */
function target(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function methodOf(message: MessageView): string | undefined {
  const { http } = message.entry;
  return http !== undefined && 'method' in http ? http.method : undefined;
}

export const DPOP_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'dpop-proof/header',
    kinds: PROOF,
    title: text('The header of a DPoP proof is right', 'DPoP 證明的標頭正確'),
    *judge(message) {
      const { header, errors } = jwtOf(message);
      if (header === undefined) {
        yield rule(
          false,
          message,
          text(`Not a JWT: ${errors[0]?.message.en ?? ''}`, `不是 JWT：${errors[0]?.message['zh-Hant'] ?? ''}`),
        );
        return;
      }
      const alg = str(header, 'alg');
      const jwk = obj(header, 'jwk');
      yield rule(str(header, 'typ') === 'dpop+jwt', message, text('typ is not dpop+jwt', 'typ 不是 dpop+jwt'), {
        seen: member(header, 'typ'),
      });
      yield rule(
        alg !== undefined && alg !== 'none' && !isSymmetricAlg(alg),
        message,
        text('No asymmetric alg', 'alg 不是非對稱演算法'),
        { seen: alg },
      );
      yield rule(
        jwk !== undefined && !hasPrivateMembers(jwk),
        message,
        text('jwk is missing or holds a private key', '缺少 jwk 或含有私鑰'),
      );
    },
  }),
  walletCheck({
    id: 'dpop-proof/signature',
    kinds: PROOF,
    title: text('A DPoP proof is signed with its jwk', 'DPoP 證明以其 jwk 簽章'),
    *judge(message) {
      const jwt = jwtOf(message);
      const jwk = obj(jwt.header, 'jwk');
      if (jwk === undefined) return;
      const result = verifyJws(jwt, jwk);
      if (!result.ok && result.reason === 'alg-unsupported') return;
      yield rule(result.ok, message, text('The signature does not verify with jwk', '以 jwk 驗證簽章失敗'));
    },
  }),
  walletCheck({
    id: 'dpop-proof/request',
    kinds: PROOF,
    title: text('htm and htu are those of the request', 'htm 與 htu 與請求相符'),
    *judge(message) {
      const carrier = wireOf(message);
      const { payload } = jwtOf(message);
      const method = methodOf(carrier);
      const url = target(carrier.url);
      if (payload === undefined || method === undefined || url === undefined) return;
      yield rule(str(payload, 'htm') === method, message, text('htm is not the method', 'htm 不是請求方法'), {
        expected: method,
        seen: member(payload, 'htm') ?? 'nothing',
        with: [carrier],
      });
      yield rule(target(str(payload, 'htu')) === url, message, text('htu is not the URL', 'htu 不是請求網址'), {
        expected: url,
        seen: member(payload, 'htu') ?? 'nothing',
        with: [carrier],
      });
    },
  }),
  walletCheck({
    id: 'dpop-proof/claims',
    kinds: PROOF,
    title: text('A DPoP proof has jti and a fresh iat', 'DPoP 證明具有 jti 與新的 iat'),
    *judge(message, _flow, run) {
      const { payload } = jwtOf(message);
      if (payload === undefined) return;
      const iat = num(payload, 'iat');
      const jti = str(payload, 'jti');
      const now = secondsAt(message);
      yield rule(jti !== undefined && jti !== '', message, text('jti is missing', '缺少 jti'));
      yield rule(
        iat !== undefined && Math.abs(iat - now) <= run.skewMs / 1000,
        message,
        text('iat is missing or not the time of creation', 'iat 缺少或不是產生時間'),
        { expected: Math.floor(now), seen: member(payload, 'iat') ?? 'nothing' },
      );
    },
  }),
  walletCheck({
    id: 'dpop-proof/access-token',
    kinds: PROOF,
    title: text(
      'ath is the hash of the presented access token, and the key is the one of the token',
      'ath 為存取權杖的雜湊，金鑰與權杖一致',
    ),
    *judge(message, flow) {
      const carrier = wireOf(message);
      const token = accessTokenOf(carrier);
      const jwk = obj(jwtOf(message).header, 'jwk');
      if (token === undefined || token.scheme !== 'dpop') return;
      const ath = member(jwtOf(message).payload, 'ath');
      yield rule(
        ath === sha256Base64url(token.token),
        message,
        text('ath does not fit the access token', 'ath 與存取權杖不符'),
        {
          seen: ath ?? 'nothing',
          with: [carrier],
        },
      );
      const asked = tokenResponseFor(flow, carrier)?.counterpart?.children('dpop-proof')[0];
      const first = obj(asked === undefined ? undefined : jwtOf(asked).header, 'jwk');
      if (faulty(flow) || jwk === undefined || first === undefined) return;
      yield rule(
        sameKey(jwk, first),
        message,
        text('Another key than at the token endpoint', '與權杖端點使用的金鑰不同'),
        {
          seen: thumbprint(jwk),
          with: [asked],
        },
      );
    },
  }),
  walletCheck({
    id: 'dpop-proof/nonce',
    kinds: PROOF,
    title: text('After use_dpop_nonce the given nonce is used', '收到 use_dpop_nonce 後使用所給的 nonce'),
    *judge(message, flow) {
      const carrier = wireOf(message);
      const refused = flow.messages.findLast(
        (other) =>
          other.seq < carrier.seq &&
          other.counterpart?.url === carrier.url &&
          (other.status ?? 0) >= 400 &&
          other.header('dpop-nonce') !== undefined,
      );
      if (faulty(flow) || refused === undefined) return;
      const nonces = flow.messages.flatMap((other) =>
        other.seq >= refused.seq && other.seq < carrier.seq ? (other.header('dpop-nonce') ?? []) : [],
      );
      const nonce = str(jwtOf(message).payload, 'nonce');
      yield rule(
        nonce !== undefined && nonces.includes(nonce),
        message,
        text('The nonce of the server is not used', '未使用伺服器所給的 nonce'),
        {
          expected: nonces.at(-1),
          seen: nonce ?? 'nothing',
          with: [refused],
        },
      );
    },
  }),
  walletCheck({
    id: 'dpop-proof/scheme',
    kinds: [
      'credential-request',
      'encrypted-credential-request',
      'deferred-credential-request',
      'notification-request',
    ],
    title: text('A token of type DPoP is presented with its proof', 'DPoP 類型的權杖須連同證明出示'),
    *judge(message, flow) {
      if (message.parent !== undefined || faulty(flow)) return;
      const response = tokenResponseFor(flow, message);
      if (str(response?.value, 'token_type')?.toLowerCase() !== 'dpop') return;
      const right = accessTokenOf(message)?.scheme === 'dpop' && message.children('dpop-proof').length === 1;
      yield rule(right, message, text('No DPoP scheme, or no proof', '沒有 DPoP scheme 或證明'), {
        seen: accessTokenOf(message)?.scheme ?? 'no Authorization header',
        with: [response],
      });
    },
  }),
  walletCheck({
    id: 'token-request/dpop',
    kinds: ['token-request'],
    requirements: ['HAIP-4-12'],
    title: text('DPoP-bound access tokens are asked for', '請求綁定 DPoP 的存取權杖'),
    *judge(message, flow) {
      if (!Object.hasOwn(serverMetadata(flow)?.value ?? {}, 'dpop_signing_alg_values_supported')) return;
      yield rule(
        message.children('dpop-proof').length === 1,
        message,
        text('The token request has no DPoP proof', '權杖請求沒有 DPoP 證明'),
      );
    },
  }),
];
