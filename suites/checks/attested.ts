import type { MessageView } from '../../core/contracts/check.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject } from '../../protocol/json.ts';
import { jwtOf } from './refs.ts';

/** Keys that a key attestation vouches for (OpenID4VCI D.1). */
export function attestedKeys(attestation: MessageView): readonly JsonObject[] {
  return (arr(jwtOf(attestation).payload, 'attested_keys') ?? []).filter(isObject).slice(0, 100);
}
