import { setTimeout as sleep } from 'node:timers/promises';
import type { JwtSignerJwk, RequestDpopOptions } from '@openid4vc/oauth2';
import {
  authorizationCodeGrantIdentifier,
  clientAuthenticationNone,
  getAuthorizationServerMetadataFromList,
  preAuthorizedCodeGrantIdentifier,
} from '@openid4vc/oauth2';
import {
  Openid4vciClient,
  determineAuthorizationServerForCredentialOffer,
  extractScopesForCredentialConfigurationIds,
} from '@openid4vc/openid4vci';
import type { IssuerMetadataResult } from '@openid4vc/openid4vci';
import { importJWK } from 'jose';
import type { JWK } from 'jose';
import { createCallbacks } from './callbacks.ts';
import { certificateOf, chainsTo, newKey } from './identity.ts';
import type { PeerKey } from './identity.ts';
import { NotSupportedError } from './peer.ts';
import type { PeerClock } from './peer.ts';
import { sdJwtVerifier } from './sd-jwt.ts';
import type { IssuerKeyResolver } from './sd-jwt.ts';

/** A credential in the wallet's store. */
export interface HeldCredential {
  readonly vct: string;
  readonly format: 'dc+sd-jwt' | 'vc+sd-jwt';
  readonly encoded: string;
  readonly key: PeerKey;
}

export interface IssuanceOptions {
  readonly clock: PeerClock;
  readonly clientId: string;
  readonly redirectUri: string;
  /** PEM anchors for issuers with `x5c`. Absent: any. */
  readonly issuerAnchors?: readonly string[];
}

const longestInterval = 5;
const deferredAttempts = 5;

type Offer = Awaited<ReturnType<Openid4vciClient['resolveCredentialOffer']>>;
interface Token {
  readonly accessToken: string;
  readonly cNonce?: string;
  readonly dpop?: RequestDpopOptions;
}

/** One issuance from a credential offer to verified credentials, by the package's client. Throws what the client throws. */
export async function receiveCredentials(
  link: string,
  txCode: string | undefined,
  options: IssuanceOptions,
): Promise<HeldCredential[]> {
  const dpopKey = await newKey();
  const keys: PeerKey[] = [dpopKey];
  // `verifyJwt` is more than the client's type asks for; with it the client also reads signed issuer metadata. Glue
  // decides: any signer of signed metadata will do.
  const callbacks = {
    ...createCallbacks({ keys }),
    clientAuthentication: clientAuthenticationNone({ clientId: options.clientId }),
  };
  const client = new Openid4vciClient({ callbacks });
  const offer = await client.resolveCredentialOffer(link);
  const issuerMetadata = await client.resolveIssuerMetadata(offer.credential_issuer);
  const token = await obtainToken(client, offer, issuerMetadata, dpopKey, txCode, options);

  const held: HeldCredential[] = [];
  for (const credentialConfigurationId of offer.credential_configuration_ids) {
    const { format } =
      issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId] ?? {};
    const key = await newKey();
    keys.push(key);
    const nonce =
      issuerMetadata.credentialIssuer.nonce_endpoint === undefined
        ? token.cNonce
        : (await client.requestNonce({ issuerMetadata })).c_nonce;
    const { jwt } = await client.createCredentialRequestJwtProof({
      issuerMetadata,
      credentialConfigurationId,
      signer: signerOf(key),
      issuedAt: new Date(options.clock.now()),
      ...(nonce === undefined ? {} : { nonce }),
    });
    // After the proof, so that it is the package that stumbles over a configuration which does not exist.
    if (format !== 'dc+sd-jwt' && format !== 'vc+sd-jwt') {
      throw new NotSupportedError(`format ${format ?? 'none'} is not supported`);
    }
    const request = {
      issuerMetadata,
      accessToken: token.accessToken,
      ...(token.dpop === undefined ? {} : { dpop: token.dpop }),
    };
    const { credentialResponse } = await client.retrieveCredentials({
      ...request,
      credentialConfigurationId,
      proofs: { jwt: [jwt] },
    });
    const answer =
      credentialResponse.transaction_id === undefined
        ? credentialResponse
        : await retrieveDeferred(client, request, credentialResponse.transaction_id, credentialResponse.interval);
    const received = answer.credentials ?? ('credential' in answer ? [answer.credential] : []);
    for (const entry of received) held.push(await verified(encodedOf(entry), format, key, options));
    // Glue decides: told only if the issuer can be told, and only of success.
    if (answer.notification_id !== undefined && issuerMetadata.credentialIssuer.notification_endpoint !== undefined) {
      await client.sendNotification({
        ...request,
        notification: { notificationId: answer.notification_id, event: 'credential_accepted' },
      });
    }
  }
  if (held.length === 0) throw new NotSupportedError('nothing was issued');
  return held;
}

async function obtainToken(
  client: Openid4vciClient,
  offer: Offer,
  issuerMetadata: IssuerMetadataResult,
  dpopKey: PeerKey,
  txCode: string | undefined,
  options: IssuanceOptions,
): Promise<Token> {
  const preAuthorized = offer.grants?.[preAuthorizedCodeGrantIdentifier];
  const authorizationCode = offer.grants?.[authorizationCodeGrantIdentifier];
  const grant = preAuthorized ?? authorizationCode;
  if (grant === undefined) throw new NotSupportedError('the offer names no grant that this wallet knows');
  const authorizationServer = determineAuthorizationServerForCredentialOffer({
    issuerMetadata,
    ...(grant.authorization_server === undefined ? {} : { grantAuthorizationServer: grant.authorization_server }),
  });
  const metadata = getAuthorizationServerMetadataFromList(issuerMetadata.authorizationServers, authorizationServer);
  // DPoP wherever the authorization server announces an algorithm that this wallet has.
  const dpop: { dpop?: RequestDpopOptions } = metadata.dpop_signing_alg_values_supported?.includes('ES256')
    ? { dpop: { signer: signerOf(dpopKey) } }
    : {};
  if (preAuthorized !== undefined) {
    const result = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer: offer,
      issuerMetadata,
      ...(txCode === undefined ? {} : { txCode }),
      ...dpop,
    });
    return tokenOf(result.accessTokenResponse, result.dpop, dpopKey);
  }
  const scopes = extractScopesForCredentialConfigurationIds({
    credentialConfigurationIds: offer.credential_configuration_ids,
    issuerMetadata,
  });
  const initiated = await client.initiateAuthorization({
    clientId: options.clientId,
    redirectUri: options.redirectUri,
    credentialOffer: offer,
    issuerMetadata,
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    ...dpop,
  });
  if (!('authorizationRequestUrl' in initiated)) throw new NotSupportedError('presentation during issuance');
  const url = await followToRedirect(initiated.authorizationRequestUrl, options.redirectUri);
  const answer = client.parseAndVerifyAuthorizationResponseRedirectUrl({ url, authorizationServerMetadata: metadata });
  if (answer.code === undefined) throw new Error(`authorization error response: ${answer.error}`);
  const result = await client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer: offer,
    issuerMetadata,
    authorizationCode: answer.code,
    redirectUri: options.redirectUri,
    ...(initiated.pkce === undefined ? {} : { pkceCodeVerifier: initiated.pkce.codeVerifier }),
    ...dpop,
  });
  return tokenOf(result.accessTokenResponse, result.dpop, dpopKey);
}

/**
 * DPoP at the credential endpoint if it was used for the token.
 * Glue decides: token_type is not compared with that, so a `Bearer` answer to a DPoP request goes on with DPoP.
 */
function tokenOf(
  response: { readonly access_token: string; readonly c_nonce?: string | undefined },
  dpop: RequestDpopOptions | undefined,
  dpopKey: PeerKey,
): Token {
  return {
    accessToken: response.access_token,
    ...(response.c_nonce === undefined ? {} : { cNonce: response.c_nonce }),
    ...(dpop === undefined ? {} : { dpop: { ...dpop, signer: signerOf(dpopKey) } }),
  };
}

/** Stands for the browser: follows redirects until the wallet's own redirect_uri. A page asks for a person: not supported. */
async function followToRedirect(start: string, redirectUri: string): Promise<string> {
  let url = start;
  for (let hops = 0; hops < 10; hops++) {
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    await response.body?.cancel();
    if (location === null) throw new Error(`authorization endpoint answered ${response.status} without redirect`);
    url = new URL(location, url).href;
    if (url.startsWith(redirectUri)) return url;
  }
  throw new Error('too many redirects');
}

async function retrieveDeferred(
  client: Openid4vciClient,
  request: { issuerMetadata: IssuerMetadataResult; accessToken: string; dpop?: RequestDpopOptions },
  transactionId: string,
  interval: number | undefined,
) {
  let seconds = interval ?? longestInterval;
  for (let attempt = 0; attempt < deferredAttempts; attempt++) {
    await sleep(Math.min(seconds, longestInterval) * 1000);
    const { deferredCredentialResponse } = await client.retrieveDeferredCredentials({ ...request, transactionId });
    if (deferredCredentialResponse.credentials !== undefined) return deferredCredentialResponse;
    seconds = deferredCredentialResponse.interval ?? seconds;
  }
  throw new NotSupportedError(`credential was not ready after ${deferredAttempts} requests`);
}

function encodedOf(entry: unknown): string {
  const value = typeof entry === 'object' && entry !== null && 'credential' in entry ? entry.credential : entry;
  if (typeof value !== 'string') throw new NotSupportedError('credential is not a string');
  return value;
}

/**
 * Verifies what was received with the SD-JWT library, as the OpenID4VCI package leaves credentials to its integrator.
 * Glue decides: no comparison of `cnf` with the proof's key, of `vct` with the configuration, of `iss` with the issuer;
 * whether `typ`, times and status are judged is the library's.
 */
async function verified(
  encoded: string,
  format: HeldCredential['format'],
  key: PeerKey,
  options: IssuanceOptions,
): Promise<HeldCredential> {
  const { payload } = await sdJwtVerifier(issuerKeys(options.issuerAnchors)).verify(encoded, {
    currentDate: Math.floor(options.clock.now() / 1000),
  });
  return { vct: payload.vct, format, encoded, key };
}

/** Glue decides: `x5c` if there is one (chained to an anchor if there are any), else the issuer's published keys. */
function issuerKeys(anchors: readonly string[] | undefined): IssuerKeyResolver {
  return async (header, payload) => {
    if (header.x5c !== undefined) {
      if (anchors !== undefined && !chainsTo(header.x5c, anchors)) throw new Error('issuer certificate is not trusted');
      return [certificateOf(header.x5c[0] ?? '').publicKey];
    }
    const issuer = new URL(String(payload['iss']));
    const path = issuer.pathname === '/' ? '' : issuer.pathname;
    const response = await fetch(`${issuer.origin}/.well-known/jwt-vc-issuer${path}`);
    const published = (await response.json()) as { jwks?: { keys?: JWK[] } };
    const keys = published.jwks?.keys ?? [];
    const named = keys.filter(({ kid }) => header.kid === undefined || kid === header.kid);
    return Promise.all(named.map((jwk) => importJWK(jwk, header.alg)));
  };
}

function signerOf(key: PeerKey): JwtSignerJwk {
  const { kty, crv, x, y } = key.publicJwk;
  return { method: 'jwk', alg: 'ES256', publicJwk: { kty, crv: crv ?? '', x: x ?? '', y: y ?? '' } };
}
