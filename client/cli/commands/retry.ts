// `mlsql jobs retry`: trains what is open of an ended job, and shows it as `mlsql run` shows a train.
import { type ClusterOptions, useCluster } from '../cluster.js';
import { EXIT_INTERRUPTED } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { createRunOutput, type Streams } from '../output/run-output.js';
import { followToEnd, rowLimit, withOutput } from './run.js';

export interface RetryCommandOptions extends ClusterOptions {
  readonly update?: boolean;
  readonly limit?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** @returns the exit code */
export function retryCommand(jobId: string, options: RetryCommandOptions, streams: Streams): Promise<number> {
  const { json = false, update = false } = options;
  return withOutput(createRunOutput(streams, json, undefined), undefined, async (output) => {
    const interrupt = onInterrupt();
    try {
      const onNotice = (text: string): void => output.notice(text);
      const cluster = await useCluster({ options, need: 'executors', onNotice });
      try {
        if (interrupt.seen) return EXIT_INTERRUPTED;
        const { runId } = await cluster.client.jobs.retry(jobId, {
          update,
          limit: rowLimit(options, streams),
        });
        return await followToEnd(cluster, runId, options, output, interrupt);
      } finally {
        await cluster.close();
      }
    } finally {
      interrupt.stop();
    }
  });
}
