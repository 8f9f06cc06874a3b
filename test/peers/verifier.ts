import { randomBytes } from 'node:crypto';
import { Oauth2ServerErrorResponseError } from '@openid4vc/oauth2';
import type { Jwk, JwtSigner } from '@openid4vc/oauth2';
import { Openid4vpVerifier, calculateX509HashClientIdPrefixValue } from '@openid4vc/openid4vp';
import type { Openid4vpAuthorizationRequest } from '@openid4vc/openid4vp';
import { DcqlPresentationResult, DcqlQuery } from 'dcql';
import type { DcqlSdJwtVcPresentation } from 'dcql';
import { importJWK } from 'jose';
import type { JWK } from 'jose';
import { createCallbacks, didJwkOf } from './callbacks.ts';
import { certificateOf, chainsTo, newCertifiedKey, newKey } from './identity.ts';
import type { PeerKey } from './identity.ts';
import { peerVct } from './issuer.ts';
import { NotSupportedError, allowLoopbackHttp, bodyOf, handler, listen, reasonOf, systemClock } from './peer.ts';
import type { Peer, PeerClock, PeerOptions } from './peer.ts';
import { sdJwtVerifier } from './sd-jwt.ts';
import type { IssuerKeyResolver } from './sd-jwt.ts';

export interface VerifierPeerOptions extends PeerOptions {
  /** Whose credentials are accepted: PEM certificates (anchors for `x5c`) and JWKs (for credentials without). */
  readonly trustedIssuers: readonly (string | Jwk)[];
  /** The credential type of the default query. */
  readonly vct?: string;
}

export interface VerifierPeer extends Peer {
  /** The certification authority (PEM) that a wallet must trust to accept this verifier's request objects. */
  readonly anchor: string;
}

type Prefix = 'x509_san_dns' | 'x509_hash' | 'decentralized_identifier' | 'redirect_uri';
type ResponseMode = 'direct_post' | 'direct_post.jwt';

interface Transaction {
  readonly payload: Openid4vpAuthorizationRequest;
  readonly signer?: JwtSigner;
  result: { status: 'pending' | 'accepted' | 'refused'; reason?: string; credentials?: unknown };
}

/**
 * A verifier on `@openid4vc/openid4vp`, `dcql` and `@sd-jwt/sd-jwt-vc`.
 *
 * `POST /control/request {response_mode?, client_id_prefix?, request_uri_method?, query?, transaction_data?}` answers
 * `{id, link}`; `GET /control/result/:id` answers `{status, reason?, credentials?}`. The prefix `redirect_uri` sends the
 * request unsigned in the link, every other by `request_uri`, signed.
 *
 * Not supported: other formats than dc+sd-jwt, DC API, pre-registered clients, Presentation Exchange.
 */
export async function startVerifierPeer(options: VerifierPeerOptions): Promise<VerifierPeer> {
  allowLoopbackHttp();
  const clock = options.clock ?? systemClock;
  const listener = await listen(options.port);
  const { url, app } = listener;
  const { key: signingKey, anchor } = await newCertifiedKey('Peer Verifier', 'localhost', clock.now());
  const encryptionKey = await newKey('ECDH-ES');
  const relyingParty = new RelyingParty(url, clock, signingKey, encryptionKey, options);

  app.post(
    '/control/request',
    handler(async (request, response) => {
      response.json(await relyingParty.request(bodyOf(request)));
    }),
  );
  app.get('/control/result/:id', (request, response) => {
    const transaction = relyingParty.transactions.get(request.params.id);
    if (transaction === undefined) response.status(404).end();
    else response.set('Cache-Control', 'no-store').json(transaction.result);
  });
  app.all(
    '/request/:id',
    handler(async (request, response) => {
      const id = String(request.params['id']);
      const jwt = await relyingParty.requestObject(id, request.method === 'POST' ? bodyOf(request) : {});
      if (jwt === undefined) response.status(404).end();
      else response.type('application/oauth-authz-req+jwt').send(jwt);
    }),
  );
  app.post(
    '/response/:id',
    handler(async (request, response) => {
      const known = await relyingParty.response(String(request.params['id']), bodyOf(request));
      if (known) response.json({});
      else response.status(404).end();
    }),
  );
  listener.seal();
  return { url, control: `${url}/control`, anchor, close: listener.close };
}

class RelyingParty {
  readonly transactions = new Map<string, Transaction>();
  private readonly url: string;
  private readonly clock: PeerClock;
  private readonly signingKey: PeerKey;
  private readonly encryptionKey: PeerKey;
  private readonly options: VerifierPeerOptions;
  private readonly callbacks: ReturnType<typeof createCallbacks>;
  private readonly verifier: Openid4vpVerifier;

  constructor(url: string, clock: PeerClock, signing: PeerKey, encryption: PeerKey, options: VerifierPeerOptions) {
    this.url = url;
    this.clock = clock;
    this.signingKey = signing;
    this.encryptionKey = encryption;
    this.options = options;
    this.callbacks = createCallbacks({ keys: [signing, encryption] });
    this.verifier = new Openid4vpVerifier({ callbacks: this.callbacks });
  }

  /** `POST /control/request`. */
  async request(body: Record<string, unknown>): Promise<{ id: string; link: string }> {
    const id = randomBytes(16).toString('base64url');
    const prefix = oneOf<Prefix>(body['client_id_prefix'], [
      'x509_san_dns',
      'x509_hash',
      'decentralized_identifier',
      'redirect_uri',
    ]);
    const responseMode = oneOf<ResponseMode>(body['response_mode'], ['direct_post.jwt', 'direct_post']);
    const responseUri = `${this.url}/response/${id}`;
    const { kid, kty, crv, x, y } = this.encryptionKey.publicJwk;
    const payload: Openid4vpAuthorizationRequest = {
      response_type: 'vp_token',
      client_id: await this.clientId(prefix, responseUri),
      response_uri: responseUri,
      response_mode: responseMode,
      nonce: randomBytes(24).toString('base64url'),
      state: randomBytes(16).toString('base64url'),
      dcql_query: body['query'] ?? defaultQuery(this.options.vct ?? peerVct),
      client_metadata: {
        vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
        ...(responseMode === 'direct_post'
          ? {}
          : {
              jwks: {
                keys: [{ kty, crv: crv ?? '', x: x ?? '', y: y ?? '', kid: kid ?? '', use: 'enc', alg: 'ECDH-ES' }],
              },
              encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
            }),
      },
      ...(Array.isArray(body['transaction_data']) ? { transaction_data: body['transaction_data'].map(String) } : {}),
    };
    const signer = this.signer(prefix);
    const transaction: Transaction = {
      payload,
      result: { status: 'pending' },
      ...(signer === undefined ? {} : { signer }),
    };
    this.transactions.set(id, transaction);
    const created = await this.create(id, transaction);
    // Glue decides: the package does not put request_uri_method into the link, so this does.
    const link = new URL(created.authorizationRequest);
    if (body['request_uri_method'] === 'post' && signer !== undefined)
      link.searchParams.set('request_uri_method', 'post');
    return { id, link: link.href };
  }

  /** The signed request object, made anew at each fetch (the wallet may have sent a nonce); undefined if unknown. */
  async requestObject(id: string, body: Record<string, unknown>): Promise<string | undefined> {
    const transaction = this.transactions.get(id);
    if (transaction === undefined) return undefined;
    const { jar } = await this.create(
      id,
      transaction,
      typeof body['wallet_nonce'] === 'string' ? body['wallet_nonce'] : undefined,
    );
    return jar?.authorizationRequestJwt;
  }

  private create(id: string, { payload, signer }: Transaction, walletNonce?: string) {
    return this.verifier.createOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: walletNonce === undefined ? payload : { ...payload, wallet_nonce: walletNonce },
      now: new Date(this.clock.now()),
      ...(walletNonce === undefined ? {} : { wallet: { expectedNonce: walletNonce } }),
      // Glue decides nothing about `aud`: it is the package's default.
      ...(signer === undefined
        ? {}
        : { jar: { jwtSigner: signer, requestUri: `${this.url}/request/${id}`, expiresInSeconds: 300 } }),
    });
  }

  /**
   * An Authorization Response. False if the transaction is unknown; throws what the package or the SD-JWT library throws.
   * Glue decides: a transaction may be answered more than once, and the last answer is its result. The audience of the
   * KB-JWT is compared by neither package and so by nobody; transaction_data is checked by the package.
   */
  async response(id: string, body: Record<string, unknown>): Promise<boolean> {
    const transaction = this.transactions.get(id);
    if (transaction === undefined) return false;
    try {
      transaction.result = { status: 'accepted', credentials: await this.verify(transaction.payload, body) };
      return true;
    } catch (error) {
      transaction.result = { status: 'refused', reason: reasonOf(error) };
      if (error instanceof Oauth2ServerErrorResponseError) throw error;
      // Glue decides: whatever a verifying function throws means that the response was bad.
      throw new Oauth2ServerErrorResponseError({ error: 'invalid_request', error_description: reasonOf(error) });
    }
  }

  private async verify(request: Openid4vpAuthorizationRequest, body: Record<string, unknown>): Promise<unknown> {
    const parsed = await this.verifier.parseOpenid4vpAuthorizationResponse({
      authorizationResponse: body,
      authorizationRequestPayload: request,
      callbacks: this.callbacks,
    });
    if (parsed.type !== 'dcql') throw new NotSupportedError('only DCQL is supported');
    const query = DcqlQuery.parse(request.dcql_query as DcqlQuery.Input);
    const presented: Record<string, [DcqlSdJwtVcPresentation, ...DcqlSdJwtVcPresentation[]]> = {};
    const hashes: Record<string, [TransactionHashes, ...TransactionHashes[]]> = {};
    for (const [queryId, presentations] of Object.entries(parsed.dcql.presentations)) {
      const bindingRequired = query.credentials.find((one) => one.id === queryId)?.require_cryptographic_holder_binding;
      for (const presentation of presentations) {
        if (typeof presentation !== 'string') throw new NotSupportedError('only dc+sd-jwt is supported');
        const verified = await sdJwtVerifier(trustedKeys(this.options.trustedIssuers)).verify(presentation, {
          currentDate: Math.floor(this.clock.now() / 1000),
          ...(bindingRequired === false ? {} : { keyBindingNonce: parsed.expectedNonce }),
        });
        const { vct, ...claims } = verified.payload;
        const entry = {
          credential_format: 'dc+sd-jwt' as const,
          vct,
          claims: { ...claims, vct } as object as DcqlSdJwtVcPresentation['claims'],
          cryptographic_holder_binding: verified.kb !== undefined,
        };
        presented[queryId] = presented[queryId] === undefined ? [entry] : [...presented[queryId], entry];
        const entryHashes = hashesIn(verified.kb?.payload);
        hashes[queryId] = hashes[queryId] === undefined ? [entryHashes] : [...hashes[queryId], entryHashes];
      }
    }
    DcqlPresentationResult.validate(DcqlPresentationResult.fromDcqlPresentation(presented, { dcqlQuery: query }));
    if (request.transaction_data !== undefined) {
      await this.verifier.verifyTransactionData({ transactionData: request.transaction_data, credentials: hashes });
    }
    return presented;
  }

  private async clientId(prefix: Prefix, responseUri: string): Promise<string> {
    if (prefix === 'redirect_uri') return `redirect_uri:${responseUri}`;
    if (prefix === 'decentralized_identifier') return `decentralized_identifier:${didJwkOf(this.signingKey.publicJwk)}`;
    if (prefix === 'x509_san_dns') return 'x509_san_dns:localhost';
    const certificate = this.signingKey.x5c?.[0] ?? '';
    return `x509_hash:${await calculateX509HashClientIdPrefixValue({ x509Certificate: certificate, hash: this.callbacks.hash })}`;
  }

  private signer(prefix: Prefix): JwtSigner | undefined {
    if (prefix === 'redirect_uri') return undefined;
    if (prefix === 'decentralized_identifier') {
      return { method: 'did', alg: 'ES256', didUrl: `${didJwkOf(this.signingKey.publicJwk)}#0` };
    }
    return { method: 'x5c', alg: 'ES256', x5c: [...(this.signingKey.x5c ?? [])] };
  }
}

interface TransactionHashes {
  transaction_data_hashes: string[];
  transaction_data_hashes_alg?: string;
}

function hashesIn(keyBinding: object | undefined): TransactionHashes {
  const members = { ...keyBinding } as Record<string, unknown>;
  const hashes = members['transaction_data_hashes'];
  const alg = members['transaction_data_hashes_alg'];
  return {
    transaction_data_hashes: Array.isArray(hashes) ? hashes.map(String) : [],
    ...(typeof alg === 'string' ? { transaction_data_hashes_alg: alg } : {}),
  };
}

/**
 * Glue decides: a credential with `x5c` must chain to a trusted anchor (signatures only) and is then verified with its
 * leaf; one without is tried with every trusted JWK. `iss` plays no part.
 */
function trustedKeys(trusted: readonly (string | Jwk)[]): IssuerKeyResolver {
  const anchors = trusted.filter((one) => typeof one === 'string');
  const jwks = trusted.filter((one) => typeof one !== 'string');
  return async (header) => {
    if (header.x5c !== undefined) {
      if (!chainsTo(header.x5c, anchors)) throw new Error('the x5c chain of the credential ends in no trusted anchor');
      return [certificateOf(header.x5c[0] ?? '').publicKey];
    }
    return Promise.all(jwks.map((jwk) => importJWK(jwk as unknown as JWK, header.alg)));
  };
}

function defaultQuery(vct: string): DcqlQuery.Input {
  return {
    credentials: [
      {
        id: 'badge',
        format: 'dc+sd-jwt',
        meta: { vct_values: [vct] },
        claims: [{ path: ['given_name'] }, { path: ['address', 'locality'] }],
      },
    ],
  };
}

/** The value if it is one of the choices; the first choice if it is absent. */
function oneOf<T extends string>(value: unknown, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) {
    throw new Oauth2ServerErrorResponseError({
      error: 'invalid_request',
      error_description: `not one of ${choices.join(', ')}`,
    });
  }
  return chosen;
}
