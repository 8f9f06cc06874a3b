#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/**
 * The command line (DESIGN 6). This file only names commands and options: what a command does is loaded when it is called, so that
 * `--help` starts fast.
 */
const ROLE_NAMES = ['issuer', 'wallet', 'verifier'] as const;

function list(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number, 0 or more, is wanted');
  return number;
}

function runOptions(command: Command): Command {
  return command
    .option('--profile <id>', 'profile to judge by (see: list profiles)')
    .option('--config <file>', 'configuration of the target, YAML or JSON (see: init)')
    .option('--out <dir>', 'folder of the run (default results/<time>-<role>-<profile>)')
    .option(
      '--report <list>',
      'reports, comma separated: console,junit,html,har,markdown',
      'console,junit,html,har,markdown',
    )
    .option('--only <glob>', 'run only these tests; may be repeated', list)
    .option('--skip <glob>', 'leave out these tests; may be repeated', list)
    .option('--against <id>', 'judge the same trace under a second profile, too')
    .option('--workers <n>', 'flows at the same time', whole)
    .option('--timeout <ms>', 'for one flow', whole)
    .option('--max-wait <s>', 'how long a test may wait for time to pass', whole)
    .option('--skew <s>', 'allowed difference of clocks', whole)
    .addOption(
      new Option('--allow <risk>', 'also run tests of this risk; may be repeated')
        .choices(['changes-state', 'may-lock'])
        .argParser(list),
    )
    .option('--baseline <file>', 'expected failures')
    .addOption(
      new Option('--fail-on <level>', 'from which level the exit code is 1')
        .choices(['must', 'should'])
        .default('must'),
    )
    .option('--identity <dir>', 'keys and certificates of our mocks, kept there')
    .option('--listen <addr>', 'address of our listener, host:port')
    .option('--public-url <url>', 'URL under which the target reaches us')
    .option('--seed <n>', 'makes randomness repeatable', whole)
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh-Hant']).default('en'))
    .option('--tls-cert <file>', 'certificate of our listener')
    .option('--tls-key <file>', 'its key')
    .option('--tls', 'https with a certificate of the own CA')
    .option('--quiet', 'no progress')
    .option('--json', 'print JSON alone on standard output');
}

const role = (): ReturnType<Command['createArgument']> =>
  new Command().createArgument('<role>', 'role of the target').choices(ROLE_NAMES);

function program(): Command {
  const top = new Command('touchstone')
    .description('Conformance tests for OpenID4VCI, OpenID4VP and national credential profiles')
    .showHelpAfterError('(touchstone --help shows what there is)')
    .exitOverride();
  top.option('-V, --version', 'print the version').on('option:version', () => {
    void import('../tool.ts').then(({ TOOL }) => process.stdout.write(`${TOOL.name} ${TOOL.version}\n`));
  });
  runOptions(top.command('run').description('test one target').addArgument(role())).action(async (target, options) =>
    exit((await import('./commands/run.ts')).runCommand(target, options)),
  );
  runOptions(
    top.command('plan').description('what would run, what it costs, what would not and why').addArgument(role()),
  ).action(async (target, options) => exit((await import('./commands/plan.ts')).planCommand(target, options)));
  runOptions(top.command('demo').description('all roles against the bundled conforming mocks, over real HTTP')).action(
    async (options) => exit((await import('./commands/demo.ts')).demoCommand(options)),
  );
  top
    .command('doctor')
    .description('reachability, TLS, clock and configuration of a target')
    .requiredOption('--config <file>', 'configuration of the target')
    .option('--json', 'print JSON alone')
    .action(async (options) => exit((await import('./commands/doctor.ts')).doctorCommand(options)));
  top
    .command('init')
    .description('writes a commented configuration')
    .addArgument(role())
    .option('--out <file>', 'file to write (default touchstone.<role>.yaml)')
    .addOption(new Option('--lang <lang>', 'language of the comments').choices(['en', 'zh-Hant']).default('en'))
    .action(async (target, options) => exit((await import('./commands/init.ts')).initCommand(target, options)));
  top
    .command('identity')
    .description('shows or makes the identities of our mocks: what a target must trust or register')
    .option('--identity <dir>', 'folder of the identities', '.touchstone/identity')
    .option('--host <name>', 'host name that our mocks are reached under; may be repeated', list)
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh-Hant']).default('en'))
    .option('--json', 'print JSON alone')
    .action(async (options) => exit((await import('./commands/identity.ts')).identityCommand(options)));
  top
    .command('list')
    .description('what there is')
    .addArgument(
      new Command()
        .createArgument('<what>', 'tests, checks, requirements, profiles or faults')
        .choices(['tests', 'checks', 'requirements', 'profiles', 'faults']),
    )
    .addOption(new Option('--role <role>', 'of one role').choices(ROLE_NAMES))
    .option('--profile <id>', 'of a profile')
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh-Hant']).default('en'))
    .option('--json', 'print JSON alone')
    .action(async (what, options) => exit((await import('./commands/list.ts')).listCommand(what, options)));
  top
    .command('mock')
    .description('one mock alone')
    .addArgument(role())
    .option('--profile <id>', 'profile', 'oid4vc-1.0')
    .option('--port <n>', 'port to listen on', whole, 0)
    .option('--listen <addr>', 'address to listen on')
    .option('--fault <name>', 'a fault that it has; may be repeated', list)
    .option('--leniency <name>', 'an acceptance step that it leaves out; may be repeated', list)
    .option('--public-url <url>', 'URL under which it is reached')
    .option('--identity <dir>', 'folder of its identities')
    .action(async (target, options) => exit((await import('./commands/mock.ts')).mockCommand(target, options)));
  top
    .command('judge')
    .description('judges a saved trace again')
    .argument('<trace>', 'trace.jsonl of a run')
    .requiredOption('--profile <id>', 'profile to judge by')
    .addOption(new Option('--role <role>', 'role of the target').choices(ROLE_NAMES).makeOptionMandatory())
    .option('--skew <s>', 'allowed difference of clocks', whole)
    .addOption(
      new Option('--fail-on <level>', 'from which level the exit code is 1')
        .choices(['must', 'should'])
        .default('must'),
    )
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh-Hant']).default('en'))
    .option('--json', 'print JSON alone')
    .action(async (trace, options) => exit((await import('./commands/judge.ts')).judgeCommand(trace, options)));
  top
    .command('prove')
    .description('is every check and test able to fail, and silent on legal variety?')
    .option('--profile <id>', 'profile', 'oid4vc-1.0')
    .addOption(new Option('--role <role>', 'one role only').choices(ROLE_NAMES))
    .option('--full', 'the whole matrix: every defect against every test')
    .option('--json', 'print JSON alone')
    .action(async (options) => exit((await import('./commands/prove.ts')).proveCommand(options)));
  top
    .command('coverage')
    .description('requirements against checks and tests')
    .option('--profile <id>', 'profile', 'oid4vc-1.0')
    .option('--prove', 'run the quick proof first, so that proven and covered can be told apart')
    .option('--json', 'print JSON alone')
    .action(async (options) => exit((await import('./commands/coverage.ts')).coverageCommand(options)));
  top
    .command('inspect')
    .description('decodes and validates any artifact')
    .argument('<file-or-string>', 'a file, or the artifact itself')
    .option('--profile <id>', 'profile')
    .option('--at <time>', 'time to judge by, ISO 8601')
    .option('--json', 'print JSON alone')
    .action(async (artifact, options) =>
      exit((await import('./commands/inspect.ts')).inspectCommand(artifact, options)),
    );
  top
    .command('report')
    .description('renders a finished run again')
    .argument('<dir>', 'folder of the run')
    .option('--report <list>', 'reports, comma separated', 'console')
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh-Hant']).default('en'))
    .action(async (dir, options) => exit((await import('./commands/report.ts')).reportCommand(dir, options)));
  return top;
}

/** Sets the exit code of a command; wrong use is told in one line. */
async function exit(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { UsageError } = await import('./usage.ts');
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n`);
    else
      process.stderr.write(`touchstone: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 3;
  }
}
