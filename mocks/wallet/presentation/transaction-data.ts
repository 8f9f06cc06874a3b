import { hashBase64url, readBase64url } from '../../../protocol/encoding.ts';
import type { HashName } from '../../../protocol/encoding.ts';
import type { DcqlQuery } from '../../../protocol/dcql/query.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { isObject, member, readJson, str, strings } from '../../../protocol/json.ts';
import { quote } from '../../../protocol/read-error.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import type { TransactionData } from './state.ts';

/** The transaction data type that this project's mocks know, and the members it may have beside those of OpenID4VP 5.1 and B.3.3.1. */
const KNOWN_TYPES: Readonly<Record<string, readonly string[]>> = {
  'urn:touchstone:transaction:payment': ['amount', 'currency', 'payee', 'reference'],
};
const COMMON = ['type', 'credential_ids', 'transaction_data_hashes_alg'];

const HASHES: Readonly<Record<string, HashName>> = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' };

/** Reads `transaction_data` (OpenID4VP 5.1, 8.4, B.3.3). Steps `wallet/request/transaction-data` and `…-type`. */
export async function readTransactionData(
  session: Session,
  parameters: JsonObject,
  query: DcqlQuery,
): Promise<readonly TransactionData[]> {
  const { context, config } = session;
  const given = member(parameters, 'transaction_data');
  if (given === undefined) return [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const entries = list.map((raw) => ({ raw, value: typeof raw === 'string' ? decode(raw) : undefined }));
  const onError = { code: 'invalid_transaction_data' };
  await context.accept(
    'wallet/request/transaction-data',
    () => {
      must(list.length > 0, 'transaction_data is no non-empty array');
      for (const { value } of entries) judgeEntry(value, query);
    },
    onError,
  );
  await context.accept(
    'wallet/request/transaction-data-type',
    () => {
      const types =
        config.transactionDataTypes ?? (config.trust.anyVerifier === true ? 'any' : Object.keys(KNOWN_TYPES));
      if (types === 'any') return;
      for (const { value } of entries) judgeType(value, types);
    },
    onError,
  );
  return entries.flatMap(({ raw, value }) => {
    if (typeof raw !== 'string') return [];
    const algs =
      member(value, 'transaction_data_hashes_alg') === undefined
        ? undefined
        : strings(value, 'transaction_data_hashes_alg');
    return [{ raw, credentialIds: strings(value, 'credential_ids') ?? [], algs }];
  });
}

function decode(raw: string): JsonObject | undefined {
  const { bytes, errors } = readBase64url(raw);
  if (bytes === undefined || errors.length > 0) return undefined;
  const { value } = readJson(bytes, { maxBytes: 1024 * 1024, maxDepth: 32 });
  return isObject(value) ? value : undefined;
}

function judgeEntry(value: JsonObject | undefined, query: DcqlQuery): void {
  must(value !== undefined, 'an entry is no base64url of a JSON object');
  must(str(value, 'type') !== undefined, 'an entry has no type');
  const ids = strings(value, 'credential_ids') ?? [];
  must(ids.length > 0, 'credential_ids is no non-empty array of strings');
  for (const id of ids) {
    const asked = query.credentials.find((entry) => entry.id === id);
    must(asked !== undefined, `credential_ids names ${quote(id)}, which is no credential query`);
    must(asked?.holderBinding !== false, 'transaction data needs cryptographic holder binding');
  }
  const algs = member(value, 'transaction_data_hashes_alg');
  const known = strings(value, 'transaction_data_hashes_alg')?.some((alg) => hashName(alg) !== undefined) === true;
  must(algs === undefined || known, 'no hash algorithm of transaction_data_hashes_alg is supported');
}

function judgeType(value: JsonObject | undefined, types: readonly string[]): void {
  const type = str(value, 'type') ?? '';
  must(types.includes(type), `transaction data type ${quote(type)} is not known`);
  const members = Object.hasOwn(KNOWN_TYPES, type) ? KNOWN_TYPES[type] : undefined;
  if (members === undefined || value === undefined) return;
  const stranger = Object.keys(value).find((name) => !members.includes(name) && !COMMON.includes(name));
  must(stranger === undefined, `transaction data of type ${quote(type)} has an unknown member ${quote(stranger)}`);
  for (const name of members) {
    must(member(value, name) === undefined || str(value, name) !== undefined, `${name} is no string`);
  }
}

function hashName(alg: string): HashName | undefined {
  return Object.hasOwn(HASHES, alg) ? HASHES[alg] : undefined;
}

/** Members of the KB-JWT that bind transaction data (OpenID4VP B.3.3.1); nothing without any. One hash name serves all entries. */
export function transactionDataClaims(entries: readonly TransactionData[]): Record<string, unknown> {
  const [first] = entries;
  if (first === undefined) return {};
  const common = (alg: string): boolean => entries.every((entry) => (entry.algs ?? ['sha-256']).includes(alg));
  const alg = Object.keys(HASHES).find(common) ?? 'sha-256';
  const named = entries.some((entry) => entry.algs !== undefined);
  return {
    transaction_data_hashes: entries.map((entry) => hashBase64url(hashName(alg) ?? 'sha256', entry.raw)),
    ...(named ? { transaction_data_hashes_alg: alg } : {}),
  };
}
