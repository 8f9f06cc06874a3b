import type { Check, FlowView, MessageCheck, MessageView } from '../../core/contracts/check.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, str, strings } from '../../protocol/json.ts';
import { WALLET, rule, text } from './kit.ts';
import { faulty, issuerMetadata, jwtOf, offerOf, serverMetadata, typeOf } from './refs.ts';

const REQUESTS = ['par-request', 'authorization-request'];

function walletCheck(check: Omit<MessageCheck, 'scope' | 'roles'>): MessageCheck {
  return { ...check, scope: 'message', roles: WALLET };
}

/** The message holds the parameters themselves: it neither points to pushed ones nor carries them in a request object (RFC 9101). */
function holdsParameters(message: MessageView): boolean {
  return (
    isObject(message.value) && ['request_uri', 'request'].every((name) => !Object.hasOwn(message.value as object, name))
  );
}

function details(message: MessageView): readonly JsonObject[] {
  return (arr(message.value, 'authorization_details') ?? []).filter(isObject);
}

function scopes(message: MessageView): readonly string[] {
  return (str(message.value, 'scope') ?? '').split(' ').filter((scope) => scope !== '');
}

/** True if the issuer publishes authorization_servers: then a request says which issuer it is about. */
function hasServers(flow: FlowView): boolean {
  return arr(issuerMetadata(flow)?.value, 'authorization_servers') !== undefined;
}

/** Scopes that the metadata gives to credential configurations. */
function credentialScopes(flow: FlowView): ReadonlySet<string> {
  const all = obj(issuerMetadata(flow)?.value, 'credential_configurations_supported') ?? {};
  return new Set(Object.values(all).flatMap((configuration) => str(configuration, 'scope') ?? []));
}

export const AUTHORIZATION_REQUEST_CHECKS: readonly Check[] = [
  walletCheck({
    id: 'authorization-request/form',
    kinds: REQUESTS,
    requirements: ['OID4VCI-5.1-1'],
    title: text('An authorization request is a proper OAuth code request', '授權請求是正確的 OAuth code 請求'),
    *judge(message) {
      if (!isObject(message.value)) return;
      const pushed = message.kind === 'par-request';
      if (pushed) {
        const posted =
          message.entry.http !== undefined && 'method' in message.entry.http && message.entry.http.method === 'POST';
        yield rule(
          posted && typeOf(message) === 'application/x-www-form-urlencoded',
          message,
          text('Not a form sent by POST', '不是以 POST 送出的表單'),
          { seen: typeOf(message) ?? 'no Content-Type' },
        );
      }
      const [repeated] = message.errors;
      yield rule(repeated === undefined, message, text(`Malformed: ${repeated ?? ''}`, `格式錯誤：${repeated ?? ''}`));
    },
  }),
  walletCheck({
    id: 'authorization-request/what',
    kinds: REQUESTS,
    requirements: ['OID4VCI-5.1-2'],
    title: text(
      'The wanted credential is named by scope or authorization_details',
      '以 scope 或 authorization_details 指明所需憑證',
    ),
    *judge(message, flow) {
      if (!holdsParameters(message)) return;
      const asked = details(message).some((detail) => str(detail, 'type') === 'openid_credential');
      const known = credentialScopes(flow);
      const scoped = scopes(message);
      const right = asked || (known.size === 0 ? scoped.length > 0 : scoped.some((scope) => known.has(scope)));
      yield rule(right, message, text('No credential is asked for', '未請求任何憑證'), {
        seen: {
          scope: member(message.value, 'scope'),
          authorization_details: member(message.value, 'authorization_details'),
        },
      });
    },
  }),
  walletCheck({
    id: 'authorization-request/details',
    kinds: [...REQUESTS, 'token-request'],
    requirements: ['OID4VCI-5.1.1-6'],
    title: text('authorization_details name a published configuration', 'authorization_details 指明已公布的設定'),
    *judge(message, flow) {
      const known = obj(issuerMetadata(flow)?.value, 'credential_configurations_supported');
      if (faulty(flow) || known === undefined) return;
      for (const detail of details(message).slice(0, 20)) {
        const id = str(detail, 'credential_configuration_id');
        if (id === undefined || str(detail, 'type') !== 'openid_credential') continue;
        yield rule(Object.hasOwn(known, id), message, text('An unknown configuration', '未知的設定'), {
          expected: Object.keys(known),
          seen: id,
          with: [issuerMetadata(flow)?.message],
        });
      }
    },
  }),
  walletCheck({
    id: 'authorization-request/detail-claims',
    kinds: [...REQUESTS, 'token-request'],
    requirements: ['OID4VCI-B.3-4'],
    title: text('No claim of a detail is described twice', '項目中的宣告不重複描述'),
    *judge(message) {
      for (const detail of details(message).slice(0, 20)) {
        const paths = (arr(detail, 'claims') ?? []).slice(0, 200).map((claim) => JSON.stringify(member(claim, 'path')));
        if (paths.length === 0) continue;
        yield rule(
          new Set(paths).size === paths.length,
          message,
          text('A claim is described twice', '同一宣告重複描述'),
          { seen: paths },
        );
      }
    },
  }),
  walletCheck({
    id: 'authorization-request/locations',
    kinds: [...REQUESTS, 'token-request'],
    requirements: ['OID4VCI-5.1.1-9', 'OID4VCI-6.1-10'],
    title: text('locations names the credential issuer', 'locations 為簽發者的識別碼'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      const issuer = str(metadata?.value, 'credential_issuer');
      if (faulty(flow) || issuer === undefined || !hasServers(flow)) return;
      for (const detail of details(message).filter((entry) => str(entry, 'type') === 'openid_credential')) {
        const locations = strings(detail, 'locations');
        yield rule(
          locations?.length === 1 && locations[0] === issuer,
          message,
          text('locations is missing or names something else', 'locations 缺少或指向其他對象'),
          {
            requirements: [message.kind === 'token-request' ? 'OID4VCI-6.1-10' : 'OID4VCI-5.1.1-9'],
            expected: [issuer],
            seen: member(detail, 'locations') ?? 'nothing',
            with: [metadata?.message],
          },
        );
      }
    },
  }),
  walletCheck({
    id: 'authorization-request/resource',
    kinds: [...REQUESTS, 'token-request'],
    requirements: ['OID4VCI-5.1.2-6', 'OID4VCI-6.1-11'],
    title: text('resource names the credential issuer beside a scope', '使用 scope 時 resource 為簽發者的識別碼'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      const issuer = str(metadata?.value, 'credential_issuer');
      if (faulty(flow) || issuer === undefined || !hasServers(flow)) return;
      if (!scopes(message).some((scope) => credentialScopes(flow).has(scope))) return;
      const raw = member(message.value, 'resource');
      const named: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
      yield rule(
        named.includes(issuer),
        message,
        text('resource is missing or names something else', 'resource 缺少或指向其他對象'),
        {
          requirements: [message.kind === 'token-request' ? 'OID4VCI-6.1-11' : 'OID4VCI-5.1.2-6'],
          expected: issuer,
          seen: raw ?? 'nothing',
          with: [metadata?.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'authorization-request/issuer-state',
    kinds: REQUESTS,
    requirements: ['OID4VCI-4.1.1-12', 'OID4VCI-5.1.3-1'],
    title: text('issuer_state of the offer is repeated', '重複邀約中的 issuer_state'),
    *judge(message, flow) {
      const offer = offerOf(flow);
      if (faulty(flow) || !holdsParameters(message)) return;
      const offered = str(obj(obj(offer?.value, 'grants'), 'authorization_code'), 'issuer_state');
      const sent = member(message.value, 'issuer_state');
      if (offered !== undefined) {
        yield rule(sent === offered, message, text('issuer_state is missing or changed', 'issuer_state 缺少或被更改'), {
          requirements: ['OID4VCI-4.1.1-12'],
          expected: offered,
          seen: sent ?? 'nothing',
          with: [offer?.message],
        });
      }
      if (sent !== undefined) {
        yield rule(sent === offered, message, text('issuer_state was in no offer', 'issuer_state 不在任何邀約中'), {
          requirements: ['OID4VCI-5.1.3-1'],
          expected: offered ?? 'nothing',
          seen: sent,
        });
      }
    },
  }),
  walletCheck({
    id: 'authorization-request/pkce',
    kinds: REQUESTS,
    requirements: ['OID4VCI-5-2', 'HAIP-4-6'],
    title: text('The request has a PKCE challenge with S256', '請求帶有 S256 的 PKCE'),
    *judge(message) {
      if (!holdsParameters(message)) return;
      const challenge = str(message.value, 'code_challenge');
      const method = member(message.value, 'code_challenge_method');
      const right = challenge !== undefined && /^[A-Za-z0-9_-]{43}$/.test(challenge) && method === 'S256';
      yield rule(right, message, text('No S256 code challenge', '沒有 S256 的 code_challenge'), {
        seen: { code_challenge: challenge, code_challenge_method: method },
      });
    },
  }),
  walletCheck({
    id: 'authorization-request/pushed',
    kinds: ['authorization-request'],
    requirements: ['OID4VCI-5-3', 'OID4VCI-5.1.4-1', 'HAIP-4-8'],
    title: text('Where the server takes pushed requests, the wallet pushes', '伺服器支援推送式授權請求時，錢包應使用'),
    *judge(message, flow) {
      const server = serverMetadata(flow);
      if (str(server?.value, 'pushed_authorization_request_endpoint') === undefined) return;
      const uri = str(message.value, 'request_uri');
      const given = flow.all('par-response').map((response) => str(response.value, 'request_uri'));
      yield rule(
        uri !== undefined && given.includes(uri),
        message,
        text('The request was not pushed', '請求未以推送方式送出'),
        {
          with: [server?.message],
          seen: uri ?? 'no request_uri',
        },
      );
    },
  }),
  walletCheck({
    id: 'authorization-request/scope-of-offer',
    kinds: REQUESTS,
    requirements: ['HAIP-4.2-4', 'HAIP-4.3-2'],
    title: text('The scope of the offered credential is used', '使用所邀約憑證的 scope'),
    *judge(message, flow) {
      const metadata = issuerMetadata(flow);
      const offered = strings(offerOf(flow)?.value, 'credential_configuration_ids');
      const all = obj(metadata?.value, 'credential_configurations_supported');
      if (faulty(flow) || !holdsParameters(message) || offered === undefined || all === undefined) return;
      const wanted = offered.flatMap((id) => str(obj(all, id), 'scope') ?? []);
      if (wanted.length === 0) return;
      yield rule(
        scopes(message).some((scope) => wanted.includes(scope)),
        message,
        text('The scope of the offer is not asked for', '未請求邀約的 scope'),
        {
          expected: wanted,
          seen: member(message.value, 'scope') ?? 'nothing',
          with: [metadata?.message],
        },
      );
    },
  }),
  walletCheck({
    id: 'par-request/attested-client',
    kinds: ['par-request'],
    requirements: ['HAIP-4.4.1-9'],
    title: text('client_id is the subject of the wallet attestation', 'client_id 為錢包認證的 sub'),
    *judge(message) {
      const attestation = message.children('client-attestation')[0];
      const client = str(message.value, 'client_id');
      if (attestation === undefined || client === undefined) return;
      const sub = str(jwtOf(attestation).payload, 'sub');
      yield rule(sub === client, message, text('client_id differs from sub', 'client_id 與 sub 不同'), {
        expected: sub,
        seen: client,
        with: [attestation],
      });
    },
  }),
];
