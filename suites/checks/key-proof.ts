import type { Check, FlowView, MessageCheck, MessageView, Observation } from '../../core/contracts/check.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { hasPrivateMembers, readJwk, sameKey } from '../../protocol/jose/jwk.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { arr, member, num, obj, str } from '../../protocol/json.ts';
import { attestedKeys } from './attested.ts';
import { chainObservations } from './chain.ts';
import { keysOfX5c, proofKeys } from './keys.ts';
import { WALLET, observe, rule, text, unjudged } from './kit.ts';
import {
  PRE_AUTHORIZED,
  configurationOf,
  faulty,
  freshness,
  grantOf,
  isBefore,
  issuerMetadata,
  jwtOf,
  secondsAt,
  tokenResponseFor,
} from './refs.ts';

/** The credential request that carries a proof or attestation. */
function requestWith(message: MessageView): MessageView | undefined {
  let here = message.parent;
  while (here !== undefined && here.kind !== 'credential-request') here = here.parent;
  return here;
}

/** c_nonces that the issuer had given out before the wallet sent this. */
function noncesBefore(flow: FlowView, message: MessageView): readonly string[] {
  return flow.all('nonce-response').flatMap((response) => {
    const nonce = isBefore(response, message) ? str(response.value, 'c_nonce') : undefined;
    return nonce === undefined ? [] : [nonce];
  });
}

function publishedAlgs(
  flow: FlowView,
  message: MessageView,
  type: 'jwt' | 'attestation',
): readonly unknown[] | undefined {
  const types = obj(configurationOf(flow, requestWith(message))?.value, 'proof_types_supported');
  return arr(obj(types, type), 'proof_signing_alg_values_supported');
}

/** Where an attestation travels: inside a jwt proof, or as a proof of its own. */
function carriedBy(message: MessageView): 'jwt' | 'attestation' {
  return message.parent?.kind === 'key-proof' ? 'jwt' : 'attestation';
}

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

const PROOF = ['key-proof'];
const ATTESTATION = ['key-attestation'];

export const KEY_PROOF_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'key-proof/jwt',
    kinds: PROOF,
    requirements: ['OID4VCI-G.6.1-1'],
    title: text('A key proof is a compact JWS that can be read', '金鑰證明是可讀取的精簡序列化 JWS'),
    *judge(message) {
      const [error] = jwtOf(message).errors.filter(({ code }) => !code.startsWith('crit') && code !== 'alg-missing');
      yield rule(
        error === undefined,
        message,
        text(`Not a readable JWS: ${error?.message.en ?? ''}`, `無法讀取的 JWS：${error?.message['zh-Hant'] ?? ''}`),
      );
    },
  }),
  walletCheck({
    id: 'key-proof/audience',
    kinds: PROOF,
    requirements: ['OID4VCI-8.2-22', 'OID4VCI-F.1-21'],
    title: text(
      'aud of a key proof is the Credential Issuer Identifier',
      '金鑰證明的 aud 為 Credential Issuer Identifier',
    ),
    mend: text('Set aud to credential_issuer, character by character', '將 aud 設為 credential_issuer，逐字相同'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      const { payload } = jwtOf(message);
      const issuer = str(metadata?.value, 'credential_issuer');
      // A missing or malformed aud is the schema's to tell.
      const aud = str(payload, 'aud');
      if (faulty(flow) || aud === undefined || issuer === undefined) return;
      yield rule(
        aud === issuer,
        message,
        text('aud is not the Credential Issuer Identifier', 'aud 不是 Credential Issuer Identifier'),
        {
          expected: issuer,
          seen: aud,
          with: [metadata?.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'key-proof/nonce',
    kinds: PROOF,
    requirements: ['OID4VCI-8.2-23', 'OID4VCI-8.2-25', 'OID4VCI-F.1-24', 'OID4VCI-F.1-25'],
    title: text('A key proof has a c_nonce of the issuer', '金鑰證明含有簽發者提供的 c_nonce'),
    *judge(message, flow) {
      const { payload } = jwtOf(message);
      const metadata = issuerMetadata(flow);
      if (faulty(flow) || payload === undefined || metadata === undefined) return;
      const nonce = member(payload, 'nonce');
      if (str(metadata.value, 'nonce_endpoint') !== undefined) {
        yield rule(
          nonce !== undefined,
          message,
          text('The issuer has a nonce endpoint, but the proof has no nonce', '簽發者有 nonce 端點，證明卻沒有 nonce'),
          { requirements: ['OID4VCI-8.2-23', 'OID4VCI-F.1-25'], with: [metadata.message] },
        );
      }
      if (typeof nonce !== 'string') return;
      const given = noncesBefore(flow, message);
      const ids = ['OID4VCI-8.2-25', 'OID4VCI-F.1-24'];
      if (given.length === 0) {
        yield unjudged(message, text('No c_nonce was given out in this flow', '此流程中未曾發出 c_nonce'), {
          requirements: ids,
          seen: nonce,
        });
        return;
      }
      yield rule(
        given.includes(nonce),
        message,
        text('nonce is not a c_nonce of the issuer', 'nonce 不是簽發者給的 c_nonce'),
        {
          requirements: ids,
          expected: given.at(-1),
          seen: nonce,
        },
      );
    },
  }),
  walletCheck({
    id: 'key-proof/iat',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-23'],
    title: text('iat of a key proof is its time of creation', '金鑰證明的 iat 為其產生時間'),
    *judge(message, _flow, run) {
      const iat = num(jwtOf(message).payload, 'iat');
      if (iat === undefined) return;
      const { fresh, ...weight } = freshness(iat, message, run.skewMs);
      yield rule(fresh, message, text('iat is not the time at which the proof was made', 'iat 不是證明的產生時間'), {
        expected: Math.floor(secondsAt(message)),
        seen: iat,
        ...weight,
      });
    },
  }),
  walletCheck({
    id: 'key-proof/algorithm',
    kinds: PROOF,
    requirements: ['OID4VCI-12.2.4-73', 'OID4VCI-F.1-30'],
    title: text('A key proof is signed with a published algorithm', '金鑰證明以已公布的演算法簽章'),
    *judge(message, flow) {
      const alg = str(jwtOf(message).header, 'alg');
      const published = publishedAlgs(flow, message, 'jwt');
      if (faulty(flow) || alg === undefined || published === undefined) return;
      yield rule(
        published.includes(alg),
        message,
        text('alg is not published by the issuer', 'alg 不在簽發者公布的清單內'),
        {
          expected: published,
          seen: alg,
          with: [issuerMetadata(flow)?.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'key-proof/signature',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-1'],
    title: text('A key proof is signed with the key that it names', '金鑰證明以其所指的金鑰簽章'),
    *judge(message, _flow, run) {
      const jwt = jwtOf(message);
      const alg = str(jwt.header, 'alg');
      if (alg === undefined || jwt.signature === undefined || /^none$/i.test(alg) || isSymmetricAlg(alg)) return;
      const found = proofKeys(jwt, run, message.children('key-attestation').flatMap(attestedKeys));
      if (found.wrong !== undefined) {
        yield observe(
          'violated',
          message,
          text(`The key cannot be found: ${found.wrong}`, `找不到金鑰：${found.wrong}`),
        );
        return;
      }
      if (found.keys.length === 0) {
        yield unjudged(message, text('The key of the proof is not in the trace', '紀錄中沒有證明所用的金鑰'), {
          seen: str(jwt.header, 'kid') ?? 'no kid, jwk or x5c',
        });
        return;
      }
      const results = found.keys.map((key) => verifyJws(jwt, key));
      if (results.every((result) => !result.ok && /^(alg-unsupported|crit-unsupported)$/.test(result.reason))) return;
      const reason = results.find((result) => !result.ok);
      yield rule(
        results.some((result) => result.ok),
        message,
        text('The signature does not verify with the key that the proof names', '以證明所指的金鑰驗證簽章失敗'),
        reason?.ok === false ? { seen: reason.message.en } : {},
      );
    },
  }),
  walletCheck({
    id: 'key-proof/public-key',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-10'],
    title: text('jwk of a key proof is a sound public key', '金鑰證明的 jwk 是健全的公開金鑰'),
    *judge(message) {
      const jwk = obj(jwtOf(message).header, 'jwk');
      // Private members are the schema's to tell.
      if (jwk === undefined || hasPrivateMembers(jwk)) return;
      const [error] = readJwk(jwk).errors.filter(({ code }) => code !== 'jwk-crv-unknown' && code !== 'jwk-kty');
      yield rule(
        error === undefined,
        message,
        text(`jwk is unsound: ${error?.message.en ?? ''}`, `jwk 有誤：${error?.message['zh-Hant'] ?? ''}`),
        { seen: jwk },
      );
    },
  }),
  walletCheck({
    id: 'key-proof/did-url',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-7'],
    title: text('kid with a DID is the URL of one key', '以 DID 表示的 kid 指向單一金鑰'),
    *judge(message, _flow, run) {
      const kid = str(jwtOf(message).header, 'kid');
      if (kid?.startsWith('did:') !== true) return;
      const found = proofKeys(jwtOf(message), run);
      yield rule(
        kid.includes('#') && found.wrong === undefined,
        message,
        text('kid is not a DID URL of one key in the DID document', 'kid 不是 DID 文件中某一金鑰的 DID URL'),
        { expected: 'did:…#key', seen: kid },
      );
    },
  }),
  walletCheck({
    id: 'key-proof/issuer-claim',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-18', 'OID4VCI-F.1-19'],
    title: text(
      'iss of a key proof is the client_id, and absent after anonymous access',
      '金鑰證明的 iss 為 client_id，匿名存取時不得出現',
    ),
    *judge(message, flow) {
      const iss = str(jwtOf(message).payload, 'iss');
      const request = requestWith(message);
      if (iss === undefined || request === undefined) return;
      const token = tokenResponseFor(flow, request)?.counterpart;
      if (token === undefined) return;
      const clientId = clientOf(token);
      const anonymous =
        grantOf(flow) === PRE_AUTHORIZED && clientId === undefined && token.header('authorization') === undefined;
      if (anonymous) {
        yield observe(
          'violated',
          message,
          text('iss is set although the token request was anonymous', '匿名的權杖請求之後不應設定 iss'),
          { requirements: ['OID4VCI-F.1-19'], seen: iss, with: [token] },
        );
      } else if (clientId !== undefined) {
        yield rule(iss === clientId, message, text('iss is not the client_id', 'iss 不是 client_id'), {
          requirements: ['OID4VCI-F.1-18'],
          expected: clientId,
          seen: iss,
          with: [token],
        });
      }
    },
  }),
  walletCheck({
    id: 'key-proof/attestation-present',
    kinds: PROOF,
    requirements: ['OID4VCI-12.2.4-77'],
    title: text('A demanded key attestation travels with the proof', '所要求的金鑰認證隨證明送出'),
    *judge(message, flow) {
      if (faulty(flow)) return;
      const types = obj(configurationOf(flow, requestWith(message))?.value, 'proof_types_supported');
      if (!Object.hasOwn(obj(types, 'jwt') ?? {}, 'key_attestations_required')) return;
      yield rule(
        member(jwtOf(message).header, 'key_attestation') !== undefined,
        message,
        text('The issuer demands a key attestation, and the proof has none', '簽發者要求金鑰認證，證明中卻沒有'),
        { with: [issuerMetadata(flow)?.message] },
      );
    },
  }),
  walletCheck({
    id: 'key-attestation/nonce',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-F.1-14', 'OID4VCI-F.3-2', 'OID4VCI-D.1-14'],
    title: text('nonce of a key attestation is a c_nonce of the issuer', '金鑰認證的 nonce 為簽發者的 c_nonce'),
    *judge(message, flow) {
      if (faulty(flow)) return;
      const { payload } = jwtOf(message);
      if (payload === undefined) return;
      const given = noncesBefore(flow, message);
      const nonce = member(payload, 'nonce');
      const alone = carriedBy(message) === 'attestation';
      const ids = [alone ? 'OID4VCI-F.3-2' : 'OID4VCI-F.1-14', 'OID4VCI-D.1-14'];
      const wanted = alone ? str(issuerMetadata(flow)?.value, 'nonce_endpoint') !== undefined : given.length > 0;
      if (!wanted && nonce === undefined) return;
      if (nonce === undefined) {
        yield observe('violated', message, text('The key attestation has no nonce', '金鑰認證沒有 nonce'), {
          requirements: ids.slice(0, 1),
        });
      } else if (given.length === 0) {
        yield unjudged(message, text('No c_nonce was given out in this flow', '此流程中未曾發出 c_nonce'), {
          requirements: ids,
        });
      } else {
        yield rule(
          typeof nonce === 'string' && given.includes(nonce),
          message,
          text('nonce is not a c_nonce of the issuer', 'nonce 不是簽發者給的 c_nonce'),
          { requirements: ids, expected: given.at(-1), seen: nonce },
        );
      }
    },
  }),
  walletCheck({
    id: 'key-attestation/algorithm',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-F.1-31', 'OID4VCI-F.3-5', 'OID4VCI-D.1-2'],
    title: text('A key attestation is signed with a published algorithm', '金鑰認證以已公布的演算法簽章'),
    *judge(message, flow) {
      const alg = str(jwtOf(message).header, 'alg');
      if (alg === undefined) return;
      yield rule(
        !/^none$/i.test(alg) && !isSymmetricAlg(alg),
        message,
        text('The key attestation has no digital signature', '金鑰認證沒有數位簽章'),
        { requirements: ['OID4VCI-D.1-2'], seen: alg },
      );
      const type = carriedBy(message);
      const published = publishedAlgs(flow, message, type);
      if (faulty(flow) || published === undefined) return;
      yield rule(
        published.includes(alg),
        message,
        text('alg is not published by the issuer', 'alg 不在簽發者公布的清單內'),
        {
          requirements: [type === 'jwt' ? 'OID4VCI-F.1-31' : 'OID4VCI-F.3-5'],
          expected: published,
          seen: alg,
        },
      );
    },
  }),
  walletCheck({
    id: 'key-attestation/signature',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-D.1-5', 'HAIP-4.5.1-4', 'HAIP-4.5.1-5', 'HAIP-4.5.1-6'],
    title: text('A key attestation verifies with the key that it conveys', '金鑰認證可用其所附的金鑰驗證'),
    *judge(message, _flow, run): Generator<Observation> {
      const jwt = jwtOf(message);
      const { header } = jwt;
      if (header === undefined) return;
      const named = ['x5c', 'kid', 'trust_chain', 'jwk'].some((name) => Object.hasOwn(header, name));
      yield rule(named, message, text('Nothing tells the key of the attestation', '沒有任何資訊指出認證所用的金鑰'), {
        requirements: ['OID4VCI-D.1-5'],
      });
      yield* chainObservations(message, header, run, {
        present: 'HAIP-4.5.1-4',
        anchor: 'HAIP-4.5.1-5',
        selfSigned: 'HAIP-4.5.1-6',
      });
      const [key] = Object.hasOwn(header, 'x5c') ? keysOfX5c(header).keys : [];
      if (key === undefined) return;
      yield rule(
        verifyJws(jwt, key).ok,
        message,
        text('The signature does not verify with the certificate in x5c', '以 x5c 的憑證驗證簽章失敗'),
        { requirements: ['OID4VCI-D.1-5', 'HAIP-4.5.1-4'] },
      );
    },
  }),
  walletCheck({
    id: 'key-attestation/times',
    kinds: ATTESTATION,
    requirements: ['OID4VCI-D.1-6', 'OID4VCI-D.1-7', 'OID4VCI-D.1-8'],
    title: text('iat and exp of a key attestation are sound', '金鑰認證的 iat 與 exp 合理'),
    *judge(message, _flow, run) {
      const { payload } = jwtOf(message);
      if (payload === undefined) return;
      const now = secondsAt(message);
      const skew = run.skewMs / 1000;
      const iat = num(payload, 'iat');
      yield rule(
        iat !== undefined && iat <= now + skew,
        message,
        text('iat is missing or in the future', '缺少 iat 或其在未來'),
        {
          requirements: ['OID4VCI-D.1-6'],
          seen: member(payload, 'iat') ?? 'nothing',
        },
      );
      const exp = member(payload, 'exp');
      if (carriedBy(message) === 'jwt') {
        yield rule(exp !== undefined, message, text('exp is missing beside a jwt proof', '隨 jwt 證明送出時缺少 exp'), {
          requirements: ['OID4VCI-D.1-8'],
        });
      }
      if (exp === undefined) return;
      yield rule(
        typeof exp === 'number' && exp > now - skew,
        message,
        text('The key attestation has expired', '金鑰認證已過期'),
        {
          requirements: ['OID4VCI-D.1-7'],
          expected: `> ${Math.floor(now)}`,
          seen: exp,
        },
      );
    },
  }),
  walletCheck({
    id: 'key-attestation/proof-key',
    kinds: PROOF,
    requirements: ['OID4VCI-F.1-13'],
    title: text(
      'The key of a proof is among the keys that its attestation vouches for',
      '證明的金鑰在其認證所擔保的金鑰之中',
    ),
    *judge(message, _flow, run) {
      const attested = message.children('key-attestation').flatMap(attestedKeys);
      const own = proofKeys(jwtOf(message), run, attested).keys;
      if (attested.length === 0 || own.length === 0) return;
      yield rule(
        own.some((key) => attested.some((other) => sameKey(key, other))),
        message,
        text('The key of the proof is not attested', '證明的金鑰未經認證'),
      );
    },
  }),
];

/** client_id of a token request: its own parameter, else the subject of what authenticates the client. */
export function clientOf(token: MessageView): string | undefined {
  const own = str(token.value, 'client_id');
  if (own !== undefined) return own;
  const assertion = token.children('client-assertion')[0] ?? token.children('client-attestation')[0];
  return assertion === undefined ? undefined : str(jwtOf(assertion).payload, 'sub');
}
