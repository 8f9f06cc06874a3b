import type { Clock, Random } from '../../core/ports.ts';
import type { SigningKey } from '../../protocol/jose/keys.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { makeCertificate } from '../../protocol/x509-make.ts';
import type { Identity } from '../contracts.ts';
import type { Authority } from './identity.ts';
import { alternativeNames, certify, createAuthority, isKept } from './identity.ts';

/**
 * Other keys of an identity, for faults: each is right in all but one respect.
 * - `untrusted`: certified for the same hosts by an authority that nobody trusts;
 * - `expired`, `not-yet-valid`: certified by the trusted authority for the same hosts, at another time;
 * - `other-host`: certified by the trusted authority, for a host that is not ours;
 * - `second`: certified by the trusted authority for the same hosts, another key and certificate;
 * - `self-signed`: a certificate for the same hosts that nobody but its own key signed.
 */
export const SPARES = ['untrusted', 'expired', 'not-yet-valid', 'other-host', 'second', 'self-signed'] as const;
export type Spare = (typeof SPARES)[number];

const DAY = 86_400_000;
const YEAR = 365 * DAY;
export const OTHER_HOST = 'somebody-else.example';

const cache = new WeakMap<Identity, Map<Spare, SigningKey>>();

/**
 * Makes a spare key with its `x5c`, once for each identity. Throws Error where the identity's authority is not ours (an imported one), except for
 * `untrusted` and `self-signed`.
 */
export function spareKey(identity: Identity, spare: Spare, clock: Clock, random: Random): SigningKey {
  const known = cache.get(identity) ?? new Map<Spare, SigningKey>();
  cache.set(identity, known);
  const made = known.get(spare) ?? makeSpare(identity, spare, clock, random);
  known.set(spare, made);
  return made;
}

function makeSpare(identity: Identity, spare: Spare, clock: Clock, random: Random): SigningKey {
  if (!isKept(identity)) throw new Error('the identity does not say what it is certified for');
  const { alg } = identity.signing;
  const { commonName, hosts } = identity;
  const key = generateSigningKey(alg, random);
  const now = clock.now();
  switch (spare) {
    case 'untrusted':
      return certify(createAuthority(clock, random, 'Unknown test CA'), { key, commonName, hosts }, clock, random);
    case 'expired':
      return certify(
        authorityOf(identity.authority),
        { key, commonName, hosts, notBefore: now - YEAR, notAfter: now - DAY },
        clock,
        random,
      );
    case 'not-yet-valid':
      return certify(
        authorityOf(identity.authority),
        { key, commonName, hosts, notBefore: now + 30 * DAY, notAfter: now + YEAR },
        clock,
        random,
      );
    case 'other-host':
      return certify(authorityOf(identity.authority), { key, commonName, hosts: [OTHER_HOST] }, clock, random);
    case 'second':
      return certify(authorityOf(identity.authority), { key, commonName, hosts }, clock, random);
    case 'self-signed': {
      const der = makeCertificate(
        {
          subject: { commonName },
          publicJwk: key.publicJwk,
          notBefore: now - DAY,
          notAfter: now + YEAR,
          random,
          ...alternativeNames(hosts),
        },
        key,
      );
      return { ...key, x5c: [Buffer.from(der).toString('base64')] };
    }
  }
}

function authorityOf(authority: Authority | undefined): Authority {
  if (authority === undefined)
    throw new Error('the key of the identity’s authority is not ours: such a certificate cannot be made');
  return authority;
}
