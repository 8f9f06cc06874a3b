import { sha256Base64url } from './encoding.ts';
import { isObject, member, str } from './json.ts';
import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

export type Parameters = readonly (readonly [name: string, value: string])[];

/** Parameters of a form body or a query, in order. */
export interface FormReading {
  readonly parameters: Parameters;
  readonly errors: readonly ReadError[];
}

const MAX_PARAMETERS = 1000;
const MAX_FORM = 10 * 1024 * 1024;

/**
 * Reads `application/x-www-form-urlencoded` without throwing. Codes: `form-too-large`, `form-percent-encoding` (the raw text is kept),
 * `form-duplicate` (RFC 6749 3.1, 3.2: a parameter must not be included more than once).
 */
export function readForm(input: string | Uint8Array): FormReading {
  const source = typeof input === 'string' ? input : Buffer.from(input).toString('utf8');
  const errors: ReadError[] = [];
  const pieces = source.length > MAX_FORM ? [] : source.split('&', MAX_PARAMETERS + 1);
  if (source.length > MAX_FORM || pieces.length > MAX_PARAMETERS) {
    errors.push(readError('form-too-large', 'the form is too large', '表單過大'));
    pieces.length = Math.min(pieces.length, MAX_PARAMETERS);
  }
  const parameters: (readonly [string, string])[] = [];
  const seen = new Map<string, number>();
  for (const piece of pieces) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = decode(equals === -1 ? piece : piece.slice(0, equals), errors);
    const value = equals === -1 ? '' : decode(piece.slice(equals + 1), errors);
    parameters.push([name, value]);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    if (times === 2) {
      const shown = quote(name);
      errors.push(
        readError('form-duplicate', `parameter "${shown}" appears more than once`, `參數「${shown}」重複出現`, {
          at: shown,
          section: 'RFC6749 3.1',
        }),
      );
    }
  }
  return { parameters, errors };
}

function decode(text: string, errors: ReadError[]): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    const shown = quote(text);
    errors.push(readError('form-percent-encoding', `wrong percent-encoding: ${shown}`, `百分號編碼錯誤：${shown}`));
    return spaced;
  }
}

/** First value of a parameter; undefined if absent. */
export function param(form: Pick<FormReading, 'parameters'>, name: string): string | undefined {
  return form.parameters.find(([key]) => key === name)?.[1];
}

/**
 * Encodes parameters in order. Spaces become `%20`, which readers of forms and of URLs both understand.
 * A record's undefined members are left out.
 */
export function encodeForm(parameters: Parameters | Readonly<Record<string, string | undefined>>): string {
  const list: Parameters = isList(parameters)
    ? parameters
    : Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return list.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
}

/** `encodeURIComponent` for texts of strangers: a lone surrogate, at which that throws, becomes U+FFFD. */
export function percentEncode(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Cs}/gu, '\ufffd'));
}

function isList(parameters: Parameters | Readonly<Record<string, string | undefined>>): parameters is Parameters {
  return Array.isArray(parameters);
}

export interface Challenge {
  /** As written; compare without case (RFC 9110 11.1). */
  readonly scheme: string;
  readonly token68?: string;
  /** Names in lower case. */
  readonly parameters: Parameters;
}

export interface ChallengesReading {
  readonly challenges: readonly Challenge[];
  readonly errors: readonly ReadError[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"/s;
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/;

/**
 * Reads the value of a `WWW-Authenticate` header (RFC 9110 11.6.1), which may hold several challenges.
 * Codes: `challenge-syntax` (what came before is returned), `challenge-duplicate-parameter`.
 */
export function readWwwAuthenticate(value: string): ChallengesReading {
  const challenges: { scheme: string; token68?: string; parameters: [string, string][] }[] = [];
  const errors: ReadError[] = [];
  let rest = value.slice(0, 16_384).trim();
  while (rest !== '' && errors.length < 10) {
    rest = rest.replace(/^[\s,]+/, '');
    const name = TOKEN.exec(rest)?.[0];
    if (name === undefined) {
      if (rest !== '') errors.push(challengeSyntax(rest));
      break;
    }
    rest = rest.slice(name.length);
    const current = challenges.at(-1);
    const equals = /^\s*=\s*(?!=*\s*(?:,|$))/.exec(rest);
    if (equals !== null && current !== undefined) {
      rest = rest.slice(equals[0].length);
      const quoted = QUOTED.exec(rest);
      const token = quoted === null ? TOKEN.exec(rest)?.[0] : undefined;
      if (quoted === null && token === undefined) {
        errors.push(challengeSyntax(rest));
        break;
      }
      rest = rest.slice((quoted?.[0] ?? token ?? '').length);
      const key = name.toLowerCase();
      if (current.parameters.some(([known]) => known === key)) {
        errors.push(readError('challenge-duplicate-parameter', `parameter "${key}" twice`, `參數「${key}」重複出現`));
      }
      current.parameters.push([key, quoted === null ? (token ?? '') : (quoted[1] ?? '').replace(/\\(.)/gs, '$1')]);
    } else {
      const challenge: { scheme: string; token68?: string; parameters: [string, string][] } = {
        scheme: name,
        parameters: [],
      };
      challenges.push(challenge);
      const space = /^ +/.exec(rest)?.[0];
      if (space !== undefined) {
        rest = rest.slice(space.length);
        const token68 = TOKEN68.exec(rest)?.[0];
        // A lone token after the scheme could start the next challenge only after a comma, so here it is a token68.
        if (token68 !== undefined) {
          challenge.token68 = token68;
          rest = rest.slice(token68.length);
        }
      }
    }
    if (!/^\s*(,|$)/.test(rest) && challenges.at(-1)?.parameters.length !== 0) {
      errors.push(challengeSyntax(rest));
      break;
    }
  }
  return { challenges, errors };
}

function challengeSyntax(rest: string): ReadError {
  const shown = quote(rest, 40);
  return readError(
    'challenge-syntax',
    `wrong syntax in WWW-Authenticate at ${shown}`,
    `WWW-Authenticate 語法錯誤：${shown}`,
    {
      section: 'RFC9110 11.6.1',
    },
  );
}

/** Parameter of a challenge; undefined if absent. */
export function challengeParam(challenge: Challenge, name: string): string | undefined {
  return challenge.parameters.find(([key]) => key === name.toLowerCase())?.[1];
}

/**
 * Well-known URL with the suffix inserted between host and path of an identifier (RFC 8414 3.1, OpenID4VCI 12.2.2, SD-JWT VC): a
 * terminating `/` of the path is dropped first. Undefined if the identifier is no http(s) URL.
 */
export function wellKnownUrl(identifier: string, suffix: string): string | undefined {
  const url = parseUrl(identifier);
  if (url === undefined) return undefined;
  return `${url.origin}/.well-known/${suffix}${url.pathname.replace(/\/$/, '')}`;
}

/** Well-known URL appended to the path (OpenID Connect Discovery 4.1), which some servers use instead. */
export function appendedWellKnownUrl(identifier: string, suffix: string): string | undefined {
  const url = parseUrl(identifier);
  return url === undefined ? undefined : `${url.origin}${url.pathname.replace(/\/$/, '')}/.well-known/${suffix}`;
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/** Errors of an identifier that must be an https URL with no query and no fragment (RFC 8414 2, OpenID4VCI 12.2.1). Codes: `identifier-not-url`, `identifier-not-https`, `identifier-query`, `identifier-fragment`. */
export function identifierErrors(identifier: string, options: { readonly allowHttp?: boolean } = {}): ReadError[] {
  const url = parseUrl(identifier);
  if (url === undefined) {
    const shown = quote(identifier);
    return [readError('identifier-not-url', `no http(s) URL: ${shown}`, `不是 http(s) 網址：${shown}`)];
  }
  const errors: ReadError[] = [];
  if (url.protocol !== 'https:' && options.allowHttp !== true) {
    errors.push(readError('identifier-not-https', 'the identifier is not https', '識別碼不是 https'));
  }
  if (identifier.includes('?'))
    errors.push(readError('identifier-query', 'the identifier has a query', '識別碼含有查詢字串'));
  if (identifier.includes('#')) {
    errors.push(readError('identifier-fragment', 'the identifier has a fragment', '識別碼含有片段（fragment）'));
  }
  return errors;
}

/** PKCE code challenge, method S256 (RFC 7636 4.2). */
export function pkceChallenge(verifier: string): string {
  return sha256Base64url(verifier);
}

/** True for a code verifier of 43 to 128 unreserved characters (RFC 7636 4.1). */
export function isCodeVerifier(verifier: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(verifier);
}

/** An OAuth error answer (RFC 6749 5.2). */
export interface OAuthError {
  /** undefined: the answer is no OAuth error. */
  readonly error: string | undefined;
  readonly description: string | undefined;
  readonly uri: string | undefined;
  readonly errors: readonly ReadError[];
}

const ERROR_CHARACTERS = /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/;

/**
 * Reads the parsed JSON body of an error answer. Codes: `oauth-error-missing`, `oauth-error-type`, `oauth-error-characters` (RFC 6749 5.2
 * allows %x20-21 / %x23-5B / %x5D-7E only).
 */
export function readOAuthError(body: unknown): OAuthError {
  const errors: ReadError[] = [];
  const error = str(body, 'error');
  if (error === undefined || error === '') {
    errors.push(
      readError('oauth-error-missing', '"error" is missing', '缺少「error」', { at: '/error', section: 'RFC6749 5.2' }),
    );
  }
  for (const name of ['error', 'error_description', 'error_uri']) {
    if (!isObject(body) || !Object.hasOwn(body, name)) continue;
    const value = member(body, name);
    const where = { at: `/${name}`, section: 'RFC6749 5.2' };
    if (typeof value !== 'string')
      errors.push(readError('oauth-error-type', `"${name}" is no string`, `「${name}」不是字串`, where));
    else if (!ERROR_CHARACTERS.test(value)) {
      errors.push(
        readError(
          'oauth-error-characters',
          `"${name}" has characters that it may not have`,
          `「${name}」含有不允許的字元`,
          where,
        ),
      );
    }
  }
  return { error, description: str(body, 'error_description'), uri: str(body, 'error_uri'), errors };
}
