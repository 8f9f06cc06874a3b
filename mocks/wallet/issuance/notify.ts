import { isSuccess, JSON_TYPE, makeJson, must, requireSuccess } from '../send.ts';
import { str } from '../../../protocol/json.ts';
import { isServiceUrl } from '../url.ts';
import { boundPost } from './dpop.ts';
import type { Issuance, Tokens } from './state.ts';

export type NotificationEvent = 'credential_accepted' | 'credential_failure' | 'credential_deleted';

/** Reports what became of the credentials (OpenID4VCI 11). Step `notification-request` (JsonDraft). Does nothing where there is no endpoint. */
export async function notify(
  issuance: Issuance,
  tokens: Tokens,
  notificationId: string,
  event: NotificationEvent,
): Promise<void> {
  const { session, issuerMetadata } = issuance;
  const endpoint = str(issuerMetadata, 'notification_endpoint');
  if (endpoint === undefined) return;
  await session.context.accept('wallet/metadata/notification-endpoint', () => {
    must(isServiceUrl(endpoint), 'notification_endpoint is no https URL');
  });
  const response = await boundPost(issuance, {
    exchange: 'notification',
    to: 'issuer',
    url: endpoint,
    tokens,
    body: async () => ({
      text: await makeJson(session, 'notification-request', { notification_id: notificationId, event }),
      headers: [JSON_TYPE],
    }),
  });
  if (!isSuccess(response)) requireSuccess('notification', response);
}
