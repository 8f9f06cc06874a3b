import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { arr, bool, isObject, member, num, obj, str } from '../../protocol/json.ts';
import { jweObservations, keysOfSet, plaintextObservations, plaintextOf } from './jwe.ts';
import { WALLET, rule, text } from './kit.ts';
import {
  PRE_AUTHORIZED,
  accessTokenOf,
  configurationOf,
  credentialDetails,
  faulty,
  grantOf,
  hasSealedAnswers,
  identifiersGiven,
  isBefore,
  issuerMetadata,
  tokenResponseFor,
  typeOf,
  wireOf,
} from './refs.ts';

const REQUEST = ['credential-request'];
const BOTH = ['credential-request', 'deferred-credential-request'];
const ENCRYPTED = ['encrypted-credential-request', 'encrypted-deferred-credential-request'];

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

function isDeferred(message: MessageView): boolean {
  return message.kind.includes('deferred');
}

function encryptionOf(flow: FlowView, name: 'credential_request_encryption' | 'credential_response_encryption') {
  return obj(issuerMetadata(flow)?.value, name);
}

/** Token response that says what a request may ask for. A refreshed token keeps the details that it does not repeat (RFC 9396 6.1). */
function authorisedBy(flow: FlowView, request: MessageView): MessageView | undefined {
  const response = tokenResponseFor(flow, request);
  const refreshed = str(response?.counterpart?.value, 'grant_type') === 'refresh_token';
  if (!refreshed || credentialDetails(response?.value).length > 0) return response;
  return (
    flow.all('token-response').find((other) => isBefore(other, request) && credentialDetails(other.value).length > 0) ??
    response
  );
}

/** True if a message travelled inside a JWE. */
function wasEncrypted(message: MessageView): boolean {
  return message.parent?.kind.startsWith('encrypted-') === true;
}

export const CREDENTIAL_REQUEST_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'credential-request/post',
    kinds: [...BOTH, ...ENCRYPTED],
    requirements: ['OID4VCI-8.2-1', 'OID4VCI-9.1-1'],
    title: text('A credential request is an HTTP POST', '憑證請求為 HTTP POST'),
    *judge(message) {
      const { http } = message.entry;
      if (http === undefined || !('method' in http)) return;
      yield rule(http.method === 'POST', message, text('Not a POST', '不是 POST'), {
        requirements: [isDeferred(message) ? 'OID4VCI-9.1-1' : 'OID4VCI-8.2-1'],
        seen: http.method,
      });
    },
  }),
  walletCheck({
    id: 'credential-request/media-type',
    kinds: BOTH,
    requirements: ['OID4VCI-8.2-31', 'OID4VCI-9.1-10', 'OID4VCI-10-2'],
    title: text(
      'A clear request is application/json, an encrypted one application/jwt',
      '明文請求為 application/json，加密請求為 application/jwt',
    ),
    *judge(message) {
      if (message.entry.http === undefined || message.parent !== undefined) return;
      const type = typeOf(message);
      if (/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$/.test(message.text.trim())) {
        yield rule(false, message, text('A JWE without its media type', 'JWE 未標示其媒體類型'), {
          requirements: ['OID4VCI-10-2'],
          expected: 'application/jwt',
          seen: type ?? 'none',
        });
        return;
      }
      yield rule(
        type === 'application/json' && isObject(message.value),
        message,
        text('Not a JSON object of type application/json', '不是 application/json 的 JSON 物件'),
        {
          requirements: [isDeferred(message) ? 'OID4VCI-9.1-10' : 'OID4VCI-8.2-31'],
          expected: 'application/json',
          seen: type ?? 'none',
        },
      );
    },
  }),
  walletCheck({
    id: 'credential-request/identifier',
    kinds: REQUEST,
    requirements: [
      'OID4VCI-8.2-3',
      'OID4VCI-8.2-4',
      'OID4VCI-8.2-6',
      'OID4VCI-8.2-7',
      'OID4VCI-6.2-10',
      'OID4VCI-3.3.4-2',
    ],
    title: text('The credential is named as the token response demands', '依權杖回應的方式指明憑證'),
    *judge(message, flow) {
      if (faulty(flow) || !isObject(message.value)) return;
      const response = authorisedBy(flow, message);
      if (response === undefined) return;
      const given = identifiersGiven(response).flatMap((detail) => arr(detail, 'credential_identifiers') ?? []);
      const identifier = member(message.value, 'credential_identifier');
      const configuration = member(message.value, 'credential_configuration_id');
      const where = { with: [response] };
      if (given.length > 0) {
        yield rule(
          identifier !== undefined,
          message,
          text('credential_identifiers were given, but none is used', '已取得 credential_identifiers 卻未使用'),
          {
            ...where,
            requirements: ['OID4VCI-8.2-3'],
          },
        );
        yield rule(
          configuration === undefined,
          message,
          text(
            'credential_configuration_id although identifiers were given',
            '已取得識別碼仍使用 credential_configuration_id',
          ),
          {
            ...where,
            requirements: ['OID4VCI-8.2-7'],
          },
        );
        if (identifier !== undefined) {
          yield rule(
            given.includes(identifier),
            message,
            text('An identifier that was not given with this token', '此權杖未附此識別碼'),
            {
              ...where,
              requirements: ['OID4VCI-6.2-10'],
              expected: given,
              seen: identifier,
            },
          );
        }
      } else if (credentialDetails(response.value).length === 0) {
        yield rule(
          identifier === undefined,
          message,
          text('credential_identifier although none was given', '未取得識別碼卻使用 credential_identifier'),
          {
            ...where,
            requirements: ['OID4VCI-8.2-4'],
            seen: identifier,
          },
        );
        yield rule(
          configuration !== undefined,
          message,
          text('credential_configuration_id is missing', '缺少 credential_configuration_id'),
          {
            ...where,
            requirements: ['OID4VCI-8.2-6', 'OID4VCI-3.3.4-2'],
          },
        );
      }
    },
  }),
  walletCheck({
    id: 'credential-request/configuration',
    kinds: REQUEST,
    requirements: ['OID4VCI-8.2-8', 'OID4VCI-8.2-9'],
    title: text('The configuration is published and was authorised', '設定已公布且已獲授權'),
    *judge(message, flow) {
      const id = str(message.value, 'credential_configuration_id');
      const metadata = issuerMetadata(flow);
      const all = obj(metadata?.value, 'credential_configurations_supported');
      if (faulty(flow) || id === undefined || all === undefined) return;
      yield rule(Object.hasOwn(all, id), message, text('An unknown configuration', '未知的設定'), {
        requirements: ['OID4VCI-8.2-8'],
        expected: Object.keys(all),
        seen: id,
        with: [metadata?.message],
      });
      const asked = ['par-request', 'authorization-request'].flatMap((kind) => flow.all(kind));
      const scopes = asked
        .flatMap((request) => (str(request.value, 'scope') ?? '').split(' '))
        .filter((scope) => scope !== '');
      const detailed = asked.some((request) => credentialDetails(request.value).length > 0);
      if (grantOf(flow) === PRE_AUTHORIZED || scopes.length === 0 || detailed || !Object.hasOwn(all, id)) return;
      const scope = str(obj(all, id), 'scope');
      yield rule(
        scope !== undefined && scopes.includes(scope),
        message,
        text('No scope of the configuration was asked for', '未曾請求此設定的 scope'),
        {
          requirements: ['OID4VCI-8.2-9'],
          expected: scope ?? 'a scope',
          seen: scopes,
          with: asked,
        },
      );
    },
  }),
  walletCheck({
    id: 'credential-request/access-token',
    kinds: [...REQUEST, 'deferred-credential-request', 'notification-request'],
    requirements: ['OID4VCI-6.2-10', 'OID4VCI-9-2', 'OID4VCI-11-4'],
    title: text('An access token of the issuance is presented', '出示簽發流程取得的存取權杖'),
    *judge(message, flow) {
      const id =
        message.kind === 'credential-request' ? 'OID4VCI-6.2-10' : isDeferred(message) ? 'OID4VCI-9-2' : 'OID4VCI-11-4';
      const given = flow.all('token-response').flatMap((response) => {
        const token = isBefore(response, message) ? str(response.value, 'access_token') : undefined;
        return token === undefined ? [] : [token];
      });
      if (faulty(flow) || given.length === 0) return;
      const presented = accessTokenOf(message);
      yield rule(
        presented !== undefined && given.includes(presented.token),
        message,
        text('No access token of this issuance', '未出示此次簽發的存取權杖'),
        {
          requirements: [id],
          seen: presented?.token ?? 'no Authorization header',
        },
      );
    },
  }),
  walletCheck({
    id: 'credential-request/proofs',
    kinds: REQUEST,
    requirements: ['OID4VCI-8.2-24', 'OID4VCI-12.2.4-99'],
    title: text('Proofs of a published type are sent where they are wanted', '需要時送出已公布類型的證明'),
    *judge(message, flow) {
      const types = obj(configurationOf(flow, message)?.value, 'proof_types_supported');
      if (faulty(flow) || types === undefined || !isObject(message.value)) return;
      const proofs = obj(message.value, 'proofs');
      const where = { with: [issuerMetadata(flow)?.message] };
      yield rule(
        proofs !== undefined,
        message,
        text('The configuration wants proofs, and none was sent', '設定要求證明，卻未送出'),
        {
          ...where,
          requirements: ['OID4VCI-8.2-24'],
        },
      );
      const [type] = Object.keys(proofs ?? {});
      if (type === undefined) return;
      yield rule(Object.hasOwn(types, type), message, text('A proof type that is not published', '未公布的證明類型'), {
        ...where,
        requirements: ['OID4VCI-12.2.4-99'],
        expected: Object.keys(types),
        seen: type,
      });
    },
  }),
  walletCheck({
    id: 'credential-request/batch',
    kinds: REQUEST,
    requirements: ['OID4VCI-12.2.4-41', 'OID4VCI-12.2.4-45'],
    title: text('No more proofs than the issuer takes', '證明數量不超過簽發者所允許'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      const proofs = Object.values(obj(message.value, 'proofs') ?? {}).find(Array.isArray);
      if (faulty(flow) || metadata === undefined || proofs === undefined) return;
      const size = num(obj(metadata.value, 'batch_credential_issuance'), 'batch_size');
      yield rule(proofs.length <= (size ?? 1), message, text('Too many proofs', '證明過多'), {
        requirements: [size === undefined ? 'OID4VCI-12.2.4-41' : 'OID4VCI-12.2.4-45'],
        expected: `<= ${size ?? 1}`,
        seen: proofs.length,
        with: [metadata.message],
      });
    },
  }),
  walletCheck({
    id: 'credential-request/encrypted-where-demanded',
    kinds: BOTH,
    requirements: [
      'OID4VCI-8.2-29',
      'OID4VCI-8.2-34',
      'OID4VCI-8.2-35',
      'OID4VCI-12.2.4-31',
      'OID4VCI-12.2.4-38',
      'OID4VCI-9.1-8',
      'OID4VCI-9.1-12',
      'OID4VCI-9.1-14',
    ],
    title: text(
      'Requests are encrypted, and encryption is asked for, where the issuer demands it',
      '依簽發者要求加密請求並要求加密回應',
    ),
    *judge(message, flow) {
      if (faulty(flow) || !isObject(message.value) || issuerMetadata(flow) === undefined) return;
      const late = isDeferred(message);
      const where = { with: [issuerMetadata(flow)?.message] };
      const wanted = encryptionOf(flow, 'credential_request_encryption');
      const demanded = bool(wanted, 'encryption_required');
      if (demanded === true) {
        yield rule(
          wasEncrypted(message),
          message,
          text('The issuer demands encrypted requests', '簽發者要求加密請求'),
          {
            ...where,
            requirements: [late ? 'OID4VCI-9.1-8' : 'OID4VCI-8.2-29'],
          },
        );
      } else if (demanded === false && !late) {
        yield rule(true, message, text('', ''), { requirements: ['OID4VCI-12.2.4-31'] });
      }
      const asked = obj(message.value, 'credential_response_encryption') !== undefined;
      if (bool(encryptionOf(flow, 'credential_response_encryption'), 'encryption_required') === true) {
        yield rule(
          asked,
          message,
          text('The issuer demands encrypted responses, and no key is sent', '簽發者要求加密回應，卻未提供金鑰'),
          {
            ...where,
            requirements: late ? ['OID4VCI-9.1-12'] : ['OID4VCI-8.2-34', 'OID4VCI-12.2.4-38'],
          },
        );
      }
      if (asked) {
        yield rule(
          wasEncrypted(message),
          message,
          text('credential_response_encryption in a clear request', '明文請求中含有 credential_response_encryption'),
          {
            requirements: [late ? 'OID4VCI-9.1-14' : 'OID4VCI-8.2-35'],
          },
        );
      }
    },
  }),
  walletCheck({
    id: 'credential-request/response-algorithms',
    kinds: BOTH,
    requirements: ['OID4VCI-8.2-19', 'OID4VCI-8.2-20', 'OID4VCI-9.1-4'],
    title: text('Encryption parameters are among the published ones', '加密參數在已公布的清單內'),
    *judge(message, flow) {
      const wish = obj(message.value, 'credential_response_encryption');
      const published = encryptionOf(flow, 'credential_response_encryption');
      if (faulty(flow) || wish === undefined || published === undefined) return;
      const late = isDeferred(message) ? ['OID4VCI-9.1-4'] : [];
      const encs = arr(published, 'enc_values_supported');
      const algs = arr(published, 'alg_values_supported');
      const alg = str(obj(wish, 'jwk'), 'alg');
      const where = { with: [issuerMetadata(flow)?.message] };
      if (encs !== undefined) {
        yield rule(encs.includes(member(wish, 'enc')), message, text('enc is not published', 'enc 未公布'), {
          ...where,
          requirements: late.length > 0 ? late : ['OID4VCI-8.2-19'],
          expected: encs,
          seen: member(wish, 'enc'),
        });
      }
      if (algs !== undefined && alg !== undefined) {
        yield rule(algs.includes(alg), message, text('alg of the key is not published', '金鑰的 alg 未公布'), {
          ...where,
          requirements: late.length > 0 ? late : ['OID4VCI-8.2-19'],
          expected: algs,
          seen: alg,
        });
      }
      const zip = member(wish, 'zip');
      if (zip === undefined) return;
      const zips = arr(published, 'zip_values_supported') ?? [];
      yield rule(zips.includes(zip), message, text('zip is not published', 'zip 未公布'), {
        ...where,
        requirements: late.length > 0 ? late : ['OID4VCI-8.2-20'],
        expected: zips,
        seen: zip,
      });
    },
  }),
  walletCheck({
    id: 'credential-request/jwe',
    kinds: ENCRYPTED,
    requirements: [
      'OID4VCI-8.2-30',
      'OID4VCI-9.1-9',
      'OID4VCI-10-1',
      'OID4VCI-10-5',
      'OID4VCI-10-6',
      'OID4VCI-10-7',
      'OID4VCI-10-10',
      'OID4VCI-12.2.4-28',
    ],
    title: text('An encrypted request uses the published keys and algorithms', '加密請求使用已公布的金鑰與演算法'),
    *judge(message, flow) {
      const child = plaintextOf(message);
      yield* plaintextObservations(message, child, 'OID4VCI-10-1');
      const published = encryptionOf(flow, 'credential_request_encryption');
      if (faulty(flow) || published === undefined) return;
      // The harness holds the private keys of what it publishes: what none of them opens was encrypted to something else.
      yield rule(child !== undefined, message, text('Not encrypted to a published key', '未以已公布的金鑰加密'), {
        requirements: [isDeferred(message) ? 'OID4VCI-9.1-9' : 'OID4VCI-8.2-30'],
        with: [issuerMetadata(flow)?.message],
      });
      yield* jweObservations(
        message,
        {
          keys: keysOfSet(published, 'jwks'),
          enc: arr(published, 'enc_values_supported'),
          zip: arr(published, 'zip_values_supported') ?? [],
          from: issuerMetadata(flow)?.message,
        },
        { alg: 'OID4VCI-10-5', kid: 'OID4VCI-10-6', enc: 'OID4VCI-10-7', zip: ['OID4VCI-10-10', 'OID4VCI-12.2.4-28'] },
      );
    },
  }),
  walletCheck({
    id: 'deferred-credential-request/transaction',
    kinds: ['deferred-credential-request'],
    requirements: ['OID4VCI-9.1-3', 'OID4VCI-8.3-21'],
    title: text(
      'A deferred request repeats a transaction_id, after the interval',
      '延後請求重複 transaction_id，且在間隔之後',
    ),
    *judge(message, flow) {
      if (!isObject(message.value)) return;
      const transaction = str(message.value, 'transaction_id');
      yield rule(transaction !== undefined, message, text('transaction_id is missing', '缺少 transaction_id'), {
        requirements: ['OID4VCI-9.1-3'],
      });
      if (faulty(flow) || hasSealedAnswers(flow) || transaction === undefined) return;
      const given = ['credential-response', 'deferred-credential-response']
        .flatMap((kind) => flow.all(kind))
        .filter((response) => isBefore(response, message) && str(response.value, 'transaction_id') === transaction);
      const last = given.sort((a, b) => wireOf(a).seq - wireOf(b).seq).at(-1);
      yield rule(
        last !== undefined,
        message,
        text('A transaction_id that was not given out', '未曾發出的 transaction_id'),
        {
          requirements: ['OID4VCI-9.1-3'],
          seen: transaction,
        },
      );
      const interval = num(last?.value, 'interval');
      if (last === undefined || interval === undefined) return;
      // By the mocks' clock, which tests move; timers are a little inexact.
      const waited = wireOf(message).entry.clock - wireOf(last).entry.clock;
      yield rule(
        waited >= interval * 900 - 100,
        message,
        text('Asked again before the interval was over', '未等待間隔即再次請求'),
        {
          requirements: ['OID4VCI-8.3-21'],
          expected: `>= ${interval} s`,
          seen: `${Math.round(waited / 100) / 10} s`,
          with: [last],
        },
      );
    },
  }),
  walletCheck({
    id: 'notification-request/form',
    kinds: ['notification-request'],
    requirements: ['OID4VCI-11.1-1', 'OID4VCI-8.3-24', 'OID4VCI-11.1-3'],
    title: text(
      'A notification is JSON by POST and repeats its notification_id',
      '通知以 POST 送出 JSON 並重複 notification_id',
    ),
    *judge(message, flow) {
      const { http } = message.entry;
      if (http === undefined || !('method' in http)) return;
      yield rule(
        http.method === 'POST' && typeOf(message) === 'application/json' && isObject(message.value),
        message,
        text('Not a JSON object of type application/json by POST', '不是以 POST 送出的 application/json 物件'),
        { requirements: ['OID4VCI-11.1-1'], seen: `${http.method} ${typeOf(message) ?? 'no Content-Type'}` },
      );
      const id = str(message.value, 'notification_id');
      if (faulty(flow) || hasSealedAnswers(flow) || !isObject(message.value)) return;
      const given = ['credential-response', 'deferred-credential-response']
        .flatMap((kind) => flow.all(kind))
        .flatMap((response) => (isBefore(response, message) ? (str(response.value, 'notification_id') ?? []) : []));
      yield rule(
        id !== undefined && given.includes(id),
        message,
        text('Not a notification_id that was given out', '未曾發出的 notification_id'),
        {
          requirements: id === undefined ? ['OID4VCI-11.1-3'] : ['OID4VCI-8.3-24', 'OID4VCI-11.1-3'],
          expected: given,
          seen: id ?? 'nothing',
        },
      );
    },
  }),
];
