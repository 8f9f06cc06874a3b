import { isObject, setOwn } from '../../protocol/json.ts';

/** What stands in a record instead of a secret. */
export const REMOVED = '(removed)';

const PLACEHOLDER = /\$\{ENV:([^}]*)\}/g;
/** Header and member names whose values are secrets even if they stand in the file itself. */
export const SECRET_NAME = /authorization|cookie|secret|password|passwd|api-?_?key|token|credential$/i;
const PRIVATE_JWK = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']);

export interface Filled {
  readonly value: unknown;
  readonly secrets: readonly string[];
  /** Placeholders that could not be filled: where, and what. */
  readonly unset: readonly { readonly pointer: string; readonly name: string }[];
}

/** Replaces `${ENV:NAME}` in all strings of a value by the environment's values. Nothing is thrown; what is unset is listed. */
export function fillSecrets(value: unknown, env: Readonly<Record<string, string | undefined>>): Filled {
  const secrets = new Set<string>();
  const unset: { pointer: string; name: string }[] = [];
  const fill = (node: unknown, pointer: string): unknown => {
    if (typeof node === 'string') {
      return node.replace(PLACEHOLDER, (_whole, name: string) => {
        const found = Object.hasOwn(env, name) ? env[name] : undefined;
        if (found === undefined || found === '') unset.push({ pointer, name });
        else secrets.add(found);
        return found ?? '';
      });
    }
    return mapMembers(node, (member, name) => fill(member, `${pointer}/${escape(name)}`));
  };
  return { value: fill(value, ''), secrets: [...secrets], unset };
}

/**
 * A copy without literal secrets: values of members that are called like secrets, and private members of JWKs, become `(removed)`.
 * `${ENV:NAME}` stays, since it says where the secret came from. The secrets that were found are added to `found`.
 */
export function removeSecrets(value: unknown, found: Set<string> = new Set()): unknown {
  const clean = (node: unknown, name: string, inJwk: boolean): unknown => {
    if (typeof node === 'string') {
      const secret = SECRET_NAME.test(name) || (inJwk && PRIVATE_JWK.has(name)) || isPrivatePem(node);
      if (!secret || node.includes('${ENV:') || isPointer(node)) return node;
      found.add(node);
      return REMOVED;
    }
    const jwk = isObject(node) && typeof node['kty'] === 'string';
    return mapMembers(node, (member, key) => clean(member, Array.isArray(node) ? name : key, jwk));
  };
  return clean(value, '', false);
}

/** Shorter values would mask half of a report. */
const SHORTEST = 5;

/** Replaces every secret in a text, the longest first; also where it stands URL- or JSON-encoded. */
export function createMask(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    forms.add(secret).add(encodeURIComponent(secret)).add(JSON.stringify(secret).slice(1, -1));
  }
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((masked, secret) => masked.replaceAll(secret, REMOVED), text);
}

function isPrivatePem(value: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value);
}

/** Members such as `txCode: /tx_code` point into an answer; a placeholder in braces is filled later. */
function isPointer(value: string): boolean {
  return value.startsWith('/') || /^\{[A-Za-z0-9:]+\}$/.test(value);
}

function mapMembers(node: unknown, map: (member: unknown, name: string) => unknown): unknown {
  if (Array.isArray(node)) return node.map((member, index) => map(member, String(index)));
  if (!isObject(node)) return node;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(node)) setOwn(copy, name, map(member, name));
  return copy;
}

function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
