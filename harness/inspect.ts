import { validateMessage } from '../core/schema/validate.ts';
import { inspect } from '../protocol/inspect.ts';

/** `inspect --json`, DESIGN 6. */
export interface Inspected {
  readonly kind: string;
  readonly valid: boolean;
  readonly decoded: unknown;
  readonly errors: readonly string[];
}

/** Decodes any artifact and judges it: by the strict readers, at a time (ms), and by the schema of its kind where there is one. */
export function inspectArtifact(input: string, at: number): Inspected {
  const { kind, decoded, errors } = inspect(input, { at });
  const report = validateMessage(kind, decoded);
  const all = [
    ...errors.map(
      (error) =>
        `${error.at === undefined ? '' : `${error.at}: `}${error.message.en}${error.section === undefined ? '' : ` (${error.section})`}`,
    ),
    ...(report?.violations ?? []).map(
      (found) =>
        `${found.pointer === '' ? '/' : found.pointer}: expected ${found.expected}, seen ${found.seen}${found.requirements.length === 0 ? '' : ` (${found.requirements.join(', ')})`}`,
    ),
  ];
  return { kind, valid: kind !== 'unknown' && all.length === 0, decoded, errors: all };
}
