import { readClaimsPath } from '../../protocol/claims-path.ts';
import type { ClaimsPath } from '../../protocol/claims-path.ts';
import { arr, isObject, member, readJson, str, strings } from '../../protocol/json.ts';
import { odd } from './oddities.ts';
import type { Internals } from './state.ts';
import { configuration } from './state.ts';

/** `authorization_details` as it was read: configuration ids, and what is wrong with it. */
export interface DetailsReading {
  readonly configurations: readonly string[];
  readonly fault: string | undefined;
}

/** Reads the parameter `authorization_details` (RFC 9396 2, OpenID4VCI 5.1.1). Unknown members are legal. */
export function readDetails(issuer: Internals, source: string | undefined): DetailsReading {
  if (source === undefined) return { configurations: [], fault: undefined };
  const { value, errors } = readJson(source);
  if (errors[0] !== undefined) return { configurations: [], fault: `authorization_details: ${errors[0].message.en}` };
  if (!Array.isArray(value) || value.length === 0) {
    return { configurations: [], fault: 'authorization_details is no non-empty array' };
  }
  const configurations: string[] = [];
  let fault: string | undefined;
  for (const detail of value as readonly unknown[]) {
    const id = str(detail, 'credential_configuration_id');
    fault ??= detailFault(issuer, detail, id);
    if (id !== undefined && !configurations.includes(id) && configuration(issuer, id) !== undefined)
      configurations.push(id);
  }
  return { configurations, fault };
}

function detailFault(issuer: Internals, detail: unknown, id: string | undefined): string | undefined {
  if (!isObject(detail)) return 'an authorization detail is no object';
  if (str(detail, 'type') !== 'openid_credential') return 'an authorization detail has another type';
  if (id === undefined) return 'an authorization detail has no credential_configuration_id';
  if (configuration(issuer, id) === undefined) return 'credential_configuration_id is unknown';
  if (
    (odd(issuer.config.variant, 'authorization-servers') || odd(issuer.config.variant, 'server-hint')) &&
    strings(detail, 'locations')?.includes(issuer.urls.base) !== true
  ) {
    return 'locations does not name this credential issuer';
  }
  return member(detail, 'claims') === undefined ? undefined : claimsFault(arr(detail, 'claims'));
}

/** Appendix B: non-empty, paths readable, nothing repeated or contradictory. */
function claimsFault(claims: readonly unknown[] | undefined): string | undefined {
  if (claims === undefined || claims.length === 0) return 'claims is no non-empty array';
  const paths: ClaimsPath[] = [];
  for (const entry of claims.slice(0, 200)) {
    const { path, errors } = readClaimsPath(member(entry, 'path'));
    if (path === undefined) return errors[0]?.message.en ?? 'claims has no path';
    if (paths.some((other) => contradict(other, path))) return 'claims repeat or contradict each other';
    paths.push(path);
  }
  return undefined;
}

/** The same claim twice, null and an index into one array, or a value that is array and object at once (Appendix B.3). */
function contradict(a: ClaimsPath, b: ClaimsPath): boolean {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return false;
    if (left === right) continue;
    return typeof left !== 'string' || typeof right !== 'string'
      ? left === null || right === null || typeof left !== typeof right
      : false;
  }
  return true;
}
