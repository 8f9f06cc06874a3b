import type { Check, MessageCheck, RunView } from '../../core/contracts/check.ts';
import { isObject, member, obj, str, strings } from '../../protocol/json.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { publicJwkOf } from '../../protocol/jose/jwk.ts';
import { jweObservations, keysOfSet, plaintextObservations, plaintextOf } from './jwe.ts';
import { WALLET, observe, rule, text } from './kit.ts';
import { faulty, presentationRequestFor, typeOf } from './refs.ts';
import { isUtf8Form } from './wallet-requests.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

const RESPONSE = ['presentation-response'];

/** Parameters of a response that may not travel in clear beside an encrypted one. */
const RESPONSE_PARAMETERS = ['vp_token', 'id_token', 'code', 'presentation_submission', 'state'];

/** Public keys that the harness decrypts with: for a verifier whose metadata the wallet knows from elsewhere. */
function ownKeys(run: RunView, flow: string): readonly JsonObject[] {
  return run.material.flatMap((entry) =>
    entry.use === 'decryption-key' && entry.flow === flow && isObject(entry.value) ? [publicJwkOf(entry.value)] : [],
  );
}

export const PRESENTATION_RESPONSE_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'presentation-response/form',
    kinds: RESPONSE,
    requirements: ['OID4VP-8.2-1', 'OID4VP-8.2-2', 'OID4VP-8.3.1-2'],
    title: text('A response is a UTF-8 form sent by POST', '回應為以 POST 送出的 UTF-8 表單'),
    *judge(message, flow) {
      const { http } = message.entry;
      if (http === undefined || !('method' in http)) return;
      const encrypted = str(presentationRequestFor(flow, message)?.parameters, 'response_mode') === 'direct_post.jwt';
      yield rule(
        http.method === 'POST' && typeOf(message) === 'application/x-www-form-urlencoded',
        message,
        text('Not a form sent by POST', '不是以 POST 送出的表單'),
        { requirements: ['OID4VP-8.2-1'], seen: `${http.method} ${typeOf(message) ?? 'no Content-Type'}` },
      );
      yield rule(isUtf8Form(message), message, text('The form is not UTF-8', '表單不是 UTF-8'), {
        requirements: [encrypted ? 'OID4VP-8.3.1-2' : 'OID4VP-8.2-2'],
      });
    },
  }),
  walletCheck({
    id: 'presentation-response/response-uri',
    kinds: RESPONSE,
    requirements: ['OID4VP-8.2-4'],
    title: text('The response is posted to response_uri', '回應送往 response_uri'),
    *judge(message, flow) {
      const request = presentationRequestFor(flow, message);
      const wanted = str(request?.parameters, 'response_uri');
      if (faulty(flow) || wanted === undefined || message.url === undefined) return;
      yield rule(sameUrl(message.url, wanted), message, text('Posted to another URL', '送往其他網址'), {
        expected: wanted,
        seen: message.url,
        with: [request?.message],
      });
    },
  }),
  walletCheck({
    id: 'presentation-response/mode',
    kinds: RESPONSE,
    requirements: ['OID4VP-5.6-6', 'OID4VP-8.3.1-1', 'OID4VP-8.3.1-4', 'HAIP-5-11', 'HAIP-5.1-5'],
    title: text('The response has the mode that was asked for', '回應採用所請求的模式'),
    *judge(message, flow) {
      const request = presentationRequestFor(flow, message);
      const mode = str(request?.parameters, 'response_mode');
      if (faulty(flow) || mode === undefined || !isObject(message.value)) return;
      const jwe = str(message.value, 'response') !== undefined;
      const clear = RESPONSE_PARAMETERS.filter((name) => member(message.value, name) !== undefined);
      const where = { with: [request?.message], seen: Object.keys(message.value) };
      // Who cannot encrypt may say so by a clear error (8.3.1).
      if (!jwe && member(message.value, 'error') !== undefined) return;
      if (mode === 'direct_post.jwt') {
        yield rule(jwe, message, text('An encrypted response was asked for', '要求加密回應'), {
          ...where,
          requirements: ['OID4VP-8.3.1-1', 'HAIP-5.1-5', 'HAIP-5-11', 'OID4VP-5.6-6'],
        });
        if (jwe) {
          yield rule(
            clear.length === 0,
            message,
            text('Response parameters in clear beside the JWE', 'JWE 之外另有明文的回應參數'),
            {
              ...where,
              requirements: ['OID4VP-8.3.1-4'],
            },
          );
        }
      } else if (mode === 'direct_post') {
        yield rule(!jwe, message, text('A clear response was asked for', '要求明文回應'), {
          ...where,
          requirements: ['OID4VP-5.6-6'],
        });
      }
    },
  }),
  walletCheck({
    id: 'presentation-response/jwe',
    kinds: ['encrypted-presentation-response'],
    requirements: ['OID4VP-8.3-1', 'OID4VP-8.3-4', 'OID4VP-8.3-5', 'OID4VP-8.3-6', 'OID4VP-8.3-7', 'OID4VP-8.3-8'],
    title: text(
      'An encrypted response uses the key and algorithms of the verifier',
      '加密回應使用驗證者的金鑰與演算法',
    ),
    *judge(message, flow, run) {
      const child = plaintextOf(message) ?? message.children('presentation-payload')[0];
      yield* plaintextObservations(message, child, 'OID4VP-8.3-1');
      if (child !== undefined && isObject(child.value)) {
        const top = member(child.value, 'vp_token') !== undefined || member(child.value, 'error') !== undefined;
        yield rule(
          top,
          message,
          text('The payload has no response parameter at its top level', '內容最上層沒有回應參數'),
          {
            requirements: ['OID4VP-8.3-8'],
            seen: Object.keys(child.value),
          },
        );
      }
      const request = presentationRequestFor(flow, message);
      if (faulty(flow) || request === undefined) return;
      const metadata = obj(request.parameters, 'client_metadata');
      const own = ownKeys(run, flow.id);
      const offered = keysOfSet(metadata, 'jwks');
      if (child === undefined && own.length > 0) {
        yield observe('violated', message, text('Not encrypted to a key of the verifier', '未以驗證者的金鑰加密'), {
          requirements: ['OID4VP-8.3-4'],
          with: [request.message],
        });
      } else if (child !== undefined) {
        yield rule(true, message, text('', ''), { requirements: ['OID4VP-8.3-4'] });
      }
      yield* jweObservations(
        message,
        {
          keys: (offered.length > 0 ? offered : own).filter((key) => str(key, 'use') !== 'sig'),
          enc:
            metadata === undefined
              ? undefined
              : (strings(metadata, 'encrypted_response_enc_values_supported') ?? ['A128GCM']),
          zip: 'unknown',
          from: request.message,
        },
        { alg: 'OID4VP-8.3-5', kid: 'OID4VP-8.3-6', enc: 'OID4VP-8.3-7' },
      );
    },
  }),
];

/** Equal, or equal after the normalisation that an HTTP client makes (RFC 3986 6.2.2, 6.2.3). */
function sameUrl(one: string, other: string): boolean {
  return one === other || (URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href);
}
