import type { ServerMock } from '../../core/flow.ts';
import type { HttpRequest } from '../../core/http.ts';
import { jsonResponse } from '../../core/http.ts';
import type { Party } from '../../core/kinds.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { recordServed } from '../../core/trace/context.ts';
import type { Serve } from './response.ts';

export interface Router {
  /**
   * Hands all requests at and below a base URL (or path) to `serve`, and those for `/.well-known/<name><path of the base>`, below
   * which RFC 8414 and its kin insert the path of an identifier. The longest path wins. Returns what takes the mount away again.
   */
  mount(base: string, serve: Serve): () => void;
  /** Answers a request; an unknown path with 404. */
  readonly handle: Serve;
}

export interface RouterOptions {
  /** Told of each request that nobody is mounted for, before it is answered with 404. */
  readonly onUnknown?: (request: HttpRequest) => void;
}

/** A router over paths; hosts are not compared, since one listener serves one public URL. */
export function router(options: RouterOptions = {}): Router {
  const mounts = new Map<string, Serve>();
  return {
    mount(base, serve) {
      const path = pathOf(base);
      if (mounts.has(path)) throw new Error(`${path === '' ? '/' : path} is mounted already`);
      mounts.set(path, serve);
      return () => {
        if (mounts.get(path) === serve) mounts.delete(path);
      };
    },
    handle: async (request) => {
      const path = pathOf(request.url);
      const inserted = /^\/\.well-known\/[^/]+(\/.*)?$/u.exec(path);
      const serve = inserted === null ? closest(mounts, path) : closest(mounts, inserted[1] ?? '');
      if (serve !== undefined) return serve(request);
      options.onUnknown?.(request);
      return jsonResponse(404, { error: 'not_found' });
    },
  };
}

/** A mock as something to mount: everything that passes is recorded in its flow. `peer` is the party that calls. */
export function recorded(mock: ServerMock, context: RecordingContext, peer: Party): Serve {
  return (request) => recordServed(context, mock, request, peer);
}

function pathOf(url: string): string {
  const path = url.startsWith('/') ? (url.split('?')[0] ?? '') : new URL(url).pathname;
  return path.replace(/\/+$/u, '');
}

function closest(mounts: ReadonlyMap<string, Serve>, path: string): Serve | undefined {
  for (let prefix = path; ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const serve = mounts.get(prefix);
    if (serve !== undefined || prefix === '') return serve;
  }
}
