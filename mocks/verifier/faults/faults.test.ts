import { describe, expect, it } from 'vitest';
import type { PresentationVariant } from '../../../core/contracts/variant.ts';
import type { Fault } from '../../../core/flow.ts';
import { manualClock } from '../../../core/system/clock.ts';
import { seededRandom } from '../../../core/system/random.ts';
import { text } from '../../../core/text.ts';
import { createFlowContext } from '../../../core/trace/context.ts';
import { createLog } from '../../../core/trace/log.ts';
import { generateSigningKey, publicJwkOf } from '../../../protocol/jose/keys.ts';
import { buildSdJwt, issueSdJwt } from '../../../protocol/sd-jwt/build.ts';
import type { HeldCredential } from '../../contracts.ts';
import { memoryNetwork } from '../../memory.ts';
import { createIdentities } from '../../trust/identity.ts';
import { createWallet } from '../../wallet/wallet.ts';
import { createMockVerifier } from '../verifier.ts';
import { VERIFIER_ODDITIES } from '../variant.ts';
import { VERIFIER_FAULTS } from './index.ts';
import { VERIFIER_DEFECTS } from './defects.ts';

const clock = manualClock(Date.UTC(2031, 0, 1), { sleep: 'jump' });
const random = seededRandom('faults');
const VERIFIER = 'https://verifier.example/v';
const ISSUER = 'https://verifier.example/i';
const identities = await createIdentities({ hosts: ['verifier.example'], clock, random });
const TYPE = {
  id: 'card',
  format: 'dc+sd-jwt',
  type: 'urn:example:card',
  title: text('Card', '卡片'),
  claims: { family_name: '林', given_name: '美' },
  disclosable: [['family_name'], ['given_name']],
};
const QUERY = {
  credentials: [
    { id: 'card', format: 'dc+sd-jwt', meta: { vct_values: [TYPE.type] }, claims: [{ path: ['family_name'] }] },
  ],
};

/** One presentation by the mock wallet, which holds one credential (made by itself for a plain request first). */
async function play(variant: PresentationVariant, fault?: Fault<never>, leniencies: readonly string[] = []) {
  const network = memoryNetwork();
  const log = createLog({ real: clock });
  const ports = { clock, random, http: network };
  const trust = { anchors: [identities.authority.pem] };
  const faulty = createFlowContext({ id: 'v', ports, log, faults: fault === undefined ? [] : [fault] });
  const own = createFlowContext({ id: 'w', ports, log, leniencies: new Set(leniencies) });
  const config = { identity: identities.verifier, trust, links: { request: 'openid4vp://' }, query: QUERY };
  const verifier = createMockVerifier({ ...config, base: VERIFIER, variant }, faulty);
  network.mount(VERIFIER, verifier, faulty, 'wallet');
  const shared = {
    identity: identities.wallet,
    trust,
    variant,
    redirectUri: 'https://wallet.example/cb',
    registeredVerifiers: { [verifier.registration.client_id]: { ...verifier.registration } },
    transactionDataTypes: ['urn:touchstone:transaction:payment'],
  };
  const wallet = createWallet(shared, own);
  // One credential that it was issued: a wallet that makes one for every query would satisfy all of them.
  wallet.hold(heldCredential());
  const { link, id } = await verifier.createRequest();
  faulty.trace.message({
    kind: 'presentation-request-link',
    sender: 'verifier',
    receiver: 'wallet',
    channel: 'link',
    body: link,
  });
  const result = await wallet.present(link);
  const sent = log.entries.flatMap((entry) =>
    entry.type === 'event' && entry.event === 'fault-sent' ? [entry.fault] : [],
  );
  const refused = log.entries.flatMap((entry) =>
    entry.type === 'event' && entry.event === 'step' && entry.result === 'refused' ? [entry.step] : [],
  );
  return { result, sent, refused, verifier: verifier.result(id) };
}

/** A credential that satisfies the plain query, and nothing else. */
function heldCredential(): HeldCredential {
  const key = generateSigningKey('ES256', random);
  const { signing } = identities.issuer;
  const now = Math.floor(clock.now() / 1000);
  const parts = buildSdJwt({
    header: { alg: signing.alg, typ: 'dc+sd-jwt', x5c: signing.x5c },
    claims: {
      ...TYPE.claims,
      iss: ISSUER,
      vct: TYPE.type,
      iat: now,
      exp: now + 86_400,
      cnf: { jwk: publicJwkOf(key.privateJwk) },
    },
    disclosable: TYPE.disclosable,
    random,
  });
  return { format: 'dc+sd-jwt', type: TYPE.type, credential: issueSdJwt(parts, signing), key, issuer: ISSUER };
}

describe('every fault', () => {
  it.each(VERIFIER_FAULTS.map((fault) => ({ id: fault.id, fault })))('$id', async ({ fault }) => {
    const control = await play(fault.variant);
    expect(control.result).toMatchObject({ outcome: 'accepted' });
    const { result, sent, verifier } = await play(fault.variant, fault);
    expect(result).toMatchObject({ outcome: 'refused', step: fault.refusedBy });
    expect(verifier.status).not.toBe('accepted');
    // The flow context does not count parameters by value as part of the link yet, so their leaving is not recorded.
    const byValue = fault.variant.request === 'by-value' && fault.step === 'request-parameters';
    if (!byValue) expect(new Set(sent)).toEqual(new Set([fault.id]));
    // The step that refuses is the only one: without it the request is taken, or ends for lack of what it spoiled.
    const lenient = await play(fault.variant, fault, [fault.refusedBy]);
    expect(lenient.refused).not.toContain(fault.refusedBy);
  });

  it('has an id of its own and both titles', () => {
    const all = [...VERIFIER_FAULTS, ...VERIFIER_DEFECTS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ title }) => title.en === '' || title['zh-Hant'] === '')).toEqual([]);
  });
});

describe('every defect', () => {
  /** Our own wallet is stricter than it needs to be. */
  const noticed = ['verifier/defect/posted-request-as-json'];
  it.each(VERIFIER_DEFECTS.map((defect) => ({ id: defect.id, defect })))(
    '$id is sent, and no wallet minds',
    async ({ defect }) => {
      const { result, sent } = await play(defect.variant, defect);
      expect(new Set(sent)).toEqual(new Set([defect.id]));
      expect(result).toMatchObject({ outcome: noticed.includes(defect.id) ? 'refused' : 'accepted' });
    },
  );
});

describe('the mock wallet takes', () => {
  it.each(VERIFIER_ODDITIES)('the oddity %s', async (oddity) => {
    for (const responseMode of ['direct_post', 'direct_post.jwt'] as const) {
      const { result } = await play({ kind: 'presentation', responseMode, oddities: [oddity] });
      expect(result).toMatchObject({ outcome: 'accepted' });
    }
  });
});
