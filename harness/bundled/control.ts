import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { jsonResponse } from '../../core/http.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, readJson } from '../../protocol/json.ts';
import type { Serve } from '../../mocks/http/response.ts';

/** What a control interface says no to. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** One call of a control interface: the JSON body (empty object if there is none) and the rest of the path after a `*`. */
export type ControlCall = (
  body: JsonObject,
  rest: string,
  request: HttpRequest,
) => Promise<HttpResponse | JsonObject | readonly JsonObject[]>;

/**
 * A control interface from its calls, by `METHOD /path` below `/control`; a path that ends with `/*` takes one more segment.
 * Errors are answered as `{error, detail}`.
 */
export function controlInterface(calls: Readonly<Record<string, ControlCall>>): Serve {
  return async (request) => {
    try {
      const path = new URL(request.url).pathname.replace(/^.*?\/control(?=\/|$)/u, '');
      const segment = path.slice(path.lastIndexOf('/') + 1);
      const exact = calls[`${request.method} ${path}`];
      const call = exact ?? calls[`${request.method} ${path.slice(0, path.length - segment.length)}*`];
      if (call === undefined) throw new ControlError(404, 'not_found', 'there is no such call');
      const answer = await call(bodyOf(request), decodeURIComponent(segment), request);
      return isResponse(answer) ? answer : jsonResponse(200, answer);
    } catch (error) {
      if (error instanceof ControlError)
        return jsonResponse(error.status, { error: error.code, detail: error.message });
      const detail = error instanceof Error ? error.message : String(error);
      // What a mock cannot make it says by throwing, before anything was made.
      const unsupported = /not supported/u.test(detail);
      return jsonResponse(unsupported ? 501 : 500, { error: unsupported ? 'unsupported' : 'server_error', detail });
    }
  };
}

function bodyOf(request: HttpRequest): JsonObject {
  if (request.body.length === 0) return {};
  const { value, errors } = readJson(request.body);
  if (errors.length > 0 || !isObject(value))
    throw new ControlError(400, 'invalid_request', 'the body is no JSON object');
  return value;
}

function isResponse(answer: HttpResponse | JsonObject | readonly JsonObject[]): answer is HttpResponse {
  return 'status' in answer && 'headers' in answer && 'body' in answer;
}
