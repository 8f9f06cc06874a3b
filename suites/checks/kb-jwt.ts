import type { Check, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import { hashBase64url } from '../../protocol/encoding.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import { arr, member, num, readJson, str, strings } from '../../protocol/json.ts';
import { sdHash } from '../../protocol/sd-jwt/parse.ts';
import { confirmationKeys } from './keys.ts';
import { WALLET, rule, text, unjudged } from './kit.ts';
import { faulty, freshness, jwtOf, presentationRequestFor, sdJwtOf, secondsAt } from './refs.ts';
import { querySetFor, queryOfPresentation } from './queries.ts';

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles' | 'kinds'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET, kinds: ['kb-jwt'] };
}

/** Names of the IANA registry that node:crypto has by another name. */
const HASHES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
};

/** Presentations of one response. */
function siblings(presentation: MessageView): readonly MessageView[] {
  return presentation.parent?.children('presentation') ?? [presentation];
}

export const KB_JWT_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'kb-jwt/signature',
    requirements: ['OID4VP-B.3-1'],
    title: text('A key binding JWT is signed with the key in cnf', '金鑰綁定 JWT 以 cnf 的金鑰簽章'),
    *judge(message, _flow, run) {
      const presentation = message.parent;
      const jwt = jwtOf(message);
      if (presentation === undefined || jwt.header === undefined) return;
      const cnf = member(sdJwtOf(presentation).reading.issuerJwt.payload, 'cnf');
      const { keys } = confirmationKeys(cnf, run);
      if (keys.length === 0) {
        if (cnf !== undefined)
          yield unjudged(message, text('The key in cnf is not in the trace', '紀錄中沒有 cnf 的金鑰'), { seen: cnf });
        return;
      }
      const results = keys.map((key) => verifyJws(jwt, key));
      if (results.every((result) => !result.ok && result.reason === 'alg-unsupported')) return;
      const reason = results.find((result) => !result.ok);
      yield rule(
        results.some((result) => result.ok),
        message,
        text('The signature does not verify with the key in cnf', '以 cnf 的金鑰驗證簽章失敗'),
        {
          with: [presentation],
          ...(reason?.ok === false ? { seen: reason.message.en } : {}),
        },
      );
    },
  }),
  walletCheck({
    id: 'kb-jwt/nonce',
    requirements: ['OID4VP-B.3.6-1', 'OID4VP-14.2.2-3', 'OID4VP-14.2.2-5'],
    title: text('nonce of a key binding JWT is the one of the request', '金鑰綁定 JWT 的 nonce 與請求相同'),
    *judge(message, flow) {
      const { payload } = jwtOf(message);
      const request = presentationRequestFor(flow, message);
      const wanted = str(request?.parameters, 'nonce');
      const nonce = str(payload, 'nonce');
      if (faulty(flow) || wanted === undefined || nonce === undefined) return;
      const several = message.parent !== undefined && siblings(message.parent).length > 1;
      yield rule(nonce === wanted, message, text('nonce is not the one of the request', 'nonce 與請求不同'), {
        requirements: ['OID4VP-B.3.6-1', 'OID4VP-14.2.2-3', ...(several ? ['OID4VP-14.2.2-5'] : [])],
        expected: wanted,
        seen: nonce,
        with: [request?.message],
      });
    },
  }),
  walletCheck({
    id: 'kb-jwt/audience',
    requirements: ['OID4VP-B.3.6-2', 'OID4VP-14.2.2-2', 'OID4VP-14.2.2-5', 'OID4VP-14.10-1'],
    title: text(
      'aud of a key binding JWT is the full Client Identifier',
      '金鑰綁定 JWT 的 aud 為完整的 Client Identifier',
    ),
    mend: text('Use client_id with its prefix, character by character', '使用含前綴的完整 client_id，逐字相同'),
    *judge(message, flow) {
      const { payload } = jwtOf(message);
      const request = presentationRequestFor(flow, message);
      const client = str(request?.parameters, 'client_id');
      const aud = str(payload, 'aud');
      if (faulty(flow) || client === undefined || aud === undefined) return;
      if (str(request?.parameters, 'response_mode')?.startsWith('dc_api') === true) return;
      const several = message.parent !== undefined && siblings(message.parent).length > 1;
      yield rule(
        aud === client,
        message,
        text('aud is not the Client Identifier of the request', 'aud 不是請求的 Client Identifier'),
        {
          requirements: [
            'OID4VP-B.3.6-2',
            'OID4VP-14.2.2-2',
            ...(several ? ['OID4VP-14.2.2-5'] : []),
            ...(client.includes(':') ? ['OID4VP-14.10-1'] : []),
          ],
          expected: client,
          seen: aud,
          with: [request?.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'kb-jwt/sd-hash',
    requirements: ['OID4VP-B.3-1', 'HAIP-8-3'],
    title: text('sd_hash is the hash of what is presented', 'sd_hash 為所出示內容的雜湊'),
    *judge(message) {
      const { payload } = jwtOf(message);
      const presentation = message.parent;
      const hash = str(payload, 'sd_hash');
      if (presentation === undefined || hash === undefined) return;
      const { reading } = sdJwtOf(presentation);
      if (reading.sdAlg === undefined) return;
      const wanted = sdHash(reading.presented, reading.sdAlg);
      yield rule(
        hash === wanted,
        message,
        text('sd_hash does not fit the presented disclosures', 'sd_hash 與所出示的揭露項不符'),
        {
          requirements: reading.sdAlg === 'sha-256' ? ['OID4VP-B.3-1', 'HAIP-8-3'] : ['OID4VP-B.3-1'],
          expected: wanted,
          seen: hash,
          with: [presentation],
        },
      );
    },
  }),
  walletCheck({
    id: 'kb-jwt/iat',
    requirements: ['OID4VP-B.3-1'],
    title: text('iat of a key binding JWT is its time of creation', '金鑰綁定 JWT 的 iat 為其產生時間'),
    *judge(message, _flow, run) {
      const iat = num(jwtOf(message).payload, 'iat');
      if (iat === undefined) return;
      const { fresh, ...weight } = freshness(iat, message, run.skewMs);
      yield rule(fresh, message, text('iat is not the time of creation', 'iat 不是產生時間'), {
        expected: Math.floor(secondsAt(message)),
        seen: iat,
        ...weight,
      });
    },
  }),
  walletCheck({
    id: 'kb-jwt/transaction-data',
    requirements: [
      'OID4VP-8.4-1',
      'OID4VP-B.3.3.1-6',
      'OID4VP-B.3.3.1-7',
      'OID4VP-B.3.3.1-8',
      'OID4VP-B.3.3.1-9',
      'OID4VP-B.3.3.1-10',
      'OID4VP-5.1-29',
    ],
    title: text('Transaction data are authorised by their hashes', '交易資料以其雜湊授權'),
    *judge(message, flow) {
      const set = querySetFor(flow, message);
      const { payload } = jwtOf(message);
      const list = strings(set?.request.parameters, 'transaction_data');
      const presentation = message.parent;
      if (set === undefined || payload === undefined || list === undefined || presentation === undefined) return;
      const where = { with: [set.request.message] };
      const query = queryOfPresentation(set, presentation);
      const decoded = list.map((entry) => ({ entry, value: readJson(Buffer.from(entry, 'base64url')).value }));
      const mine = decoded.filter(
        ({ value }) => query !== undefined && (arr(value, 'credential_ids') ?? []).includes(query.id),
      );
      const hashes = strings(payload, 'transaction_data_hashes');
      if (mine.length === 0) {
        yield rule(
          hashes === undefined,
          message,
          text('transaction_data_hashes for no transaction data', '沒有交易資料卻有 transaction_data_hashes'),
          {
            ...where,
            requirements: ['OID4VP-B.3.3.1-6'],
          },
        );
        return;
      }
      const algs = mine.flatMap(({ value }) => strings(value, 'transaction_data_hashes_alg') ?? []);
      const named = str(payload, 'transaction_data_hashes_alg');
      if (algs.length > 0) {
        // Needed only where this credential carries the authorisation.
        if (hashes !== undefined) {
          yield rule(
            named !== undefined,
            message,
            text('transaction_data_hashes_alg is missing', '缺少 transaction_data_hashes_alg'),
            {
              ...where,
              requirements: ['OID4VP-B.3.3.1-10'],
            },
          );
        }
        if (named !== undefined) {
          yield rule(
            algs.includes(named),
            message,
            text('A hash algorithm that was not offered', '未提供的雜湊演算法'),
            {
              ...where,
              requirements: ['OID4VP-B.3.3.1-8'],
              expected: algs,
              seen: named,
            },
          );
        }
      }
      const hash = HASHES[algs.length > 0 ? (named ?? 'sha-256') : 'sha-256'];
      if (hash === undefined) return;
      const all =
        presentation.parent === undefined
          ? [message]
          : siblings(presentation).flatMap((other) => other.children('kb-jwt'));
      for (const { entry, value } of mine) {
        const wanted = hashBase64url(hash, entry);
        const has = (jwt: MessageView): boolean =>
          strings(jwtOf(jwt).payload, 'transaction_data_hashes')?.includes(wanted) === true;
        const carriers = all.filter(has).length;
        const alone = (arr(value, 'credential_ids') ?? []).length === 1;
        const right = alone ? has(message) : carriers > 0;
        yield rule(right, message, text('The hash of a transaction data object is missing', '缺少某交易資料的雜湊'), {
          ...where,
          requirements: [
            'OID4VP-8.4-1',
            'OID4VP-B.3.3.1-6',
            'OID4VP-B.3.3.1-7',
            ...(algs.length > 0 ? [] : ['OID4VP-B.3.3.1-9']),
          ],
          expected: wanted,
          seen: hashes ?? 'nothing',
        });
        if (alone) continue;
        yield rule(
          carriers <= 1,
          message,
          text('Several credentials authorise one transaction', '多張憑證授權同一筆交易'),
          {
            ...where,
            requirements: ['OID4VP-5.1-29'],
          },
        );
      }
    },
  }),
];
