import type { FlowContext } from '../../core/flow.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { member, num, setOwn, str, strings } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';
import type { SdJwtReading } from '../../protocol/sd-jwt/read.ts';
import { readSdJwt, resolveSdJwt } from '../../protocol/sd-jwt/read.ts';
import type { Trust } from '../contracts.ts';
import { judgeClaims } from './claims.ts';
import type { IssuerKey } from './issuer-key.ts';
import { judgeIssuerTrust, resolveIssuerKey } from './issuer-key.ts';
import { judgeKeyBinding } from './key-binding.ts';
import { isAccepted } from './metadata.ts';
import type { SentRequest } from './session.ts';
import { judgeStatus } from './status.ts';
import type { Presented } from './vp-token.ts';

/** What one judged presentation gave. */
export interface JudgedPresentation {
  readonly queryId: string;
  readonly claims: JsonObject;
  /** Digests of transaction data that the key binding covers. */
  readonly transactionDataHashes: readonly string[];
}

/** Seconds that clocks may differ when an artifact's times are judged. */
const LEEWAY = 60;

/** Claims that may not be selectively disclosable (SD-JWT VC 3.2.2.2). */
const ALWAYS_DISCLOSED = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status'];

/** Judges one presentation of format dc+sd-jwt, in the order of OpenID4VP 8.6. Throws Refusal at the first broken rule. */
export async function judgePresentation(
  context: FlowContext,
  presented: Presented,
  sent: SentRequest,
  trust: Trust,
): Promise<JudgedPresentation> {
  const { query, presentation } = presented;
  await context.accept('verifier/presentation/format', () => {
    const format = str(query, 'format');
    if (format !== 'dc+sd-jwt') throw new Error(`format ${quote(format)} is not supported by the mock verifier`);
    if (typeof presentation !== 'string') throw new Error('a dc+sd-jwt presentation is a string');
  });
  const reading = readSdJwt(typeof presentation === 'string' ? presentation : '');
  await context.accept('verifier/presentation/parse', () => {
    const error = reading.errors.find(({ at = '' }) => !at.startsWith('disclosures') && !at.startsWith('kb-jwt'));
    if (error !== undefined && error.code !== 'salt-reused') throw new Error(error.message.en);
  });
  const { key, claims } = await judgeCredential(context, reading, trust);
  await judgeKeyBinding(context, { reading, query, queryId: presented.queryId, sent });
  await judgeClaims(context, { claims, query, chain: key?.chain ?? [] });
  await judgeStatus(context, { claims, key, trust });
  return {
    queryId: presented.queryId,
    claims,
    transactionDataHashes: strings(reading.kbJwt?.payload, 'transaction_data_hashes') ?? [],
  };
}

/** Judges the issuer's part: type, signature, trust, times, disclosures. Returns the issuer's key, if it was found, and the claims. */
async function judgeCredential(
  context: FlowContext,
  reading: SdJwtReading,
  trust: Trust,
): Promise<{ readonly key: IssuerKey | undefined; readonly claims: JsonObject }> {
  const jwt = reading.issuerJwt;
  const payload = jwt.payload ?? {};
  const now = context.ports.clock.now();
  await context.accept('verifier/credential/typ', () => {
    const typ = member(jwt.header, 'typ');
    if (typ !== 'dc+sd-jwt') throw new Error(`typ is ${quote(typ)}, not dc+sd-jwt`);
  });
  await context.accept('verifier/credential/alg', () => {
    const alg = str(jwt.header, 'alg');
    if (!isAccepted(alg)) throw new Error(`algorithm ${quote(alg)} is not accepted`);
  });
  const found = await resolveIssuerKey(context, jwt);
  const key = 'problem' in found ? undefined : found;
  await context.accept('verifier/credential/issuer-key', () => {
    if ('problem' in found) throw new Error(found.problem);
  });
  await context.accept('verifier/credential/signature', () => {
    // Without these two there is nothing to verify with; their own steps refuse.
    if (key === undefined || !isAccepted(str(jwt.header, 'alg'))) return;
    const verified = verifyJws(jwt, key.jwk);
    if (!verified.ok) throw new Error(verified.message.en);
  });
  await context.accept('verifier/credential/issuer-trust', () => {
    if (key !== undefined) judgeIssuerTrust(key, trust, now);
  });
  await context.accept('verifier/credential/expiry', () => {
    const exp = numeric(payload, 'exp');
    if (exp !== undefined && exp + LEEWAY <= now / 1000) throw new Error('the credential has expired');
  });
  await context.accept('verifier/credential/not-before', () => {
    const nbf = numeric(payload, 'nbf');
    if (nbf !== undefined && nbf - LEEWAY > now / 1000) throw new Error('the credential is not valid yet');
  });
  let compared = false;
  await context.accept('verifier/credential/disclosures', () => {
    judgeDisclosures(reading);
    compared = true;
  });
  return { key, claims: compared ? resolveSdJwt(reading).claims : atTheirWord(reading) };
}

/** Claims for a verifier that does not compare digests: it reads every disclosure with a name, and believes it. */
function atTheirWord(reading: SdJwtReading): JsonObject {
  const claims: Record<string, unknown> = { ...resolveSdJwt(reading).claims };
  for (const { name, value } of reading.disclosures) if (name !== undefined) setOwn(claims, name, value);
  return claims;
}

/** A NumericDate claim; undefined if absent. Throws Error if it is no number. */
function numeric(payload: JsonObject, name: string): number | undefined {
  if (!Object.hasOwn(payload, name)) return undefined;
  const value = num(payload, name);
  if (value === undefined) throw new Error(`${name} is no number`);
  return value;
}

function judgeDisclosures(reading: SdJwtReading): void {
  const malformed = reading.errors.find(({ at = '', code }) => at.startsWith('disclosures') && code !== 'salt-reused');
  if (malformed !== undefined) throw new Error(malformed.message.en);
  const { errors, disclosed } = resolveSdJwt(reading);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message.en);
  const hidden = disclosed.find(({ path }) => path.length === 1 && ALWAYS_DISCLOSED.includes(String(path[0])));
  if (hidden !== undefined) throw new Error(`${String(hidden.path[0])} may not be selectively disclosable`);
}

/**
 * Judges that all transaction data of the request was authorised: every entry by a presentation that its `credential_ids` name (OpenID4VP 8.4). The
 * digests of single presentations are judged with their key binding. Throws Refusal.
 */
export async function judgeTransactionCoverage(
  context: FlowContext,
  sent: SentRequest,
  judged: readonly JudgedPresentation[],
  digestsOf: (entry: string) => readonly string[],
): Promise<void> {
  if (sent.transactionData.length === 0) return;
  await context.accept('verifier/key-binding/transaction-data', () => {
    for (const entry of sent.transactionData) {
      const digests = digestsOf(entry);
      if (!judged.some(({ transactionDataHashes }) => transactionDataHashes.some((hash) => digests.includes(hash)))) {
        throw new Error('transaction data of the request is in no presentation');
      }
    }
  });
}
