import { createHash, createPublicKey, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { Random } from '../core/ports.ts';
import { TAG, bitString, certificateTime, children, oid, readElement, sequence, tlv, unsignedInteger } from './der.ts';
import { algInfo } from './jose/algorithms.ts';
import type { SignatureAlg } from './jose/algorithms.ts';
import type { Jwk, SigningKey } from './jose/keys.ts';
import { keyObject, publicJwkOf } from './jose/keys.ts';
import { issuerPartsOf } from './x509.ts';

/** A distinguished name of the usual three attributes. */
export interface DistinguishedName {
  readonly commonName: string;
  readonly organization?: string;
  /** Two letters. */
  readonly country?: string;
}

export interface CertificateTemplate {
  readonly subject: DistinguishedName;
  readonly publicJwk: Jwk;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly random: Random;
  /** A CA certificate: basicConstraints CA, keyCertSign and cRLSign. Default: an end entity with digitalSignature. */
  readonly ca?: boolean;
  /** Largest number of CAs below; only with `ca`. */
  readonly pathLength?: number;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  /** IP addresses, for servers on loopback (IPv4 only). */
  readonly ips?: readonly string[];
  /** OIDs, such as `1.3.6.1.5.5.7.3.1` for TLS servers. */
  readonly extendedKeyUsage?: readonly string[];
}

/** Who signs a certificate: its key, and its own certificate. */
export interface CertificateSigner {
  readonly key: SigningKey;
  readonly der: Uint8Array;
}

const SIGNATURE_OIDS: Readonly<Partial<Record<SignatureAlg, string>>> = {
  ES256: '1.2.840.10045.4.3.2',
  ES384: '1.2.840.10045.4.3.3',
  ES512: '1.2.840.10045.4.3.4',
  EdDSA: '1.3.101.112',
  Ed25519: '1.3.101.112',
};

/**
 * Makes a certificate (RFC 5280 4), DER. `signer` is an issuing CA, or the own key for a self-signed certificate. RSA keys sign with
 * PKCS #1 v1.5 and SHA-256. Throws TypeError for an unusable key: keys are the caller's.
 */
export function makeCertificate(template: CertificateTemplate, signer: CertificateSigner | SigningKey): Uint8Array {
  const key = 'key' in signer ? signer.key : signer;
  const spki = createPublicKey({ key: publicJwkOf(template.publicJwk) as JsonWebKey, format: 'jwk' }).export({
    format: 'der',
    type: 'spki',
  });
  const keyId = createHash('sha1')
    .update(children(readElement(spki))[1]?.content.subarray(1) ?? spki)
    .digest();
  const subject = name(template.subject);
  const issuer = 'key' in signer ? issuerPartsOf(signer.der) : { name: subject, keyId };
  if (issuer === undefined) throw new TypeError('the signer has no readable certificate');
  const algorithm = signatureAlgorithm(key.alg);
  const serial = Buffer.from(template.random.bytes(16));
  // Positive, and of full length (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = sequence(
    tlv(0xa0, tlv(TAG.integer, Buffer.from([2]))),
    unsignedInteger(serial),
    algorithm,
    issuer.name,
    sequence(certificateTime(template.notBefore), certificateTime(template.notAfter)),
    subject,
    spki,
    tlv(0xa3, sequence(...extensions(template, keyId, issuer.keyId))),
  );
  return sequence(tbs, algorithm, bitString(signTbs(tbs, key)));
}

function signTbs(tbs: Uint8Array, key: SigningKey): Uint8Array {
  const privateKey = keyObject(key.privateJwk, 'private');
  if (privateKey === undefined) throw new TypeError('not a usable private key');
  const info = algInfo(key.alg);
  return sign(info.kty === 'RSA' ? 'sha256' : info.hash, tbs, { key: privateKey, dsaEncoding: 'der' });
}

function signatureAlgorithm(alg: SignatureAlg): Buffer {
  const id = SIGNATURE_OIDS[alg];
  return id === undefined ? sequence(oid('1.2.840.113549.1.1.11'), tlv(TAG.null)) : sequence(oid(id));
}

function name(dn: DistinguishedName): Buffer {
  const attribute = (id: string, tag: number, value: string | undefined): Buffer[] =>
    value === undefined ? [] : [tlv(TAG.set, sequence(oid(id), tlv(tag, Buffer.from(value))))];
  return sequence(
    ...attribute('2.5.4.6', TAG.printableString, dn.country),
    ...attribute('2.5.4.10', TAG.utf8String, dn.organization),
    ...attribute('2.5.4.3', TAG.utf8String, dn.commonName),
  );
}

const CRITICAL = tlv(TAG.boolean, Buffer.from([0xff]));

function extensions(template: CertificateTemplate, keyId: Uint8Array, issuerKeyId: Uint8Array | undefined): Buffer[] {
  const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
    sequence(oid(id), ...(critical ? [CRITICAL] : []), tlv(TAG.octetString, value));
  const ca = template.ca === true;
  const length = template.pathLength === undefined ? [] : [tlv(TAG.integer, Buffer.from([template.pathLength]))];
  const out = [
    extension('2.5.29.19', ca ? sequence(tlv(TAG.boolean, Buffer.from([0xff])), ...length) : sequence(), true),
    // keyCertSign and cRLSign are bits 5 and 6, digitalSignature is bit 0 (RFC 5280 4.2.1.3).
    extension('2.5.29.15', ca ? bitString(Buffer.from([0x06]), 1) : bitString(Buffer.from([0x80]), 7), true),
    extension('2.5.29.14', tlv(TAG.octetString, keyId)),
  ];
  if (issuerKeyId !== undefined) out.push(extension('2.5.29.35', sequence(tlv(0x80, issuerKeyId))));
  const names = [
    ...(template.dns ?? []).map((value) => tlv(0x82, Buffer.from(value, 'latin1'))),
    ...(template.uris ?? []).map((value) => tlv(0x86, Buffer.from(value, 'latin1'))),
    ...(template.ips ?? []).map((value) => tlv(0x87, Buffer.from(value.split('.').map(Number)))),
  ];
  if (names.length > 0) out.push(extension('2.5.29.17', sequence(...names)));
  if (template.extendedKeyUsage !== undefined)
    out.push(extension('2.5.29.37', sequence(...template.extendedKeyUsage.map(oid))));
  return out;
}

/** PEM text of a DER certificate. */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
