import type { Identity } from '../../mocks/contracts.ts';
import { VP_FORMATS_SUPPORTED } from '../../mocks/verifier/metadata.ts';
import { registeredClientId } from '../../mocks/verifier/request.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Stage } from '../stage.ts';

/** Path segment of our verifier as a registered client: its response URI cannot change from flow to flow (OpenID4VP 14.4.1). */
export const REGISTERED = 'registered';

/** What a wallet must have been told beforehand of our verifier at a base URL (OpenID4VP 5.9.2): client metadata by client identifier. */
export function registeredVerifier(base: string, { signing }: Identity): Readonly<Record<string, JsonObject>> {
  const response = `${base}/response`;
  return {
    [registeredClientId(base)]: {
      response_uris: [response],
      redirect_uris: [response],
      jwks: { keys: [{ ...signing.publicJwk, use: 'sig' }] },
      vp_formats_supported: VP_FORMATS_SUPPORTED,
    },
  };
}

const last = new WeakMap<Stage, Promise<void>>();

/** Runs the flows of the registered client of a stage one after the other: they share their URLs. */
export async function oneAtATime(stage: Stage, flow: () => Promise<void>): Promise<void> {
  const turn = (last.get(stage) ?? Promise.resolve()).then(flow);
  last.set(
    stage,
    turn.catch(() => undefined),
  );
  await turn;
}
