import type { CredentialType } from '../../../core/contracts/profile.ts';
import type { ClaimsPath } from '../../../protocol/claims-path.ts';
import type { ClaimsQuery, CredentialQuery } from '../../../protocol/dcql/query.ts';
import type { SignatureAlg, SigningKey } from '../../../protocol/jose/keys.ts';
import { SIGNATURE_ALGS, generateSigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { isObject, setOwn, strings } from '../../../protocol/json.ts';
import type { SdJwtParts } from '../../../protocol/sd-jwt/build.ts';
import { buildSdJwt, joinSdJwt, replaceDisclosure } from '../../../protocol/sd-jwt/build.ts';
import type { HeldCredential, Identity } from '../../contracts.ts';
import type { JsonDraft } from '../../drafts.ts';
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

/** A credential that the wallet made for itself. */
export interface OwnCredential {
  readonly credential: HeldCredential;
  /** Claims that it should have: a faulty one is presented for what it should be. */
  readonly intended: JsonObject;
}

/**
 * Makes a credential that satisfies a credential query, issued by `credentialIdentity`: the requested type, every requested claim with a value that
 * is asked for, all of them selectively disclosable, and one claim more that nobody asked for. Steps `presented-credential.claims` (JsonDraft: the claims in
 * plain, before anything is hidden; extras: `paths` of the query) and `presented-credential` (JwtDraft); extras:
 * `spare(name)` (keys of mocks/trust/spares), `otherKey`, `statusAt(value)` (a status reference), `disclosures`, `now`.
 */
export async function makeCredential(
  session: Session,
  query: CredentialQuery,
  issuer: Identity,
): Promise<OwnCredential> {
  const { config, context } = session;
  const { random, clock } = context.ports;
  const vct =
    strings(query.meta, 'vct_values')?.[0] ?? config.credentialTypes?.[0]?.type ?? 'urn:touchstone:credential:any';
  const type = config.credentialTypes?.find((entry) => entry.type === vct);
  const holder = generateSigningKey(holderAlg(session), random);
  remember(session.memory.holderKeys, holder);
  context.trace.material('credential-key', holder.privateJwk);
  const planned = claimsFor(type, query.claims ?? []);
  const { value: content } = await context.form<JsonDraft>(
    'presented-credential.claims',
    { value: planned.value },
    { paths: (query.claims ?? []).map(({ path }) => path) },
  );
  const disclosable = odd(session, 'nested-disclosures') ? withParents(planned.disclosable) : planned.disclosable;
  const now = seconds(session);
  const base = config.credentialIssuer;
  const { status } = presentationVariant(config.variant);
  const referred = status !== undefined && base !== undefined;
  const signing = issuer.signing;
  const byMetadata = odd(session, 'issuer-metadata-key') && base !== undefined;
  const x5c = byMetadata ? undefined : signing.x5c;
  const fraction = odd(session, 'fractional-times') ? 0.5 : 0;
  const built = buildSdJwt({
    header: {
      alg: signing.alg,
      typ: 'dc+sd-jwt',
      ...(x5c === undefined ? {} : { x5c }),
      ...(x5c === undefined && signing.kid !== undefined ? { kid: signing.kid } : {}),
    },
    claims: {
      ...content,
      // The certificate says it as well (SD-JWT VC, `iss`).
      ...(base === undefined || (odd(session, 'no-iss') && x5c !== undefined) ? {} : { iss: base }),
      vct,
      ...(odd(session, 'no-iat') ? {} : { iat: now - 60 + fraction, nbf: now - 60 + fraction }),
      exp: now + 30 * DAY + fraction,
      cnf: { jwk: bareKey(holder.publicJwk) },
      ...(referred ? { status: statusAt(base, status) } : {}),
    },
    disclosable,
    random,
    ...(odd(session, 'decoys') ? { decoys: 3 } : {}),
    ...(odd(session, 'no-sd-alg') ? { stateSdAlg: false } : {}),
  });
  const parts = odd(session, 'spaced-disclosures') ? spaced(built) : built;
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
    credential: {
      format: 'dc+sd-jwt',
      type: vct,
      credential: joinSdJwt(jwt, disclosures),
      key: holder,
      ...(base === undefined ? {} : { issuer: base }),
    },
    intended: { ...planned.value, vct, cnf: { jwk: holder.publicJwk } },
  };
}

function statusAt(base: string, value: keyof typeof PRESENTED_STATUS): JsonObject {
  return { status_list: { uri: presentedStatusUri(base), idx: PRESENTED_STATUS[value].index } };
}

/** The objects and arrays around disclosable parts are disclosable too. */
function withParents(paths: readonly ClaimsPath[]): readonly ClaimsPath[] {
  const parents = paths.flatMap((path) => path.slice(1).map((_, at) => path.slice(0, at + 1)));
  const unique = new Map([...parents, ...paths].map((path) => [JSON.stringify(path), path]));
  return [...unique.values()];
}

/** Every disclosure with white space in its JSON; what hashes them follows. */
function spaced(parts: SdJwtParts): SdJwtParts {
  let out = parts;
  // Inner ones stand first, so that an outer one is respaced with the digests that are final.
  for (const index of parts.disclosures.keys()) {
    const { salt, name, value } = out.disclosures[index] ?? {};
    out = replaceDisclosure(
      out,
      index,
      JSON.stringify(name === undefined ? [salt, value] : [salt, name, value], null, 1),
    );
  }
  return out;
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
