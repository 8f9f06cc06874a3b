import type { HttpResponse } from '../../../core/http.ts';
import { fromUtf8 } from '../../../core/http.ts';
import { verifyJws } from '../../../protocol/jose/jws.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { readStatusListToken, readStatusReference, statusAt } from '../../../protocol/status-list.ts';
import { isSuccess, must, sendAside, typeOf } from '../send.ts';
import type { Session } from '../session.ts';
import { leeway, seconds } from '../session.ts';
import { isServiceUrl } from '../url.ts';
import { judgeChain } from './certificates.ts';
import { findIssuerKey } from './issuer-key.ts';

/** Fetches the status list of a credential without judging it: what it says later is for whoever reads the trace. */
export async function askStatus(session: Session, claims: JsonObject): Promise<void> {
  const { reference } = readStatusReference(claims);
  if (reference !== undefined && isServiceUrl(reference.uri)) await fetchList(session, reference.uri);
}

/** The answer of the status issuer; undefined if it cannot be reached. */
function fetchList(session: Session, url: string): Promise<HttpResponse | undefined> {
  return sendAside(session, {
    exchange: 'status-list',
    to: 'status-issuer',
    url,
    headers: [['accept', 'application/statuslist+jwt']],
  });
}

/**
 * Fetches, verifies and reads the status list that a credential refers to (Token Status List 8.3); nothing to do without a reference.
 * Steps `wallet/credential/status-signature` and `wallet/credential/status`.
 */
export async function verifyStatus(
  session: Session,
  claims: JsonObject,
  credentialKey: JsonObject | undefined,
): Promise<void> {
  const { context, config } = session;
  const { reference, errors } = readStatusReference(claims);
  if (reference === undefined && errors.length === 0) return;
  const uri = reference?.uri;
  if (reference === undefined || !isServiceUrl(uri)) {
    await context.accept('wallet/credential/status', () => {
      must(false, `the status reference cannot be used: ${errors[0]?.message.en ?? 'no https URL'}`);
    });
    return;
  }
  const response = await fetchList(session, uri);
  if (response === undefined) {
    await context.accept('wallet/credential/status-signature', () => {
      must(false, 'the status list cannot be reached');
    });
    return;
  }
  const token = readStatusListToken(fromUtf8(response.body).trim());
  const { header, payload } = token.jwt;
  const found = await findIssuerKey(session, header, payload);
  const now = seconds(session);
  await context.accept('wallet/credential/status-signature', () => {
    must(isSuccess(response), `the status list was answered with status ${response.status}`);
    must(
      typeOf(response) === 'application/statuslist+jwt',
      'the status list does not have the media type application/statuslist+jwt',
    );
    must(token.errors.length === 0, `the status list token is malformed: ${token.errors[0]?.message.en ?? ''}`);
    must(token.sub === uri, 'sub of the status list token is not the URI of the reference');
    must(token.exp === undefined || token.exp > now - leeway(session), 'the status list token has expired');
    must((token.iat ?? 0) <= now + leeway(session), 'the status list token is of the future');
    // Without a reference to a key of its own, the list is signed by the issuer of the credential.
    const key = found.jwk ?? credentialKey;
    must(key !== undefined, 'no key for the status list token');
    const verified = verifyJws(token.jwt, key ?? {});
    must(verified.ok, verified.ok ? '' : verified.message.en);
    if (found.chain === undefined || config.trust.anyIssuer === true) return;
    const chain = judgeChain(found.chain, config.trust, context.ports.clock.now(), false);
    must(chain.ok, `the status issuer is not trusted: ${chain.errors[0]?.message.en ?? ''}`);
  });
  const value = token.list === undefined ? undefined : statusAt(token.list, reference.index);
  await context.accept('wallet/credential/status', () => {
    must(value !== undefined, 'the status list has no entry of this index');
    must(value === 0, `the credential has status ${value}, not valid`);
  });
}
