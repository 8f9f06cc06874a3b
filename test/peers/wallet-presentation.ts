import { createHash, randomBytes } from 'node:crypto';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import type { Openid4vpAuthorizationRequest } from '@openid4vc/openid4vp';
import { DcqlQuery } from 'dcql';
import type { DcqlQueryResult, DcqlSdJwtVcCredential } from 'dcql';
import { createCallbacks } from './callbacks.ts';
import { NotSupportedError } from './peer.ts';
import type { PeerClock } from './peer.ts';
import { sdJwtHolder } from './sd-jwt.ts';
import type { HeldCredential } from './wallet-issuance.ts';

export interface PresentationOptions {
  readonly clock: PeerClock;
  readonly credentials: readonly HeldCredential[];
  /** PEM anchors for verifiers with `x5c`. Absent: any. */
  readonly verifierAnchors?: readonly string[];
}

/** How the verifier answered. */
export interface Presented {
  readonly status: number;
  readonly credentials: readonly HeldCredential[];
}

/** Thrown when the DCQL library finds nothing to present. */
export class NothingMatchesError extends Error {}

type TransactionData = NonNullable<
  Awaited<ReturnType<Openid4vpClient['resolveOpenId4vpAuthorizationRequest']>>['transactionData']
>;
type Frame = { [name: string]: boolean | Frame };

/** What this wallet says of itself: sent by the package when it posts to a request_uri, and used to choose encryption. */
const walletMetadata = {
  vp_formats_supported: {
    'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'] as [string], 'kb-jwt_alg_values': ['ES256'] as [string] },
  },
  request_object_signing_alg_values_supported: ['ES256'],
  authorization_encryption_alg_values_supported: ['ECDH-ES'],
  authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
};

/**
 * One presentation from an authorization request link to the verifier's answer. Throws what the packages throw.
 *
 * Glue decides: consent is always given; any client is accepted whom the package accepts, also a pre-registered one that
 * nobody registered; a wallet_nonce is not asked for, since the package does not send it (see `fetchJarRequestObject`
 * there), and would then refuse every request object for lacking it; transaction_data of any type is hashed and signed.
 */
export async function presentCredentials(link: string, options: PresentationOptions): Promise<Presented> {
  const callbacks = createCallbacks({
    keys: [],
    ...(options.verifierAnchors === undefined ? {} : { anchors: options.verifierAnchors }),
  });
  const client = new Openid4vpClient({ callbacks });
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params,
    wallet: { metadata: walletMetadata },
  });
  const request = resolved.authorizationRequestPayload as Openid4vpAuthorizationRequest;
  if (resolved.dcql === undefined) throw new NotSupportedError('only DCQL is supported');
  if (request.response_mode === undefined)
    throw new NotSupportedError('only direct_post and direct_post.jwt are supported');

  const selected = await select(resolved.dcql.query, options.credentials);
  const vpToken: Record<string, [string, ...string[]]> = {};
  const used = new Set<NonNullable<typeof resolved.transactionData>[number]>();
  for (const { queryId, credential, disclosed } of selected) {
    const entries = (resolved.transactionData ?? []).filter(
      (entry) => !used.has(entry) && entry.transactionData.credential_ids.includes(queryId),
    );
    for (const entry of entries) used.add(entry);
    const presentation = await sdJwtHolder(credential.key).present<Record<string, object>>(
      credential.encoded,
      frameOf(disclosed),
      {
        kb: {
          payload: {
            iat: Math.floor(options.clock.now() / 1000),
            aud: resolved.client.effective,
            nonce: request.nonce,
            ...transactionHashes(entries),
          },
        },
      },
    );
    vpToken[queryId] = vpToken[queryId] === undefined ? [presentation] : [...vpToken[queryId], presentation];
  }
  const created = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: vpToken },
    ...(request.response_mode === 'direct_post.jwt'
      ? {
          jarm: {
            encryption: { nonce: randomBytes(16).toString('base64url') },
            serverMetadata: {
              authorization_signing_alg_values_supported: [],
              authorization_encryption_alg_values_supported:
                walletMetadata.authorization_encryption_alg_values_supported,
              authorization_encryption_enc_values_supported:
                walletMetadata.authorization_encryption_enc_values_supported,
            },
          },
        }
      : {}),
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: created.authorizationResponsePayload,
    ...(created.jarm === undefined ? {} : { jarm: { responseJwt: created.jarm.responseJwt } }),
  });
  await followRedirect(response);
  return { status: response.status, credentials: selected.map(({ credential }) => credential) };
}

/** Stands for the browser: opens the `redirect_uri` of the verifier's answer, whose page is of no interest here. */
async function followRedirect(response: Response): Promise<void> {
  try {
    const answer = (await response.json()) as { redirect_uri?: unknown };
    if (typeof answer.redirect_uri === 'string') await (await fetch(answer.redirect_uri)).body?.cancel();
  } catch {
    // No JSON, or nobody there: the presentation is done all the same.
  }
}

interface Selected {
  readonly queryId: string;
  readonly credential: HeldCredential;
  readonly disclosed: object;
}

/**
 * Matching is the DCQL library's. Glue decides: the first match of each credential query (all with `multiple`), the first
 * satisfied option of each credential set, the first satisfied claim set.
 */
async function select(query: unknown, held: readonly HeldCredential[]): Promise<Selected[]> {
  const parsed = DcqlQuery.parse(query as DcqlQuery.Input);
  DcqlQuery.validate(parsed);
  const candidates = await Promise.all(
    held.map(async ({ encoded, vct, format, key }): Promise<DcqlSdJwtVcCredential> => {
      const claims = (await sdJwtHolder(key).getClaims(encoded)) as DcqlSdJwtVcCredential['claims'];
      return { credential_format: format, vct, claims, cryptographic_holder_binding: true };
    }),
  );
  const result = DcqlQuery.query(parsed, candidates);
  if (!result.can_be_satisfied) throw new NothingMatchesError('no held credential satisfies the query');
  return idsToAnswer(parsed, result).flatMap((queryId) => {
    const match = result.credential_matches[queryId];
    if (!match?.success) return [];
    const multiple = parsed.credentials.find(({ id }) => id === queryId)?.multiple === true;
    const chosen = multiple ? match.valid_credentials : match.valid_credentials.slice(0, 1);
    return chosen.flatMap(({ input_credential_index: index, claims }) => {
      const credential = held[index];
      const disclosed = claims.valid_claim_sets[0]?.output ?? {};
      return credential === undefined ? [] : [{ queryId, credential, disclosed }];
    });
  });
}

function idsToAnswer(query: DcqlQuery, result: DcqlQueryResult): string[] {
  if (result.credential_sets === undefined) return query.credentials.map(({ id }) => id);
  const ids = result.credential_sets.flatMap((set) => (set.required ? (set.matching_options?.[0] ?? []) : []));
  return [...new Set(ids)];
}

/** Disclosure frame of the SD-JWT library from the claims to disclose: every leaf is `true`. */
function frameOf(disclosed: unknown): Frame {
  if (typeof disclosed !== 'object' || disclosed === null) return {};
  return Object.fromEntries(
    Object.entries(disclosed)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? frameOf(value) : true]),
  );
}

function transactionHashes(entries: TransactionData): Record<string, unknown> {
  if (entries.length === 0) return {};
  const named = entries[0]?.transactionData.transaction_data_hashes_alg?.[0];
  const alg = named ?? 'sha-256';
  return {
    transaction_data_hashes: entries.map(({ encoded }) =>
      createHash(alg.replace('-', '')).update(encoded).digest('base64url'),
    ),
    ...(named === undefined ? {} : { transaction_data_hashes_alg: named }),
  };
}
