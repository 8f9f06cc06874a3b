import { X509Certificate } from 'node:crypto';
import { base64url, hashBase64url, sameBytes } from './encoding.ts';
import { TAG, children, dotted, readElement } from './der.ts';
import type { DerElement } from './der.ts';
import type { Jwk } from './jose/keys.ts';
import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

/** A certificate as it was read. Times are milliseconds since the epoch. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints says CA. */
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
  /** Names of RFC 5280 4.2.1.3 (`digitalSignature`, `keyCertSign` …); undefined if the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** OIDs; undefined if the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** dNSName entries of the subject alternative name. */
  readonly dns: readonly string[];
  /** uniformResourceIdentifier entries of the subject alternative name. */
  readonly uris: readonly string[];
  /** Key identifiers, base64url. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** Subject and issuer are the same and the own key verifies it. */
  readonly selfSigned: boolean;
  /** undefined if node:crypto has no JWK for this kind of key. */
  readonly publicJwk: Jwk | undefined;
}

export interface CertificateReading {
  readonly certificate: Certificate | undefined;
  readonly errors: readonly ReadError[];
}

const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const OIDS = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  san: '2.5.29.17',
  basic: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
};
const EXTENDED_KEY_USAGE = '2.5.29.37';

const MAX_CERTIFICATE = 64 * 1024;

/** Certificates that were read lately, by their bytes: a chain comes again in every message that its owner signs. */
const lately = new Map<string, CertificateReading>();
const MAX_LATELY = 200;
/** Longer ones are seldom, and are not kept. */
const MAX_KEPT = 4096;

/** Reads one DER certificate. Never throws. Code: `certificate-unreadable`. */
export function readCertificate(der: Uint8Array): CertificateReading {
  if (der.length > MAX_KEPT) return read(der);
  const bytes = Buffer.from(der).toString('latin1');
  const known = lately.get(bytes);
  if (known !== undefined) return known;
  const reading = read(Uint8Array.from(der));
  const [oldest] = lately.keys();
  if (lately.size >= MAX_LATELY && oldest !== undefined) lately.delete(oldest);
  lately.set(bytes, reading);
  return reading;
}

function read(der: Uint8Array): CertificateReading {
  const whole = der.length > MAX_CERTIFICATE ? undefined : readElement(der);
  // The constructor would also take PEM, and bytes after the certificate.
  if (whole === undefined || whole.tag !== TAG.sequence || whole.raw.length !== der.length) return unreadable();
  try {
    const x509 = new X509Certificate(der);
    const extensions = extensionsOf(whole);
    const basic = extensions.get(OIDS.basic);
    const [ca, pathLength] = children(readElement(basic ?? new Uint8Array()));
    const names = children(readElement(extensions.get(OIDS.san) ?? new Uint8Array()));
    const named = (tag: number): string[] =>
      names.filter((name) => name.tag === tag).map((name) => Buffer.from(name.content).toString('latin1'));
    const authority = children(readElement(extensions.get(OIDS.authorityKeyId) ?? new Uint8Array())).find(
      (item) => item.tag === 0x80,
    );
    const subjectKey = extensions.get(OIDS.subjectKeyId);
    const own = subjectKey === undefined ? undefined : readElement(subjectKey)?.content;
    const extended = extensions.get(EXTENDED_KEY_USAGE);
    return {
      certificate: {
        der,
        x509,
        subject: x509.subject,
        issuer: x509.issuer,
        notBefore: Date.parse(x509.validFrom),
        notAfter: Date.parse(x509.validTo),
        isCa: ca?.tag === TAG.boolean && ca.content[0] !== 0,
        pathLength: pathLength?.tag === TAG.integer ? pathLength.content[0] : undefined,
        keyUsage: usages(extensions.get(OIDS.keyUsage)),
        extendedKeyUsage:
          extended === undefined ? undefined : children(readElement(extended)).map((item) => dotted(item.content)),
        dns: named(0x82),
        uris: named(0x86),
        subjectKeyId: own === undefined ? undefined : base64url(own),
        authorityKeyId: authority === undefined ? undefined : base64url(authority.content),
        selfSigned: x509.subject === x509.issuer && x509.verify(x509.publicKey),
        publicJwk: jwkOf(x509),
      },
      errors: [],
    };
  } catch {
    return unreadable();
  }
}

function unreadable(): CertificateReading {
  const error = readError('certificate-unreadable', 'no readable DER certificate', '不是可讀取的 DER 憑證', {
    section: 'RFC5280 4',
  });
  return { certificate: undefined, errors: [error] };
}

function jwkOf(x509: X509Certificate): Jwk | undefined {
  try {
    const jwk = x509.publicKey.export({ format: 'jwk' });
    return jwk.kty === undefined ? undefined : { ...jwk, kty: jwk.kty };
  } catch {
    return undefined;
  }
}

/** Extension values (contents of the OCTET STRING) by OID. */
function extensionsOf(certificate: DerElement): Map<string, Uint8Array> {
  const tbs = children(certificate)[0];
  const wrapper = children(tbs).find((item) => item.tag === 0xa3);
  const list = wrapper === undefined ? undefined : readElement(wrapper.content);
  const out = new Map<string, Uint8Array>();
  for (const extension of children(list)) {
    const parts = children(extension);
    const value = parts.at(-1);
    if (parts[0]?.tag === TAG.oid && value?.tag === TAG.octetString) out.set(dotted(parts[0].content), value.content);
  }
  return out;
}

function usages(value: Uint8Array | undefined): string[] | undefined {
  const bits = value === undefined ? undefined : readElement(value)?.content.subarray(1);
  return bits && USAGES.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

/** The subject's Name and key identifier of a DER certificate, as an issuer of others needs them; undefined if unreadable. */
export function issuerPartsOf(
  der: Uint8Array,
): { readonly name: Uint8Array; readonly keyId: Uint8Array | undefined } | undefined {
  const whole = readElement(der);
  const fields = children(children(whole)[0]).filter((item) => item.tag !== 0xa0);
  const name = fields[4];
  if (whole === undefined || name === undefined) return undefined;
  const id = extensionsOf(whole).get(OIDS.subjectKeyId);
  return { name: name.raw, keyId: id === undefined ? undefined : readElement(id)?.content };
}

/** `x509_hash`: base64url of the SHA-256 of the DER (OpenID4VP 5.9.3). */
export function x509Hash(der: Uint8Array): string {
  return hashBase64url('sha256', der);
}

export interface ChainVerification {
  readonly ok: boolean;
  readonly errors: readonly ReadError[];
  /** The anchor that the chain ends at. */
  readonly anchor: Certificate | undefined;
  /** The anchor itself was sent in the chain (HAIP 1.0 forbids that in some places). */
  readonly anchorIncluded: boolean;
}

/**
 * Verifies a chain, leaf first, to one of the anchors at a time (RFC 5280 6.1 without name constraints, policies and revocation). Codes:
 * `chain-empty`, `certificate-expired`, `certificate-not-yet-valid`, `chain-issuer`, `chain-not-ca`, `chain-key-usage`, `chain-path-length`, `chain-untrusted`.
 * `at` of an error is `x5c/<n>`. Without `anchors`, trust is not judged.
 */
export function verifyChain(
  chain: readonly Certificate[],
  options: { readonly anchors?: readonly Certificate[]; readonly at: number },
): ChainVerification {
  const errors: ReadError[] = [];
  const note = (code: string, en: string, zh: string, at: number): void => {
    errors.push(readError(code, en, zh, { at: `x5c/${at}`, section: 'RFC5280 6.1' }));
  };
  const last = chain.at(-1);
  if (last === undefined) {
    errors.push(readError('chain-empty', 'the chain is empty', '憑證鏈是空的'));
    return { ok: false, errors, anchor: undefined, anchorIncluded: false };
  }
  const { anchors } = options;
  const included = anchors?.find((anchor) => sameBytes(anchor.der, last.der));
  const anchor = included ?? anchors?.find((candidate) => issued(candidate, last));
  if (anchors !== undefined && anchor === undefined) {
    const shown = quote(last.issuer);
    note('chain-untrusted', `no trust anchor for issuer ${shown}`, `找不到簽發者 ${shown} 的信任錨`, chain.length - 1);
  }
  const path = anchor === undefined || included !== undefined ? chain : [...chain, anchor];
  for (const [index, certificate] of path.entries()) {
    if (options.at > certificate.notAfter) {
      const end = new Date(certificate.notAfter).toISOString();
      note('certificate-expired', `expired at ${end}`, `已於 ${end} 過期`, index);
    }
    if (options.at < certificate.notBefore) {
      const start = new Date(certificate.notBefore).toISOString();
      note('certificate-not-yet-valid', `not valid before ${start}`, `於 ${start} 之前無效`, index);
    }
    const above = path[index + 1];
    if (above !== undefined && !issued(above, certificate)) {
      note('chain-issuer', 'not issued by the next certificate', '不是由下一張憑證簽發', index);
    }
    if (index === 0) continue;
    if (!certificate.isCa) note('chain-not-ca', 'issues certificates but is no CA', '簽發憑證卻不是 CA', index);
    if (certificate.keyUsage?.includes('keyCertSign') === false) {
      note('chain-key-usage', 'key usage lacks keyCertSign', '金鑰用途缺少 keyCertSign', index);
    }
    if (certificate.pathLength !== undefined && index - 1 > certificate.pathLength) {
      note('chain-path-length', 'more CAs below than its path length allows', '下層 CA 數量超過路徑長度限制', index);
    }
  }
  return { ok: errors.length === 0, errors, anchor, anchorIncluded: included !== undefined };
}

function issued(issuer: Certificate, subject: Certificate): boolean {
  try {
    // checkIssued compares names and key identifiers; the signature is another matter.
    return (
      issuer.x509.subject === subject.x509.issuer &&
      (subject.x509.checkIssued(issuer.x509) || !issuer.isCa) &&
      subject.x509.verify(issuer.x509.publicKey)
    );
  } catch {
    return false;
  }
}
