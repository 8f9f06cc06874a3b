import type { Role } from '../../core/kinds.ts';

/**
 * Where our mocks go on although they would refuse: the harness wants to see the rest of the flow, and the checks judge what was wrong. The step is
 * recorded as `noted`. Steps without which nothing can go on (unreadable messages, unknown transactions, retries that the protocol knows,
 * the user's decision) are not in here. A bundled target never tolerates: it is what the world would meet.
 */
const TOLERATED: Readonly<Record<Role, RegExp>> = {
  wallet: new RegExp(
    `^wallet/(${[
      'offer/(issuer-url|configuration-known)',
      'metadata/(media-type|issuer-match|signed|[a-z-]*valid[a-z-]*)',
      'as-metadata/(issuer-match|listed)',
      'authorization/iss',
      'token/(shape|token-type|authorization-details)',
      'nonce/shape',
      'credential-response/(status|encrypted|count)',
      'credential/(?!format$).+',
      'request/(client-id-match|media-type|typ|alg|signature|certificate-[a-z]+|san|x509-hash|did|redirect-uri-unsigned|expiry|audience|nonce|response-uri-prefix|redirect-uri-absent|wallet-nonce|vp-formats|encryption-enc)',
    ].join('|')})$`,
    'u',
  ),
  verifier:
    /^verifier\/(vp-token\/.+|credential\/.+|key-binding\/.+|response\/(media-type|encrypted|encryption-enc|expiry))$/u,
  issuer:
    /^issuer\/(key-proof\/(typ|alg|key-one-of|private-key|signature|audience|iat|issuer|distinct-keys|attestation)|token\/(redirect-uri)|dpop\/(typ|iat|jti-reuse|private-key)|credential\/(content-type|batch-size)|notification\/.+)$/u,
};

/** True if a mock of the harness notes a refusal at this step and goes on. */
export function tolerates(step: string): boolean {
  const role = step.slice(0, step.indexOf('/')) as Role;
  return TOLERATED[role]?.test(step) ?? false;
}
