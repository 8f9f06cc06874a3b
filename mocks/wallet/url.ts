import { wellKnownUrl } from '../../protocol/oauth.ts';

/** URL of a well-known document (RFC 8414 3.1, OpenID4VCI 12.2.2); empty if the identifier is no URL, so that it cannot be sent to. */
export function wellKnown(identifier: string, name: string): string {
  return wellKnownUrl(identifier, name) ?? '';
}

/** Parsed URL; undefined if it is none. */
export function parseUrl(text: string | undefined): URL | undefined {
  if (text === undefined || text.length > 100_000 || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** True for https; also for http on this machine, where TLS ends in front of a target under test. */
export function isServiceUrl(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const url = parseUrl(text);
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(host);
}
