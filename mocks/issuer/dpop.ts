import { Refusal } from '../../core/flow.ts';
import type { HttpRequest } from '../../core/http.ts';
import { headerValues } from '../../core/http.ts';
import { sha256Base64url } from '../../protocol/encoding.ts';
import { readJwt } from '../../protocol/jose/jws.ts';
import { hasPrivateMembers, readJwk, thumbprint } from '../../protocol/jose/keys.ts';
import { obj, str } from '../../protocol/json.ts';
import type { Header } from './answer.ts';
import { DPOP_ALGS } from './answer.ts';
import { judgeAlg, judgeFresh, judgeSignature, structureFault, WINDOW } from './jwt.ts';
import type { Internals } from './state.ts';
import { inSeconds, lifetime, opaque, seconds } from './state.ts';
import { acceptanceStep } from './step.ts';

export const DPOP_STEPS = [
  acceptanceStep(
    'dpop/present',
    'A DPoP proof is there where one is needed',
    '需要 DPoP 證明之處有提供',
    'OID4VCI-13.2-4',
  ),
  acceptanceStep('dpop/shape', 'The DPoP proof is a well-formed JWT', 'DPoP 證明是格式正確的 JWT'),
  acceptanceStep('dpop/typ', 'The DPoP proof is typed dpop+jwt', 'DPoP 證明的 typ 為 dpop+jwt'),
  acceptanceStep(
    'dpop/alg',
    'The DPoP proof has an asymmetric, published algorithm',
    'DPoP 證明使用已公布的非對稱演算法',
  ),
  acceptanceStep(
    'dpop/key',
    'The header of the DPoP proof holds a usable public key',
    'DPoP 證明的標頭含有可用的公開金鑰',
  ),
  acceptanceStep(
    'dpop/private-key',
    'The key in the DPoP proof has no private members',
    'DPoP 證明中的金鑰不含私密成員',
  ),
  acceptanceStep(
    'dpop/signature',
    'The DPoP proof is signed with the key in its header',
    'DPoP 證明以標頭中的金鑰簽署',
  ),
  acceptanceStep('dpop/htm', 'htm is the method of the request', 'htm 與請求方法相符'),
  acceptanceStep('dpop/htu', 'htu is the URL of the request', 'htu 與請求網址相符'),
  acceptanceStep('dpop/iat', 'The DPoP proof is fresh', 'DPoP 證明是新產生的'),
  acceptanceStep(
    'dpop/nonce',
    'The DPoP proof has the nonce that the server demands',
    'DPoP 證明含有伺服器要求的 nonce',
  ),
  acceptanceStep('dpop/jti-reuse', 'The DPoP proof was not used before', 'DPoP 證明未曾使用過'),
  acceptanceStep('dpop/ath', 'ath is the hash of the access token', 'ath 是存取權杖的雜湊值'),
  acceptanceStep(
    'dpop/key-binding',
    'The key of the DPoP proof is the one that code or token is bound to',
    'DPoP 證明的金鑰即授權碼或權杖所綁定的金鑰',
  ),
];

export interface DpopDemand {
  readonly request: HttpRequest;
  /** URL that `htu` must name: the endpoint as published, since a proxy may have changed what arrived. */
  readonly url: string;
  readonly at: 'authorization-server' | 'resource';
  /** A request without a proof is refused. */
  readonly required: boolean;
  /** The server wants a nonce of its own in the proof (RFC 9449 8, 9). */
  readonly nonce: boolean;
  readonly accessToken?: string;
  /** Thumbprint of the key that the proof must be made with. */
  readonly boundTo?: string | undefined;
}

/**
 * Judges the DPoP proof of a request (RFC 9449 4.3) and returns the thumbprint of its key; undefined if there is no proof and none is
 * needed. Errors: `invalid_dpop_proof`, `use_dpop_nonce`; at a resource with 401, and `invalid_token` for another key.
 */
export async function acceptDpop(issuer: Internals, demand: DpopDemand): Promise<string | undefined> {
  const status = demand.at === 'resource' ? 401 : 400;
  const invalid = { code: 'invalid_dpop_proof', status };
  const proofs = headerValues(demand.request.headers, 'dpop');
  await issuer.context.accept(
    'issuer/dpop/present',
    () => {
      if (proofs.length > 1) throw new Error('more than one DPoP header');
      if (proofs.length === 0 && demand.required) throw new Error('no DPoP proof');
    },
    invalid,
  );
  const raw = proofs[0];
  if (raw === undefined) return undefined;
  const jwt = readJwt(raw);
  const now = seconds(issuer);
  await issuer.context.accept(
    'issuer/dpop/shape',
    () => {
      const fault = structureFault(jwt);
      if (fault !== undefined) throw new Error(fault);
    },
    invalid,
  );
  await issuer.context.accept(
    'issuer/dpop/typ',
    () => {
      if (str(jwt.header, 'typ') !== 'dpop+jwt') throw new Error('typ is not dpop+jwt');
    },
    invalid,
  );
  await issuer.context.accept('issuer/dpop/alg', () => judgeAlg(jwt, DPOP_ALGS), invalid);
  const jwk = obj(jwt.header, 'jwk');
  await issuer.context.accept(
    'issuer/dpop/key',
    () => {
      if (jwk === undefined || readJwk(jwk).jwk === undefined) throw new Error('jwk is missing or unusable');
    },
    invalid,
  );
  if (jwk === undefined) return undefined;
  await issuer.context.accept(
    'issuer/dpop/private-key',
    () => {
      if (hasPrivateMembers(jwk)) throw new Error('jwk holds private members');
    },
    invalid,
  );
  await issuer.context.accept('issuer/dpop/signature', () => judgeSignature(jwt, jwk), invalid);
  await issuer.context.accept(
    'issuer/dpop/htm',
    () => {
      if (str(jwt.payload, 'htm') !== demand.request.method) throw new Error('htm is not the method of the request');
    },
    invalid,
  );
  await issuer.context.accept(
    'issuer/dpop/htu',
    () => {
      if (!sameEndpoint(str(jwt.payload, 'htu'), demand.url)) throw new Error('htu is not the URL of the request');
    },
    invalid,
  );
  await issuer.context.accept('issuer/dpop/iat', () => judgeFresh(jwt.payload?.['iat'], now), invalid);
  const jkt = thumbprint(jwk) ?? '';
  const nonce = str(jwt.payload, 'nonce');
  const asked = `${demand.at} ${jkt}`;
  if (demand.nonce && nonce === undefined && !issuer.state.nonceDemands.has(asked)) {
    // The first demand is no refusal but how the nonce comes to the client (RFC 9449 8): no step is judged.
    issuer.state.nonceDemands.set(asked, true, inSeconds(issuer, lifetime(issuer, 'nonce')));
    throw new Refusal('issuer/dpop/nonce', 'use_dpop_nonce', 'a nonce is needed', status);
  }
  await issuer.context.accept(
    'issuer/dpop/nonce',
    () => {
      if (!demand.nonce) return;
      if (nonce !== undefined && issuer.state.dpopNonces.has(nonce) && !issuer.state.dpopNonces.expired(nonce)) return;
      const reason = nonce === undefined ? 'a nonce is needed' : 'the nonce is unknown or too old';
      throw new Refusal('issuer/dpop/nonce', 'use_dpop_nonce', reason, status);
    },
    invalid,
  );
  const jti = str(jwt.payload, 'jti');
  const replayKey = `dpop ${jkt} ${jti ?? ''}`;
  await issuer.context.accept(
    'issuer/dpop/jti-reuse',
    () => {
      if (jti === undefined) throw new Error('no jti');
      if (issuer.state.jtis.has(replayKey)) throw new Error('jti was used before');
    },
    invalid,
  );
  const { accessToken } = demand;
  if (accessToken !== undefined) {
    await issuer.context.accept(
      'issuer/dpop/ath',
      () => {
        if (str(jwt.payload, 'ath') !== sha256Base64url(accessToken))
          throw new Error('ath is not the hash of the token');
      },
      invalid,
    );
  }
  await issuer.context.accept(
    'issuer/dpop/key-binding',
    () => {
      if (demand.boundTo !== undefined && demand.boundTo !== jkt) throw new Error('bound to another key');
    },
    demand.at === 'resource' ? { code: 'invalid_token', status: 401 } : invalid,
  );
  issuer.state.jtis.set(replayKey, true, inSeconds(issuer, 2 * WINDOW));
  return jkt;
}

/** Same URL without query and fragment, after normalisation (RFC 9449 4.3, 9). */
function sameEndpoint(htu: string | undefined, url: string): boolean {
  if (htu === undefined || !URL.canParse(htu)) return false;
  const [a, b] = [new URL(htu), new URL(url)];
  return a.origin === b.origin && a.pathname === b.pathname;
}

/** A fresh DPoP nonce as a header (RFC 9449 8.2). */
export function dpopNonceHeader(issuer: Internals): Header {
  const nonce = opaque(issuer, issuer.config.variant);
  issuer.state.dpopNonces.set(nonce, true, inSeconds(issuer, lifetime(issuer, 'nonce')));
  return ['DPoP-Nonce', nonce];
}
