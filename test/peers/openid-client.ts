import * as oauth from 'openid-client';

/** What the independent client is to do at an authorization server. */
export interface OpenidClientProbe {
  /** Issuer identifier, or the URL of its `/.well-known/oauth-authorization-server` metadata. */
  readonly server: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope?: string;
  /** Further authorization request parameters: `issuer_state`, `authorization_details` (JSON), `resource`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Default true: proofs at PAR, token and refresh with one P-256 key; the library retries by itself with a nonce. */
  readonly dpop?: boolean;
  /** Default true. */
  readonly par?: boolean;
  /** Default true: uses the refresh token, if one was issued. */
  readonly refresh?: boolean;
  /** Stands for the person and the browser at a page without redirect: answers the next URL. Default: throws. */
  readonly interact?: (url: URL, response: Response) => Promise<URL>;
}

export interface OpenidClientResult {
  readonly metadata: oauth.ServerMetadata;
  readonly authorizationUrl: string;
  /** The redirect to the client with code, state and iss. */
  readonly callbackUrl: string;
  readonly tokens: oauth.TokenEndpointResponse;
  readonly refreshed?: oauth.TokenEndpointResponse;
}

/**
 * One authorization by `openid-client`, a public client (no authentication) that shares no code with this project:
 * discovery, pushed authorization request, PKCE S256, authorization by following redirects, code exchange, refresh.
 * Whatever the library finds wrong with an answer is thrown as it is (metadata issuer, `iss`, `state`, token response …).
 */
export async function probeAuthorizationServer(probe: OpenidClientProbe): Promise<OpenidClientResult> {
  const issuer = issuerOf(probe.server);
  const config = await oauth.discovery(issuer, probe.clientId, { redirect_uris: [probe.redirectUri] }, oauth.None(), {
    algorithm: 'oauth2',
    execute: issuer.protocol === 'http:' ? [oauth.allowInsecureRequests] : [],
  });
  const handle =
    probe.dpop === false ? {} : { DPoP: oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair('ES256')) };
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const parameters = {
    redirect_uri: probe.redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...(probe.scope === undefined ? {} : { scope: probe.scope }),
    ...probe.parameters,
  };
  const authorizationUrl =
    probe.par === false
      ? oauth.buildAuthorizationUrl(config, parameters)
      : await oauth.buildAuthorizationUrlWithPAR(config, parameters, handle);
  const callback = await follow(authorizationUrl, probe);
  const tokens = await oauth.authorizationCodeGrant(
    config,
    callback,
    { pkceCodeVerifier: verifier, expectedState: state },
    {},
    handle,
  );
  const refreshed =
    tokens.refresh_token === undefined || probe.refresh === false
      ? undefined
      : await oauth.refreshTokenGrant(config, tokens.refresh_token, {}, handle);
  return {
    metadata: config.serverMetadata(),
    authorizationUrl: authorizationUrl.href,
    callbackUrl: callback.href,
    tokens,
    ...(refreshed === undefined ? {} : { refreshed }),
  };
}

/**
 * The issuer identifier that a metadata URL is inserted into (RFC 8414 3.1). The library skips its comparison of the
 * metadata's `issuer` if it is given a well-known URL, and that comparison is wanted.
 */
function issuerOf(server: string): URL {
  const url = new URL(server);
  const path = url.pathname.replace(/^\/\.well-known\/oauth-authorization-server/, '');
  return new URL(`${url.origin}${path === '' ? '/' : path}`);
}

async function follow(start: URL, { redirectUri, interact }: OpenidClientProbe): Promise<URL> {
  let url = start;
  for (let hops = 0; hops < 10; hops++) {
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) {
      if (interact === undefined)
        throw new Error(`${url.origin}${url.pathname} answered ${response.status}, no redirect`);
      url = await interact(url, response);
    } else {
      await response.body?.cancel();
      url = new URL(location, url);
    }
    if (url.href.startsWith(redirectUri)) return url;
  }
  throw new Error('too many redirects on the way to redirect_uri');
}
