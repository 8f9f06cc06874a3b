import { TransportError } from '../http.ts';
import type { TransportFailure } from '../http.ts';

/** Error codes of node and undici, by what they mean for an exchange. TLS has too many codes for a list: see `isTls`. */
const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_DESTROYED: 'reset',
  UND_ERR_CLOSED: 'reset',
  UND_ERR_ABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  HPE_HEADER_OVERFLOW: 'too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed',
  UND_ERR_INVALID_ARG: 'malformed',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'malformed',
  ERR_INVALID_URL: 'malformed',
  TOUCHSTONE_BLOCKED: 'blocked',
};

/** Thrown inside a name lookup when every address is one that must not be called. */
export class BlockedAddressError extends Error {
  readonly code = 'TOUCHSTONE_BLOCKED';
}

/** Turns whatever a socket, TLS, the resolver or the HTTP parser threw into the one error of an HttpClient. Never throws. */
export function toTransportError(error: unknown, url: string): TransportError {
  if (error instanceof TransportError) return error;
  const cause = innermost(error);
  const code = codeOf(cause);
  const failure = failureOf(code);
  return new TransportError(failure, `${failure}: ${where(url)}: ${messageOf(cause, code)}`, { cause: error });
}

/** Host and port of a URL; the rest may be long, secret, or not a URL at all. */
export function where(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}

function failureOf(code: string): TransportFailure {
  const known = FAILURES[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'malformed';
  return isTls(code) ? 'tls' : 'reset';
}

function isTls(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$)|SELF_SIGNED|UNABLE_TO_|CRL_|CERTIFICATE|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH/.test(
    code,
  );
}

/** The error that says most: that of the first address where several were tried, or the cause of a wrapper. */
function innermost(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
    else if (inner instanceof Error && inner.cause instanceof Error && failureOf(codeOf(inner)) === 'reset') {
      inner = inner.cause;
    } else break;
  }
  return inner;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // undici's parser leaves the code out of some of its errors.
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : '';
}

function messageOf(error: unknown, code: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/\s+/g, ' ').trim().slice(0, 300);
  return code === '' || line.includes(code) ? line : `${line} (${code})`;
}
