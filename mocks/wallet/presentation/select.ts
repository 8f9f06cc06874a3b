import type { Choice, HeldCredential as Candidate } from '../../../protocol/dcql/evaluate.ts';
import { choose, evaluate } from '../../../protocol/dcql/evaluate.ts';
import type { DcqlQuery } from '../../../protocol/dcql/query.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { obj, str, strings } from '../../../protocol/json.ts';
import { readSdJwt, resolveSdJwt } from '../../../protocol/sd-jwt/read.ts';
import type { HeldCredential } from '../../contracts.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { chainOf } from '../verify/certificates.ts';
import { makeCredential } from './own-credential.ts';
import type { AcceptedRequest } from './state.ts';

/** A credential of the wallet as the query language sees it. */
export interface Presentable extends Candidate {
  readonly own: HeldCredential;
}

export type Chosen = Choice<Presentable>;

/**
 * Chooses what to present (OpenID4VP 6.4): minimal, the verifier's first option that can be satisfied. Where the wallet makes credentials for itself, it makes
 * one for each credential query that nothing it holds answers. Step `wallet/query/satisfiable` (access_denied).
 */
export async function selectCredentials(session: Session, request: AcceptedRequest): Promise<readonly Chosen[]> {
  const { context, config, held } = session;
  const { query } = request;
  const supported = (entry: Presentable): boolean => suits(entry.own, request.client.metadata);
  const all = held.map((own) => presentable(own)).filter(supported);
  if (config.credentialIdentity !== undefined) {
    for (const entry of query.credentials) {
      if (entry.format !== 'dc+sd-jwt') continue;
      if (
        (evaluate({ credentials: [entry], credentialSets: undefined }, all).queries.get(entry.id)?.matches.length ??
          0) > 0
      )
        continue;
      for (let made = 0; made < (entry.multiple ? 2 : 1); made++) {
        const { credential, intended } = await makeCredential(session, entry, config.credentialIdentity);
        all.push(presentable(credential, intended));
      }
    }
  }
  const evaluation = evaluate(query, all);
  const chosen = choose(query, evaluation);
  await context.accept(
    'wallet/query/satisfiable',
    () => must(chosen !== undefined && chosen.length > 0, 'the wallet does not hold what is asked for'),
    { code: 'access_denied' },
  );
  return (
    chosen ??
    query.credentials.flatMap((entry) =>
      [...(evaluation.queries.get(entry.id)?.matches ?? [])].map((match) => ({ id: entry.id, ...match })),
    )
  );
}

/** The credential with its claims, as they were intended if that is known; what cannot be read has none. */
function presentable(own: HeldCredential, intended?: JsonObject): Presentable {
  const reading = readSdJwt(own.credential);
  const claims = intended ?? resolveSdJwt(reading).claims;
  const chain = chainOf(reading.issuerJwt.header) ?? [];
  const authorities = chain.flatMap(({ authorityKeyId }) =>
    authorityKeyId === undefined ? [] : [{ type: 'aki', value: authorityKeyId }],
  );
  return {
    own,
    format: own.format,
    claims,
    types: [own.type],
    authorities,
    holderBound: obj(claims, 'cnf') !== undefined,
  };
}

/** The verifier supports the algorithms of issuer and holder (OpenID4VP B.3.4); `EdDSA` and `Ed25519` name the same scheme. */
function suits(own: HeldCredential, metadata: JsonObject): boolean {
  const format = obj(obj(metadata, 'vp_formats_supported'), own.format);
  const listed = (name: string, alg: string | undefined): boolean => {
    const values = strings(format, name);
    const same = alg === 'EdDSA' || alg === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [alg];
    return values === undefined || values.some((value) => same.includes(value));
  };
  const alg = str(readSdJwt(own.credential).issuerJwt.header, 'alg');
  return listed('sd-jwt_alg_values', alg) && listed('kb-jwt_alg_values', own.key.alg);
}

/** Query of a choice. */
export function needsBinding(query: DcqlQuery, id: string): boolean {
  return query.credentials.find((entry) => entry.id === id)?.holderBinding !== false;
}
