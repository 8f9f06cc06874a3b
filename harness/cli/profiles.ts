import type { Profile } from '../../core/contracts/profile.ts';
import { PROFILES, profileOf } from '../registry.ts';
import { UsageError } from './usage.ts';

/** Profile that is judged by where nothing is said. */
export const DEFAULT_PROFILE = 'oid4vc-1.0';

/** The profile of an id. Throws UsageError with those that there are. */
export function wantedProfile(id: string | undefined): Profile {
  const profile = profileOf(id ?? DEFAULT_PROFILE);
  if (profile !== undefined) return profile;
  throw new UsageError(`no profile ${id ?? ''}; there are: ${PROFILES.map((entry) => entry.id).join(', ')}`);
}
