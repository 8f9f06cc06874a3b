import type { MessageView } from '../../core/contracts/check.ts';
import { header, mediaType } from '../../core/http.ts';
import { bodyText } from '../../core/trace/body.ts';
import type { MessageEntry } from '../../core/trace/entries.ts';
import { parametersValue, queryOf } from '../../protocol/artifacts.ts';
import { readJwt } from '../../protocol/jose/jws.ts';
import { readJson } from '../../protocol/json.ts';

interface Decoded {
  readonly value: unknown;
  readonly errors: readonly string[];
}

/** How the kinds are read. What is not named here is JSON. */
const READERS: Readonly<Record<string, (entry: MessageEntry, text: string) => Decoded>> = Object.fromEntries([
  ...[
    'request-object',
    'key-proof',
    'key-attestation',
    'dpop-proof',
    'client-assertion',
    'client-attestation',
    'client-attestation-pop',
    'signed-issuer-metadata',
    'kb-jwt',
    'status-list-token',
  ].map((kind) => [kind, readJwtValue] as const),
  ...['par-request', 'token-request', 'presentation-response', 'request-uri-request', 'login-request'].map(
    (kind) => [kind, readForm] as const,
  ),
  ...['authorization-response', 'authorization-error'].map((kind) => [kind, readLocation] as const),
  ['authorization-request', readAuthorizationRequest],
  ['credential-offer-link', readLink],
  ['presentation-request-link', readLink],
  ['credential', readIssuerJwt],
  ['presentation', readIssuerJwt],
  ...['encrypted-credential-request', 'encrypted-credential-response', 'encrypted-presentation-response'].map(
    (kind) => [kind, readNothing] as const,
  ),
]);

/** Links between messages, resolved by the flow that owns them. */
export interface Neighbours {
  readonly parent: () => MessageView | undefined;
  readonly children: () => readonly MessageView[];
  readonly counterpart: () => MessageView | undefined;
}

/** A message of the trace with readings that are made when they are first asked for. */
export function messageView(entry: MessageEntry, neighbours: Neighbours): MessageView {
  let text: string | undefined;
  let decoded: Decoded | undefined;
  const http = entry.http;
  const view: MessageView = {
    seq: entry.seq,
    kind: entry.kind,
    author: entry.author,
    entry,
    get text() {
      return (text ??= bodyText(entry.body));
    },
    status: http !== undefined && 'status' in http ? http.status : undefined,
    url: http !== undefined && 'url' in http ? http.url : undefined,
    header: (name) => header(http?.headers ?? [], name),
    get value() {
      return (decoded ??= read(entry, view.text)).value;
    },
    get errors() {
      return (decoded ??= read(entry, view.text)).errors;
    },
    get parent() {
      return neighbours.parent();
    },
    children: (kind) => neighbours.children().filter((child) => kind === undefined || child.kind === kind),
    get counterpart() {
      return neighbours.counterpart();
    },
  };
  return view;
}

function read(entry: MessageEntry, text: string): Decoded {
  if (entry.body.truncated === true) return { value: undefined, errors: ['too large to be read whole'] };
  return (READERS[entry.kind] ?? readJsonValue)(entry, text);
}

function readJsonValue(_entry: MessageEntry, text: string): Decoded {
  if (text.trim() === '') return { value: undefined, errors: ['empty body'] };
  const reading = readJson(text);
  return { value: reading.value, errors: reading.errors.map((error) => error.message.en) };
}

function readJwtValue(_entry: MessageEntry, text: string): Decoded {
  const reading = readJwt(text.trim());
  const { header: head, payload } = reading;
  return {
    value: head === undefined && payload === undefined ? undefined : { header: head, payload },
    errors: reading.errors.map((error) => error.message.en),
  };
}

function readIssuerJwt(entry: MessageEntry, text: string): Decoded {
  const end = text.indexOf('~');
  return readJwtValue(entry, end === -1 ? text : text.slice(0, end));
}

/** Parameters that may stand more than once (RFC 8707 2). */
const REPEATABLE: ReadonlySet<string> = new Set(['resource']);

function readParameters(parameters: URLSearchParams): Decoded {
  const repeated = [...new Set(parameters.keys())].filter(
    (name) => parameters.getAll(name).length > 1 && !REPEATABLE.has(name),
  );
  return {
    value: parametersValue(parameters),
    errors: repeated.map((name) => `parameter ${name} appears more than once`),
  };
}

function readForm(_entry: MessageEntry, text: string): Decoded {
  return readParameters(new URLSearchParams(text));
}

function readLink(_entry: MessageEntry, text: string): Decoded {
  return readParameters(queryOf(text));
}

function readAuthorizationRequest(entry: MessageEntry, text: string): Decoded {
  const form = mediaType(entry.http?.headers ?? []) === 'application/x-www-form-urlencoded' && text !== '';
  const url = entry.http !== undefined && 'url' in entry.http ? entry.http.url : '';
  return readParameters(form ? new URLSearchParams(text) : queryOf(url));
}

function readLocation(entry: MessageEntry, text: string): Decoded {
  const location = header(entry.http?.headers ?? [], 'location');
  return location === undefined ? readJsonValue(entry, text) : readParameters(queryOf(location));
}

function readNothing(): Decoded {
  return { value: undefined, errors: [] };
}
