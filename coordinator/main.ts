#!/usr/bin/env node
// The coordinator process: flags and environment to a running coordinator, its ready line, its end.
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
  try {
    const config = readCoordinatorConfig(args, process.env);
    const coordinator = await startCoordinator(config, logger);
    process.stdout.write(
      `${JSON.stringify({ ready: true, grpc: coordinator.grpcAddress, http: coordinator.httpAddress })}\n`,
    );
    const reason = await endWish(config.exitWithParent);
    logger.info({ reason }, 'coordinator stops');
    await coordinator.stop(reason === PARENT_GONE ? ORPHAN_STOP_MS : undefined);
    return 0;
  } catch (thrown) {
    const error = asMlsqlError(thrown);
    if (error.code === 'MLSQL_INTERNAL') logger.fatal({ err: thrown }, 'coordinator failed');
    process.stderr.write(
      `${error.code}: ${error.message}\n${error.details.hint === undefined ? '' : `  ${error.details.hint}\n`}`,
    );
    return error.code === 'MLSQL_USAGE_INVALID' ? 2 : 1;
  }
}

const PARENT_GONE = 'parent gone';
/** The parent's executors are gone with it: what they ran will never report. */
const ORPHAN_STOP_MS = 1000;

/** Resolves with why the process shall end. */
function endWish(exitWithParent: boolean): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
    if (!exitWithParent) return;
    process.stdin.on('end', () => resolve(PARENT_GONE));
    process.stdin.on('error', () => resolve(PARENT_GONE));
    process.stdin.resume();
  });
}

if (process.argv[1] !== undefined && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  process.exit(await runCoordinator(process.argv.slice(2)));
}
