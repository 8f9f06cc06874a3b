import type { Check, Observation } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Role } from '../../core/kinds.ts';
import { bodyText, toBody } from '../../core/trace/body.ts';
import type { MaterialEntry, MessageEntry, TraceEntry } from '../../core/trace/entries.ts';
import { unpack } from '../../protocol/artifacts.ts';
import { base64url } from '../../protocol/encoding.ts';
import { readJwt, signCompact } from '../../protocol/jose/jws.ts';
import type { SigningKey } from '../../protocol/jose/keys.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject } from '../../protocol/json.ts';
import { runView } from '../view/run.ts';
import { CHECKS } from './index.ts';

/*
 * For tests of checks: a recorded conforming trace is taken, one message of the system under test is changed in its raw bytes, the
 * artifacts are taken out anew, and all checks judge. So each check is shown the very defect that it is for, and nothing else.
 */

/** A message on the wire, to be changed in place. */
export interface Wire {
  readonly kind: string;
  text: string;
  status: number | undefined;
  url: string | undefined;
  method: string | undefined;
  headers: [name: string, value: string][];
}

export interface Edit {
  /** Kind of the wire message, or of an artifact inside it. */
  readonly kind: string;
  /** Which of several messages of this kind; default the first. */
  readonly nth?: number;
  readonly change?: (wire: Wire) => void;
  /** Also messages of the harness: to change what a message is compared with. */
  readonly anybody?: true;
  /** Changes an artifact; its carriers hold the new text. Only where the carrier is not encrypted. */
  readonly artifact?: (text: string) => string;
}

/** Judgement of a trace: what each check saw. */
export interface Seen {
  readonly check: string;
  readonly observation: Observation;
}

/** Judges entries with all checks of a role. Exceptions of checks come through: here they are faults. */
export function judged(
  entries: readonly TraceEntry[],
  role: Role,
  profile: Profile,
  checks: readonly Check[] = CHECKS,
): Seen[] {
  const run = runView(entries, { role, profile, skewMs: 300_000, variantOf: () => undefined });
  return checks
    .filter((check) => check.roles.includes(role))
    .flatMap((check) => {
      const take = (observations: Iterable<Observation>): Seen[] =>
        [...observations].map((observation) => ({ check: check.id, observation }));
      switch (check.scope) {
        case 'message':
          return run.flows.flatMap((flow) =>
            flow.messages
              .filter((message) => message.author === 'sut')
              .filter((message) => check.kinds.includes(message.kind) || check.kinds.includes('*'))
              .flatMap((message) => take(check.judge(message, flow, run))),
          );
        case 'flow':
          return run.flows.flatMap((flow) => take(check.judge(flow, run)));
        case 'run':
          return take(check.judge(run));
      }
    });
}

/** Ids of the checks that found a violation, without doubles. */
export function red(seen: readonly Seen[]): string[] {
  return [...new Set(seen.filter(({ observation }) => observation.observed === 'violated').map(({ check }) => check))];
}

function isMessage(entry: TraceEntry): entry is MessageEntry {
  return entry.type === 'message';
}

/** The same trace with one thing changed. Throws if there is no such message: a row that changes nothing proves nothing. */
export function edited(entries: readonly TraceEntry[], edit: Edit): TraceEntry[] {
  const out = entries.filter((entry) => !isMessage(entry) || entry.parent === undefined);
  const keys = entries
    .filter((entry): entry is MaterialEntry => entry.type === 'material' && entry.use === 'decryption-key')
    .flatMap((entry) => (isObject(entry.value) ? [entry.value] : []));
  let found = 0;
  const changed = out.map((entry) => {
    if (!isMessage(entry) || (entry.author !== 'sut' && edit.anybody !== true)) return entry;
    if (edit.artifact === undefined) {
      if (entry.kind !== edit.kind || found++ !== (edit.nth ?? 0)) return entry;
      return rewritten(entry, edit.change ?? (() => undefined));
    }
    const inside = artifacts(entry, keys).filter((artifact) => artifact.kind === edit.kind);
    const chosen = inside[(edit.nth ?? 0) - found];
    found += inside.length;
    if (chosen === undefined || found - inside.length > (edit.nth ?? 0)) return entry;
    const after = edit.artifact(chosen.text);
    return rewritten(entry, (wire) => {
      // Form encoders differ in whether they escape the tilde.
      const escaped = (part: string): string => part.replaceAll('~', '%7E').replaceAll('=', '%3D');
      wire.text = wire.text.replaceAll(chosen.text, after).replaceAll(escaped(chosen.text), escaped(after));
      wire.headers = wire.headers.map(([name, value]) => [name, value === chosen.text ? after : value]);
    });
  });
  if (found <= (edit.nth ?? 0)) throw new Error(`no ${edit.kind} to change`);
  return withArtifacts(changed, keys);
}

function rewritten(entry: MessageEntry, change: (wire: Wire) => void): MessageEntry {
  const { http } = entry;
  const wire: Wire = {
    kind: entry.kind,
    text: bodyText(entry.body),
    status: http !== undefined && 'status' in http ? http.status : undefined,
    url: http !== undefined && 'url' in http ? http.url : undefined,
    method: http !== undefined && 'method' in http ? http.method : undefined,
    headers: (http?.headers ?? []).map(([name, value]) => [name, value]),
  };
  change(wire);
  const start =
    wire.status !== undefined
      ? { status: wire.status, headers: wire.headers }
      : wire.url !== undefined && wire.method !== undefined
        ? { url: wire.url, method: wire.method, headers: wire.headers }
        : undefined;
  return { ...entry, ...(start === undefined ? {} : { http: start }), body: toBody(wire.text) };
}

function artifacts(entry: MessageEntry, keys: readonly JsonObject[]): { kind: string; text: string }[] {
  const direct = unpack({ kind: entry.kind, text: bodyText(entry.body), headers: entry.http?.headers ?? [] }, keys);
  return direct.flatMap((artifact) => [
    artifact,
    ...artifacts(
      { ...entry, kind: artifact.kind, body: toBody(artifact.text), http: { status: 0, headers: [] } },
      keys,
    ),
  ]);
}

/** Appends the artifacts of all messages, as at the end of a flow. */
function withArtifacts(entries: readonly TraceEntry[], keys: readonly JsonObject[]): TraceEntry[] {
  const out = [...entries];
  let seq = Math.max(...entries.map((entry) => entry.seq));
  const queue = entries.filter(isMessage);
  for (const entry of queue) {
    for (const artifact of unpack(
      { kind: entry.kind, text: bodyText(entry.body), headers: entry.http?.headers ?? [] },
      keys,
    )) {
      seq += 1;
      const { http: _http, re: _re, ...rest } = entry;
      const child: MessageEntry = {
        ...rest,
        seq,
        kind: artifact.kind,
        author: artifact.foreign === true ? 'harness' : entry.author,
        parent: entry.seq,
        body: toBody(artifact.text),
      };
      out.push(child);
      queue.push(child);
    }
  }
  return out;
}

/** Changes the JSON of a message. */
export function json(change: (value: Record<string, unknown>) => void): (wire: Wire) => void {
  return (wire) => {
    const value = JSON.parse(wire.text) as Record<string, unknown>;
    change(value);
    wire.text = JSON.stringify(value);
  };
}

/** Changes the parameters of a form. */
export function form(change: (parameters: URLSearchParams) => void): (wire: Wire) => void {
  return (wire) => {
    const parameters = new URLSearchParams(wire.text);
    change(parameters);
    wire.text = parameters.toString();
  };
}

/** Sets a header, or takes it away. */
export function header(name: string, value: string | undefined): (wire: Wire) => void {
  return (wire) => {
    wire.headers = wire.headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
    if (value !== undefined) wire.headers.push([name, value]);
  };
}

export interface JwtParts {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
}

/** Changes a compact JWT and signs it anew, with the key that made it or another one. What follows the JWT (disclosures) stays. */
export function jwt(
  change: (parts: JwtParts) => void,
  keyFor: (parts: JwtParts) => SigningKey,
): (text: string) => string {
  return (text) => {
    const [raw = '', ...rest] = text.split('~');
    const { header: head = {}, payload = {} } = readJwt(raw);
    const parts: JwtParts = { header: { ...head }, payload: { ...payload } };
    const key = keyFor({ header: { ...head }, payload: { ...payload } });
    change(parts);
    return [signCompact({ header: parts.header, payload: parts.payload, key }), ...rest].join('~');
  };
}

/** One disclosure, encoded. */
export function disclosure(...items: readonly unknown[]): string {
  return base64url(JSON.stringify(items));
}
