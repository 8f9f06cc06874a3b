import type { HttpResponse } from '../../core/http.ts';
import { answerJson } from './answer.ts';
import { dpopNonceHeader } from './dpop.ts';
import { odd } from './oddities.ts';
import type { Internals } from './state.ts';
import { inSeconds, lifetime, opaque } from './state.ts';

/** Issuers that gave a nonce already. */
const served = new WeakSet<Internals>();

/** Nonce endpoint (OpenID4VCI 7): a fresh c_nonce each time, open to everybody. What the request holds is not looked at. */
export async function handleNonce(issuer: Internals): Promise<HttpResponse> {
  const { config, state, urls } = issuer;
  const nonce = opaque(issuer, config.variant);
  const refused = odd(config.variant, 'first-nonce-refused') && !served.has(issuer);
  served.add(issuer);
  if (!refused) state.nonces.set(nonce, true, inSeconds(issuer, lifetime(issuer, 'nonce')));
  // Lets a fault hand out another nonce that is taken all the same.
  const accepts = (other: string): void => state.nonces.set(other, true, inSeconds(issuer, lifetime(issuer, 'nonce')));
  // A server that demands DPoP nonces may hand one out here already (7.2).
  const demands = config.variant.dpopNonce === true;
  return answerJson(issuer, {
    exchange: 'nonce',
    step: 'nonce-response',
    value: { c_nonce: nonce },
    variant: config.variant,
    headers: demands ? [dpopNonceHeader(issuer)] : [],
    extras: { base: urls.base, accepts },
  });
}
