import type { ServerMock } from '../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../core/http.ts';
import { TransportError } from '../core/http.ts';
import type { Party } from '../core/kinds.ts';
import type { HttpClient } from '../core/ports.ts';
import type { RecordingContext } from '../core/trace/context.ts';
import { recordServed } from '../core/trace/context.ts';

/** A network in memory: mocks meet without sockets, with the same routing rule as over HTTP. */
export interface MemoryNetwork extends HttpClient {
  /** Mounts a mock at a base URL; well-known documents with inserted paths reach it, too. */
  mount(base: string, mock: ServerMock, context: RecordingContext, peer: Party): void;
  unmount(base: string): void;
}

/** Base URL that a request belongs to: the path itself, or the path inserted after `/.well-known/<name>`. */
export function belongsTo(base: string, url: string): boolean {
  const root = new URL(base);
  const asked = new URL(url);
  if (root.origin !== asked.origin) return false;
  const prefix = root.pathname === '/' ? '' : root.pathname.replace(/\/$/u, '');
  const path = asked.pathname.replace(/^\/\.well-known\/[^/]+/u, '');
  const below = (candidate: string): boolean => candidate === prefix || candidate.startsWith(`${prefix}/`);
  return below(asked.pathname) || (path !== asked.pathname && below(path));
}

/** Creates an empty network. Requests to an unknown base fail like a refused connection. */
export function memoryNetwork(): MemoryNetwork {
  const mounts: { base: string; mock: ServerMock; context: RecordingContext; peer: Party }[] = [];
  return {
    mount(base, mock, context, peer) {
      mounts.push({ base, mock, context, peer });
      mounts.sort((a, b) => b.base.length - a.base.length);
    },
    unmount(base) {
      const at = mounts.findIndex((mount) => mount.base === base);
      if (at !== -1) mounts.splice(at, 1);
    },
    async send(request: HttpRequest): Promise<HttpResponse> {
      const mount = mounts.find(({ base }) => belongsTo(base, request.url));
      if (mount === undefined) throw new TransportError('refused', `nothing listens at ${request.url}`);
      return recordServed(mount.context, mount.mock, request, mount.peer);
    },
  };
}
