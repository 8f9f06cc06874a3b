import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { readClaimsPath, selectClaims, showPath } from '../../protocol/claims-path.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { hasPrivateMembers, sameKey } from '../../protocol/jose/jwk.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { arr, bool, member, num, obj, str, strings } from '../../protocol/json.ts';
import { readStatusReference } from '../../protocol/status-list.ts';
import { attestedKeys } from './attested.ts';
import { chainObservations } from './chain.ts';
import { confirmationKeys, issuerKeys, proofKeys } from './keys.ts';
import { ISSUER, observe, rule, text, unjudged } from './kit.ts';
import type { Configuration } from './refs.ts';
import { configurationOf, credentialRequestFor, faulty, jwtOf, sdJwtOf, secondsAt } from './refs.ts';

/** Claims that an SD-JWT VC never discloses selectively (SD-JWT VC 3.2.2.2). */
const ALWAYS_OPEN = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status'];

/** What this reader does not know is no fault of the credential. */
const NOT_JUDGED = new Set(['sd-alg-unknown', 'crit-unsupported', 'sd-jwt-too-large', 'too-deep']);

function configurationFor(message: MessageView, flow: FlowView): Configuration | undefined {
  return configurationOf(flow, credentialRequestFor(flow, message));
}

/** True for what was issued as an SD-JWT VC: by the configuration, else by its looks. */
function isSdJwtVc(message: MessageView, flow: FlowView): boolean {
  const format = str(configurationFor(message, flow)?.value, 'format');
  if (format !== undefined) return format === 'dc+sd-jwt';
  return /^ey[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*~/.test(message.text);
}

function credentialCheck(
  check: Pick<MessageCheck, 'id' | 'title' | 'requirements' | 'judge'> & Pick<Partial<MessageCheck>, 'mend'>,
): MessageCheck {
  return {
    ...check,
    scope: 'message',
    roles: ISSUER,
    kinds: ['credential'],
    judge: (message, flow, run) => (isSdJwtVc(message, flow) ? check.judge(message, flow, run) : []),
  };
}

const SD_JWT = 'OID4VCI-A.3.4-1';

export const CREDENTIAL_CHECKS: readonly Check[] = [
  credentialCheck({
    id: 'credential/sd-jwt',
    requirements: [SD_JWT],
    title: text(
      'A credential is a well-formed SD-JWT whose disclosures all fit',
      '憑證是格式正確的 SD-JWT，且所有揭露項皆相符',
    ),
    *judge(message) {
      const { reading, resolution } = sdJwtOf(message);
      const errors = [...reading.errors, ...resolution.errors].filter((error) => !NOT_JUDGED.has(error.code));
      for (const error of errors.slice(0, 10)) {
        const at = error.at === undefined ? '' : ` (${error.at})`;
        yield observe(
          'violated',
          message,
          text(`Not a sound SD-JWT: ${error.message.en}${at}`, `SD-JWT 有誤：${error.message['zh-Hant']}${at}`),
          { seen: error.code, ...(error.section === undefined ? {} : { expected: error.section }) },
        );
      }
      if (reading.kbJwt !== undefined) {
        yield observe(
          'violated',
          message,
          text('An issued credential carries a key binding JWT', '簽發的憑證不應帶有金鑰綁定 JWT'),
        );
      } else if (errors.length === 0 && reading.sdAlg !== undefined) yield rule(true, message, text('', ''));
    },
  }),
  credentialCheck({
    id: 'credential/not-encoded-again',
    requirements: ['OID4VCI-A.3.4-2'],
    title: text('An SD-JWT VC is not encoded a second time', 'SD-JWT VC 不得再次編碼'),
    *judge(message) {
      const looks = (value: string): boolean => /^ey[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/.test(value);
      const inside = Buffer.from(message.text.slice(0, 400), 'base64url').toString('latin1');
      const quoted = message.text.trim().startsWith('"ey');
      const again = !looks(message.text) && (inside.startsWith('eyJ') || quoted);
      if (!again && !looks(message.text)) return;
      yield rule(!again, message, text('The credential is encoded a second time', '憑證被重複編碼'), {
        seen: message.text.slice(0, 60),
      });
    },
  }),
  credentialCheck({
    id: 'credential/algorithm',
    requirements: ['OID4VCI-12.2.4-61', SD_JWT],
    title: text('A credential is signed with a published algorithm', '憑證以已公布的演算法簽章'),
    *judge(message, flow) {
      const alg = str(sdJwtOf(message).reading.issuerJwt.header, 'alg');
      if (alg === undefined) return;
      const digital = !/^none$/i.test(alg) && !isSymmetricAlg(alg);
      yield rule(digital, message, text('The credential has no digital signature', '憑證沒有數位簽章'), {
        requirements: [SD_JWT],
        seen: alg,
      });
      const published = arr(configurationFor(message, flow)?.value, 'credential_signing_alg_values_supported');
      if (published === undefined) return;
      yield rule(
        published.includes(alg),
        message,
        text('The algorithm is not among those of the metadata', '演算法不在中繼資料公布的清單內'),
        { requirements: ['OID4VCI-12.2.4-61'], expected: published, seen: alg },
      );
    },
  }),
  credentialCheck({
    id: 'credential/signature',
    requirements: [SD_JWT],
    title: text('The signature of a credential verifies', '憑證的簽章可驗證'),
    mend: text(
      'Sign the exact bytes that are sent, with the key that x5c, the DID or the issuer metadata names',
      '以 x5c、DID 或簽發者中繼資料所指的金鑰，對實際送出的位元組簽章',
    ),
    *judge(message, _flow, run) {
      const jwt = sdJwtOf(message).reading.issuerJwt;
      if (jwt.header === undefined || Object.hasOwn(jwt.header, 'crit')) return;
      const found = issuerKeys(jwt, run);
      if (found.wrong !== undefined) {
        yield observe(
          'violated',
          message,
          text(`The issuer's key cannot be found: ${found.wrong}`, `找不到簽發者的金鑰：${found.wrong}`),
          { with: [found.from] },
        );
      } else if (found.keys.length === 0) {
        yield unjudged(message, text("The issuer's key is not in the trace", '紀錄中沒有簽發者的金鑰'), {
          seen: str(jwt.payload, 'iss') ?? 'no iss, no x5c',
        });
      } else {
        const results = found.keys.map((key) => verifyJws(jwt, key));
        // An algorithm that is not known here proves nothing.
        if (results.every((result) => !result.ok && result.reason === 'alg-unsupported')) return;
        const reason = results.find((result) => !result.ok);
        yield rule(
          results.some((result) => result.ok),
          message,
          text('The signature does not verify with the key of the issuer', '以簽發者的金鑰驗證簽章失敗'),
          { with: [found.from], ...(reason?.ok === false ? { seen: reason.message.en } : {}) },
        );
      }
    },
  }),
  credentialCheck({
    id: 'credential/vct',
    requirements: ['OID4VCI-A.3.2-3'],
    title: text('vct of a credential is the one of its configuration', '憑證的 vct 與其設定相同'),
    *judge(message, flow) {
      const wanted = str(configurationFor(message, flow)?.value, 'vct');
      const { payload } = sdJwtOf(message).reading.issuerJwt;
      if (wanted === undefined || payload === undefined) return;
      const vct = member(payload, 'vct');
      yield rule(
        vct === wanted,
        message,
        text('vct differs from the configuration that was asked for', 'vct 與所請求的設定不同'),
        { expected: wanted, seen: vct },
      );
    },
  }),
  credentialCheck({
    id: 'credential/times',
    requirements: [SD_JWT],
    title: text('iat, nbf and exp of a credential are sound', '憑證的 iat、nbf、exp 合理'),
    *judge(message, _flow, run) {
      const { claims } = sdJwtOf(message).resolution;
      const now = secondsAt(message);
      const skew = run.skewMs / 1000;
      for (const name of ['iat', 'nbf', 'exp']) {
        if (!Object.hasOwn(claims, name)) continue;
        const value = num(claims, name);
        if (value === undefined) {
          yield observe('violated', message, text(`${name} is no number`, `${name} 不是數字`), {
            seen: member(claims, name),
          });
        } else if (name === 'iat') {
          yield rule(value <= now + skew, message, text('iat lies in the future', 'iat 在未來'), {
            expected: `<= ${Math.floor(now)}`,
            seen: value,
          });
        } else if (name === 'exp') {
          yield rule(
            value > now - skew,
            message,
            text('The credential was expired when it was issued', '憑證簽發時已過期'),
            { expected: `> ${Math.floor(now)}`, seen: value },
          );
        }
      }
      const [nbf, exp] = [num(claims, 'nbf'), num(claims, 'exp')];
      if (nbf !== undefined && exp !== undefined) {
        yield rule(nbf < exp, message, text('nbf is not before exp: it is never valid', 'nbf 不早於 exp：永遠無效'), {
          seen: { nbf, exp },
        });
      }
    },
  }),
  credentialCheck({
    id: 'credential/open-claims',
    requirements: [SD_JWT],
    title: text('Claims that must be open are not selectively disclosable', '必須公開的宣告不得選擇性揭露'),
    *judge(message) {
      const { disclosed } = sdJwtOf(message).resolution;
      if (disclosed.length === 0) return;
      const hidden = disclosed.flatMap(({ path }) =>
        path.length === 1 && typeof path[0] === 'string' && ALWAYS_OPEN.includes(path[0]) ? [path[0]] : [],
      );
      yield rule(
        hidden.length === 0,
        message,
        text(
          `A claim that has to stay open is selectively disclosable: ${hidden.join(', ')}`,
          `必須公開的宣告被設為可選擇性揭露：${hidden.join('、')}`,
        ),
        { seen: hidden },
      );
    },
  }),
  credentialCheck({
    id: 'credential/holder-key',
    requirements: ['OID4VCI-8.1-1', 'OID4VCI-8.1-2', 'HAIP-6.1-5', 'HAIP-6.1-6'],
    title: text('A credential is bound to a key that the wallet proved', '憑證綁定於錢包已證明的金鑰'),
    mend: text('Put the key of the proof into cnf', '將證明中的金鑰放入 cnf'),
    *judge(message, flow, run) {
      if (faulty(flow)) return;
      const request = credentialRequestFor(flow, message);
      const proofs = [...(request?.children('key-proof') ?? []), ...(request?.children('key-attestation') ?? [])];
      const { payload } = sdJwtOf(message).reading.issuerJwt;
      if (request === undefined || proofs.length === 0 || payload === undefined) return;
      const cnf = obj(payload, 'cnf');
      if (cnf === undefined) {
        yield observe(
          'violated',
          message,
          text('Proofs were sent, but the credential has no cnf', '已送出證明，憑證卻沒有 cnf'),
          {
            requirements: ['OID4VCI-8.1-1', 'HAIP-6.1-6'],
            with: [request],
          },
        );
        return;
      }
      const jwk = obj(cnf, 'jwk');
      yield rule(jwk !== undefined || Object.keys(cnf).length > 0, message, text('cnf is empty', 'cnf 是空的'), {
        requirements: ['OID4VCI-8.1-1', 'HAIP-6.1-5'],
        with: [request],
      });
      if (Object.hasOwn(configurationFor(message, flow)?.value ?? {}, 'cryptographic_binding_methods_supported')) {
        yield rule(jwk !== undefined, message, text('cnf has no jwk', 'cnf 沒有 jwk'), {
          requirements: ['HAIP-6.1-6'],
          seen: Object.keys(cnf),
        });
      }
      const bound = confirmationKeys(cnf, run).keys;
      const proven = proofs.flatMap((proof) =>
        proof.kind === 'key-attestation'
          ? attestedKeys(proof)
          : [
              ...proofKeys(jwtOf(proof), run, proof.children('key-attestation').flatMap(attestedKeys)).keys,
              ...proof.children('key-attestation').flatMap(attestedKeys),
            ],
      );
      if (bound.length === 0 || proven.length === 0) return;
      yield rule(
        bound.some((key) => proven.some((other) => sameKey(key, other))),
        message,
        text(
          'The credential is bound to a key that no proof of the request has',
          '憑證綁定的金鑰不在請求的任何證明之中',
        ),
        { requirements: ['OID4VCI-8.1-2'], with: proofs, seen: cnf },
      );
    },
  }),
  credentialCheck({
    id: 'credential/public-holder-key',
    requirements: [SD_JWT, 'HAIP-6.1-5'],
    title: text('cnf holds a public key', 'cnf 為公開金鑰'),
    *judge(message) {
      const jwk = obj(obj(sdJwtOf(message).reading.issuerJwt.payload, 'cnf'), 'jwk');
      if (jwk === undefined) return;
      yield rule(!hasPrivateMembers(jwk), message, text('cnf holds a private key', 'cnf 含有私鑰'), {
        seen: Object.keys(jwk),
      });
    },
  }),
  credentialCheck({
    id: 'credential/binding-method',
    requirements: ['OID4VCI-12.2.4-66'],
    title: text('The holder key is expressed by a published binding method', '持有者金鑰以已公布的綁定方式表示'),
    *judge(message, flow) {
      const methods = strings(configurationFor(message, flow)?.value, 'cryptographic_binding_methods_supported');
      const cnf = obj(sdJwtOf(message).reading.issuerJwt.payload, 'cnf');
      if (methods === undefined || cnf === undefined) return;
      const kid = str(cnf, 'kid');
      const did = /^did:[a-z0-9]+/.exec(kid ?? '')?.[0];
      const used = obj(cnf, 'jwk') !== undefined ? 'jwk' : did;
      if (used === undefined) return;
      yield rule(
        methods.includes(used),
        message,
        text(
          `cnf names its key by ${used}, which the metadata does not publish`,
          `cnf 以 ${used} 表示金鑰，中繼資料未公布此方式`,
        ),
        { expected: methods, seen: used },
      );
    },
  }),
  credentialCheck({
    id: 'credential/mandatory-claims',
    requirements: ['OID4VCI-B.2-4'],
    title: text('Claims that the metadata calls mandatory are there', '中繼資料標示為必要的宣告皆存在'),
    *judge(message, flow) {
      const claims = arr(obj(configurationFor(message, flow)?.value, 'credential_metadata'), 'claims') ?? [];
      const paths = claims.slice(0, 200).flatMap((claim) => {
        const path = bool(claim, 'mandatory') === true ? readClaimsPath(member(claim, 'path')).path : undefined;
        return path === undefined ? [] : [path];
      });
      if (paths.length === 0) return;
      const missing = paths.filter((path) => !selectClaims(sdJwtOf(message).resolution.claims, path).ok).map(showPath);
      yield rule(
        missing.length === 0,
        message,
        text(`A mandatory claim is missing: ${missing.join(', ')}`, `缺少必要的宣告：${missing.join('、')}`),
        { seen: missing },
      );
    },
  }),
  credentialCheck({
    id: 'credential/status-reference',
    requirements: ['OID4VCI-14.7-1', 'HAIP-6.1-7'],
    title: text('The status reference of a credential is well formed', '憑證的狀態參照格式正確'),
    *judge(message) {
      const { claims } = sdJwtOf(message).resolution;
      if (!Object.hasOwn(claims, 'status')) return;
      const { errors } = readStatusReference(claims);
      for (const error of errors) {
        yield observe('violated', message, error.message, { requirements: ['OID4VCI-14.7-1'] });
      }
      const known = obj(obj(claims, 'status'), 'status_list') !== undefined;
      if (known && errors.length === 0) yield rule(true, message, text('', ''), { requirements: ['OID4VCI-14.7-1'] });
      yield rule(known, message, text('status has no status_list', 'status 沒有 status_list'), {
        requirements: ['HAIP-6.1-7'],
      });
    },
  }),
  credentialCheck({
    id: 'credential/limited-validity',
    requirements: ['HAIP-6.1-3', 'HAIP-6.1-4'],
    title: text('The validity of a credential is limited by exp or status', '憑證效期以 exp 或 status 限制'),
    *judge(message) {
      const { claims } = sdJwtOf(message).resolution;
      const limited = Object.hasOwn(claims, 'exp') || Object.hasOwn(claims, 'status');
      yield rule(limited, message, text('Neither exp nor status limits its validity', '沒有 exp 或 status 限制效期'), {
        requirements: limited ? ['HAIP-6.1-3', 'HAIP-6.1-4'] : ['HAIP-6.1-3'],
      });
    },
  }),
  credentialCheck({
    id: 'credential/x5c',
    requirements: ['HAIP-6.1.1-4', 'HAIP-6.1.1-5', 'HAIP-6.1.1-6'],
    title: text('x5c of a credential has a chain without its anchor', '憑證的 x5c 含不帶信任錨的憑證鏈'),
    *judge(message, _flow, run) {
      const { header } = sdJwtOf(message).reading.issuerJwt;
      if (header === undefined) return;
      yield* chainObservations(message, header, run, {
        present: 'HAIP-6.1.1-4',
        anchor: 'HAIP-6.1.1-5',
        selfSigned: 'HAIP-6.1.1-6',
      });
    },
  }),
];
