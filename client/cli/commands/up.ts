// `mlsql up`: an embedded cluster that stays until Ctrl-C.

import type { MlsqlError } from '../../../shared/errors.js';
import { findHome } from '../../embedded/home.js';
import { startEmbedded } from '../../embedded/start-embedded.js';
import { usage } from '../arguments.js';
import { showError } from '../context.js';
import { EXIT_OK, exitCodeOf } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import type { Streams } from '../output/run-output.js';

export interface UpOptions {
  readonly home?: string;
  readonly cluster?: string;
  readonly executors?: number;
  readonly slots?: number;
  readonly grpcPort?: number;
  readonly httpPort?: number;
  readonly json?: boolean;
}

/** @returns 0 when the user ended it, another code where it did not start or broke */
export async function upCommand(options: UpOptions, streams: Streams): Promise<number> {
  const { json = false, executors = 2, slots, grpcPort, httpPort } = options;
  const interrupt = onInterrupt();
  try {
    if (options.cluster !== undefined)
      throw usage('mlsql up starts a cluster, it takes no --cluster', 'name its home with --home');
    const home = findHome(options.home, process.env, process.cwd());
    const cluster = await startEmbedded({
      home: home.dir,
      executors,
      ...(slots !== undefined && { slots }),
      ...(grpcPort !== undefined && { grpcPort }),
      ...(httpPort !== undefined && { httpPort }),
    });
    const { address, httpAddress } = cluster;
    streams.stdout.write(
      json
        ? `${JSON.stringify({ event: 'ready', grpc: address, http: httpAddress, home: cluster.home, pid: process.pid, executors })}\n`
        : `ready: gRPC ${address}, console http://${httpAddress}/, ${executors} executor${executors === 1 ? '' : 's'}, home ${cluster.home} (Ctrl-C ends it)\n`,
    );
    const broken = await Promise.race([
      cluster.lost,
      new Promise<undefined>((resolve) => interrupt.onFirst(() => resolve(undefined))),
    ]);
    if (broken === undefined) streams.stderr.write('ending the cluster (Ctrl-C again leaves at once) …\n');
    await cluster.stop();
    return broken === undefined ? EXIT_OK : reportBroken(broken, json, streams);
  } catch (error) {
    return showError(error, json, streams);
  } finally {
    interrupt.stop();
  }
}

function reportBroken(error: MlsqlError, json: boolean, streams: Streams): number {
  showError(error, json, streams);
  return exitCodeOf(error);
}
