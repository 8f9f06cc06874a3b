import type { FlowContext, ServerMock } from '../../core/flow.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import { jsonResponse, textResponse } from '../../core/http.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import { generateSigningKey } from '../../protocol/jose/keys.ts';
import { STATUS, encodeStatusList, makeStatusList } from '../../protocol/status-list.ts';
import type { Identity } from '../contracts.ts';
import type { BytesDraft, JwtDraft } from '../drafts.ts';
import { wellKnown } from './url.ts';

/** Places in the status list of credentials that the wallet makes for itself: what they say never changes. */
export const PRESENTED_STATUS = {
  valid: { index: 0, value: STATUS.valid },
  revoked: { index: 1, value: STATUS.invalid },
  suspended: { index: 2, value: STATUS.suspended },
} as const;

const LIST = 'presented';

/** URI of the status list that the wallet's own credentials refer to, below the base of their issuer. */
export function presentedStatusUri(base: string): string {
  return `${base}/status/${LIST}`;
}

/**
 * What the issuer of the wallet's own credentials publishes (`credentialIdentity`, `credentialIssuer`): JWT VC issuer metadata with its key, and the status
 * list. The list is made anew for each request, so that its times follow the clock.
 */
export function createCredentialSite(
  config: { readonly base: string; readonly identity: Identity },
  context: FlowContext,
): ServerMock {
  const { base, identity } = config;
  const paths = {
    metadata: new URL(wellKnown(base, 'jwt-vc-issuer')).pathname,
    status: new URL(presentedStatusUri(base)).pathname,
  };
  const pathOf = (request: HttpRequest): string => (URL.canParse(request.url) ? new URL(request.url).pathname : '');
  return {
    exchangeOf(request) {
      const path = pathOf(request);
      if (path === paths.metadata) return { exchange: 'jwt-vc-issuer-metadata', party: 'issuer' };
      return path === paths.status ? { exchange: 'status-list', party: 'status-issuer' } : undefined;
    },
    handle: async (request): Promise<HttpResponse> => {
      const path = pathOf(request);
      if (path === paths.metadata) {
        const { publicJwk, x5c } = identity.signing;
        const key = { ...publicJwk, use: 'sig', ...(x5c === undefined ? {} : { x5c }) };
        return jsonResponse(200, { issuer: base, jwks: { keys: [key] } });
      }
      if (path !== paths.status) return jsonResponse(404, { error: 'not_found' });
      return textResponse(200, 'application/statuslist+jwt', await statusListToken(base, identity, context));
    },
  };
}

/** A Status List Token (Token Status List 5.1), valid for an hour. Steps `status-list-token` (JwtDraft; extras: `otherKey`) and `.bytes`. */
async function statusListToken(base: string, identity: Identity, context: FlowContext): Promise<string> {
  const now = Math.floor(context.ports.clock.now() / 1000);
  const entries = Object.values(PRESENTED_STATUS).map(({ index, value }) => [index, value]);
  const list = makeStatusList(2, 64, Object.fromEntries(entries) as Record<number, number>);
  const { alg, x5c, kid } = identity.signing;
  const draft = await context.form<JwtDraft>(
    'status-list-token',
    {
      header: { typ: 'statuslist+jwt', alg, ...(x5c === undefined ? { kid } : { x5c }) },
      payload: {
        iss: base,
        sub: presentedStatusUri(base),
        iat: now,
        exp: now + 3600,
        ttl: 60,
        status_list: encodeStatusList(list),
      },
      key: identity.signing,
    },
    { otherKey: generateSigningKey('ES256', context.ports.random) },
  );
  const bytes: BytesDraft = { text: signCompact(draft) };
  return (await context.form('status-list-token.bytes', bytes)).text;
}
