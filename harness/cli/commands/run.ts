import type { Role } from '../../../core/kinds.ts';
import type { Results } from '../../../core/results.ts';
import { parseReportList, progress, renderReports, ReportError } from '../../../reports/index.ts';
import { executeRun } from '../../execute.ts';
import { loadRequirements } from '../../requirements.ts';
import type { Assembled, RunFlags } from '../assemble.ts';
import { assembleRun } from '../assemble.ts';
import { applyBaseline } from '../../baseline.ts';
import { exitCodeOf, worstExit } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines } from '../output.ts';
import { UsageError } from '../usage.ts';

/** `run ROLE`: tests one target and writes the folder of the run. */
export async function runCommand(role: Role, flags: RunFlags): Promise<ExitCode> {
  const formats = reportList(flags.report);
  const assembled = await assembleRun(role, flags);
  const { results, code } = await runAssembled(assembled, flags, formats);
  if (flags.json === true) printJson(results);
  return code;
}

/** The reports that were asked for. Throws UsageError on an unknown one. */
export function reportList(list: string): ReturnType<typeof parseReportList> {
  try {
    return parseReportList(list);
  } catch (error) {
    if (error instanceof ReportError) throw new UsageError(error.message);
    throw error;
  }
}

/** Runs what was assembled, shows progress, renders reports. Ctrl-C ends the run after the flows under way; the record stays whole. */
export async function runAssembled(
  { order, close }: Assembled,
  flags: RunFlags,
  formats: ReturnType<typeof parseReportList>,
): Promise<{ readonly results: Results; readonly code: ExitCode }> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort('stopped by the user');
  process.once('SIGINT', onSignal);
  const listener = progress(process.stderr, {
    tty: process.stderr.isTTY,
    lang: flags.lang,
    quiet: flags.quiet === true,
  });
  listener.onPlan({ role: order.role, profile: order.profile.id, tests: order.tests.map((test) => test.id) });
  let results: Results;
  try {
    results = await executeRun({
      ...order,
      signal: stop.signal,
      onStart: (test) => listener.onStart(test),
      onResult: (result) => listener.onTest(result),
    });
  } finally {
    listener.onEnd();
    process.off('SIGINT', onSignal);
    await close();
  }
  const requirements = loadRequirements(order.profile.catalogues);
  const stream = flags.json === true ? process.stderr : process.stdout;
  const paths = await renderReports(order.out, formats, { lang: flags.lang, stream, requirements });
  if (flags.json !== true) printLines([`${order.out}/results.json`, ...paths]);
  const stale = order.baseline === undefined ? [] : applyBaseline(results, order.baseline, order.real.now()).stale;
  for (const entry of stale) process.stderr.write(`baseline: ${entry}\n`);
  const code = exitCodeOf(results, requirements, flags.failOn);
  return { results, code: stale.length > 0 ? worstExit([code, 1]) : code };
}
