import type { Text } from '../text.ts';
import { bounded, preview } from './bound.ts';
import { errorsOf } from './compile.ts';
import type { SchemaError } from './compile.ts';
import { decodeMembers } from './decode.ts';
import { documentOf, messageSchemaId, pointerTo, registerDocument } from './documents.ts';
import type { SchemaDocument, SchemaNode } from './documents.ts';
import { describe } from './messages.ts';
import { requiredIds, walk } from './walk.ts';

/** A schema for a kind that a profile brings along, beside or in place of the one in `schemas/messages`. */
export interface SchemaSource {
  readonly kind: string;
  /** JSON Schema 2020-12 with an absolute `$id`; may refer to `schemas/messages/parts/common.schema.json`. */
  readonly schema: SchemaNode;
  readonly replaces?: true;
}

export interface SchemaViolation {
  /** JSON Pointer into the message; for a missing member, where it should be. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: Text;
  /** Requirements of the nearest enclosing schema node. Empty where the obligation stands in no catalogue. */
  readonly requirements: readonly string[];
  readonly expected: string;
  /** At most 200 characters. */
  readonly seen: string;
}

export interface SchemaReport {
  /** `$id` of the schema, several joined by a space. */
  readonly schema: string;
  readonly violations: readonly SchemaViolation[];
  /** Requirements that the message made speak: judged, whether met or violated. Every cited id is among them. */
  readonly exercised: readonly string[];
  /** The message was beyond the limits and was judged in part: not violated is then not proven. */
  readonly truncated: boolean;
}

const MAX_VIOLATIONS = 100;

/**
 * Validates a message value (the form that `MessageView.value` has) against the schema of its kind. Undefined if there is no schema for the kind or
 * no value to judge. Never throws on a value, whatever its size, depth or member names; throws if a schema is broken.
 */
export function validateMessage(
  kind: string,
  value: unknown,
  extra: readonly SchemaSource[] = [],
): SchemaReport | undefined {
  const documents = documentsOf(kind, extra);
  if (documents.length === 0 || value === undefined) return undefined;
  const reports = documents.map((document) => validateAgainst(document, value));
  return {
    schema: reports.map((report) => report.schema).join(' '),
    violations: reports.flatMap((report) => report.violations).slice(0, MAX_VIOLATIONS),
    exercised: [...new Set(reports.flatMap((report) => report.exercised))],
    truncated: reports.some((report) => report.truncated),
  };
}

/** The schema documents that speak about a kind. */
export function documentsOf(kind: string, extra: readonly SchemaSource[]): readonly SchemaDocument[] {
  const brought = extra.filter((source) => source.kind === kind);
  const own = brought.some((source) => source.replaces === true) ? undefined : documentOf(messageSchemaId(kind));
  return [...(own === undefined ? [] : [own]), ...brought.map((source) => registerDocument(source.schema))];
}

/** Validates any value against one schema document, such as `schemas/trace.schema.json`. */
export function validateAgainst(document: SchemaDocument, value: unknown): SchemaReport {
  const { value: copy, truncated } = bounded(value);
  decodeMembers(document, copy);
  const walked = walk(document, copy);
  const violations: SchemaViolation[] = [];
  const seen = new Set<string>();
  for (const error of errorsOf(document, '', copy)) {
    // An `if` repeats what its branch says; errors inside failed anyOf branches are alternatives, not violations.
    const visit = error.keyword === 'if' ? undefined : walked.find(error.parentSchema, error.instancePath);
    if (visit === undefined) continue;
    const missing = missingMember(error);
    const ids = (missing === undefined ? undefined : requiredIds(visit.node)[missing]) ?? visit.ids;
    const pointer = missing === undefined ? error.instancePath : pointerTo(error.instancePath, missing);
    const key = `${pointer} ${error.keyword} ${ids.join(' ')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    violations.push({
      pointer,
      keyword: error.keyword,
      ...describe(error),
      requirements: ids,
      seen: missing === undefined ? preview(error.data) : 'nothing',
    });
    if (violations.length === MAX_VIOLATIONS) break;
  }
  const exercised = new Set([...walked.exercised, ...violations.flatMap((violation) => violation.requirements)]);
  return { schema: document.id, violations, exercised: [...exercised], truncated };
}

function missingMember(error: SchemaError): string | undefined {
  const missing = error.params['missingProperty'];
  return error.keyword === 'required' && typeof missing === 'string' ? missing : undefined;
}
