import { variantId } from '../../../core/contracts/variant.ts';
import { generateSigningKey } from '../../../protocol/jose/keys.ts';
import { joinSdJwt, presentSdJwt } from '../../../protocol/sd-jwt/build.ts';
import { readSdJwt, sdHash } from '../../../protocol/sd-jwt/read.ts';
import type { BytesDraft, SdJwtDraft } from '../../drafts.ts';
import { takenBefore } from '../memory.ts';
import { makeJwt } from '../send.ts';
import type { Session } from '../session.ts';
import { odd, seconds } from '../session.ts';
import type { Chosen } from './select.ts';
import { needsBinding } from './select.ts';
import type { AcceptedRequest, TransactionData } from './state.ts';
import { transactionDataClaims } from './transaction-data.ts';

/** Presentations by credential query id: the `vp_token` (OpenID4VP 8.1). */
export type VpToken = Record<string, string[]>;

/** Makes the presentations that were chosen. */
export async function makeVpToken(
  session: Session,
  request: AcceptedRequest,
  chosen: readonly Chosen[],
): Promise<VpToken> {
  const token: VpToken = {};
  const assigned = await assignTransactionData(session, request, chosen);
  for (const [position, choice] of chosen.entries()) {
    const made = await makePresentation(session, request, choice, assigned.get(choice) ?? [], position);
    token[choice.id] = [...(token[choice.id] ?? []), made];
  }
  return token;
}

/** Each transaction is authorised by one credential only: the first one presented that it names (OpenID4VP 5.1). */
async function assignTransactionData(
  { context }: Session,
  request: AcceptedRequest,
  chosen: readonly Chosen[],
): Promise<ReadonlyMap<Chosen, readonly TransactionData[]>> {
  const assigned = new Map<Chosen, TransactionData[]>();
  for (const entry of request.transactionData) {
    const named = chosen.find(({ id }) => entry.credentialIds.includes(id));
    if (named === undefined) {
      await context.accept(
        'wallet/request/transaction-data',
        () => {
          throw new Error('no presented credential can authorise it');
        },
        { code: 'invalid_transaction_data' },
      );
    }
    const choice = named ?? chosen[0];
    if (choice !== undefined) assigned.set(choice, [...(assigned.get(choice) ?? []), entry]);
  }
  return assigned;
}

/**
 * One presentation: the disclosures that were asked for, and the proof that the holder is here. Steps, in this order:
 * - `presentation` (SdJwtDraft without KB-JWT; what changes here is covered by `sd_hash`); extras: `queryId`, `all` (every disclosure of the credential);
 * - `kb-jwt` (JwtDraft) and `kb-jwt.bytes`; extras: `otherKey`, `earlierPresentation`, `clientId`, `bareClientId`, `presented`, `otherPresented`,
 *   `transactionData`, `position` (number of presentations before this one in the response);
 * - `presentation.bound` (SdJwtDraft with KB-JWT; what changes here is not), `presentation.bytes` (BytesDraft); extras as `presentation`.
 */
async function makePresentation(
  session: Session,
  request: AcceptedRequest,
  choice: Chosen,
  transactionData: readonly TransactionData[],
  position: number,
): Promise<string> {
  const { context, memory, config } = session;
  const { own } = choice.credential;
  const whole = readSdJwt(own.credential);
  const shown = readSdJwt(presentSdJwt(own.credential, choice.selection.paths));
  const extras = {
    queryId: choice.id,
    all: whole.disclosures.map(({ encoded }) => encoded),
    earlierPresentation: takenBefore(memory.presentations, variantId(config.variant)),
  };
  const disclosures = shown.disclosures.map(({ encoded }) => encoded);
  if (odd(session, 'disclosures-reversed')) disclosures.reverse();
  const unbound: SdJwtDraft = await context.form(
    'presentation',
    { issuerJwt: whole.issuerJwt.raw, disclosures, kbJwt: '' },
    extras,
  );
  let bound = unbound;
  if (needsBinding(request.query, choice.id)) {
    const kbJwt = await makeKbJwt(session, request, choice, unbound, transactionData, { ...extras, position });
    bound = await context.form('presentation.bound', { ...unbound, kbJwt }, extras);
  }
  const bytes: BytesDraft = { text: joinSdJwt(bound.issuerJwt, bound.disclosures, bound.kbJwt) };
  return (await context.form('presentation.bytes', bytes, extras)).text;
}

async function makeKbJwt(
  session: Session,
  request: AcceptedRequest,
  choice: Chosen,
  unbound: SdJwtDraft,
  transactionData: readonly TransactionData[],
  more: {
    readonly all: readonly string[];
    readonly earlierPresentation: string | undefined;
    readonly position: number;
  },
): Promise<string> {
  const { own } = choice.credential;
  const { sdAlg } = readSdJwt(own.credential);
  const presented = joinSdJwt(unbound.issuerJwt, unbound.disclosures);
  return makeJwt(
    session,
    'kb-jwt',
    {
      header: { typ: 'kb+jwt', alg: own.key.alg },
      payload: {
        iat: seconds(session) - (odd(session, 'iat-10s-past') ? 10 : 0),
        // The full client identifier, prefix included (OpenID4VP 14.10).
        aud: request.client.id,
        nonce: request.nonce,
        sd_hash: sdHash(presented, sdAlg ?? 'sha-256'),
        ...transactionDataClaims(transactionData),
      },
      key: own.key,
    },
    {
      otherKey: generateSigningKey(own.key.alg, session.context.ports.random),
      earlierPresentation: more.earlierPresentation,
      position: more.position,
      clientId: request.client.id,
      bareClientId: request.client.rest,
      presented,
      otherPresented: joinSdJwt(unbound.issuerJwt, more.all.length === unbound.disclosures.length ? [] : more.all),
      sdAlg,
      transactionData,
    },
  );
}
