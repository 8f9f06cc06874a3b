import type { IncomingMessage, ServerResponse } from 'node:http';
import { header } from '../../core/http.ts';
import type { ServedResponse } from './response.ts';

/** Sends a response as it is, or does what its transport fault says. `date` is the Date header, undefined for the machine's. */
export async function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: ServedResponse,
  date: string | undefined,
): Promise<void> {
  switch (response.transport?.kind) {
    case 'hang':
      return;
    case 'close':
      incoming.socket.end();
      incoming.socket.destroySoon();
      return;
    case 'reset':
      incoming.socket.resetAndDestroy();
      return;
    case 'endless-body':
      start(outgoing, response, date, undefined);
      await repeat(outgoing, response.body, Number.POSITIVE_INFINITY);
      return;
    case 'huge-body':
      start(outgoing, response, date, undefined);
      await repeat(outgoing, response.body, response.transport.bytes);
      return;
    case 'truncated':
      start(outgoing, response, date, response.body.length);
      outgoing.write(response.body.subarray(0, response.body.length / 2), () => incoming.socket.destroySoon());
      return;
    case undefined:
      start(outgoing, response, date, response.body.length);
      outgoing.end(incoming.method === 'HEAD' ? undefined : response.body);
  }
}

function start(
  outgoing: ServerResponse,
  response: ServedResponse,
  date: string | undefined,
  length: number | undefined,
): void {
  const headers: string[] = [];
  for (const [name, value] of response.headers) headers.push(name, value);
  if (date !== undefined) headers.push('date', date);
  const bodiless = response.status === 204 || response.status === 304;
  if (length !== undefined && !bodiless && header(response.headers, 'content-length') === undefined) {
    headers.push('content-length', String(length));
  }
  outgoing.sendDate = date === undefined && header(response.headers, 'date') === undefined;
  outgoing.writeHead(response.status, headers);
}

/** Writes `piece` again and again up to `bytes`, no faster than it is read; ends early when the other side gives up. */
async function repeat(outgoing: ServerResponse, piece: Uint8Array, bytes: number): Promise<void> {
  const block = piece.length === 0 ? Buffer.alloc(1024, ' ') : Buffer.from(piece);
  const gone = new Promise<'gone'>((resolve) => outgoing.once('close', () => resolve('gone')));
  for (let sent = 0; sent < bytes; sent += block.length) {
    if (outgoing.destroyed) return;
    if (outgoing.write(block)) {
      // An endless write into a fast socket must not starve everybody else.
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const drained = new Promise<'drained'>((resolve) => outgoing.once('drain', () => resolve('drained')));
    if ((await Promise.race([drained, gone])) === 'gone') return;
  }
  outgoing.end();
}
