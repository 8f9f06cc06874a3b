import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Random } from '../../core/ports.ts';
import type { Files } from '../../core/system/files.ts';
import { sameKey, signingKeyFromJwk } from '../../protocol/jose/keys.ts';
import type { Jwk, SigningKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { obj, readJson, str, strings } from '../../protocol/json.ts';
import { certificatePem } from '../../protocol/x509-make.ts';
import type { Certificate } from '../../protocol/x509.ts';
import { readCertificate } from '../../protocol/x509.ts';
import type { Authority, IdentityKind, IdentitySet, KeptIdentity } from './identity.ts';
import { certify, createIdentities, identityOf } from './identity.ts';

const MEMBERS = ['issuer', 'verifier', 'wallet', 'stranger'] as const;

/** Saves a set: one JSON file for the authority and one for each identity, readable by the owner only (0600). */
export async function saveIdentities(dir: string, files: Files, set: IdentitySet): Promise<void> {
  await files.write(join(dir, 'authority.json'), pretty(authorityJson(set.authority)));
  for (const name of MEMBERS) await files.write(join(dir, `${name}.json`), pretty(identityJson(set[name])));
}

/** Saves one identity under its own name in a folder: an imported one takes the place of the made one. */
export async function saveIdentity(
  dir: string,
  files: Files,
  name: (typeof MEMBERS)[number],
  identity: KeptIdentity,
): Promise<void> {
  await files.write(join(dir, `${name}.json`), pretty(identityJson(identity)));
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function authorityJson(authority: Authority): JsonObject {
  return { key: authority.key.privateJwk, certificate: authority.pem };
}

function identityJson(identity: KeptIdentity): JsonObject {
  const chain = (identity.signing.x5c ?? []).map((entry) => certificatePem(Buffer.from(entry, 'base64')));
  return {
    kind: identity.kind,
    commonName: identity.commonName,
    hosts: identity.hosts,
    did: identity.did,
    key: identity.signing.privateJwk,
    chain,
    ca: identity.ca,
    ...(identity.authority === undefined ? { imported: true } : {}),
    // The stranger's authority is nobody's trust anchor; kept only so that its leaf can be renewed.
    ...(identity.commonName === 'Stranger' && identity.authority !== undefined
      ? { authority: authorityJson(identity.authority) }
      : {}),
  };
}

/**
 * Loads a saved set; undefined if the folder has none. Throws Error that names the file if one is missing or cannot be used: the files are the
 * user's, and silently made new ones would not be registered anywhere.
 */
export async function loadIdentities(dir: string, files: Files): Promise<IdentitySet | undefined> {
  if ((await files.read(join(dir, 'authority.json'))) === undefined) return undefined;
  const authority = readAuthority(await readFile(dir, 'authority.json', files), 'authority.json');
  const load = async (name: (typeof MEMBERS)[number]): Promise<KeptIdentity> => {
    const file = `${name}.json`;
    const value = await readFile(dir, file, files);
    const own = obj(value, 'authority');
    const issuedBy = own === undefined ? authority : readAuthority(own, file);
    return readIdentity(value, file, name === 'stranger' ? 'issuer' : name, issuedBy);
  };
  return {
    authority,
    issuer: await load('issuer'),
    verifier: await load('verifier'),
    wallet: await load('wallet'),
    stranger: await load('stranger'),
  };
}

async function readFile(dir: string, name: string, files: Files): Promise<JsonObject> {
  const bytes = await files.read(join(dir, name));
  if (bytes === undefined) throw new Error(`identity file ${name} is missing in ${dir}`);
  const { value, errors } = readJson(bytes);
  const [error] = errors;
  if (error !== undefined) throw new Error(`identity file ${name}: ${error.message.en}`);
  return value as JsonObject;
}

function readAuthority(value: JsonObject, file: string): Authority {
  const pem = str(value, 'certificate') ?? '';
  const [certificate] = readPem(pem, file);
  if (certificate === undefined) throw new Error(`identity file ${file} has no certificate`);
  return { key: readKey(value, file), der: certificate.der, pem };
}

function readKey(value: JsonObject, file: string): SigningKey {
  const jwk = obj(value, 'key');
  if (jwk === undefined) throw new Error(`identity file ${file} has no key`);
  try {
    return signingKeyFromJwk({ kty: str(jwk, 'kty') ?? '', ...jwk });
  } catch (error) {
    throw new Error(`identity file ${file}: the key cannot be used`, { cause: error });
  }
}

function readIdentity(value: JsonObject, file: string, kind: IdentityKind, authority: Authority): KeptIdentity {
  const chain = (strings(value, 'chain') ?? []).flatMap((pem) => readPem(pem, file));
  const signing = withChain(readKey(value, file), chain, `identity file ${file}`);
  const imported = value['imported'] === true;
  return identityOf({
    kind,
    commonName: str(value, 'commonName') ?? kind,
    hosts: strings(value, 'hosts') ?? chain[0]?.dns ?? [],
    signing,
    ...(imported ? { ca: str(value, 'ca') ?? '' } : { authority }),
  });
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Certificates of a PEM text, in order. Throws Error if one cannot be read. */
function readPem(pem: string, source: string): Certificate[] {
  return [...pem.matchAll(PEM)].map(([, body]) => {
    const { certificate } = readCertificate(Buffer.from(body ?? '', 'base64'));
    if (certificate === undefined) throw new Error(`${source}: a certificate cannot be read`);
    return certificate;
  });
}

function withChain(key: SigningKey, chain: readonly Certificate[], source: string): SigningKey {
  const [leaf] = chain;
  if (leaf === undefined) return key;
  if (leaf.publicJwk === undefined || !sameKey(leaf.publicJwk, key.publicJwk)) {
    throw new Error(`${source}: the first certificate is not of this key`);
  }
  return { ...key, x5c: chain.map(({ der }) => Buffer.from(der).toString('base64')) };
}

/**
 * Imports an existing private key (PEM: PKCS #8 or SEC 1) and its certificate chain (PEM, leaf first). A self-signed certificate at the chain's end
 * becomes the trust anchor and leaves `x5c`, unless `ca` names the anchor. Throws Error that says what does not fit.
 */
export function importIdentity(input: {
  readonly kind: IdentityKind;
  readonly key: string;
  readonly chain: string;
  readonly ca?: string;
}): KeptIdentity {
  let jwk: Jwk;
  try {
    const exported = createPrivateKey(input.key).export({ format: 'jwk' });
    jwk = { ...exported, kty: exported.kty ?? '' };
  } catch (error) {
    throw new Error('the key is no private key in PEM that can be used', { cause: error });
  }
  const certificates = readPem(input.chain, 'chain');
  const [leaf] = certificates;
  const last = certificates.at(-1);
  if (leaf === undefined || last === undefined) throw new Error('the chain has no certificate');
  const root = certificates.length > 1 && last.selfSigned ? last : undefined;
  const chain = certificates.filter((certificate) => certificate !== root);
  // Without anything above it, the leaf itself is what the other side has to trust.
  const anchor = input.ca ?? certificatePem((root ?? last).der);
  const signing = withChain(signingKeyFromJwk(jwk), chain, 'chain');
  const commonName = /CN=([^\n]+)/.exec(leaf.subject)?.[1] ?? input.kind;
  return identityOf({ kind: input.kind, commonName, hosts: leaf.dns, signing, ca: anchor });
}

/** Days before its end at which a leaf certificate is renewed. */
const RENEWAL = 30 * 86_400_000;

/**
 * The set of a folder: loaded, or made and saved. Keys and authority stay for ever; a leaf that soon expires or lacks one of the hosts is issued
 * again for the same key. An imported leaf is left alone. Throws Error as `loadIdentities`.
 */
export async function keepIdentities(input: {
  readonly dir: string;
  readonly files: Files;
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}): Promise<IdentitySet> {
  const { dir, files, hosts, clock, random } = input;
  const loaded = await loadIdentities(dir, files);
  if (loaded === undefined) {
    const made = await createIdentities({ hosts, clock, random });
    await saveIdentities(dir, files, made);
    return made;
  }
  const renewed = { ...loaded };
  for (const name of MEMBERS) {
    const identity = loaded[name];
    const all = [...new Set([...identity.hosts, ...hosts])];
    if (identity.authority === undefined || (all.length === identity.hosts.length && !ends(identity, clock))) continue;
    const { commonName, authority, kind, signing: key } = identity;
    const signing = certify(authority, { key, commonName, hosts: all }, clock, random);
    renewed[name] = identityOf({ kind, commonName, hosts: all, authority, signing });
    await saveIdentity(dir, files, name, renewed[name]);
  }
  return renewed;
}

function ends(identity: KeptIdentity, clock: Clock): boolean {
  const [leaf] = identity.signing.x5c ?? [];
  const { certificate } = readCertificate(Buffer.from(leaf ?? '', 'base64'));
  return (
    certificate === undefined || certificate.notAfter < clock.now() + RENEWAL || certificate.notBefore > clock.now()
  );
}
