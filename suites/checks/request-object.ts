import type { Check, FlowView, MessageCheck, MessageView, Observation } from '../../core/contracts/check.ts';
import { isSymmetricAlg } from '../../protocol/jose/algorithms.ts';
import { readJwk } from '../../protocol/jose/jwk.ts';
import { readJwt, verifyJws } from '../../protocol/jose/jws.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, num, obj, readJson, str, strings } from '../../protocol/json.ts';
import { param } from '../../protocol/oauth.ts';
import { readLink } from '../../protocol/links.ts';
import { x509Hash } from '../../protocol/x509.ts';
import { chainObservations } from './chain.ts';
import { keysOfDid } from './keys.ts';
import { VERIFIER, observe, rule, text, unjudged } from './kit.ts';
import { faulty, isBefore, jwtOf, secondsAt, typeOf, wireOf } from './refs.ts';

const OBJECT = ['request-object'];
const EITHER = ['request-object', 'authorization-request-parameters'];

function verifierCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: VERIFIER };
}

/** The request parameters that count: the payload of the object, or the plain parameters where there is no object. */
function parametersOf(message: MessageView): JsonObject | undefined {
  if (message.kind === 'request-object') return jwtOf(message).payload;
  return isObject(message.value) && member(message.value, 'request_uri') === undefined ? message.value : undefined;
}

interface Client {
  readonly prefix: string;
  readonly rest: string;
}

/** client_id by its prefix (5.9.1); undefined without one. */
function clientOf(message: MessageView): Client | undefined {
  const id = str(parametersOf(message), 'client_id');
  const found = /^([a-z0-9_]+):(.*)$/s.exec(id ?? '');
  return found?.[1] === undefined ? undefined : { prefix: found[1], rest: found[2] ?? '' };
}

function linkBefore(flow: FlowView, message: MessageView): MessageView | undefined {
  if (message.parent?.kind === 'presentation-request-link') return message.parent;
  return flow.all('presentation-request-link').findLast((link) => isBefore(link, message));
}

/** Judges the signature with the keys that the client identifier leads to. */
function* signature(
  message: MessageView,
  keys: readonly JsonObject[],
  requirements: readonly string[],
): Generator<Observation> {
  const jwt = jwtOf(message);
  const results = keys.map((key) => verifyJws(jwt, key));
  if (results.every((result) => !result.ok && result.reason === 'alg-unsupported')) return;
  const reason = results.find((result) => !result.ok);
  yield rule(
    results.some((result) => result.ok),
    message,
    text(
      'The signature does not verify with the key of the client identifier',
      '以 Client Identifier 的金鑰驗證簽章失敗',
    ),
    { requirements, ...(reason?.ok === false ? { seen: reason.message.en } : {}) },
  );
}

/** Names of hash algorithms in the IANA registry of named information. */
const HASH_NAME =
  /^(?:sha-(?:256|384|512)|sha-256-(?:128|120|96|64|32)|sha3-(?:224|256|384|512)|blake2[sb]-(?:256|512)|k12-(?:256|512))$/;

/** An algorithm that another specification defines goes by a URI or a name with a dot or colon. */
const OWN_NAME = /[:./]/;

export const REQUEST_OBJECT_CHECKS: readonly Check[] = [
  verifierCheck({
    id: 'request-object/signed',
    kinds: OBJECT,
    requirements: ['OID4VP-5.10.1-2', 'OID4VP-5.10.1-3'],
    title: text(
      'What request_uri serves by POST is a signed request object',
      '以 POST 取得的是已簽署的 Request Object',
    ),
    *judge(message) {
      if (message.entry.http === undefined) return;
      const asked = message.counterpart?.entry.http;
      if (asked === undefined || !('method' in asked)) return;
      const { header } = jwtOf(message);
      if (header === undefined && message.text.split('.').length === 5) return; // encrypted: legal, and closed to us
      const alg = str(header, 'alg');
      const readable = header !== undefined && jwtOf(message).payload !== undefined;
      yield rule(readable, message, text('Not a request object', '不是 Request Object'), {
        requirements: ['OID4VP-5.10.1-3'],
        seen: message.text.slice(0, 60),
      });
      if (asked.method !== 'POST' || !readable) return;
      // Under redirect_uri a request object cannot be signed (5.9.3).
      if (clientOf(message)?.prefix === 'redirect_uri') return;
      yield rule(
        alg !== undefined && alg !== 'none' && !isSymmetricAlg(alg),
        message,
        text('The request object is not signed', 'Request Object 未簽署'),
        {
          requirements: ['OID4VP-5.10.1-2'],
          seen: alg ?? 'no alg',
        },
      );
    },
  }),
  verifierCheck({
    id: 'request-object/media-type',
    kinds: OBJECT,
    requirements: ['OID4VP-5.10.1-1'],
    title: text('A request object has its media type', 'Request Object 具有正確的媒體類型'),
    *judge(message) {
      const asked = message.counterpart?.entry.http;
      if (asked === undefined || !('method' in asked) || asked.method !== 'POST') return;
      yield rule(
        typeOf(message) === 'application/oauth-authz-req+jwt',
        message,
        text('Wrong or missing Content-Type', 'Content-Type 錯誤或缺少'),
        {
          expected: 'application/oauth-authz-req+jwt',
          seen: typeOf(message) ?? 'none',
        },
      );
    },
  }),
  verifierCheck({
    id: 'request-object/client-id',
    kinds: OBJECT,
    requirements: ['OID4VP-5.10.1-11'],
    title: text('client_id is the same outside and inside', '內外的 client_id 相同'),
    *judge(message, flow) {
      const link = linkBefore(flow, message);
      const outer = link === undefined ? undefined : param(readLink(link.text), 'client_id');
      const inner = str(parametersOf(message), 'client_id');
      if (outer === undefined || inner === undefined) return;
      yield rule(
        outer === inner,
        message,
        text('client_id differs from the one in the link', 'client_id 與連結中的不同'),
        {
          expected: outer,
          seen: inner,
          with: [link],
        },
      );
    },
  }),
  verifierCheck({
    id: 'request-object/wallet-nonce',
    kinds: OBJECT,
    requirements: ['OID4VP-5.10-7'],
    title: text('wallet_nonce is copied into the request object', 'wallet_nonce 複製到 Request Object'),
    *judge(message, flow) {
      const sent = str(message.counterpart?.value, 'wallet_nonce');
      const payload = parametersOf(message);
      if (faulty(flow) || sent === undefined || payload === undefined) return;
      yield rule(
        member(payload, 'wallet_nonce') === sent,
        message,
        text('wallet_nonce is missing or another one', 'wallet_nonce 缺少或不同'),
        {
          expected: sent,
          seen: member(payload, 'wallet_nonce') ?? 'nothing',
          with: [message.counterpart],
        },
      );
    },
  }),
  verifierCheck({
    id: 'request-object/audience',
    kinds: OBJECT,
    requirements: ['OID4VP-5.8-1', 'OID4VP-5.8-2'],
    title: text('aud is the wallet, or the static value', 'aud 為錢包或固定值'),
    *judge(message) {
      const payload = parametersOf(message);
      if (payload === undefined) return;
      const issuer = str(obj(message.counterpart?.value, 'wallet_metadata'), 'issuer');
      const aud = member(payload, 'aud');
      const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
      const fixed = 'https://self-issued.me/v2';
      const right = named.length === 1 && (named[0] === fixed || (issuer !== undefined && named[0] === issuer));
      yield rule(
        right,
        message,
        text(
          'aud is neither the wallet nor https://self-issued.me/v2',
          'aud 既不是錢包也不是 https://self-issued.me/v2',
        ),
        {
          requirements: [issuer === undefined || named[0] === fixed ? 'OID4VP-5.8-2' : 'OID4VP-5.8-1'],
          expected: issuer ?? fixed,
          seen: aud ?? 'nothing',
          // 5.8 tells the value; that the claim has to be there is a SHOULD of RFC 9101 4, for signed request objects.
          ...(aud === undefined ? { atMost: 'warning' as const } : {}),
        },
      );
    },
  }),
  verifierCheck({
    id: 'request-object/did',
    kinds: OBJECT,
    requirements: ['OID4VP-5.9.3-11', 'OID4VP-5.9.3-14'],
    title: text('A request under a DID is signed with a key of the DID', '以 DID 識別的請求以該 DID 的金鑰簽署'),
    *judge(message, _flow, run) {
      const client = clientOf(message);
      if (client?.prefix !== 'decentralized_identifier') return;
      const kid = str(jwtOf(message).header, 'kid');
      // A missing kid is the schema's to tell.
      if (kid === undefined) return;
      const url = kid.startsWith('#') ? `${client.rest}${kid}` : kid;
      const found = keysOfDid(url, run);
      const named = url.startsWith(`${client.rest}#`) && found.wrong === undefined;
      yield rule(named, message, text('kid names no verification method of the DID', 'kid 未指向此 DID 的驗證方法'), {
        requirements: ['OID4VP-5.9.3-14'],
        expected: `${client.rest}#…`,
        seen: kid,
      });
      if (!named) return;
      if (found.keys.length === 0) {
        yield unjudged(message, text('The DID document is not in the trace', '紀錄中沒有 DID 文件'), {
          requirements: ['OID4VP-5.9.3-11'],
          seen: client.rest,
        });
        return;
      }
      yield* signature(message, found.keys, ['OID4VP-5.9.3-11']);
    },
  }),
  verifierCheck({
    id: 'request-object/x509-san-dns',
    kinds: OBJECT,
    requirements: ['OID4VP-5.9.3-28', 'OID4VP-5.9.3-30', 'OID4VP-5.9.3-35'],
    title: text('A request under x509_san_dns fits its certificate', 'x509_san_dns 請求與其憑證相符'),
    *judge(message) {
      const client = clientOf(message);
      const { header } = jwtOf(message);
      if (client?.prefix !== 'x509_san_dns' || header === undefined) return;
      const [leaf] = readX5c(member(header, 'x5c')).certificates;
      if (leaf === undefined) return;
      const name = client.rest.toLowerCase();
      const names = leaf.dns.map((entry) => entry.toLowerCase());
      yield rule(names.includes(name), message, text('The certificate has no such DNS name', '憑證沒有此 DNS 名稱'), {
        requirements: ['OID4VP-5.9.3-28'],
        expected: client.rest,
        seen: leaf.dns,
        // "Match" may be read with the wildcards of RFC 9525.
        ...(names.includes(name.replace(/^[^.]+/, '*')) ? { atMost: 'warning' as const } : {}),
      });
      if (leaf.publicJwk !== undefined) yield* signature(message, [leaf.publicJwk], ['OID4VP-5.9.3-30']);
      const uri = str(parametersOf(message), 'response_uri') ?? str(parametersOf(message), 'redirect_uri');
      if (uri === undefined || !URL.canParse(uri)) return;
      if (new URL(uri).hostname === name)
        yield rule(true, message, text('', ''), { requirements: ['OID4VP-5.9.3-35'] });
      else {
        yield observe(
          'violated',
          message,
          text(
            'response_uri is on another host than the Client Identifier',
            'response_uri 的主機與 Client Identifier 不同',
          ),
          {
            requirements: ['OID4VP-5.9.3-35'],
            expected: client.rest,
            seen: uri,
            // Whether wallets know the client from elsewhere and let it choose freely stands in no trace.
            atMost: 'warning',
          },
        );
      }
    },
  }),
  verifierCheck({
    id: 'request-object/x509-hash',
    kinds: OBJECT,
    requirements: ['OID4VP-5.9.3-37', 'OID4VP-5.9.3-39', 'OID4VP-5.9.3-40'],
    title: text('A request under x509_hash fits its certificate', 'x509_hash 請求與其憑證相符'),
    *judge(message) {
      const client = clientOf(message);
      const { header } = jwtOf(message);
      if (client?.prefix !== 'x509_hash' || header === undefined) return;
      const [leaf] = readX5c(member(header, 'x5c')).certificates;
      if (leaf === undefined) return;
      const hash = x509Hash(leaf.der);
      yield rule(
        hash === client.rest,
        message,
        text('client_id is not the hash of the certificate', 'client_id 不是憑證的雜湊'),
        {
          requirements: ['OID4VP-5.9.3-37', 'OID4VP-5.9.3-39'],
          expected: hash,
          seen: client.rest,
        },
      );
      if (leaf.publicJwk !== undefined) yield* signature(message, [leaf.publicJwk], ['OID4VP-5.9.3-40']);
    },
  }),
  verifierCheck({
    id: 'request-object/verifier-attestation',
    kinds: OBJECT,
    requirements: [
      'OID4VP-5.9.3-17',
      'OID4VP-5.9.3-19',
      'OID4VP-12-1',
      'OID4VP-12-2',
      'OID4VP-12-3',
      'OID4VP-12-4',
      'OID4VP-12-5',
      'OID4VP-12-8',
      'OID4VP-12-9',
      'OID4VP-12-13',
      'OID4VP-12-15',
    ],
    title: text('A verifier attestation is for this client and its key', '驗證者認證屬於此 client 與其金鑰'),
    *judge(message, _flow, run) {
      const raw = str(jwtOf(message).header, 'jwt');
      if (raw === undefined) return;
      const { header, payload } = readJwt(raw);
      if (header === undefined || payload === undefined) return;
      const client = clientOf(message);
      const one = (right: boolean, ids: readonly string[], en: string, zh: string, seen: unknown): Observation =>
        rule(right, message, text(en, zh), { requirements: ids, seen: seen ?? 'nothing' });
      const typ = member(header, 'typ');
      yield one(typ === 'verifier-attestation+jwt', ['OID4VP-12-13', 'OID4VP-12-15'], 'Wrong typ', 'typ 錯誤', typ);
      yield one(str(payload, 'iss') !== undefined, ['OID4VP-12-2'], 'iss is missing', '缺少 iss', payload['iss']);
      yield one(str(payload, 'sub') !== undefined, ['OID4VP-12-3'], 'sub is missing', '缺少 sub', payload['sub']);
      const exp = num(payload, 'exp');
      yield one(
        exp !== undefined && exp > secondsAt(message) - run.skewMs / 1000,
        ['OID4VP-12-5'],
        'exp is missing or past',
        'exp 缺少或已過',
        payload['exp'],
      );
      if (client?.prefix === 'verifier_attestation') {
        yield one(
          str(payload, 'sub') === client.rest,
          ['OID4VP-5.9.3-17', 'OID4VP-12-4'],
          'sub is not the client',
          'sub 不是此 client',
          payload['sub'],
        );
      }
      const key = obj(obj(payload, 'cnf'), 'jwk');
      yield one(obj(payload, 'cnf') !== undefined, ['OID4VP-12-8'], 'cnf is missing', '缺少 cnf', undefined);
      yield one(key !== undefined, ['OID4VP-12-9'], 'cnf has no jwk', 'cnf 沒有 jwk', payload['cnf']);
      if (key !== undefined) yield* signature(message, [key], ['OID4VP-5.9.3-19', 'OID4VP-12-1']);
    },
  }),
  verifierCheck({
    id: 'request-object/x5c',
    kinds: OBJECT,
    requirements: ['HAIP-5-5', 'HAIP-5-7', 'HAIP-5-8'],
    title: text(
      'A signed request has the prefix x509_hash and a chain without its anchor',
      '已簽署的請求使用 x509_hash 並附上不帶信任錨的憑證鏈',
    ),
    *judge(message, _flow, run) {
      const { header } = jwtOf(message);
      if (header === undefined || str(header, 'alg') === 'none') return;
      const prefix = clientOf(message)?.prefix;
      yield rule(
        prefix === 'x509_hash',
        message,
        text('Another Client Identifier Prefix', '使用其他 Client Identifier Prefix'),
        {
          requirements: ['HAIP-5-5'],
          seen: prefix ?? 'no prefix',
        },
      );
      if (!Object.hasOwn(header, 'x5c')) return;
      yield* chainObservations(message, header, run, {
        present: 'HAIP-5-5',
        anchor: 'HAIP-5-7',
        selfSigned: 'HAIP-5-8',
      });
    },
  }),
  verifierCheck({
    id: 'presentation-request/encryption-keys',
    kinds: EITHER,
    requirements: ['OID4VP-5.1-5'],
    title: text('Keys for the response are sound', '用於回應的金鑰健全'),
    *judge(message) {
      const keys = arr(obj(obj(parametersOf(message), 'client_metadata'), 'jwks'), 'keys');
      if (keys === undefined) return;
      // Key types that this project does not know are legal.
      const wrong = keys
        .slice(0, 50)
        .flatMap((key) => readJwk(key).errors)
        .find((error) => !['jwk-kty', 'jwk-crv-unknown', 'jwk-private-member', 'jwk-symmetric'].includes(error.code));
      yield rule(
        wrong === undefined,
        message,
        text(`A key is unsound: ${wrong?.message.en ?? ''}`, `金鑰有誤：${wrong?.message['zh-Hant'] ?? ''}`),
        {
          seen: wrong?.at,
        },
      );
    },
  }),
  verifierCheck({
    id: 'presentation-request/formats-of-query',
    kinds: EITHER,
    requirements: ['OID4VP-B.3.4-1', 'OID4VP-B.2.2-1', 'OID4VP-B.1.3.1.3-1', 'OID4VP-B.1.3.2.3-1'],
    title: text('vp_formats_supported names the formats that are asked for', 'vp_formats_supported 列出所請求的格式'),
    *judge(message) {
      const parameters = parametersOf(message);
      const formats = obj(obj(parameters, 'client_metadata'), 'vp_formats_supported');
      if (parameters === undefined || formats === undefined) return;
      for (const format of new Set(queries(parameters).flatMap((query) => str(query, 'format') ?? []))) {
        const id = FORMAT_IDS[format];
        if (id === undefined) continue;
        yield rule(
          Object.hasOwn(formats, format),
          message,
          text(`${format} is asked for and not supported`, `請求 ${format} 卻未列為支援`),
          {
            requirements: [id],
            seen: Object.keys(formats),
          },
        );
      }
    },
  }),
  verifierCheck({
    id: 'presentation-request/hash-names',
    kinds: EITHER,
    requirements: ['OID4VP-B.3.3.1-3'],
    title: text('Hash algorithms of transaction data have registered names', '交易資料的雜湊演算法使用已註冊名稱'),
    *judge(message) {
      const list = strings(parametersOf(message), 'transaction_data') ?? [];
      const named = list
        .slice(0, 50)
        .flatMap(
          (entry) => strings(readJson(Buffer.from(entry, 'base64url')).value, 'transaction_data_hashes_alg') ?? [],
        );
      if (named.length === 0) return;
      const wrong = named.filter((name) => !HASH_NAME.test(name) && !OWN_NAME.test(name));
      yield rule(wrong.length === 0, message, text('An unknown hash algorithm', '未知的雜湊演算法'), {
        expected: 'sha-256',
        seen: wrong,
      });
    },
  }),
  verifierCheck({
    id: 'presentation-request/high-assurance',
    kinds: EITHER,
    requirements: ['HAIP-5-4', 'HAIP-5-9', 'HAIP-5-11', 'HAIP-5-18', 'HAIP-5.1-2', 'HAIP-5.1-4'],
    title: text('A request has the form that HAIP demands', '請求符合 HAIP 要求的形式'),
    *judge(message) {
      const parameters = parametersOf(message);
      if (parameters === undefined) return;
      const one = (right: boolean, ids: readonly string[], en: string, zh: string, seen?: unknown): Observation =>
        rule(right, message, text(en, zh), { requirements: ids, seen: seen ?? 'nothing' });
      const type = member(parameters, 'response_type');
      const mode = str(parameters, 'response_mode');
      yield one(
        type === 'vp_token',
        ['HAIP-5-4'],
        'response_type is not vp_token',
        'response_type 不是 vp_token',
        type,
      );
      yield one(obj(parameters, 'dcql_query') !== undefined, ['HAIP-5-9'], 'dcql_query is missing', '缺少 dcql_query');
      yield one(
        mode?.endsWith('.jwt') === true,
        ['HAIP-5-11'],
        'No encrypted response is asked for',
        '未要求加密回應',
        mode,
      );
      const metadata = obj(parameters, 'client_metadata');
      if (metadata !== undefined) {
        const encs = strings(metadata, 'encrypted_response_enc_values_supported') ?? [];
        yield one(
          encs.includes('A128GCM') && encs.includes('A256GCM'),
          ['HAIP-5-18'],
          'A128GCM and A256GCM are not both listed',
          '未同時列出 A128GCM 與 A256GCM',
          encs,
        );
      }
      if (isDcApi(parameters)) return;
      yield one(
        mode === 'direct_post.jwt',
        ['HAIP-5.1-4'],
        'response_mode is not direct_post.jwt',
        'response_mode 不是 direct_post.jwt',
        mode,
      );
      const signed = message.kind === 'request-object' && str(jwtOf(message).header, 'alg') !== 'none';
      const byReference = wireOf(message).kind !== 'presentation-request-link';
      yield one(
        signed && byReference,
        ['HAIP-5.1-2'],
        'Not a signed request passed by request_uri',
        '不是以 request_uri 傳遞的已簽署請求',
      );
    },
  }),
];

const FORMAT_IDS: Readonly<Record<string, string>> = {
  'dc+sd-jwt': 'OID4VP-B.3.4-1',
  mso_mdoc: 'OID4VP-B.2.2-1',
  jwt_vc_json: 'OID4VP-B.1.3.1.3-1',
  ldp_vc: 'OID4VP-B.1.3.2.3-1',
};

function isDcApi(parameters: JsonObject): boolean {
  return str(parameters, 'response_mode')?.startsWith('dc_api') === true;
}

function queries(parameters: JsonObject): readonly JsonObject[] {
  return (arr(obj(parameters, 'dcql_query'), 'credentials') ?? []).filter(isObject);
}
