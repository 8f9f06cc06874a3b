import type { CredentialType } from '../../core/contracts/profile.ts';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Random } from '../../core/ports.ts';
import { bodyText } from '../../core/trace/body.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import type { IssuedCredential } from '../../mocks/contracts.ts';
import { isObject, member, obj, readJson, str } from '../../protocol/json.ts';
import { readSdJwt } from '../../protocol/sd-jwt/read.ts';

/**
 * The presence probe (DESIGN 2.3). A wallet that does not report is asked, after an issuance, to present exactly the credential of that issuance. Each issuance
 * has a claim name of its own, so that a query by path alone, which every wallet must honour (OpenID4VP 6.4.1), tells its credential
 * from all others: neither `values`, which a wallet may leave out, nor another type, which it may not know, is needed.
 */
export interface Probe {
  /** Claim that only credentials of this issuance have. It is always disclosed, so wrong disclosures cannot hide it. */
  readonly marker: string;
  /** What the issuer made in this flow; filled while it runs. */
  issued: () => readonly IssuedCredential[];
}

/** The way of the probe's own flow: the simplest presentation, whatever the credential was signed with. */
export const PROBE_VARIANT: PresentationVariant = {
  kind: 'presentation',
  query: 'presence-probe',
  oddities: ['any-algorithm'],
};

/** A probe for one issuance. */
export function createProbe(random: Random): Probe {
  return { marker: `probe_${Buffer.from(random.bytes(8)).toString('hex')}`, issued: () => [] };
}

/** The credential types as this issuance shall issue them. */
export function markedTypes(types: readonly CredentialType[], { marker }: Probe): CredentialType[] {
  return types.map((type) => ({ ...type, claims: { ...type.claims, [marker]: true } }));
}

/**
 * Asks for the credential of the issuance, under the type that it really has: a wallet that took a credential of a wrong type must
 * not be missed.
 */
export function probeQuery(probe: Probe, type: CredentialType): Readonly<Record<string, unknown>> {
  const payloads = probe.issued().map(({ credential }) => readSdJwt(credential).issuerJwt.payload);
  const types = new Set([type.type, ...payloads.flatMap((payload) => str(payload, 'vct') ?? [])]);
  const bound = payloads.some((payload) => obj(payload, 'cnf') !== undefined);
  return {
    credentials: [
      {
        id: 'probe',
        format: type.format,
        meta: { vct_values: [...types] },
        claims: [{ path: [probe.marker] }],
        // What is bound to no key cannot be asked for with a proof of one (OpenID4VP B.3).
        ...(bound ? {} : { require_cryptographic_holder_binding: false }),
      },
    ],
  };
}

/** True if somebody has to ask: a credential was made, and the wallet has not told by a notification what became of it. */
export function needsProbe(probe: Probe, entries: readonly TraceEntry[]): boolean {
  const told = entries.some((entry) => entry.type === 'message' && entry.kind === 'notification-request');
  return probe.issued().length > 0 && !told;
}

/** What the probe's flow showed. `accepted` only if the very credential came, whatever our verifier thinks of it. */
export function probeOutcome(
  probe: Probe,
  entries: readonly TraceEntry[],
): { readonly value: Outcome; readonly detail: string } {
  const ours = probe.issued().map(({ credential }) => credential.split('~')[0] ?? credential);
  let answer: string | undefined;
  for (const entry of entries) {
    if (entry.type === 'event' && (entry.event === 'unmet' || entry.event === 'harness-error'))
      return { value: 'unknown', detail: `presence probe: ${entry.reason}` };
    if (entry.type !== 'message' || entry.author === 'harness') continue;
    const text = bodyText(entry.body);
    if (entry.kind === 'presentation' && ours.some((credential) => text.startsWith(credential)))
      return { value: 'accepted', detail: 'the wallet presented the credential of this issuance' };
    if (entry.kind === 'presentation-payload') answer = answerOf(text);
  }
  return answer === undefined
    ? { value: 'nothing', detail: 'the presence probe was not answered' }
    : { value: 'refused', detail: `the wallet does not hold the credential of this issuance: ${answer}` };
}

function answerOf(text: string): string {
  const { value } = readJson(text);
  if (!isObject(value)) return 'unreadable response';
  return str(value, 'error') ?? (member(value, 'vp_token') === undefined ? 'no vp_token' : 'another was presented');
}
