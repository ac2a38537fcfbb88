// The commands of mlsql and their flags. What a command does is loaded when it is called.
import { Command, CommanderError } from 'commander';
import { VERSION } from '../../shared/version.js';
import {
  collectSetting,
  collectText,
  parseDuration,
  portNumber,
  spreadSettings,
  wholeNumber,
} from './arguments.js';
import type { ClusterNeed } from './cluster.js';
import type { CertsOptions } from './commands/certs.js';
import type { LogsOptions } from './commands/jobs.js';
import type { ReplOptions } from './commands/repl.js';
import type { RetryCommandOptions } from './commands/retry.js';
import type { RunOptions } from './commands/run.js';
import type { StateOptions, StateVerb } from './commands/state.js';
import type { UpOptions } from './commands/up.js';
import type { CommandContext, CommonOptions } from './context.js';
import { EXIT_OK, EXIT_USAGE } from './exit-codes.js';
import type { Streams } from './output/run-output.js';

const LIST_DEFAULT = 100;
const CERTIFICATE_DAYS = 825;

/**
 * Runs a command line.
 * @param args - what stands behind `mlsql`
 * @returns the exit code
 */
export async function runCli(args: readonly string[], streams: Streams = process): Promise<number> {
  endQuietlyOnClosedPipe();
  let exitCode = EXIT_OK;
  const program = buildProgram(streams, (code) => {
    exitCode = code;
  });
  try {
    await refuseUnknownCommand(program, args);
    refuseUnknownVerb(program, args);
    await program.parseAsync(spreadSettings(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT_OK;
    // Without any command there is the help instead.
    if (error.code !== 'commander.help') await showUsageError(program, error, args, streams);
    return EXIT_USAGE;
  }
}

function buildProgram(streams: Streams, end: (exitCode: number) => void): Command {
  const program = new Command('mlsql')
    .description('Train, publish and serve your own Python models from one SQL-like script.')
    .version(VERSION)
    .helpCommand(true)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      // Said by runCli, in the form of all errors.
      outputError: () => undefined,
    });

  /** A command that talks to a cluster. */
  const verb = (parent: Command, usage: string, description: string): Command => {
    return parent
      .command(usage, { isDefault: /^ls\b/.test(usage) })
      .description(description)
      .option('--cluster <host:port>', 'the cluster (MLSQL_CLUSTER)')
      .option(
        '--home <dir>',
        'the home of an embedded cluster (MLSQL_HOME; default the nearest .mlsql folder)',
      )
      .option('--json', 'one JSON object a line')
      .allowExcessArguments(false);
  };
  const noun = (name: string, description: string): Command => program.command(name).description(description);
  /** Runs a command's work against its cluster and keeps the exit code. */
  const withClient = async (
    options: CommonOptions,
    need: ClusterNeed,
    work: (context: CommandContext) => Promise<unknown>,
  ): Promise<void> => {
    const { withCluster } = await import('./context.js');
    end(await withCluster(options, need, streams, work));
  };

  verb(program, 'run [file]', "run a script: a file, - for standard input, or -e 'text'")
    .option('-e, --execute <sql>', "the script's text")
    .option('--executors <n>', 'executors of a cluster that is started for the run (2)', wholeNumber(1))
    .option('--slots <n>', 'slots of each of them', wholeNumber(1))
    .option('--set <k=v>', "a variable, wins over the script's own set (may be repeated)", collectSetting)
    .option('--limit <n>', 'rows of the result table (20 on a terminal, else 1000)', wholeNumber(1))
    .option(
      '--run-id <id>',
      'a name for the run: the same script under it attaches, or goes on behind its last finished statement',
    )
    .option('--detach', 'submit, print the run id, and leave')
    .option('--strict', 'a warning makes the exit code 1')
    .action(async (file: string | undefined, options: RunOptions) => {
      const { runCommand } = await import('./commands/run.js');
      end(await runCommand(file, options, streams));
    });

  verb(program, 'up', 'an embedded cluster that stays until Ctrl-C')
    .option('--executors <n>', 'executor processes (2)', wholeNumber(0))
    .option('--slots <n>', 'slots of each executor (default: the processors, shared)', wholeNumber(1))
    .option('--grpc-port <port>', 'default 50051 if it is free, else any; 0: any free one', portNumber)
    .option('--http-port <port>', 'default 9003 if it is free, else any; 0: any free one', portNumber)
    .option('--take-over', "take the home's store from another coordinator, or from a state that is lost")
    .action(async (options: UpOptions) => {
      const { upCommand } = await import('./commands/up.js');
      end(await upCommand(options, streams));
    });

  // These two are programs of their own (main.ts): here they only have their help.
  program
    .command('coordinator')
    .description('the coordinator of a real cluster')
    .option('--listen <host:port>', 'gRPC (MLSQL_LISTEN; 127.0.0.1:50051)')
    .option('--http <host:port>', 'console and HTTP (MLSQL_HTTP; 127.0.0.1:9003)')
    .option('--store <url>', 'file:///dir (MLSQL_STORE)')
    .option('--state <dir>', 'its own records (MLSQL_STATE)')
    .option('--take-over', 'take the store from another coordinator or another state (MLSQL_TAKE_OVER=1)')
    .option('--token-file <file>', 'the token that every call needs (MLSQL_TOKEN_FILE)')
    .option(
      '--join-token-file <file>',
      'a token that lets executors join, and nothing else (MLSQL_JOIN_TOKEN_FILE)',
    )
    .option('--tls-cert <file>', 'its certificate: gRPC and HTTP speak TLS (MLSQL_TLS_CERT)')
    .option('--tls-key <file>', 'the key of it (MLSQL_TLS_KEY)')
    .option('--tls-client-ca <file>', 'clients have to show a certificate of this CA (MLSQL_TLS_CLIENT_CA)')
    .option('--exit-with-parent', 'end when standard input ends')
    .option('--insecure', 'no token: everyone who reaches the port may do everything');
  program
    .command('executor')
    .description('an executor of a real cluster')
    .option('--coordinator <host:port>', 'where the coordinator listens (MLSQL_CLUSTER)')
    .option('--name <name>', 'its name, unique in the cluster (MLSQL_EXECUTOR_NAME)')
    .option('--slots <n>', 'attempts at once (MLSQL_SLOTS)')
    .option('--work-dir <dir>', 'work folders and cache (MLSQL_WORK_DIR; /tmp/__mlsql__)')
    .option(
      '--orphan-grace <time>',
      'how long scripts run on without a coordinator (MLSQL_ORPHAN_GRACE; 24h)',
    )
    .option(
      '--drain-timeout <time>',
      'how long work goes on after SIGTERM before it is handed on (MLSQL_DRAIN_TIMEOUT; as long as it takes)',
    )
    .option(
      '--ready-file <file>',
      'is there while the coordinator gives this executor work (MLSQL_READY_FILE)',
    )
    .option('--token-file <file>', 'the token of the cluster (MLSQL_TOKEN_FILE)')
    .option('--join-token-file <file>', 'a token that lets executors join (MLSQL_JOIN_TOKEN_FILE)')
    .option('--tls-ca <file>', 'the CA of the coordinator: it speaks TLS (MLSQL_TLS_CA)')
    .option('--tls-cert <file>', 'a certificate to show, where it asks for one (MLSQL_TLS_CERT)')
    .option('--tls-key <file>', 'the key of it (MLSQL_TLS_KEY)')
    .option('--exit-with-parent', 'end when standard input ends');

  const jobs = noun('jobs', 'the work of train statements');
  verb(jobs, 'ls', 'jobs, newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), LIST_DEFAULT)
    .action((options: CommonOptions & { limit: number }) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/jobs.js')).listJobs(context, options.limit),
      ),
    );
  verb(jobs, 'show <job>', 'one job with its groups and what happened to it').action(
    (job: string, options: CommonOptions) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/jobs.js')).showJob(context, job),
      ),
  );
  verb(jobs, 'logs <job>', 'what its scripts printed')
    .option('--group <n>', 'only this group', wholeNumber(0))
    .option('--attempt <n>', 'this try (default: the last)', wholeNumber(1))
    .option('--tail <n>', 'only the last lines of each group', wholeNumber(1))
    .option('-f, --follow', 'go on until the job has ended')
    .action((job: string, options: CommonOptions & LogsOptions) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/jobs.js')).printLogs(context, job, options),
      ),
    );
  verb(jobs, 'cancel <job>', 'end its work').action((job: string, options: CommonOptions) =>
    withClient(options, 'live', async (context) =>
      (await import('./commands/jobs.js')).cancelJob(context, job),
    ),
  );
  verb(jobs, 'retry <job>', 'train its groups without a result, in a new version that keeps the others')
    .option('--update', 'with the scripts and files that the train named as they are now')
    .option('--limit <n>', 'rows of the result table', wholeNumber(1))
    .option('--strict', 'a warning makes the exit code 1')
    .action(async (job: string, options: RetryCommandOptions) => {
      const { retryCommand } = await import('./commands/retry.js');
      end(await retryCommand(job, options, streams));
    });

  const runs = noun('runs', 'executions of scripts');
  verb(runs, 'ls', 'runs, newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), LIST_DEFAULT)
    .action((options: CommonOptions & { limit: number }) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/runs.js')).listRuns(context, options.limit),
      ),
    );
  verb(runs, 'show <run>', 'one run').action((run: string, options: CommonOptions) =>
    withClient(options, 'store', async (context) =>
      (await import('./commands/runs.js')).showRun(context, run),
    ),
  );
  verb(runs, 'attach <run>', 'its events from the start; Ctrl-C leaves, the run goes on').action(
    (run: string, options: CommonOptions) =>
      withClient(options, 'live', async (context) =>
        (await import('./commands/runs.js')).attachRun(context, run),
      ),
  );
  verb(runs, 'cancel <run>', 'end its work').action((run: string, options: CommonOptions) =>
    withClient(options, 'live', async (context) =>
      (await import('./commands/runs.js')).cancelRun(context, run),
    ),
  );

  const executors = noun('executors', 'the machines that do the work');
  verb(executors, 'ls', 'the executors that are connected').action((options: CommonOptions) =>
    withClient(options, 'live', async (context) =>
      (await import('./commands/cluster-lists.js')).listExecutors(context),
    ),
  );
  verb(executors, 'drain <name>', 'give it nothing new; it leaves when its work has ended')
    .option('--deadline <duration>', 'at the latest after this (90s, 15m)', parseDuration, 0)
    .action((name: string, options: CommonOptions & { deadline: number }) =>
      withClient(options, 'live', async (context) =>
        (await import('./commands/cluster-lists.js')).drainExecutor(context, name, options.deadline),
      ),
    );

  const models = noun('models', 'what train statements published');
  verb(models, 'ls <path>', "a path's versions, newest first").action(
    (path: string, options: CommonOptions) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/cluster-lists.js')).listModels(context, path),
      ),
  );
  verb(models, 'show <path>', 'one version with its groups')
    .option('--version <n>', 'default: the newest with a success', wholeNumber(0))
    .action((path: string, options: CommonOptions & { version?: number }) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/cluster-lists.js')).showModel(context, path, options.version),
      ),
    );

  const functions = noun('functions', 'models registered as SQL functions');
  verb(functions, 'ls', 'the functions').action((options: CommonOptions) =>
    withClient(options, 'store', async (context) =>
      (await import('./commands/cluster-lists.js')).listFunctions(context),
    ),
  );

  const fs = noun('fs', "the cluster's object store");
  verb(fs, 'ls [path]', 'what lies in a folder, one name a line')
    .option('-l, --long', 'with sizes and times')
    .action((path: string | undefined, options: CommonOptions & { long?: boolean }) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/fs.js')).listFiles(context, path ?? '/', options.long ?? false),
      ),
    );
  verb(fs, 'put <local> <path>', 'copy a file or folder to the store').action(
    (local: string, path: string, options: CommonOptions) =>
      withClient(options, 'create', async (context) =>
        (await import('./commands/fs.js')).putFiles(context, local, path),
      ),
  );
  verb(fs, 'get <path> [local]', 'copy a file or folder from the store').action(
    (path: string, local: string | undefined, options: CommonOptions) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/fs.js')).getFiles(context, path, local ?? '.'),
      ),
  );
  verb(fs, 'cat <path>', 'print a file').action((path: string, options: CommonOptions) =>
    withClient(options, 'store', async (context) =>
      (await import('./commands/fs.js')).catFile(context, path),
    ),
  );
  verb(fs, 'rm <path>', 'remove a file, or with -r a folder')
    .option('-r, --recursive', 'with everything below it')
    .action((path: string, options: CommonOptions & { recursive?: boolean }) =>
      withClient(options, 'store', async (context) =>
        (await import('./commands/fs.js')).removeFiles(context, path, options.recursive ?? false),
      ),
    );

  const state = noun('state', "a coordinator's records, while it does not run");
  const stateVerb = (usage: string, description: string): Command =>
    state
      .command(usage)
      .description(description)
      .option('--state <dir>', 'the state folder (MLSQL_STATE; default the one of the home)')
      .option('--home <dir>', 'the home of an embedded cluster (MLSQL_HOME)')
      .option('--json', 'what it holds, as JSON')
      .allowExcessArguments(false);
  const stateAction = async (name: StateVerb, file: string, options: StateOptions): Promise<void> => {
    const { stateCommand } = await import('./commands/state.js');
    end(await stateCommand(name, file, options));
  };
  stateVerb('check', 'read every record, and say what there is').action((options: StateOptions) =>
    stateAction('check', '', options),
  );
  stateVerb('export <file>', 'copy it to a file of JSON lines').action(
    (file: string, options: StateOptions) => stateAction('export', file, options),
  );
  stateVerb('import <file>', 'make a state from such a file, where there is none').action(
    (file: string, options: StateOptions) => stateAction('import', file, options),
  );

  noun('certs', 'certificates of a cluster')
    .command('init')
    .description('make a small CA, and certificates for coordinator, executors and clients')
    .requiredOption('--out <dir>', 'where to; a CA that is there is used again')
    .option(
      '--host <name>',
      'a further name or address of the coordinator (may be repeated)',
      collectText,
      [],
    )
    .option('--days <n>', 'how long they hold', wholeNumber(1), CERTIFICATE_DAYS)
    .option('--json', 'the files, as JSON')
    .allowExcessArguments(false)
    .action(async (options: CertsOptions) => {
      const { certsInit } = await import('./commands/certs.js');
      end(await certsInit(options, streams));
    });

  verb(program, 'repl', 'type statements, in one session')
    .option('--executors <n>', 'executors of a cluster that is started for it (2)', wholeNumber(1))
    .option('--slots <n>', 'slots of each of them', wholeNumber(1))
    .option('--limit <n>', 'rows of a result table (20)', wholeNumber(1))
    .action(async (options: ReplOptions) => {
      const { replCommand } = await import('./commands/repl.js');
      end(await replCommand(options, streams));
    });
  verb(program, 'doctor', 'look for what keeps a cluster from working, and say what to do').action(
    async (options: CommonOptions) => {
      const { doctorCommand } = await import('./commands/doctor.js');
      end(await doctorCommand(options, streams));
    },
  );
  return program;
}

/** Also where --help stands behind it or `help` before it: the general help would leave the misspelling unsaid. */
async function refuseUnknownCommand(program: Command, [first, second]: readonly string[]): Promise<void> {
  const name = first === 'help' ? second : first;
  const known = ['help', ...program.commands.map((command) => command.name())];
  if (name === undefined || name.startsWith('-') || known.includes(name)) return;
  const { nearestHint } = await import('../../shared/language/nearest.js');
  const hint = nearestHint(name, known, known.slice(1).join(', '));
  program.error(`error: unknown command '${name}' (${hint})`, { exitCode: EXIT_USAGE });
}

/** A missing verb means ls, so that a misspelt one would be taken for its argument; what ls takes begins with a slash. */
function refuseUnknownVerb(program: Command, [name, verb]: readonly string[]): void {
  const verbs =
    program.commands.find((command) => command.name() === name)?.commands.map((command) => command.name()) ??
    [];
  if (verbs.length === 0 || verb === undefined || /^[-/]/.test(verb) || [...verbs, 'help'].includes(verb))
    return;
  program.error(`error: unknown verb '${verb}' of ${name} (${verbs.join(', ')})`, { exitCode: EXIT_USAGE });
}

/** Wrong usage is told as all errors are. For `run --json`, the last event is always `done`. */
async function showUsageError(
  program: Command,
  error: CommanderError,
  args: readonly string[],
  streams: Streams,
): Promise<void> {
  const { MlsqlError } = await import('../../shared/errors.js');
  const { showError } = await import('./output/show-error.js');
  const command = program.commands.find((known) => known.name() === args[0]);
  const hint = `see mlsql ${command === undefined ? '' : `${command.name()} `}--help`;
  const json = args.includes('--json');
  const message = error.message.replace(/^error: /, '');
  showError(new MlsqlError('MLSQL_USAGE_INVALID', message, { hint }), json, streams);
  if (json && args[0] === 'run')
    streams.stdout.write(`${JSON.stringify({ event: 'done', ok: false, runId: null, warnings: 0 })}\n`);
}

/** `mlsql … | head` ends when head has enough, without a stack trace. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_OK);
  });
}
