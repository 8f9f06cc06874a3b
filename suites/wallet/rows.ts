import type { Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant, PresentationVariant, Variant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';

/** Ways that many rows go. */
export const PRE: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };
export const CODE: IssuanceVariant = { kind: 'issuance', grant: 'authorization_code' };
export const DETAILS: IssuanceVariant = { ...CODE, ask: 'authorization_details' };
export const PLAIN: PresentationVariant = { kind: 'presentation', clientIdPrefix: 'x509_san_dns' };

/** That a legal issuance comes to its end: all steps are performed as for an issuance that the wallet begins (OpenID4VCI 13.5). */
export const ISSUED = 'OID4VCI-13.5-4';
/** That a legal request is answered from what the wallet holds (OpenID4VP 5, 6.4). */
export const PRESENTED = 'OID4VP-5-7';

type Names = readonly [en: string, zh: string];
export type More = Partial<Pick<Test, 'why' | 'features' | 'needs' | 'severity' | 'says' | 'risk' | 'last'>>;

/** What a wallet must be able to do for a variant, under the names of suites/features.ts. */
export function featuresOfVariant(variant: Variant): string[] {
  const names: (string | false)[] =
    variant.kind === 'issuance'
      ? [
          variant.grant === 'authorization_code' ? 'authorization-code' : 'pre-authorized-code',
          variant.txCode === true && 'tx-code',
          variant.ask === 'authorization_details' && 'authorization-details',
          variant.par === true && 'par',
          (variant.dpop === true || variant.dpopNonce === true) && 'dpop',
          variant.clientAuthentication === 'attest_jwt_client_auth' && 'client-attestation',
          variant.clientAuthentication === 'private_key_jwt' && 'private-key-jwt',
          variant.oddities?.includes('attested-keys') === true && 'attested-keys',
          variant.proofs === 0 && 'unbound-credentials',
          variant.proofType === 'attestation' && 'attestation-proof',
          variant.requestEncryption === true && 'request-encryption',
          variant.responseEncryption === true && 'response-encryption',
          variant.deferred === true && 'deferred-issuance',
        ]
      : [
          prefixFeature(variant),
          variant.responseMode === 'direct_post.jwt' && 'direct_post.jwt',
          variant.transactionData === true && 'transaction-data',
          variant.query === 'values' && 'value-matching',
        ];
  return names.filter((name) => name !== false);
}

function prefixFeature({ clientIdPrefix, request }: PresentationVariant): string {
  const prefix = clientIdPrefix ?? (request === 'by-value' ? 'redirect_uri' : 'x509_san_dns');
  return prefix === 'pre-registered' ? 'registered-verifier' : `${prefix}-prefix`;
}

/** What all rows of a variant share. */
export function base(variant: Variant, more: More): Omit<Test, 'id' | 'kind' | 'title' | 'requirements'> {
  const { features, ...rest } = more;
  const presents = variant.kind === 'presentation';
  return {
    role: 'wallet',
    variant,
    ...(presents ? { setup: PRE } : {}),
    features: [...featuresOfVariant(variant), ...(features ?? [])],
    cost: presents ? { presentations: 1, humanSteps: 1 } : { offers: 1, humanSteps: 1 },
    ...rest,
  };
}

/** A straight flow, or with `kind` variant a legal but less common one. */
export function goes(
  kind: 'positive' | 'variant',
  id: string,
  [en, zh]: Names,
  variant: Variant,
  requirements: readonly string[],
  more: More = {},
): Test {
  return { id: `wallet/${id}`, kind, title: text(en, zh), requirements, ...base(variant, more) };
}

/** How a wallet says that it refuses a request (OpenID4VP 8.5). Judged only if it says anything. */
export function saysError(error: string, ...requirements: string[]): NonNullable<Test['says']> {
  return { kind: 'presentation-payload', error: [error], requirements };
}
