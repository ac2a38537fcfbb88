// Puts an executor together from its parts. Dials at once; whatever else takes time goes on beside it.
import { systemClock } from '../shared/clock.js';
import { CrashPoints, withCrashPoints } from '../shared/crash-points/crash-points.js';
import { clientCrashPoints } from '../shared/crash-points/rpc-points.js';
import { storeWithCrashPoints } from '../shared/crash-points/store-points.js';
import { createLogger } from '../shared/logger.js';
import { channelCredentials, clientOptions, tokenMetadata } from '../shared/rpc/channel.js';
import { executorsV1 } from '../shared/rpc/proto.js';
import { Agent, type Workshop } from './agent/agent.js';
import { BlobCache } from './cache/blob-cache.js';
import { openWorkDir } from './cache/work-dir.js';
import type { ExecutorConfig } from './config.js';
import { checkConfiguredPython } from './configured-python.js';
import { FunctionHost } from './functions/function-host.js';
import { CACHE_ENTRIES_MAX, FLOW_CONTROL_WINDOW_BYTES } from './limits.js';
import { ReadyFile } from './ready-file.js';
import { Attempt, type AttemptDeps } from './tasks/attempt.js';
import { allowedEnvironment } from './tasks/environment.js';
import { GpuPool } from './tasks/gpu-pool.js';
import { defaultInterpreter, interpreterVersion, launcherInterpreter } from './tasks/interpreter.js';
import { Launcher } from './tasks/launcher.js';
import { NOTHING_LEFT, takeLeftWork } from './tasks/left-attempts.js';
import { closeSessionFolders, openSessionFolders, sweepDeadSessions } from './tasks/session-folder.js';
import { Syncer } from './tasks/sync.js';
import { Uploader } from './tasks/upload.js';

/** A running executor. */
export interface Executor {
  /** Resolves at the first welcome of a coordinator. */
  readonly ready: Promise<void>;
  /** Ends when it was drained, stopped, or refused by the coordinator (then with that error). */
  readonly done: Promise<void>;
  /** Takes nothing new, ends what it has, leaves. */
  drain(reason: string): void;
  /** Has every script end, and leaves without waiting. */
  stop(reason: string): void;
}

/**
 * Starts an executor.
 * @throws MlsqlError MLSQL_CLUSTER_WORK_DIR where the work folder is not this user's own; MLSQL_USAGE_INVALID where the
 * configured interpreter cannot be used
 */
export async function startExecutor(config: ExecutorConfig): Promise<Executor> {
  const log = createLogger('executor', config.environment.MLSQL_LOG_LEVEL ?? 'info').child({
    executor: config.name,
  });
  const clock = systemClock;
  const points = CrashPoints.from(config.environment);
  const leftovers = withCrashPoints(
    points,
    'leftovers',
    { openSessionFolders, takeLeftWork, sweepDeadSessions, closeSessionFolders },
    { openSessionFolders: true, takeLeftWork: true, sweepDeadSessions: true, closeSessionFolders: true },
  );
  const client = new (executorsV1().Executors)(config.coordinator, channelCredentials(config.tls), {
    ...clientOptions(config.coordinator, config.tls),
    'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
    interceptors: clientCrashPoints(points),
  });
  const metadata = tokenMetadata(config.token);
  // A coordinator that is not there yet is waited for.
  metadata.setOptions({ waitForReady: true });
  client.getChannel().getConnectivityState(true);

  const interpreters = {
    configured: config.python,
    map: config.pythonMap,
    searchPath: config.environment.PATH ?? '',
  };
  const pythonVersion = probe(() => interpreterVersion(defaultInterpreter(interpreters)));
  const [workDir] = await Promise.all([
    openWorkDir(config.workDir),
    checkConfiguredPython(interpreters),
  ]).catch((error: unknown) => {
    client.close();
    throw error;
  });
  const [cache, folders] = await Promise.all([
    BlobCache.open(workDir, { bytesMax: config.cacheBytes, entriesMax: CACHE_ENTRIES_MAX }, log),
    leftovers.openSessionFolders(workDir),
  ]);
  const launcher = withCrashPoints(
    points,
    'launcher',
    new Launcher(() => launcherInterpreter(interpreters), allowedEnvironment(config.environment), log),
    { start: true },
  );

  const workshop = async (storeUrl: string): Promise<Workshop> => {
    launcher.warm();
    const { openStore } = await import('../shared/object-store/open-store.js');
    const store = storeWithCrashPoints(points, await openStore(storeUrl, config.environment));
    const syncer = new Syncer(store, withCrashPoints(points, 'cache', cache, { give: true }));
    const shared = { interpreters, environment: config.environment, clock, log };
    const deps: AttemptDeps = {
      ...shared,
      store,
      syncer,
      uploader: new Uploader(store),
      launcher,
      gpus: new GpuPool(config.gpuDevices),
      executorName: config.name,
      folder: folders.attempts,
      diskBytes: config.attemptDiskBytes,
    };
    const functions = new FunctionHost({
      ...shared,
      syncer,
      client,
      metadata,
      executor: config.name,
      session: agent.session,
      folder: folders.functions,
      workersMax: config.slots,
    });
    return { functions, attempt: (id, task, send, left) => new Attempt(id, task, deps, send, left) };
  };

  const left = leftovers.takeLeftWork(workDir, config.name, log);
  const scanned = cache.scan().then(() => cache);
  const readyFile = new ReadyFile(config.readyFile, log);
  let welcomed = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    welcomed = resolve;
  });
  const agent = new Agent({
    config,
    client,
    metadata,
    clock,
    log,
    cache: scanned,
    left: left.then(({ attempts }) => attempts),
    pythonVersion,
    workshop,
    onConnected: () => {
      readyFile.show();
      welcomed();
    },
    onUnavailable: () => readyFile.hide(),
  });
  // The clock's timers do not keep the process alive; the agent's work does, also while nobody is connected.
  const alive = setInterval(() => undefined, 2 ** 30);
  const done = agent.run().finally(async () => {
    clearInterval(alive);
    readyFile.hide();
    client.close();
    launcher.close();
    await cache.close();
    await leftovers.closeSessionFolders(folders, (await left.catch(() => NOTHING_LEFT)).sessions);
  });
  left
    .then((taken) => leftovers.sweepDeadSessions(workDir, log, taken))
    .catch((error: unknown) => {
      log.warn({ err: error }, 'what dead executors left could not be cleared up');
    });
  return {
    ready,
    done,
    drain: (reason) => agent.drain(reason, config.drainTimeoutMs),
    stop: (reason) => agent.abandon(reason),
  };
}

/** Empty where it fails: an executor without an interpreter still runs scripts that name one. */
async function probe(version: () => Promise<string>): Promise<string> {
  try {
    return await version();
  } catch {
    return '';
  }
}
