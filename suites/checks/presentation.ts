import type { Check, MessageCheck, Observation } from '../../core/contracts/check.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import { arr, isObject, member, obj, str } from '../../protocol/json.ts';
import { WALLET, observe, rule, text } from './kit.ts';
import { querySetFor, queryOfPresentation } from './queries.ts';
import type { Query } from './queries.ts';
import { faulty, presentationRequestFor, sdJwtOf } from './refs.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

const PAYLOAD = ['presentation-payload'];
const PRESENTATION = ['presentation'];

/** What the reader does not know is no fault of the presentation. */
const NOT_JUDGED = new Set(['sd-alg-unknown', 'crit-unsupported', 'sd-jwt-too-large', 'too-deep']);

function isSdJwt(query: Query | undefined): boolean {
  return query?.format === 'dc+sd-jwt';
}

export const PRESENTATION_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'presentation-payload/state',
    kinds: PAYLOAD,
    requirements: ['OID4VP-5.3-8', 'OID4VP-8.5-1'],
    title: text('state of the request comes back unchanged', '請求中的 state 原樣傳回'),
    *judge(message, flow) {
      const request = presentationRequestFor(flow, message);
      if (faulty(flow) || request === undefined || !isObject(message.value)) return;
      const sent = str(request.parameters, 'state');
      const back = member(message.value, 'state');
      if (sent === undefined) return;
      const failed = member(message.value, 'error') !== undefined;
      yield rule(back === sent, message, text('state is missing or changed', 'state 缺少或被更改'), {
        requirements: failed ? ['OID4VP-8.5-1'] : ['OID4VP-5.3-8'],
        expected: sent,
        seen: back ?? 'nothing',
        with: [request.message],
      });
    },
  }),
  walletCheck({
    id: 'presentation-payload/queries',
    kinds: PAYLOAD,
    requirements: ['OID4VP-8.1-2', 'OID4VP-8.1-4'],
    title: text(
      'vp_token answers the queries of the request, once each unless multiple',
      'vp_token 回應請求中的查詢，除非 multiple 否則各一份',
    ),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const token = obj(message.value, 'vp_token');
      if (set === undefined || token === undefined) return;
      const where = { with: [set.request.message] };
      const unknown = Object.keys(token).filter((id) => !set.queries.some((query) => query.id === id));
      yield rule(
        unknown.length === 0,
        message,
        text('vp_token has a key that is no query', 'vp_token 含有非查詢的鍵'),
        {
          ...where,
          requirements: ['OID4VP-8.1-2'],
          expected: set.queries.map((query) => query.id),
          seen: unknown,
        },
      );
      const answered = set.queries.filter((query) => arr(token, query.id) !== undefined);
      const many = answered.filter((query) => !query.multiple && (arr(token, query.id) ?? []).length > 1);
      if (answered.length === 0) return;
      yield rule(many.length === 0, message, text('Several presentations for one query', '同一查詢有多份憑證出示'), {
        ...where,
        requirements: ['OID4VP-8.1-4'],
        seen: many.map((query) => query.id),
      });
    },
  }),
  walletCheck({
    id: 'presentation-payload/complete',
    kinds: PAYLOAD,
    requirements: ['OID4VP-6.4.2-1', 'OID4VP-6.4.2-2', 'OID4VP-6.4.2-3', 'OID4VP-8.1-5'],
    title: text('Everything that is required is there', '所需的憑證皆已出示'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const token = obj(message.value, 'vp_token');
      if (set === undefined || token === undefined) return;
      const where = { with: [set.request.message], seen: Object.keys(token) };
      const has = (id: string): boolean => (arr(token, id) ?? []).length > 0;
      if (set.sets === undefined) {
        const missing = set.queries.filter((query) => !has(query.id)).map((query) => query.id);
        yield rule(
          missing.length === 0,
          message,
          text(`No presentation for: ${missing.join(', ')}`, `缺少憑證出示：${missing.join('、')}`),
          {
            ...where,
            requirements: ['OID4VP-6.4.2-1'],
          },
        );
        return;
      }
      const open = set.sets.filter((entry) => entry.required && !entry.options.some((option) => option.every(has)));
      yield rule(
        open.length === 0,
        message,
        text('A required credential set is not satisfied', '必要的 credential set 未被滿足'),
        {
          ...where,
          requirements: ['OID4VP-6.4.2-2', 'OID4VP-6.4.2-3'],
          expected: open[0]?.options,
        },
      );
      const empty = Object.keys(token).filter((id) => arr(token, id)?.length === 0);
      yield rule(empty.length === 0, message, text('A query without a match has a key', '沒有相符憑證的查詢仍有鍵'), {
        ...where,
        requirements: ['OID4VP-8.1-5'],
      });
    },
  }),
  walletCheck({
    id: 'presentation/sd-jwt',
    kinds: PRESENTATION,
    requirements: ['OID4VP-8.1-6'],
    title: text('A presentation is a sound SD-JWT', '憑證出示是健全的 SD-JWT'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (!isSdJwt(query)) return;
      const { reading, resolution } = sdJwtOf(message);
      // Two disclosures with one salt are the issuer's doing.
      const errors = [...reading.errors, ...resolution.errors].filter(
        (error) =>
          !NOT_JUDGED.has(error.code) && error.code !== 'salt-reused' && error.at?.startsWith('issuer-jwt') !== true,
      );
      for (const error of errors.slice(0, 5)) {
        yield observe(
          'violated',
          message,
          text(`Not a sound SD-JWT: ${error.message.en}`, `SD-JWT 有誤：${error.message['zh-Hant']}`),
          {
            seen: error.code,
          },
        );
      }
      if (errors.length === 0) yield rule(true, message, text('', ''));
    },
  }),
  walletCheck({
    id: 'presentation/key-binding',
    kinds: PRESENTATION,
    requirements: ['OID4VP-6.1-11', 'OID4VP-B.3-1', 'OID4VP-B.3-2', 'OID4VP-B.3-3'],
    title: text('A presentation proves holder binding where the query wants it', '查詢要求時憑證出示須證明持有者綁定'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query === undefined || !isSdJwt(query)) return;
      const { reading } = sdJwtOf(message);
      const where = { with: [set.request.message] };
      if (!query.holderBinding) {
        yield rule(true, message, text('', ''), { requirements: ['OID4VP-B.3-3'], ...where });
        return;
      }
      yield rule(
        reading.kbJwt !== undefined,
        message,
        text('No key binding JWT, though holder binding is wanted', '要求持有者綁定卻沒有金鑰綁定 JWT'),
        {
          ...where,
          requirements: ['OID4VP-6.1-11', 'OID4VP-B.3-1'],
        },
      );
      const bound = obj(reading.issuerJwt.payload, 'cnf') !== undefined;
      yield rule(
        bound,
        message,
        text('The credential has no cnf, though holder binding is wanted', '要求持有者綁定但憑證沒有 cnf'),
        {
          ...where,
          requirements: ['OID4VP-B.3-2'],
        },
      );
    },
  }),
  walletCheck({
    id: 'presentation/type',
    kinds: PRESENTATION,
    requirements: ['OID4VP-6.4.2-4'],
    title: text('The presented credential is of the type that was asked for', '出示的憑證符合所請求的類型'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query?.vctValues === undefined || !isSdJwt(query)) return;
      const vct = str(sdJwtOf(message).reading.issuerJwt.payload, 'vct');
      // A type that extends a requested one is legal (B.3.5); the trace seldom holds its metadata.
      if (vct === undefined || extended(vct, query.vctValues, flow)) return;
      yield rule(query.vctValues.includes(vct), message, text('vct is none of vct_values', 'vct 不在 vct_values 內'), {
        expected: query.vctValues,
        seen: vct,
        with: [set.request.message],
      });
    },
  }),
  walletCheck({
    id: 'presentation/trusted-authorities',
    kinds: PRESENTATION,
    requirements: ['OID4VP-6.1-10'],
    title: text('The issuer of a presented credential is one that was asked for', '出示憑證的簽發者在要求的範圍內'),
    *judge(message, flow): Generator<Observation> {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query?.authorities === undefined || !isSdJwt(query)) return;
      // Lists and federations cannot be looked up from a trace.
      if (query.authorities.some((authority) => str(authority, 'type') !== 'aki')) return;
      const wanted = query.authorities.flatMap((authority) => arr(authority, 'values') ?? []);
      const { certificates } = readX5c(member(sdJwtOf(message).reading.issuerJwt.header, 'x5c'));
      const found = certificates.flatMap((certificate) => certificate.authorityKeyId ?? []);
      if (certificates.length === 0) return;
      yield rule(
        found.some((id) => wanted.includes(id)),
        message,
        text('No certificate of the issuer has a wanted authority key identifier', '簽發者的憑證鏈不含所要求的 AKI'),
        {
          expected: wanted,
          seen: found,
          with: [set.request.message],
        },
      );
    },
  }),
];

/** True if type metadata in the flow says that a type extends a requested one. */
function extended(vct: string, wanted: readonly string[], flow: Parameters<MessageCheck['judge']>[1]): boolean {
  let here: string | undefined = vct;
  for (let depth = 0; depth < 5 && here !== undefined; depth += 1) {
    if (depth > 0 && wanted.includes(here)) return true;
    const name: string = here;
    const metadata = flow.all('type-metadata').find((message) => str(message.value, 'vct') === name);
    here = str(metadata?.value, 'extends');
  }
  return false;
}
