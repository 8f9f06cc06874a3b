import type { Random } from '../../core/ports.ts';
import type { ClaimsPath, ConcretePath } from '../claims-path.ts';
import { matchesPath, selectClaims, startsWithPath } from '../claims-path.ts';
import { base64url } from '../encoding.ts';
import { signCompact } from '../jose/jws.ts';
import type { SigningKey } from '../jose/keys.ts';
import type { JsonObject } from '../json.ts';
import { isObject, setOwn } from '../json.ts';
import type { SdAlg } from './parse.ts';
import { isSdAlg, readSdJwt, sdDigest } from './parse.ts';
import { resolveSdJwt } from './resolve.ts';

export interface BuiltDisclosure {
  /** Where the value stands in the claims: member names and element indexes. */
  readonly path: ConcretePath;
  readonly salt: string;
  /** undefined for an array element. */
  readonly name: string | undefined;
  /** The value as disclosed; inner disclosable parts are already digests. */
  readonly value: unknown;
  readonly encoded: string;
  readonly digest: string;
}

/** An SD-JWT in parts, before it is signed: change any of them, then `issueSdJwt`. */
export interface SdJwtParts {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly disclosures: readonly BuiltDisclosure[];
}

export interface SdJwtTemplate {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly disclosable: readonly ClaimsPath[];
  readonly random: Random;
  /** Decoy digests for each `_sd` and each array with disclosable elements. Default 0. */
  readonly decoys?: number;
  /** Default `sha-256`. */
  readonly sdAlg?: SdAlg;
  /** False leaves `_sd_alg` out (legal for sha-256). Default true. */
  readonly stateSdAlg?: boolean;
}

/**
 * Builds payload and disclosures from plain claims (RFC 9901 4). `disclosable` are paths: a member, an element (`null`: each element); a path
 * below another disclosable path gives recursive disclosures (4.2.6). Paths that match nothing are ignored. Digests in `_sd` are
 * sorted, so that their order tells nothing. In `disclosures`, inner ones stand before the outer ones that hold their digests.
 */
export function buildSdJwt(template: SdJwtTemplate): SdJwtParts {
  const sdAlg = template.sdAlg ?? 'sha-256';
  const disclosures: BuiltDisclosure[] = [];
  const { random, disclosable } = template;
  const decoys = (): string[] =>
    Array.from({ length: template.decoys ?? 0 }, () => sdDigest(base64url(random.bytes(32)), sdAlg));

  const hide = (path: ConcretePath, name: string | undefined, value: unknown): string => {
    const salt = base64url(random.bytes(16));
    const made = encodeDisclosure(name === undefined ? [salt, value] : [salt, name, value], sdAlg);
    disclosures.push({ path, salt, name, value, ...made });
    return made.digest;
  };
  const isHidden = (path: ConcretePath): boolean => disclosable.some((pattern) => matchesPath(pattern, path));

  const convert = (value: unknown, path: ConcretePath): unknown => {
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      let any = false;
      for (const [index, item] of (value as readonly unknown[]).entries()) {
        const at = [...path, index];
        const inner = convert(item, at);
        const hidden = isHidden(at);
        any ||= hidden;
        items.push(hidden ? { '...': hide(at, undefined, inner) } : inner);
      }
      if (any) items.push(...decoys().map((digest) => ({ '...': digest })));
      return items;
    }
    if (!isObject(value)) return value;
    const out: Record<string, unknown> = {};
    const digests: string[] = [];
    for (const [name, item] of Object.entries(value)) {
      const at = [...path, name];
      const inner = convert(item, at);
      if (isHidden(at)) digests.push(hide(at, name, inner));
      else setOwn(out, name, inner);
    }
    if (digests.length > 0) out['_sd'] = [...digests, ...decoys()].sort();
    return out;
  };

  const payload = convert(template.claims, []) as JsonObject;
  return {
    header: template.header,
    payload: template.stateSdAlg === false ? payload : { ...payload, _sd_alg: sdAlg },
    disclosures,
  };
}

/** Encodes one disclosure (RFC 9901 4.2); `array` goes out as given, so malformed ones can be formed. A string is raw JSON text. */
export function encodeDisclosure(
  array: unknown,
  sdAlg: SdAlg = 'sha-256',
): { readonly encoded: string; readonly digest: string } {
  const encoded = base64url(typeof array === 'string' ? array : JSON.stringify(array));
  return { encoded, digest: sdDigest(encoded, sdAlg) };
}

/**
 * The parts with one disclosure replaced by another array (as for `encodeDisclosure`), and its digest replaced wherever it stood: in the
 * payload, or in an outer disclosure, which is then made anew. So the result is wrong only in what the new array says.
 * Throws RangeError for an unknown index.
 */
export function replaceDisclosure(parts: SdJwtParts, index: number, array: unknown): SdJwtParts {
  const old = parts.disclosures[index];
  if (old === undefined) throw new RangeError(`no disclosure ${index}`);
  const stated = parts.payload['_sd_alg'];
  const sdAlg = isSdAlg(stated) ? stated : 'sha-256';
  const made = encodeDisclosure(array, sdAlg);
  const changed: SdJwtParts = {
    ...parts,
    payload: swap(parts.payload, old.digest, made.digest) as JsonObject,
    disclosures: parts.disclosures.map((disclosure, at) => (at === index ? { ...old, ...made } : disclosure)),
  };
  const outer = parts.disclosures.findIndex(
    (other, at) => at !== index && JSON.stringify(other.value).includes(old.digest),
  );
  const holder = parts.disclosures[outer];
  if (holder === undefined) return changed;
  const value = swap(holder.value, old.digest, made.digest);
  const renewed = replaceDisclosure(
    changed,
    outer,
    holder.name === undefined ? [holder.salt, value] : [holder.salt, holder.name, value],
  );
  return { ...renewed, disclosures: renewed.disclosures.map((item, at) => (at === outer ? { ...item, value } : item)) };
}

/** A copy of a JSON value with one digest replaced; digests are unique strings without characters that JSON escapes. */
function swap(value: unknown, from: string, to: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to));
}

/** Signs the parts and joins them: `<JWT>~<disclosure>~…~`. */
export function issueSdJwt(parts: SdJwtParts, key: SigningKey): string {
  const jwt = signCompact({ header: parts.header, payload: parts.payload, key });
  return joinSdJwt(
    jwt,
    parts.disclosures.map((disclosure) => disclosure.encoded),
  );
}

/** Joins an issuer-signed JWT, encoded disclosures and, if given, a KB-JWT. */
export function joinSdJwt(issuerJwt: string, disclosures: readonly string[], kbJwt = ''): string {
  return [issuerJwt, ...disclosures, kbJwt].join('~');
}

/**
 * Takes an issued SD-JWT and leaves only the disclosures that the paths need, with their parents; order kept. A path to an object or
 * array takes what lies below it too. A path that leads nowhere takes nothing. `'all'` keeps everything. The result ends with `~`; a KB-JWT is
 * dropped.
 */
export function presentSdJwt(issued: string, paths: readonly ClaimsPath[] | 'all'): string {
  const reading = readSdJwt(issued);
  if (paths === 'all') return reading.presented;
  const { claims, disclosed } = resolveSdJwt(reading);
  const wanted = paths.flatMap((path) => {
    const selection = selectClaims(claims, path);
    return selection.ok ? selection.selected.map((item) => item.path) : [];
  });
  const keep = new Set(
    disclosed
      .filter(({ path }) => wanted.some((target) => startsWithPath(target, path) || startsWithPath(path, target)))
      .map(({ disclosure }) => disclosure.encoded),
  );
  return joinSdJwt(
    reading.issuerJwt.raw,
    reading.disclosures.map((disclosure) => disclosure.encoded).filter((encoded) => keep.has(encoded)),
  );
}
