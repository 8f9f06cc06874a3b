import type { DcqlQuery } from '../../../protocol/dcql/query.ts';
import type { JwtReading } from '../../../protocol/jose/jws.ts';
import type { JsonObject } from '../../../protocol/json.ts';

/** A presentation request as it arrived, before anything in it is believed. */
export interface ReceivedRequest {
  /** `client_id` of the link. */
  readonly linkClientId: string | undefined;
  /** The request object; undefined for an unsigned request by value. */
  readonly jwt: JwtReading | undefined;
  /** The parameters that count: those of the request object where there is one (OpenID4VP 5.10.1). */
  readonly parameters: JsonObject;
  /** What the wallet posted to the request URI and wants to see again. */
  readonly walletNonce: string | undefined;
}

/** Client identifier prefixes that this wallet knows (OpenID4VP 5.9.3); `pre-registered` stands for none. */
export const SUPPORTED_PREFIXES = [
  'redirect_uri',
  'x509_san_dns',
  'x509_hash',
  'decentralized_identifier',
  'pre-registered',
] as const;
export type Prefix = (typeof SUPPORTED_PREFIXES)[number];

/** The verifier as the request shows it. */
export interface Client {
  readonly id: string;
  readonly prefix: Prefix;
  /** The identifier without its prefix. */
  readonly rest: string;
  /** What counts of its metadata. */
  readonly metadata: JsonObject;
  readonly registration: JsonObject | undefined;
}

/** Where and how the response goes. */
export interface Target {
  readonly uri: string;
  readonly encrypted: boolean;
  readonly state: string | undefined;
}

/** How the response is encrypted (OpenID4VP 8.3). */
export interface ResponseKey {
  readonly jwk: JsonObject;
  readonly alg: string;
  readonly enc: string;
}

/** One entry of `transaction_data`. */
export interface TransactionData {
  /** As it stands in the request: what is hashed. */
  readonly raw: string;
  readonly credentialIds: readonly string[];
  /** Hash names in the order of the request; undefined: `transaction_data_hashes_alg` is absent. */
  readonly algs: readonly string[] | undefined;
}

/** A request that passed all checks. */
export interface AcceptedRequest {
  readonly client: Client;
  readonly target: Target;
  readonly nonce: string;
  readonly query: DcqlQuery;
  readonly responseKey: ResponseKey | undefined;
  readonly transactionData: readonly TransactionData[];
}
