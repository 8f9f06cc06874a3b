import { InvalidFetchResponseError, Oauth2ClientErrorResponseError } from '@openid4vc/oauth2';
import { Openid4vciRetrieveCredentialsError, Openid4vciSendNotificationError } from '@openid4vc/openid4vci';
import { NotSupportedError, allowLoopbackHttp, bodyOf, handler, listen, reasonOf, systemClock } from './peer.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { receiveCredentials } from './wallet-issuance.ts';
import type { HeldCredential } from './wallet-issuance.ts';
import { presentCredentials } from './wallet-presentation.ts';

export interface WalletPeerOptions extends PeerOptions {
  /** PEM anchors for credential issuers that sign with `x5c`; absent: any certificate will do. */
  readonly issuerAnchors?: readonly string[];
  /** PEM anchors for verifiers that sign with `x5c`; absent: any certificate will do. */
  readonly verifierAnchors?: readonly string[];
  readonly clientId?: string;
}

/**
 * - `accepted`: credentials were verified and stored, or the verifier took the presentation (2xx).
 * - `refused`: a package found fault with what the other side sent, or nothing matched.
 * - `error`: the other side answered with an error or not at all, or it wants what this wallet does not support.
 */
export interface Opened {
  readonly outcome: 'accepted' | 'refused' | 'error';
  readonly reason?: string;
  readonly credentials?: readonly { readonly vct: string; readonly format: string }[];
}

/**
 * A wallet on `@openid4vc/openid4vci`, `@openid4vc/openid4vp`, `dcql` and `@sd-jwt/sd-jwt-vc`.
 *
 * `POST /control/open {link, tx_code?}` takes a credential offer or an authorization request and answers {@link Opened}
 * when all is over; `GET /control/credentials` lists what is held, `DELETE` forgets it.
 */
export async function startWalletPeer(options: WalletPeerOptions = {}): Promise<Peer> {
  allowLoopbackHttp();
  const listener = await listen(options.port);
  const { url, app } = listener;
  const clock = options.clock ?? systemClock;
  let held: HeldCredential[] = [];

  const open = async (link: string, txCode: string | undefined): Promise<Opened> => {
    try {
      if (/[?&]credential_offer(_uri)?=/.test(link)) {
        const received = await receiveCredentials(link, txCode, {
          clock,
          clientId: options.clientId ?? 'peer-wallet',
          redirectUri: `${url}/callback`,
          ...(options.issuerAnchors === undefined ? {} : { issuerAnchors: options.issuerAnchors }),
        });
        held = [...held, ...received];
        return { outcome: 'accepted', credentials: received.map(summary) };
      }
      const { status, credentials } = await presentCredentials(link, {
        clock,
        // The newest first, so that a credential from this session is preferred to an older one of its kind.
        credentials: [...held].reverse(),
        ...(options.verifierAnchors === undefined ? {} : { verifierAnchors: options.verifierAnchors }),
      });
      return status >= 200 && status < 300
        ? { outcome: 'accepted', credentials: credentials.map(summary) }
        : { outcome: 'error', reason: `the verifier answered ${status}` };
    } catch (error) {
      return { outcome: isOtherSides(error) ? 'error' : 'refused', reason: reasonOf(error) };
    }
  };

  app.post(
    '/control/open',
    handler(async (request, response) => {
      const { link, tx_code: txCode } = bodyOf(request);
      if (typeof link !== 'string') response.status(400).json({ error: 'link is missing' });
      else response.json(await open(link, typeof txCode === 'string' ? txCode : undefined));
    }),
  );
  app
    .route('/control/credentials')
    .get((_request, response) => {
      response.json(held.map(summary));
    })
    .delete((_request, response) => {
      held = [];
      response.status(204).end();
    });
  listener.seal();
  return { url, control: `${url}/control`, close: listener.close };
}

function summary({ vct, format }: HeldCredential): { vct: string; format: string } {
  return { vct, format };
}

/** Is it an answer with an error status, no answer, or a thing that the glue does not offer: no judgement by a package? */
function isOtherSides(error: unknown): boolean {
  if (error instanceof InvalidFetchResponseError) return !error.response.ok;
  if (error instanceof Openid4vciRetrieveCredentialsError) return !error.response.response.ok;
  return (
    error instanceof NotSupportedError ||
    error instanceof Oauth2ClientErrorResponseError ||
    error instanceof Openid4vciSendNotificationError ||
    // FetchError is not exported.
    (error instanceof Error && error.constructor.name === 'FetchError')
  );
}
