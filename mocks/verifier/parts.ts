import type { FlowContext } from '../../core/flow.ts';
import type { Verifier, VerifierConfig } from '../contracts.ts';
import type { RequestMaker } from './request.ts';
import type { Sessions } from './session.ts';

/** Parts of one verifier that its endpoints share. */
export interface VerifierParts {
  readonly config: VerifierConfig;
  readonly context: FlowContext;
  readonly maker: RequestMaker;
  readonly sessions: Sessions;
  readonly verifier: Pick<Verifier, 'createRequest'>;
}
