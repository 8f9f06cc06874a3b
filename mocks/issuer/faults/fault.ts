import type { IssuanceVariant } from '../../../core/contracts/variant.ts';
import type { Fault, FaultContext } from '../../../core/flow.ts';
import { utf8 } from '../../../core/http.ts';
import { text } from '../../../core/text.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { arr, isObject, obj } from '../../../protocol/json.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft, ResponseDraft } from '../../drafts.ts';
import type { Spare } from '../../trust/spares.ts';
import { keyHeader } from '../metadata.ts';

/** A fault of the mock issuer, with the simplest variant in which it can be formed. */
export interface IssuerFault extends Fault<never> {
  readonly variant: IssuanceVariant;
}

/** Variants that faults name. */
export const PLAIN: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };
export const WITH_TX_CODE: IssuanceVariant = { ...PLAIN, txCode: true };
export const BY_REFERENCE: IssuanceVariant = { ...PLAIN, offer: 'by-reference' };
export const CODE: IssuanceVariant = { kind: 'issuance', grant: 'authorization_code' };
export const PUSHED: IssuanceVariant = { ...CODE, par: true };
export const DETAILED: IssuanceVariant = { ...PLAIN, ask: 'authorization_details' };
export const SIGNED_METADATA: IssuanceVariant = { ...PLAIN, oddities: ['signed-metadata'] };
export const BATCH: IssuanceVariant = { ...PLAIN, proofs: 2 };
export const BOUND: IssuanceVariant = { ...PLAIN, dpop: true };
export const ENCRYPTED: IssuanceVariant = { ...PLAIN, requestEncryption: true, responseEncryption: true };
export const DEFERRED: IssuanceVariant = { ...PLAIN, deferred: true };
export const NOTIFIED: IssuanceVariant = { ...PLAIN, notification: 'credential_accepted' };
export const WITH_STATUS: IssuanceVariant = { ...PLAIN, status: true };

export type Title = readonly [en: string, zh: string];
export type Apply<Draft> = (draft: Draft, context: FaultContext) => Draft | Promise<Draft>;

/** Builds a row: `id` without the role, `refusedBy` without `wallet/`. */
export function row<Draft>(
  id: string,
  step: string,
  refusedBy: string,
  title: Title,
  apply: Apply<Draft>,
  variant: IssuanceVariant = PLAIN,
): IssuerFault {
  return {
    id: `issuer/${id}`,
    role: 'issuer',
    step,
    refusedBy: refusedBy === '' ? '' : `wallet/${refusedBy}`,
    title: text(title[0], title[1]),
    // The step decides what its draft is; a table of different drafts has no common type but this one.
    apply: apply as unknown as IssuerFault['apply'],
    variant,
  };
}

type Members = Readonly<Record<string, unknown>>;
type Change = Members | ((current: JsonObject, context: FaultContext) => Members);

function members(change: Change, current: JsonObject, context: FaultContext): Members {
  return typeof change === 'function' ? change(current, context) : change;
}

/** A copy with some members set; `undefined` leaves the member out. */
export function merged(value: JsonObject, change: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...value, ...change }).filter(([, item]) => item !== undefined));
}

/** Sets members of a JSON message; `undefined` drops one. */
export function json(change: Change): Apply<JsonDraft> {
  return ({ value }, context) => ({ value: merged(value, members(change, value, context)) });
}

/** The same for an object inside a JSON message; does nothing where it is not there. */
export function within(name: string, change: Change): Apply<JsonDraft> {
  return ({ value }, context) => {
    const inner = obj(value, name);
    return {
      value: inner === undefined ? value : { ...value, [name]: merged(inner, members(change, inner, context)) },
    };
  };
}

/** Changes every object that is an element of an array member. */
export function each(name: string, change: Change): Apply<JsonDraft> {
  return ({ value }, context) => ({
    value: {
      ...value,
      [name]: (arr(value, name) ?? []).map((item) =>
        isObject(item) ? merged(item, members(change, item, context)) : item,
      ),
    },
  });
}

/** Changes every credential configuration of issuer metadata. */
export function configurations(change: Change): Apply<JsonDraft> {
  const name = 'credential_configurations_supported';
  return ({ value }, context) => ({
    value: {
      ...value,
      [name]: Object.fromEntries(
        Object.entries(obj(value, name) ?? {}).map(([id, item]) => [
          id,
          isObject(item) ? merged(item, members(change, item, context)) : item,
        ]),
      ),
    },
  });
}

/** Sets members of a JWT payload. */
export function payload(change: Change): Apply<JwtDraft> {
  return (draft, context) => ({ ...draft, payload: merged(draft.payload, members(change, draft.payload, context)) });
}

/** Sets members of a JOSE header. */
export function jose(change: Change): Apply<JwtDraft> {
  return (draft, context) => ({ ...draft, header: merged(draft.header, members(change, draft.header, context)) });
}

/** Sets parameters of a form or redirect; `undefined` drops one. */
export function parameters(change: Readonly<Record<string, string | undefined>>): Apply<FormDraft> {
  return (draft) => {
    const kept = draft.parameters.filter(([name]) => !Object.hasOwn(change, name));
    const added = Object.entries(change).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    return { parameters: [...kept, ...added] };
  };
}

/** Replaces the serialised form. */
export function bytes(change: (text: string, context: FaultContext) => string): Apply<BytesDraft> {
  return (draft, context) => ({ text: change(draft.text, context) });
}

/** Another status. */
export function status(code: number): Apply<ResponseDraft> {
  return (draft) => ({ ...draft, status: code });
}

/** Sets a header of a response; `undefined` drops it. */
export function responseHeader(name: string, value: string | undefined): Apply<ResponseDraft> {
  return (draft) => {
    const rest = draft.headers.filter(([key]) => key.toLowerCase() !== name.toLowerCase());
    return { ...draft, headers: value === undefined ? rest : [...rest, [name, value]] };
  };
}

/** Another answer altogether, as a proxy or a broken server gives it. */
export function instead(code: number, type: string, body: string): Apply<ResponseDraft> {
  return () => ({
    status: code,
    headers: [
      ['Content-Type', type],
      ['Cache-Control', 'no-store'],
    ],
    body: utf8(body),
  });
}

export const HTML = '<!doctype html><title>It works</title>';

/** Seconds since the epoch, `by` seconds from now. */
export function at(context: FaultContext, by: number): number {
  return Math.floor(context.clock.now() / 1000) + by;
}

export const DAY = 86_400;

/** The issuer identifier among the extras of a step. */
export function baseOf(context: FaultContext): string {
  const base = context.extras['base'];
  if (typeof base !== 'string') throw new Error('the step does not tell its issuer identifier');
  return base;
}

function isKey(value: unknown): value is SigningKey {
  return isObject(value) && obj(value, 'privateJwk') !== undefined;
}

/** A key without certificate that nobody knows. */
export function otherKey(context: FaultContext): SigningKey {
  const make = context.extras['otherKey'];
  const key: unknown = typeof make === 'function' ? make() : undefined;
  if (!isKey(key)) throw new Error('the step offers no other key');
  return key;
}

/** A key of the issuer whose certificate is wrong in one respect. */
export function spare(context: FaultContext, name: Spare): SigningKey {
  const make = context.extras['spare'];
  const key: unknown = typeof make === 'function' ? make(name) : undefined;
  if (!isKey(key)) throw new Error('the step offers no spare keys');
  return key;
}

/** Signs with a spare key and shows its certificate: correctly signed, only the certificate is wrong. */
export function certifiedBy(name: Spare): Apply<JwtDraft> {
  return (draft, context) => {
    const key = spare(context, name);
    return { ...draft, key, header: { ...draft.header, alg: key.alg, ...keyHeader(key) } };
  };
}

/** Signs with a key that is not the one shown. */
export const signedByOther: Apply<JwtDraft> = (draft, context) => ({ ...draft, key: otherKey(context) });
