import { toBody } from '../core/trace/body.ts';
import type { MessageEntry } from '../core/trace/entries.ts';
import { validateMessage } from '../core/schema/validate.ts';
import { unpack } from '../protocol/artifacts.ts';
import { textOfInput } from '../protocol/detect.ts';
import { inspect } from '../protocol/inspect.ts';
import { messageView } from '../suites/view/message.ts';

/** `inspect --json`, DESIGN 6. */
export interface Inspected {
  readonly kind: string;
  readonly valid: boolean;
  readonly decoded: unknown;
  readonly errors: readonly string[];
}

/** A link holds a request object, that a certificate: deeper than this nobody nests. */
const MAX_DEPTH = 4;

/**
 * Decodes any artifact and judges it: by the strict readers, at a time (ms), and by the schema of its kind where there is one. What is inside
 * it (an offer in a link, a credential in a response) is judged by the schema of its own kind.
 */
export function inspectArtifact(input: string, at: number): Inspected {
  const { kind, decoded, errors } = inspect(input, { at });
  const all = [
    ...errors.map(
      (error) =>
        `${error.at === undefined ? '' : `${error.at}: `}${error.message.en}${error.section === undefined ? '' : ` (${error.section})`}`,
    ),
    ...violations(kind, textOfInput(input), 0),
  ];
  return { kind, valid: kind !== 'unknown' && all.length === 0, decoded, errors: all };
}

/** What schemas say of a message, read as in a trace, and of what travels in it. */
function violations(kind: string, text: string, depth: number): string[] {
  const entry: MessageEntry = {
    seq: 0,
    at: 0,
    clock: 0,
    type: 'message',
    kind,
    author: 'third',
    sender: 'harness',
    receiver: 'harness',
    channel: 'link',
    body: toBody(text),
  };
  const none = { parent: () => undefined, children: () => [], counterpart: () => undefined };
  const report = validateMessage(kind, messageView(entry, none).value);
  const own = (report?.violations ?? []).map((found) => {
    const place = `${depth === 0 ? '' : `${kind} `}${found.pointer === '' ? '/' : found.pointer}`;
    const cited = found.requirements.length === 0 ? '' : ` (${found.requirements.join(', ')})`;
    return `${place}: expected ${found.expected}, seen ${found.seen}${cited}`;
  });
  if (depth === MAX_DEPTH) return own;
  const inside = unpack({ kind, text, headers: [] }, []);
  return [...own, ...inside.flatMap((artifact) => violations(artifact.kind, artifact.text, depth + 1))];
}
