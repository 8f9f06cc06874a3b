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
  const keys = decryptionKeys(log, entries);
  const parents = new Set(entries.map((entry) => (entry.type === 'message' ? entry.parent : undefined)));
  const queue = entries.filter((entry): entry is MessageEntry => entry.type === 'message' && !parents.has(entry.seq));
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
        author: artifact.foreign === true ? makerOf(artifact.text, entry.author, log) : entry.author,
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

/** What was seen of a log so far, so that a long run does not read its beginning again for each flow. */
interface Seen {
  /** Entries that are taken in. */
  upTo: number;
  /** Private keys that the harness noted outside of flows. */
  readonly runKeys: JsonObject[];
  /** Author of each issued credential, by its issuer-signed part. */
  readonly makers: Map<string, Author>;
}

const seenOf = new WeakMap<TraceLog, Seen>();

function takeIn(log: TraceLog): Seen {
  const seen = seenOf.get(log) ?? { upTo: 0, runKeys: [], makers: new Map<string, Author>() };
  seenOf.set(log, seen);
  for (; seen.upTo < log.entries.length; seen.upTo += 1) {
    const entry = log.entries[seen.upTo];
    if (entry?.type === 'material' && entry.flow === undefined) seen.runKeys.push(...keyIn(entry));
    else if (entry?.type === 'message' && entry.kind === 'credential' && !isPresented(entry, log.entries)) {
      const signed = signedPart(bodyText(entry.body));
      if (!seen.makers.has(signed)) seen.makers.set(signed, entry.author);
    }
  }
  return seen;
}

/** Private keys for what is encrypted to the harness: those of the flow and those of the whole run. */
function decryptionKeys(log: TraceLog, entries: readonly TraceEntry[]): JsonObject[] {
  return [...entries.flatMap(keyIn), ...takeIn(log).runKeys];
}

function keyIn(entry: TraceEntry): JsonObject[] {
  return entry.type === 'material' && entry.use === 'decryption-key' && isObject(entry.value) ? [entry.value] : [];
}

/** Who issued a credential: the author of the message in which its issuer-signed part was first delivered. */
function makerOf(credential: string, carrier: Author, log: TraceLog): Author {
  return takeIn(log).makers.get(signedPart(credential)) ?? (carrier === 'harness' ? 'harness' : 'third');
}

function signedPart(credential: string): string {
  return credential.split('~', 1)[0] ?? credential;
}

function isPresented(entry: MessageEntry, entries: readonly TraceEntry[]): boolean {
  const parent = entry.parent === undefined ? undefined : entries[entry.parent];
  return parent?.type === 'message' && parent.kind === 'presentation';
}
