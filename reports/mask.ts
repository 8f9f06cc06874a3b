import { bodyText } from '../core/trace/body.ts';
import type { MessageEntry } from '../core/trace/entries.ts';
import { maskJsonMembers } from './mask-json.ts';

/**
 * Secrets of a trace, hidden in what leaves the machine: tokens, codes, transaction codes, passwords, cookies, private keys.
 * A hidden value keeps a short prefix and a number, so that equal values are recognisable: `eyJh…#3`. The number is its
 * place among the secrets of the trace; no digest is shown, since a short code could be found from it.
 *
 * Credentials and presentations are not hidden: they are what a report is about. A report on somebody's real credential is
 * as confidential as that credential.
 */
export interface Mask {
  /** Any text: URL, JSON (also broken), form, header value, prose. */
  text(value: string): string;
  header(name: string, value: string): string;
}

/** A mask that hides nothing. */
export const NO_MASK: Mask = { text: (value) => value, header: (_name, value) => value };

/** Secrets shorter than this are hidden where their name stands, but not wherever the same characters occur. */
const RECOGNISABLE = 8;

const SECRET_NAMES = new Set(
  (
    'accesstoken refreshtoken idtoken token authtoken bearertoken sessiontoken csrftoken code preauthorizedcode txcode ' +
    'codeverifier devicecode usercode responsecode otp pin userpin clientassertion cookie authorization accesskey xapikey'
  ).split(' '),
);
const SECRET_ENDING = /(secret|password|passwd|passphrase|apikey|privatekey|accesstoken|refreshtoken|authtoken)$/;
/** Private members of a JWK (RFC 7518 6). */
const PRIVATE_JWK = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']);

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDING.test(plain);
}

/** In JSON `code` is also the name of an error or a status, and JWK members are one letter long: then the value decides. */
function isSecretMember(name: string, value: string): boolean {
  if (PRIVATE_JWK.has(name)) return /^[A-Za-z0-9_-]{16,}$/.test(value);
  if (name.toLowerCase() === 'code') return value.length >= 16 && !/^[A-Za-z _.-]*$/.test(value);
  return isSecretName(name);
}

const PEM = /-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY-----[^-]*(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----)?/g;
/** `name=value` in a query, a fragment or a form. */
const PAIR = /(^|[?&#])([^=&#?\s"'<>]{1,200})=([^&#\s"'<>]*)/g;
/** What can stand in a token without quoting: base64, base64url, JWT, percent-encoding. */
const RUN = /[A-Za-z0-9._~+%-]{8,}/g;
const EDGES = /^[.~+%-]+|[.~+%-]+$/g;

/** Builds a mask that knows the secrets of these messages. */
export function createMask(messages: readonly MessageEntry[]): Mask {
  const numbers = new Map<string, number>();
  const runs = new Map<string, string>();

  const hide = (secret: string): string => {
    if (secret === '') return secret;
    let number = numbers.get(secret);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(secret, number);
    }
    const label = `${secret.slice(0, Math.min(4, Math.floor(secret.length / 4)))}…#${number}`;
    if (secret.length >= RECOGNISABLE) {
      for (const run of secret.match(RUN) ?? []) {
        const core = run.replaceAll(EDGES, '');
        if (core.length >= RECOGNISABLE && !runs.has(core)) runs.set(core, label);
      }
    }
    return label;
  };

  const pair = (whole: string, before: string, name: string, value: string): string => {
    const plain = percentDecode(value);
    if (isSecretName(percentDecode(name))) return `${before}${name}=${encodeURIComponent(hide(plain))}`;
    if (!/^\s*[{[]/.test(plain)) return whole;
    const masked = members(plain);
    return masked === plain ? whole : `${before}${name}=${encodeURIComponent(masked)}`;
  };
  const members = (value: string): string =>
    maskJsonMembers(value, (name, secret) => (isSecretMember(name, secret) ? hide(secret) : undefined));
  const known = (value: string): string =>
    runs.size === 0
      ? value
      : value.replace(RUN, (run) => {
          const core = run.replaceAll(EDGES, '');
          const label = runs.get(core);
          return label === undefined ? run : run.replace(core, () => label);
        });

  const text = (value: string): string => {
    const keys = value.includes('PRIVATE KEY') ? value.replace(PEM, '-----BEGIN $1PRIVATE KEY-----…') : value;
    return known(members(keys.includes('=') ? keys.replace(PAIR, pair) : keys));
  };
  const header = (name: string, value: string): string => {
    switch (name.toLowerCase()) {
      case 'authorization':
      case 'proxy-authorization': {
        const [, scheme = '', rest = ''] = /^(\S+\s+)?(.*)$/s.exec(value) ?? [];
        return `${scheme}${hide(rest)}`;
      }
      case 'cookie':
        return value.replaceAll(
          /([^=;\s]*)=([^;]*)/g,
          (_whole, key: string, secret: string) => `${key}=${hide(secret)}`,
        );
      case 'set-cookie':
        return value.replace(/^([^=;]*)=([^;]*)/, (_whole, key: string, secret: string) => `${key}=${hide(secret)}`);
      default:
        return isSecretName(name) ? hide(value) : text(value);
    }
  };

  // Learns in the order of the trace, so that every report of a run shows the same number for the same secret.
  for (const message of messages) {
    const http = message.http;
    if (http !== undefined) {
      if ('url' in http) text(http.url);
      for (const [name, value] of http.headers) header(name, value);
    }
    text(bodyText(message.body));
  }
  return { text, header };
}

function percentDecode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}
