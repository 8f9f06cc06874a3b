import type { Check } from '../../core/contracts/check.ts';
import { str } from '../../protocol/json.ts';
import { ISSUER, rule, text } from './kit.ts';
import { countsUp } from './uniqueness.ts';

/** A nonce of fewer characters than this can be guessed by trying, whatever its alphabet. */
const SHORTEST = 8;

export const NONCE_CHECKS: readonly Check[] = [
  {
    id: 'nonce-response/guessable',
    scope: 'message',
    roles: ISSUER,
    kinds: ['nonce-response'],
    requirements: ['OID4VCI-7.2-4'],
    title: text('A c_nonce is too long to be guessed', 'c_nonce 長度足以防止猜測'),
    *judge(message) {
      const nonce = str(message.value, 'c_nonce');
      if (nonce === undefined || nonce === '') return;
      yield rule(nonce.length >= SHORTEST, message, text('A c_nonce that can be guessed', '可被猜出的 c_nonce'), {
        expected: `at least ${SHORTEST} characters`,
        seen: nonce,
      });
    },
  },
  {
    id: 'nonce-response/status',
    scope: 'message',
    roles: ISSUER,
    kinds: ['nonce-error'],
    requirements: ['OID4VCI-7.2-1', 'OID4VCI-7.1-2'],
    title: text('The nonce endpoint answers a plain POST with success', 'nonce 端點以成功回應一般的 POST'),
    *judge(message, flow) {
      // Overload and faults are other stories.
      if (flow.fault !== undefined || message.status === undefined || message.status >= 500 || message.status === 429)
        return;
      yield rule(false, message, text('The nonce request was refused', 'nonce 請求遭拒絕'), {
        expected: '2xx',
        seen: message.status,
      });
    },
  },
  {
    id: 'nonce-response/unpredictable',
    scope: 'run',
    roles: ISSUER,
    requirements: ['OID4VCI-7.2-4'],
    title: text('c_nonce values do not follow from each other', 'c_nonce 值無法由前值推得'),
    *judge(run) {
      const given = run.flows.flatMap((flow) =>
        flow.sut('nonce-response').flatMap((message) => {
          const nonce = str(message.value, 'c_nonce');
          return nonce === undefined ? [] : [{ message, nonce }];
        }),
      );
      if (given.length < 3) return;
      given.sort((a, b) => a.message.seq - b.message.seq);
      const pairs = given.slice(1).map(({ nonce }, index) => [given[index]?.nonce ?? '', nonce] as const);
      const different = pairs.filter(([before, after]) => before !== after);
      const last = given.at(-1);
      if (last === undefined) return;
      const flows = new Set(given.map(({ message }) => message.entry.flow)).size;
      const seen = { seen: given.slice(-3).map(({ nonce }) => nonce) };
      if (different.length === 0 && flows >= 3) {
        yield rule(false, last.message, text('Everybody gets the same c_nonce', '所有人都取得相同的 c_nonce'), seen);
      } else if (different.length >= 2) {
        yield rule(
          !different.every(([before, after]) => countsUp(before, after)),
          last.message,
          text('Each c_nonce is the one before it, counted up', '每個 c_nonce 都只是前一個加上遞增值'),
          seen,
        );
      }
    },
  },
];
