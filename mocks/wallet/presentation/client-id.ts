import { verifyJws } from '../../../protocol/jose/jws.ts';
import { isSignatureAlg } from '../../../protocol/jose/algorithms.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, member, obj, str } from '../../../protocol/json.ts';
import { quote } from '../../../protocol/read-error.ts';
import type { Certificate } from '../../../protocol/x509.ts';
import { x509Hash } from '../../../protocol/x509.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { chainOf, isValidityError, judgeChain } from '../verify/certificates.ts';
import { keyOfDid } from '../verify/issuer-key.ts';
import type { Client, Prefix, ReceivedRequest } from './state.ts';
import { SUPPORTED_PREFIXES } from './state.ts';

/** Splits a client identifier at its first colon (OpenID4VP 5.9.1). `prefix` is undefined if it is none that this wallet knows. */
export function prefixOf(clientId: string | undefined): { readonly prefix: Prefix | undefined; readonly rest: string } {
  const id = clientId ?? '';
  const colon = id.indexOf(':');
  if (colon === -1) return { prefix: 'pre-registered', rest: id };
  const named = SUPPORTED_PREFIXES.find((prefix) => prefix === id.slice(0, colon) && prefix !== 'pre-registered');
  return { prefix: named, rest: id.slice(colon + 1) };
}

/** Judges who sent the request: identifiers, signature, certificate, DID or registration. One step for each rule. */
export async function authenticateVerifier(session: Session, received: ReceivedRequest): Promise<Client> {
  const { context, config } = session;
  const { jwt, parameters } = received;
  if (jwt !== undefined) {
    await context.accept('wallet/request/typ', () => {
      must(jwt.header !== undefined && jwt.payload !== undefined, 'the request object is no readable JWT');
      must(member(jwt.header, 'typ') === 'oauth-authz-req+jwt', `typ is ${quote(member(jwt.header, 'typ'))}`);
    });
  }
  const id = str(parameters, 'client_id') ?? received.linkClientId ?? '';
  await context.accept('wallet/request/client-id-match', () => {
    must(str(parameters, 'client_id') !== undefined, 'client_id is missing');
    must(id === received.linkClientId, 'client_id of the request object is not that of the link');
  });
  const split = prefixOf(id);
  const registered = config.registeredVerifiers?.[id];
  // A test set-up that trusts every verifier has registered none: the request says all there is to know.
  const known = split.prefix !== 'pre-registered' || registered !== undefined || config.trust.anyVerifier === true;
  await context.accept('wallet/request/unknown-prefix', () => {
    must(
      split.prefix !== undefined || registered !== undefined,
      `client identifier prefix of ${quote(id)} is not supported`,
    );
    must(known, `client ${quote(id)} is not registered`);
  });
  const prefix = split.prefix ?? 'pre-registered';
  const registration = prefix === 'pre-registered' ? registered : undefined;
  await context.accept(
    'wallet/request/client-metadata',
    () =>
      must(
        registration === undefined || member(parameters, 'client_metadata') === undefined,
        'client_metadata of a registered client',
      ),
    { code: 'invalid_client' },
  );
  await context.accept('wallet/request/redirect-uri-unsigned', () => {
    must(prefix !== 'redirect_uri' || jwt === undefined, 'a request with prefix redirect_uri cannot be signed');
  });
  const client: Client = {
    id,
    prefix,
    rest: split.prefix === undefined ? id : split.rest,
    metadata: registration ?? obj(parameters, 'client_metadata') ?? {},
    registration,
  };
  if (prefix !== 'redirect_uri') await authenticate(session, received, client);
  return client;
}

async function authenticate(session: Session, received: ReceivedRequest, client: Client): Promise<void> {
  const { context } = session;
  const { jwt } = received;
  // A registered client may send its request unsigned: its registered response URIs protect it (OpenID4VP 14.4.1).
  if (jwt === undefined && client.prefix === 'pre-registered') return;
  await context.accept('wallet/request/alg', () => {
    const alg = str(jwt?.header, 'alg');
    must(jwt !== undefined, `a request with prefix ${client.prefix} must be signed`);
    must(isSignatureAlg(alg), `alg ${quote(alg)} is no asymmetric algorithm that is supported`);
  });
  const chain = chainOf(jwt?.header);
  const leaf = chain?.[0];
  let key: JsonObject | undefined;
  switch (client.prefix) {
    case 'x509_san_dns':
    case 'x509_hash':
      key = leaf?.publicJwk;
      await judgeCertificate(session, chain);
      if (client.prefix === 'x509_san_dns') await judgeSan(session, leaf, client.rest);
      else {
        await context.accept('wallet/request/x509-hash', () => {
          must(leaf !== undefined && x509Hash(leaf.der) === client.rest, 'the hash is not that of the certificate');
        });
      }
      break;
    case 'decentralized_identifier': {
      const kid = str(jwt?.header, 'kid');
      const found = client.rest.startsWith('did:') ? await keyOfDid(session, client.rest, kid) : undefined;
      key = found?.jwk;
      await context.accept('wallet/request/did', () => {
        must(kid !== undefined, 'the header has no kid');
        must(
          kid?.startsWith(`${client.rest}#`) === true || kid?.startsWith('#') === true,
          'kid is no key of the DID in client_id',
        );
        must(key !== undefined, found?.problem ?? 'the client identifier is no DID');
      });
      break;
    }
    default:
      // The key of a registered client is the registered one, whatever the header brings.
      key =
        client.registration === undefined
          ? (leaf?.publicJwk ?? obj(jwt?.header, 'jwk'))
          : registeredKey(client, str(jwt?.header, 'kid'));
  }
  await context.accept('wallet/request/signature', () => {
    must(jwt !== undefined && key !== undefined, 'no key to verify the request object with');
    if (jwt === undefined) return;
    const verified = verifyJws(jwt, key ?? {});
    must(verified.ok, verified.ok ? '' : verified.message.en);
  });
}

/** Trust first in what the certificate says, then in who signed it; two steps, so that time and trust are told apart. */
async function judgeCertificate(session: Session, chain: readonly Certificate[] | undefined): Promise<void> {
  const { context, config } = session;
  const any = config.trust.anyVerifier === true;
  const judged = chain === undefined ? undefined : judgeChain(chain, config.trust, context.ports.clock.now(), any);
  const errors = judged?.errors ?? [];
  await context.accept('wallet/request/certificate-trust', () => {
    must(chain !== undefined, 'x5c is missing or holds no readable certificates');
    const error = errors.find((entry) => !isValidityError(entry.code));
    must(error === undefined, error?.message.en ?? '');
  });
  await context.accept('wallet/request/certificate-validity', () => {
    const error = errors.find((entry) => isValidityError(entry.code));
    must(error === undefined, error?.message.en ?? '');
  });
}

async function judgeSan(session: Session, leaf: Certificate | undefined, host: string): Promise<void> {
  await session.context.accept('wallet/request/san', () => {
    must(/^[A-Za-z0-9.-]+$/u.test(host), 'the client identifier is no DNS name');
    const named = leaf?.dns.some((name) => name.toLowerCase() === host.toLowerCase()) === true;
    must(named, `the certificate has no dNSName ${quote(host)}`);
  });
}

function registeredKey(client: Client, kid: string | undefined): JsonObject | undefined {
  const keys = (arr(obj(client.registration, 'jwks'), 'keys') ?? []).filter(isObject);
  const signing = keys.filter((key) => str(key, 'use') !== 'enc');
  return kid === undefined ? signing[0] : signing.find((key) => str(key, 'kid') === kid);
}
