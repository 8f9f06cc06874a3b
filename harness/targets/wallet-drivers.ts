import type { DriverContext, WalletDriver, WalletReport } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { WalletDriverConfig } from '../configuration/types.ts';
import { DEFAULT_POINTERS, outcomeIn, textIn } from './answers.ts';
import { runCommand } from './command-call.ts';
import { sendCall } from './http-call.ts';
import { pollOutcome } from './poll.ts';
import type { Values } from './template.ts';
import type { Throttle } from './throttle.ts';

type Config<Type extends string> = Extract<WalletDriverConfig, { readonly type: Type }>;
type Mapping = Pick<Config<'http'>, 'answer' | 'outcomes' | 'interval'>;
type Ask = (values: Values, context: DriverContext) => Promise<unknown>;

/**
 * Hands links to a wallet over its (test) HTTP interface. Without `result` the interface answers when all is over; with it, it answers
 * at once and is asked for the result by id.
 */
export function httpWalletDriver(config: Config<'http'>): WalletDriver {
  const { open, result, answer } = config;
  // Such an interface tells the outcome unless somebody gives pointers without one.
  const reports = result !== undefined || answer === undefined || answer.outcome !== undefined;
  return walletDriver(config, reports, {
    open: (values, context) => sendCall(open, values, context),
    ...(result === undefined ? {} : { result: (values, context) => sendCall(result, values, context) }),
    answersLate: result === undefined,
  });
}

/** Hands links to a wallet by a command (`adb shell am start …`), one run for each. The command ends when the link is delivered. */
export function commandWalletDriver(config: Config<'command'>, throttle: Throttle): WalletDriver {
  const { open, result, answer } = config;
  const run = async (call: typeof open, values: Values, context: DriverContext): Promise<unknown> => {
    await throttle.take(context.signal);
    return runCommand(call, values, context.signal);
  };
  return walletDriver(config, result !== undefined || answer?.outcome !== undefined, {
    open: (values, context) => run(open, values, context),
    ...(result === undefined ? {} : { result: (values, context) => run(result, values, context) }),
    answersLate: false,
  });
}

function walletDriver(
  config: Mapping,
  reports: boolean,
  calls: { readonly open: Ask; readonly result?: Ask; readonly answersLate: boolean },
): WalletDriver {
  const report = async (first: unknown, values: Values, context: DriverContext): Promise<WalletReport> => {
    if (!reports) return { outcome: 'unknown' };
    const { result } = calls;
    if (result === undefined) return atOnce(first, config);
    const id = textIn(first, config.answer?.id ?? DEFAULT_POINTERS.id);
    const { outcome, detail } = await pollOutcome(() => result({ ...values, id }, context), config, context);
    return { outcome, ...(detail === undefined ? {} : { detail }) };
  };
  return {
    role: 'wallet',
    reports,
    open: async (link, hint, context) => {
      const values: Values = { link, txCode: hint.txCode, goal: hint.goal, consent: hint.consent ?? 'give' };
      const opening = calls.open(values, context);
      const done = calls.answersLate
        ? opening.then((first) => report(first, values, context))
        : report(await opening, values, context);
      // Whoever waits for it gets the error; nobody may wait for it before the flow has ended.
      done.catch(() => {});
      return { done };
    },
  };
}

function atOnce(first: unknown, config: Mapping): WalletReport {
  const { outcome, detail } = outcomeIn(first, config.answer ?? {}, config.outcomes);
  if (outcome === 'pending') {
    throw new DriverError('malformed', 'the wallet answered "pending", and the configuration has no "result" to ask');
  }
  return { outcome, ...(detail === undefined ? {} : { detail }) };
}
