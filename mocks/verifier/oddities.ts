import type { JsonObject } from '../../protocol/json.ts';
import { isObject } from '../../protocol/json.ts';
import type { ResolvedVariant, VerifierOddity } from './variant.ts';

/** True if the variant asks for this oddity. */
export function odd(variant: ResolvedVariant, name: VerifierOddity): boolean {
  return variant.oddities.has(name);
}

const NOISE = { 'x-unheard-of': { anything: [1, 'two', null, { three: false }] } };

/** With oddity `unknown-members`: a member that nobody knows, at the places where the specification says that unknown ones are ignored. */
export function sprinkled(variant: ResolvedVariant, parameters: JsonObject): Record<string, unknown> {
  if (!odd(variant, 'unknown-members')) return { ...parameters };
  const out: Record<string, unknown> = { ...parameters, ...NOISE };
  if (isObject(out['client_metadata'])) out['client_metadata'] = { ...out['client_metadata'], ...NOISE };
  const query = out['dcql_query'];
  if (isObject(query)) {
    const credentials = query['credentials'];
    out['dcql_query'] = {
      ...query,
      ...NOISE,
      ...(Array.isArray(credentials)
        ? { credentials: credentials.map((entry: unknown) => (isObject(entry) ? { ...entry, ...NOISE } : entry)) }
        : {}),
    };
  }
  return out;
}

/** With oddity `member-order`: the members of all objects in reverse. The order of JSON members means nothing (RFC 8259 4). */
export function reversed(variant: ResolvedVariant, value: JsonObject): Record<string, unknown> {
  return odd(variant, 'member-order') ? (turn(value) as Record<string, unknown>) : { ...value };
}

function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, turn(item)]),
  );
}
