import type { DriverContext } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { HeaderList, HttpRequest, HttpResponse } from '../../core/http.ts';
import { TransportError, fromUtf8, header, mediaType, utf8 } from '../../core/http.ts';
import { isObject, member } from '../../protocol/json.ts';
import { percentEncode } from '../../protocol/oauth.ts';
import type { HttpCallConfig } from '../configuration/types.ts';
import { brief, readAnswer } from './answers.ts';
import { StopError, shutOutBy } from './stop.ts';
import { fillJson, fillText } from './template.ts';
import type { Values } from './template.ts';

/** The request that a configured call makes with these values. */
export function buildRequest(call: HttpCallConfig, values: Values): HttpRequest {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(call.headers ?? {}))
    headers.push([name, oneLine(fillText(value, values))]);
  const url = fillText(call.url, values, percentEncode);
  if (call.body === undefined) return { method: call.method ?? 'GET', url, headers, body: new Uint8Array() };
  const typed: HeaderList = headers;
  const type = mediaType(typed);
  if (typeof call.body !== 'string' && type === undefined) headers.push(['content-type', 'application/json']);
  return { method: call.method ?? 'POST', url, headers, body: utf8(bodyText(call.body, type, values)) };
}

function bodyText(template: unknown, type: string | undefined, values: Values): string {
  if (typeof template === 'string') return fillText(template, values);
  const filled = fillJson(template, values);
  if (type !== 'application/x-www-form-urlencoded' || !isObject(filled)) return JSON.stringify(filled);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(filled)) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return form.toString();
}

function oneLine(value: string): string {
  return value.replace(/[\r\n\0]+/g, ' ');
}

/**
 * Sends a configured call to the target's control interface. Throws DriverError: `unreachable`, `cancelled`, `unsupported` (501, or an error
 * called so), `refused` for any other status than 2xx, StopError for 429 and firewalls.
 */
export async function sendCall(call: HttpCallConfig, values: Values, context: DriverContext): Promise<unknown> {
  const request = buildRequest(call, values);
  const response = await transport(request, call.timeoutMs, context);
  const shutOut = shutOutBy(response);
  if (shutOut !== undefined) throw new StopError(`the target shut us out: ${shutOut}`);
  const answer = readAnswer(response.body);
  if (response.status >= 200 && response.status < 300) {
    if (answer === undefined)
      throw new DriverError('malformed', `the target's answer cannot be read: ${start(response)}`);
    return answer;
  }
  const error = member(answer, 'error');
  const unsupported = response.status === 501 || error === 'unsupported' || error === 'not_supported';
  throw new DriverError(
    unsupported ? 'unsupported' : 'refused',
    `the target's control interface answered ${response.status}: ${start(response)}`,
  );
}

async function transport(
  request: HttpRequest,
  timeoutMs: number | undefined,
  { ports, signal }: DriverContext,
): Promise<HttpResponse> {
  if (signal.aborted) throw new DriverError('cancelled', 'cancelled before the target was called');
  try {
    return await withSignal(ports.http.send(request, timeoutMs === undefined ? {} : { timeoutMs }), signal);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    if (error instanceof TransportError && error.cause instanceof StopError) throw error.cause;
    const reason = error instanceof TransportError ? error.message : String(error);
    throw new DriverError('unreachable', `the target's control interface: ${reason}`, { cause: error });
  }
}

/** A promise that is given up when the signal fires; what is under way ends by its own deadline. */
export function withSignal<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new DriverError('cancelled', 'cancelled while waiting for the target'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function start(response: HttpResponse): string {
  const type = header(response.headers, 'content-type') ?? 'no content type';
  return `${brief(type)}, ${brief(fromUtf8(response.body.subarray(0, 400)))}`;
}
