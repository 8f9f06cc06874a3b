import type { MessageView, Observation } from '../../core/contracts/check.ts';
import { readJweHeader } from '../../protocol/jose/jwe.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { arr, isObject, member, obj, str } from '../../protocol/json.ts';
import { observe, rule, text } from './kit.ts';

/** Requirement ids of the rules that OpenID4VCI 10 and OpenID4VP 8.3 share; a rule without an id is not judged. */
export interface JweRules {
  readonly alg: string;
  readonly kid: string;
  readonly enc: string;
  /** Compression although nobody offered it. */
  readonly zip?: readonly string[];
}

export interface JweReference {
  /** Public keys that the message may be encrypted to. */
  readonly keys: readonly JsonObject[];
  /** Content encryptions that are allowed; undefined: not known. */
  readonly enc: readonly unknown[] | undefined;
  /** Compression that is allowed; `unknown` where the trace does not tell. */
  readonly zip: readonly unknown[] | 'unknown';
  readonly from: MessageView | undefined;
}

/** Judges the protected header of a JWE against the keys and algorithms that the receiver gave out. */
export function* jweObservations(
  message: MessageView,
  reference: JweReference,
  rules: JweRules,
): Generator<Observation> {
  const { header } = readJweHeader(message.text.trim());
  if (header === undefined) return;
  const { keys } = reference;
  const where = { with: [reference.from] };
  if (keys.length > 0) {
    const kid = str(header, 'kid');
    const named = kid === undefined ? [] : keys.filter((key) => str(key, 'kid') === kid);
    const candidates = named.length > 0 ? named : keys;
    const algs = candidates.flatMap((key) => str(key, 'alg') ?? []);
    if (algs.length > 0) {
      yield rule(
        algs.includes(str(header, 'alg') ?? ''),
        message,
        text('alg is not the one of the chosen key', 'alg 與所選金鑰的 alg 不同'),
        {
          ...where,
          requirements: [rules.alg],
          expected: algs,
          seen: member(header, 'alg') ?? 'nothing',
        },
      );
    }
    // Only a set in which every key has a kid proves that the chosen one had it.
    if (keys.every((key) => str(key, 'kid') !== undefined)) {
      yield rule(
        named.length > 0,
        message,
        text('kid does not repeat the kid of the chosen key', 'kid 未重複所選金鑰的 kid'),
        {
          ...where,
          requirements: [rules.kid],
          expected: keys.map((key) => str(key, 'kid')),
          seen: member(header, 'kid') ?? 'nothing',
        },
      );
    }
  }
  if (reference.enc !== undefined) {
    yield rule(
      reference.enc.includes(member(header, 'enc')),
      message,
      text('enc is not one that was allowed', 'enc 不在允許的清單內'),
      {
        ...where,
        requirements: [rules.enc],
        expected: reference.enc,
        seen: member(header, 'enc') ?? 'nothing',
      },
    );
  }
  if (rules.zip === undefined || reference.zip === 'unknown') return;
  const zip = member(header, 'zip');
  yield rule(
    zip === undefined || reference.zip.includes(zip),
    message,
    text('Compressed, although no such compression was named', '未約定壓縮方式卻進行壓縮'),
    { ...where, requirements: rules.zip, expected: reference.zip, seen: zip ?? 'no zip' },
  );
}

/** Judges what came out of a JWE for the harness: `child` is the plaintext, undefined where no key of the harness opened it. */
export function* plaintextObservations(
  message: MessageView,
  child: MessageView | undefined,
  requirement: string,
): Generator<Observation> {
  if (readJweHeader(message.text.trim()).header === undefined) {
    yield observe('violated', message, text('Not a compact JWE', '不是精簡序列化的 JWE'), {
      requirements: [requirement],
      seen: message.text.slice(0, 60),
    });
    return;
  }
  if (child === undefined) return;
  yield rule(
    isObject(child.value),
    message,
    text('The decrypted message is no JSON object', '解密後的訊息不是 JSON 物件'),
    {
      requirements: [requirement],
      with: [child],
      seen: child.text.slice(0, 60),
    },
  );
}

/** What was inside a JWE, where the harness could open it. */
export function plaintextOf(message: MessageView): MessageView | undefined {
  return message.children(message.kind.replace(/^encrypted-/, ''))[0];
}

/** Keys of a JWK Set member. */
export function keysOfSet(value: unknown, name: string): readonly JsonObject[] {
  return (arr(obj(value, name), 'keys') ?? []).filter(isObject).slice(0, 50);
}
