import type { HttpRequest } from '../../core/http.ts';
import { headerValues, mediaType } from '../../core/http.ts';
import type { Parameters } from '../../protocol/oauth.ts';
import { encodeForm, param, readForm } from '../../protocol/oauth.ts';
import { isObject, readJson } from '../../protocol/json.ts';
import type { Internals } from './state.ts';

/** Parameters of a form or query. `resource` may repeat (RFC 8707 2). */
export interface Form {
  get(name: string): string | undefined;
  readonly parameters: Parameters;
  /** What is wrong with the encoding, or undefined. */
  readonly fault: string | undefined;
}

const MAY_REPEAT: ReadonlySet<string> = new Set(['resource', 'audience']);

export function formOf(source: string | Uint8Array): Form {
  const reading = readForm(source);
  const fault = reading.errors.find((error) => error.code !== 'form-duplicate' || !MAY_REPEAT.has(error.at ?? ''));
  return {
    // A parameter without a value is treated as if it were omitted (RFC 6749 3.1).
    get: (name) => param(reading, name) || undefined,
    parameters: reading.parameters,
    fault: fault?.message.en,
  };
}

/** Parameters of the query of a request. */
export function queryForm(request: HttpRequest): Form {
  return formOf(URL.canParse(request.url) ? new URL(request.url).search.slice(1) : '');
}

/** Parameters sent as JSON, for a server that takes them all the same (leniency). */
function jsonForm(body: Uint8Array): Form {
  const { value } = readJson(body);
  if (!isObject(value)) return formOf(body);
  const members = Object.entries(value);
  return formOf(
    encodeForm(members.flatMap(([name, item]) => (typeof item === 'string' ? [[name, item] as const] : []))),
  );
}

/** Reads a form body; judges media type and encoding as acceptance step `issuer/<exchange>/form`. */
export async function acceptForm(issuer: Internals, request: HttpRequest, exchange: 'par' | 'token'): Promise<Form> {
  const form = mediaType(request.headers) === 'application/json' ? jsonForm(request.body) : formOf(request.body);
  await issuer.context.accept(
    `issuer/${exchange}/form`,
    () => {
      const type = mediaType(request.headers);
      if (type !== 'application/x-www-form-urlencoded') throw new Error(`media type ${type ?? '(none)'} is no form`);
      if (form.fault !== undefined) throw new Error(form.fault);
    },
    { code: 'invalid_request' },
  );
  return form;
}

/** One header of a name that must not repeat; `repeated` if it does. */
export function single(
  request: HttpRequest,
  name: string,
): { readonly value: string | undefined; readonly repeated: boolean } {
  const values = headerValues(request.headers, name);
  return { value: values[0], repeated: values.length > 1 };
}
