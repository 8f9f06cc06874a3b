import type { EncryptionKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { VerifierResult } from '../contracts.ts';
import type { ResolvedVariant } from './variant.ts';

/** What a request said when it left, faults included: the response is judged against this. */
export interface SentRequest {
  readonly clientId: string;
  readonly nonce: string | undefined;
  readonly state: string | undefined;
  readonly responseMode: string | undefined;
  readonly query: JsonObject;
  readonly transactionData: readonly string[];
  /** `kid` of the encryption key as it was offered; undefined if none was. */
  readonly kid: string | undefined;
}

/** One presentation transaction. */
export interface Session {
  /** Stands in the URLs that the wallet sees. */
  readonly id: string;
  /** Known to the relying party's other parts only: the wallet must not be able to fetch results (OpenID4VP 14.4.3). */
  readonly resultId: string;
  readonly variant: ResolvedVariant;
  readonly query: JsonObject;
  readonly clientId: string;
  readonly nonce: string;
  readonly state: string;
  /** Lets only the browser that the wallet opened fetch the result (OpenID4VP 14.3). */
  readonly responseCode: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Made when the request is formed, for response mode direct_post.jwt. */
  encryption: EncryptionKey | undefined;
  sent: SentRequest | undefined;
  result: VerifierResult;
}

/** Transactions kept at most; the oldest goes first. A long-lived verifier must not grow without end. */
const MAX_SESSIONS = 5000;

export interface Sessions {
  add(session: Session): void;
  byId(id: string): Session | undefined;
  byResultId(id: string): Session | undefined;
  /** The session that a response belongs to whose path does not say it. */
  byState(state: string): Session | undefined;
  /** The newest session: what a verifier goes on with that does not tell its transactions apart. */
  latest(): Session | undefined;
}

/** Transactions in memory. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const byResult = new Map<string, Session>();
  return {
    add(session) {
      const [oldest] = sessions.size >= MAX_SESSIONS ? sessions.values() : [];
      if (oldest !== undefined) {
        sessions.delete(oldest.id);
        byResult.delete(oldest.resultId);
      }
      sessions.set(session.id, session);
      byResult.set(session.resultId, session);
    },
    byId: (id) => sessions.get(id),
    byResultId: (id) => byResult.get(id),
    latest: () => [...sessions.values()].at(-1),
    byState: (state) => [...sessions.values()].find((session) => session.sent?.state === state),
  };
}
