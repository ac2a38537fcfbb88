// What every command that talks to a cluster has in common: finding it, its errors, its end.

import type { MlsqlClient } from '../library/mlsql-client.js';
import { type ClusterNeed, type ClusterOptions, useCluster } from './cluster.js';
import { EXIT_OK } from './exit-codes.js';
import type { Streams } from './output/run-output.js';
import { showError } from './output/show-error.js';

export interface CommonOptions extends ClusterOptions {
  readonly json?: boolean;
}

export interface CommandContext {
  readonly client: MlsqlClient;
  readonly streams: Streams;
  readonly json: boolean;
}

/**
 * Runs a command against the cluster that the options name.
 * @returns the command's exit code, or the one of its error, which is shown
 */
export async function withCluster(
  options: CommonOptions,
  need: ClusterNeed,
  streams: Streams,
  command: (context: CommandContext) => Promise<unknown>,
): Promise<number> {
  const { json = false } = options;
  try {
    const cluster = await useCluster({
      options,
      need,
      onNotice: (text) => streams.stderr.write(`${text}\n`),
    });
    try {
      const result = await command({ client: cluster.client, streams, json });
      return typeof result === 'number' ? result : EXIT_OK;
    } finally {
      await cluster.close();
    }
  } catch (error) {
    return showError(error, json, streams);
  }
}
