import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { Refusal } from '../../core/flow.ts';
import type { HttpRequest } from '../../core/http.ts';
import { readJwt } from '../../protocol/jose/jws.ts';
import { SIGNATURE_ALGS, hasPrivateMembers, readJwk, sameKey } from '../../protocol/jose/keys.ts';
import { isObject, obj, str, strings } from '../../protocol/json.ts';
import { attesterKey, judgeAlg, judgeFresh, judgeSignature, judgeValidity, structureFault, WINDOW } from './jwt.ts';
import type { Form } from './request.ts';
import { single } from './request.ts';
import type { Internals } from './state.ts';
import { inSeconds, seconds } from './state.ts';
import { acceptanceStep } from './step.ts';

export const CLIENT_STEPS = [
  acceptanceStep(
    'par/client',
    'The client of the pushed request is named and authenticated',
    '推送請求的用戶端已表明並通過驗證',
    'HAIP-4.3-1',
    'HAIP-4.4.1-9',
  ),
  acceptanceStep(
    'token/client',
    'The client authenticates at the token endpoint as it must',
    '用戶端在權杖端點依規定驗證身分',
    'OID4VCI-6.1-7',
    'OID4VCI-6.3-7',
    'HAIP-4.4.1-1',
  ),
  acceptanceStep(
    'client-assertion/shape',
    'The client assertion is a JWT of the right type',
    '用戶端聲明是正確類型的 JWT',
  ),
  acceptanceStep(
    'client-assertion/signature',
    'The client assertion is signed with the key of the client',
    '用戶端聲明以該用戶端的金鑰簽署',
  ),
  acceptanceStep(
    'client-assertion/subject',
    'iss and sub of the client assertion are the client',
    '用戶端聲明的 iss 與 sub 即該用戶端',
  ),
  acceptanceStep(
    'client-assertion/audience',
    'The client assertion is for this authorization server',
    '用戶端聲明的對象是本授權伺服器',
  ),
  acceptanceStep('client-assertion/expiry', 'The client assertion has not expired', '用戶端聲明尚未過期'),
  acceptanceStep('client-assertion/jti-reuse', 'The client assertion was not used before', '用戶端聲明未曾使用過'),
  acceptanceStep(
    'client-attestation/shape',
    'Attestation and proof of possession are one JWT each, of the right types',
    '證明（attestation）與持有證明各為一個正確類型的 JWT',
    'OID4VCI-E-2',
    'OID4VCI-E-6',
  ),
  acceptanceStep(
    'client-attestation/signature',
    'The client attestation is signed by an attester that is trusted',
    '用戶端證明由受信任的證明者簽署',
    'OID4VCI-E-1',
    'HAIP-4.4.1-4',
  ),
  acceptanceStep('client-attestation/expiry', 'The client attestation has not expired', '用戶端證明尚未過期'),
  acceptanceStep(
    'client-attestation/subject',
    'sub of the client attestation is the client_id',
    '用戶端證明的 sub 即 client_id',
    'OID4VCI-E-8',
    'HAIP-4.4.1-9',
  ),
  acceptanceStep(
    'client-attestation/pop-key',
    'The proof of possession is made with the attested key',
    '持有證明以受證明的金鑰產生',
    'OID4VCI-E-7',
  ),
  acceptanceStep(
    'client-attestation/pop-signature',
    'The signature of the proof of possession verifies',
    '持有證明的簽章驗證成功',
    'OID4VCI-E-7',
  ),
  acceptanceStep(
    'client-attestation/pop-audience',
    'The proof of possession is for this authorization server',
    '持有證明的對象是本授權伺服器',
    'OID4VCI-E-7',
  ),
  acceptanceStep('client-attestation/pop-iat', 'The proof of possession is fresh', '持有證明是新產生的', 'OID4VCI-E-7'),
  acceptanceStep(
    'client-attestation/pop-jti-reuse',
    'The proof of possession was not used before',
    '持有證明未曾使用過',
    'OID4VCI-E-7',
  ),
];

const INVALID = { code: 'invalid_client', status: 401 };
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Authenticates the client of a request (RFC 6749 2.3; private_key_jwt of RFC 7523; attestation-based client authentication) and returns its
 * client_id; undefined for an anonymous one. What is sent is judged even where nothing is demanded. Error: `invalid_client`.
 */
export async function acceptClient(
  issuer: Internals,
  request: HttpRequest,
  form: Form,
  endpoint: 'par' | 'token',
  demanded: IssuanceVariant['clientAuthentication'],
): Promise<string | undefined> {
  const assertion = form.get('client_assertion');
  const attestation = single(request, 'oauth-client-attestation');
  const pop = single(request, 'oauth-client-attestation-pop');
  const attests = attestation.value !== undefined || pop.value !== undefined;
  const clientId = form.get('client_id');
  await issuer.context.accept(
    `issuer/${endpoint}/client`,
    () => {
      const missing = (reason: string): Refusal => new Refusal(`issuer/${endpoint}/client`, 'invalid_request', reason);
      if (endpoint === 'par' && clientId === undefined) throw missing('client_id is missing');
      if (demanded === 'private_key_jwt' && assertion === undefined) throw new Error('no client_assertion');
      if (demanded === 'attest_jwt_client_auth' && !attests) throw new Error('no client attestation');
      if (assertion !== undefined && attests) throw missing('more than one client authentication');
    },
    INVALID,
  );
  if (assertion !== undefined) return judgeAssertion(issuer, form, assertion, clientId);
  if (attests) {
    const whole = !attestation.repeated && !pop.repeated;
    return judgeAttestation(issuer, whole ? attestation.value : undefined, whole ? pop.value : undefined, clientId);
  }
  return clientId;
}

async function judgeAssertion(
  issuer: Internals,
  form: Form,
  assertion: string,
  stated: string | undefined,
): Promise<string | undefined> {
  const jwt = readJwt(assertion);
  const subject = str(jwt.payload, 'sub');
  const clientId = stated ?? subject;
  await issuer.context.accept(
    'issuer/client-assertion/shape',
    () => {
      if (form.get('client_assertion_type') !== JWT_BEARER) throw new Error('client_assertion_type is not jwt-bearer');
      const fault = structureFault(jwt);
      if (fault !== undefined) throw new Error(fault);
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-assertion/signature',
    () => {
      judgeAlg(jwt, SIGNATURE_ALGS);
      const { clients } = issuer.config;
      const known = clientId !== undefined && clients !== undefined && Object.hasOwn(clients, clientId);
      // A client that nobody registered is known by a certificate or DID that is trusted.
      const key = known ? clients[clientId]?.jwk : undefined;
      judgeSignature(jwt, key ?? attesterKey(jwt, issuer.config.trust, issuer.context.ports.clock.now()));
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-assertion/subject',
    () => {
      if (subject !== clientId || str(jwt.payload, 'iss') !== clientId) throw new Error('iss or sub is not the client');
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-assertion/audience',
    () => judgeAudience(issuer, jwt.payload?.['aud']),
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-assertion/expiry',
    () => judgeValidity(jwt.payload, seconds(issuer), true),
    INVALID,
  );
  await judgeFirstUse(
    issuer,
    'issuer/client-assertion/jti-reuse',
    `assertion ${clientId ?? ''}`,
    str(jwt.payload, 'jti'),
  );
  return clientId;
}

async function judgeAttestation(
  issuer: Internals,
  attestationText: string | undefined,
  popText: string | undefined,
  stated: string | undefined,
): Promise<string | undefined> {
  const attestation = readJwt(attestationText ?? '');
  const pop = readJwt(popText ?? '');
  const now = seconds(issuer);
  await issuer.context.accept(
    'issuer/client-attestation/shape',
    () => {
      if (attestationText === undefined || popText === undefined) {
        throw new Error('OAuth-Client-Attestation and OAuth-Client-Attestation-PoP are needed once each');
      }
      const fault = structureFault(attestation) ?? structureFault(pop);
      if (fault !== undefined) throw new Error(fault);
      if (str(attestation.header, 'typ') !== 'oauth-client-attestation+jwt') throw new Error('typ of the attestation');
      if (str(pop.header, 'typ') !== 'oauth-client-attestation-pop+jwt') throw new Error('typ of the PoP');
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-attestation/signature',
    () => {
      judgeAlg(attestation, SIGNATURE_ALGS);
      judgeSignature(attestation, attesterKey(attestation, issuer.config.trust, issuer.context.ports.clock.now()));
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-attestation/expiry',
    () => judgeValidity(attestation.payload, now, true),
    INVALID,
  );
  const subject = str(attestation.payload, 'sub');
  await issuer.context.accept(
    'issuer/client-attestation/subject',
    () => {
      if (subject === undefined || (stated !== undefined && stated !== subject))
        throw new Error('sub is not client_id');
    },
    INVALID,
  );
  const attested = obj(obj(attestation.payload, 'cnf'), 'jwk');
  const named = pop.header?.['jwk'];
  await issuer.context.accept(
    'issuer/client-attestation/pop-key',
    () => {
      if (attested === undefined || readJwk(attested).jwk === undefined || hasPrivateMembers(attested)) {
        throw new Error('cnf holds no usable public key');
      }
      if (isObject(named) && !sameKey(named, attested)) throw new Error('the PoP names another key than cnf');
    },
    INVALID,
  );
  // A proof of possession that is not there is the business of the first step.
  if (popText === undefined) return stated ?? subject;
  await issuer.context.accept(
    'issuer/client-attestation/pop-signature',
    () => {
      judgeAlg(pop, SIGNATURE_ALGS);
      const key = isObject(named) ? named : attested;
      if (key !== undefined) judgeSignature(pop, key);
    },
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-attestation/pop-audience',
    () => judgeAudience(issuer, pop.payload?.['aud']),
    INVALID,
  );
  await issuer.context.accept(
    'issuer/client-attestation/pop-iat',
    () => judgeFresh(pop.payload?.['iat'], now),
    INVALID,
  );
  await judgeFirstUse(
    issuer,
    'issuer/client-attestation/pop-jti-reuse',
    `pop ${subject ?? ''}`,
    str(pop.payload, 'jti'),
  );
  return stated ?? subject;
}

/** The audience is the authorization server's issuer identifier; its endpoints are taken too, as RFC 7523 3 and RFC 9126 2 have it. */
function judgeAudience(issuer: Internals, aud: unknown): void {
  const { base, token, par } = issuer.urls;
  const list = typeof aud === 'string' ? [aud] : (strings({ aud }, 'aud') ?? []);
  if (!list.some((entry) => entry === base || entry === token || entry === par)) {
    throw new Error('aud is not this authorization server');
  }
}

async function judgeFirstUse(issuer: Internals, step: string, scope: string, jti: string | undefined): Promise<void> {
  const key = `${scope} ${jti ?? ''}`;
  await issuer.context.accept(
    step,
    () => {
      if (jti === undefined) throw new Error('no jti');
      if (issuer.state.jtis.has(key)) throw new Error('jti was used before');
    },
    INVALID,
  );
  if (jti !== undefined) issuer.state.jtis.set(key, true, inSeconds(issuer, 4 * WINDOW));
}
