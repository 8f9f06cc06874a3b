import 'reflect-metadata';
import { X509Certificate, createPrivateKey, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';

/** A P-256 key of a peer, made at start and forgotten at the end. */
export interface PeerKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'ECDH-ES';
  readonly publicJwk: JWK & { kty: string };
  readonly privateKey: KeyObject;
  /** Certificates for this key, leaf first, base64 DER, without the trust anchor. */
  readonly x5c?: readonly string[];
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function newPair(): Promise<{ pair: webcrypto.CryptoKeyPair; publicJwk: JWK & { kty: string }; key: KeyObject }> {
  const pair = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const { crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
  const privateJwk = await webcrypto.subtle.exportKey('jwk', pair.privateKey);
  return {
    pair,
    publicJwk: { kty: 'EC', crv: crv ?? '', x: x ?? '', y: y ?? '' },
    key: createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }),
  };
}

/** A key without certificate; `kid` is its RFC 7638 thumbprint. */
export async function newKey(alg: PeerKey['alg'] = 'ES256'): Promise<PeerKey> {
  const { publicJwk, key } = await newPair();
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, alg, publicJwk: { ...publicJwk, kid, alg, use: alg === 'ES256' ? 'sig' : 'enc' }, privateKey: key };
}

export interface CertifiedKey {
  readonly key: PeerKey;
  /** The certification authority's certificate, PEM: what the other side has to trust. */
  readonly anchor: string;
}

/** A key with a certificate of an own certification authority, naming `dns` and, if given, `uri` in its SAN. */
export async function newCertifiedKey(
  subject: string,
  dns: string,
  nowMs: number,
  uri?: string,
): Promise<CertifiedKey> {
  x509.cryptoProvider.set(webcrypto);
  const authority = await newPair();
  const leaf = await newPair();
  const validity = { notBefore: new Date(nowMs - 86_400_000), notAfter: new Date(nowMs + 730 * 86_400_000) };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${subject} test CA`,
    ...validity,
    signingAlgorithm: ecdsa,
    keys: authority.pair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.pair.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${subject}`,
    issuer: ca.subject,
    ...validity,
    signingAlgorithm: ecdsa,
    publicKey: leaf.pair.publicKey,
    signingKey: authority.pair.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: dns },
        ...(uri === undefined ? [] : [{ type: 'url' as const, value: uri }]),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.pair.publicKey),
    ],
  });
  const kid = await calculateJwkThumbprint(leaf.publicJwk);
  return {
    anchor: ca.toString('pem'),
    key: {
      kid,
      alg: 'ES256',
      publicJwk: { ...leaf.publicJwk, kid, alg: 'ES256', use: 'sig' },
      privateKey: leaf.key,
      x5c: [Buffer.from(certificate.rawData).toString('base64')],
    },
  };
}

/** Reads one member of `x5c`. Throws on what is no certificate. */
export function certificateOf(base64Der: string): X509Certificate {
  return new X509Certificate(Buffer.from(base64Der, 'base64'));
}

/**
 * Does the chain end in one of the anchors?
 * Glue decides: signatures only. Validity dates, path length, key usage and revocation are not looked at.
 */
export function chainsTo(x5c: readonly string[], anchors: readonly string[]): boolean {
  const chain = x5c.map(certificateOf);
  const roots = anchors.map((pem) => new X509Certificate(pem));
  const last = chain.at(-1);
  if (last === undefined) return false;
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
      return false;
  }
  return roots.some(
    (root) => root.fingerprint256 === last.fingerprint256 || (last.checkIssued(root) && last.verify(root.publicKey)),
  );
}
