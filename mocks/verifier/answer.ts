import type { FlowContext } from '../../core/flow.ts';
import type { HttpResponse } from '../../core/http.ts';
import { jsonResponse } from '../../core/http.ts';
import type { ExchangeName } from '../../core/kinds.ts';
import type { ResponseDraft } from '../drafts.ts';

/** Lets a response leave. Step `<exchange>-response.http` (ResponseDraft). */
export async function answer(
  context: FlowContext,
  exchange: ExchangeName,
  response: HttpResponse,
  extras: Readonly<Record<string, unknown>> = {},
): Promise<HttpResponse> {
  return context.form<ResponseDraft>(
    `${exchange}-response.http`,
    { status: response.status, headers: response.headers.map(([name, value]) => [name, value]), body: response.body },
    extras,
  );
}

/** A JSON response, `no-store`. */
export function answerJson(status: number, value: unknown): HttpResponse {
  return jsonResponse(status, value);
}

/** An OAuth error object; characters that `error_description` may not have are replaced (RFC 6749 5.2). */
export function errorValue(error: string, description: string): Record<string, unknown> {
  return { error, error_description: description.replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, "'").slice(0, 500) };
}
