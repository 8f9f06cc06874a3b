import type { Check, MessageView, Observation, RunCheck, RunView } from '../../core/contracts/check.ts';
import { thumbprint } from '../../protocol/jose/jwk.ts';
import { arr, bool, isObject, obj, str } from '../../protocol/json.ts';
import { readStatusReference } from '../../protocol/status-list.ts';
import { ISSUER, VERIFIER, WALLET, observe, rule, text } from './kit.ts';
import { handsOut } from './presentation-reply.ts';
import { jwtOf, sdJwtOf, wireOf } from './refs.ts';

/** A value that has to be new each time, and where it was seen. `owner`: the same owner may use it again. */
interface Sighting {
  readonly message: MessageView;
  readonly value: string;
  readonly owner: string;
}

/** What was used by more than one owner. */
function reused(sightings: readonly Sighting[]): Sighting[][] {
  const byValue = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const known = byValue.get(sighting.value);
    if (known === undefined) byValue.set(sighting.value, [sighting]);
    else if (!known.some((other) => other.owner === sighting.owner)) known.push(sighting);
  }
  return [...byValue.values()].filter((list) => list.length > 1);
}

/** One violation for each value that came again, or one `met` where there was something to compare. */
function* unique(
  sightings: readonly Sighting[],
  wrong: ReturnType<typeof text>,
  requirements?: readonly string[],
): Generator<Observation> {
  const ids = requirements === undefined ? {} : { requirements };
  const again = reused(sightings);
  for (const list of again.slice(0, 10)) {
    const last = list.at(-1);
    if (last !== undefined) {
      yield observe('violated', last.message, wrong, {
        ...ids,
        seen: last.value,
        with: list.map(({ message }) => message),
      });
    }
  }
  const last = sightings.at(-1);
  const owners = new Set(sightings.map(({ owner }) => owner));
  if (again.length === 0 && last !== undefined && owners.size > 1) yield rule(true, last.message, wrong, ids);
}

function collect(
  run: RunView,
  kind: string,
  read: (message: MessageView, flow: string) => Sighting | readonly Sighting[] | undefined,
): Sighting[] {
  return run.flows.flatMap((flow) => flow.sut(kind).flatMap((message) => read(message, flow.id) ?? []));
}

function runCheck(check: Omit<RunCheck, 'scope'>): RunCheck {
  return { ...check, scope: 'run' };
}

function requestParameters(message: MessageView): Readonly<Record<string, unknown>> | undefined {
  return message.kind === 'request-object'
    ? jwtOf(message).payload
    : isObject(message.value)
      ? message.value
      : undefined;
}

/**
 * Who a presentation request is: a wallet may fetch one and the same request several times, so those that agree in where the answer
 * goes and in all its values are one.
 */
function requests(run: RunView, name: string): Sighting[] {
  return ['request-object', 'authorization-request-parameters'].flatMap((kind) =>
    collect(run, kind, (message, flow) => {
      const value = str(requestParameters(message), name);
      return value === undefined ? undefined : { message, value, owner: flow };
    }),
  );
}

export const UNIQUENESS_CHECKS: readonly Check[] = [
  runCheck({
    id: 'presentation-request/nonce-fresh',
    roles: VERIFIER,
    requirements: ['OID4VP-5.2-2'],
    title: text('Each request has a nonce of its own', '每個請求使用自己的 nonce'),
    *judge(run) {
      yield* unique(requests(run, 'nonce'), text('The nonce was used in another request', 'nonce 已用於其他請求'));
    },
  }),
  runCheck({
    id: 'presentation-request/state-fresh',
    roles: VERIFIER,
    requirements: ['OID4VP-5.3-4'],
    title: text('Requests without holder binding have a state of their own', '不要求持有者綁定的請求使用自己的 state'),
    *judge(run) {
      const unbound = requests(run, 'state').filter(({ message }) =>
        (arr(obj(requestParameters(message), 'dcql_query'), 'credentials') ?? []).some(
          (query) => bool(query, 'require_cryptographic_holder_binding') === false,
        ),
      );
      yield* unique(unbound, text('The state was used in another request', 'state 已用於其他請求'));
    },
  }),
  runCheck({
    id: 'presentation-request/nonce-unpredictable',
    roles: VERIFIER,
    requirements: ['OID4VP-5.2-3'],
    title: text('Nonces do not follow from each other', 'nonce 無法由前值推得'),
    *judge(run) {
      const seen = requests(run, 'nonce').sort((a, b) => wireOf(a.message).seq - wireOf(b.message).seq);
      const values = [...new Map(seen.map((entry) => [entry.value, entry])).values()];
      const last = values.at(-1);
      if (values.length < 3 || last === undefined) return;
      const counted = values.slice(1).every((entry, index) => countsUp(values[index]?.value ?? '', entry.value));
      yield rule(
        !counted,
        last.message,
        text('Each nonce is the one before it, counted up', '每個 nonce 都只是前一個加上遞增值'),
        {
          seen: values.slice(-3).map(({ value }) => value),
        },
      );
    },
  }),
  runCheck({
    id: 'presentation-request/encryption-key-fresh',
    roles: VERIFIER,
    requirements: ['HAIP-5-19'],
    title: text('Each request has an encryption key of its own', '每個請求使用自己的加密金鑰'),
    *judge(run) {
      const keys = ['request-object', 'authorization-request-parameters'].flatMap((kind) =>
        collect(run, kind, (message, flow) =>
          (arr(obj(obj(requestParameters(message), 'client_metadata'), 'jwks'), 'keys') ?? []).flatMap((key) => {
            const value = isObject(key) ? thumbprint(key) : undefined;
            return value === undefined ? [] : [{ message, value, owner: flow }];
          }),
        ),
      );
      yield* unique(keys, text('The encryption key was used in another request', '加密金鑰已用於其他請求'));
    },
  }),
  runCheck({
    id: 'presentation-reply/response-code-fresh',
    roles: VERIFIER,
    requirements: ['OID4VP-8.2-21', 'OID4VP-14.3-1'],
    title: text('Each redirect_uri has a secret of its own', '每個 redirect_uri 含有自己的機密值'),
    *judge(run) {
      const uris = run.flows.flatMap((flow) =>
        flow.sut('presentation-reply').flatMap((message): Sighting[] => {
          const value = str(message.value, 'redirect_uri');
          return value === undefined || !handsOut(message, flow) ? [] : [{ message, value, owner: flow.id }];
        }),
      );
      yield* unique(uris, text('The same redirect_uri was given in another flow', '其他流程已給過相同的 redirect_uri'));
    },
  }),
  runCheck({
    id: 'credential/status-index-unique',
    roles: ISSUER,
    requirements: ['HAIP-6.1-11', 'OID4VCI-15.4.1-1'],
    title: text('Each credential has a status list index of its own', '每張憑證有自己的狀態清單索引'),
    *judge(run) {
      const indexes = collect(run, 'credential', (message) => {
        const { claims } = sdJwtOf(message).resolution;
        const { reference } = readStatusReference(claims);
        if (reference === undefined) return undefined;
        return { message, value: `${reference.uri} ${reference.index}`, owner: issuerPart(message) };
      });
      yield* unique(indexes, text('Two credentials share a status list index', '兩張憑證共用狀態清單索引'));
    },
  }),
  runCheck({
    id: 'credential/status-index-unpredictable',
    roles: ISSUER,
    requirements: ['HAIP-6.1-12'],
    title: text('Status list indices do not count up', '狀態清單索引不得依序遞增'),
    *judge(run) {
      const found = collect(run, 'credential', (message) => {
        const { reference } = readStatusReference(sdJwtOf(message).resolution.claims);
        return reference === undefined ? undefined : { message, value: String(reference.index), owner: reference.uri };
      }).sort((a, b) => wireOf(a.message).seq - wireOf(b.message).seq);
      const last = found.at(-1);
      if (found.length < 4 || last === undefined || new Set(found.map(({ owner }) => owner)).size > 1) return;
      const steps = found.slice(1).map(({ value }, index) => Number(value) - Number(found[index]?.value));
      yield rule(
        !steps.every((step) => step === 1),
        last.message,
        text('Indices are given out in order', '索引依序發出'),
        {
          seen: found.slice(-4).map(({ value }) => value),
        },
      );
    },
  }),
  runCheck({
    id: 'credential/salts-fresh',
    roles: ISSUER,
    requirements: ['OID4VCI-15.4.1-1'],
    title: text('Salts are new in each credential', '每張憑證使用新的鹽值'),
    *judge(run) {
      const salts = collect(run, 'credential', (message) =>
        sdJwtOf(message)
          .reading.disclosures.slice(0, 200)
          .flatMap(({ salt }) => (salt === undefined ? [] : [{ message, value: salt, owner: issuerPart(message) }])),
      );
      yield* unique(
        salts,
        text('A salt was used in another credential: it links the two', '鹽值已用於其他憑證，兩者可被關聯'),
      );
    },
  }),
  runCheck({
    id: 'credential-response/notification-id-unique',
    roles: ISSUER,
    requirements: ['OID4VCI-11-2'],
    title: text('Each issuance has a notification_id of its own', '每次簽發有自己的 notification_id'),
    *judge(run) {
      const ids = ['credential-response', 'deferred-credential-response'].flatMap((kind) =>
        collect(run, kind, (message) => {
          const value = str(message.value, 'notification_id');
          return value === undefined ? undefined : { message, value, owner: String(message.seq) };
        }),
      );
      yield* unique(ids, text('The notification_id was given out before', 'notification_id 先前已發出'));
    },
  }),
  runCheck({
    id: 'dpop-proof/jti-fresh',
    roles: WALLET,
    requirements: ['OID4VCI-13.2-4', 'HAIP-4-12'],
    title: text('Each DPoP proof has a jti of its own', '每個 DPoP 證明有自己的 jti'),
    *judge(run) {
      const ids = collect(run, 'dpop-proof', (message) => {
        const value = str(jwtOf(message).payload, 'jti');
        return value === undefined ? undefined : { message, value, owner: String(message.seq) };
      });
      yield* unique(ids, text('The jti was used before', 'jti 先前已使用'));
    },
  }),
  runCheck({
    id: 'authorization-request/state-fresh',
    roles: WALLET,
    requirements: ['OID4VCI-5-1'],
    title: text('Each authorization has a state of its own', '每次授權使用自己的 state'),
    *judge(run) {
      const states = ['par-request', 'authorization-request'].flatMap((kind) =>
        collect(run, kind, (message, flow) => {
          const value = str(message.value, 'state');
          return value === undefined ? undefined : { message, value, owner: flow };
        }),
      );
      yield* unique(states, text('The state was used in another flow', 'state 已用於其他流程'));
    },
  }),
  runCheck({
    id: 'key-proof/key-per-issuer',
    roles: WALLET,
    requirements: ['OID4VCI-15.4.1-1'],
    title: text('A holder key is shown to one issuer only', '持有者金鑰只提供給一個簽發者'),
    *judge(run) {
      const keys = collect(run, 'key-proof', (message) => {
        const { header, payload } = jwtOf(message);
        const jwk = obj(header, 'jwk');
        const value = jwk === undefined ? undefined : thumbprint(jwk);
        const issuer = str(payload, 'aud');
        return value === undefined || issuer === undefined ? undefined : { message, value, owner: issuer };
      });
      yield* unique(
        keys,
        text('The key was shown to another issuer: it links the user', '金鑰曾提供給其他簽發者，可關聯使用者'),
      );
    },
  }),
  runCheck({
    id: 'client-assertion/jti-fresh',
    roles: WALLET,
    requirements: ['OID4VCI-13.2-1'],
    title: text(
      'Each client assertion and proof of possession has a jti of its own',
      '每個 client assertion 與持有證明有自己的 jti',
    ),
    *judge(run) {
      const ids = ['client-assertion', 'client-attestation-pop'].flatMap((kind) =>
        collect(run, kind, (message) => {
          const value = str(jwtOf(message).payload, 'jti');
          return value === undefined ? undefined : { message, value: `${kind} ${value}`, owner: String(message.seq) };
        }),
      );
      yield* unique(ids, text('The jti was used before', 'jti 先前已使用'));
    },
  }),
];

/** The issuer-signed part: the same credential may be delivered again by a retry. */
function issuerPart(message: MessageView): string {
  return message.text.split('~', 1)[0] ?? '';
}

/** True if one value is another one counted up. */
export function countsUp(before: string, after: string): boolean {
  const [, headA, numberA] = /^(.*?)(\d{1,15})$/s.exec(before) ?? [];
  const [, headB, numberB] = /^(.*?)(\d{1,15})$/s.exec(after) ?? [];
  if (headA === undefined || headA !== headB) return false;
  const step = Number(numberB) - Number(numberA);
  return step > 0 && step <= 1_000_000;
}
