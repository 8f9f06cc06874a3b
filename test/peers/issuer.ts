import { randomBytes } from 'node:crypto';
import {
  Oauth2ErrorCodes,
  Oauth2ResourceServer,
  Oauth2ServerErrorResponseError,
  authorizationCodeGrantIdentifier,
  clientAuthenticationNone,
  preAuthorizedCodeGrantIdentifier,
} from '@openid4vc/oauth2';
import type { Jwk } from '@openid4vc/oauth2';
import { Openid4vciIssuer, Openid4vciVersion } from '@openid4vc/openid4vci';
import type { IssuerMetadataResult } from '@openid4vc/openid4vci';
import { createCallbacks } from './callbacks.ts';
import { newCertifiedKey, newKey } from './identity.ts';
import type { PeerKey } from './identity.ts';
import { PeerAuthorizationServer, signingAlgorithms } from './issuer-authorization.ts';
import type { Session } from './issuer-authorization.ts';
import { allowLoopbackHttp, bodyOf, handler, listen, requestLike, systemClock } from './peer.ts';
import type { Peer, PeerClock, PeerOptions } from './peer.ts';
import { sdJwtIssuer } from './sd-jwt.ts';

export interface IssuerPeerOptions extends PeerOptions {
  /** How credentials name their signer: a certificate, or a key under `/.well-known/jwt-vc-issuer`. Default `x5c`. */
  readonly signer?: 'x5c' | 'jwt-vc-issuer';
}

export interface IssuerPeer extends Peer {
  /** What must be trusted to accept this issuer's credentials: its certification authority (PEM), or its key. */
  readonly anchor: string;
  readonly signingKey: Jwk;
}

/** The credential types of this peer: the second one is issued deferred, ready at the second request. */
export const peerVct = 'urn:example:employee-badge';
export const badge = 'employee_badge';
export const deferredBadge = 'employee_badge_deferred';

const claims = {
  given_name: 'Mei',
  family_name: 'Lin',
  birthdate: '1990-04-01',
  address: { locality: 'Tainan', country: 'TW' },
};

/**
 * A credential issuer and its authorization server on `@openid4vc/openid4vci` and `@openid4vc/oauth2`.
 *
 * `POST /control/offer {grant?, txCode?, by?, configuration?}` answers `{id, offer, tx_code?}`.
 *
 * Not supported, since the package has no server side for it: notification endpoint, encryption of credential responses,
 * credential_identifiers (authorization_details).
 */
export async function startIssuerPeer(options: IssuerPeerOptions = {}): Promise<IssuerPeer> {
  allowLoopbackHttp();
  const clock = options.clock ?? systemClock;
  const listener = await listen(options.port);
  const { url } = listener;
  const tokenKey = await newKey();
  const { key: credentialKey, anchor } = await newCertifiedKey('Peer Issuer', 'localhost', clock.now(), url);
  const callbacks = createCallbacks({ keys: [tokenKey, credentialKey] });
  const authorization = new PeerAuthorizationServer({
    listener,
    clock,
    callbacks,
    tokenKey,
    scopes: { [badge]: badge, [deferredBadge]: deferredBadge },
  });
  const endpoints = new CredentialEndpoints(
    url,
    clock,
    callbacks,
    authorization,
    credentialKey,
    options.signer ?? 'x5c',
  );

  listener.app.get('/.well-known/openid-credential-issuer', (_request, response) => {
    response.json(endpoints.metadata.credentialIssuer);
  });
  listener.app.get('/.well-known/jwt-vc-issuer', (_request, response) => {
    response.json({ issuer: url, jwks: { keys: [credentialKey.publicJwk] } });
  });
  listener.app.get('/offers/:id', (request, response) => {
    const offer = endpoints.offers.get(request.params.id);
    if (offer === undefined) response.status(404).end();
    else response.set('Cache-Control', 'no-store').json(offer);
  });
  listener.app.post(
    '/control/offer',
    handler(async (request, response) => {
      response.json(await endpoints.offer(bodyOf(request)));
    }),
  );
  listener.app.post('/nonce', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(endpoints.nonce());
  });
  listener.app.post(
    '/credential',
    handler(async (request, response) => {
      const answer = await endpoints.credential(requestLike(url, request), bodyOf(request));
      response.status(answer.deferred ? 202 : 200).json(answer.body);
    }),
  );
  listener.app.post(
    '/deferred',
    handler(async (request, response) => {
      const answer = await endpoints.deferred(requestLike(url, request), bodyOf(request));
      response.status(answer.deferred ? 202 : 200).json(answer.body);
    }),
  );
  listener.seal();
  return {
    url,
    control: `${url}/control`,
    anchor,
    signingKey: credentialKey.publicJwk,
    close: listener.close,
  };
}

interface CredentialAnswer {
  readonly deferred: boolean;
  readonly body: unknown;
}

/** The endpoints of the Credential Issuer proper. */
class CredentialEndpoints {
  readonly metadata: IssuerMetadataResult;
  readonly offers = new Map<string, unknown>();
  private readonly issuer: Openid4vciIssuer;
  private readonly resource: Oauth2ResourceServer;
  private readonly nonces = new Map<string, Date>();
  private readonly waiting = new Map<string, { readonly keys: readonly Jwk[]; asked: boolean }>();
  private readonly url: string;
  private readonly clock: PeerClock;
  private readonly authorization: PeerAuthorizationServer;
  private readonly credentialKey: PeerKey;
  private readonly signer: 'x5c' | 'jwt-vc-issuer';

  constructor(
    url: string,
    clock: PeerClock,
    callbacks: ReturnType<typeof createCallbacks>,
    authorization: PeerAuthorizationServer,
    credentialKey: PeerKey,
    signer: 'x5c' | 'jwt-vc-issuer',
  ) {
    this.url = url;
    this.clock = clock;
    this.authorization = authorization;
    this.credentialKey = credentialKey;
    this.signer = signer;
    const all = { ...callbacks, clientAuthentication: clientAuthenticationNone({ clientId: url }) };
    this.issuer = new Openid4vciIssuer({ callbacks: all });
    this.resource = new Oauth2ResourceServer({ callbacks: all });
    const credentialIssuer = this.issuer.createCredentialIssuerMetadata({
      credential_issuer: url,
      credential_endpoint: `${url}/credential`,
      deferred_credential_endpoint: `${url}/deferred`,
      nonce_endpoint: `${url}/nonce`,
      batch_credential_issuance: { batch_size: 3 },
      display: [{ name: 'Peer Issuer', locale: 'en' }],
      credential_configurations_supported: {
        [badge]: configuration(badge),
        [deferredBadge]: configuration(deferredBadge),
      },
    });
    this.metadata = {
      originalDraftVersion: Openid4vciVersion.V1,
      credentialIssuer,
      authorizationServers: [authorization.metadata],
      knownCredentialConfigurations: this.issuer.getKnownCredentialConfigurationsSupported(credentialIssuer),
    };
  }

  /** `POST /control/offer`. */
  async offer(body: Record<string, unknown>): Promise<unknown> {
    const grant =
      body['grant'] === authorizationCodeGrantIdentifier
        ? authorizationCodeGrantIdentifier
        : preAuthorizedCodeGrantIdentifier;
    const configurations = [body['configuration'] === deferredBadge ? deferredBadge : badge];
    const session = this.authorization.newSession(grant, configurations, body['txCode'] === true);
    const { credentialOffer, credentialOfferObject } = await this.issuer.createCredentialOffer({
      issuerMetadata: this.metadata,
      credentialConfigurationIds: configurations,
      grants:
        session.preAuthorizedCode === undefined
          ? { [authorizationCodeGrantIdentifier]: { issuer_state: session.issuerState } }
          : {
              [preAuthorizedCodeGrantIdentifier]: {
                'pre-authorized_code': session.preAuthorizedCode,
                ...(session.txCode === undefined
                  ? {}
                  : { tx_code: { input_mode: 'numeric' as const, length: session.txCode.length } }),
              },
            },
      ...(body['by'] === 'reference' ? { credentialOfferUri: `${this.url}/offers/${session.subject}` } : {}),
    });
    this.offers.set(session.subject, credentialOfferObject);
    return {
      id: session.subject,
      offer: credentialOffer,
      ...(session.txCode === undefined ? {} : { tx_code: session.txCode }),
    };
  }

  nonce(): unknown {
    const nonce = randomBytes(24).toString('base64url');
    this.nonces.set(nonce, new Date(this.clock.now() + 300_000));
    return this.issuer.createNonceResponse({ cNonce: nonce });
  }

  async credential(request: ReturnType<typeof requestLike>, body: Record<string, unknown>): Promise<CredentialAnswer> {
    const session = await this.authorized(request);
    const parsed = this.issuer.parseCredentialRequest({ issuerMetadata: this.metadata, credentialRequest: body });
    const id = parsed.credentialConfigurationId;
    // Glue decides: what the token was given for. The package knows no link between token and credential.
    if (id === undefined) {
      throw invalid(
        parsed.credentialIdentifier === undefined
          ? Oauth2ErrorCodes.InvalidCredentialRequest
          : Oauth2ErrorCodes.UnknownCredentialIdentifier,
        'only credential_configuration_id can be requested here',
      );
    }
    if (!session.configurations.includes(id)) {
      throw invalid(Oauth2ErrorCodes.CredentialRequestDenied, `not authorized for ${id}`);
    }
    // Glue decides: a request without a JWT proof has no key to bind to. The number of proofs is not compared with
    // batch_size, nor their algorithm with proof_signing_alg_values_supported: the package does neither.
    const proofs = parsed.proofs?.jwt ?? [];
    if (proofs.length === 0) throw invalid(Oauth2ErrorCodes.InvalidProof, 'a jwt proof is required');
    const keys: Jwk[] = [];
    for (const jwt of proofs) keys.push(await this.provenKey(jwt));
    if (id === deferredBadge) {
      const transactionId = randomBytes(16).toString('base64url');
      this.waiting.set(transactionId, { keys, asked: false });
      const pending = this.issuer.createCredentialResponse({ credentialRequest: parsed, transactionId, interval: 1 });
      return { deferred: true, body: pending };
    }
    const credentials = await this.issueTo(keys);
    return { deferred: false, body: this.issuer.createCredentialResponse({ credentialRequest: parsed, credentials }) };
  }

  async deferred(request: ReturnType<typeof requestLike>, body: Record<string, unknown>): Promise<CredentialAnswer> {
    await this.authorized(request);
    const { deferredCredentialRequest } = this.issuer.parseDeferredCredentialRequest({
      deferredCredentialRequest: body,
    });
    const transactionId = deferredCredentialRequest.transaction_id;
    const waiting = this.waiting.get(transactionId);
    // Glue decides: an unknown transaction is refused, any token may ask for a known one, and the interval is not kept.
    if (waiting === undefined) throw invalid(Oauth2ErrorCodes.InvalidTransactionId, 'transaction_id is not known');
    if (!waiting.asked) {
      waiting.asked = true;
      return { deferred: true, body: this.issuer.createDeferredCredentialResponse({ transactionId, interval: 1 }) };
    }
    this.waiting.delete(transactionId);
    const credentials = await this.issueTo(waiting.keys);
    return { deferred: false, body: this.issuer.createDeferredCredentialResponse({ credentials }) };
  }

  private async authorized(request: ReturnType<typeof requestLike>): Promise<Session> {
    const { tokenPayload } = await this.resource.verifyResourceRequest({
      request,
      resourceServer: this.url,
      authorizationServers: [this.authorization.metadata],
      now: new Date(this.clock.now()),
    });
    const session = typeof tokenPayload.sub === 'string' ? this.authorization.sessionOf(tokenPayload.sub) : undefined;
    if (session === undefined) throw invalid(Oauth2ErrorCodes.InvalidToken, 'no session for this access token');
    return session;
  }

  /**
   * Glue decides: which nonce to expect. It is looked up by the one in the proof; if that was never given out (or there is
   * none), the package is told to expect another, so that it is the package that refuses, with its own code. Nonces may be
   * used again until they expire, and `clientId` is not passed, so `iss` is not compared.
   */
  private async provenKey(jwt: string): Promise<Jwk> {
    const nonce = nonceIn(jwt);
    const expiresAt = nonce === undefined ? undefined : this.nonces.get(nonce);
    const { signer } = await this.issuer.verifyCredentialRequestJwtProof({
      issuerMetadata: this.metadata,
      jwt,
      expectedNonce: nonce === undefined || expiresAt === undefined ? randomBytes(24).toString('base64url') : nonce,
      now: new Date(this.clock.now()),
      ...(expiresAt === undefined ? {} : { nonceExpiresAt: expiresAt }),
    });
    return signer.publicJwk;
  }

  private async issueTo(keys: readonly Jwk[]): Promise<{ credential: string }[]> {
    const sdJwt = sdJwtIssuer(this.credentialKey);
    const iat = Math.floor(this.clock.now() / 1000);
    const header = this.signer === 'x5c' ? { x5c: this.credentialKey.x5c ?? [] } : { kid: this.credentialKey.kid };
    const issued: { credential: string }[] = [];
    for (const { kty, crv, x, y } of keys) {
      const payload = {
        iss: this.url,
        iat,
        exp: iat + 30 * 86_400,
        vct: peerVct,
        cnf: { jwk: { kty, crv, x, y } },
        ...claims,
      };
      const frame = { _sd: Object.keys(claims) as (keyof typeof claims)[] };
      issued.push({ credential: await sdJwt.issue(payload, frame, { header }) });
    }
    return issued;
  }
}

function configuration(scope: string) {
  return {
    format: 'dc+sd-jwt' as const,
    vct: peerVct,
    scope,
    cryptographic_binding_methods_supported: ['jwk', 'did:jwk'],
    credential_signing_alg_values_supported: signingAlgorithms,
    proof_types_supported: { jwt: { proof_signing_alg_values_supported: signingAlgorithms } },
    credential_metadata: {
      display: [{ name: 'Employee badge', locale: 'en' }],
      claims: Object.keys(claims).map((name) => ({ path: [name] as [string] })),
    },
  };
}

/** The nonce that a proof claims, unverified, or undefined. */
function nonceIn(jwt: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    if (typeof payload !== 'object' || payload === null || !('nonce' in payload)) return undefined;
    return typeof payload.nonce === 'string' ? payload.nonce : undefined;
  } catch {
    return undefined;
  }
}

function invalid(error: Oauth2ErrorCodes, description: string): Oauth2ServerErrorResponseError {
  return new Oauth2ServerErrorResponseError({ error, error_description: description });
}
