import type { DriverContext, WalletDriver, WalletReport } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { WalletDriverConfig } from '../configuration/types.ts';
import { DEFAULT_POINTERS, textIn } from './answers.ts';
import { runCommand } from './command-call.ts';
import { sendCall } from './http-call.ts';
import { pollOutcome } from './poll.ts';
import type { Values } from './template.ts';
import type { Throttle } from './throttle.ts';

type Config<Type extends string> = Extract<WalletDriverConfig, { readonly type: Type }>;

/** Hands links to a wallet over its (test) HTTP interface. It may answer when all is over, or be asked for the result by id. */
export function httpWalletDriver(config: Config<'http'>): WalletDriver {
  return walletDriver(
    config,
    (values, context) => sendCall(config.open, values, context),
    config.result === undefined
      ? undefined
      : (
          (result) => (values: Values, context: DriverContext) =>
            sendCall(result, values, context)
        )(config.result),
    // An HTTP interface tells the outcome unless somebody says that it does not.
    config.answer === undefined || config.answer.outcome !== undefined || config.result !== undefined,
  );
}

/** Hands links to a wallet by a command (`adb shell am start …`), one run for each. */
export function commandWalletDriver(config: Config<'command'>, throttle: Throttle): WalletDriver {
  const run = async (call: Config<'command'>['open'], values: Values, context: DriverContext): Promise<unknown> => {
    await throttle.take(context.signal);
    return runCommand(call, values, context.signal);
  };
  return walletDriver(
    config,
    (values, context) => run(config.open, values, context),
    config.result === undefined
      ? undefined
      : (
          (result) => (values: Values, context: DriverContext) =>
            run(result, values, context)
        )(config.result),
    config.answer?.outcome !== undefined || config.result !== undefined,
  );
}

type Ask = (values: Values, context: DriverContext) => Promise<unknown>;

function walletDriver(
  config: Pick<Config<'http'>, 'answer' | 'outcomes' | 'interval'>,
  open: Ask,
  result: Ask | undefined,
  reports: boolean,
): WalletDriver {
  const follow = async (answered: Promise<unknown>, values: Values, context: DriverContext): Promise<WalletReport> => {
    const first = await answered;
    if (!reports) return { outcome: 'unknown' };
    const id = textIn(first, config.answer?.id ?? DEFAULT_POINTERS.id);
    let answer: unknown = first;
    let asked = result === undefined;
    const ask = async (): Promise<unknown> => {
      // Without a result call, what the opening answered is all there is.
      if (asked && result !== undefined) answer = await result({ ...values, id }, context);
      if (result !== undefined && !asked) {
        asked = true;
        answer = await result({ ...values, id }, context);
      }
      return answer;
    };
    if (result === undefined) {
      const { outcome, detail } = await pollOutcome(() => settled(first, config), config, context);
      return { outcome, ...(detail === undefined ? {} : { detail }) };
    }
    const { outcome, detail } = await pollOutcome(ask, config, context);
    return { outcome, ...(detail === undefined ? {} : { detail }) };
  };
  return {
    role: 'wallet',
    reports,
    open: async (link, hint, context) => {
      const values: Values = { link, txCode: hint.txCode, goal: hint.goal, consent: hint.consent ?? 'give' };
      const answered = open(values, context);
      return { done: follow(answered, values, context) };
    },
  };
}

/** An opening that answers `pending` and cannot be asked again never tells. */
async function settled(first: unknown, config: Pick<Config<'http'>, 'answer'>): Promise<unknown> {
  if (textIn(first, config.answer?.outcome ?? DEFAULT_POINTERS.outcome) === 'pending') {
    throw new DriverError('malformed', 'the wallet answered "pending", and the configuration has no "result" to ask');
  }
  return first;
}
