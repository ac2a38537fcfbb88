#!/usr/bin/env node
// The coordinator process: flags and environment to a running coordinator, its ready line, its end.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { asMlsqlError } from '../shared/errors.js';
import { createLogger } from '../shared/logger.js';
import { startCoordinator } from './app.js';
import { readCoordinatorConfig } from './config.js';

/**
 * Runs a coordinator until SIGTERM, SIGINT or, with --exit-with-parent, the end of standard input.
 * @returns the exit code: 0 stopped in order, 1 it could not start, 2 wrong usage
 */
export async function runCoordinator(args: readonly string[]): Promise<number> {
  const logger = createLogger('coordinator');
  // The clock's timers do not keep the process alive, and while it waits for the store of another one nothing else does.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    const config = readCoordinatorConfig(args, process.env);
    const coordinator = await startCoordinator(config, logger);
    const stop = async (reason: string, atMostMs?: number): Promise<void> => {
      logger.info({ reason }, 'coordinator stops');
      await coordinator.stop(atMostMs);
    };
    const suspend = async (reason: string): Promise<void> => {
      logger.info({ reason }, 'coordinator stops; what runs goes on');
      await coordinator.suspend();
    };
    const fenced = coordinator.fenced.then((error) => {
      logger.fatal({ code: error.code }, error.message);
      throw error;
    });
    // A cluster that was started for one command ends as a whole; elsewhere executors work on until a coordinator is back,
    // or the next one begins again what they had.
    const keepsRuns = !config.exitWithParent || config.keepRuns || config.holdRuns;
    let cancels = false;
    const onSignal = (signal: string): Promise<void> => {
      cancels = !keepsRuns;
      return cancels ? stop(signal) : suspend(signal);
    };
    const ways = [fenced, endSignal().then(onSignal)];
    // A parent that is gone was killed, which nobody meant for what runs: the next cluster of this home goes on with it.
    // While we stop in order it means that what we wait for will not come.
    if (config.exitWithParent)
      ways.push(
        endOfInput().then(() => (cancels ? stop('parent gone', ORPHAN_STOP_MS) : suspend('parent gone'))),
      );
    // Last: whoever reads it may ask for the end at once.
    process.stdout.write(
      `${JSON.stringify({ ready: true, grpc: coordinator.grpcAddress, http: coordinator.httpAddress })}\n`,
    );
    await Promise.race(ways);
    return 0;
  } catch (thrown) {
    const error = asMlsqlError(thrown);
    if (error.code === 'MLSQL_INTERNAL') logger.fatal({ err: thrown }, 'coordinator failed');
    process.stderr.write(
      `${error.code}: ${error.message}\n${error.details.hint === undefined ? '' : `  ${error.details.hint}\n`}`,
    );
    return error.code === 'MLSQL_USAGE_INVALID' ? 2 : 1;
  } finally {
    clearInterval(alive);
  }
}

/** The parent's executors are gone with it: what they ran will never report. */
const ORPHAN_STOP_MS = 1000;

/** Resolves with the signal that asks the process to end. The same one again ends it at once. */
function endSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

/** Resolves when the process that holds the other end of standard input is gone. */
function endOfInput(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin
      .on('end', () => resolve())
      .on('error', () => resolve())
      .resume();
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  process.exit(await runCoordinator(process.argv.slice(2)));
}
