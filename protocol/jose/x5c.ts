import { readBase64 } from '../encoding.ts';
import type { ReadError } from '../read-error.ts';
import { errorsAt, readError } from '../read-error.ts';
import type { Certificate } from '../x509.ts';
import { readCertificate } from '../x509.ts';

export interface X5cReading {
  /** Those that could be read, leaf first; empty if the leaf could not. */
  readonly certificates: readonly Certificate[];
  readonly errors: readonly ReadError[];
}

const MAX_CHAIN = 10;

/**
 * Reads an `x5c` header parameter (RFC 7515 4.1.6): an array of standard base64 DER, leaf first. Never throws; trust is not judged (`verifyChain`).
 * Codes: `x5c-not-array`, `x5c-empty`, `x5c-too-long`, `x5c-not-string`, `base64-alphabet`, `base64-length`, `certificate-unreadable`.
 */
export function readX5c(value: unknown): X5cReading {
  const section = 'RFC7515 4.1.6';
  if (!Array.isArray(value)) {
    return {
      certificates: [],
      errors: [readError('x5c-not-array', '"x5c" is no array', '「x5c」不是陣列', { section })],
    };
  }
  const entries: readonly unknown[] = value;
  if (entries.length === 0) {
    return { certificates: [], errors: [readError('x5c-empty', '"x5c" is empty', '「x5c」是空的', { section })] };
  }
  const errors: ReadError[] = [];
  if (entries.length > MAX_CHAIN) {
    errors.push(readError('x5c-too-long', `more than ${MAX_CHAIN} certificates`, `憑證超過 ${MAX_CHAIN} 張`));
  }
  const certificates: Certificate[] = [];
  let leaf = false;
  for (const [index, entry] of entries.slice(0, MAX_CHAIN).entries()) {
    const place = `x5c/${index}`;
    if (typeof entry !== 'string') {
      errors.push(readError('x5c-not-string', 'an entry is no string', '項目不是字串', { at: place, section }));
      continue;
    }
    const { bytes, errors: encoding } = readBase64(entry.slice(0, 100_000));
    errors.push(...errorsAt(place, encoding));
    if (bytes === undefined) continue;
    const { certificate, errors: found } = readCertificate(bytes);
    errors.push(...errorsAt(place, found));
    if (certificate === undefined) continue;
    if (index === 0) leaf = true;
    certificates.push(certificate);
  }
  return { certificates: leaf ? certificates : [], errors };
}

/** `x5c` of DER certificates, leaf first. */
export function x5cOf(chain: readonly Uint8Array[]): string[] {
  return chain.map((der) => Buffer.from(der).toString('base64'));
}
