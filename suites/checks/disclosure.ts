import type { Check, MessageCheck } from '../../core/contracts/check.ts';
import { showPath } from '../../protocol/claims-path.ts';
import { WALLET, rule, text } from './kit.ts';
import type { ClaimQuery, Query, QuerySet } from './queries.ts';
import { claimOptions, isAskedFor, presentedValues, querySetFor, queryOfPresentation } from './queries.ts';
import { sdJwtOf } from './refs.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET, kinds: ['presentation'] };
}

/**
 * Claims that other queries of the same request ask of the same credential. A presentation may hold them as well (6.4), whichever
 * query it stands under.
 */
function claimsOfOthers(set: QuerySet, query: Query, vct: unknown): readonly ClaimQuery[] {
  return set.queries
    .filter(
      (other) =>
        other.id !== query.id && (other.vctValues === undefined || other.vctValues.some((value) => value === vct)),
    )
    .flatMap((other) => other.claims ?? []);
}

export const DISCLOSURE_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'presentation/requested-claims',
    requirements: ['OID4VP-6.4.1-2', 'OID4VP-6.4.1-4', 'OID4VP-6.4.1-10'],
    title: text('The requested claims are delivered', '所請求的宣告皆已提供'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query?.claims === undefined || query.format !== 'dc+sd-jwt') return;
      const { claims } = sdJwtOf(message).resolution;
      const missing = claimOptions(query).map((option) =>
        option.filter((claim) => presentedValues(claims, claim.path).length === 0).map((claim) => showPath(claim.path)),
      );
      yield rule(
        missing.some((option) => option.length === 0),
        message,
        text('A requested claim is missing', '缺少所請求的宣告'),
        {
          requirements:
            query.claimSets === undefined
              ? ['OID4VP-6.4.1-2', 'OID4VP-6.4.1-10']
              : ['OID4VP-6.4.1-4', 'OID4VP-6.4.1-10'],
          seen: missing[0] ?? 'no option',
          with: [set.request.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'presentation/least-disclosure',
    requirements: ['OID4VP-6.4-1', 'OID4VP-6.4.1-1'],
    title: text('Nothing is disclosed that was not asked for', '未請求的宣告不得揭露'),
    mend: text('Send only the disclosures of the selected claims', '只送出所選宣告的揭露項'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query === undefined || query.format !== 'dc+sd-jwt') return;
      const { claims, disclosed } = sdJwtOf(message).resolution;
      const others = claimsOfOthers(set, query, claims['vct']);
      const delivered = claimOptions(query).filter((option) =>
        option.every((claim) => presentedValues(claims, claim.path).length > 0),
      );
      // No option is satisfied: that is another finding, and then any listed claim may have been meant.
      const options = delivered.length > 0 ? delivered : [query.claims ?? []];
      const extras = options.map((option) =>
        disclosed
          .filter(({ path }) => ![...option, ...others].some((claim) => isAskedFor(path, claim.path)))
          .map(({ path }) => showPath(path)),
      );
      const fewest = extras.reduce((least, extra) => (extra.length < least.length ? extra : least), extras[0] ?? []);
      yield rule(
        fewest.length === 0,
        message,
        text(
          `Disclosed without being asked for: ${fewest.slice(0, 5).join(', ')}`,
          `揭露了未請求的宣告：${fewest.slice(0, 5).join('、')}`,
        ),
        {
          requirements: query.claims === undefined ? ['OID4VP-6.4-1', 'OID4VP-6.4.1-1'] : ['OID4VP-6.4-1'],
          expected: (query.claims ?? []).map((claim) => claim.path),
          seen: fewest,
          with: [set.request.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'presentation/values',
    requirements: ['OID4VP-6.3-8', 'OID4VP-6.3-9', 'OID4VP-6.4.1-6'],
    title: text('A claim is returned only with one of the wanted values', '僅在值相符時傳回宣告'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const query = set === undefined ? undefined : queryOfPresentation(set, message);
      if (set === undefined || query === undefined || query.format !== 'dc+sd-jwt') return;
      const { claims } = sdJwtOf(message).resolution;
      for (const { path, values } of query.claims ?? []) {
        if (values === undefined) continue;
        const found = presentedValues(claims, path);
        if (found.length === 0) continue;
        yield rule(
          found.some((value) => values.includes(value)),
          message,
          text(`Another value than those wanted at ${showPath(path)}`, `${showPath(path)} 的值不在要求之內`),
          {
            expected: values,
            seen: found[0],
            with: [set.request.message],
          },
        );
      }
    },
  }),
];
