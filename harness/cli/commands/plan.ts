import type { Role } from '../../../core/kinds.ts';
import type { RunFlags } from '../assemble.ts';
import { assembleRun } from '../assemble.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines, table } from '../output.ts';

/** `plan ROLE`: what `run` would do with the same options. Sends nothing. */
export async function planCommand(role: Role, flags: RunFlags): Promise<ExitCode> {
  const { plan, order, close } = await assembleRun(role, flags);
  await close();
  await order.driver.close?.();
  if (flags.json === true) {
    printJson({
      role,
      profile: order.profile.id,
      run: plan.run.map((test) => test.id),
      unmet: plan.unmet,
      deselected: plan.deselected,
      cost: plan.cost,
    });
    return 0;
  }
  printLines(table(plan.run.map((test) => [test.kind, test.id, test.title[flags.lang]])));
  if (plan.unmet.length > 0)
    printLines(['', ...table(plan.unmet.map((entry) => ['not judged', entry.test, entry.reason]))]);
  if (plan.deselected.length > 0)
    printLines(['', ...table(plan.deselected.map((entry) => ['left out', entry.test, entry.reason]))]);
  const { offers, presentations, humanSteps, calls } = plan.cost;
  printLines([
    '',
    `${plan.run.length} tests; offers ${offers}, presentations ${presentations}, human steps ${humanSteps}, extra calls ${calls} (controls included)`,
  ]);
  return 0;
}
