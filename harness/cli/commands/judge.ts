import { readFile } from 'node:fs/promises';
import type { Role } from '../../../core/kinds.ts';
import type { Language } from '../../../core/text.ts';
import type { TraceEntry } from '../../../core/trace/entries.ts';
import { readTrace } from '../../../core/trace/read.ts';
import { judge } from '../../judge/judge.ts';
import { testsOf } from '../../registry.ts';
import { loadRequirements } from '../../requirements.ts';
import { exitCodeOf } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines, say, table } from '../output.ts';
import { wantedProfile } from '../profiles.ts';
import { UsageError } from '../usage.ts';

interface Options {
  readonly profile: string;
  readonly role: Role;
  readonly skew?: number;
  readonly failOn: 'must' | 'should';
  readonly lang?: Language;
  readonly json?: boolean;
}

/** `judge TRACE`: judges a saved trace again, without a target. Tests whose stimulus is not in it are not exercised. */
export async function judgeCommand(path: string, options: Options): Promise<ExitCode> {
  const profile = wantedProfile(options.profile);
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const reading = readTrace(content);
  if (reading.entries.length === 0) throw new UsageError(`${path} holds no trace entries`);
  const requirements = loadRequirements(profile.catalogues);
  const exercised = testsIn(reading.entries);
  const tests = testsOf(profile, options.role);
  const judgement = judge({
    entries: reading.entries,
    role: options.role,
    profile,
    tests: tests.filter((test) => exercised.has(test.id)),
    checks: profile.checks,
    requirements,
    skewMs: (options.skew ?? 300) * 1000,
  });
  const notRun = tests
    .filter((test) => !exercised.has(test.id))
    .map((test) => ({ test: test.id, reason: 'not exercised: its flow is not in the trace' }));
  const notes = [
    ...reading.errors.map((error) => `line ${error.line}: ${error.reason}`),
    ...(reading.cut ? ['the last line is cut: the run was killed; what is before it was judged'] : []),
  ];
  if (options.json === true)
    printJson({
      profile: profile.id,
      role: options.role,
      ...judgement,
      complete: judgement.complete && notRun.length === 0,
      notRun,
      notes,
    });
  else {
    printLines(
      table(
        judgement.tests.map((test) => [test.verdict, test.id, worstMessage(test.findings, test.verdict, options.lang)]),
      ),
    );
    printLines(['', `${judgement.verdict}; not exercised: ${notRun.length}`, ...notes]);
  }
  return exitCodeOf(judgement, requirements, options.failOn);
}

function testsIn(entries: readonly TraceEntry[]): Set<string> {
  return new Set(
    entries.flatMap((entry) => (entry.type === 'event' && entry.event === 'flow-start' ? [entry.test] : [])),
  );
}

function worstMessage(
  findings: Parameters<typeof exitCodeOf>[0]['tests'][number]['findings'],
  verdict: string,
  lang: Language | undefined,
): string {
  const finding = verdict === 'pass' ? undefined : findings.find((entry) => entry.verdict === verdict);
  return finding === undefined ? '' : say(finding.message, lang);
}
