import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { isObject } from '../../protocol/json.ts';

/** Legal oddities that this mock knows; a variant names them in `oddities`. Nobody may punish any of them. */
export const ISSUER_ODDITIES = [
  'unknown-members',
  'member-order',
  'long-values',
  'extra-algs',
  'uppercase-scheme',
  'whitespace-json',
  /** `application/json; charset=utf-8`. */
  'content-type-parameters',
  /** `token_type` in lower case (RFC 6749 5.1: compared without case). */
  'token-type-case',
  /** Metadata with `authorization_servers` that lists the issuer itself. */
  'authorization-servers',
  /** Two entries in `authorization_servers`; the offer names the one to use (OpenID4VCI 4.1.1). */
  'server-hint',
  /** Credential identifiers although only a scope was asked for (OpenID4VCI 3.3.4). */
  'identifiers-for-scope',
  /** Offer without `grants`: the wallet finds the grant types in the metadata. */
  'no-grants',
  /** `tx_code` as an empty object. */
  'empty-tx-code',
  /** Decoy digests in the SD-JWT. */
  'decoys',
  /** No `_sd_alg`: sha-256 is the default. */
  'no-sd-alg',
  /** Metadata with the required members only (OpenID4VCI 12.2.4); the nonce endpoint stays. */
  'minimal-metadata',
  /** Authorization server metadata with the required members only (RFC 8414 2): no PAR, no DPoP. */
  'minimal-as-metadata',
  /** No nonce endpoint: proofs come without a c_nonce. */
  'no-nonce-endpoint',
  /** Endpoints with a query, which has to be kept (OpenID4VCI 12.2.4). */
  'endpoint-query',
  /** An authorization server for pre-authorized codes only, which needs no `response_types_supported` (OpenID4VCI 12.3). */
  'pre-authorized-only',
  /** The first c_nonce is refused with invalid_nonce (OpenID4VCI 8.3.1.2). */
  'first-nonce-refused',
  /** A transaction code of letters and digits, `input_mode` text. */
  'tx-code-text',
  /** The offer names two configurations, where there are two. */
  'two-configurations',
  /** The offer has both grants; the wallet takes the one it likes. */
  'both-grants',
  /** A jwt proof has to carry a key attestation (OpenID4VCI 12.2.4, F.1). */
  'attested-keys',
] as const;
export type IssuerOddity = (typeof ISSUER_ODDITIES)[number];

export function odd(variant: IssuanceVariant, name: IssuerOddity): boolean {
  return variant.oddities?.includes(name) === true;
}

const NOISE = { 'x-unheard-of': { anything: [1, 'two', null, { three: false }] } };

/** Objects whose member names are ids or keys, where another member would have a meaning. */
const MAPS: ReadonlySet<string> = new Set([
  'credential_configurations_supported',
  'proof_types_supported',
  'grants',
  'jwks',
  'keys',
  'claims',
  'display',
]);

function sprinkle(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return MAPS.has(name) ? value : value.map((item) => sprinkle(item, name));
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sprinkle(item, key)]));
  return MAPS.has(name) ? inner : { ...inner, ...NOISE };
}

function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, turn(item)]),
  );
}

/** A JSON object as the variant's oddities want it: with unknown members, with members in another order. */
export function withOddities(variant: IssuanceVariant, value: Record<string, unknown>): Record<string, unknown> {
  let out: unknown = value;
  if (odd(variant, 'unknown-members')) out = sprinkle(out, '');
  if (odd(variant, 'member-order')) out = turn(out);
  return out as Record<string, unknown>;
}

/** JSON text; with oddity `whitespace-json` with all the white space that RFC 8259 allows. */
export function jsonText(variant: IssuanceVariant, value: unknown): string {
  if (!odd(variant, 'whitespace-json')) return JSON.stringify(value);
  return `\r\n\t ${JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n')} \r\n`;
}

/** Content-Type of JSON. */
export function jsonType(variant: IssuanceVariant): string {
  return odd(variant, 'content-type-parameters') ? 'application/json; charset=utf-8' : 'application/json';
}
