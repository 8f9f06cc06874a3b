import type { FlowContext } from '../../core/flow.ts';
import type { HttpResponse } from '../../core/http.ts';
import { TransportError } from '../../core/http.ts';
import type { ExchangeName, Party } from '../../core/kinds.ts';
import { didKeys, resolveDid, splitDidUrl } from '../../protocol/did.ts';
import type { JwtReading } from '../../protocol/jose/jws.ts';
import type { Jwk } from '../../protocol/jose/keys.ts';
import { readJwk, sameKey } from '../../protocol/jose/keys.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, readJson, str } from '../../protocol/json.ts';
import { wellKnownUrl } from '../../protocol/oauth.ts';
import { quote } from '../../protocol/read-error.ts';
import type { Certificate } from '../../protocol/x509.ts';
import { readCertificate, verifyChain } from '../../protocol/x509.ts';
import type { Trust } from '../contracts.ts';

/** Key of a credential's issuer, and how it was found. Nothing here is trusted yet. */
export interface IssuerKey {
  readonly jwk: Jwk;
  /** Certificate chain, leaf first; empty if the key came without one. */
  readonly chain: readonly Certificate[];
}

export type IssuerKeyReading = IssuerKey | { readonly problem: string };

const LIMITS = { maxBytes: 1024 * 1024 };

/** Fetches a document for the verifier; a text says why there is none. */
export async function fetchDocument(
  context: FlowContext,
  exchange: ExchangeName,
  to: Party,
  url: string,
  accept: string,
): Promise<HttpResponse | string> {
  try {
    const request = { method: 'GET', url, headers: [['accept', accept] as const], body: new Uint8Array() };
    const response = await context.call({ exchange, from: 'verifier', to, request, limits: LIMITS });
    return response.status === 200 ? response : `status ${response.status}`;
  } catch (error) {
    if (error instanceof TransportError) return `${error.failure}: ${error.message}`;
    throw error;
  }
}

/**
 * Finds the key of an issuer-signed JWT (SD-JWT VC, issuer key resolution): `x5c`, else the JWT VC issuer metadata of an http(s) `iss`, else the DID
 * document of a DID. Never throws for what the issuer or the wallet sent.
 */
export async function resolveIssuerKey(context: FlowContext, jwt: JwtReading): Promise<IssuerKeyReading> {
  const { header, payload } = jwt;
  if (header === undefined || payload === undefined) return { problem: 'the credential is no readable JWT' };
  if (Object.hasOwn(header, 'x5c')) return fromX5c(member(header, 'x5c'));
  const iss = str(payload, 'iss');
  const kid = str(header, 'kid');
  if (iss?.startsWith('did:') === true || (iss === undefined && kid?.startsWith('did:') === true)) {
    return fromDid(iss ?? splitDidUrl(kid ?? '').did, kid);
  }
  if (iss === undefined) return { problem: 'neither x5c nor iss: no way to the issuer’s key' };
  return fromMetadata(context, iss, kid);
}

function fromX5c(x5c: unknown): IssuerKeyReading {
  const { certificates, errors } = readX5c(x5c);
  const jwk = certificates[0]?.publicJwk;
  const [error] = errors;
  if (error !== undefined) return { problem: error.message.en };
  return jwk === undefined ? { problem: 'the certificate has no key that can be used' } : { jwk, chain: certificates };
}

function fromDid(did: string, kid: string | undefined): IssuerKeyReading {
  const { document, errors } = resolveDid(did);
  if (document === undefined) return { problem: errors[0]?.message.en ?? 'the DID cannot be resolved' };
  const { keys } = didKeys(document, 'assertionMethod');
  const named = kid?.startsWith('#') === true ? `${did}${kid}` : kid;
  const key = keys.find(({ id }) => id === named) ?? (named === undefined && keys.length === 1 ? keys[0] : undefined);
  return key === undefined ? { problem: `the DID has no key ${quote(kid)}` } : { jwk: key.jwk, chain: [] };
}

async function fromMetadata(context: FlowContext, iss: string, kid: string | undefined): Promise<IssuerKeyReading> {
  const url = wellKnownUrl(iss, 'jwt-vc-issuer');
  if (url === undefined) return { problem: `iss ${quote(iss)} is neither URL nor DID` };
  const metadata = await fetchJson(context, 'jwt-vc-issuer-metadata', url);
  if (typeof metadata === 'string') return { problem: `JWT VC issuer metadata: ${metadata}` };
  if (str(metadata, 'issuer') !== iss) return { problem: 'JWT VC issuer metadata is of another issuer' };
  const jwksUri = str(metadata, 'jwks_uri');
  const fetched = jwksUri === undefined ? obj(metadata, 'jwks') : await fetchJson(context, 'jwks', jwksUri);
  if (fetched === undefined || typeof fetched === 'string') return { problem: `issuer JWKS: ${fetched ?? 'missing'}` };
  const keys = (arr(fetched, 'keys') ?? []).filter((jwk) => isObject(jwk));
  const chosen = kid === undefined && keys.length === 1 ? keys[0] : keys.find((jwk) => str(jwk, 'kid') === kid);
  const { jwk } = readJwk(chosen);
  if (jwk === undefined) return { problem: `the issuer has no key ${quote(kid)}` };
  const { certificates } = readX5c(jwk['x5c']);
  const certified = certificates[0]?.publicJwk;
  return { jwk, chain: certified !== undefined && sameKey(certified, jwk) ? certificates : [] };
}

async function fetchJson(context: FlowContext, exchange: ExchangeName, url: string): Promise<JsonObject | string> {
  const response = await fetchDocument(context, exchange, 'issuer', url, 'application/json');
  if (typeof response === 'string') return response;
  const { value, errors } = readJson(response.body);
  if (errors[0] !== undefined) return errors[0].message.en;
  return isObject(value) ? value : 'no JSON object';
}

/** PEM anchors as certificates; unreadable ones are left out, so they trust nobody. */
export function readAnchors(pems: readonly string[]): Certificate[] {
  return pems.flatMap((pem) => {
    const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
    const { certificate } = readCertificate(Buffer.from(body ?? '', 'base64'));
    return certificate === undefined ? [] : [certificate];
  });
}

/**
 * Judges that an issuer's key is trusted at a time (ms). A chain must lead to an anchor; a key without a chain is trusted only with `anyIssuer`,
 * and then a chain must still hold by itself. Throws Error with the reason.
 */
export function judgeIssuerTrust(key: IssuerKey, trust: Trust, at: number): void {
  const anchors = readAnchors(trust.anchors);
  if (key.chain.length === 0) {
    if (trust.anyIssuer !== true)
      throw new Error('the issuer’s key has no certificate, so no trust anchor vouches for it');
    return;
  }
  const { ok, errors } = verifyChain(key.chain, trust.anyIssuer === true ? { at } : { at, anchors });
  if (!ok) throw new Error(errors[0]?.message.en ?? 'the certificate chain is not trusted');
}
