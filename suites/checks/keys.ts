import type { FlowView, MessageView, RunView } from '../../core/contracts/check.ts';
import { didKeys, readDidDocument, resolveDid, splitDidUrl } from '../../protocol/did.ts';
import { readBase58btc, readBase64url } from '../../protocol/encoding.ts';
import type { JwtReading } from '../../protocol/jose/jws.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, readJson, str } from '../../protocol/json.ts';
import type { Certificate } from '../../protocol/x509.ts';
import { readCertificate } from '../../protocol/x509.ts';

/** Keys that may have made a signature. `keys` is empty where the trace does not hold the key; `wrong` where it never can be found. */
export interface KeyFinding {
  readonly keys: readonly JsonObject[];
  readonly how: 'x5c' | 'did' | 'metadata' | 'jwk' | 'nothing';
  readonly certificates: readonly Certificate[];
  /** What is wrong with the way in which the key is named; en. */
  readonly wrong?: string;
  readonly from?: MessageView;
}

const NOTHING: KeyFinding = { keys: [], how: 'nothing', certificates: [] };

/** True for a DID that is its own document and cannot be one. Keys of a kind that is not known here (secp256k1, RSA, BLS) are legal. */
function encodesNothing(did: string): boolean {
  const [, method, id = ''] = /^did:(jwk|key):(.*)$/s.exec(did) ?? [];
  if (method === 'jwk') {
    const { bytes } = readBase64url(id);
    return bytes === undefined || !isObject(readJson(bytes).value);
  }
  return method === 'key' && (!id.startsWith('z') || readBase58btc(id.slice(1)) === undefined);
}

/** Keys of a DID that the trace can resolve, narrowed by a DID URL or `kid` with a fragment. */
export function keysOfDid(url: string, run: RunView): KeyFinding {
  const { did, fragment } = splitDidUrl(url);
  let document = resolveDid(did).document;
  let from: MessageView | undefined;
  if (document === undefined) {
    for (const flow of run.flows) {
      from = flow.all('did-document').findLast((message) => str(message.value, 'id') === did);
      if (from === undefined) continue;
      document = readDidDocument(from.value, did).document;
      break;
    }
  }
  if (document === undefined) {
    return { ...NOTHING, how: 'did', ...(encodesNothing(did) ? { wrong: 'the DID encodes no key' } : {}) };
  }
  const all = didKeys(document).keys;
  const named = fragment === '' ? all : all.filter((key) => key.id === `${did}${fragment}`);
  return {
    keys: named.map((key) => key.jwk),
    how: 'did',
    certificates: [],
    ...(named.length === 0 ? { wrong: 'the DID document has no such verification method' } : {}),
    ...(from === undefined ? {} : { from }),
  };
}

/** Key of a leaf certificate in the `x5c` header. */
export function keysOfX5c(header: JsonObject): KeyFinding {
  const { certificates } = readX5c(member(header, 'x5c'));
  const key = certificates[0]?.publicJwk;
  return {
    keys: key === undefined ? [] : [key],
    how: 'x5c',
    certificates,
    ...(certificates.length === 0 ? { wrong: 'x5c holds no readable certificate' } : {}),
  };
}

const MAX_KEYS = 50;

/** Keys that a JWT VC issuer publishes (SD-JWT VC 3.5), as far as the run has fetched them. */
function publishedKeys(iss: string, kid: string | undefined, run: RunView): KeyFinding {
  for (const flow of run.flows.toReversed()) {
    const metadata = flow.all('jwt-vc-issuer-metadata').findLast((message) => str(message.value, 'issuer') === iss);
    if (metadata === undefined) continue;
    const uri = str(metadata.value, 'jwks_uri');
    const fetched = uri === undefined ? undefined : answered(flow, 'jwks', uri);
    const keys = (arr(obj(metadata.value, 'jwks') ?? fetched?.value, 'keys') ?? []).filter(isObject).slice(0, MAX_KEYS);
    const named = kid === undefined ? keys : keys.filter((key) => str(key, 'kid') === kid);
    return {
      keys: named,
      how: 'metadata',
      certificates: [],
      from: metadata,
      ...(keys.length > 0 && named.length === 0 ? { wrong: `no published key has the kid ${String(kid)}` } : {}),
    };
  }
  return { ...NOTHING, how: 'metadata' };
}

function answered(flow: FlowView, kind: string, url: string): MessageView | undefined {
  return flow.all(kind).findLast((message) => message.counterpart?.url === url);
}

/** Keys that may have signed a credential or a status list (SD-JWT VC 3.5): x5c, DID, or the issuer's published keys. */
export function issuerKeys(jwt: JwtReading, run: RunView): KeyFinding {
  const { header, payload } = jwt;
  if (header === undefined) return NOTHING;
  if (Object.hasOwn(header, 'x5c')) return keysOfX5c(header);
  const kid = str(header, 'kid');
  const iss = str(payload, 'iss');
  if (kid?.startsWith('did:') === true) return keysOfDid(kid, run);
  if (iss?.startsWith('did:') === true) {
    return keysOfDid(kid?.startsWith('#') === true ? `${iss}${kid}` : iss, run);
  }
  return iss === undefined ? NOTHING : publishedKeys(iss, kid, run);
}

/** Keys that a key proof names (OpenID4VCI F.1): jwk, x5c, a DID URL, or a key of the attestation that it carries. */
export function proofKeys(jwt: JwtReading, run: RunView, attested: readonly JsonObject[] = []): KeyFinding {
  const { header } = jwt;
  if (header === undefined) return NOTHING;
  const jwk = obj(header, 'jwk');
  if (jwk !== undefined) return { keys: [jwk], how: 'jwk', certificates: [] };
  if (Object.hasOwn(header, 'x5c')) return keysOfX5c(header);
  const kid = str(header, 'kid');
  if (kid?.startsWith('did:') === true) return keysOfDid(kid, run);
  const named = kid === undefined ? [] : attested.filter((key) => str(key, 'kid') === kid);
  return named.length > 0 ? { keys: named, how: 'jwk', certificates: [] } : NOTHING;
}

/** Key that a `cnf` claim names (RFC 7800): a JWK, or a kid that is a DID URL. */
export function confirmationKeys(cnf: unknown, run: RunView): KeyFinding {
  const jwk = obj(cnf, 'jwk');
  if (jwk !== undefined) return { keys: [jwk], how: 'jwk', certificates: [] };
  const kid = str(cnf, 'kid');
  return kid?.startsWith('did:') === true ? keysOfDid(kid, run) : NOTHING;
}

/** Trust anchors that the harness noted for the system under test. */
export function trustAnchors(run: RunView): readonly Certificate[] {
  return run.material.flatMap((entry) => {
    if (entry.use !== 'trust-anchor') return [];
    const pem = typeof entry.value === 'string' ? entry.value : str(entry.value, 'pem');
    const der = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END/.exec(pem ?? '')?.[1]?.replaceAll(/\s/g, '') ?? pem;
    const { certificate } = readCertificate(Buffer.from(der ?? '', 'base64'));
    return certificate === undefined ? [] : [certificate];
  });
}
