import { randomBytes, randomInt } from 'node:crypto';
import {
  Oauth2AuthorizationServer,
  Oauth2ErrorCodes,
  Oauth2ServerErrorResponseError,
  PkceCodeChallengeMethod,
  authorizationCodeGrantIdentifier,
  clientAuthenticationNone,
  parsePushedAuthorizationRequestUriReferenceValue,
  preAuthorizedCodeGrantIdentifier,
  pushedAuthorizationRequestUriPrefix,
  refreshTokenGrantIdentifier,
} from '@openid4vc/oauth2';
import type {
  AuthorizationServerMetadata,
  Jwk,
  ParsePushedAuthorizationRequestResult,
  RequestLike,
} from '@openid4vc/oauth2';
import type { PeerCallbacks } from './callbacks.ts';
import type { PeerKey } from './identity.ts';
import { bodyOf, handler, requestLike } from './peer.ts';
import type { Listener, PeerClock } from './peer.ts';

export type OfferGrant = typeof preAuthorizedCodeGrantIdentifier | typeof authorizationCodeGrantIdentifier;

/** One offer, or one authorization that a wallet began by itself, and what it led to. */
export interface Session {
  /** `sub` of access tokens. */
  readonly subject: string;
  /** Credential configurations that this session may ask for. */
  readonly configurations: readonly string[];
  readonly preAuthorizedCode?: string;
  readonly txCode?: string;
  readonly issuerState?: string;
  clientId?: string;
  /** What was pushed, with the DPoP key that pushed it. */
  pushed?: Pushed;
}

interface Pushed {
  readonly request: ParsePushedAuthorizationRequestResult['authorizationRequest'];
  readonly jwkThumbprint?: string;
  readonly expiresAt: Date;
  readonly session: Session;
}

interface Refresh {
  readonly session: Session;
  readonly jwkThumbprint?: string;
  readonly expiresAt: Date;
}

export interface AuthorizationServerOptions {
  readonly listener: Listener;
  readonly clock: PeerClock;
  readonly callbacks: PeerCallbacks;
  readonly tokenKey: PeerKey;
  /** Configuration ids by the scope that stands for them. */
  readonly scopes: Readonly<Record<string, string>>;
}

const secondsValid = { code: 300, requestUri: 90, accessToken: 600, refreshToken: 86_400 };

/** Every algorithm list of this peer. */
export const signingAlgorithms = ['ES256'];

/**
 * The authorization server half of the issuer peer: PAR, authorization (approves at once, no page), token, jwks.
 * Metadata, parsing, PKCE, DPoP, codes and token formation are the package's; storage is an in-memory map.
 */
export class PeerAuthorizationServer {
  readonly metadata: AuthorizationServerMetadata;
  private readonly options: AuthorizationServerOptions;
  private readonly server: Oauth2AuthorizationServer;
  private readonly sessions = new Map<string, Session>();
  private readonly pushed = new Map<string, Pushed>();
  private readonly codes = new Map<string, { readonly pushed: Pushed; readonly expiresAt: Date }>();
  private readonly preAuthorized = new Map<string, { readonly session: Session; readonly expiresAt: Date }>();
  private readonly refreshTokens = new Map<string, Refresh>();

  constructor(options: AuthorizationServerOptions) {
    this.options = options;
    const { url } = options.listener;
    this.server = new Oauth2AuthorizationServer({
      callbacks: { ...options.callbacks, clientAuthentication: clientAuthenticationNone({ clientId: url }) },
    });
    this.metadata = this.server.createAuthorizationServerMetadata({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      pushed_authorization_request_endpoint: `${url}/par`,
      require_pushed_authorization_requests: true,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      grant_types_supported: [
        authorizationCodeGrantIdentifier,
        preAuthorizedCodeGrantIdentifier,
        refreshTokenGrantIdentifier,
      ],
      token_endpoint_auth_methods_supported: ['none'],
      code_challenge_methods_supported: [PkceCodeChallengeMethod.S256],
      dpop_signing_alg_values_supported: signingAlgorithms,
      scopes_supported: Object.keys(options.scopes),
      authorization_response_iss_parameter_supported: true,
      'pre-authorized_grant_anonymous_access_supported': true,
    });
    this.addRoutes();
  }

  /** A session for an offer; the pre-authorized code or issuer_state in it goes into the offer. */
  newSession(grant: OfferGrant, configurations: readonly string[], withTxCode: boolean): Session {
    const subject = randomBytes(16).toString('base64url');
    const session: Session =
      grant === preAuthorizedCodeGrantIdentifier
        ? {
            subject,
            configurations,
            preAuthorizedCode: randomBytes(24).toString('base64url'),
            ...(withTxCode ? { txCode: String(randomInt(100_000, 1_000_000)) } : {}),
          }
        : { subject, configurations, issuerState: randomBytes(16).toString('base64url') };
    this.sessions.set(subject, session);
    if (session.preAuthorizedCode !== undefined) {
      this.preAuthorized.set(session.preAuthorizedCode, { session, expiresAt: this.in(secondsValid.code) });
    }
    return session;
  }

  sessionOf(subject: string): Session | undefined {
    return this.sessions.get(subject);
  }

  private now(): Date {
    return new Date(this.options.clock.now());
  }

  private in(seconds: number): Date {
    return new Date(this.options.clock.now() + seconds * 1000);
  }

  private addRoutes(): void {
    const { app, url } = this.options.listener;
    app.get('/.well-known/oauth-authorization-server', (_request, response) => {
      response.json(this.metadata);
    });
    app.get('/jwks', (_request, response) => {
      response.json({ keys: [this.options.tokenKey.publicJwk] });
    });
    app.post(
      '/par',
      handler(async (request, response) => {
        response.status(201).json(await this.push(requestLike(url, request), bodyOf(request)));
      }),
    );
    app.get(
      '/authorize',
      handler(async (request, response) => {
        response.redirect(302, await Promise.resolve(this.authorize(request.query)));
      }),
    );
    app.post(
      '/token',
      handler(async (request, response) => {
        response.json(await this.token(requestLike(url, request), bodyOf(request)));
      }),
    );
  }

  private async push(request: RequestLike, body: Record<string, unknown>): Promise<unknown> {
    const { authorizationRequest, dpop } = await this.server.parsePushedAuthorizationRequest({
      request,
      authorizationRequest: body,
    });
    // Glue decides: signed request objects (`request`) are not offered; the package would parse them.
    const verified = await this.server.verifyPushedAuthorizationRequest({
      authorizationRequest,
      authorizationServerMetadata: this.metadata,
      request,
      now: this.now(),
      dpop: { required: false, allowedSigningAlgs: signingAlgorithms, ...dpop },
    });
    const session = this.sessionFor(authorizationRequest);
    session.clientId = authorizationRequest.client_id;
    const reference = randomBytes(24).toString('base64url');
    this.pushed.set(reference, {
      request: authorizationRequest,
      session,
      expiresAt: this.in(secondsValid.requestUri),
      ...(verified.dpop === undefined ? {} : { jwkThumbprint: verified.dpop.jwkThumbprint }),
    });
    return this.server.createPushedAuthorizationResponse({
      requestUri: `${pushedAuthorizationRequestUriPrefix}${reference}`,
      expiresInSeconds: secondsValid.requestUri,
    }).pushedAuthorizationResponse;
  }

  /**
   * Glue decides: no client registry, any client_id and redirect_uri will do; an issuer_state must be known, since the
   * session hangs on it; without one, scope says what may be issued, and an unknown scope is refused (RFC 6749 5.2).
   */
  private sessionFor(request: Pushed['request']): Session {
    if (request.issuer_state !== undefined) {
      const known = [...this.sessions.values()].find(({ issuerState }) => issuerState === request.issuer_state);
      if (known === undefined) throw serverError(Oauth2ErrorCodes.InvalidRequest, 'issuer_state is not known');
      return known;
    }
    const configurations = (request.scope ?? '').split(' ').flatMap((scope) => this.options.scopes[scope] ?? []);
    if (configurations.length === 0) throw serverError(Oauth2ErrorCodes.InvalidScope, 'no scope names a credential');
    const session: Session = { subject: randomBytes(16).toString('base64url'), configurations };
    this.sessions.set(session.subject, session);
    return session;
  }

  /**
   * Glue decides: a request_uri may be used until it expires, more than once, and by any client_id; the package only
   * reads its prefix. There is no page: whoever asks is authorized.
   */
  private authorize(query: Record<string, unknown>): string {
    if (typeof query['request_uri'] !== 'string') {
      throw serverError(Oauth2ErrorCodes.InvalidRequest, 'authorization requests must be pushed');
    }
    const reference = parsePushedAuthorizationRequestUriReferenceValue({ uri: query['request_uri'] });
    const pushed = this.pushed.get(reference);
    if (pushed === undefined || this.now() > pushed.expiresAt) {
      throw serverError(Oauth2ErrorCodes.InvalidRequestUri, 'request_uri is unknown or expired');
    }
    if (pushed.request.redirect_uri === undefined) {
      throw serverError(Oauth2ErrorCodes.InvalidRequest, 'redirect_uri is missing');
    }
    const code = randomBytes(24).toString('base64url');
    this.codes.set(code, { pushed, expiresAt: this.in(secondsValid.code) });
    const target = new URL(pushed.request.redirect_uri);
    target.searchParams.set('code', code);
    if (pushed.request.state !== undefined) target.searchParams.set('state', pushed.request.state);
    target.searchParams.set('iss', this.metadata.issuer);
    return target.href;
  }

  private async token(request: RequestLike, body: Record<string, unknown>): Promise<unknown> {
    const parsed = this.server.parseAccessTokenRequest({ request, accessTokenRequest: body });
    const shared = {
      accessTokenRequest: parsed.accessTokenRequest,
      authorizationServerMetadata: this.metadata,
      request,
      now: this.now(),
    };
    const dpop = { required: false, allowedSigningAlgs: signingAlgorithms, ...parsed.dpop };
    const { grant } = parsed;
    // Glue decides: codes are found by their value, so an unknown one is refused here and not by the package's
    // comparison; a code is forgotten when it was used with success. The package compares neither client_id nor
    // redirect_uri with the authorization request, and so nobody does.
    if (grant.grantType === preAuthorizedCodeGrantIdentifier) {
      const known = this.preAuthorized.get(grant.preAuthorizedCode);
      if (known === undefined) throw serverError(Oauth2ErrorCodes.InvalidGrant, 'pre-authorized_code is not known');
      const verified = await this.server.verifyPreAuthorizedCodeAccessTokenRequest({
        ...shared,
        grant,
        dpop,
        expectedPreAuthorizedCode: grant.preAuthorizedCode,
        preAuthorizedCodeExpiresAt: known.expiresAt,
        ...(known.session.txCode === undefined ? {} : { expectedTxCode: known.session.txCode }),
      });
      this.preAuthorized.delete(grant.preAuthorizedCode);
      return this.tokenResponse(known.session, verified.dpop);
    }
    if (grant.grantType === authorizationCodeGrantIdentifier) {
      const known = this.codes.get(grant.code);
      if (known === undefined) throw serverError(Oauth2ErrorCodes.InvalidGrant, 'code is not known');
      const { pushed } = known;
      const challenge = pushed.request.code_challenge;
      const verified = await this.server.verifyAuthorizationCodeAccessTokenRequest({
        ...shared,
        grant,
        dpop: { ...dpop, ...bound(pushed.jwkThumbprint) },
        expectedCode: grant.code,
        codeExpiresAt: known.expiresAt,
        // Glue decides: PKCE is checked if the request had a challenge; its method is plain unless it says otherwise
        // (RFC 7636 4.3), and nobody compares it with what the metadata announces.
        ...(challenge === undefined
          ? {}
          : {
              pkce: {
                codeChallenge: challenge,
                // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- what else a client says, the package refuses
                codeChallengeMethod: (pushed.request.code_challenge_method ?? 'plain') as PkceCodeChallengeMethod,
                ...(parsed.pkceCodeVerifier === undefined ? {} : { codeVerifier: parsed.pkceCodeVerifier }),
              },
            }),
      });
      this.codes.delete(grant.code);
      return this.tokenResponse(pushed.session, verified.dpop, pushed.request.scope);
    }
    const known = this.refreshTokens.get(grant.refreshToken);
    if (known === undefined) throw serverError(Oauth2ErrorCodes.InvalidGrant, 'refresh_token is not known');
    const verified = await this.server.verifyRefreshTokenAccessTokenRequest({
      ...shared,
      grant,
      dpop: { ...dpop, ...bound(known.jwkThumbprint) },
      expectedRefreshToken: grant.refreshToken,
      refreshTokenExpiresAt: known.expiresAt,
    });
    return this.tokenResponse(known.session, verified.dpop);
  }

  private async tokenResponse(
    session: Session,
    dpop: { readonly jwk: Jwk; readonly jwkThumbprint: string } | undefined,
    scope?: string,
  ): Promise<unknown> {
    const refreshToken = randomBytes(24).toString('base64url');
    this.refreshTokens.set(refreshToken, {
      session,
      expiresAt: this.in(secondsValid.refreshToken),
      ...(dpop === undefined ? {} : { jwkThumbprint: dpop.jwkThumbprint }),
    });
    const { tokenKey } = this.options;
    return this.server.createAccessTokenResponse({
      audience: this.metadata.issuer,
      authorizationServer: this.metadata.issuer,
      signer: { method: 'jwk', alg: 'ES256', publicJwk: tokenKey.publicJwk },
      subject: session.subject,
      expiresInSeconds: secondsValid.accessToken,
      refreshToken,
      now: this.now(),
      ...(session.clientId === undefined ? {} : { clientId: session.clientId }),
      ...(scope === undefined ? {} : { scope }),
      ...(dpop === undefined ? {} : { dpop: { jwk: dpop.jwk } }),
    });
  }
}

/** Without `required` the package lets a request without any proof pass, thumbprint expected or not. */
function bound(jwkThumbprint: string | undefined): { expectedJwkThumbprint?: string; required?: boolean } {
  return jwkThumbprint === undefined ? {} : { expectedJwkThumbprint: jwkThumbprint, required: true };
}

function serverError(error: Oauth2ErrorCodes, description: string): Oauth2ServerErrorResponseError {
  return new Oauth2ServerErrorResponseError({ error, error_description: description });
}
