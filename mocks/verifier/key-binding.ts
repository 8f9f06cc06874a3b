import type { FlowContext } from '../../core/flow.ts';
import { readJwk } from '../../protocol/jose/keys.ts';
import { verifyJws } from '../../protocol/jose/jws.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { bool, member, num, obj, readJson, str, strings } from '../../protocol/json.ts';
import { readBase64url } from '../../protocol/encoding.ts';
import { quote } from '../../protocol/read-error.ts';
import type { SdJwtReading } from '../../protocol/sd-jwt/read.ts';
import { isSdAlg, sdDigest, sdHash } from '../../protocol/sd-jwt/read.ts';
import { isAccepted } from './metadata.ts';
import type { SentRequest } from './session.ts';

/** Seconds around now in which a KB-JWT must have been made: presentations are made for one request, seconds before they arrive. */
const IAT_WINDOW = 300;

interface Bound {
  readonly reading: SdJwtReading;
  readonly query: JsonObject;
  readonly queryId: string;
  readonly sent: SentRequest;
}

/** Judges the key binding of a presentation (RFC 9901 7.3, OpenID4VP 14.2, B.3.6). Throws Refusal. */
export async function judgeKeyBinding(context: FlowContext, bound: Bound): Promise<void> {
  const { reading, query, sent } = bound;
  const { kbJwt } = reading;
  await context.accept('verifier/key-binding/present', () => {
    if (kbJwt === undefined && bool(query, 'require_cryptographic_holder_binding') !== false) {
      throw new Error('there is no key binding');
    }
  });
  if (kbJwt === undefined) return;
  const payload = kbJwt.payload ?? {};
  await context.accept('verifier/key-binding/typ', () => {
    const [error] = kbJwt.errors;
    if (error !== undefined && kbJwt.header === undefined) throw new Error(error.message.en);
    const typ = member(kbJwt.header, 'typ');
    if (typ !== 'kb+jwt') throw new Error(`typ is ${quote(typ)}, not kb+jwt`);
  });
  await context.accept('verifier/key-binding/alg', () => {
    const alg = str(kbJwt.header, 'alg');
    if (!isAccepted(alg)) throw new Error(`algorithm ${quote(alg)} is not accepted`);
  });
  await context.accept('verifier/key-binding/signature', () => {
    const { jwk, errors } = readJwk(obj(obj(reading.issuerJwt.payload, 'cnf'), 'jwk'));
    if (jwk === undefined) throw new Error(`cnf of the credential: ${errors[0]?.message.en ?? 'missing'}`);
    // An algorithm that is none verifies nothing; its own step refuses.
    if (!isAccepted(str(kbJwt.header, 'alg'))) return;
    const verified = verifyJws(kbJwt, jwk);
    if (!verified.ok) throw new Error(verified.message.en);
  });
  await context.accept('verifier/key-binding/nonce', () => {
    const nonce = member(payload, 'nonce');
    if (nonce === undefined || nonce !== sent.nonce)
      throw new Error(`nonce ${quote(nonce)} is not the one of this request`);
  });
  await context.accept('verifier/key-binding/audience', () => {
    const aud = member(payload, 'aud');
    if (aud !== sent.clientId) throw new Error(`aud is ${quote(aud)}, not ${quote(sent.clientId)}`);
  });
  await context.accept('verifier/key-binding/sd-hash', () => {
    if (member(payload, 'sd_hash') !== sdHash(reading.presented, reading.sdAlg)) {
      throw new Error('sd_hash is not over what was presented');
    }
  });
  await context.accept('verifier/key-binding/iat', () => {
    const iat = num(payload, 'iat');
    const now = context.ports.clock.now() / 1000;
    if (iat === undefined) throw new Error('iat is missing or no number');
    if (Math.abs(now - iat) > IAT_WINDOW) throw new Error(`iat is ${Math.round(now - iat)} s before now`);
  });
  if (sent.transactionData.length === 0) return;
  await context.accept('verifier/key-binding/transaction-data', () => judgeTransactionData(payload, bound));
}

/** Every digest of a presentation must be of an entry that names its credential query, by an algorithm that the entry allows (B.3.3.1). */
function judgeTransactionData(payload: JsonObject, { sent, queryId }: Bound): void {
  const hashes = strings(payload, 'transaction_data_hashes');
  if (hashes === undefined) {
    if (Object.hasOwn(payload, 'transaction_data_hashes'))
      throw new Error('transaction_data_hashes is no array of strings');
    // Another credential of the response may carry them; what is missing in all of them is found at the end.
    return;
  }
  const stated = member(payload, 'transaction_data_hashes_alg');
  for (const hash of hashes) {
    const entry = sent.transactionData.find((text) => transactionDigests(text).includes(hash));
    if (entry === undefined) throw new Error('a digest is of no transaction data of this request');
    const value = readTransactionData(entry);
    if (strings(value, 'credential_ids')?.includes(queryId) !== true) {
      throw new Error('the transaction data is not for this credential');
    }
    const algs = strings(value, 'transaction_data_hashes_alg');
    if (algs === undefined ? stated !== undefined && stated !== 'sha-256' : !algs.some((alg) => alg === stated)) {
      throw new Error(`transaction_data_hashes_alg is ${quote(stated)}`);
    }
    if (isSdAlg(stated) && sdDigest(entry, stated) !== hash)
      throw new Error('the digest is not of the stated algorithm');
  }
}

function readTransactionData(entry: string): unknown {
  const { bytes } = readBase64url(entry);
  return bytes === undefined ? undefined : readJson(bytes).value;
}

/** Digests that may stand for a transaction data entry: over its text as it was sent, by each algorithm that it allows. */
export function transactionDigests(entry: string): string[] {
  const algs = strings(readTransactionData(entry), 'transaction_data_hashes_alg') ?? ['sha-256'];
  return algs.filter(isSdAlg).map((alg) => sdDigest(entry, alg));
}
