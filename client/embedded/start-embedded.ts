// An embedded cluster: the same coordinator and executors as a real one, as processes of this machine, in one home.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { asMlsqlError, isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { DIST_ROOT } from '../../shared/paths.js';
import { type Child, EXIT_IN_ORDER, startChild } from './child.js';
import {
  type ClusterRecord,
  coordinatorRuns,
  processStart,
  readClusterFile,
  removeClusterFile,
  writeClusterFile,
} from './cluster-file.js';
import { cpuLimit } from './cpu-limit.js';
import { type Home, homeAt, openHome } from './home.js';
import { acquireHomeLock, type HomeLock } from './home-lock.js';
import { choosePort, GRPC_PORT_DEFAULT, HTTP_PORT_DEFAULT, LOOPBACK } from './ports.js';

const EXECUTORS_DEFAULT = 2;
const WORK_DIR_DEFAULT = '/tmp/__mlsql__';
/** What running scripts have from SIGTERM to SIGKILL, where MLSQL_GRACE_MS says nothing else. */
const SCRIPT_GRACE_DEFAULT_MS = 10_000;
/** Behind the last script's end: its results come in, what was claimed is published as cancelled. */
const PUBLISH_PATIENCE_MS = 10_000;
/** Executors end behind their coordinator: they have nobody left to tell, and nothing more to do. */
const EXECUTOR_GRACE_MS = 1_000;
/** A coordinator whose starter was killed sees its input end, and leaves; this long it may take. */
const ORPHAN_WAIT_MS = 15_000;
/** A port that was free may be taken before the coordinator listens on it. */
const PORT_TRIES = 3;
/** A process that dies is started again, at most so often in a row... */
const RESTARTS_MAX = 5;
/** ...the coordinator so much later each time... */
const RESTART_DELAY_MS = 500;
/** ...where it lived shorter than this. */
const RESTART_HEALTHY_MS = 30_000;

export interface EmbeddedOptions {
  /** The home folder; made where it is missing. */
  readonly home: string;
  /** Executor processes; default 2. 0: a coordinator alone. */
  readonly executors?: number;
  /** Slots of each executor; default: the processors shared among them, at least 1. */
  readonly slots?: number;
  /** Default 50051 if it is free, else any; 0: any free one. */
  readonly grpcPort?: number;
  /** Default 9003 if it is free, else any; 0: any free one. */
  readonly httpPort?: number;
  /** Started for one command only. */
  readonly temporary?: boolean;
  /** Take the home's store from whoever holds it, and from whatever state it belongs to. */
  readonly takeOver?: boolean;
  /** Where executors work and keep their cache; default MLSQL_WORK_DIR, else /tmp/__mlsql__. */
  readonly workDir?: string;
}

export interface EmbeddedCluster {
  /** gRPC, HOST:PORT. */
  readonly address: string;
  /** Console and HTTP, HOST:PORT. */
  readonly httpAddress: string;
  readonly token: string;
  readonly home: string;
  /** Resolves when the cluster broke by itself: its coordinator or an executor keeps dying. */
  readonly lost: Promise<MlsqlError>;
  /** From now on nobody finds the cluster through its home; those who use it already go on. */
  hide(): void;
  /**
   * Ends all processes. One that was started for a command cancels what runs: scripts have their grace, and what was claimed
   * is published. One that stays leaves its runs for the next start; their scripts are ended, and tried again then.
   */
  stop(): Promise<void>;
}

/**
 * Starts a coordinator and its executors and waits until all are ready. They end with this process, however it ends.
 * @throws MlsqlError MLSQL_CLUSTER_HOME_BUSY, MLSQL_USAGE_INVALID for a port that is taken, or why a process did not start
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedCluster> {
  const { home, token } = openHome(homeAt(options.home));
  const lock = await acquireHomeLock(home.dir);
  if (lock === undefined) throw homeBusy(home);
  try {
    await awaitOrphan(home);
    return await startProcesses(home, token, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startProcesses(
  home: Home,
  token: string,
  lock: HomeLock,
  options: EmbeddedOptions,
): Promise<EmbeddedCluster> {
  for (let attempt = 1; ; attempt += 1) {
    const grpc = await choosePort('--grpc-port', options.grpcPort, GRPC_PORT_DEFAULT);
    const http = await choosePort('--http-port', options.httpPort, HTTP_PORT_DEFAULT);
    const cluster = new EmbeddedProcesses(
      home,
      lock,
      options,
      `${LOOPBACK}:${grpc.port}`,
      `${LOOPBACK}:${http.port}`,
    );
    try {
      const httpAddress = await cluster.start();
      return {
        address: cluster.address,
        httpAddress,
        token,
        home: home.dir,
        lost: cluster.lost,
        hide: () => removeClusterFile(home),
        stop: () => cluster.stop(),
      };
    } catch (error) {
      await cluster.end();
      const portLost = /EADDRINUSE|address already in use/i.test(
        `${(error as Error).message} ${(error as MlsqlError).details?.traceback ?? ''}`,
      );
      if (!portLost || !(grpc.free || http.free) || attempt === PORT_TRIES) throw error;
    }
  }
}

/** The processes of one cluster, from start to end. */
class EmbeddedProcesses {
  readonly lost: Promise<MlsqlError>;
  #reportLost!: (error: MlsqlError) => void;
  #stopping = false;
  #coordinator: Child | undefined;
  readonly #executors = new Map<string, Child>();

  constructor(
    private readonly home: Home,
    private readonly lock: HomeLock,
    private readonly options: EmbeddedOptions,
    readonly address: string,
    private readonly httpWanted: string,
  ) {
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
  }

  /** Runs that are not done when it is told to end go on at its next start. */
  get #staysForRuns(): boolean {
    return this.options.temporary !== true;
  }

  /** @returns the HTTP address */
  async start(): Promise<string> {
    const { executors = EXECUTORS_DEFAULT } = this.options;
    const coordinator = this.#startCoordinator();
    this.#coordinator = coordinator;
    // The record stands before the coordinator is ready: if we are killed now, the next starter waits for its end.
    const record: ClusterRecord = {
      address: this.address,
      httpAddress: '',
      pid: process.pid,
      coordinatorPid: coordinator.pid,
      coordinatorStart: processStart(coordinator.pid),
      startTimeMs: Date.now(),
    };
    writeClusterFile(this.home, record);
    // Executors start at the same time and knock until the coordinator listens.
    const starting = Array.from({ length: executors }, (_, index) =>
      this.#startExecutor(`executor-${index + 1}`),
    );
    const [ready] = await Promise.all([coordinator.ready, ...starting.map((child) => child.ready)]);
    const httpAddress = String(ready.http ?? this.httpWanted);
    writeClusterFile(this.home, { ...record, httpAddress });
    this.lock.announceReady();
    this.#watchCoordinator(coordinator, { ...record, httpAddress }, Date.now(), 0);
    for (const child of starting) this.#watchExecutor(child, Date.now(), 0);
    return httpAddress;
  }

  /** Ends the processes and gives the home free. */
  async stop(): Promise<void> {
    await this.end();
    this.lock.release();
  }

  /** Ends the processes; the home stays ours. */
  async end(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const patienceMs = scriptGraceMs(process.env) + PUBLISH_PATIENCE_MS;
    const executorsEnd = (graceMs: number): Promise<unknown> =>
      Promise.all([...this.#executors.values()].map((child) => child.stop(graceMs)));
    // Where runs stay, the executors are first: they end their scripts, keep their last checkpoints, and say so.
    if (this.#staysForRuns) await executorsEnd(patienceMs);
    // It cancels what runs otherwise, and needs the executors to end the scripts and to tell that they did.
    await this.#coordinator?.stop(patienceMs);
    await executorsEnd(EXECUTOR_GRACE_MS);
    removeClusterFile(this.home);
  }

  /** Starts the coordinator again when it dies: what ran goes on, and its executors find it where it was. */
  #watchCoordinator(child: Child, record: ClusterRecord, startMs: number, restarts: number): void {
    void child.exited.then((how) => {
      if (this.#stopping) return;
      const soon = Date.now() - startMs < RESTART_HEALTHY_MS ? restarts + 1 : 0;
      if (soon > RESTARTS_MAX) {
        this.#reportLost(
          new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', `the coordinator keeps ending (${how})`, {
            hint: `see ${this.#logFile('coordinator')}`,
          }),
        );
        return;
      }
      // The first time at once, then ever later.
      setTimeout(() => this.#restartCoordinator(record, soon), RESTART_DELAY_MS * Math.max(0, soon - 1));
    });
  }

  #restartCoordinator(record: ClusterRecord, restarts: number): void {
    if (this.#stopping) return;
    const next = this.#startCoordinator(record.httpAddress);
    this.#coordinator = next;
    const coordinatorStart = processStart(next.pid);
    const renewed = { ...record, coordinatorPid: next.pid, coordinatorStart };
    writeClusterFile(this.home, renewed);
    // One that was killed on its way is started again like any other; one that says why it cannot start is not.
    next.ready.catch((error: unknown) => {
      if (!this.#stopping && !isMlsqlError(error, 'MLSQL_CLUSTER_SETUP'))
        this.#reportLost(asMlsqlError(error));
    });
    this.#watchCoordinator(next, renewed, Date.now(), restarts);
  }

  #startCoordinator(http = this.httpWanted): Child {
    const { home } = this;
    // Store URLs are literal: nothing in the path is encoded.
    const args = [
      '--listen',
      this.address,
      '--http',
      http,
      '--store',
      `file://${home.storeDir}`,
      '--state',
      home.stateDir,
    ];
    return startChild({
      name: 'coordinator',
      main: join(DIST_ROOT, 'coordinator/main.js'),
      args: [
        ...args,
        '--token-file',
        home.tokenFile,
        '--exit-with-parent',
        ...(this.options.takeOver === true ? ['--take-over'] : []),
        // What stays until it is told to end goes on with its runs when it is started again.
        ...(this.#staysForRuns ? ['--keep-runs'] : []),
        // Without executors nothing could go on; it is there for a look.
        ...(this.options.executors === 0 && this.options.temporary === true ? ['--hold-runs'] : []),
      ],
      logFile: this.#logFile('coordinator'),
    });
  }

  #startExecutor(name: string): Child {
    const { executors = EXECUTORS_DEFAULT } = this.options;
    const slots = this.options.slots ?? Math.max(1, Math.floor(cpuLimit(availableParallelism()) / executors));
    const workDir = this.options.workDir ?? (process.env.MLSQL_WORK_DIR || WORK_DIR_DEFAULT);
    const child = startChild({
      name,
      main: join(DIST_ROOT, 'executor/main.js'),
      args: [
        '--coordinator',
        this.address,
        '--name',
        name,
        '--slots',
        String(slots),
        '--work-dir',
        workDir,
        '--token-file',
        this.home.tokenFile,
        '--exit-with-parent',
        // When it is told to end, it hands on what it runs at once.
        ...(this.#staysForRuns ? ['--drain-timeout', '1ms'] : []),
      ],
      logFile: this.#logFile(name),
    });
    this.#executors.set(name, child);
    return child;
  }

  /** Starts an executor again when it dies: jobs wait for it meanwhile. One that was drained has left, and stays away. */
  #watchExecutor(child: Child, startMs: number, restarts: number): void {
    void child.exited.then((how) => {
      if (this.#stopping || how === EXIT_IN_ORDER) return;
      const soon = Date.now() - startMs < RESTART_HEALTHY_MS ? restarts + 1 : 0;
      if (soon > RESTARTS_MAX) {
        this.#reportLost(
          new MlsqlError('MLSQL_CLUSTER_SETUP', `${child.name} keeps ending (${how})`, {
            hint: `see ${this.#logFile(child.name)}`,
          }),
        );
        return;
      }
      this.#watchExecutor(this.#startExecutor(child.name), Date.now(), soon);
    });
  }

  #logFile(name: string): string {
    return join(this.home.logsDir, `${name}.log`);
  }
}

/** As the coordinator reads it; it refuses what is no number of milliseconds. */
function scriptGraceMs(env: NodeJS.ProcessEnv): number {
  return Number(env.MLSQL_GRACE_MS) || SCRIPT_GRACE_DEFAULT_MS;
}

/** Waits for the coordinator of a starter that was killed: it sees that its parent is gone, and ends. */
async function awaitOrphan(home: Home): Promise<void> {
  const record = readClusterFile(home);
  if (record === undefined) return;
  const deadlineMs = Date.now() + ORPHAN_WAIT_MS;
  while (coordinatorRuns(record)) {
    if (Date.now() > deadlineMs) throw homeBusy(home);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  removeClusterFile(home);
}

function homeBusy(home: Home): MlsqlError {
  const record = readClusterFile(home);
  const where = record === undefined ? '' : ` at ${record.address} (process ${record.pid})`;
  return new MlsqlError(
    'MLSQL_CLUSTER_HOME_BUSY',
    `the home ${home.dir} is used by another cluster${where}`,
    {
      hint: 'commands with the same --home use that cluster; end it first, or name another home',
    },
  );
}
