import { readDidDocument, didKeys, resolveDidWith, splitDidUrl } from '../../../protocol/did.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, obj, readJson, str } from '../../../protocol/json.ts';
import type { Certificate } from '../../../protocol/x509.ts';
import { isSuccess, send, sendAside } from '../send.ts';
import type { Session } from '../session.ts';
import { isServiceUrl, wellKnown } from '../url.ts';
import { chainOf, hasBrokenChain } from './certificates.ts';

/** How an issuer's key was found, and the key; `problem` says why there is none. */
export interface IssuerKey {
  readonly jwk: JsonObject | undefined;
  readonly via: 'x5c' | 'metadata' | 'did' | 'none';
  readonly chain?: readonly Certificate[];
  /** `issuer` of the JWT VC issuer metadata. */
  readonly statedIssuer?: string | undefined;
  readonly problem?: string;
}

/**
 * Finds the key that verifies a token of an issuer (SD-JWT VC, "Issuer-signed JWT Verification Key Validation"): by `x5c`, by the JWT VC issuer
 * metadata of an https `iss`, or by a DID as `iss` or in `kid`. Judges nothing. Throws TransportError.
 */
export async function findIssuerKey(
  session: Session,
  header: JsonObject | undefined,
  payload: JsonObject | undefined,
): Promise<IssuerKey> {
  if (hasBrokenChain(header)) return { jwk: undefined, via: 'x5c', problem: 'x5c holds no readable certificate chain' };
  const chain = chainOf(header);
  const leaf = chain?.[0];
  if (chain !== undefined && leaf !== undefined) {
    return {
      jwk: leaf.publicJwk,
      via: 'x5c',
      chain,
      ...(leaf.publicJwk === undefined ? { problem: 'the certificate has no usable key' } : {}),
    };
  }
  const iss = str(payload, 'iss');
  const kid = str(header, 'kid');
  if (iss?.startsWith('did:') === true) return keyOfDid(session, iss, kid);
  // A DID URL names its key whatever the iss.
  if (kid?.startsWith('did:') === true) return keyOfDid(session, splitDidUrl(kid).did, kid);
  if (isServiceUrl(iss)) return keyOfMetadata(session, iss, kid);
  return { jwk: undefined, via: 'none', problem: 'neither x5c, nor an iss that leads to a key' };
}

/** The key of a DID; with `kid` the one it names. */
export async function keyOfDid(session: Session, did: string, kid: string | undefined): Promise<IssuerKey> {
  const { document } = await resolveDidWith(did, async (url) => {
    const response = await sendAside(session, { exchange: 'did-document', to: 'issuer', url });
    return response !== undefined && isSuccess(response) ? response.body : undefined;
  });
  const checked = document === undefined ? undefined : readDidDocument(document, did).document;
  if (checked === undefined) return { jwk: undefined, via: 'did', problem: 'the DID cannot be resolved' };
  const { keys } = didKeys(checked, 'assertionMethod');
  const wanted = kid === undefined ? undefined : kid.startsWith('#') ? `${did}${kid}` : kid;
  const found =
    wanted === undefined ? (keys.length === 1 ? keys[0] : undefined) : keys.find((key) => key.id === wanted);
  return found === undefined
    ? { jwk: undefined, via: 'did', problem: 'the DID document has no such key' }
    : { jwk: found.jwk, via: 'did' };
}

async function keyOfMetadata(session: Session, iss: string, kid: string | undefined): Promise<IssuerKey> {
  const via = 'metadata' as const;
  const response = await sendAside(session, {
    exchange: 'jwt-vc-issuer-metadata',
    to: 'issuer',
    url: wellKnown(iss, 'jwt-vc-issuer'),
    headers: [['accept', 'application/json']],
  });
  if (response?.status !== 200) {
    const why = response === undefined ? 'cannot be reached' : `status ${response.status}`;
    return { jwk: undefined, via, problem: `JWT VC issuer metadata: ${why}` };
  }
  const metadata = objectOf(response.body);
  const statedIssuer = str(metadata, 'issuer');
  const uri = str(metadata, 'jwks_uri');
  const keys = arr(obj(metadata, 'jwks'), 'keys') ?? (isServiceUrl(uri) ? await fetchKeys(session, uri) : []);
  const usable = keys.filter(isObject);
  const found =
    kid === undefined ? (usable.length === 1 ? usable[0] : undefined) : usable.find((key) => str(key, 'kid') === kid);
  return found === undefined
    ? { jwk: undefined, via, statedIssuer, problem: 'the issuer metadata has no such key' }
    : { jwk: found, via, statedIssuer };
}

async function fetchKeys(session: Session, uri: string): Promise<readonly unknown[]> {
  const response = await send(session, { exchange: 'jwks', to: 'issuer', url: uri });
  return isSuccess(response) ? (arr(objectOf(response.body), 'keys') ?? []) : [];
}

function objectOf(bytes: Uint8Array): JsonObject | undefined {
  const { value } = readJson(bytes, { maxDepth: 16 });
  return isObject(value) ? value : undefined;
}
