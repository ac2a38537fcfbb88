// What every command that talks to a cluster has in common: finding it, its errors, its end.

import { eventLine } from '../library/events.js';
import type { MlsqlClient } from '../library/mlsql-client.js';
import { type ClusterNeed, type ClusterOptions, useCluster } from './cluster.js';
import { EXIT_OK, exitCodeOf } from './exit-codes.js';
import { errorEventOf, errorLines } from './output/problems.js';
import type { Streams } from './output/run-output.js';

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

/** Shows what a command failed with: on stderr, and with json as an event on stdout. @returns the exit code */
export function showError(error: unknown, json: boolean, streams: Streams): number {
  const event = errorEventOf(error);
  if (json) streams.stdout.write(`${eventLine(event)}\n`);
  else streams.stderr.write(`${errorLines(event, undefined).join('\n')}\n`);
  return exitCodeOf(error);
}
