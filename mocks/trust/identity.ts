import type { Clock, Random } from '../../core/ports.ts';
import { didJwk } from '../../protocol/did.ts';
import type { SignatureAlg, SigningKey } from '../../protocol/jose/keys.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { certificatePem, makeCertificate } from '../../protocol/x509-make.ts';
import type { Identity } from '../contracts.ts';

export type IdentityKind = 'issuer' | 'verifier' | 'wallet';

/** A certificate authority of our own. Its certificate is what the other side trusts; it never travels in `x5c`. */
export interface Authority {
  readonly key: SigningKey;
  readonly der: Uint8Array;
  readonly pem: string;
}

/** An identity with what is needed to make its leaf anew, or a faulty one beside it. */
export interface KeptIdentity extends Identity {
  readonly kind: IdentityKind;
  readonly commonName: string;
  /** DNS names and IPv4 addresses of the leaf certificate. */
  readonly hosts: readonly string[];
  /** Absent where key and certificate were imported: the authority's key is not ours. */
  readonly authority?: Authority;
}

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const ORGANIZATION = 'Touchstone';
/** id-kp-serverAuth and id-kp-clientAuth: the same leaf serves `--tls`. */
const EXTENDED_KEY_USAGE = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/** Makes a certificate authority, ES256, valid from one day ago for ten years by the clock. */
export function createAuthority(clock: Clock, random: Random, commonName = 'Touchstone test CA'): Authority {
  const key = generateSigningKey('ES256', random);
  const now = clock.now();
  const der = makeCertificate(
    {
      subject: { commonName, organization: ORGANIZATION },
      publicJwk: key.publicJwk,
      notBefore: now - DAY,
      notAfter: now + 10 * YEAR,
      random,
      ca: true,
      pathLength: 0,
    },
    key,
  );
  return { key, der: Uint8Array.from(der), pem: certificatePem(der) };
}

/** What a leaf certificate says. Times in ms since the epoch; default one day ago and two years after it. */
export interface LeafTemplate {
  readonly key: SigningKey;
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** Issues a leaf certificate and returns the key with its `x5c` (leaf only: the anchor stays out, HAIP 1.0 5). */
export function certify(authority: Authority, leaf: LeafTemplate, clock: Clock, random: Random): SigningKey {
  const notBefore = leaf.notBefore ?? clock.now() - DAY;
  const der = makeCertificate(
    {
      subject: { commonName: leaf.commonName, organization: ORGANIZATION },
      publicJwk: leaf.key.publicJwk,
      notBefore,
      notAfter: leaf.notAfter ?? notBefore + 2 * YEAR,
      random,
      ...alternativeNames(leaf.hosts),
      extendedKeyUsage: EXTENDED_KEY_USAGE,
    },
    authority,
  );
  return { ...leaf.key, x5c: [Buffer.from(der).toString('base64')] };
}

/** Hosts as subject alternative names: IPv4 addresses apart from DNS names. */
export function alternativeNames(hosts: readonly string[]): { readonly dns: string[]; readonly ips: string[] } {
  const isIp = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
  return { dns: hosts.filter((host) => !isIp(host)), ips: hosts.filter(isIp) };
}

/**
 * Makes an identity: a signing key (ES256 unless `alg` says otherwise) with a leaf certificate for the hosts, and a did:jwk. `ca` is the authority that
 * issues the leaf; without it the identity gets one of its own.
 */
export async function createIdentity(input: {
  readonly kind: IdentityKind;
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly ca?: Authority;
  readonly alg?: SignatureAlg;
}): Promise<KeptIdentity> {
  const { kind, commonName, hosts, clock, random } = input;
  const authority = input.ca ?? createAuthority(clock, random, `${commonName} CA`);
  const key = generateSigningKey(input.alg ?? 'ES256', random);
  return identityOf({
    kind,
    commonName,
    hosts,
    authority,
    signing: certify(authority, { key, commonName, hosts }, clock, random),
  });
}

/** An identity from its parts; the did follows from the key. */
export function identityOf(parts: {
  readonly kind: IdentityKind;
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly signing: SigningKey;
  readonly authority?: Authority;
  /** PEM of the authority where its key is not ours. */
  readonly ca?: string;
}): KeptIdentity {
  const { kind, commonName, hosts, signing, authority } = parts;
  return {
    kind,
    commonName,
    hosts,
    signing,
    ca: authority?.pem ?? parts.ca ?? '',
    did: bareDid(signing),
    ...(authority === undefined ? {} : { authority }),
  };
}

/** did:jwk without `kid` and `alg`, so that they do not change the identifier. */
function bareDid(signing: SigningKey): string {
  const { kid: _kid, alg: _alg, ...bare } = signing.publicJwk;
  return didJwk(bare);
}

/** True for an identity of this module, which knows its hosts and perhaps its authority. */
export function isKept(identity: Identity): identity is KeptIdentity {
  return 'kind' in identity && 'hosts' in identity;
}

/** Identities of one run. All but `stranger` are issued by `authority`, which the other side trusts. */
export interface IdentitySet {
  readonly authority: Authority;
  readonly issuer: KeptIdentity;
  readonly verifier: KeptIdentity;
  readonly wallet: KeptIdentity;
  /** Under an authority that nobody trusts, with the same hosts: only trust tells it from the others. */
  readonly stranger: KeptIdentity;
}

/** Makes a whole set, a few milliseconds. `hosts`: names that the mocks are reached under. */
export async function createIdentities(input: {
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}): Promise<IdentitySet> {
  const { hosts, clock, random } = input;
  const authority = createAuthority(clock, random);
  const make = (kind: IdentityKind): Promise<KeptIdentity> =>
    createIdentity({ kind, commonName: `Touchstone ${kind}`, hosts, clock, random, ca: authority });
  return {
    authority,
    issuer: await make('issuer'),
    verifier: await make('verifier'),
    wallet: await make('wallet'),
    stranger: await otherIdentity({ kind: 'issuer', hosts, clock, random }),
  };
}

/** An identity that nobody trusts: complete and valid, under an authority of its own. */
export function otherIdentity(input: {
  readonly kind: IdentityKind;
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}): Promise<KeptIdentity> {
  const ca = createAuthority(input.clock, input.random, 'Unknown test CA');
  return createIdentity({ ...input, commonName: 'Stranger', ca });
}
