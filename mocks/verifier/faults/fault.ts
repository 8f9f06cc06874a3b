import type { PresentationVariant } from '../../../core/contracts/variant.ts';
import type { Fault, FaultContext } from '../../../core/flow.ts';
import { text } from '../../../core/text.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, member } from '../../../protocol/json.ts';
import type { Identity } from '../../contracts.ts';
import type { JsonDraft } from '../../drafts.ts';

/** A fault of the mock verifier, with the simplest variant in which it can be formed. */
export interface VerifierFault extends Fault<never> {
  readonly variant: PresentationVariant;
}

/** Variants that faults name. */
export const PLAIN: PresentationVariant = { kind: 'presentation', clientIdPrefix: 'x509_san_dns' };
export const ENCRYPTED: PresentationVariant = { ...PLAIN, responseMode: 'direct_post.jwt' };
export const POSTED: PresentationVariant = { ...PLAIN, request: 'uri-post' };
export const UNSIGNED: PresentationVariant = {
  kind: 'presentation',
  request: 'by-value',
  clientIdPrefix: 'redirect_uri',
};
export const BY_HASH: PresentationVariant = { kind: 'presentation', clientIdPrefix: 'x509_hash' };
export const BY_DID: PresentationVariant = { kind: 'presentation', clientIdPrefix: 'decentralized_identifier' };
export const REGISTERED: PresentationVariant = { kind: 'presentation', clientIdPrefix: 'pre-registered' };
export const TRANSACTION: PresentationVariant = { ...PLAIN, transactionData: true };

/** Builds a row: `id` without the role, `refusedBy` without `wallet/`. */
export function row<Draft>(
  id: string,
  step: string,
  refusedBy: string,
  title: readonly [en: string, zh: string],
  apply: (draft: Draft, context: FaultContext) => Draft | Promise<Draft>,
  variant: PresentationVariant = PLAIN,
): VerifierFault {
  return {
    id: `verifier/${id}`,
    role: 'verifier',
    step,
    refusedBy: `wallet/${refusedBy}`,
    title: text(title[0], title[1]),
    // The step decides what its draft is; a table of different drafts has no common type but this one.
    apply: apply as unknown as VerifierFault['apply'],
    variant,
  };
}

/** Changes members of a draft's value: `undefined` leaves the member out. */
export function change(members: Readonly<Record<string, unknown>>): (draft: JsonDraft) => JsonDraft {
  return ({ value }) => ({ value: merged(value, members) });
}

/** A copy with some members set; `undefined` leaves the member out. */
export function merged(value: JsonObject, members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...value, ...members }).filter(([, item]) => item !== undefined));
}

/** Changes `client_metadata` of request parameters. */
export function changeMetadata(
  edit: (metadata: JsonObject) => Readonly<Record<string, unknown>> | undefined,
): (draft: JsonDraft) => JsonDraft {
  return ({ value }) => {
    const metadata = member(value, 'client_metadata');
    return { value: merged(value, { client_metadata: edit(isObject(metadata) ? metadata : {}) }) };
  };
}

/** Changes every key of `client_metadata.jwks`. */
export function changeKeys(edit: (jwk: JsonObject) => JsonObject): (draft: JsonDraft) => JsonDraft {
  return changeMetadata((metadata) => {
    const keys = arr(member(metadata, 'jwks'), 'keys') ?? [];
    return { ...metadata, jwks: { keys: keys.map((jwk) => (isObject(jwk) ? edit(jwk) : jwk)) } };
  });
}

/** Changes `dcql_query` of request parameters. */
export function changeQuery(edit: (query: JsonObject) => unknown): (draft: JsonDraft) => JsonDraft {
  return ({ value }) => {
    const query = member(value, 'dcql_query');
    return { value: merged(value, { dcql_query: edit(isObject(query) ? query : {}) }) };
  };
}

/** Changes the first credential query. */
export function changeCredential(
  edit: (credential: JsonObject) => Readonly<Record<string, unknown>>,
): (draft: JsonDraft) => JsonDraft {
  return changeQuery((query) => {
    const [first, ...rest] = arr(query, 'credentials') ?? [];
    return { ...query, credentials: [edit(isObject(first) ? first : {}), ...rest] };
  });
}

/** A text that the step offers as an extra. Throws Error if it does not: a row that names a wrong one cannot be formed. */
export function extraText(context: FaultContext, name: string): string {
  const value = context.extras[name];
  if (typeof value !== 'string') throw new Error(`the step offers no ${name}`);
  return value;
}

/** The verifier's identity, as the step offers it. Throws Error if it does not. */
export function ownIdentity(context: FaultContext): Identity {
  const value = context.extras['identity'];
  if (value === undefined) throw new Error('the step offers no identity');
  return value as Identity;
}
