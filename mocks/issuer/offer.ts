import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { HttpResponse } from '../../core/http.ts';
import type { Random } from '../../core/ports.ts';
import { randomId } from '../../core/ports.ts';
import { buildLink } from '../../protocol/links.ts';
import type { Offer } from '../contracts.ts';
import type { BytesDraft, FormDraft, JsonDraft } from '../drafts.ts';
import { answerJson, plain } from './answer.ts';
import { jsonText, odd, withOddities } from './oddities.ts';
import type { Internals, Session } from './state.ts';
import { configuration, configurations, inSeconds, lifetime, offeredIds, opaque, unboundId } from './state.ts';
import { PRE_AUTHORIZED } from './token.ts';

const TX_CODE_LENGTH = 6;

/**
 * Makes a fresh credential offer (OpenID4VCI 4.1). Forming steps: `credential-offer` (JsonDraft; for an offer by reference when it is fetched),
 * `credential-offer.bytes`, `credential-offer-link` (FormDraft), `credential-offer-link.bytes`. Throws for what this mock does not support.
 */
export async function createOffer(issuer: Internals, wish: Partial<IssuanceVariant>): Promise<Offer> {
  const { config, context, state, urls } = issuer;
  const variant: IssuanceVariant = { ...config.variant, ...wish };
  judgeWish(issuer, variant);
  const unbound = variant.proofs === 0;
  if (unbound && config.variant.proofs !== 0) state.unboundOffered = true;
  const ids = wantedIds(issuer, variant).map((id) => (unbound ? unboundId(issuer, id) : id));
  const preAuthorized = variant.grant === 'pre-authorized_code';
  const code = preAuthorized ? opaque(issuer, variant) : undefined;
  const txCode = preAuthorized && variant.txCode === true ? txCodeOf(issuer, variant) : undefined;
  const issuerState = preAuthorized && !odd(variant, 'both-grants') ? undefined : opaque(issuer, variant);
  const session: Session = {
    id: randomId(context.ports.random, 9),
    variant,
    configurations: ids,
    txCode,
    preAuthorizedCode: code,
    issuerState,
    offer: offerObject(issuer, variant, ids, { code, txCode, issuerState }),
    failedTxCodes: 0,
    preAuthorizedCodeUsed: false,
  };
  const expires = inSeconds(issuer, lifetime(issuer, 'code'));
  state.sessions.set(session.id, session, expires);
  if (code !== undefined) state.byPreAuthorizedCode.set(code, session, expires);
  if (issuerState !== undefined) state.byIssuerState.set(issuerState, session, expires);

  const parameters: [string, string][] =
    variant.offer === 'by-reference'
      ? [['credential_offer_uri', `${urls.offer}${session.id}`]]
      : [['credential_offer', await offerText(issuer, session)]];
  const extras = { base: urls.base, offerUri: `${urls.offer}${session.id}`, offer: session.offer, owner: state };
  const draft: FormDraft = { parameters };
  const formed = await context.form('credential-offer-link', draft, extras);
  const link = buildLink(offerBase(issuer, variant), formed.parameters);
  const { text } = await context.form<BytesDraft>('credential-offer-link.bytes', { text: link }, extras);
  return { link: text, ...(txCode === undefined ? {} : { txCode }) };
}

/** As many configurations as the wish says; else those that this issuer always offers. */
function wantedIds(issuer: Internals, variant: IssuanceVariant): readonly string[] {
  if (variant.configurations === undefined) return offeredIds(issuer);
  return configurations(issuer)
    .slice(0, variant.configurations)
    .map((entry) => entry.id);
}

function judgeWish(issuer: Internals, variant: IssuanceVariant): void {
  if (variant.offer === 'none') throw new Error('not supported: an offer for a wallet-initiated issuance');
  const known = configurations(issuer);
  if (known.length === 0) throw new Error('not supported: none of the credential types has a format of this mock');
  if ((variant.configurations ?? 1) > known.length) {
    throw new Error(`not supported: an offer of ${variant.configurations} configurations`);
  }
  if (variant.format !== undefined && !known.some((entry) => entry.type.format === variant.format)) {
    throw new Error(`not supported: format ${variant.format}`);
  }
  const missing = offeredIds(issuer).find((id) => configuration(issuer, id) === undefined);
  if (missing !== undefined) throw new Error(`not supported: credential configuration ${missing}`);
}

function offerBase(issuer: Internals, variant: IssuanceVariant): string {
  const { offer } = issuer.config.links;
  return odd(variant, 'uppercase-scheme')
    ? offer.replace(/^[a-z][a-z0-9+.-]*:/u, (scheme) => scheme.toUpperCase())
    : offer;
}

function offerObject(
  issuer: Internals,
  variant: IssuanceVariant,
  ids: readonly string[],
  values: {
    readonly code: string | undefined;
    readonly txCode: string | undefined;
    readonly issuerState: string | undefined;
  },
): Record<string, unknown> {
  const description = 'Six characters; the harness hands them over beside the offer.';
  const mode = odd(variant, 'tx-code-text') ? 'text' : 'numeric';
  const txCode = odd(variant, 'empty-tx-code') ? {} : { input_mode: mode, length: TX_CODE_LENGTH, description };
  const hint = odd(issuer.config.variant, 'server-hint') ? { authorization_server: issuer.urls.base } : {};
  const grants =
    values.code === undefined
      ? { authorization_code: { issuer_state: values.issuerState, ...hint } }
      : {
          [PRE_AUTHORIZED]: {
            'pre-authorized_code': values.code,
            ...hint,
            ...(values.txCode === undefined ? {} : { tx_code: txCode }),
          },
          ...(values.issuerState === undefined ? {} : { authorization_code: { issuer_state: values.issuerState } }),
        };
  return {
    credential_issuer: issuer.urls.base,
    credential_configuration_ids: ids,
    // A pre-authorized code has to be in the offer, so only the other grant can be left to the metadata.
    ...(odd(variant, 'no-grants') && values.code === undefined ? {} : { grants }),
  };
}

function txCodeOf(issuer: Internals, variant: IssuanceVariant): string {
  const { random } = issuer.context.ports;
  const numeric = digits(random, TX_CODE_LENGTH);
  if (!odd(variant, 'tx-code-text')) return numeric;
  // Letters that cannot be mistaken for digits, in between.
  return Array.from(numeric, (digit, index) => (index % 2 === 0 ? 'ACEFHJKMNR'.charAt(Number(digit)) : digit)).join('');
}

function digits(random: Random, length: number): string {
  return [...random.bytes(length)].map((byte) => String(byte % 10)).join('');
}

function offerExtras(issuer: Internals, session: Session): Readonly<Record<string, unknown>> {
  return { base: issuer.urls.base, txCode: session.txCode, variant: session.variant, owner: issuer.state };
}

async function offerText(issuer: Internals, session: Session): Promise<string> {
  const extras = offerExtras(issuer, session);
  const draft: JsonDraft = { value: withOddities(session.variant, { ...session.offer }) };
  const { value } = await issuer.context.form('credential-offer', draft, extras);
  const bytes: BytesDraft = { text: jsonText(session.variant, value) };
  return (await issuer.context.form('credential-offer.bytes', bytes, extras)).text;
}

/** The offer behind a credential_offer_uri (OpenID4VCI 4.1.3). May be fetched any number of times. */
export async function handleOffer(issuer: Internals, id: string): Promise<HttpResponse> {
  const session = issuer.state.sessions.get(id);
  if (session?.offer === undefined || issuer.state.sessions.expired(id)) return plain(404, 'no such offer');
  return answerJson(issuer, {
    exchange: 'credential-offer',
    step: 'credential-offer',
    value: { ...session.offer },
    variant: session.variant,
    extras: offerExtras(issuer, session),
  });
}
