import type { IssuanceVariant, PresentationVariant } from '../../core/contracts/variant.ts';
import type { JsonObject } from '../../protocol/json.ts';

/** What a member of a wish may be: a flag that is `true` or absent, a number, texts, a list of texts, or one of some texts. */
type MemberForm = 'flag' | 'number' | 'text' | 'texts' | readonly string[];

/** Every member of an issuance wish; a member that is missing here does not compile. */
export const ISSUANCE_MEMBERS = {
  grant: ['pre-authorized_code', 'authorization_code'],
  txCode: 'flag',
  configurations: 'number',
  offer: ['by-value', 'by-reference', 'none'],
  ask: ['scope', 'authorization_details'],
  par: 'flag',
  dpop: 'flag',
  clientAuthentication: ['none', 'private_key_jwt', 'attest_jwt_client_auth'],
  format: 'text',
  proofs: 'number',
  proofType: ['jwt', 'attestation'],
  proofKey: ['jwk', 'kid', 'x5c'],
  proofAlg: 'text',
  requestEncryption: 'flag',
  responseEncryption: 'flag',
  deferred: 'flag',
  notification: ['credential_accepted', 'credential_failure', 'credential_deleted'],
  refresh: 'flag',
  dpopNonce: 'flag',
  status: 'flag',
  oddities: 'texts',
} as const satisfies Record<Exclude<keyof IssuanceVariant, 'kind'>, MemberForm>;

/** The same for presentations; `query` is read apart, since it may be a query object. */
export const PRESENTATION_MEMBERS = {
  request: ['by-value', 'by-value-signed', 'uri-get', 'uri-post'],
  clientIdPrefix: [
    'redirect_uri',
    'x509_san_dns',
    'x509_hash',
    'decentralized_identifier',
    'pre-registered',
    'verifier_attestation',
  ],
  responseMode: ['direct_post', 'direct_post.jwt', 'fragment'],
  query: 'text',
  transactionData: 'flag',
  redirectUri: 'flag',
  format: 'text',
  status: ['valid', 'revoked', 'suspended'],
  enc: 'text',
  consent: ['give', 'decline'],
  oddities: 'texts',
} as const satisfies Record<Exclude<keyof PresentationVariant, 'kind'>, MemberForm>;

/** A body template that passes the whole wish on: each member under its own name. */
export function wishTemplate(members: Readonly<Record<string, MemberForm>>): Record<string, string> {
  return Object.fromEntries(Object.keys(members).map((name) => [name, `{${name}}`]));
}

/** Reads a wish from the control interface. Unknown members and values are errors: a wish that is overlooked would be tested in vain. */
export function readWish<Wish>(
  body: JsonObject,
  members: Readonly<Record<string, MemberForm>>,
): { readonly wish: Partial<Wish> } | { readonly problem: string } {
  const wish: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(members, name)) return { problem: `unknown member ${name.slice(0, 80)}` };
    const form = members[name];
    if (form === undefined || !fits(value, form))
      return { problem: `${name} cannot be ${JSON.stringify(value).slice(0, 80)}` };
    if (value !== false) wish[name] = value;
  }
  return { wish: wish as Partial<Wish> };
}

function fits(value: unknown, form: MemberForm): boolean {
  switch (form) {
    case 'flag':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 100;
    case 'text':
      return typeof value === 'string' && value.length <= 200;
    case 'texts':
      return Array.isArray(value) && value.length <= 50 && value.every((item) => typeof item === 'string');
    default:
      return typeof value === 'string' && form.includes(value);
  }
}
