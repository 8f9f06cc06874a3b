import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { str } from '../../protocol/json.ts';
import { acceptAccess, answerResourceError } from './access.ts';
import { answerCredentials, DEFERRED_INTERVAL } from './credential.ts';
import { acceptBody, answerPossiblyEncrypted } from './encryption.ts';
import { otherKeys } from './metadata.ts';
import type { DeferredIssuance, Grant, Internals } from './state.ts';
import { configuration, configurations } from './state.ts';
import { acceptanceStep } from './step.ts';

export const DEFERRED_STEPS = [
  acceptanceStep(
    'deferred/transaction-id',
    'The transaction id was handed out and its credential not fetched yet',
    '交易識別碼為曾發出且其憑證尚未取走',
    'OID4VCI-9.1-3',
    'OID4VCI-9.1-5',
    'OID4VCI-9.3-2',
    'OID4VCI-9.3-3',
    'OID4VCI-8.3-18',
  ),
  acceptanceStep(
    'deferred/access-token',
    'The access token belongs to the deferred issuance',
    '存取權杖屬於該延後發行',
    'OID4VCI-9-2',
    'OID4VCI-9-3',
  ),
];

/** Deferred credential endpoint (OpenID4VCI 9): 202 until the time has come, then the credentials, once. */
export async function handleDeferred(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { context, state, urls } = issuer;
  try {
    const grant = await acceptAccess(issuer, request, urls.deferred);
    const { value, encryption } = await acceptBody(issuer, request);
    const id = str(value, 'transaction_id');
    const known = state.deferred.get(id);
    await issuer.context.accept(
      'issuer/deferred/transaction-id',
      () => {
        if (id === undefined) {
          const reason = 'transaction_id is missing or no string';
          throw new Refusal('issuer/deferred/transaction-id', 'invalid_credential_request', reason);
        }
        if (known === undefined) throw new Error('the transaction id is unknown');
        if (known.obtained) throw new Error('the credential was fetched before');
      },
      { code: 'invalid_transaction_id' },
    );
    const issuance = known ?? state.deferred.last() ?? invented(issuer, grant);
    await issuer.context.accept(
      'issuer/deferred/access-token',
      () => {
        if (known !== undefined && known.grant.session !== grant.session)
          throw new Error('the token is of another issuance');
      },
      { code: 'invalid_token', status: 401 },
    );
    if (context.ports.clock.now() < issuance.readyAt) {
      return await answerPossiblyEncrypted(issuer, {
        exchange: 'deferred-credential',
        status: 202,
        value: { transaction_id: id, interval: DEFERRED_INTERVAL },
        encryption,
        session: grant.session,
        extras: { base: urls.base, ...otherKeys(issuer) },
      });
    }
    const { configuration: chosen, keys } = issuance;
    const answer = await answerCredentials(issuer, 'deferred-credential', grant, chosen, keys, encryption);
    issuance.obtained = true;
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answerResourceError(issuer, 'deferred-credential', request, error);
  }
}

/** What an issuer that does not look at the transaction id would issue. */
function invented(issuer: Internals, grant: Grant): DeferredIssuance {
  const chosen = configuration(issuer, grant.authorized[0]?.configuration) ?? configurations(issuer)[0];
  if (chosen === undefined) throw new Error('no credential configuration');
  return { grant, configuration: chosen, keys: [], readyAt: 0, obtained: false };
}
