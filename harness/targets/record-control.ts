import type { HeaderList } from '../../core/http.ts';
import type { Party } from '../../core/kinds.ts';
import type { HttpClient } from '../../core/ports.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { toBody } from '../../core/trace/body.ts';
import { REMOVED, SECRET_NAME } from '../configuration/secrets.ts';

/**
 * A driver's way out: each call is recorded in the flow as `control-request` and `control-reply`. It stands apart from the mocks' own
 * calls, so that no fault is taken as sent by it. Credentials in headers are not recorded: nothing is judged by them.
 */
export function recordedControl(context: RecordingContext, to: Party): HttpClient {
  const { log, id: flow, authorOf, ports } = context;
  return {
    send: async (request, limits) => {
      const asked = log.append({
        type: 'message',
        flow,
        kind: 'control-request',
        author: 'harness',
        sender: 'harness',
        receiver: to,
        channel: 'http',
        http: { method: request.method, url: request.url, headers: withoutCredentials(request.headers) },
        body: toBody(request.body),
      }).seq;
      // A failure is the driver's to tell (DriverError): as an event of the flow it would look like a crash of the protocol's side.
      const response = await ports.http.send(request, limits);
      log.append({
        type: 'message',
        flow,
        kind: response.status >= 200 && response.status < 300 ? 'control-reply' : 'control-error',
        author: authorOf(to),
        sender: to,
        receiver: 'harness',
        channel: 'http',
        re: asked,
        http: { status: response.status, headers: withoutCredentials(response.headers) },
        body: toBody(response.body),
      });
      return response;
    },
  };
}

function withoutCredentials(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [name, SECRET_NAME.test(name) ? REMOVED : value] as const);
}
