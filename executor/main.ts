// The executor's process: signals, the parent's pipe, exit codes.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { isMlsqlError } from '../shared/errors.js';
import { startExecutor } from './app.js';
import { type ExecutorConfig, executorConfig, parseExecutorFlags } from './config.js';

/**
 * Runs an executor until it is drained. The first SIGTERM or SIGINT drains it, the second ends it at once; with
 * exitWithParent the end of standard input does. Scripts that still run then are told to end.
 * @throws MlsqlError MLSQL_CLUSTER_WORK_DIR, MLSQL_CLUSTER_UNAUTHENTICATED, MLSQL_EXECUTOR_PROTOCOL
 */
export async function runExecutor(config: ExecutorConfig): Promise<void> {
  // Batches of function calls are garbage as soon as they are answered; a young generation that stays small returns them
  // sooner: a tenth less memory at no cost.
  setFlagsFromString('--semi-space-growth-factor=1');
  let leave = (_reason: string): void => process.exit(0);
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals++;
    if (signals === 1) drain(`${signal} was received`);
    else leave(`${signal} was received again`);
  };
  let drain = (reason: string): void => leave(reason);
  const onParentGone = (): void => leave('the process that started this executor has ended');
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (config.exitWithParent) process.stdin.on('end', onParentGone).on('error', onParentGone).resume();
  try {
    const executor = await startExecutor(config);
    drain = executor.drain;
    leave = executor.stop;
    void executor.ready.then(() =>
      process.stdout.write(`${JSON.stringify({ ready: true, name: config.name })}\n`),
    );
    await executor.done;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    if (config.exitWithParent) process.stdin.destroy();
  }
}

async function main(): Promise<void> {
  try {
    await runExecutor(executorConfig(parseExecutorFlags(process.argv.slice(2)), process.env));
    process.exit(0);
  } catch (error) {
    if (!isMlsqlError(error)) throw error;
    const hint = error.details.hint === undefined ? '' : `\n  ${error.details.hint}`;
    process.stderr.write(`${error.code}: ${error.message}${hint}\n`);
    process.exit(error.code === 'MLSQL_USAGE_INVALID' ? 2 : 1);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main();
