import type { Check, MessageView, Observation } from '../../core/contracts/check.ts';
import { documentOf, isNode, closureOf, messageSchemaId, schemaKinds } from '../../core/schema/documents.ts';
import { validateMessage } from '../../core/schema/validate.ts';
import type { SchemaReport } from '../../core/schema/validate.ts';
import { member, obj } from '../../protocol/json.ts';
import { ANY_ROLE, observe, rule, text } from './kit.ts';

/** Every id that some schema of `schemas/messages` can speak about. Read when first asked for: the files are many. */
let ids: readonly string[] | undefined;

function schemaRequirements(): readonly string[] {
  if (ids !== undefined) return ids;
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    for (const [name, item] of Object.entries(value)) {
      if (name === 'x-requirements' || name === 'x-breaks') for (const id of item as string[]) found.add(id);
      else if (name === 'x-required')
        for (const list of Object.values(item as object)) for (const id of list as string[]) found.add(id);
      else visit(item);
    }
  };
  for (const kind of schemaKinds()) {
    const document = documentOf(messageSchemaId(kind));
    if (document !== undefined) for (const part of closureOf(document)) visit(part.root);
  }
  return (ids = [...found]);
}

/** Kinds that another kind's schema describes: a batch that came late is a credential response, signed metadata is metadata. */
function reportOf(message: MessageView): SchemaReport | undefined {
  if (message.kind === 'signed-issuer-metadata') {
    const own = validateMessage(message.kind, message.value);
    return own ?? validateMessage('issuer-metadata', obj(message.value, 'payload'));
  }
  // Metadata as a JWT is judged as the artifact inside.
  if (message.kind === 'issuer-metadata' && member(message.value, 'credential_issuer') === undefined) {
    if (message.children('signed-issuer-metadata').length > 0) return undefined;
  }
  // A server that breaks down or is overloaded does not speak the protocol.
  if (message.kind.endsWith('-error') && isOutage(message.status)) return undefined;
  // Where no token stood in its place the answer is that of RFC 6750.
  const request = message.kind.endsWith('credential-error') ? message.counterpart : undefined;
  if (request !== undefined && request.header('authorization') === undefined) return undefined;
  return validateMessage(message.kind, message.value);
}

function isOutage(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 429 || status === 408);
}

function* judge(message: MessageView): Generator<Observation> {
  const report = reportOf(message);
  if (report === undefined) return;
  const broken = new Set<string>();
  for (const violation of report.violations) {
    for (const id of violation.requirements) broken.add(id);
    const at = violation.pointer === '' ? '' : `${violation.pointer}: `;
    yield observe('violated', message, text(`${at}${violation.message.en}`, `${at}${violation.message['zh-Hant']}`), {
      requirements: violation.requirements,
      expected: violation.expected,
      seen: violation.seen,
    });
  }
  const right = report.exercised.filter((id) => !broken.has(id));
  // What was judged in part only proves nothing by its silence.
  if (right.length > 0 && !report.truncated) yield rule(true, message, text('', ''), { requirements: right });
}

export const SCHEMA_CHECKS: readonly Check[] = [
  {
    id: 'message/schema',
    scope: 'message',
    roles: ANY_ROLE,
    kinds: ['*'],
    title: text('A message has the members and types of its schema', '訊息的成員與型別符合其結構描述'),
    get requirements() {
      return schemaRequirements();
    },
    judge,
  },
];
