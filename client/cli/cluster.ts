// Which cluster a command talks to: the one that is named, the one that lives in the home, or one started for its duration.
import { realpathSync } from 'node:fs';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { ClientTls } from '../../shared/rpc/tls.js';
import { readClusterFile } from '../embedded/cluster-file.js';
import { findHome, type Home, homeExists, readToken } from '../embedded/home.js';
import { awaitCluster } from '../embedded/home-lock.js';
import type { EmbeddedCluster } from '../embedded/start-embedded.js';
import type { MlsqlClient } from '../library/mlsql-client.js';
import { readEnvironment } from './environment.js';

const GRPC_PORT_DEFAULT = 50_051;
/** Another command may be starting the home's cluster right now. */
const STARTING_WAIT_MS = 30_000;

export interface ClusterOptions {
  readonly cluster?: string;
  readonly home?: string;
}

/**
 * What a command needs where no cluster lives in its home:
 * `live`: nothing will do but a live one; `store`: a coordinator alone, on a home that exists; `create`: the same, the
 * home may be new; `executors`: a whole cluster.
 */
export type ClusterNeed = 'live' | 'store' | 'create' | 'executors';

export interface ClusterRequest {
  readonly options: ClusterOptions;
  readonly need: ClusterNeed;
  readonly executors?: number;
  readonly slots?: number;
  /** Told which cluster is used, where the user did not name it. */
  readonly onNotice: (text: string) => void;
}

export interface UsedCluster {
  readonly client: MlsqlClient;
  readonly home: Home;
  /** Set where it was started for this command. */
  readonly embedded?: EmbeddedCluster;
  /** Closes the connection, and ends the cluster where it was started for this command. */
  close(): Promise<void>;
}

/**
 * Connects to the cluster that the options and the environment name.
 * @throws MlsqlError MLSQL_CLUSTER_UNREACHABLE, MLSQL_CLUSTER_UNAUTHENTICATED, MLSQL_USAGE_INVALID
 */
export async function useCluster(request: ClusterRequest): Promise<UsedCluster> {
  const { options } = request;
  const environment = readEnvironment(process.env);
  if (options.cluster !== undefined && options.home !== undefined) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', '--cluster and --home exclude each other', {
      hint: 'name the cluster by its address, or by its home',
    });
  }
  const home = findHome(options.home, process.env, process.cwd());
  // A home that the command line names is nearer than a cluster that the environment names.
  const named = options.cluster ?? (options.home === undefined ? environment.cluster : undefined);
  if (named !== undefined) {
    const address = parseAddress(named);
    return connected(
      address,
      environment.token ?? homeTokenFor(address, home),
      home,
      undefined,
      environment.tls,
    );
  }
  for (let retried = false; ; retried = true) {
    const live = await findLiveCluster(home);
    if (live === undefined) break;
    request.onNotice(`using the cluster at ${live.address} (home ${home.dir})`);
    try {
      return await connected(live.address, live.token, home, () => readClusterFile(home)?.address);
    } catch (error) {
      // It may have ended between being found and being called: then it is found no more.
      if (retried || !isMlsqlError(error, 'MLSQL_CLUSTER_UNREACHABLE')) throw error;
    }
  }
  return startFor(request, home);
}

/** The live cluster of a home, and its token; waits for one that is starting. */
export async function findLiveCluster(
  home: Home,
): Promise<{ address: string; httpAddress: string; token: string; pid: number } | undefined> {
  if (!homeExists(home)) return undefined;
  if ((await awaitCluster(realpathSync(home.dir), STARTING_WAIT_MS)) !== 'ready') return undefined;
  const record = readClusterFile(home);
  const token = readToken(home);
  if (record === undefined || token === undefined) return undefined;
  return { address: record.address, httpAddress: record.httpAddress, pid: record.pid, token };
}

async function startFor(request: ClusterRequest, home: Home): Promise<UsedCluster> {
  const { need, executors, slots, onNotice } = request;
  if (need === 'live' || (need === 'store' && !homeExists(home))) {
    throw new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', `no cluster runs in the home ${home.dir}`, {
      hint: 'start one with mlsql up, or name one with --cluster HOST:PORT',
    });
  }
  const { startEmbedded } = await import('../embedded/start-embedded.js');
  onNotice(
    need === 'executors'
      ? `starting a cluster for this command (home ${home.dir})`
      : `no cluster runs in ${home.dir}: this is how things were left; mlsql up goes on with runs that are not done`,
  );
  const embedded = await startEmbedded({
    home: home.dir,
    grpcPort: 0,
    httpPort: 0,
    executors: need === 'executors' ? (executors ?? 2) : 0,
    temporary: true,
    ...(slots !== undefined && { slots }),
  });
  try {
    const used = await connected(embedded.address, embedded.token, home);
    return {
      ...used,
      embedded,
      close: async () => {
        embedded.hide();
        // Without executors it held what an earlier one left, and started nothing.
        if (need === 'executors') await awaitOthers(used.client, onNotice);
        used.client.close();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Other commands may have found this cluster through its home: their runs end before it does. */
async function awaitOthers(client: MlsqlClient, onNotice: (text: string) => void): Promise<void> {
  const running = (await client.runs.list().catch(() => [])).filter((run) => run.state === 'RUNNING');
  if (running.length === 0) return;
  onNotice(
    `waiting for ${running.length} other run${running.length === 1 ? '' : 's'} on this cluster (Ctrl-C ends them)`,
  );
  for (const { runId } of running) {
    try {
      for await (const event of client.follow(runId, { awayMaxMs: 0 })) if (event.event === 'done') break;
    } catch {
      // A run that cannot be followed any more is none to wait for.
    }
  }
}

async function connected(
  address: string,
  token: string,
  home: Home,
  locate: () => string | undefined = () => undefined,
  tls?: ClientTls,
): Promise<UsedCluster> {
  const { connect } = await import('../library/mlsql-client.js');
  const client = await connect({ address, token, locate, ...(tls !== undefined && { tls }) });
  return { client, home, close: async () => client.close() };
}

/**
 * HOST:PORT as it was typed; without a port, the usual one.
 * @throws MlsqlError MLSQL_USAGE_INVALID
 */
export function parseAddress(text: string): string {
  const match = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? GRPC_PORT_DEFAULT);
  if (match === null || port < 1 || port > 65_535) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', `--cluster takes HOST:PORT, got "${text}"`, {
      hint: 'for example 127.0.0.1:50051',
    });
  }
  return `${match[1]}:${port}`;
}

/** A home's token is for the cluster of that home: it is sent to this machine only. */
function homeTokenFor(address: string, home: Home): string {
  const loopback = /^(localhost|127\.[\d.]+|\[::1\]):/.test(address);
  return loopback ? (readToken(home) ?? '') : '';
}
