import type { RunView } from '../core/contracts/check.ts';
import { text } from '../core/text.ts';
import { arr, isObject, member, num, obj, str, strings } from '../protocol/json.ts';
import type { Feature } from './issuer/seen.ts';
import { seenFeatures } from './issuer/seen.ts';
import { walletFeatures } from './wallet/features.ts';

export type { Feature } from './issuer/seen.ts';

const memo = new WeakMap<RunView, ReadonlyMap<string, Feature>>();

/**
 * Features that a run's trace proves or disproves. A feature that is not in the map is undecided: then its tests run, and
 * what happens decides. Sources: issuer and authorization server metadata, request objects, and `declared-feature` material
 * from the configuration (what a wallet cannot do is told by its owner).
 */
export function featuresOf(run: RunView): ReadonlyMap<string, Feature> {
  const known = memo.get(run);
  if (known !== undefined) return known;
  const features = new Map<string, Feature>();
  for (const entry of run.material) {
    const name = str(entry.value, 'feature');
    const offered = member(entry.value, 'offered');
    if (entry.use !== 'declared-feature' || name === undefined || typeof offered !== 'boolean') continue;
    features.set(name, {
      offered,
      because: text('the configuration says so', '設定檔如此宣告'),
      evidence: [entry.seq],
    });
  }
  const from = (
    kind: string,
    decide: (value: Readonly<Record<string, unknown>>) => Record<string, boolean | undefined>,
  ): void => {
    const message = run.flows.flatMap((flow) => flow.sut(kind)).find((entry) => isObject(entry.value));
    if (message === undefined || !isObject(message.value)) return;
    for (const [name, offered] of Object.entries(decide(message.value))) {
      if (offered === undefined || features.has(name)) continue;
      const because = offered
        ? text(`its ${message.kind} announces it`, `其 ${message.kind} 有宣告`)
        : text(`its ${message.kind} does not announce it`, `其 ${message.kind} 未宣告`);
      features.set(name, { offered, because, evidence: [message.seq] });
    }
  };
  if (run.role === 'issuer') {
    for (const [name, feature] of seenFeatures(run)) if (!features.has(name)) features.set(name, feature);
    from('issuer-metadata', issuerFeatures);
    from('as-metadata', authorizationServerFeatures);
  }
  if (run.role === 'wallet') {
    for (const [name, feature] of walletFeatures(run)) if (!features.has(name)) features.set(name, feature);
  }
  memo.set(run, features);
  return features;
}

/** OpenID4VCI 12.2.4: what the optional members of the metadata announce. */
function issuerFeatures(metadata: Readonly<Record<string, unknown>>): Record<string, boolean | undefined> {
  const configurations = Object.values(obj(metadata, 'credential_configurations_supported') ?? {});
  const proofTypes = configurations.map((configuration) => obj(configuration, 'proof_types_supported'));
  const jwtAlgs = proofTypes.flatMap((types) => {
    const jwt = obj(types, 'jwt');
    return jwt === undefined ? [] : [strings(jwt, 'proof_signing_alg_values_supported') ?? []];
  });
  const bound = configurations.filter((configuration) => obj(configuration, 'proof_types_supported') !== undefined);
  const batchSize = num(obj(metadata, 'batch_credential_issuance'), 'batch_size') ?? 0;
  const zips = ['credential_request_encryption', 'credential_response_encryption'].map(
    (name) => strings(obj(metadata, name), 'zip_values_supported') ?? [],
  );
  // Which configuration an offer will name is not known yet: what not all of them have is not counted upon.
  const everyAlg = (alg: string): boolean => jwtAlgs.length > 0 && jwtAlgs.every((algs) => algs.includes(alg));
  return {
    'nonce-endpoint': member(metadata, 'nonce_endpoint') !== undefined,
    'deferred-issuance': member(metadata, 'deferred_credential_endpoint') !== undefined,
    notification: member(metadata, 'notification_endpoint') !== undefined,
    'batch-issuance': member(metadata, 'batch_credential_issuance') !== undefined,
    'response-encryption': member(metadata, 'credential_response_encryption') !== undefined,
    'request-encryption': member(metadata, 'credential_request_encryption') !== undefined,
    'key-binding': proofTypes.some((types) => types !== undefined),
    'jwt-proof': proofTypes.some((types) => member(types, 'jwt') !== undefined),
    // The wallet may choose the type of its proof only where each configuration leaves the choice.
    'attestation-proof':
      bound.length > 0 &&
      bound.every((entry) => member(obj(entry, 'proof_types_supported'), 'attestation') !== undefined),
    'dc+sd-jwt': configurations.some((configuration) => str(configuration, 'format') === 'dc+sd-jwt'),
    'batch-of-three': batchSize >= 3,
    zip: zips.every((values) => values.includes('DEF')),
    'did:jwk':
      bound.length > 0 &&
      bound.every((entry) => strings(entry, 'cryptographic_binding_methods_supported')?.includes('did:jwk') === true),
    'proof-alg:ES384': everyAlg('ES384'),
    'proof-alg:EdDSA': everyAlg('EdDSA'),
    'no-proof-alg:ES512': jwtAlgs.length > 0 && jwtAlgs.every((algs) => algs.length > 0 && !algs.includes('ES512')),
    scope: configurations.some((configuration) => str(configuration, 'scope') !== undefined),
  };
}

/** RFC 8414 and the parameters that others registered. Defaults of RFC 8414 count as announcements. */
function authorizationServerFeatures(metadata: Readonly<Record<string, unknown>>): Record<string, boolean | undefined> {
  const grants = strings(metadata, 'grant_types_supported');
  const auth = strings(metadata, 'token_endpoint_auth_methods_supported');
  return {
    'authorization-code':
      grants === undefined
        ? member(metadata, 'authorization_endpoint') !== undefined
        : grants.includes('authorization_code'),
    // OpenID4VCI registers no default that includes it, but many servers leave the member out: undecided then.
    'pre-authorized-code': grants?.includes('urn:ietf:params:oauth:grant-type:pre-authorized_code'),
    refresh: grants?.includes('refresh_token'),
    par: member(metadata, 'pushed_authorization_request_endpoint') !== undefined,
    'authorization-details':
      strings(metadata, 'authorization_details_types_supported')?.includes('openid_credential') === true,
    'anonymous-access': member(metadata, 'pre-authorized_grant_anonymous_access_supported') === true,
    dpop: (arr(metadata, 'dpop_signing_alg_values_supported') ?? []).length > 0,
    'iss-parameter': member(metadata, 'authorization_response_iss_parameter_supported') === true,
    private_key_jwt: auth?.includes('private_key_jwt') ?? false,
    attest_jwt_client_auth: auth?.includes('attest_jwt_client_auth') ?? false,
  };
}
