import type { Check, MessageCheck, RunView } from '../../core/contracts/check.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { readStatusListToken, readStatusReference, statusListSize } from '../../protocol/status-list.ts';
import { chainObservations } from './chain.ts';
import { issuerKeys } from './keys.ts';
import { ISSUER, rule, text } from './kit.ts';
import { jwtOf, sdJwtOf, secondsAt, typeOf } from './refs.ts';

function statusCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: ISSUER, kinds: ['status-list-token'] };
}

/** The specification cites the draft, and recommends the cited revision: a recommendation is all that a violation breaks. */
const DRAFT = 'OID4VCI-14.7-1';

/** Indexes that credentials of the run have in the list of a URL. */
function indexesIn(run: RunView, uri: string): number[] {
  return run.flows.flatMap((flow) =>
    flow.sut('credential').flatMap((credential) => {
      const { reference } = readStatusReference(sdJwtOf(credential).resolution.claims);
      return reference?.uri === uri ? [reference.index] : [];
    }),
  );
}

export const STATUS_LIST_CHECKS: readonly Check[] = [
  statusCheck({
    id: 'status-list-token/sound',
    requirements: [DRAFT],
    title: text('A status list token is well formed', '狀態清單權杖格式正確'),
    *judge(message) {
      const { errors } = readStatusListToken(message.text.trim());
      for (const error of errors.slice(0, 10)) yield rule(false, message, error.message, { seen: error.code });
      if (errors.length === 0) yield rule(true, message, text('', ''));
    },
  }),
  statusCheck({
    id: 'status-list-token/subject',
    requirements: [DRAFT],
    title: text('sub of a status list token is the URI of the list', '狀態清單權杖的 sub 為清單的 URI'),
    *judge(message) {
      const { sub } = readStatusListToken(message.text.trim());
      const asked = message.counterpart?.url?.split('#')[0];
      if (sub === undefined || asked === undefined) return;
      yield rule(sub === asked || sub === asked.split('?')[0], message, text('sub is another URI', 'sub 是其他 URI'), {
        expected: asked,
        seen: sub,
      });
    },
  }),
  statusCheck({
    id: 'status-list-token/times',
    requirements: [DRAFT],
    title: text('A status list token is valid now', '狀態清單權杖目前有效'),
    *judge(message, _flow, run) {
      const { iat, exp } = readStatusListToken(message.text.trim());
      const now = secondsAt(message);
      const skew = run.skewMs / 1000;
      if (iat !== undefined)
        yield rule(iat <= now + skew, message, text('iat lies in the future', 'iat 在未來'), { seen: iat });
      if (exp !== undefined) {
        yield rule(exp > now - skew, message, text('The status list has expired', '狀態清單已過期'), { seen: exp });
      }
    },
  }),
  statusCheck({
    id: 'status-list-token/signature',
    requirements: [DRAFT, 'HAIP-6.1-8'],
    title: text('The signature of a status list token verifies', '狀態清單權杖的簽章可驗證'),
    *judge(message, _flow, run) {
      const jwt = jwtOf(message);
      const found = issuerKeys(jwt, run);
      // How else a relying party finds the key is up to the ecosystem.
      if (found.keys.length === 0) return;
      yield rule(
        found.keys.some((key) => verifyJws(jwt, key).ok),
        message,
        text('The signature does not verify with the key that it names', '以其所指的金鑰驗證簽章失敗'),
        found.how === 'x5c' ? {} : { requirements: [DRAFT] },
      );
    },
  }),
  statusCheck({
    id: 'status-list-token/x5c',
    requirements: ['HAIP-6.1-8', 'HAIP-6.1-9', 'HAIP-6.1-10'],
    title: text('x5c of a status list token has a chain without its anchor', '狀態清單權杖的 x5c 含不帶信任錨的憑證鏈'),
    *judge(message, _flow, run) {
      const { header } = jwtOf(message);
      if (header === undefined) return;
      yield* chainObservations(message, header, run, {
        present: 'HAIP-6.1-8',
        anchor: 'HAIP-6.1-9',
        selfSigned: 'HAIP-6.1-10',
      });
    },
  }),
  statusCheck({
    id: 'status-list-token/index',
    requirements: [DRAFT],
    title: text('The list has room for the index of each credential', '清單涵蓋每張憑證的索引'),
    *judge(message, _flow, run) {
      const { list } = readStatusListToken(message.text.trim());
      const uri = message.counterpart?.url;
      if (list === undefined || uri === undefined) return;
      const indexes = indexesIn(run, uri);
      if (indexes.length === 0) return;
      const beyond = indexes.filter((index) => index >= statusListSize(list));
      yield rule(
        beyond.length === 0,
        message,
        text('The index of a credential is beyond the list', '憑證的索引超出清單範圍'),
        {
          expected: `< ${statusListSize(list)}`,
          seen: beyond,
        },
      );
    },
  }),
  statusCheck({
    id: 'status-list-token/media-type',
    requirements: [DRAFT],
    title: text('A status list token has its media type', '狀態清單權杖具有正確的媒體類型'),
    *judge(message) {
      if (message.entry.http === undefined) return;
      const type = typeOf(message);
      yield rule(
        type === 'application/statuslist+jwt',
        message,
        text('Wrong or missing Content-Type', 'Content-Type 錯誤或缺少'),
        {
          expected: 'application/statuslist+jwt',
          seen: type ?? 'none',
        },
      );
    },
  }),
];
