import type { ResponseDraft } from '../../drafts.ts';
import type { VerifierFault } from './fault.ts';
import { extraText, row } from './fault.ts';

const STEP = 'request-object-response.http';
const STATUS = 'request/fetch-status';

function contentType(draft: ResponseDraft, type: string): ResponseDraft {
  return {
    ...draft,
    headers: [...draft.headers.filter(([name]) => name.toLowerCase() !== 'content-type'), ['content-type', type]],
  };
}

/** The request object itself is right in all of them: only how it is served is not. */
export const HTTP_FAULTS: readonly VerifierFault[] = [
  row(
    'request-uri/media-type-json',
    STEP,
    'request/media-type',
    ['Request object served as application/json', '請求物件以 application/json 提供'],
    (draft: ResponseDraft) => contentType(draft, 'application/json'),
  ),
  row(
    'request-uri/media-type-html',
    STEP,
    'request/media-type',
    ['A web page where the request object belongs', '應為請求物件之處回傳網頁'],
    (draft: ResponseDraft) => ({
      ...contentType(draft, 'text/html'),
      body: Buffer.from('<!doctype html><title>Log in</title>'),
    }),
  ),
  row(
    'request-uri/status-404',
    STEP,
    STATUS,
    ['Request object served with status 404', '請求物件以狀態碼 404 提供'],
    (draft: ResponseDraft) => ({ ...draft, status: 404 }),
  ),
  row(
    'request-uri/status-500',
    STEP,
    STATUS,
    ['Request object served with status 500', '請求物件以狀態碼 500 提供'],
    (draft: ResponseDraft) => ({ ...draft, status: 500 }),
  ),
  row(
    'request-uri/redirect',
    STEP,
    STATUS,
    ['Request URI answers with a redirect to the request object', 'request_uri 以重新導向回應'],
    (draft: ResponseDraft, context): ResponseDraft => {
      const uri = new URL(extraText(context, 'requestUri'));
      // Who follows gets a right request object, so that only following can be the reason for going on.
      if (uri.searchParams.has('followed')) return draft;
      uri.searchParams.set('followed', '1');
      return { status: 302, headers: [['location', uri.href]], body: new Uint8Array() };
    },
  ),
];
