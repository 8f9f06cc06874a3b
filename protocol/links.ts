import type { FormReading, Parameters } from './oauth.ts';
import { encodeForm, param, readForm } from './oauth.ts';
import type { ReadError } from './read-error.ts';
import { quote, readError } from './read-error.ts';

/** A deep link or https link, taken apart without normalising anything. */
export interface LinkReading {
  readonly raw: string;
  /** Lower case, without `:`; undefined if the text is no URI. */
  readonly scheme: string | undefined;
  /** What stands between `//` and the next `/`, `?` or `#`; empty for `openid4vp://?…`. */
  readonly authority: string;
  readonly path: string;
  readonly parameters: Parameters;
  readonly fragment: string | undefined;
  readonly errors: readonly ReadError[];
}

const MAX_LINK = 1024 * 1024;
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/**
 * Parses a link such as `openid-credential-offer://?credential_offer=…`, `openid4vp://…`, `haip-vci://…` or an https link; never throws.
 * Codes: `link-too-large`, `link-syntax`, and those of `readForm` for the query.
 */
export function readLink(raw: string): LinkReading {
  const text = raw.trim();
  const found = text.length > MAX_LINK ? null : URI.exec(text);
  if (found === null) {
    const error =
      text.length > MAX_LINK
        ? readError('link-too-large', `a link of more than ${MAX_LINK} characters`, `連結超過 ${MAX_LINK} 個字元`)
        : readError('link-syntax', `no link: ${quote(text)}`, `不是連結：${quote(text)}`, { section: 'RFC3986 3' });
    return { raw, scheme: undefined, authority: '', path: '', parameters: [], fragment: undefined, errors: [error] };
  }
  const form: FormReading = readForm(found[4] ?? '');
  return {
    raw,
    scheme: found[1]?.toLowerCase(),
    authority: found[2] ?? '',
    path: found[3] ?? '',
    parameters: form.parameters,
    fragment: found[5],
    errors: form.errors,
  };
}

/**
 * Builds a link: `base` is a scheme with `://` (`openid4vp://`), or any URL, with or without a query of its own; parameters are appended in
 * order.
 */
export function buildLink(base: string, parameters: Parameters | Readonly<Record<string, string | undefined>>): string {
  const query = encodeForm(parameters);
  if (query === '') return base;
  const separator = base.includes('?') ? (/[?&]$/.test(base) ? '' : '&') : '?';
  return `${base}${separator}${query}`;
}

/** What a link carries, by its parameters. Schemes differ between profiles, so they do not decide. */
export function linkKind(link: LinkReading): 'credential-offer' | 'presentation-request' | 'unknown' {
  const has = (name: string): boolean => param(link, name) !== undefined;
  if (has('credential_offer') || has('credential_offer_uri')) return 'credential-offer';
  if (has('request') || has('request_uri') || has('dcql_query') || has('presentation_definition'))
    return 'presentation-request';
  return has('client_id') && has('response_type') ? 'presentation-request' : 'unknown';
}
