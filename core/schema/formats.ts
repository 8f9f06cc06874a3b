import type { Text } from '../text.ts';
import { text } from '../text.ts';

/** Formats of our schemas beyond those of JSON Schema. All are linear in the length of the string. */
export interface Format {
  readonly test: (value: string) => boolean;
  /** Completes "must be …". */
  readonly label: Text;
  /** Strings that look alike and are none, for mutations. */
  readonly wrong: readonly string[];
}

/**
 * A host that only the tester's own machine can be. Plain http is let pass there: nothing leaves the machine, and mocks and targets on
 * loopback run without certificates. Everywhere else https is demanded.
 */
const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const VISIBLE = /^[\x21-\x7E]+$/;

function isHttpsUrl(value: string): boolean {
  if (!VISIBLE.test(value) || !/^https?:\/\/[^/?#]/i.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
}

function pattern(expression: RegExp): (value: string) => boolean {
  return (value) => expression.test(value);
}

const NUMBER = String.raw`\s*[+-]?\d{1,3}(?:\.\d+)?\s*`;
const PERCENT = String.raw`\s*[+-]?\d{1,3}(?:\.\d+)?%\s*`;
const ALPHA = String.raw`(?:,\s*[01]?(?:\.\d+)?\s*)`;
const COLOR = new RegExp(
  [
    '^#(?:[0-9a-f]{3}|[0-9a-f]{6})$',
    `^rgb\\((?:${NUMBER},${NUMBER},${NUMBER}|${PERCENT},${PERCENT},${PERCENT})\\)$`,
    `^rgba\\((?:${NUMBER},${NUMBER},${NUMBER}|${PERCENT},${PERCENT},${PERCENT})${ALPHA}\\)$`,
    `^hsl\\(${NUMBER},${PERCENT},${PERCENT}\\)$`,
    `^hsla\\(${NUMBER},${PERCENT},${PERCENT}${ALPHA}\\)$`,
  ].join('|'),
  'i',
);

export const FORMATS: Readonly<Record<string, Format>> = {
  'https-url': {
    test: isHttpsUrl,
    label: text('an https URL', 'https 網址'),
    wrong: ['http://issuer.example/plain', 'not a url', '/relative'],
  },
  'absolute-url': {
    test: (value) => VISIBLE.test(value) && /^[a-z][a-z0-9+.-]*:./i.test(value),
    label: text('an absolute URI', '絕對 URI'),
    wrong: ['not a uri', '/relative'],
  },
  'language-tag': {
    // Well-formedness only, and wide: whether a subtag is registered is nothing that a message shows.
    test: pattern(/^(?:[A-Za-z]{2,8}|[xi](?=-))(?:-[A-Za-z0-9]{1,8}){0,20}$/),
    label: text('a BCP 47 language tag', 'BCP 47 語言標籤'),
    wrong: ['zh_TW', 'Traditional Chinese'],
  },
  'css-color': {
    test: (value) => value.length < 100 && COLOR.test(value),
    label: text('a numerical colour of CSS Color Module Level 3', 'CSS Color Module Level 3 的數值色彩'),
    wrong: ['tomato', '#12345'],
  },
  'compact-jws': {
    test: pattern(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/),
    label: text('a JWS in compact serialization', '精簡序列化的 JWS'),
    wrong: ['{"payload":"e30"}', 'e30', 'e30.e30.e30.e30.e30'],
  },
  'compact-jwe': {
    test: pattern(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){4}$/),
    label: text('a JWE in compact serialization', '精簡序列化的 JWE'),
    wrong: ['{"ciphertext":"e30"}', 'e30.e30.e30'],
  },
  base64url: {
    test: pattern(/^[A-Za-z0-9_-]+$/),
    label: text('unpadded base64url', '無填補的 base64url'),
    wrong: ['YQ==', 'a+b/', '{}'],
  },
  base64: {
    test: (value) => value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value),
    label: text('standard base64', '標準 base64'),
    wrong: ['MIIB-_', '-----BEGIN CERTIFICATE-----'],
  },
};
