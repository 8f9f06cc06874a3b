import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { HttpClient } from '../../core/ports.ts';
import type { RecordingContext } from '../../core/trace/context.ts';
import { linkKind, readLink } from '../../protocol/links.ts';
import { member } from '../../protocol/json.ts';
import type { HeldCredential, IssuanceResult, PresentationResult } from '../../mocks/contracts.ts';
import { createWallet } from '../../mocks/wallet/wallet.ts';
import type { WalletOptions } from '../../mocks/wallet/session.ts';
import type { Configuration } from '../configuration/types.ts';
import { adaptiveVariant } from './adaptive-wallet.ts';
import { ControlError, controlInterface } from './control.ts';
import { openGround } from './ground.ts';
import type { Ground } from './ground.ts';
import type { BundledOptions, BundledTarget } from './options.ts';

/** What a broken wallet does otherwise. */
export interface WalletDeviation {
  /** The way out of its issuances. */
  readonly receiving?: (context: RecordingContext) => RecordingContext;
  /** The way out of its presentations. */
  readonly presenting?: (context: RecordingContext) => RecordingContext;
  /** What it says of a result. */
  readonly says?: (result: Opened) => Opened;
}

interface Opened {
  readonly outcome: string;
  readonly detail?: string;
}

/** A whole flow, for the one who waits for its outcome. */
const FLOW_TIMEOUT_MS = 60_000;

const PRESENTATION: PresentationVariant = { kind: 'presentation' };

/**
 * The mock wallet as a target over HTTP. `POST /control/open {link, tx_code?, goal?, consent?}` answers `{outcome, detail?}` when all is over;
 * `GET /control/credentials` lists what is held, `DELETE` forgets it.
 */
export async function startWalletTarget(
  options: BundledOptions,
  deviation: WalletDeviation = {},
): Promise<BundledTarget> {
  const ground = await openGround(options);
  let held: HeldCredential[] = [];
  let opened = 0;

  const receive = async (link: string, txCode: unknown): Promise<IssuanceResult> => {
    const adaptive = adaptiveVariant(ground.http);
    const config = {
      ...walletConfig(ground),
      // Read when the metadata has been seen.
      get variant() {
        return adaptive.variant;
      },
    };
    const context = nextContext(adaptive.http);
    const wallet = createWallet(config, deviation.receiving?.(context) ?? context);
    const result = await wallet.receiveOffer(link, typeof txCode === 'string' ? { txCode } : {});
    // A wallet that says that it refused has not kept anything.
    const said = deviation.says?.({ outcome: result.outcome }) ?? result;
    if (said.outcome === 'accepted') held = [...held, ...wallet.credentials];
    return result;
  };
  const present = async (link: string, consent: 'give' | 'decline'): Promise<PresentationResult> => {
    const context = nextContext(ground.http);
    const wallet = createWallet(
      { ...walletConfig(ground), variant: PRESENTATION },
      deviation.presenting?.(context) ?? context,
    );
    // The newest first: what was issued in this run is wanted rather than an older one of its kind.
    for (const credential of [...held].reverse()) wallet.hold(credential);
    return wallet.present(link, { consent });
  };
  const nextContext = (http: HttpClient): RecordingContext => {
    opened += 1;
    return ground.context(`open-${opened}`, http);
  };

  ground.routes.mount(
    '/control',
    controlInterface({
      'POST /open': async (body) => {
        const { link, tx_code: txCode, goal, consent } = body;
        if (typeof link !== 'string') throw new ControlError(400, 'invalid_request', 'link is missing');
        const issuance = goal === undefined ? linkKind(readLink(link)) === 'credential-offer' : goal === 'issuance';
        const result = issuance
          ? await receive(link, txCode)
          : await present(link, consent === 'decline' ? 'decline' : 'give');
        const detail = [result.step, result.reason].filter((part) => part !== undefined).join(': ');
        const said: Opened = { outcome: result.outcome, ...(detail === '' ? {} : { detail }) };
        return { ...(deviation.says?.(said) ?? said) };
      },
      'GET /credentials': async () => held.map(({ format, type, issuer }) => ({ format, type, issuer })),
      'DELETE /credentials': async () => {
        held = [];
        return {};
      },
    }),
  );
  return ground.target(walletConfiguration(ground.url));
}

function walletConfig(ground: Ground): Omit<WalletOptions, 'variant'> {
  return {
    identity: ground.identities.wallet,
    trust: ground.trustIn(),
    redirectUri: `${ground.url}/callback`,
  };
}

/** The public configuration of a wallet with the control interface of this file. */
export function walletConfiguration(url: string, timeoutMs = FLOW_TIMEOUT_MS): Configuration {
  return {
    target: {
      name: 'bundled wallet',
      driver: {
        type: 'http',
        open: {
          method: 'POST',
          url: `${url}/control/open`,
          body: { link: '{link}', tx_code: '{txCode}', goal: '{goal}', consent: '{consent}' },
          // It answers when the whole flow is over.
          timeoutMs,
        },
        answer: { outcome: '/outcome', detail: '/detail' },
      },
      // One process serves many: it is no phone.
      concurrency: 4,
      features: { 'transaction-data': true, 'private-key-jwt': true },
    },
  };
}

/** True for a report to an issuer about what became of a credential. */
export function isNotification(call: unknown): boolean {
  return member(call, 'exchange') === 'notification';
}

/** True for a request that hands a presentation (or an error) to a verifier. */
export function isPresentation(call: unknown): boolean {
  return member(call, 'exchange') === 'presentation';
}
