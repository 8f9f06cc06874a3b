import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { isObject, member, num, obj, str } from '../../protocol/json.ts';
import { chainObservations } from './chain.ts';
import { keysOfX5c } from './keys.ts';
import { WALLET, rule, text } from './kit.ts';
import { faulty, freshness, jwtOf, secondsAt, serverMetadata, wireOf } from './refs.ts';

const ATTESTATION = ['client-attestation'];
const POP = ['client-attestation-pop'];

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

export const CLIENT_ATTESTATION_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'client-attestation/form',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-E-2'],
    title: text(
      'A wallet attestation has the form of a client attestation JWT',
      '錢包認證符合 Client Attestation JWT 的形式',
    ),
    *judge(message, _flow, run) {
      const { header, payload, errors } = jwtOf(message);
      if (header === undefined || payload === undefined) {
        yield rule(
          false,
          message,
          text(`Not a JWT: ${errors[0]?.message.en ?? ''}`, `不是 JWT：${errors[0]?.message['zh-Hant'] ?? ''}`),
        );
        return;
      }
      const alg = str(header, 'alg');
      yield rule(
        member(header, 'typ') === 'oauth-client-attestation+jwt',
        message,
        text('Wrong or missing typ', 'typ 錯誤或缺少'),
        {
          expected: 'oauth-client-attestation+jwt',
          seen: member(header, 'typ') ?? 'nothing',
        },
      );
      yield rule(
        alg !== undefined && alg !== 'none' && !isSymmetricAlg(alg),
        message,
        text('No digital signature', '沒有數位簽章'),
        { seen: alg },
      );
      const exp = num(payload, 'exp');
      const now = secondsAt(message);
      yield rule(
        exp !== undefined && exp > now - run.skewMs / 1000,
        message,
        text('exp is missing or past', 'exp 缺少或已過'),
        {
          seen: member(payload, 'exp') ?? 'nothing',
        },
      );
      yield rule(isObject(obj(obj(payload, 'cnf'), 'jwk')), message, text('cnf has no jwk', 'cnf 沒有 jwk'));
    },
  }),
  walletCheck({
    id: 'client-attestation/subject',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-E-8'],
    title: text('sub of the wallet attestation is the client_id', '錢包認證的 sub 為 client_id'),
    *judge(message) {
      const sub = str(jwtOf(message).payload, 'sub');
      const client = str(wireOf(message).value, 'client_id');
      yield rule(
        sub !== undefined && (client === undefined || sub === client),
        message,
        text('sub is missing or not the client_id', 'sub 缺少或不是 client_id'),
        {
          expected: client,
          seen: sub ?? 'nothing',
        },
      );
    },
  }),
  walletCheck({
    id: 'client-attestation/proof-of-possession',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-E-6'],
    title: text('A proof of possession travels with the wallet attestation', '錢包認證須連同持有證明送出'),
    *judge(message) {
      const pops = wireOf(message).children('client-attestation-pop');
      yield rule(pops.length === 1, message, text('No proof of possession, or several', '沒有持有證明或有多個'), {
        seen: pops.length,
      });
      const [pop] = pops;
      const key = obj(obj(jwtOf(message).payload, 'cnf'), 'jwk');
      if (pop === undefined || key === undefined) return;
      const result = verifyJws(jwtOf(pop), key);
      if (!result.ok && result.reason === 'alg-unsupported') return;
      yield rule(
        result.ok,
        message,
        text('The proof of possession is not signed with the key in cnf', '持有證明未以 cnf 的金鑰簽章'),
        {
          with: [pop],
        },
      );
    },
  }),
  walletCheck({
    id: 'client-attestation-pop/claims',
    kinds: POP,
    requirements: ['OID4VCI-E-6'],
    title: text('The proof of possession is for this server, and fresh', '持有證明針對此伺服器且為新產生'),
    *judge(message, flow, run) {
      const { header, payload } = jwtOf(message);
      if (header === undefined || payload === undefined) return;
      yield rule(
        member(header, 'typ') === 'oauth-client-attestation-pop+jwt',
        message,
        text('Wrong or missing typ', 'typ 錯誤或缺少'),
        {
          expected: 'oauth-client-attestation-pop+jwt',
          seen: member(header, 'typ') ?? 'nothing',
        },
      );
      yield rule(str(payload, 'jti') !== undefined, message, text('jti is missing', '缺少 jti'));
      const iat = num(payload, 'iat');
      const { fresh, ...weight } = iat === undefined ? { fresh: false } : freshness(iat, message, run.skewMs);
      yield rule(fresh, message, text('iat is missing or not the time of creation', 'iat 缺少或不是產生時間'), {
        expected: Math.floor(secondsAt(message)),
        seen: member(payload, 'iat') ?? 'nothing',
        ...weight,
      });
      const server = serverMetadata(flow);
      const issuer = str(server?.value, 'issuer');
      if (faulty(flow) || issuer === undefined) return;
      const aud = member(payload, 'aud');
      const right = aud === issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === issuer);
      yield rule(right, message, text('aud is not the authorization server', 'aud 不是授權伺服器'), {
        expected: issuer,
        seen: aud ?? 'nothing',
        with: [server?.message],
      });
    },
  }),
  walletCheck({
    id: 'client-attestation/signature',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-E-2', 'HAIP-4.4.1-4'],
    title: text('A wallet attestation verifies with the certificate in x5c', '錢包認證可用 x5c 的憑證驗證'),
    *judge(message) {
      const jwt = jwtOf(message);
      if (jwt.header === undefined || !Object.hasOwn(jwt.header, 'x5c')) return;
      const [key] = keysOfX5c(jwt.header).keys;
      if (key === undefined) return;
      yield rule(verifyJws(jwt, key).ok, message, text('The signature does not verify', '簽章驗證失敗'));
    },
  }),
  walletCheck({
    id: 'client-attestation/x5c',
    kinds: ATTESTATION,
    requirements: ['HAIP-4.4.1-4', 'HAIP-4.4.1-5'],
    title: text('x5c of a wallet attestation has a chain without its anchor', '錢包認證的 x5c 含不帶信任錨的憑證鏈'),
    *judge(message, _flow, run) {
      const { header } = jwtOf(message);
      if (header === undefined) return;
      yield* chainObservations(message, header, run, { present: 'HAIP-4.4.1-4', anchor: 'HAIP-4.4.1-5' });
    },
  }),
  walletCheck({
    id: 'client-assertion/claims',
    kinds: ['client-assertion'],
    requirements: ['OID4VCI-6.1-7'],
    title: text(
      'A client assertion is about this client, for this server, and in time',
      'client assertion 屬於此用戶端、針對此伺服器且在有效期內',
    ),
    *judge(message, flow, run) {
      const { header, payload } = jwtOf(message);
      if (header === undefined || payload === undefined) {
        yield rule(false, message, text('Not a JWT', '不是 JWT'));
        return;
      }
      const alg = str(header, 'alg');
      yield rule(
        alg !== undefined && alg !== 'none' && !isSymmetricAlg(alg),
        message,
        text('No digital signature', '沒有數位簽章'),
        {
          seen: alg ?? 'no alg',
        },
      );
      const carrier = wireOf(message);
      const iss = str(payload, 'iss');
      const client = str(carrier.value, 'client_id') ?? iss;
      yield rule(
        iss !== undefined && iss === str(payload, 'sub') && iss === client,
        message,
        text('iss and sub are not the client_id', 'iss 與 sub 不是 client_id'),
        {
          expected: client,
          seen: { iss, sub: str(payload, 'sub') },
        },
      );
      const exp = num(payload, 'exp');
      yield rule(
        exp !== undefined && exp > secondsAt(message) - run.skewMs / 1000,
        message,
        text('exp is missing or past', 'exp 缺少或已過'),
        {
          seen: member(payload, 'exp') ?? 'nothing',
        },
      );
      const server = serverMetadata(flow);
      const issuer = str(server?.value, 'issuer');
      if (faulty(flow) || server === undefined || issuer === undefined) return;
      // RFC 7523 3 lets the token endpoint stand for the server; a pushed request may name its own endpoint (RFC 9126 2).
      const allowed = new Set([issuer, str(server.value, 'token_endpoint'), carrier.url]);
      const raw = member(payload, 'aud');
      const aud: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
      yield rule(
        aud.some((value) => typeof value === 'string' && allowed.has(value)),
        message,
        text('aud is not the authorization server', 'aud 不是授權伺服器'),
        {
          expected: issuer,
          seen: raw ?? 'nothing',
          with: [server.message],
        },
      );
    },
  }),
];
