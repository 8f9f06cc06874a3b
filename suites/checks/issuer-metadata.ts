import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { headerValues } from '../../core/http.ts';
import { readClaimsPath, showPath } from '../../protocol/claims-path.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, num, obj, str, strings } from '../../protocol/json.ts';
import { wellKnownUrl } from '../../protocol/oauth.ts';
import { chainObservations } from './chain.ts';
import { keysOfDid, keysOfX5c } from './keys.ts';
import { ISSUER, observe, rule, text } from './kit.ts';
import { jwtOf, offerOf, serverMetadata, secondsAt, wireOf } from './refs.ts';

const METADATA = ['issuer-metadata', 'signed-issuer-metadata'];
const SIGNED = ['signed-issuer-metadata'];

function metadataCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER };
}

/** The metadata parameters of either form. */
function parametersOf(message: MessageView): JsonObject | undefined {
  const value = message.kind === 'signed-issuer-metadata' ? obj(message.value, 'payload') : message.value;
  return isObject(value) ? value : undefined;
}

function* configurations(message: MessageView): Generator<[id: string, configuration: JsonObject]> {
  const all = obj(parametersOf(message), 'credential_configurations_supported') ?? {};
  for (const [id, value] of Object.entries(all).slice(0, 500)) if (isObject(value)) yield [id, value];
}

/** Ids of the configurations that break a rule; short enough for a message. */
function offenders(message: MessageView, wrong: (configuration: JsonObject, id: string) => boolean): string {
  return [...configurations(message)]
    .filter(([id, configuration]) => wrong(configuration, id))
    .map(([id]) => id.slice(0, 60))
    .slice(0, 5)
    .join(', ');
}

export const ISSUER_METADATA_CHECKS: readonly Check[] = [
  metadataCheck({
    id: 'issuer-metadata/identifier',
    kinds: METADATA,
    requirements: ['OID4VCI-12.2.4-2'],
    title: text(
      'credential_issuer is the identifier that the metadata was asked for',
      'credential_issuer 與取得中繼資料所用的識別碼相同',
    ),
    mend: text(
      'Use one spelling of the identifier everywhere, trailing slash included',
      '各處使用相同寫法的識別碼，包含結尾斜線',
    ),
    *judge(message, flow) {
      const issuer = str(parametersOf(message), 'credential_issuer');
      const asked = wireOf(message).counterpart;
      if (issuer === undefined || asked?.url === undefined) return;
      const offer = offerOf(flow);
      const offered = str(offer?.value, 'credential_issuer');
      const expected =
        offered !== undefined && wellKnownUrl(offered, 'openid-credential-issuer') === bare(asked.url)
          ? offered
          : undefined;
      const right =
        expected === undefined
          ? wellKnownUrl(issuer, 'openid-credential-issuer') === bare(asked.url)
          : issuer === expected;
      yield rule(
        right,
        message,
        text(
          'credential_issuer is not the identifier that the URL was built from',
          'credential_issuer 不是組成該網址的識別碼',
        ),
        { expected: expected ?? asked.url, seen: issuer, with: [asked, offer?.message] },
      );
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/status',
    kinds: ['issuer-metadata'],
    requirements: ['OID4VCI-12.2.2-6'],
    title: text('Metadata is answered with status 200', '中繼資料以狀態碼 200 回應'),
    *judge(message) {
      if (message.status === undefined) return;
      yield rule(message.status === 200, message, text('The status is not 200', '狀態碼不是 200'), {
        seen: message.status,
      });
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/content-language',
    kinds: ['issuer-metadata'],
    requirements: ['OID4VCI-12.2.2-15'],
    title: text('Content-Language has well-formed language tags', 'Content-Language 的語言標籤格式正確'),
    *judge(message) {
      const tags = headerValues(message.entry.http?.headers ?? [], 'content-language')
        .flatMap((value) => value.split(','))
        .map((tag) => tag.trim());
      if (tags.length === 0) return;
      const wrong = tags.filter((tag) => !/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag));
      yield rule(wrong.length === 0, message, text('Content-Language is malformed', 'Content-Language 格式錯誤'), {
        seen: wrong,
      });
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/format-identifier',
    kinds: METADATA,
    requirements: ['OID4VCI-A.3.1-1'],
    title: text('SD-JWT VCs have the format dc+sd-jwt', 'SD-JWT VC 的格式識別碼為 dc+sd-jwt'),
    *judge(message) {
      const typed = [...configurations(message)].filter(([, configuration]) => Object.hasOwn(configuration, 'vct'));
      if (typed.length === 0) return;
      const wrong = offenders(
        message,
        (configuration) =>
          Object.hasOwn(configuration, 'vct') &&
          /sd-jwt/i.test(str(configuration, 'format') ?? '') &&
          str(configuration, 'format') !== 'dc+sd-jwt',
      );
      yield rule(
        wrong === '',
        message,
        text(`Another format for an SD-JWT VC: ${wrong}`, `SD-JWT VC 使用了其他格式：${wrong}`),
        {
          expected: 'dc+sd-jwt',
          seen: wrong,
        },
      );
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/claims-consistent',
    kinds: METADATA,
    requirements: ['OID4VCI-B.3-4'],
    title: text('No claim is described twice', '同一宣告不重複描述'),
    *judge(message) {
      let described = false;
      for (const [id, configuration] of configurations(message)) {
        const claims = (arr(obj(configuration, 'credential_metadata'), 'claims') ?? []).slice(0, 500);
        const paths = claims.flatMap((claim) => {
          const { path } = readClaimsPath(member(claim, 'path'));
          return path === undefined ? [] : [showPath(path)];
        });
        if (paths.length > 0) described = true;
        const again = paths.find((path, index) => paths.indexOf(path) !== index);
        if (again === undefined) continue;
        yield rule(
          false,
          message,
          text(`${id.slice(0, 60)} describes a claim twice`, `${id.slice(0, 60)} 重複描述同一宣告`),
          { seen: again },
        );
        return;
      }
      if (described) yield rule(true, message, text('', ''));
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/nonce-endpoint',
    kinds: METADATA,
    requirements: ['OID4VCI-13.8-1', 'HAIP-4.1-14'],
    title: text('Where proofs are wanted there is a nonce endpoint', '需要證明時應有 nonce 端點'),
    *judge(message) {
      const bound = [...configurations(message)].filter(
        ([, configuration]) =>
          Object.hasOwn(configuration, 'proof_types_supported') ||
          Object.hasOwn(configuration, 'cryptographic_binding_methods_supported'),
      );
      if (bound.length === 0) return;
      yield rule(
        str(parametersOf(message), 'nonce_endpoint') !== undefined,
        message,
        text('Key proofs are wanted, but nonce_endpoint is missing', '需要金鑰證明，卻沒有 nonce_endpoint'),
      );
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/scope-per-configuration',
    kinds: METADATA,
    requirements: ['HAIP-4.1-3'],
    title: text('Every configuration has a scope', '每個設定皆有 scope'),
    *judge(message) {
      if ([...configurations(message)].length === 0) return;
      const wrong = offenders(message, (configuration) => str(configuration, 'scope') === undefined);
      yield rule(wrong === '', message, text(`Without scope: ${wrong}`, `缺少 scope：${wrong}`));
    },
  }),
  metadataCheck({
    id: 'issuer-metadata/without-scope',
    kinds: METADATA,
    requirements: ['OID4VCI-12.2.4-59'],
    title: text('Without a scope, authorization details are supported', '沒有 scope 時須支援 authorization_details'),
    *judge(message, flow) {
      const wrong = offenders(message, (configuration) => member(configuration, 'scope') === undefined);
      const servers = strings(parametersOf(message), 'authorization_servers') ?? [];
      const server = serverMetadata(flow);
      // With several servers the trace holds perhaps one; without an authorization endpoint nothing is ever asked for there.
      if (wrong === '' || servers.length > 1 || str(server?.value, 'authorization_endpoint') === undefined) return;
      yield rule(
        (strings(server?.value, 'authorization_details_types_supported') ?? []).includes('openid_credential'),
        message,
        text(
          `Configurations without scope, and no support for authorization details: ${wrong}`,
          `設定沒有 scope，授權伺服器也不支援 authorization_details：${wrong}`,
        ),
        { with: [server?.message], expected: 'openid_credential' },
      );
    },
  }),
  metadataCheck({
    id: 'signed-issuer-metadata/claims',
    kinds: SIGNED,
    requirements: ['OID4VCI-12.2.3-7', 'OID4VCI-12.2.3-8', 'OID4VCI-12.2.3-9'],
    title: text('sub, iat and exp of signed metadata are right', '已簽署中繼資料的 sub、iat、exp 正確'),
    *judge(message, _flow, run) {
      // That they are there, and of which type, is the schema's to tell.
      const { payload } = jwtOf(message);
      const issuer = str(payload, 'credential_issuer');
      const sub = str(payload, 'sub');
      if (sub !== undefined && issuer !== undefined) {
        yield rule(
          sub === issuer,
          message,
          text('sub is not the Credential Issuer Identifier', 'sub 不是 Credential Issuer Identifier'),
          { requirements: ['OID4VCI-12.2.3-7'], expected: issuer, seen: sub },
        );
      }
      const now = secondsAt(message);
      const skew = run.skewMs / 1000;
      const iat = num(payload, 'iat');
      if (iat !== undefined) {
        yield rule(iat <= now + skew, message, text('iat lies in the future', 'iat 在未來'), {
          requirements: ['OID4VCI-12.2.3-8'],
          seen: iat,
        });
      }
      const exp = num(payload, 'exp');
      if (exp !== undefined) {
        yield rule(exp > now - skew, message, text('The signed metadata has expired', '已簽署的中繼資料已過期'), {
          requirements: ['OID4VCI-12.2.3-9'],
          seen: exp,
        });
      }
    },
  }),
  metadataCheck({
    id: 'signed-issuer-metadata/signature',
    kinds: SIGNED,
    requirements: ['OID4VCI-12.2.3-1', 'OID4VCI-G.6.3-1'],
    title: text('The signature of signed metadata verifies', '已簽署中繼資料的簽章可驗證'),
    *judge(message, _flow, run) {
      const jwt = jwtOf(message);
      if (jwt.header === undefined) {
        yield observe('violated', message, text('Not a compact JWS', '不是精簡序列化的 JWS'));
        return;
      }
      yield rule(true, message, text('', ''), { requirements: ['OID4VCI-G.6.3-1'] });
      const kid = str(jwt.header, 'kid');
      const found = Object.hasOwn(jwt.header, 'x5c')
        ? keysOfX5c(jwt.header)
        : kid?.startsWith('did:') === true
          ? keysOfDid(kid, run)
          : undefined;
      // Any other way to find the key is between issuer and wallet.
      if (found === undefined || found.keys.length === 0) return;
      yield rule(
        found.keys.some((key) => verifyJws(jwt, key).ok),
        message,
        text('The signature does not verify with the key in the header', '以標頭所指的金鑰驗證簽章失敗'),
        { requirements: ['OID4VCI-12.2.3-1'] },
      );
    },
  }),
  metadataCheck({
    id: 'signed-issuer-metadata/x5c',
    kinds: SIGNED,
    requirements: ['HAIP-4.1-6', 'HAIP-4.1-8', 'HAIP-4.1-9'],
    title: text('x5c of signed metadata has a chain without its anchor', '已簽署中繼資料的 x5c 含不帶信任錨的憑證鏈'),
    *judge(message, _flow, run) {
      const { header } = jwtOf(message);
      if (header === undefined) return;
      yield* chainObservations(message, header, run, {
        present: 'HAIP-4.1-6',
        anchor: 'HAIP-4.1-8',
        selfSigned: 'HAIP-4.1-9',
      });
    },
  }),
];

/** A URL without its query: some issuers are asked with cache busters. */
function bare(url: string): string {
  return url.split(/[?#]/)[0] ?? url;
}
