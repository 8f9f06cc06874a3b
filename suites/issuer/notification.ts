import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { challenge, COURSES, negative } from './course.ts';

const KIND = 'notification-error';

/** The notification endpoint (OpenID4VCI 11). */
export const NOTIFICATION_TESTS: readonly Test[] = [
  negative(COURSES.notification, {
    id: 'notification/id-unknown',
    fault: 'notification-request/id-unknown',
    title: text('A notification id that the issuer never gave is refused', '拒絕發行者從未提供的通知識別碼'),
    requirements: ['OID4VCI-11.3-3'],
    says: { kind: KIND, requirements: ['OID4VCI-11.3-7'], status: [400], error: ['invalid_notification_id'] },
  }),
  negative(COURSES.notification, {
    id: 'notification/event-unknown',
    fault: 'notification-request/event-unknown',
    title: text('An event that does not exist is refused', '拒絕不存在的事件'),
    requirements: ['OID4VCI-11.3-8'],
    says: { kind: KIND, requirements: ['OID4VCI-11.3-8'], status: [400], error: ['invalid_notification_request'] },
  }),
  negative(COURSES.notification, {
    id: 'notification/event-missing',
    fault: 'notification-request/event-missing',
    title: text('A notification without event is refused', '拒絕沒有事件的通知'),
    requirements: ['OID4VCI-11.3-8'],
    says: { kind: KIND, requirements: ['OID4VCI-11.3-8'], status: [400], error: ['invalid_notification_request'] },
  }),
  negative(COURSES.notification, {
    id: 'notification/access-token-missing',
    fault: 'access-token/notification-missing',
    title: text('A notification without access token is refused', '拒絕沒有存取權杖的通知'),
    requirements: ['OID4VCI-11.3-1'],
    says: challenge(KIND, ['OID4VCI-11.3-1']),
  }),
  negative(COURSES.notification, {
    id: 'notification/access-token-unknown',
    fault: 'access-token/notification-unknown',
    title: text('A notification with an access token of nobody is refused', '拒絕使用從未發出之存取權杖的通知'),
    requirements: ['OID4VCI-11.3-2'],
    says: challenge(KIND, ['OID4VCI-11.3-2'], 'invalid_token'),
  }),
];
