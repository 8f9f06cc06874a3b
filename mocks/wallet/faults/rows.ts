import { randomId } from '../../../core/ports.ts';
import type { Fault, FaultContext } from '../../../core/flow.ts';
import { text } from '../../../core/text.ts';
import { base64url } from '../../../protocol/encoding.ts';
import { signCompact } from '../../../protocol/jose/jws.ts';
import { readJwt } from '../../../protocol/jose/jws.ts';
import type { SigningKey } from '../../../protocol/jose/keys.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import { isObject, obj } from '../../../protocol/json.ts';
import type { BytesDraft, FormDraft, JsonDraft, JwtDraft, RequestDraft } from '../../drafts.ts';

/** Builders for fault rows: most faults set, drop or replace one thing. */

type Apply<Draft> = (draft: Draft, context: FaultContext) => Draft | Promise<Draft>;

/** A row of a fault table: id without `wallet/`, forming step, acceptance step of the counterpart, title in both languages, change. */
export function row<Draft>(
  id: string,
  step: string,
  refusedBy: string,
  en: string,
  zh: string,
  apply: Apply<Draft>,
): Fault<never> {
  return {
    id: `wallet/${id}`,
    role: 'wallet',
    step,
    refusedBy,
    title: text(en, zh),
    apply: apply as Fault<never>['apply'],
  };
}

/** A row that sends the same message once more after it was accepted. */
export function replay(id: string, step: string, refusedBy: string, en: string, zh: string): Fault<never> {
  return { ...row(id, step, refusedBy, en, zh, (draft: unknown) => draft), replay: true };
}

/** Sets members of a JWT payload; undefined drops one. */
export function payload(change: Change): Apply<JwtDraft> {
  return (draft, context) => ({ ...draft, payload: changed(draft.payload, valueOf(change, draft.payload, context)) });
}

/** Sets members of a JOSE header; undefined drops one. */
export function header(change: Change): Apply<JwtDraft> {
  return (draft, context) => ({ ...draft, header: changed(draft.header, valueOf(change, draft.header, context)) });
}

/** Sets members of a JSON body; undefined drops one. */
export function json(change: Change): Apply<JsonDraft> {
  return (draft, context) => ({ value: changed(draft.value, valueOf(change, draft.value, context)) });
}

type Change = Record<string, unknown> | ((current: JsonObject, context: FaultContext) => Record<string, unknown>);

function valueOf(change: Change, current: JsonObject, context: FaultContext): Record<string, unknown> {
  return typeof change === 'function' ? change(current, context) : change;
}

function changed(value: JsonObject, change: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...value, ...change }).filter(([, item]) => item !== undefined));
}

/** Signs with another key, everything else as it was. */
export function signedBy(name: string): Apply<JwtDraft> {
  return (draft, context) => ({ ...draft, key: extraKey(context, name) });
}

/** A key among the extras of a step. Throws where the step does not offer it. */
export function extraKey(context: FaultContext, name: string): SigningKey {
  const key = context.extras[name];
  if (!isObject(key) || obj(key, 'privateJwk') === undefined) throw new Error(`the step offers no key ${name}`);
  return key as unknown as SigningKey;
}

/** A text among the extras. Throws where there is none: such a fault needs an earlier flow. */
export function extraText(context: FaultContext, name: string, group?: string): string {
  const holder: unknown = group === undefined ? context.extras : context.extras[group];
  const value = isObject(holder) ? holder[name] : undefined;
  if (typeof value !== 'string') throw new Error(`nothing to take ${name} from: this fault needs an earlier flow`);
  return value;
}

/** Sets one parameter of a form; undefined drops it. */
export function parameter(
  name: string,
  value: string | undefined | ((current: string | undefined, context: FaultContext) => string | undefined),
): Apply<FormDraft> {
  return (draft, context) => {
    const current = draft.parameters.find(([key]) => key === name)?.[1];
    const next = typeof value === 'function' ? value(current, context) : value;
    const rest = draft.parameters.filter(([key]) => key !== name);
    return { parameters: next === undefined ? rest : [...rest, [name, next]] };
  };
}

/** Repeats a parameter with another value. */
export function twice(name: string, value: string): Apply<FormDraft> {
  return (draft) => ({ parameters: [...draft.parameters, [name, value]] });
}

/** Sets one header of a request; undefined drops it. */
export function httpHeader(
  name: string,
  value: string | undefined | ((current: string | undefined, context: FaultContext) => string | undefined),
): Apply<RequestDraft> {
  return (draft, context) => {
    const current = draft.headers.find(([key]) => key.toLowerCase() === name)?.[1];
    const next = typeof value === 'function' ? value(current, context) : value;
    const rest = draft.headers.filter(([key]) => key.toLowerCase() !== name);
    return { ...draft, headers: next === undefined ? rest : [...rest, [name, next]] };
  };
}

/** The JWT with `alg: none` and no signature. */
export const unsigned: Apply<BytesDraft> = (draft) => {
  const { header: read, payload: body } = readJwt(draft.text);
  return { text: signCompact({ header: { ...read, alg: 'none' }, payload: { ...body }, key: 'none' }) };
};

/** The JWT with a symmetric signature whose secret is the public key: the classic confusion of algorithms (RFC 8725 2.1). */
export function symmetric(publicKeyOf: (header: JsonObject, context: FaultContext) => unknown): Apply<BytesDraft> {
  return (draft, context) => {
    const { header: read, payload: body } = readJwt(draft.text);
    const secret = Buffer.from(JSON.stringify(publicKeyOf(read ?? {}, context)));
    return {
      text: signCompact({ header: { ...read, alg: 'HS256' }, payload: { ...body }, key: { alg: 'HS256', secret } }),
    };
  };
}

/** A fresh value that the other side cannot know. */
export function unknownId(context: FaultContext): string {
  return randomId(context.random, 24);
}

/** Seconds since the epoch, shifted. */
export function at(context: FaultContext, shift: number): number {
  return Math.floor(context.clock.now() / 1000) + shift;
}

export const DAY = 86_400;

/** A DID that encodes no key. */
export const BROKEN_DID = `did:jwk:${base64url('{"kty":"EC"}')}#0`;
