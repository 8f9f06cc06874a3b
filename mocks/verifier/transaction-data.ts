import { base64url } from '../../protocol/encoding.ts';
import { arr, str } from '../../protocol/json.ts';
import type { Session } from './session.ts';

/** The transaction data type that this project's mocks know; its meaning is invented here. */
export const TRANSACTION_DATA_TYPE = 'urn:touchstone:transaction:payment';

/** One `transaction_data` entry: base64url of its JSON (OpenID4VP 5.1). */
export function encodeTransactionData(value: unknown): string {
  return base64url(JSON.stringify(value));
}

/** `transaction_data` of a session: one payment that any of the requested credentials may authorise. */
export function transactionData(session: Session): string[] {
  const ids = (arr(session.query, 'credentials') ?? []).flatMap((entry) => str(entry, 'id') ?? []);
  return [
    encodeTransactionData({
      type: TRANSACTION_DATA_TYPE,
      credential_ids: ids,
      transaction_data_hashes_alg: ['sha-256'],
      amount: '100',
      currency: 'TWD',
      payee: 'Example Bookshop',
      reference: session.id,
    }),
  ];
}
