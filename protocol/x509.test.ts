import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as peculiar from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { certificateTime, dotted, oid, readElement } from './der.ts';
import { generateSigningKey, thumbprint } from './jose/keys.ts';
import type { SignatureAlg } from './jose/keys.ts';
import { readX5c, x5cOf } from './jose/x5c.ts';
import { testRandom } from './test-random.ts';
import type { Certificate } from './x509.ts';
import { readCertificate, verifyChain, x509Hash } from './x509.ts';
import { certificatePem, makeCertificate } from './x509-make.ts';
import type { CertificateTemplate } from './x509-make.ts';

const now = Date.UTC(2031, 4, 6);
const day = 86_400_000;
const random = testRandom();
const caKey = generateSigningKey('ES256', testRandom('ca'));
const leafKey = generateSigningKey('ES256', testRandom('leaf'));
const template = (commonName: string, more: Partial<CertificateTemplate> = {}): CertificateTemplate => ({
  subject: { commonName, organization: '測試 & Co', country: 'TW' },
  publicJwk: leafKey.publicJwk,
  notBefore: now - day,
  notAfter: now + day,
  random,
  ...more,
});
const read = (der: Uint8Array): Certificate => {
  const { certificate } = readCertificate(der);
  if (certificate === undefined) throw new Error('unreadable');
  return certificate;
};
const caDer = makeCertificate(template('CA', { publicJwk: caKey.publicJwk, ca: true, pathLength: 0 }), caKey);
const ca = { key: caKey, der: caDer };
const leafDer = makeCertificate(
  template('Leaf', {
    dns: ['a.example', 'b.example'],
    uris: ['https://a.example/x'],
    ips: ['127.0.0.1'],
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  }),
  ca,
);

describe('making and reading', () => {
  it('reads back what was made', () => {
    expect(read(leafDer)).toMatchObject({
      notBefore: now - day,
      notAfter: now + day,
      isCa: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
      dns: ['a.example', 'b.example'],
      uris: ['https://a.example/x'],
      authorityKeyId: read(caDer).subjectKeyId,
      selfSigned: false,
    });
    expect(read(caDer)).toMatchObject({
      isCa: true,
      pathLength: 0,
      keyUsage: ['keyCertSign', 'cRLSign'],
      selfSigned: true,
    });
    expect(thumbprint(read(leafDer).publicJwk ?? {})).toBe(leafKey.kid);
    expect(read(leafDer).x509.checkHost('b.example')).toBe('b.example');
    expect(read(leafDer).x509.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read(leafDer).subject).toContain('測試 & Co');
    expect(x509Hash(leafDer)).toBe(
      Buffer.from(read(leafDer).x509.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    );
  });

  it('is understood by another library', async () => {
    const theirs = new peculiar.X509Certificate(leafDer);
    await expect(theirs.verify({ publicKey: new peculiar.X509Certificate(caDer), date: new Date(now) })).resolves.toBe(
      true,
    );
    expect(theirs.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.toJSON().slice(0, 3)).toEqual([
      { type: 'dns', value: 'a.example' },
      { type: 'dns', value: 'b.example' },
      { type: 'url', value: 'https://a.example/x' },
    ]);
  });

  it.each<SignatureAlg>(['ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'])('signs with %s', (alg) => {
    const key = generateSigningKey(alg, testRandom());
    const der = makeCertificate(template(alg, { publicJwk: key.publicJwk, ca: true }), key);
    expect(read(der).selfSigned).toBe(true);
    expect(
      verifyChain([read(makeCertificate(template('x'), { key, der }))], { anchors: [read(der)], at: now }).errors,
    ).toEqual([]);
  });

  it('passes the strict verification of openssl, where there is one', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'x509-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), certificatePem(caDer));
      writeFileSync(join(folder, 'leaf.pem'), certificatePem(leafDer));
      const argv = ['verify', '-x509_strict', '-attime', String(now / 1000), '-CAfile', 'ca.pem', 'leaf.pem'];
      let output: string;
      try {
        output = execFileSync('openssl', argv, { cwd: folder, encoding: 'utf8' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') context.skip();
        throw error;
      }
      expect(output).toBe('leaf.pem: OK\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('writes times on both sides of 2050, and OIDs', () => {
    expect(certificateTime(Date.UTC(2049, 11, 31, 23, 59, 59)).toString('latin1')).toContain('491231235959Z');
    expect(certificateTime(Date.UTC(2050, 0, 1)).toString('latin1')).toContain('20500101000000Z');
    expect(dotted(readElement(oid('1.2.840.113549.1.1.11'))?.content ?? new Uint8Array())).toBe(
      '1.2.840.113549.1.1.11',
    );
    expect(oid('2.5.29.17').toString('hex')).toBe('0603551d11');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['PEM', Buffer.from(certificatePem(leafDer))],
    ['trailing bytes', Buffer.concat([leafDer, Buffer.from([0])])],
    ['a cut certificate', leafDer.subarray(0, 100)],
    ['another sequence', Buffer.from('3003020100', 'hex')],
  ])('refuses %s', (_name, der) => {
    expect(readCertificate(der)).toMatchObject({
      certificate: undefined,
      errors: [{ code: 'certificate-unreadable' }],
    });
  });
});

describe('chains', () => {
  const rootKey = generateSigningKey('ES256', testRandom('root'));
  const root = {
    key: rootKey,
    der: makeCertificate(template('Root', { publicJwk: rootKey.publicJwk, ca: true }), rootKey),
  };
  const subDer = makeCertificate(template('Sub', { publicJwk: caKey.publicJwk, ca: true }), root);
  const leaf = makeCertificate(template('Leaf'), { key: caKey, der: subDer });
  const impostor = makeCertificate(template('Root', { publicJwk: leafKey.publicJwk, ca: true }), leafKey);
  const notCa = makeCertificate(template('Sub', { publicJwk: caKey.publicJwk }), root);
  const shortRoot = {
    key: rootKey,
    der: makeCertificate(template('Root', { publicJwk: rootKey.publicJwk, ca: true, pathLength: 0 }), rootKey),
  };
  it.each([
    ['full', [leaf, subDer], root.der, []],
    ['with the anchor', [leaf, subDer, root.der], root.der, []],
    ['leaf is the anchor', [leaf], leaf, []],
    ['missing intermediate', [leaf], root.der, ['chain-untrusted']],
    ['wrong order', [subDer, leaf], root.der, ['chain-untrusted', 'chain-issuer', 'chain-not-ca', 'chain-key-usage']],
    ['anchor of the same name', [leaf, subDer], impostor, ['chain-untrusted']],
    [
      'intermediate is no CA',
      [makeCertificate(template('Leaf'), { key: caKey, der: notCa }), notCa],
      root.der,
      ['chain-not-ca', 'chain-key-usage'],
    ],
    [
      'path length',
      [leaf, makeCertificate(template('Sub', { publicJwk: caKey.publicJwk, ca: true }), shortRoot)],
      shortRoot.der,
      ['chain-path-length'],
    ],
    [
      'expired leaf',
      [makeCertificate(template('Old', { notAfter: now - 1000 }), root)],
      root.der,
      ['certificate-expired'],
    ],
    [
      'future leaf',
      [makeCertificate(template('New', { notBefore: now + 1000 }), root)],
      root.der,
      ['certificate-not-yet-valid'],
    ],
    ['empty', [], root.der, ['chain-empty']],
  ])('%s', (_name, chain, anchor, expected) => {
    const result = verifyChain(chain.map(read), { anchors: [read(anchor)], at: now });
    expect(result.errors.map((error) => error.code)).toEqual(expected);
    expect(result.ok).toBe(expected.length === 0);
  });
  it('says whether the anchor was sent', () => {
    const anchors = [read(root.der)];
    expect(verifyChain([leaf, subDer].map(read), { anchors, at: now }).anchorIncluded).toBe(false);
    expect(verifyChain([leaf, subDer, root.der].map(read), { anchors, at: now }).anchorIncluded).toBe(true);
    expect(verifyChain([leaf, subDer].map(read), { at: now })).toMatchObject({ ok: true, anchor: undefined });
  });
});

describe('x5c', () => {
  const x5c = x5cOf([leafDer, caDer]);
  it.each([
    ['good', x5c, [], 2],
    ['no array', 'x', ['x5c-not-array'], 0],
    ['empty', [], ['x5c-empty'], 0],
    ['base64url', [Buffer.from(leafDer).toString('base64url')], ['base64-alphabet'], 1],
    ['number', [x5c[0], 1], ['x5c-not-string'], 1],
    ['no certificate', ['AAAA', x5c[1]], ['certificate-unreadable'], 0],
    ['too many', Array.from({ length: 12 }, () => x5c[0]), ['x5c-too-long'], 10],
  ])('%s', (_name, value, expected, count) => {
    const reading = readX5c(value);
    expect(reading.errors.map((error) => error.code)).toEqual(expected);
    expect(reading.certificates).toHaveLength(count);
  });
});
