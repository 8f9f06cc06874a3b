import type { HttpResponse } from '../../core/http.ts';
import { signCompact } from '../../protocol/jose/jws.ts';
import { encodeStatusList, makeStatusList } from '../../protocol/status-list.ts';
import type { BytesDraft, JwtDraft } from '../drafts.ts';
import { answerText, plain } from './answer.ts';
import { keyHeader, otherKeys } from './metadata.ts';
import type { Internals } from './state.ts';
import { seconds } from './state.ts';

/** Entries of one list, and bits of an entry: two, so that there is room for "suspended". */
const SIZE = 2048;
const BITS = 2;
/** A list that is fuller than this is closed: an index is found by chance, so that neighbours tell nothing. */
const CLOSED_AT = SIZE / 2;
/** Seconds. */
const TTL = 300;

/** The place of a status in a list, as it stands in a credential (Token Status List 6.1). */
export interface StatusReference {
  readonly list: number;
  readonly index: number;
  readonly claim: Readonly<Record<string, unknown>>;
}

/** Takes a free place in the newest list, valid at first. */
export function allocateStatus(issuer: Internals): StatusReference {
  const { state, urls, context } = issuer;
  let number = Math.max(1, state.statusLists.size);
  let list = state.statusLists.get(number);
  if (list === undefined || list.size >= CLOSED_AT) {
    number = state.statusLists.size + 1;
    list = new Map();
    state.statusLists.set(number, list);
  }
  let index: number;
  do {
    index = Buffer.from(context.ports.random.bytes(2)).readUInt16BE() % SIZE;
  } while (list.has(index));
  list.set(index, 0);
  return { list: number, index, claim: { status_list: { idx: index, uri: `${urls.status}${number}` } } };
}

/** Moves a credential to another status. Throws if the credential has none. */
export function setStatus(issuer: Internals, credential: string, value: 0 | 1 | 2): void {
  const place = issuer.state.statusOf.get(credential);
  if (place === undefined) throw new Error('this credential has no status reference of this issuer');
  issuer.state.statusLists.get(place.list)?.set(place.index, value);
}

/** Status list endpoint (Token Status List 8). Forming steps: `status-list-token` (JwtDraft), `.bytes`, `status-list-response.http`. */
export async function handleStatusList(issuer: Internals, id: string): Promise<HttpResponse> {
  const { state, urls, context, config } = issuer;
  const list = /^[1-9]\d{0,5}$/u.test(id) ? state.statusLists.get(Number(id)) : undefined;
  if (list === undefined) return plain(404, 'no such status list');
  const { signing } = config.identity;
  const now = seconds(issuer);
  const uri = `${urls.status}${id}`;
  const draft: JwtDraft = {
    header: { alg: signing.alg, typ: 'statuslist+jwt', ...keyHeader(signing) },
    payload: {
      iss: urls.base,
      sub: uri,
      iat: now,
      exp: now + 86_400,
      ttl: TTL,
      status_list: encodeStatusList(makeStatusList(BITS, SIZE, Object.fromEntries(list))),
    },
    key: signing,
  };
  const allOf = (value: number): unknown => {
    const entries = Object.fromEntries(Array.from({ length: SIZE }, (_, index) => [index, value]));
    return encodeStatusList(makeStatusList(BITS, SIZE, entries));
  };
  const newest = [...list.keys()].at(-1);
  const onlyNewest = (): unknown => {
    const entries = Object.fromEntries([...list.keys()].map((index) => [index, index === newest ? 0 : 1]));
    return encodeStatusList(makeStatusList(BITS, SIZE, entries));
  };
  const extras = { base: urls.base, uri, allOf, onlyNewest, ...otherKeys(issuer) };
  const formed = await context.form('status-list-token', draft, extras);
  const { text } = await context.form<BytesDraft>('status-list-token.bytes', { text: signCompact(formed) }, extras);
  return answerText(issuer, 'status-list', text, 'application/statuslist+jwt', { extras });
}
