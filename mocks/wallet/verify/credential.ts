import { verifyJws } from '../../../protocol/jose/jws.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import { thumbprint } from '../../../protocol/jose/jwk.ts';
import { sameKey } from '../../../protocol/jose/keys.ts';
import { isSignatureAlg } from '../../../protocol/jose/algorithms.ts';
import { didKeys, resolveDid, splitDidUrl } from '../../../protocol/did.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { member, num, obj, str, strings } from '../../../protocol/json.ts';
import { quote } from '../../../protocol/read-error.ts';
import { readSdJwt, resolveSdJwt } from '../../../protocol/sd-jwt/read.ts';
import type { HeldCredential } from '../../contracts.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { leeway, seconds } from '../session.ts';
import { parseUrl } from '../url.ts';
import { isForHost, judgeChain } from './certificates.ts';
import type { IssuerKey } from './issuer-key.ts';
import { findIssuerKey } from './issuer-key.ts';
import { verifyStatus } from './status.ts';

/** What a credential is judged against. */
export interface Expectation {
  /** Metadata of the configuration that was asked for. */
  readonly configuration: JsonObject | undefined;
  /** Credential issuer identifier. */
  readonly issuer: string;
  /** Keys that were proven, each for one credential at most; empty: no binding was wanted. */
  readonly keys: readonly SigningKey[];
}

/** Claims that an SD-JWT VC shows to everybody (SD-JWT VC, "Registered JWT Claims"). */
const NEVER_HIDDEN = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status'];

/**
 * Verifies a credential that an issuer delivered: SD-JWT VC rules, issuer key and trust, binding, validity, disclosures, status. One step
 * for each rule, `wallet/credential/…`. Returns what the wallet keeps. Throws Refusal, TransportError.
 */
export async function verifyCredential(
  session: Session,
  delivered: unknown,
  expected: Expectation,
): Promise<HeldCredential> {
  const { context } = session;
  const format = str(expected.configuration, 'format') ?? 'dc+sd-jwt';
  const raw = typeof delivered === 'string' ? delivered : '';
  const reading = readSdJwt(raw);
  const { header, payload } = reading.issuerJwt;
  await context.accept('wallet/credential/format', () => {
    must(format === 'dc+sd-jwt', `format ${quote(format)} is not supported`);
    must(typeof delivered === 'string', 'the credential is no string');
    must(header !== undefined && payload !== undefined, 'the credential is no readable SD-JWT');
    must(raw.includes('~'), 'an SD-JWT ends with "~"');
    must(reading.kbJwt === undefined, 'the issuer delivered a credential with a key binding JWT');
  });
  await context.accept('wallet/credential/typ', () => {
    must(member(header, 'typ') === 'dc+sd-jwt', `typ is ${quote(member(header, 'typ'))}, not dc+sd-jwt`);
  });
  const alg = str(header, 'alg') ?? '';
  await context.accept('wallet/credential/alg', () => {
    must(isSignatureAlg(alg), `alg ${quote(alg)} is no asymmetric algorithm that is supported`);
    const announced = strings(expected.configuration, 'credential_signing_alg_values_supported');
    must(announced === undefined || announced.includes(alg), `alg ${quote(alg)} is not among those announced`);
  });
  const key = await findIssuerKey(session, header, payload);
  await context.accept('wallet/credential/issuer-key', () => {
    must(key.jwk !== undefined, key.problem ?? 'the key of the issuer cannot be found');
  });
  await context.accept('wallet/credential/signature', () => {
    const verified = verifyJws(reading.issuerJwt, key.jwk ?? {});
    must(verified.ok, verified.ok ? '' : verified.message.en);
  });
  await context.accept('wallet/credential/issuer-trust', () => judgeTrust(session, key, payload, expected.issuer));
  await context.accept('wallet/credential/issuer-match', () => judgeIssuer(session, key, payload, expected.issuer));
  const vct = str(payload, 'vct') ?? '';
  await context.accept('wallet/credential/vct', () => {
    must(vct !== '', 'vct is missing');
    const wanted = str(expected.configuration, 'vct');
    must(wanted === undefined || vct === wanted, `vct ${quote(vct)} is not that of the configuration`);
  });
  const bound = boundKey(payload, expected.keys);
  await context.accept('wallet/credential/key-binding', () => {
    must(expected.keys.length === 0 || bound !== undefined, 'cnf is not a key that this wallet proved');
  });
  const now = seconds(session);
  await context.accept('wallet/credential/expiry', () => {
    const exp = num(payload, 'exp');
    must(member(payload, 'exp') === undefined || exp !== undefined, 'exp is no number');
    must(exp === undefined || exp > now - leeway(session), 'the credential has expired');
  });
  await context.accept('wallet/credential/not-before', () => {
    const nbf = num(payload, 'nbf');
    must(member(payload, 'nbf') === undefined || nbf !== undefined, 'nbf is no number');
    must(nbf === undefined || nbf <= now + leeway(session), 'the credential is not valid yet');
  });
  const resolution = resolveSdJwt(reading);
  await context.accept('wallet/credential/disclosures', () => {
    const [first] = [...reading.errors, ...resolution.errors];
    must(first === undefined, `the disclosures are wrong: ${first?.code ?? ''}`);
    const hidden = resolution.disclosed.find(({ path }) => path.length === 1 && NEVER_HIDDEN.includes(String(path[0])));
    must(hidden === undefined, `${quote(hidden?.path[0])} is selectively disclosable`);
  });
  await verifyStatus(session, resolution.claims, key.jwk);
  const holder = bound ?? expected.keys[0] ?? session.config.identity.signing;
  const iss = str(payload, 'iss');
  return { format, type: vct, credential: raw, key: holder, ...(iss === undefined ? {} : { issuer: iss }) };
}

/** The issuer is trusted: certified under an anchor, or it is the credential issuer itself, known by its https metadata. */
function judgeTrust(session: Session, key: IssuerKey, payload: JsonObject | undefined, issuer: string): void {
  const { trust } = session.config;
  const any = trust.anyIssuer === true;
  if (key.chain !== undefined) {
    const chain = judgeChain(key.chain, trust, session.context.ports.clock.now(), any);
    must(chain.ok, chain.errors[0]?.message.en ?? 'the certificate chain is not trusted');
    return;
  }
  const own = key.via === 'metadata' && str(payload, 'iss') === issuer;
  must(any || own, 'nothing shows that this issuer is to be trusted');
}

/** `iss` belongs to the key: it names the certified host, or the metadata or the DID where the key was found. */
function judgeIssuer(session: Session, key: IssuerKey, payload: JsonObject | undefined, issuer: string): void {
  const iss = str(payload, 'iss');
  must(member(payload, 'iss') === undefined || iss !== undefined, 'iss is no string');
  if (key.via === 'metadata') must(key.statedIssuer === iss, 'issuer of the metadata is not iss');
  if (iss === undefined || iss === issuer || session.config.trust.anyIssuer === true) return;
  const leaf = key.chain?.[0];
  if (leaf === undefined) return;
  const host = parseUrl(iss)?.hostname;
  const certified = leaf.uris.includes(iss) || (host !== undefined && isForHost(leaf, host));
  must(certified, 'iss is neither the credential issuer nor in the certificate');
}

/** The key of ours that `cnf` names, by `jwk`, by its thumbprint (RFC 9449 6.1) or by a DID URL in `kid`. */
function boundKey(payload: JsonObject | undefined, keys: readonly SigningKey[]): SigningKey | undefined {
  const cnf = obj(payload, 'cnf');
  const jkt = str(cnf, 'jkt');
  const named = obj(cnf, 'jwk');
  if (named === undefined && jkt !== undefined) return keys.find((key) => thumbprint(key.publicJwk) === jkt);
  const jwk = named ?? keyOfKid(str(cnf, 'kid'));
  return jwk === undefined ? undefined : keys.find((key) => sameKey(key.publicJwk, jwk));
}

function keyOfKid(kid: string | undefined): JsonObject | undefined {
  if (kid?.startsWith('did:') !== true) return undefined;
  const { document } = resolveDid(splitDidUrl(kid).did);
  return document === undefined ? undefined : didKeys(document).keys.find((key) => key.id === kid)?.jwk;
}
