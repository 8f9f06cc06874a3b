import { describe, expect, it } from 'vitest';
import { toBody } from '../core/trace/body.ts';
import type { MessageEntry } from '../core/trace/entries.ts';
import { markdown } from './markdown.ts';
import { createMask } from './mask.ts';
import { cut, displayWidth, fit, shorten, visible, wrap } from './printable.ts';
import { progress } from './progress.ts';

describe('width', () => {
  it.each([
    ['abc', 3],
    ['試金石', 6],
    ['ｶﾅ', 2],
    ['e\u0301', 1],
    ['한글', 4],
    ['🪨', 2],
    ['「好」', 6],
    ['—…·', 3],
  ])('%s is %i columns', (value, width) => {
    expect(displayWidth(value)).toBe(width);
  });

  it('cuts between wide characters and fills up', () => {
    expect(cut('試金石', 5)).toBe('試金…');
    expect(cut('試金石', 6)).toBe('試金石');
    expect(cut('abc', 0)).toBe('');
    expect(fit('試金石', 4)).toBe('試… ');
    expect(displayWidth(fit('試金石', 9))).toBe(9);
  });

  it('wraps Chinese anywhere and words at spaces, never wider than asked', () => {
    const lines = wrap('發行端拒絕了 credential request 因為 abcdefghijklmnopqrstuvwxyz', 12);
    expect(lines.every((line) => displayWidth(line) <= 12)).toBe(true);
    expect(lines.join('').replaceAll(' ', '')).toBe('發行端拒絕了credentialrequest因為abcdefghijklmnopqrstuvwxyz');
  });
});

describe('visible', () => {
  it.each([
    ['\u001b[31m', '\\u{1b}[31m'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['\u009b', '\\u{9b}'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\nb\tc', 'a b c'],
    ['字 é 🪨', '字 é 🪨'],
  ])('%j', (value, shown) => {
    expect(visible(value)).toBe(shown);
  });

  it('shortens between characters', () => {
    expect(shorten('ab🪨cd', 3)).toBe('ab… (+4)');
  });
});

function message(body: string, http?: MessageEntry['http']): MessageEntry {
  const entry = { seq: 0, at: 0, clock: 0, type: 'message', kind: 'k', author: 'sut', sender: 'issuer' } as const;
  return { ...entry, receiver: 'wallet', channel: 'http', body: toBody(body), ...(http === undefined ? {} : { http }) };
}

describe('mask', () => {
  const mask = createMask([]);
  it.each([
    ['form', 'a=1&code=abcdefghijkl&b=2', 'a=1&code=abc%E2%80%A6%231&b=2'],
    ['JSON string', '{ "access_token" : "abcdefghijkl" }', '{ "access_token" : "abc…#1" }'],
    ['JSON number', '{"tx_code":123456,"x":1}', '{"tx_code":"1…#1","x":1}'],
    ['JSON that is cut', '{"refresh_token":"abcdefghijkl', '{"refresh_token":"abc…#1"'],
    ['escaped name', '{"access\\u005ftoken":"abcdefghijkl"}', '{"access\\u005ftoken":"abc…#1"}'],
    [
      'private JWK',
      '{"kty":"EC","d":"abcdefghijklmnop","x":"abcdefghijklmnop"}',
      '{"kty":"EC","d":"abcd…#1","x":"abcd…#1"}',
    ],
    [
      'offer link',
      `x://?credential_offer=${encodeURIComponent('{"pre-authorized_code":"abcdefghijkl"}')}`,
      `x://?credential_offer=${encodeURIComponent('{"pre-authorized_code":"abc…#1"}')}`,
    ],
    ['PEM', '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----', '-----BEGIN EC PRIVATE KEY-----…'],
    [
      'an error code is none',
      '{"code":"unsupported_credential_type","tx_code":{"length":4}}',
      '{"code":"unsupported_credential_type","tx_code":{"length":4}}',
    ],
    [
      'token_type, code_challenge',
      'token_type=DPoP&code_challenge=abcdefghijkl',
      'token_type=DPoP&code_challenge=abcdefghijkl',
    ],
  ])('%s', (_word, value, shown) => {
    expect(createMask([]).text(value)).toBe(shown);
  });

  it.each([
    ['Authorization', 'Bearer abcdefghijkl', 'Bearer abc…#'],
    ['Authorization', 'abcdefghijkl', 'abc…#'],
    ['cookie', 'a=abcdefghijkl; b=mnopqrstuvwx', 'a=abc…#'],
    ['set-cookie', 'a=abcdefghijkl; Path=/', 'a=abc…#'],
    ['X-Client-Secret', 'abcdefghijkl', 'abc…#'],
  ])('header %s: %s', (name, value, start) => {
    const shown = mask.header(name, value);
    expect(shown.startsWith(start)).toBe(true);
    expect(shown).not.toContain('defghijkl');
  });

  it('numbers secrets in the order of the trace and finds them again in prose', () => {
    const known = createMask([
      message('{"access_token":"first-token-0001"}'),
      message('', { status: 302, headers: [['location', 'https://w.example/cb?code=second-code-0002']] }),
    ]);
    expect(known.text('sent second-code-0002, then (first-token-0001).')).toBe('sent seco…#2, then (firs…#1).');
  });

  it('takes a body of many quotes and backslashes in linear time', () => {
    const started = performance.now();
    mask.text('"\\'.repeat(1_500_000));
    mask.text('a=b&'.repeat(500_000));
    mask.text('['.repeat(2_000_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('progress', () => {
  const finding = {
    check: 'c',
    requirements: [],
    verdict: 'fail' as const,
    message: { en: 'bad \u001b[2J', 'zh-Hant': '壞' },
    evidence: [],
  };
  function told(options: { tty: boolean; quiet: boolean }): string {
    let out = '';
    const listener = progress({ write: (value) => (out += value), columns: 60 }, { lang: 'en', ...options });
    listener.onPlan({ role: 'issuer', profile: 'p', tests: ['a', 'b'] });
    listener.onStart('a');
    listener.onTest({ id: 'a', verdict: 'pass', ms: 3, findings: [] });
    listener.onStart('b');
    listener.onTest({ id: 'b', verdict: 'fail', ms: 3, findings: [finding] });
    listener.onEnd();
    return out;
  }

  it('in a build log is one plain line for each test', () => {
    expect(told({ tty: false, quiet: false })).toBe(
      '2 tests, issuer, p\npass            a  3 ms\nfail            b  bad \\u{1b}[2J\n',
    );
  });

  it('on a terminal rewrites one line and keeps what is not green', () => {
    const out = told({ tty: true, quiet: false });
    expect(out).toContain('1/2');
    expect(out).toContain('\u001b[31mfail          \u001b[0m  b  bad \\u{1b}[2J\n');
    expect(out.endsWith('\r\u001b[2K')).toBe(true);
    expect(out).not.toContain('\u001b[2J');
  });

  it('is silent if asked to be', () => {
    expect(told({ tty: true, quiet: true })).toBe('');
  });
});

describe('markdown', () => {
  it.each([
    ['issuer/key-proof/nonce', 'issuer/key-proof/nonce'],
    ['a_b | c', 'a\\_b \\| c'],
    ['<b>&amp;', '&lt;b&gt;&amp;amp;'],
    ['@me #1', '\\@\u200bme \\#\u200b1'],
    ['https://x www.y', 'https:\u200b//x www\u200b.y'],
    ['1. one', '1\\. one'],
    ['- item', '\\- item'],
  ])('%s', (value, shown) => {
    expect(markdown(value)).toBe(shown);
  });
});
