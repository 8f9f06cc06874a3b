import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { HttpClient } from '../../core/ports.ts';
import { isObject, num, obj, readJson, str, strings } from '../../protocol/json.ts';

/** How a wallet goes about an issuance, decided by what it reads on the way. */
export interface AdaptiveVariant {
  /** The choice so far. */
  readonly variant: IssuanceVariant;
  /** The way out through which the metadata is seen. */
  readonly http: HttpClient;
}

/** What the bundled wallet does without being asked: it reports where the issuer wants to know, and uses a refresh token that it is given. */
const PLAIN: IssuanceVariant = {
  kind: 'issuance',
  grant: 'pre-authorized_code',
  notification: 'credential_accepted',
  refresh: true,
};

/** A batch up to this size is worth asking for at once; of more copies one is enough. */
const SMALL_BATCH = 3;

/**
 * A real wallet takes what the other side's metadata offers: DPoP where it is supported, a pushed request where there is an endpoint, a
 * client authentication where `none` will not do, a small batch. The mock wallet is told by its variant; this one is made from the
 * metadata that passes by.
 */
export function adaptiveVariant(http: HttpClient): AdaptiveVariant {
  let variant = PLAIN;
  return {
    get variant() {
      return variant;
    },
    http: {
      send: async (request, limits) => {
        const response = await http.send(request, limits);
        if (response.status === 200 && request.url.includes('/.well-known/')) {
          const { value } = readJson(response.body);
          if (!isObject(value)) return response;
          if (str(value, 'token_endpoint') !== undefined) variant = adapted(variant, value);
          const batch = num(obj(value, 'batch_credential_issuance'), 'batch_size') ?? 1;
          if (batch > 1 && batch <= SMALL_BATCH) variant = { ...variant, proofs: batch };
        }
        return response;
      },
    },
  };
}

function adapted(variant: IssuanceVariant, metadata: Readonly<Record<string, unknown>>): IssuanceVariant {
  const dpop = (strings(metadata, 'dpop_signing_alg_values_supported') ?? []).length > 0;
  const par = str(metadata, 'pushed_authorization_request_endpoint') !== undefined;
  const methods = strings(metadata, 'token_endpoint_auth_methods_supported') ?? ['none'];
  const known = ['none', 'private_key_jwt', 'attest_jwt_client_auth'] as const;
  const clientAuthentication = known.find((method) => methods.includes(method)) ?? 'none';
  return { ...variant, clientAuthentication, ...(dpop ? { dpop } : {}), ...(par ? { par } : {}) };
}
