// `mlsql run`: submits a script, shows what becomes of it, and ends as it ended.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { MlsqlError } from '../../../shared/errors.js';
import { ROWS_DEFAULT, ROWS_TERMINAL_DEFAULT } from '../../../shared/limits.js';
import type { LocalTree } from '../../library/client-files.js';
import type { DoneEvent } from '../../library/events.js';
import type { MlsqlClient } from '../../library/mlsql-client.js';
import { usage } from '../arguments.js';
import { type ClusterOptions, type UsedCluster, useCluster } from '../cluster.js';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, exitCodeOf } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { errorEventOf, type ShownScript } from '../output/problems.js';
import { createRunOutput, type RunOutput, type Streams } from '../output/run-output.js';

export interface RunOptions extends ClusterOptions {
  readonly execute?: string;
  readonly executors?: number;
  readonly slots?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly runId?: string;
  readonly detach?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

interface Source extends ShownScript {
  readonly baseDir: string;
}

/** @returns the exit code */
export async function runCommand(
  file: string | undefined,
  options: RunOptions,
  streams: Streams,
): Promise<number> {
  const { json = false, runId } = options;
  let source: Source;
  try {
    if (options.runId === '')
      throw usage('--run-id is empty', 'name the run, or leave --run-id out: then it gets a name');
    source = readSource(file, options.execute);
  } catch (error) {
    return withOutput(createRunOutput(streams, json, undefined), runId, () => Promise.reject(error));
  }
  return withOutput(createRunOutput(streams, json, source), runId, (output) =>
    runSource(source, options, output, streams),
  );
}

/**
 * Does the work, shows its error, and ends the output.
 * @returns its exit code, or the one of its error
 */
export async function withOutput(
  output: RunOutput,
  runId: string | undefined,
  work: (output: RunOutput) => Promise<number>,
): Promise<number> {
  try {
    return await work(output);
  } catch (error) {
    await output.event(errorEventOf(error));
    // Those who read events wait for the last one, also where there never was a run.
    await output.event({ event: 'done', ok: false, runId: runId ?? null, warnings: 0, state: 'failed' });
    return exitCodeOf(error);
  } finally {
    output.end();
  }
}

async function runSource(
  source: Source,
  options: RunOptions,
  output: RunOutput,
  streams: Streams,
): Promise<number> {
  const { executors, slots, detach = false } = options;
  const interrupt = onInterrupt();
  try {
    // A script that does not parse, or names a file that is not there, needs no cluster to say so.
    const { readScriptFiles } = await import('../../library/script-files.js');
    const files = await readScriptFiles(source.text, {
      baseDir: source.baseDir,
      ...(options.set && { settings: options.set }),
    });
    const cluster = await useCluster({
      options,
      need: detach ? 'live' : 'executors',
      ...(executors !== undefined && { executors }),
      ...(slots !== undefined && { slots }),
      onNotice: (text) => output.notice(text),
    });
    try {
      if (cluster.embedded === undefined && (executors ?? slots) !== undefined) {
        output.notice('--executors and --slots say nothing to a cluster that runs already');
      }
      return await submitAndFollow(cluster, { ...source, files }, options, output, streams, interrupt);
    } finally {
      await cluster.close();
    }
  } finally {
    interrupt.stop();
  }
}

async function submitAndFollow(
  cluster: UsedCluster,
  source: Source & { readonly files: readonly LocalTree[] },
  options: RunOptions,
  output: RunOutput,
  streams: Streams,
  interrupt: ReturnType<typeof onInterrupt>,
): Promise<number> {
  const { client } = cluster;
  const { json = false, set, runId, detach = false } = options;
  if (interrupt.seen) return EXIT_INTERRUPTED;
  const run = await client.runScript(source.text, {
    scriptName: source.name,
    files: source.files,
    limit: rowLimit(options, streams),
    baseDir: source.baseDir,
    ...(set && { settings: set }),
    ...(runId !== undefined && { runId }),
  });
  if (detach) {
    streams.stdout.write(
      json ? `${JSON.stringify({ runId: run.runId, attached: run.attached })}\n` : `${run.runId}\n`,
    );
    if (!json) output.notice(`mlsql runs attach ${run.runId} follows it`);
    return EXIT_OK;
  }
  if (run.attached) output.notice(`run ${run.runId} is there already: showing its events`);
  return followToEnd(cluster, run.runId, options, output, interrupt);
}

/** Rows of the result table, where the user did not say it: as many as fit a terminal. */
export function rowLimit(
  { limit, json = false }: Pick<RunOptions, 'limit' | 'json'>,
  streams: Streams,
): number {
  return limit ?? (!json && streams.stdout.isTTY ? ROWS_TERMINAL_DEFAULT : ROWS_DEFAULT);
}

/**
 * Shows a run's events to its end; Ctrl-C cancels it.
 * @returns the exit code
 */
export async function followToEnd(
  cluster: UsedCluster,
  runId: string,
  { strict = false }: Pick<RunOptions, 'strict'>,
  output: RunOutput,
  interrupt: ReturnType<typeof onInterrupt>,
): Promise<number> {
  const { client } = cluster;
  /** Nobody is there to be asked: it is not waited for. */
  const given = new AbortController();
  interrupt.onFirst(() => {
    output.notice('cancelling the run (Ctrl-C again leaves at once) …');
    client.cancel(runId).catch((error: Error) => {
      output.notice(
        `the run could not be cancelled: ${error.message}; mlsql runs cancel ${runId} does it later`,
      );
      given.abort();
    });
  });
  const done = await showEvents(client, runId, output, cluster, given.signal);
  if (interrupt.seen) return EXIT_INTERRUPTED;
  return done?.ok === true && !(strict && done.warnings > 0) ? EXIT_OK : EXIT_FAILED;
}

/**
 * Shows a run's events to the last one; fails where the cluster that was started for it breaks meanwhile.
 * @param given - aborted: nobody waits any more
 * @returns the last one; undefined where nobody waited for it
 */
export async function showEvents(
  client: MlsqlClient,
  runId: string,
  output: RunOutput,
  cluster?: UsedCluster,
  given?: AbortSignal,
): Promise<DoneEvent | undefined> {
  const stopped = new AbortController();
  let lost: MlsqlError | undefined;
  void cluster?.embedded?.lost.then((error) => {
    lost = error;
    stopped.abort();
  });
  const onReconnect = (): void => output.notice('the connection broke, trying again …');
  const signal = given === undefined ? stopped.signal : AbortSignal.any([stopped.signal, given]);
  for await (const event of client.follow(runId, { signal, onReconnect })) {
    await output.event(event);
    if (event.event === 'done') return event;
  }
  if (given?.aborted === true) return undefined;
  throw lost ?? new MlsqlError('MLSQL_INTERNAL', `the events of run ${runId} ended without the last one`);
}

function readSource(file: string | undefined, text: string | undefined): Source {
  if (file !== undefined && text !== undefined)
    throw usage('a script file and -e exclude each other', 'give one of the two');
  if (text !== undefined) return { name: '-e', text, baseDir: process.cwd() };
  if (file === undefined)
    throw usage(
      'there is no script to run',
      "name its file, or give its text: mlsql run -e 'select 1 as a as t;'",
    );
  try {
    const bytes = file === '-' ? readFileSync(0) : readFileSync(file);
    const script = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return file === '-'
      ? { name: '-', text: script, baseDir: process.cwd() }
      : { name: basename(file), text: script, baseDir: dirname(resolve(file)) };
  } catch (error) {
    const why =
      error instanceof TypeError ? 'is not UTF-8 text' : `cannot be read: ${(error as Error).message}`;
    throw usage(`the script ${file} ${why}`, 'name a script file that is UTF-8 text');
  }
}
