// `mlsql up`: an embedded cluster that stays until Ctrl-C.

import { MlsqlError } from '../../../shared/errors.js';
import { findHome } from '../../embedded/home.js';
import { startEmbedded } from '../../embedded/start-embedded.js';
import { EXIT_OK } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import type { Streams } from '../output/run-output.js';

export interface UpOptions {
  readonly home?: string;
  readonly cluster?: string;
  readonly executors?: number;
  readonly slots?: number;
  readonly grpcPort?: number;
  readonly httpPort?: number;
  readonly takeOver?: boolean;
  readonly json?: boolean;
}

/** @returns 0 when the user ended it, another code where it did not start or broke */
export async function upCommand(options: UpOptions, streams: Streams): Promise<number> {
  const { json = false, executors = 2, slots, grpcPort, httpPort, takeOver } = options;
  const interrupt = onInterrupt();
  try {
    if (options.cluster !== undefined)
      throw new MlsqlError('MLSQL_USAGE_INVALID', 'mlsql up starts a cluster, it takes no --cluster', {
        hint: 'name its home with --home',
      });
    const home = findHome(options.home, process.env, process.cwd());
    const cluster = await startEmbedded({
      home: home.dir,
      executors,
      ...(slots !== undefined && { slots }),
      ...(grpcPort !== undefined && { grpcPort }),
      ...(httpPort !== undefined && { httpPort }),
      ...(takeOver !== undefined && { takeOver }),
    });
    const { address, httpAddress } = cluster;
    streams.stdout.write(
      json
        ? `${JSON.stringify({ event: 'ready', grpc: address, http: httpAddress, home: cluster.home, pid: process.pid, executors })}\n`
        : `ready: gRPC ${address}, HTTP http://${httpAddress}/, ${executors} executor${executors === 1 ? '' : 's'}, home ${cluster.home} (Ctrl-C ends it)\n`,
    );
    const broken = await Promise.race([
      cluster.lost,
      new Promise<undefined>((resolve) => interrupt.onFirst(() => resolve(undefined))),
    ]);
    if (broken === undefined)
      streams.stderr.write(
        'ending the cluster; runs that are not done go on at the next mlsql up (Ctrl-C again leaves at once) …\n',
      );
    await cluster.stop();
    return broken === undefined ? EXIT_OK : await report(broken, json, streams);
  } catch (error) {
    return await report(error, json, streams);
  } finally {
    interrupt.stop();
  }
}

/** Loaded when something is wrong only: what it takes to show an error would slow every start down. */
async function report(error: unknown, json: boolean, streams: Streams): Promise<number> {
  const { showError } = await import('../output/show-error.js');
  return showError(error, json, streams);
}
