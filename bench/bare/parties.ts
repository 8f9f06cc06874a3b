import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import express from 'express';
import type { Express } from 'express';
import { compactVerify, decodeProtectedHeader, importJWK, importX509 } from 'jose';
import type { JWK } from 'jose';
import type { SigningKey } from '../../protocol/jose/keys.ts';

/**
 * What the parties of the bare flows share. "Bare" is what a developer writes first with express, fetch, jose and @sd-jwt:
 * messages are formed and signatures verified, nothing is recorded and nothing else is judged.
 */

/** A key as the libraries want it, imported once. */
export interface BareKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  readonly x5c: string[];
}

/** A holder key of one flow. */
export function newKey(): BareKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicJwk: publicKey.export({ format: 'jwk' }), x5c: [] };
}

/** The key of a kept identity. */
export function bareKey(key: SigningKey): BareKey {
  const privateKey = createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' });
  return { privateKey, publicJwk: { ...key.publicJwk }, x5c: [...(key.x5c ?? [])] };
}

const COMMON = { hasher: digest, saltGenerator: generateSalt, hashAlg: 'sha-256' as const };

function es256(key: KeyObject): (data: string) => string {
  return (data) => sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

export function sdJwtIssuer(key: BareKey): SDJwtVcInstance {
  return new SDJwtVcInstance({ ...COMMON, signAlg: 'ES256', signer: es256(key.privateKey) });
}

export function sdJwtHolder(key: BareKey): SDJwtVcInstance {
  return new SDJwtVcInstance({ ...COMMON, kbSignAlg: 'ES256', kbSigner: es256(key.privateKey) });
}

/** Verifies issuer signatures by `x5c` and key binding by `cnf`. */
export function sdJwtVerifier(): SDJwtVcInstance {
  return new SDJwtVcInstance({
    ...COMMON,
    verifier: async (data, signature) => verified(`${data}.${signature}`),
    kbVerifier: async (data, signature, payload) => {
      const jwk = payload.cnf?.jwk;
      if (jwk === undefined) return false;
      await compactVerify(`${data}.${signature}`, await importJWK(jwk, 'ES256'));
      return true;
    },
  });
}

async function verified(jwt: string): Promise<boolean> {
  await compactVerify(jwt, await certificateKey(decodeProtectedHeader(jwt).x5c));
  return true;
}

/** Public key of the first certificate. */
export function certificateKey(x5c: unknown): ReturnType<typeof importX509> {
  const [leaf] = Array.isArray(x5c) ? (x5c as string[]) : [];
  return importX509(`-----BEGIN CERTIFICATE-----\n${leaf ?? ''}\n-----END CERTIFICATE-----`, 'ES256');
}

export interface BareServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface. `routes` gets the URL, so that metadata can name it. */
export async function serve(routes: (app: Express, url: string) => void): Promise<BareServer> {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json(), express.urlencoded({ extended: false }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  routes(app, url);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Fetches JSON; throws unless the answer is 2xx. */
export async function getJson<Value>(url: string, init?: RequestInit): Promise<Value> {
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body}`);
  return (body === '' ? {} : JSON.parse(body)) as Value;
}
