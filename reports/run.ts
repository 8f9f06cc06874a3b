import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Results } from '../core/results.ts';
import type { Files } from '../core/system/files.ts';
import { text } from '../core/text.ts';
import type { Text } from '../core/text.ts';
import { readTrace } from '../core/trace/read.ts';
import type { EventEntry, MessageEntry } from '../core/trace/entries.ts';
import { readJson } from '../protocol/json.ts';
import { createMask, NO_MASK } from './mask.ts';
import type { Mask } from './mask.ts';
import { isMessage, normaliseResults } from './normalise.ts';

/** A run that reports are made from: what is in its folder, and nothing else. */
export interface RunRecord {
  readonly results: Results;
  readonly messages: readonly MessageEntry[];
  readonly events: readonly EventEntry[];
  readonly mask: Mask;
  /** False if secrets are shown. */
  readonly masked: boolean;
  /** What a reader must know before believing the record: trace missing, cut or changed. */
  readonly notes: readonly Text[];
}

/** Wrong use of the reports, told to the user. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly text: Text;
  constructor(message: Text) {
    super(message.en);
    this.text = message;
  }
}

export interface ReadRunOptions {
  /** Shows secrets. */
  readonly unmasked?: boolean;
}

/** Reads a run's folder. Throws ReportError if there is no readable `results.json`; a missing or broken trace is a note. */
export async function readRun(dir: string, files: Files, options: ReadRunOptions = {}): Promise<RunRecord> {
  const bytes = await files.read(join(dir, 'results.json'));
  if (bytes === undefined) throw new ReportError(text(`${dir} has no results.json`, `${dir} 裡沒有 results.json`));
  const reading = readJson(bytes, { maxBytes: 512 * 1024 * 1024, maxDepth: 256 });
  const results = normaliseResults(reading.value);
  if (results === undefined) {
    const reason = reading.errors[0]?.message ?? text('not the results of a run', '不是測試結果');
    throw new ReportError(
      text(`${join(dir, 'results.json')}: ${reason.en}`, `${join(dir, 'results.json')}：${reason['zh-Hant']}`),
    );
  }
  const notes: Text[] = [];
  // Only the name counts: a record made elsewhere must not point out of its folder.
  const name = basename(results.trace.file) || 'trace.jsonl';
  const trace = await files.read(join(dir, name));
  const entries = trace === undefined ? [] : entriesOf(trace, name, results.trace.sha256, notes);
  if (trace === undefined) {
    notes.push(text(`The trace ${name} is missing: no messages are shown.`, `找不到軌跡檔 ${name}，因此不顯示訊息。`));
  }
  const messages = entries.filter(isMessage);
  const events = entries.filter((entry): entry is EventEntry => entry.type === 'event');
  const masked = options.unmasked !== true;
  return { results, messages, events, notes, masked, mask: masked ? createMask(messages) : NO_MASK };
}

function entriesOf(bytes: Uint8Array, name: string, sha256: string, notes: Text[]) {
  const { entries, errors, cut } = readTrace(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    notes.push(
      text(
        `The trace ${name} is not the one that was judged: its SHA-256 differs from results.json.`,
        `軌跡檔 ${name} 與判定時的不同：SHA-256 與 results.json 所記不符。`,
      ),
    );
  }
  if (cut || errors.length > 0) {
    notes.push(
      text(
        `The trace ${name} is damaged: ${errors.length + (cut ? 1 : 0)} lines could not be read.`,
        `軌跡檔 ${name} 已損壞：有 ${errors.length + (cut ? 1 : 0)} 行無法讀取。`,
      ),
    );
  }
  return entries;
}
