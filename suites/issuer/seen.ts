import type { FlowView, MessageView, RunView } from '../../core/contracts/check.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { header } from '../../core/http.ts';
import { arr, member, obj, str, strings } from '../../protocol/json.ts';

/** Whether a target offers something, and where it says so. */
export interface Feature {
  readonly offered: boolean;
  readonly because: Text;
  readonly evidence: readonly number[];
}

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

/** What an issuer was asked for by the variant of a flow, and the messages that show whether it did so. */
interface Sight {
  /** Word of the variant's name that asks for it: `deferred`, `grant=authorization_code`. */
  readonly asked: string;
  /** Flows with this word are left aside. */
  readonly notAsked?: string;
  readonly kinds: readonly string[];
  /** True if the message shows it; undefined if it says nothing about it. */
  readonly shows: (message: MessageView) => boolean | undefined;
}

function grantOf(message: MessageView, name: string): unknown {
  return obj(obj(message.value, 'grants'), name);
}

const TOKEN = ['token-response'];
const DELIVERIES = ['credential-response', 'deferred-credential-response'];

/**
 * Things that no metadata announce: an offer with a transaction code, a deferred issuance, a notification id … An issuer under test that was asked for
 * one and did another thing cannot be judged on it, and what the flow did instead must not pass for it.
 */
const SIGHTS: Readonly<Record<string, Sight>> = {
  'pre-authorized-code': {
    asked: 'grant=pre-authorized_code',
    kinds: ['credential-offer'],
    shows: (offer) => grantOf(offer, PRE_AUTHORIZED) !== undefined,
  },
  'authorization-code': {
    asked: 'grant=authorization_code',
    kinds: ['credential-offer'],
    // Without grants the metadata decides (OpenID4VCI 4.1.1).
    shows: (offer) =>
      Object.keys(obj(offer.value, 'grants') ?? {}).length === 0
        ? undefined
        : grantOf(offer, 'authorization_code') !== undefined,
  },
  'tx-code': {
    asked: 'txCode',
    kinds: ['credential-offer'],
    shows: (offer) => member(grantOf(offer, PRE_AUTHORIZED), 'tx_code') !== undefined,
  },
  'offer-without-tx-code': {
    asked: 'grant=pre-authorized_code',
    notAsked: 'txCode',
    kinds: ['credential-offer'],
    shows: (offer) => member(grantOf(offer, PRE_AUTHORIZED), 'tx_code') === undefined,
  },
  'two-configurations': {
    asked: 'configurations',
    kinds: ['credential-offer'],
    shows: (offer) => (strings(offer.value, 'credential_configuration_ids') ?? []).length > 1,
  },
  'offer-by-reference': {
    asked: 'offer=by-reference',
    kinds: ['credential-offer-link'],
    shows: (link) => member(link.value, 'credential_offer_uri') !== undefined,
  },
  'deferred-issuance': {
    asked: 'deferred',
    kinds: ['credential-response'],
    shows: (response) => str(response.value, 'transaction_id') !== undefined,
  },
  notification: {
    asked: 'notification',
    kinds: DELIVERIES,
    shows: (response) =>
      arr(response.value, 'credentials') === undefined
        ? undefined
        : str(response.value, 'notification_id') !== undefined,
  },
  refresh: { asked: 'refresh', kinds: TOKEN, shows: (token) => str(token.value, 'refresh_token') !== undefined },
  'credential-identifiers': {
    asked: 'ask=authorization_details',
    kinds: TOKEN,
    shows: (token) => arr(token.value, 'authorization_details') !== undefined,
  },
  // A server may give tokens that are not bound, whatever it announces (RFC 9449 5).
  'dpop-bound': {
    asked: 'dpop',
    kinds: TOKEN,
    shows: (token) => {
      const type = str(token.value, 'token_type')?.toLowerCase();
      return type === undefined ? undefined : type === 'dpop';
    },
  },
  'dpop-nonce': {
    asked: 'dpopNonce',
    kinds: [...TOKEN, 'token-error'],
    shows: (token) => header(token.entry.http?.headers ?? [], 'dpop-nonce') !== undefined,
  },
  'dpop-without-nonce': {
    asked: 'dpop',
    notAsked: 'dpopNonce',
    kinds: [...TOKEN, 'token-error'],
    shows: (token) => header(token.entry.http?.headers ?? [], 'dpop-nonce') === undefined,
  },
  'status-list': {
    asked: 'status',
    kinds: ['credential'],
    shows: (credential) => obj(obj(credential.value, 'payload'), 'status') !== undefined,
  },
};

/**
 * Features that the flows of a run have shown. Offered if one flow that asked for it has it; not offered if such flows show that they have it not;
 * otherwise not in the map.
 */
export function seenFeatures(run: RunView): ReadonlyMap<string, Feature> {
  const features = new Map<string, Feature>();
  for (const [name, sight] of Object.entries(SIGHTS)) {
    const feature = look(name, sight, run);
    if (feature !== undefined) features.set(name, feature);
  }
  const unbound = unboundCredential(run);
  if (unbound !== undefined) features.set('unbound-credential', unbound);
  for (const [name, feature] of proofsSent(run)) features.set(name, feature);
  const repeated = repeatedRequest(run);
  if (repeated !== undefined) features.set('repeated-request', repeated);
  const unoffered = unofferedConfiguration(run);
  if (unoffered !== undefined) features.set('unoffered-configuration', unoffered);
  return features;
}

function look(name: string, sight: Sight, run: RunView): Feature | undefined {
  let lacking: MessageView | undefined;
  for (const flow of run.flows) {
    if (!asks(flow, sight.asked) || (sight.notAsked !== undefined && asks(flow, sight.notAsked))) continue;
    for (const message of sight.kinds.flatMap((kind) => flow.sut(kind))) {
      if (message.value === undefined) continue;
      const shown = sight.shows(message);
      if (shown === true) return seen(name, true, message.seq);
      if (shown === false) lacking ??= message;
    }
  }
  return lacking === undefined ? undefined : seen(name, false, lacking.seq);
}

function asks(flow: FlowView, word: string): boolean {
  return flow.variantId.split(' ').some((part) => part === word || part.startsWith(`${word}=`));
}

function seen(name: string, offered: boolean, seq: number): Feature {
  return {
    offered,
    because: offered
      ? text('a flow of this run has it', '本次執行的流程中出現過')
      : text(`it was asked for ${name} and did otherwise`, `要求 ${name} 時，其行為並非如此`),
    evidence: [seq],
  };
}

/** A configuration without key binding was offered where one was asked for: its request went out without proofs. */
function unboundCredential(run: RunView): Feature | undefined {
  for (const flow of run.flows) {
    const request = asks(flow, 'proofs=0') ? flow.all('credential-request')[0] : undefined;
    if (request?.value !== undefined)
      return seen('unbound-credential', member(request.value, 'proofs') === undefined, request.seq);
  }
  return undefined;
}

/** Whether an access token fetches a credential a second time: the issuer may say no (OpenID4VCI 14.3). */
function repeatedRequest(run: RunView): Feature | undefined {
  for (const flow of run.flows) {
    if (!asks(flow, 'oddities=fetched-twice')) continue;
    const [first, second] = DELIVERIES.flatMap((kind) => flow.sut(kind));
    if (first === undefined) continue;
    if (second !== undefined) return seen('repeated-request', true, second.seq);
    const refused = flow.sut('credential-error').find((error) => error.seq > first.seq);
    if (refused !== undefined) return seen('repeated-request', false, refused.seq);
  }
  return undefined;
}

/** Whether the offered configuration takes key proofs: straight requests of this run had some, or had none. */
function proofsSent(run: RunView): [string, Feature][] {
  const requests = run.flows
    .filter((flow) => flow.fault === undefined && !asks(flow, 'proofs') && !asks(flow, 'proofType'))
    .flatMap((flow) => flow.all('credential-request'))
    .filter((request) => request.value !== undefined);
  const [first] = requests;
  if (first === undefined) return [];
  const bound = requests.find((request) => obj(request.value, 'proofs') !== undefined);
  const byJwt = requests.find((request) => member(obj(request.value, 'proofs'), 'jwt') !== undefined);
  return [
    ['key-binding', seen('key-binding', bound !== undefined, (bound ?? first).seq)],
    ['jwt-proof', seen('jwt-proof', byJwt !== undefined, (byJwt ?? first).seq)],
  ];
}

/** The metadata have a configuration that the offer of the same flow does not name, with a scope of its own. */
function unofferedConfiguration(run: RunView): Feature | undefined {
  let lacking: MessageView | undefined;
  for (const flow of run.flows) {
    const offer = flow.sut('credential-offer')[0];
    const metadata = flow.sut('issuer-metadata')[0];
    if (offer === undefined || metadata === undefined) continue;
    const offered = strings(offer.value, 'credential_configuration_ids') ?? [];
    const configurations = obj(metadata.value, 'credential_configurations_supported') ?? {};
    const scopeOf = (id: string): string | undefined => str(member(configurations, id), 'scope');
    const scopes = new Set(offered.map(scopeOf));
    const other = Object.keys(configurations).some((id) => {
      const scope = scopeOf(id);
      return !offered.includes(id) && (scope === undefined || !scopes.has(scope));
    });
    if (other) return seen('unoffered-configuration', true, metadata.seq);
    lacking ??= metadata;
  }
  return lacking === undefined ? undefined : seen('unoffered-configuration', false, lacking.seq);
}
