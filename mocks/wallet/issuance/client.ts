import type { HeaderList } from '../../../core/http.ts';
import { randomId } from '../../../core/ports.ts';
import { readJwt } from '../../../protocol/jose/jws.ts';
import { str } from '../../../protocol/json.ts';
import { earlier, remember } from '../memory.ts';
import { makeJwt } from '../send.ts';
import { seconds } from '../session.ts';
import { parseUrl } from '../url.ts';
import type { Issuance } from './state.ts';

export interface ClientAuthentication {
  readonly parameters: [string, string][];
  readonly headers: HeaderList;
}

/**
 * How the wallet says who it is, at the PAR and the token endpoint: `none` (client_id only, or nothing when anonymous), private_key_jwt
 * (RFC 7523) or attestation-based (OpenID4VCI E). Formed anew for each request, since assertions are used once.
 */
export async function authenticateClient(issuance: Issuance): Promise<ClientAuthentication> {
  const { clientId, variant } = issuance;
  const parameters: [string, string][] = clientId === undefined ? [] : [['client_id', clientId]];
  switch (variant.clientAuthentication ?? 'none') {
    case 'private_key_jwt':
      parameters.push(['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer']);
      parameters.push(['client_assertion', await clientAssertion(issuance)]);
      return { parameters, headers: [] };
    case 'attest_jwt_client_auth':
      return { parameters, headers: await attestationHeaders(issuance) };
    default:
      return { parameters, headers: [] };
  }
}

/** Step `client-assertion` (JwtDraft). Extras: `otherKey`, `earlierId` (jti of an assertion that was used before), `tokenEndpoint`. */
async function clientAssertion(issuance: Issuance): Promise<string> {
  const { session, clientId, server } = issuance;
  const { identity } = session.config;
  const now = seconds(session);
  const jti = randomId(session.context.ports.random);
  // The certificates let a server take a client that it trusts by its authority, without a registration.
  const { kid, alg, x5c } = identity.signing;
  const made = await makeJwt(
    session,
    'client-assertion',
    {
      header: { typ: 'JWT', alg, ...(kid === undefined ? {} : { kid }), ...(x5c === undefined ? {} : { x5c }) },
      payload: { iss: clientId, sub: clientId, aud: server, jti, iat: now, exp: now + 60 },
      key: identity.signing,
    },
    {
      otherKey: issuance.instanceKey,
      earlierId: earlier(session.memory.assertions, jti),
      tokenEndpoint: str(issuance.asMetadata, 'token_endpoint'),
    },
  );
  // What was really sent, in case a fault chose another.
  remember(session.memory.assertions, str(readJwt(made).payload, 'jti') ?? jti);
  return made;
}

/**
 * Wallet attestation and its proof of possession. Steps `client-attestation` and `client-attestation-pop` (JwtDraft); extras: `otherKey` (neither the
 * provider's nor the instance's), for the proof also `attestation`.
 */
async function attestationHeaders(issuance: Issuance): Promise<HeaderList> {
  const { session, clientId, server, instanceKey } = issuance;
  const { identity } = session.config;
  const now = seconds(session);
  const { kid, alg, x5c } = identity.signing;
  const { kty, crv, x, y } = instanceKey.publicJwk;
  const otherKey = session.memory.dpopKeys.at(-1) ?? identity.signing;
  const attestation = await makeJwt(
    session,
    'client-attestation',
    {
      header: {
        typ: 'oauth-client-attestation+jwt',
        alg,
        ...(x5c === undefined ? { kid } : { x5c }),
      },
      payload: {
        iss: identity.did,
        sub: clientId,
        wallet_name: 'Touchstone mock wallet',
        iat: now,
        nbf: now,
        exp: now + 3600,
        cnf: { jwk: { kty, crv, x, y } },
      },
      key: identity.signing,
    },
    { otherKey: instanceKey },
  );
  const challenge = issuance.attestationChallenges.get(parseUrl(server)?.origin ?? '');
  const proof = await makeJwt(
    session,
    'client-attestation-pop',
    {
      header: { typ: 'oauth-client-attestation-pop+jwt', alg: instanceKey.alg },
      payload: {
        iss: clientId,
        aud: server,
        jti: randomId(session.context.ports.random),
        iat: now,
        ...(challenge === undefined ? {} : { challenge }),
      },
      key: instanceKey,
    },
    { otherKey: otherKey === instanceKey ? identity.signing : otherKey, attestation },
  );
  return [
    ['oauth-client-attestation', attestation],
    ['oauth-client-attestation-pop', proof],
  ];
}
