import type { DriverContext, RequestMade, VerifierDriver, VerifierReport } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { RequestAnswer, VerifierDriverConfig } from '../configuration/types.ts';
import { DEFAULT_POINTERS, linkIn, textIn } from './answers.ts';
import { runCommand } from './command-call.ts';
import { sendCall } from './http-call.ts';
import { wishOf } from './issuer-drivers.ts';
import { pollOutcome } from './poll.ts';
import type { Throttle } from './throttle.ts';

type Config<Type extends string> = Extract<VerifierDriverConfig, { readonly type: Type }>;

/** Requests and results from the relying party's own HTTP interface. */
export function httpVerifierDriver(config: Config<'http'>): VerifierDriver {
  const { request, result, answer } = config;
  return {
    role: 'verifier',
    reports: result !== undefined,
    request: async (wish, context) => readRequest(await sendCall(request, wishOf(wish, config), context), answer),
    result: (made, context) =>
      result === undefined
        ? untold()
        : pollOutcome(() => sendCall(result, { id: idOf(made), link: made.link }, context), result, context),
  };
}

/** The same by commands. */
export function commandVerifierDriver(config: Config<'command'>, throttle: Throttle): VerifierDriver {
  const { request, result, answer } = config;
  const run = async (call: typeof request, values: Parameters<typeof runCommand>[1], context: DriverContext) => {
    await throttle.take(context.signal);
    return runCommand(call, values, context.signal);
  };
  return {
    role: 'verifier',
    reports: result !== undefined,
    request: async (wish, context) => readRequest(await run(request, wishOf(wish, config), context), answer),
    result: (made, context) =>
      result === undefined
        ? untold()
        : pollOutcome(() => run(result, { id: idOf(made), link: made.link }, context), result, context),
  };
}

function readRequest(answer: unknown, at: RequestAnswer = {}): RequestMade {
  const id = typeof answer === 'string' ? undefined : textIn(answer, at.id ?? DEFAULT_POINTERS.id);
  return { link: linkIn(answer, at.link ?? DEFAULT_POINTERS.link), ...(id === undefined ? {} : { id }) };
}

function idOf(made: RequestMade): string {
  if (made.id !== undefined) return made.id;
  throw new DriverError('malformed', "the target's answer to the request had no id, so its result cannot be asked for");
}

async function untold(): Promise<VerifierReport> {
  return { outcome: 'unknown', detail: 'the configuration has no "result" of the verifier' };
}
