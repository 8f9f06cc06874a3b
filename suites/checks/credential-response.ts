import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { readJweHeader } from '../../protocol/jose/jwe.ts';
import { publicJwkOf, sameKey, thumbprint } from '../../protocol/jose/jwk.ts';
import { arr, isObject, member, obj, str } from '../../protocol/json.ts';
import { attestedKeys } from './attested.ts';
import { jweObservations, plaintextObservations, plaintextOf } from './jwe.ts';
import { confirmationKeys } from './keys.ts';
import { ISSUER, observe, rule, text } from './kit.ts';
import { configurationOf, faulty, issuerMetadata, requestOf, sdJwtOf, typeOf, wireOf } from './refs.ts';

const RESPONSES = ['credential-response', 'deferred-credential-response'];
const ENCRYPTED = ['encrypted-credential-response', 'encrypted-deferred-credential-response'];

function responseCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER };
}

function isDeferred(message: MessageView): boolean {
  return message.kind.includes('deferred');
}

/** The clear request behind a response of either endpoint. */
function askedBy(message: MessageView): MessageView | undefined {
  return requestOf(message, isDeferred(message) ? 'deferred-credential-request' : 'credential-request');
}

function credentialsOf(message: MessageView): readonly unknown[] | undefined {
  return arr(message.value, 'credentials');
}

/** Keys that the wallet offered: those of jwt proofs, and all that an attestation vouches for. At most; doubles count once each. */
function offeredKeys(request: MessageView): number {
  const proofs = request.children('key-proof');
  const alone = request.children('key-attestation').reduce((sum, proof) => sum + attestedKeys(proof).length, 0);
  return proofs.reduce(
    (sum, proof) => sum + Math.max(1, proof.children('key-attestation').flatMap(attestedKeys).length),
    alone,
  );
}

/** Claims that differ between copies of one credential without making it another one. */
const OWN_OF_COPY = new Set(['cnf', 'iat', 'nbf', 'exp', 'jti', 'status', 'sub']);

function datasetOf(credential: MessageView): string {
  const { claims } = sdJwtOf(credential).resolution;
  return JSON.stringify(sorted(Object.fromEntries(Object.entries(claims).filter(([name]) => !OWN_OF_COPY.has(name)))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, sorted(item)]);
}

function sdJwts(message: MessageView): readonly MessageView[] {
  return message.children('credential').filter((credential) => credential.text.includes('~'));
}

export const CREDENTIAL_RESPONSE_CHECKS: readonly Check[] = [
  responseCheck({
    id: 'credential-response/status',
    kinds: RESPONSES,
    requirements: ['OID4VCI-8.3-1', 'OID4VCI-8.3-3', 'OID4VCI-9.2-2', 'OID4VCI-9.2-5'],
    title: text('Issuance is answered with 200, a deferral with 202', '立即簽發回 200，延後簽發回 202'),
    *judge(message) {
      const { status } = wireOf(message);
      if (status === undefined || !isObject(message.value)) return;
      const late = isDeferred(message);
      if (credentialsOf(message) !== undefined) {
        yield rule(
          status === 200,
          message,
          text('Credentials came with a status other than 200', '回傳憑證的狀態碼不是 200'),
          {
            requirements: [late ? 'OID4VCI-9.2-2' : 'OID4VCI-8.3-1'],
            expected: 200,
            seen: status,
          },
        );
      } else if (str(message.value, 'transaction_id') !== undefined) {
        yield rule(
          status === 202,
          message,
          text('A deferral came with a status other than 202', '延後簽發的狀態碼不是 202'),
          {
            requirements: [late ? 'OID4VCI-9.2-5' : 'OID4VCI-8.3-3'],
            expected: 202,
            seen: status,
          },
        );
      }
    },
  }),
  responseCheck({
    id: 'credential-response/same-transaction',
    kinds: ['deferred-credential-response'],
    requirements: ['OID4VCI-9.2-6'],
    title: text('A further deferral repeats the transaction', '再次延後時重複 transaction_id'),
    *judge(message) {
      const again = str(message.value, 'transaction_id');
      const asked = str(askedBy(message)?.value, 'transaction_id');
      if (again === undefined || asked === undefined) return;
      yield rule(
        again === asked,
        message,
        text('Another transaction_id than the one asked for', 'transaction_id 與請求不同'),
        {
          requirements: ['OID4VCI-9.2-6'],
          expected: asked,
          seen: again,
        },
      );
    },
  }),
  responseCheck({
    id: 'credential-response/encryption-as-asked',
    kinds: [...RESPONSES, ...ENCRYPTED],
    requirements: [
      'OID4VCI-8.2-14',
      'OID4VCI-8.3-5',
      'OID4VCI-8.3-6',
      'OID4VCI-9.1-13',
      'OID4VCI-9.2-9',
      'OID4VCI-9.2-10',
    ],
    title: text('A response is encrypted exactly if that was asked for', '僅在請求加密時回應才加密'),
    *judge(message, flow) {
      // What was inside a JWE is judged with its carrier.
      if (faulty(flow) || message.parent !== undefined) return;
      const asked = askedBy(message);
      if (asked === undefined || !isObject(asked.value)) return;
      const late = isDeferred(message);
      const wanted = obj(asked.value, 'credential_response_encryption') !== undefined;
      const encrypted = message.kind.startsWith('encrypted-');
      if (wanted) {
        const deferral = str(message.value, 'transaction_id') !== undefined;
        yield rule(
          encrypted,
          message,
          text('Encryption was asked for, the response is in clear', '請求要求加密，回應卻是明文'),
          {
            requirements: late
              ? ['OID4VCI-9.2-9', ...(deferral ? ['OID4VCI-9.2-10'] : [])]
              : ['OID4VCI-8.3-5', ...(deferral ? ['OID4VCI-8.3-6'] : [])],
            with: [asked],
          },
        );
      } else {
        yield rule(
          !encrypted,
          message,
          text('Nobody asked for encryption, the response is encrypted', '未要求加密，回應卻已加密'),
          {
            requirements: [late ? 'OID4VCI-9.1-13' : 'OID4VCI-8.2-14'],
            with: [asked],
          },
        );
      }
    },
  }),
  responseCheck({
    id: 'credential-response/jwe',
    kinds: ENCRYPTED,
    requirements: [
      'OID4VCI-10-1',
      'OID4VCI-10-5',
      'OID4VCI-10-6',
      'OID4VCI-10-8',
      'OID4VCI-10-10',
      'OID4VCI-8.2-21',
      'OID4VCI-12.2.4-36',
    ],
    title: text(
      'An encrypted response uses the key and algorithms of the request',
      '加密回應使用請求所給的金鑰與演算法',
    ),
    *judge(message, flow, run) {
      const asked = askedBy(message);
      const wish = obj(asked?.value, 'credential_response_encryption');
      const key = obj(wish, 'jwk');
      const child = plaintextOf(message);
      yield* plaintextObservations(message, child, 'OID4VCI-10-1');
      if (faulty(flow)) return;
      // What the harness sent encrypted cannot be read back; its keys tell at least whom the answer had to be for.
      const own = run.material.flatMap((entry) =>
        entry.use === 'decryption-key' && entry.flow === flow.id && isObject(entry.value)
          ? [publicJwkOf(entry.value)]
          : [],
      );
      const keys = key === undefined ? own : [key];
      if (keys.length === 0) return;
      const zip = str(wish, 'zip');
      yield* jweObservations(
        message,
        {
          keys,
          enc: wish === undefined ? undefined : [member(wish, 'enc')],
          zip: wish === undefined ? 'unknown' : zip === undefined ? [] : [zip],
          from: asked,
        },
        { alg: 'OID4VCI-10-5', kid: 'OID4VCI-10-6', enc: 'OID4VCI-10-8', zip: ['OID4VCI-10-10', 'OID4VCI-8.2-21'] },
      );
      const metadata = issuerMetadata(flow);
      const published = obj(metadata?.value, 'credential_response_encryption');
      if (published !== undefined) {
        const used = member(readJweHeader(message.text.trim()).header, 'zip');
        const zips = arr(published, 'zip_values_supported') ?? [];
        yield rule(
          used === undefined || zips.includes(used),
          message,
          text('Compressed in a way that the metadata does not publish', '使用中繼資料未公布的壓縮方式'),
          {
            requirements: ['OID4VCI-12.2.4-36'],
            expected: zips,
            seen: used,
            with: [metadata?.message],
          },
        );
      }
      const openable = own.length > 0 && (key === undefined || own.some((mine) => sameKey(mine, key)));
      if (child === undefined && openable) {
        yield observe(
          'violated',
          message,
          text('The key of the request does not open the response', '以請求中的金鑰無法解密回應'),
          {
            requirements: ['OID4VCI-10-1'],
            with: [asked],
          },
        );
      }
    },
  }),
  responseCheck({
    id: 'credential-response/jwe-media-type',
    kinds: RESPONSES,
    requirements: ['OID4VCI-10-2'],
    title: text('An encrypted response has the media type application/jwt', '加密回應的媒體類型為 application/jwt'),
    *judge(message) {
      if (message.entry.http === undefined || isObject(message.value)) return;
      const jwe = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$/.test(message.text.trim());
      if (!jwe) return;
      yield rule(false, message, text('A JWE without its media type', 'JWE 未標示其媒體類型'), {
        expected: 'application/jwt',
        seen: typeOf(message) ?? 'none',
      });
    },
  }),
  responseCheck({
    id: 'credential-response/count',
    kinds: RESPONSES,
    requirements: ['OID4VCI-8.3-11'],
    title: text('No more credentials come than keys were given', '憑證數量不多於所給金鑰'),
    *judge(message, flow) {
      const credentials = credentialsOf(message);
      const request = firstRequest(message, flow);
      if (faulty(flow) || credentials === undefined || request === undefined) return;
      const keys = offeredKeys(request);
      if (keys === 0) return;
      yield rule(credentials.length <= keys, message, text('More credentials than keys', '憑證多於金鑰'), {
        expected: `<= ${keys}`,
        seen: credentials.length,
        with: [request],
      });
    },
  }),
  responseCheck({
    id: 'credential-response/distinct-keys',
    kinds: RESPONSES,
    requirements: ['OID4VCI-8.3-12'],
    title: text('Credentials of one response have different keys', '同一回應中的憑證使用不同金鑰'),
    *judge(message, _flow, run) {
      const keys = sdJwts(message).flatMap((credential) => {
        const cnf = member(sdJwtOf(credential).reading.issuerJwt.payload, 'cnf');
        return confirmationKeys(cnf, run)
          .keys.slice(0, 1)
          .flatMap((key) => thumbprint(key) ?? []);
      });
      if (keys.length < 2) return;
      const again = keys.find((key, index) => keys.indexOf(key) !== index);
      yield rule(again === undefined, message, text('Two credentials are bound to one key', '兩張憑證綁定同一金鑰'), {
        seen: again,
      });
    },
  }),
  responseCheck({
    id: 'credential-response/one-dataset',
    kinds: RESPONSES,
    requirements: ['OID4VCI-3.3.2-1', 'OID4VCI-3.3.2-2'],
    title: text('Credentials of one response have one format and one dataset', '同一回應的憑證格式與資料集相同'),
    *judge(message) {
      const all = message.children('credential');
      const copies = sdJwts(message);
      if (all.length < 2 || copies.length === 0) return;
      yield rule(copies.length === all.length, message, text('Credentials of different formats', '憑證格式不一'), {
        requirements: ['OID4VCI-3.3.2-1'],
      });
      const datasets = new Set(copies.map(datasetOf));
      yield rule(datasets.size === 1, message, text('Credentials with different claims', '憑證內容不一'), {
        requirements: ['OID4VCI-3.3.2-2'],
        with: copies,
      });
    },
  }),
  responseCheck({
    id: 'credential-response/distinct-copies',
    kinds: RESPONSES,
    requirements: ['OID4VCI-3.3.2-3'],
    title: text('Copies differ in their salts', '各份憑證使用不同鹽值'),
    *judge(message) {
      const copies = sdJwts(message);
      if (copies.length < 2) return;
      const salts = copies.flatMap((copy) => [
        ...new Set(sdJwtOf(copy).reading.disclosures.flatMap(({ salt }) => salt ?? [])),
      ]);
      if (salts.length === 0) return;
      yield rule(
        new Set(salts).size === salts.length,
        message,
        text('Copies share salts, which links them', '各份憑證共用鹽值，可被關聯'),
        {
          with: copies,
        },
      );
    },
  }),
  responseCheck({
    id: 'credential-response/announced-endpoints',
    kinds: RESPONSES,
    requirements: ['OID4VCI-12.2.4-18', 'OID4VCI-12.2.4-21'],
    title: text(
      'Deferral and notification need their endpoints in the metadata',
      '延後簽發與通知須在中繼資料中公布端點',
    ),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      if (metadata === undefined) return;
      for (const [name, endpoint, id] of [
        ['transaction_id', 'deferred_credential_endpoint', 'OID4VCI-12.2.4-18'],
        ['notification_id', 'notification_endpoint', 'OID4VCI-12.2.4-21'],
      ] as const) {
        if (member(message.value, name) === undefined) continue;
        yield rule(
          member(metadata.value, endpoint) !== undefined,
          message,
          text(`${name} without ${endpoint} in the metadata`, `有 ${name}，中繼資料卻沒有 ${endpoint}`),
          { requirements: [id], with: [metadata.message] },
        );
      }
    },
  }),
  responseCheck({
    id: 'credential-response/announced-encryption',
    kinds: ENCRYPTED,
    requirements: ['OID4VCI-8.2-32'],
    title: text('Support for encrypted responses is announced', '加密回應的支援已公布'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      if (metadata === undefined) return;
      yield rule(
        isObject(member(metadata.value, 'credential_response_encryption')),
        message,
        text('The metadata lacks credential_response_encryption', '中繼資料缺少 credential_response_encryption'),
        { with: [metadata.message] },
      );
    },
  }),
  responseCheck({
    id: 'credential-response/format',
    kinds: RESPONSES,
    requirements: ['OID4VCI-A.3.4-1', 'OID4VCI-A.1.1.4-1', 'OID4VCI-A.1.2.4-1', 'OID4VCI-A.1.3.4-1', 'OID4VCI-A.2.4-1'],
    title: text('Each credential is encoded as its format says', '每張憑證依其格式編碼'),
    *judge(message, flow) {
      const request = firstRequest(message, flow);
      const format = str(configurationOf(flow, request)?.value, 'format');
      const form = format === undefined ? undefined : FORMS[format];
      const credentials = credentialsOf(message);
      if (form === undefined || credentials === undefined || format === undefined) return;
      const wrong = credentials
        .map((entry) => member(entry, 'credential'))
        .find((credential) => !form.test(credential));
      yield rule(
        wrong === undefined,
        message,
        text(`A credential is not encoded as ${format}`, `憑證未依 ${format} 編碼`),
        {
          requirements: [form.id],
          seen: wrong,
        },
      );
    },
  }),
];

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const FORMS: Readonly<Record<string, { readonly id: string; readonly test: (credential: unknown) => boolean }>> = {
  'dc+sd-jwt': {
    id: 'OID4VCI-A.3.4-1',
    test: (credential) =>
      typeof credential === 'string' && /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+~/.test(credential),
  },
  jwt_vc_json: {
    id: 'OID4VCI-A.1.1.4-1',
    test: (credential) => typeof credential === 'string' && COMPACT.test(credential),
  },
  'jwt_vc_json-ld': {
    id: 'OID4VCI-A.1.3.4-1',
    test: (credential) => typeof credential === 'string' && COMPACT.test(credential),
  },
  ldp_vc: { id: 'OID4VCI-A.1.2.4-1', test: isObject },
  mso_mdoc: {
    id: 'OID4VCI-A.2.4-1',
    test: (credential) => typeof credential === 'string' && /^[A-Za-z0-9_-]+$/.test(credential),
  },
};

/** The credential request behind a response, also where the credentials came later. */
function firstRequest(message: MessageView, flow: FlowView): MessageView | undefined {
  if (!isDeferred(message)) return askedBy(message);
  const transaction = str(askedBy(message)?.value, 'transaction_id');
  const first = flow
    .all('credential-response')
    .find((other) => transaction !== undefined && str(other.value, 'transaction_id') === transaction);
  return first === undefined ? undefined : requestOf(first, 'credential-request');
}
