import type { CredentialType } from '../../../core/contracts/profile.ts';
import type { ClaimsPath } from '../../../protocol/claims-path.ts';
import type { ClaimsQuery, CredentialQuery } from '../../../protocol/dcql/query.ts';
import type { SignatureAlg, SigningKey } from '../../../protocol/jose/keys.ts';
import { SIGNATURE_ALGS, generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { isObject, setOwn, strings } from '../../../protocol/json.ts';
import { buildSdJwt, joinSdJwt } from '../../../protocol/sd-jwt/build.ts';
import type { HeldCredential, Identity } from '../../contracts.ts';
import type { Spare } from '../../trust/spares.ts';
import { spareKey } from '../../trust/spares.ts';
import { presentedStatusUri, PRESENTED_STATUS } from '../credential-site.ts';
import { bareKey } from '../issuance/proofs.ts';
import { remember } from '../memory.ts';
import { makeJwt } from '../send.ts';
import type { Session } from '../session.ts';
import { odd, presentationVariant, seconds } from '../session.ts';

/** Claims that are set by the issuer itself, whatever a query asks. */
const RESERVED: ReadonlySet<string> = new Set([
  'iss',
  'iat',
  'nbf',
  'exp',
  'cnf',
  'vct',
  'status',
  '_sd',
  '_sd_alg',
  '...',
]);

const DAY = 86_400;

/**
 * Makes a credential that satisfies a credential query, issued by `credentialIdentity`: the requested type, every requested claim with a value that
 * is asked for, all of them selectively disclosable, and one claim more that nobody asked for. Step `presented-credential` (JwtDraft); extras:
 * `spare(name)` (keys of mocks/trust/spares), `otherKey`, `statusAt(value)` (a status reference), `disclosures`, `now`.
 */
export async function makeCredential(
  session: Session,
  query: CredentialQuery,
  issuer: Identity,
): Promise<HeldCredential> {
  const { config, context } = session;
  const { random, clock } = context.ports;
  const vct =
    strings(query.meta, 'vct_values')?.[0] ?? config.credentialTypes?.[0]?.type ?? 'urn:touchstone:credential:any';
  const type = config.credentialTypes?.find((entry) => entry.type === vct);
  const holder = generateSigningKey(holderAlg(session), random);
  remember(session.memory.holderKeys, holder);
  context.trace.material('credential-key', holder.privateJwk);
  const claims = claimsFor(type, query.claims ?? []);
  const now = seconds(session);
  const base = config.credentialIssuer;
  const { status } = presentationVariant(config.variant);
  const referred = status !== undefined && base !== undefined;
  const signing = issuer.signing;
  const parts = buildSdJwt({
    header: {
      alg: signing.alg,
      typ: 'dc+sd-jwt',
      ...(signing.x5c === undefined ? {} : { x5c: signing.x5c }),
      ...(signing.x5c === undefined && signing.kid !== undefined ? { kid: signing.kid } : {}),
    },
    claims: {
      ...claims.value,
      ...(base === undefined ? {} : { iss: base }),
      vct,
      iat: now - 60,
      nbf: now - 60,
      exp: now + 30 * DAY,
      cnf: { jwk: bareKey(holder.publicJwk) },
      ...(referred ? { status: statusAt(base, status) } : {}),
    },
    disclosable: claims.disclosable,
    random,
    ...(odd(session, 'decoys') ? { decoys: 3 } : {}),
    ...(odd(session, 'no-sd-alg') ? { stateSdAlg: false } : {}),
  });
  const disclosures = parts.disclosures.map((disclosure) => disclosure.encoded);
  const jwt = await makeJwt(
    session,
    'presented-credential',
    { header: { ...parts.header }, payload: { ...parts.payload }, key: signing },
    {
      spare: (name: Spare): SigningKey => spareKey(issuer, name, clock, random),
      otherKey: holder,
      statusAt: (value: keyof typeof PRESENTED_STATUS) => (base === undefined ? undefined : statusAt(base, value)),
      disclosures,
      now,
    },
  );
  return {
    format: 'dc+sd-jwt',
    type: vct,
    credential: joinSdJwt(jwt, disclosures),
    key: holder,
    ...(base === undefined ? {} : { issuer: base }),
  };
}

function statusAt(base: string, value: keyof typeof PRESENTED_STATUS): JsonObject {
  return { status_list: { uri: presentedStatusUri(base), idx: PRESENTED_STATUS[value].index } };
}

function holderAlg(session: Session): SignatureAlg {
  const wish = odd(session, 'es384') ? 'ES384' : odd(session, 'ed25519') ? 'Ed25519' : 'ES256';
  return SIGNATURE_ALGS.find((alg) => alg === wish) ?? 'ES256';
}

/** Claims of a sample holder, filled up with whatever the query asks, and the paths that can be disclosed one by one. */
export function claimsFor(
  type: Pick<CredentialType, 'claims' | 'disclosable'> | undefined,
  queries: readonly ClaimsQuery[],
): { readonly value: Record<string, unknown>; readonly disclosable: readonly ClaimsPath[] } {
  const value = structuredClone({ ...type?.claims }) as Record<string, unknown>;
  // Something to keep back, so that over-disclosure can be told from need.
  setOwn(value, 'touchstone_unrequested', 'nobody asked for this');
  const disclosable: ClaimsPath[] = [['touchstone_unrequested'], ...(type?.disclosable ?? [])];
  for (const query of queries) {
    const [first] = query.path;
    if (typeof first !== 'string' || RESERVED.has(first)) continue;
    place(value, query.path, query.values?.[0]);
    if (!disclosable.some((path) => JSON.stringify(path) === JSON.stringify(query.path))) disclosable.push(query.path);
  }
  return { value, disclosable };
}

const MAX_INDEX = 20;

/** Makes the path lead to a value: `wanted` if given, else what is there, else a sample. A wildcard leads to at least one element. */
function place(root: Record<string, unknown>, path: ClaimsPath, wanted: unknown): void {
  let here: unknown = root;
  for (const [at, step] of path.entries()) {
    const next = path[at + 1];
    const last = at === path.length - 1;
    const fresh = (): unknown => (last ? (wanted ?? 'sample') : typeof next === 'string' ? {} : []);
    const keep = (found: unknown): unknown => {
      if (last) return wanted ?? found ?? fresh();
      const fits = typeof next === 'string' ? isObject(found) : Array.isArray(found);
      return fits ? found : fresh();
    };
    if (typeof step === 'string') {
      if (!isObject(here)) return;
      const value = keep(Object.hasOwn(here, step) ? here[step] : undefined);
      setOwn(here, step, value);
      here = value;
    } else {
      if (!Array.isArray(here)) return;
      const list: unknown[] = here;
      const index = Math.min(step ?? 0, MAX_INDEX);
      while (list.length < index) list.push('sample');
      const value = keep(list[index]);
      list[index] = value;
      here = value;
    }
  }
}
