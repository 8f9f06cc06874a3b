import type { SigningKey } from '../../protocol/jose/keys.ts';
import type { Identity } from '../contracts.ts';

/**
 * What a wallet remembers over its flows, so that faults can use a value of an earlier flow ("the other session's token").
 * A straight flow never reads it. Kept by identity, since one mock belongs to one flow.
 */
export interface WalletMemory {
  readonly accessTokens: string[];
  readonly refreshTokens: string[];
  readonly codes: string[];
  readonly nonces: string[];
  readonly dpopProofs: string[];
  readonly dpopKeys: SigningKey[];
  readonly holderKeys: SigningKey[];
  readonly codeVerifiers: string[];
  readonly states: string[];
  readonly requestUris: string[];
  readonly assertions: string[];
  /** Presentations (SD-JWT+KB) that a verifier took. */
  readonly presentations: Taken[];
  /** Form bodies of presentation responses that a verifier took. */
  readonly responses: Taken[];
}

/** Something that was taken in a flow of a variant: only in flows of the same variant is it wrong in nothing but its age. */
export interface Taken {
  readonly variant: string;
  readonly text: string;
}

/** Values of one kind that are kept, newest last. */
const KEPT = 8;

const memories = new WeakMap<Identity, WalletMemory>();

/** The memory of an identity; empty at first. */
export function memoryOf(identity: Identity): WalletMemory {
  const known = memories.get(identity);
  if (known !== undefined) return known;
  const fresh: WalletMemory = {
    accessTokens: [],
    refreshTokens: [],
    codes: [],
    nonces: [],
    dpopProofs: [],
    dpopKeys: [],
    holderKeys: [],
    codeVerifiers: [],
    states: [],
    requestUris: [],
    assertions: [],
    presentations: [],
    responses: [],
  };
  memories.set(identity, fresh);
  return fresh;
}

/** Appends a value and forgets the oldest beyond a small number. */
export function remember<Value>(list: Value[], value: Value): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}

/** The newest text that was taken in a flow of the variant, else the newest of any; undefined if there is none. */
export function takenBefore(list: readonly Taken[], variant: string): string | undefined {
  return (list.findLast((taken) => taken.variant === variant) ?? list.at(-1))?.text;
}

/** The newest remembered value that is not `current`; undefined if there is none. */
export function earlier<Value>(list: readonly Value[], current?: Value): Value | undefined {
  return list.findLast((value) => value !== current);
}
