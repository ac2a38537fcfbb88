// How long each statement of a run took, by the coordinator's own times.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceError } from '@grpc/grpc-js';
import { CHANNEL_OPTIONS, channelCredentials, tokenMetadata } from '../shared/rpc/channel.js';
import type { RunEvent__Output } from '../shared/rpc/gen/mlsql/v1/RunEvent.js';
import type { SubmitRunResponse__Output } from '../shared/rpc/gen/mlsql/v1/SubmitRunResponse.js';
import { mlsqlV1 } from '../shared/rpc/proto.js';
import type { EmbeddedCluster } from '../test/support/embedded-cluster.js';

/** Milliseconds by statement index. The last statement's time goes on until the run is done: its table is evaluated then. */
export async function timedStatements(cluster: EmbeddedCluster, script: string): Promise<readonly number[]> {
  const { address } = JSON.parse(readFileSync(join(cluster.home, 'cluster.json'), 'utf8')) as {
    address: string;
  };
  const { Runs } = mlsqlV1();
  const client = new Runs(address, channelCredentials(), CHANNEL_OPTIONS);
  try {
    const { runId } = await new Promise<SubmitRunResponse__Output>((resolve, reject) => {
      client.SubmitRun({ script }, tokenMetadata(cluster.token), (error: ServiceError | null, response) =>
        error === null ? resolve(response!) : reject(error),
      );
    });
    const started: number[] = [];
    const ended: number[] = [];
    for await (const event of client.FollowRun(
      { runId },
      tokenMetadata(cluster.token),
    ) as AsyncIterable<RunEvent__Output>) {
      if (event.statement != null)
        (event.statement.state === 'running' ? started : ended)[event.statement.index] = event.timeMs;
      if (event.error != null) throw new Error(event.error.message);
      if (event.done != null) ended[ended.length - 1] = event.timeMs;
    }
    return started.map((start, index) => ended[index]! - start);
  } finally {
    client.close();
  }
}
