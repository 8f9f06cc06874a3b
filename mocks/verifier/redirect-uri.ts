import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { textResponse } from '../../core/http.ts';
import { answer } from './answer.ts';
import type { VerifierParts } from './parts.ts';

/**
 * The relying party's page that the wallet sends its user to. With the response code in the query the page may show that the presentation arrived;
 * a code in the fragment never reaches a server, so the page alone says nothing then (OpenID4VP 14.3).
 */
export async function handleRedirectUri(
  { context, sessions }: VerifierParts,
  id: string | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const session = id === undefined ? undefined : sessions.byId(id);
  const code = new URL(request.url).searchParams.get('response_code');
  if (session?.responseCode === undefined) {
    throw new Refusal('verifier/redirect-uri/response-code', 'not_found', 'no such page', 404);
  }
  const inFragment = session.variant.oddities.has('redirect-uri-fragment') && code === null;
  if (!inFragment) {
    await context.accept(
      'verifier/redirect-uri/response-code',
      () => {
        if (code !== session.responseCode) throw new Error('the response code is not the one of this transaction');
      },
      { code: 'access_denied', status: 403 },
    );
  }
  return answer(context, 'redirect-uri', textResponse(200, 'text/html; charset=utf-8', PAGE));
}

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Touchstone 試金石</title>
<p>Your presentation has arrived. You may close this page.</p>
<p lang="zh-Hant">已收到您出示的憑證，可以關閉此頁面。</p>
</html>
`;
