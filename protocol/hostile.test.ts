import { describe, expect, it } from 'vitest';
import { readForm, readWwwAuthenticate } from './oauth.ts';
import { inspect } from './inspect.ts';
import { readBase64, readBase64url } from './encoding.ts';
import { decryptCompact } from './jose/jwe.ts';
import { readJwt } from './jose/jws.ts';
import { readJson } from './json.ts';
import { readLink } from './links.ts';
import { readSdJwt, resolveSdJwt } from './sd-jwt/read.ts';
import { readDcql } from './dcql/query.ts';

/** 5 MB of what a hostile target could send; each reader must come back soon, whatever it says. */
const size = 5_000_000;
const fill = (unit: string): string => unit.repeat(Math.floor(size / unit.length));

describe('5 MB of hostile text', () => {
  it.each<[string, () => unknown]>([
    ['base64url of padding', () => readBase64url(`${fill('=')}!`)],
    ['base64 of padding', () => readBase64(`${fill('=')}!`)],
    ['empty objects', () => readJson(`[${fill('{},')}{}]`)],
    ['small objects', () => readJson(`[${fill('{"a":1},')}{}]`)],
    ['duplicates', () => readJson(`{${fill('"a":1,')}"a":1}`)],
    ['escapes', () => readJson(`"${fill(String.raw`\\\"`)}"`)],
    ['depth', () => readJson(fill('['))],
    ['depth of objects', () => readJson(fill('{"a":'))],
    ['dots', () => readJwt(fill('.'))],
    ['JWE of dots', () => decryptCompact(fill('.'), {})],
    ['tildes', () => resolveSdJwt(readSdJwt(fill('~')))],
    ['disclosures', () => resolveSdJwt(readSdJwt(`e30.e30.e30~${fill('WyJhIl0~')}`))],
    ['parameters', () => readForm(fill('a=b&'))],
    ['percent signs', () => readForm(fill('%'))],
    ['challenges', () => readWwwAuthenticate(fill('a="\\'))],
    ['link', () => readLink(`x:${fill('?')}`)],
    ['dcql', () => readDcql({ credentials: [{ claims: fill('a,').split(',') }] })],
    ...['=', 'a=', '-----BEGIN CERTIFICATE-----', 'MII', 'did:jwk:', '~a', '{"a":', 'eyJ.', 'a:', ' '].map(
      (unit) => [`inspect ${unit}`, () => inspect(fill(unit))] as [string, () => unknown],
    ),
  ])('%s', (_name, run) => {
    const started = performance.now();
    expect(run()).toBeDefined();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
