import { readBase64 } from '../../../protocol/encoding.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, member } from '../../../protocol/json.ts';
import type { Certificate, ChainVerification } from '../../../protocol/x509.ts';
import { readCertificate, verifyChain } from '../../../protocol/x509.ts';
import type { Trust } from '../../contracts.ts';

const MAX_CHAIN = 10;

/** The certificates of an `x5c` header parameter, leaf first; undefined if it is absent or one of them cannot be read. */
export function chainOf(header: JsonObject | undefined): readonly Certificate[] | undefined {
  const entries = arr(header, 'x5c');
  if (entries === undefined || entries.length === 0 || entries.length > MAX_CHAIN) return undefined;
  const chain: Certificate[] = [];
  for (const entry of entries) {
    const { bytes, errors } = typeof entry === 'string' ? readBase64(entry) : { bytes: undefined, errors: [] };
    const certificate = bytes === undefined || errors.length > 0 ? undefined : readCertificate(bytes).certificate;
    if (certificate === undefined) return undefined;
    chain.push(certificate);
  }
  return chain;
}

const anchorsByPem = new Map<string, Certificate | undefined>();

/** The trust anchors of a configuration. PEM that cannot be read is left out: configuration is checked where it is loaded. */
export function anchorsOf(trust: Trust): readonly Certificate[] {
  return trust.anchors.flatMap((pem) => {
    if (!anchorsByPem.has(pem)) {
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/gu, ''), 'base64');
      anchorsByPem.set(pem, readCertificate(der).certificate);
    }
    const found = anchorsByPem.get(pem);
    return found === undefined ? [] : [found];
  });
}

/** Verifies a chain to the anchors at a time in ms; `any` leaves trust out and looks at the chain itself only. */
export function judgeChain(chain: readonly Certificate[], trust: Trust, at: number, any: boolean): ChainVerification {
  return verifyChain(chain, any ? { at } : { anchors: anchorsOf(trust), at });
}

/** True if the error is about the time of a certificate. */
export function isValidityError(code: string): boolean {
  return code === 'certificate-expired' || code === 'certificate-not-yet-valid';
}

/** True if the leaf certificate is for this host name or IP address (subject alternative name). */
export function isForHost(leaf: Certificate, host: string): boolean {
  const bare = host.replace(/^\[|\]$/gu, '');
  if (/^[\d.]+$/u.test(bare) || bare.includes(':')) return leaf.x509.checkIP(bare) !== undefined;
  return leaf.dns.some((name) => name.toLowerCase() === bare.toLowerCase()) || matchesWildcard(leaf.dns, bare);
}

function matchesWildcard(names: readonly string[], host: string): boolean {
  const parent = host.slice(host.indexOf('.') + 1).toLowerCase();
  return host.includes('.') && names.some((name) => name.toLowerCase() === `*.${parent}`);
}

/** Header parameter names a certificate chain that could not be read. */
export function hasBrokenChain(header: JsonObject | undefined): boolean {
  return member(header, 'x5c') !== undefined && chainOf(header) === undefined;
}
