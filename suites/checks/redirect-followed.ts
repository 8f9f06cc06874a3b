import type { Check, MessageView } from '../../core/contracts/check.ts';
import { str } from '../../protocol/json.ts';
import { rule, text, unjudged, WALLET } from './kit.ts';

/** The URL as a server sees it: the fragment stays with the browser. */
function asSent(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  url.hash = '';
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

/** True if a text, or JSON with escaped slashes, holds a URI. */
function holds(answer: string, uri: string | undefined): boolean {
  return uri !== undefined && answer.replaceAll('\\/', '/').includes(uri);
}

/** Judged on the response that was answered so. */
export const REDIRECT_CHECKS: readonly Check[] = [
  {
    id: 'presentation-response/redirect-followed',
    scope: 'message',
    roles: WALLET,
    kinds: ['presentation-response'],
    requirements: ['OID4VP-8.2-16'],
    title: text('The user is sent where the verifier wants', '將使用者導向驗證端指定的位址'),
    mend: text(
      'Open the redirect_uri of the verifier’s answer in the user’s browser.',
      '請以使用者的瀏覽器開啟驗證端回覆中的 redirect_uri。',
    ),
    *judge(message, flow) {
      const reply = message.counterpart;
      const uri = str(reply?.value, 'redirect_uri');
      const wanted = uri === undefined ? undefined : asSent(uri);
      if (reply === undefined || wanted === undefined || message.kind !== 'presentation-response') return;
      const opened = flow
        .all('redirect-uri-request')
        .some((request: MessageView) => request.seq > reply.seq && request.url === wanted);
      // A wallet without a browser hands the address to whoever asked it to present: what becomes of it there is not in the trace.
      const handedOn = flow.all('control-reply').some((answer) => holds(answer.text, uri));
      if (!opened && handedOn) {
        yield unjudged(
          message,
          text(
            'The wallet handed redirect_uri to its caller, who was to open it',
            '皮夾將 redirect_uri 交給呼叫端開啟',
          ),
          { with: [reply] },
        );
        return;
      }
      yield rule(opened, message, text('redirect_uri was not opened', '未開啟 redirect_uri'), {
        expected: wanted,
        with: [reply],
      });
    },
  },
];
