import type { HeaderList } from '../core/http.ts';
import { header } from '../core/http.ts';
import { bodyText } from '../core/trace/body.ts';
import type { Body, MessageEntry } from '../core/trace/entries.ts';
import type { RunRecord } from './run.ts';

type Request = MessageEntry & { readonly http: { readonly method: string; readonly url: string } };
type Response = MessageEntry & { readonly http: { readonly status: number } };

const NOTHING = { version: 'HTTP/1.1', headersSize: -1, cookies: [] } as const;

/**
 * `trace.har`: the HTTP exchanges of a run in HTTP Archive 1.2, secrets masked. Members that start with `_` are ours: flow,
 * kind, author, seq. The trace does not record the protocol version, header sizes or the phases of a connection: the archive
 * says `HTTP/1.1`, -1 and the whole time as waiting.
 */
export function harReport(run: RunRecord): string {
  const responses = new Map<number, Response>();
  for (const message of run.messages) {
    if (message.re !== undefined && message.http !== undefined && 'status' in message.http) {
      responses.set(message.re, message as Response);
    }
  }
  const failures = new Map<number, string>();
  for (const event of run.events) {
    if (event.event === 'transport-failure' && event.message !== undefined) {
      failures.set(event.message, `${event.failure}: ${event.reason}`);
    }
  }
  const entries = run.messages
    .filter(isRequest)
    .map((request) => entryOf(request, responses.get(request.seq), failures, run));
  const { tool } = run.results;
  const log = { version: '1.2', creator: { name: tool.name, version: tool.version }, entries };
  return `${JSON.stringify({ log }, undefined, 1)}\n`;
}

function isRequest(message: MessageEntry): message is Request {
  return message.channel === 'http' && message.http !== undefined && 'url' in message.http;
}

function entryOf(
  request: Request,
  response: Response | undefined,
  failures: ReadonlyMap<number, string>,
  run: RunRecord,
): object {
  const time = response === undefined ? 0 : Math.max(0, response.at - request.at);
  const failure = failures.get(request.seq);
  return {
    startedDateTime: dateOf(request.at),
    time,
    request: requestOf(request, run),
    response: response === undefined ? noResponse(failure, run) : responseOf(response, run),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    _flow: request.flow,
    _request: {
      seq: request.seq,
      kind: request.kind,
      author: request.author,
      from: request.sender,
      to: request.receiver,
    },
    ...(response === undefined
      ? {}
      : { _response: { seq: response.seq, kind: response.kind, author: response.author } }),
  };
}

/** Times beyond what a Date can show become the epoch. */
function dateOf(ms: number): string {
  return new Date(Math.abs(ms) <= 8.64e15 ? ms : 0).toISOString();
}

function requestOf(message: Request, run: RunRecord): object {
  const url = run.mask.text(message.http.url);
  const query = url.split('#')[0]?.split('?').slice(1).join('?') ?? '';
  return {
    method: message.http.method,
    url,
    httpVersion: NOTHING.version,
    cookies: NOTHING.cookies,
    headers: headersOf(message.http.headers, run),
    queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
    ...(message.body.size === 0 ? {} : { postData: postDataOf(message, run) }),
    headersSize: NOTHING.headersSize,
    bodySize: message.body.size,
  };
}

function postDataOf(message: Request, run: RunRecord): object {
  const mimeType = header(message.http.headers, 'content-type') ?? '';
  const text = run.mask.text(bodyText(message.body));
  // `params` and `text` exclude each other; the text is what was sent.
  return { mimeType, text, ...commentOf(message.body) };
}

function responseOf(message: Response, run: RunRecord): object {
  const { headers, status } = message.http as { status: number; headers: HeaderList };
  const binary = message.body.encoding === 'base64';
  return {
    status,
    statusText: '',
    httpVersion: NOTHING.version,
    cookies: NOTHING.cookies,
    headers: headersOf(headers, run),
    content: {
      size: message.body.size,
      mimeType: header(headers, 'content-type') ?? '',
      text: binary ? message.body.bytes : run.mask.text(message.body.bytes),
      ...(binary ? { encoding: 'base64' } : {}),
      ...commentOf(message.body),
    },
    redirectURL: run.mask.text(header(headers, 'location') ?? ''),
    headersSize: NOTHING.headersSize,
    bodySize: message.body.size,
  };
}

function noResponse(failure: string | undefined, run: RunRecord): object {
  return {
    status: 0,
    statusText: '',
    httpVersion: NOTHING.version,
    cookies: NOTHING.cookies,
    headers: [],
    content: { size: 0, mimeType: '' },
    redirectURL: '',
    headersSize: NOTHING.headersSize,
    bodySize: -1,
    _error: failure === undefined ? 'no answer in the trace' : run.mask.text(failure),
  };
}

function headersOf(headers: HeaderList, run: RunRecord): object[] {
  return headers.map(([name, value]) => ({ name, value: run.mask.header(name, value) }));
}

function commentOf(body: Body): { comment?: string } {
  return body.truncated === true ? { comment: `cut: ${body.size} bytes, SHA-256 ${body.sha256}` } : {};
}
