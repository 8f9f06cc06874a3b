import type { JsonObject } from './json.ts';
import { arr, isObject, member, num, obj, readJson, setOwn, str } from './json.ts';
import { readDcql } from './dcql/query.ts';
import type { Detection } from './detect.ts';
import { detect, textOfInput } from './detect.ts';
import { didKeys, resolveDid, splitDidUrl } from './did.ts';
import { readBase64 } from './encoding.ts';
import { readJweHeader } from './jose/jwe.ts';
import type { JwtReading } from './jose/jws.ts';
import { readJwt, verifyJws } from './jose/jws.ts';
import type { Jwk } from './jose/keys.ts';
import { readJwk, thumbprint } from './jose/keys.ts';
import { readX5c } from './jose/x5c.ts';
import { readLink } from './links.ts';
import { readForm } from './oauth.ts';
import type { Parameters } from './oauth.ts';
import type { ReadError } from './read-error.ts';
import { errorsAt, quote, readError } from './read-error.ts';
import { readSdJwt, resolveSdJwt, sdHash } from './sd-jwt/read.ts';
import { readStatusListToken, statusListSize } from './status-list.ts';
import type { Certificate } from './x509.ts';
import { readCertificate, x509Hash } from './x509.ts';

/** A decoded artifact: plain data, to be printed or validated. Strings in it are a stranger's. */
export interface Inspection extends Detection {
  readonly decoded: unknown;
  readonly errors: readonly ReadError[];
}

export interface InspectOptions {
  /** Milliseconds since the epoch; if given, `nbf`, `exp` and certificates are judged against it. */
  readonly at?: number;
}

/** Artifacts inside artifacts: a link holds a request object, that a certificate. Deeper than this nobody nests. */
const MAX_NESTING = 4;

/**
 * Decodes any artifact known here, with what is inside it, and collects every error of the strict readers. Never throws, fetches nothing. Signatures are
 * verified where the key is at hand (`jwk`, `x5c`, did:jwk, did:key; a KB-JWT's in `cnf`): `signature` says which. Trust is not judged.
 */
export function inspect(input: string | Uint8Array, options: InspectOptions = {}): Inspection {
  return inspectNested(input, options, 0);
}

function inspectNested(input: string | Uint8Array, options: InspectOptions, depth: number): Inspection {
  const detection = detect(input);
  const text = textOfInput(input);
  const { decoded, errors } = decode(detection, input, text, options, depth);
  return { ...detection, decoded, errors };
}

interface Decoded {
  readonly decoded: unknown;
  readonly errors: readonly ReadError[];
}

function decode(
  detection: Detection,
  input: string | Uint8Array,
  text: string,
  options: InspectOptions,
  depth: number,
): Decoded {
  switch (detection.syntax) {
    case 'link': {
      const link = readLink(text);
      const inner = parameters(link.parameters, options, depth);
      const { scheme, authority, path } = link;
      return {
        decoded: { scheme, authority, path, parameters: inner.decoded },
        errors: [...link.errors, ...inner.errors],
      };
    }
    case 'form': {
      const form = readForm(text);
      const inner = parameters(form.parameters, options, depth);
      return { decoded: inner.decoded, errors: [...form.errors, ...inner.errors] };
    }
    case 'sd-jwt':
      return inspectSdJwt(text, options);
    case 'jwt':
      return detection.kind === 'status-list-token'
        ? inspectStatusList(text, options)
        : inspectJwt(readJwt(text), options, detection.kind);
    case 'jwe': {
      const { header, errors } = readJweHeader(text);
      return { decoded: { header, encrypted: true }, errors };
    }
    case 'did': {
      const { document, errors } = resolveDid(splitDidUrl(text).did);
      return { decoded: document, errors };
    }
    case 'certificate':
      return inspectCertificate(input, text, options);
    case 'json':
      return inspectJson(detection.kind, text);
    case 'unknown': {
      const error = readError('unknown-artifact', 'no artifact that is known here', '不是此處所知的資料');
      return { decoded: undefined, errors: [error] };
    }
  }
}

/** Values that are JSON or JWTs themselves are decoded in place. */
function parameters(list: Parameters, options: InspectOptions, depth: number): Decoded {
  const decoded: Record<string, unknown> = {};
  const errors: ReadError[] = [];
  for (const [name, value] of list) {
    const { syntax } = detect(value);
    const nested = syntax === 'json' || syntax === 'jwt' || syntax === 'jwe' || syntax === 'sd-jwt';
    if (!nested || depth >= MAX_NESTING) {
      setOwn(decoded, name, value);
      continue;
    }
    const inner = inspectNested(value, options, depth + 1);
    setOwn(decoded, name, syntax === 'json' ? inner.decoded : { kind: inner.kind, decoded: inner.decoded });
    errors.push(...errorsAt(quote(name), inner.errors));
  }
  return { decoded, errors };
}

function inspectJson(kind: string, text: string): Decoded {
  const { value, errors } = readJson(text);
  if (kind === 'dcql-query') return { decoded: value, errors: [...errors, ...readDcql(value).errors] };
  if (kind === 'jwk') return { decoded: value, errors: [...errors, ...readJwk(value).errors] };
  const keys = kind === 'jwks' ? (arr(value, 'keys') ?? []).slice(0, 100) : [];
  const found = keys.flatMap((key, index) => errorsAt(`keys/${index}`, readJwk(key).errors));
  return { decoded: value, errors: [...errors, ...found] };
}

interface EmbeddedKey {
  readonly from: 'jwk' | 'x5c' | 'did' | 'cnf';
  readonly jwk: Jwk;
}

/** The key that a JWT itself names and that needs no fetching. */
function embeddedKey(
  header: JsonObject | undefined,
  payload: JsonObject | undefined,
  chain: readonly Certificate[],
): EmbeddedKey | undefined {
  const own = obj(header, 'jwk');
  const jwk = own === undefined ? undefined : readJwk(own).jwk;
  if (jwk !== undefined) return { from: 'jwk', jwk };
  const leaf = chain[0]?.publicJwk;
  if (leaf !== undefined) return { from: 'x5c', jwk: leaf };
  const kid = str(header, 'kid') ?? '';
  const issuer = str(payload, 'iss') ?? '';
  const { did } = splitDidUrl(kid.startsWith('did:') ? kid : issuer);
  if (!/^did:(jwk|key):/.test(did)) return undefined;
  const { document } = resolveDid(did);
  const keys = document === undefined ? [] : didKeys(document).keys;
  const found = keys.find((key) => key.id === kid) ?? keys[0];
  return found && { from: 'did', jwk: found.jwk };
}

/** Decodes a JWT; `key` overrides the one that the JWT names. */
function inspectJwt(reading: JwtReading, options: InspectOptions, kind = 'jwt', key?: EmbeddedKey): Decoded {
  const { header, payload } = reading;
  const errors: ReadError[] = [...reading.errors];
  const x5c = header !== undefined && Object.hasOwn(header, 'x5c') ? readX5c(member(header, 'x5c')) : undefined;
  errors.push(...errorsAt('header', x5c?.errors ?? []));
  for (const [index, certificate] of (x5c?.certificates ?? []).entries()) {
    errors.push(...errorsAt(`header/x5c/${index}`, certificateTimes(certificate, options)));
  }
  const known = key ?? embeddedKey(header, payload, x5c?.certificates ?? []);
  let signature: string = header === undefined ? 'unreadable' : 'not verified: the key is not at hand';
  if (known !== undefined && header !== undefined) {
    const result = verifyJws(reading, known.jwk);
    signature = result.ok ? `verified with the key of ${known.from}` : `wrong: ${result.reason}`;
    if (!result.ok) errors.push({ code: result.reason, message: result.message, at: 'signature' });
  } else if (/^none$/i.test(str(header, 'alg') ?? '')) {
    signature = 'none';
    errors.push(
      readError('alg-none', 'not signed: "alg" is "none"', '未簽署：「alg」為「none」', { at: 'header/alg' }),
    );
  }
  errors.push(...errorsAt('payload', claimTimes(payload, options)));
  const query = kind === 'request-object' ? member(payload, 'dcql_query') : undefined;
  if (query !== undefined) errors.push(...errorsAt('payload/dcql_query', readDcql(query).errors));
  const certificates = x5c?.certificates.map(describeCertificate);
  return { decoded: { header, payload, signature, ...(certificates === undefined ? {} : { certificates }) }, errors };
}

function claimTimes(payload: JsonObject | undefined, { at }: InspectOptions): ReadError[] {
  const errors: ReadError[] = [];
  if (payload === undefined || at === undefined) return errors;
  const exp = num(payload, 'exp');
  const nbf = num(payload, 'nbf');
  const where = (name: string) => ({ at: `/${name}`, section: 'RFC7519 4.1' });
  if (exp !== undefined && exp * 1000 <= at) errors.push(readError('jwt-expired', 'expired', '已過期', where('exp')));
  if (nbf !== undefined && nbf * 1000 > at)
    errors.push(readError('jwt-not-yet-valid', 'not yet valid', '尚未生效', where('nbf')));
  return errors;
}

function inspectSdJwt(text: string, options: InspectOptions): Decoded {
  const reading = readSdJwt(text);
  const resolution = resolveSdJwt(reading);
  const issuer = inspectJwt(reading.issuerJwt, options);
  const reported = new Set(reading.issuerJwt.errors);
  const errors: ReadError[] = [
    ...reading.errors,
    ...resolution.errors,
    // The reading has the JWT's own errors already; inspecting adds those of key, certificates and times.
    ...errorsAt(
      'issuer-jwt',
      issuer.errors.filter((error) => !reported.has(error)),
    ),
  ];
  let kbJwt: unknown;
  if (reading.kbJwt !== undefined) {
    const cnf = readJwk(member(obj(resolution.claims, 'cnf'), 'jwk')).jwk;
    const kb = inspectJwt(reading.kbJwt, options, 'kb-jwt', cnf && { from: 'cnf', jwk: cnf });
    const own = new Set(reading.kbJwt.errors);
    errors.push(
      ...errorsAt(
        'kb-jwt',
        kb.errors.filter((error) => !own.has(error)),
      ),
    );
    kbJwt = kb.decoded;
    if (str(reading.kbJwt.payload, 'sd_hash') !== sdHash(reading.presented, reading.sdAlg)) {
      const where = { at: 'kb-jwt/payload/sd_hash', section: 'RFC9901 4.3' };
      errors.push(
        readError(
          'sd-hash-wrong',
          '"sd_hash" is missing or not that of this presentation',
          '「sd_hash」缺少或與此出示內容不符',
          where,
        ),
      );
    }
  }
  const disclosures = reading.disclosures.map(({ kind, salt, name, value, digest }) => ({
    kind,
    salt,
    name,
    value,
    digest,
  }));
  const { claims, hidden } = resolution;
  return {
    decoded: { issuerJwt: issuer.decoded, disclosures, claims, hidden, ...(kbJwt === undefined ? {} : { kbJwt }) },
    errors,
  };
}

function inspectStatusList(text: string, options: InspectOptions): Decoded {
  const token = readStatusListToken(text);
  const jwt = inspectJwt(token.jwt, options);
  const reported = new Set(token.errors);
  const list = token.list && {
    bits: token.list.bits,
    size: statusListSize(token.list),
    notValid: countNotValid(token.list.bytes, token.list.bits),
  };
  return {
    decoded: { ...(isObject(jwt.decoded) ? jwt.decoded : {}), list },
    errors: [...token.errors, ...jwt.errors.filter((error) => !reported.has(error))],
  };
}

/** How many entries are not 0. */
function countNotValid(bytes: Uint8Array, bits: number): number {
  const mask = 2 ** bits - 1;
  let count = 0;
  for (const byte of bytes) {
    if (byte === 0) continue;
    for (let shift = 0; shift < 8; shift += bits) count += ((byte >> shift) & mask) === 0 ? 0 : 1;
  }
  return count;
}

function inspectCertificate(input: string | Uint8Array, text: string, options: InspectOptions): Decoded {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)].slice(0, 10);
  const ders: (Uint8Array | undefined)[] =
    blocks.length > 0
      ? blocks.map((block) => readBase64((block[1] ?? '').replace(/\s/g, '')).bytes)
      : [typeof input === 'string' ? readBase64(text).bytes : input];
  const errors: ReadError[] = [];
  const decoded = ders.map((der, index) => {
    const { certificate, errors: found } = readCertificate(der ?? new Uint8Array());
    errors.push(
      ...errorsAt(`${index}`, [...found, ...(certificate === undefined ? [] : certificateTimes(certificate, options))]),
    );
    return certificate && describeCertificate(certificate);
  });
  return { decoded: decoded.length === 1 ? decoded[0] : decoded, errors };
}

function certificateTimes(certificate: Certificate, { at }: InspectOptions): ReadError[] {
  if (at === undefined) return [];
  if (at > certificate.notAfter) return [readError('certificate-expired', 'the certificate is expired', '憑證已過期')];
  if (at < certificate.notBefore)
    return [readError('certificate-not-yet-valid', 'the certificate is not yet valid', '憑證尚未生效')];
  return [];
}

function describeCertificate(certificate: Certificate): JsonObject {
  const { subject, issuer, isCa, selfSigned, dns, uris, keyUsage, authorityKeyId, subjectKeyId, publicJwk } =
    certificate;
  return {
    subject,
    issuer,
    notBefore: new Date(certificate.notBefore).toISOString(),
    notAfter: new Date(certificate.notAfter).toISOString(),
    isCa,
    selfSigned,
    dns,
    uris,
    keyUsage,
    subjectKeyId,
    authorityKeyId,
    x509Hash: x509Hash(certificate.der),
    publicJwk,
    thumbprint: publicJwk && thumbprint(publicJwk),
  };
}
