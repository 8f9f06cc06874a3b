import { bodyText, toBody } from '../../core/trace/body.ts';
import type { Author, MessageEntry, TraceEntry } from '../../core/trace/entries.ts';
import type { TraceLog } from '../../core/trace/log.ts';
import { unpack } from '../../protocol/artifacts.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject } from '../../protocol/json.ts';

/**
 * Appends the artifacts that travelled inside the messages of a flow as messages of their own. Runs when the flow has ended, so that it
 * costs the flow nothing. The author of an artifact is who made it: a credential inside a presentation belongs to whoever issued
 * it in this trace, else to the harness if the harness carries it, else to a third party.
 */
export function appendArtifacts(log: TraceLog, flow: string): void {
  const entries = log.ofFlow(flow);
  const keys = decryptionKeys(log.entries);
  const queue = entries.filter(
    (entry): entry is MessageEntry => entry.type === 'message' && !hasChildren(entry, entries),
  );
  for (const entry of queue) {
    const artifacts = unpack(
      {
        kind: entry.kind,
        text: bodyText(entry.body),
        headers: entry.http?.headers ?? [],
        ...(entry.http !== undefined && 'url' in entry.http ? { url: entry.http.url } : {}),
      },
      keys,
    );
    for (const artifact of artifacts) {
      const { sender, receiver, channel } = entry;
      const child = log.append({
        type: 'message',
        flow,
        kind: artifact.kind,
        author: artifact.foreign === true ? makerOf(artifact.text, entry.author, log.entries) : entry.author,
        sender,
        receiver,
        channel,
        parent: entry.seq,
        body: toBody(artifact.text),
      });
      if (child.type === 'message') queue.push(child);
    }
  }
}

function hasChildren(entry: MessageEntry, entries: readonly TraceEntry[]): boolean {
  return entries.some((other) => other.type === 'message' && other.parent === entry.seq);
}

/** Private keys that the harness noted for what is encrypted to it. */
function decryptionKeys(entries: readonly TraceEntry[]): JsonObject[] {
  return entries.flatMap((entry) =>
    entry.type === 'material' && entry.use === 'decryption-key' && isObject(entry.value) ? [entry.value] : [],
  );
}

/** Who issued a credential: the author of the message in which its issuer-signed part was first delivered. */
function makerOf(credential: string, carrier: Author, entries: readonly TraceEntry[]): Author {
  const signed = credential.split('~')[0] ?? credential;
  for (const entry of entries) {
    if (entry.type !== 'message' || entry.kind !== 'credential' || entry.parent === undefined) continue;
    if (bodyText(entry.body).startsWith(signed) && !isPresented(entry, entries)) return entry.author;
  }
  return carrier === 'harness' ? 'harness' : 'third';
}

function isPresented(entry: MessageEntry, entries: readonly TraceEntry[]): boolean {
  const parent = entries.find((other) => other.seq === entry.parent);
  return parent?.type === 'message' && parent.kind === 'presentation';
}
