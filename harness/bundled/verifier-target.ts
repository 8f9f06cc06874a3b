import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { ServerMock } from '../../core/flow.ts';
import { isObject } from '../../protocol/json.ts';
import { QUERY_NAMES, queryNamed } from '../../suites/queries.ts';
import type { Verifier, VerifierResult } from '../../mocks/contracts.ts';
import { recorded } from '../../mocks/http/router.ts';
import { createVerifier } from '../../mocks/verifier/verifier.ts';
import type { Configuration } from '../configuration/types.ts';
import { ControlError, controlInterface } from './control.ts';
import { openGround } from './ground.ts';
import type { BundledOptions, BundledTarget } from './options.ts';
import { PRESENTATION_MEMBERS, readWish, wishTemplate } from './wish.ts';

/** What a broken verifier does otherwise. */
export interface VerifierDeviation {
  readonly wrap?: (mock: Verifier) => ServerMock;
  /** What its relying party says of a result. */
  readonly says?: (result: VerifierResult) => VerifierResult;
}

/** Ids whose results can be asked for. */
const REMEMBERED = 10_000;

/**
 * The mock verifier as a target over HTTP. `POST /control/request` with the members of a wish ({responseMode, request, clientIdPrefix, query …};
 * `query` is a name, or a DCQL query object) answers `{link, id}`; `GET /control/result/{id}` answers `{outcome, detail?, claims?}`,
 * where `outcome` may be `pending`.
 */
export async function startVerifierTarget(
  options: BundledOptions,
  deviation: VerifierDeviation = {},
): Promise<BundledTarget> {
  const { profile } = options;
  const ground = await openGround(options);
  const context = ground.context('verifier');
  const verifier = createVerifier(
    {
      base: `${ground.url}/verifier`,
      identity: ground.identities.verifier,
      trust: ground.trustIn(),
      variant: { kind: 'presentation' },
      links: { request: profile.links.request[0] ?? 'openid4vp://' },
      query: queryNamed(undefined, profile),
    },
    context,
  );
  const ids = new Set<string>();
  ground.routes.mount(verifier.base, recorded(deviation.wrap?.(verifier) ?? verifier, context, 'wallet'));
  ground.routes.mount(
    '/control',
    controlInterface({
      'POST /request': async ({ query, ...body }) => {
        const read = readWish<PresentationVariant>(body, PRESENTATION_MEMBERS);
        if ('problem' in read) throw new ControlError(400, 'invalid_request', read.problem);
        const asked = isObject(query) ? query : namedQuery(query, profile);
        const { link, id } = await verifier.createRequest(read.wish, asked);
        ids.add(id);
        const [oldest] = ids;
        if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest);
        return { link, id };
      },
      'GET /result/*': async (_body, id) => {
        if (!ids.has(id)) throw new ControlError(404, 'not_found', 'there is no such request');
        const result = deviation.says?.(verifier.result(id)) ?? verifier.result(id);
        const detail = [result.step, result.reason].filter((part) => part !== undefined).join(': ');
        return {
          outcome: result.status,
          ...(detail === '' ? {} : { detail }),
          ...(result.claims === undefined ? {} : { claims: result.claims }),
        };
      },
    }),
  );
  return ground.target(verifierConfiguration(ground.url, [ground.identities.verifier.ca]));
}

function namedQuery(name: unknown, profile: BundledOptions['profile']): Readonly<Record<string, unknown>> {
  if (name === undefined) return queryNamed(undefined, profile);
  if (typeof name === 'string' && QUERY_NAMES.includes(name)) return queryNamed(name, profile);
  throw new ControlError(501, 'unsupported', `there is no query ${JSON.stringify(name).slice(0, 80)}`);
}

/** The public configuration of a verifier with the control interface of this file. */
export function verifierConfiguration(url: string, anchors: readonly string[]): Configuration {
  return {
    target: {
      name: 'bundled verifier',
      driver: {
        type: 'http',
        request: { method: 'POST', url: `${url}/control/request`, body: wishTemplate(PRESENTATION_MEMBERS) },
        answer: { link: '/link', id: '/id' },
        result: {
          url: `${url}/control/result/{id}`,
          answer: { outcome: '/outcome', detail: '/detail', claims: '/claims' },
          interval: 100,
        },
      },
    },
    trust: { anchors },
  };
}
