import type { FlowContext } from '../../core/flow.ts';
import { fromUtf8 } from '../../core/http.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';
import type { StatusListToken } from '../../protocol/status-list.ts';
import { readStatusListToken, readStatusReference, statusAt } from '../../protocol/status-list.ts';
import type { Trust } from '../contracts.ts';
import type { IssuerKey } from './issuer-key.ts';
import { fetchDocument, judgeIssuerTrust, resolveIssuerKey } from './issuer-key.ts';

const LEEWAY = 60;

/**
 * Judges the status of a credential that refers to a Token Status List: the list is fetched, verified and read. Without a reference there is
 * nothing to judge. Throws Refusal.
 */
export async function judgeStatus(
  context: FlowContext,
  credential: { readonly claims: JsonObject; readonly key: IssuerKey | undefined; readonly trust: Trust },
): Promise<void> {
  const { claims, key, trust } = credential;
  const { reference, errors } = readStatusReference(claims);
  if (reference === undefined && errors.length === 0) return;
  const fetched =
    reference === undefined
      ? (errors[0]?.message.en ?? 'the status reference cannot be read')
      : await fetchDocument(context, 'status-list', 'status-issuer', reference.uri, 'application/statuslist+jwt');
  await context.accept('verifier/credential/status-list', () => {
    if (typeof fetched === 'string') throw new Error(`status list: ${fetched}`);
  });
  if (typeof fetched === 'string') return;
  const token = readStatusListToken(fromUtf8(fetched.body).trim());
  const signer = await signerOf(context, token, key);
  await context.accept('verifier/credential/status-signature', () => {
    if (typeof signer === 'string') throw new Error(signer);
    const verified = verifyJws(token.jwt, signer.jwk);
    if (!verified.ok) throw new Error(`status list token: ${verified.message.en}`);
    if (signer !== key) judgeIssuerTrust(signer, trust, context.ports.clock.now());
  });
  await context.accept('verifier/credential/status-token', () => {
    const [error] = token.errors;
    if (error !== undefined) throw new Error(`status list token: ${error.message.en}`);
    if (token.sub !== reference?.uri) throw new Error(`status list token is of ${quote(token.sub)}`);
    if (token.exp !== undefined && token.exp + LEEWAY <= context.ports.clock.now() / 1000) {
      throw new Error('the status list token has expired');
    }
  });
  await context.accept('verifier/credential/status', () => {
    const value =
      token.list === undefined || reference === undefined ? undefined : statusAt(token.list, reference.index);
    if (value === undefined) throw new Error('the status list has no such index');
    if (value !== 0) throw new Error(`the status of the credential is ${value}, not valid`);
  });
}

/** Who signed a status list token: its own certificate if it brings one, else the issuer of the credential. */
async function signerOf(
  context: FlowContext,
  token: StatusListToken,
  issuer: IssuerKey | undefined,
): Promise<IssuerKey | string> {
  if (token.jwt.header !== undefined && Object.hasOwn(token.jwt.header, 'x5c')) {
    const found = await resolveIssuerKey(context, token.jwt);
    return 'problem' in found ? found.problem : found;
  }
  return issuer ?? 'the issuer’s key is unknown';
}
