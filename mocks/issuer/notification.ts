import { Refusal } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { mediaType } from '../../core/http.ts';
import { isObject, member, readJson, str } from '../../protocol/json.ts';
import { acceptAccess, answerResourceError } from './access.ts';
import { answerHttp } from './answer.ts';
import type { Internals } from './state.ts';
import { acceptanceStep } from './step.ts';

export const NOTIFICATION_STEPS = [
  acceptanceStep(
    'notification/shape',
    'The notification is a JSON object of media type application/json',
    '通知為 application/json 的 JSON 物件',
    'OID4VCI-11.1-1',
    'OID4VCI-11.3-8',
  ),
  acceptanceStep(
    'notification/id',
    'notification_id was handed out by this issuer',
    'notification_id 由本發行者發出',
    'OID4VCI-11.1-3',
    'OID4VCI-11.3-7',
    'OID4VCI-8.3-24',
  ),
  acceptanceStep(
    'notification/access-token',
    'The access token belongs to the issuance that is reported',
    '存取權杖屬於所通報的發行',
    'OID4VCI-11-4',
    'OID4VCI-11.3-2',
  ),
  acceptanceStep(
    'notification/event',
    'event is one of the three',
    'event 為三種事件之一',
    'OID4VCI-11.1-4',
    'OID4VCI-11.1-5',
    'OID4VCI-11.3-8',
  ),
  acceptanceStep(
    'notification/description',
    'event_description has allowed characters only',
    'event_description 僅含允許的字元',
    'OID4VCI-11.1-10',
    'OID4VCI-11.1-11',
  ),
];

/** Notifications that a long-lived issuer remembers. */
const MAX_REMEMBERED = 10_000;

const EVENTS: readonly unknown[] = ['credential_accepted', 'credential_failure', 'credential_deleted'];
const INVALID = { code: 'invalid_notification_request' };

/** Notification endpoint (OpenID4VCI 11). The same notification may come again: that is success, too. */
export async function handleNotification(issuer: Internals, request: HttpRequest): Promise<HttpResponse> {
  const { state, urls } = issuer;
  try {
    const grant = await acceptAccess(issuer, request, urls.notification);
    const { value, errors } = readJson(request.body);
    await issuer.context.accept(
      'issuer/notification/shape',
      () => {
        if (mediaType(request.headers) !== 'application/json') throw new Error('media type is not application/json');
        if (!isObject(value)) throw new Error('no JSON object');
        if (errors[0] !== undefined) throw new Error(errors[0].message.en);
      },
      INVALID,
    );
    const id = str(value, 'notification_id');
    const known = state.notificationIds.get(id);
    await issuer.context.accept(
      'issuer/notification/id',
      () => {
        const step = 'issuer/notification/id';
        if (id === undefined) throw new Refusal(step, INVALID.code, 'notification_id is missing or no string');
        if (known === undefined) throw new Error('the notification id is unknown');
      },
      { code: 'invalid_notification_id' },
    );
    await issuer.context.accept(
      'issuer/notification/access-token',
      () => {
        if (known !== undefined && known.session !== grant.session) throw new Error('the token is of another issuance');
      },
      { code: 'invalid_token', status: 401 },
    );
    const event = member(value, 'event');
    await issuer.context.accept(
      'issuer/notification/event',
      () => {
        if (!EVENTS.includes(event)) throw new Error('event is missing or unknown');
      },
      INVALID,
    );
    await issuer.context.accept(
      'issuer/notification/description',
      () => {
        const description = member(value, 'event_description');
        if (description === undefined) return;
        if (typeof description !== 'string' || !/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/u.test(description)) {
          throw new Error('event_description has characters that it may not have');
        }
      },
      INVALID,
    );
    const entry = { id: id ?? '', event: typeof event === 'string' ? event : '' };
    if (!state.notifications.some((other) => other.id === entry.id && other.event === entry.event)) {
      state.notifications.push(entry);
      if (state.notifications.length > MAX_REMEMBERED) state.notifications.shift();
    }
    return await answerHttp(issuer, 'notification', {
      status: 204,
      headers: [['Cache-Control', 'no-store']],
      body: new Uint8Array(),
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answerResourceError(issuer, 'notification', request, error);
  }
}
