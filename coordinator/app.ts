// Wires a coordinator: store, models, jobs, tables, functions, runs, and the servers in front of them.
import { existsSync, statSync } from 'node:fs';
import type { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../shared/clock.js';
import { CrashPoints } from '../shared/crash-points/crash-points.js';
import { serverCrashPoints } from '../shared/crash-points/rpc-points.js';
import { storeWithCrashPoints } from '../shared/crash-points/store-points.js';
import { isMlsqlError, MlsqlError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { makeFolder } from '../shared/make-folder.js';
import { Buckets } from '../shared/object-store/buckets.js';
import { checkStore } from '../shared/object-store/check-store.js';
import { isRemote, type ObjectStore } from '../shared/object-store/object-store.js';
import { openStore } from '../shared/object-store/open-store.js';
import { RetryingStore } from '../shared/object-store/retrying-store.js';
import type { FunctionLinkAddress } from '../shared/rpc/function-link.js';
import { TokenGuard } from './api/auth.js';
import { executorsService } from './api/executors-service.js';
import { filesService } from './api/files-service.js';
import { functionsService } from './api/functions-service.js';
import { startGrpcServer } from './api/grpc-server.js';
import { createHttpServer } from './api/http-server.js';
import { jobsService } from './api/jobs-service.js';
import { metricsPage } from './api/metrics.js';
import { runsService } from './api/runs-service.js';
import { TokenSource } from './api/token-source.js';
import { type CoordinatorConfig, type HostPort, isLoopback } from './config.js';
import { engineWithCrashPoints, stateWithCrashPoints } from './crash-points.js';
import { FencedStore } from './fencing/fenced-store.js';
import { StoreClaim } from './fencing/store-claim.js';
import { LogForwarder } from './kafka/log-forwarder.js';
import { RowTopics } from './kafka/row-topics.js';
import { FunctionRegistry } from './models/function-registry.js';
import { createPublisher } from './models/publisher.js';
import { settleClaims } from './models/settle-claims.js';
import { ContentHasher } from './planning/inputs.js';
import { FunctionChannel } from './predict/function-channel.js';
import { FunctionPool } from './predict/function-pool.js';
import type { Services } from './runs/context.js';
import { RunManager } from './runs/run-manager.js';
import { createJobRuntime } from './runtime/job-runtime.js';
import { modelPublisher } from './runtime/model-publisher.js';
import { JobRecords } from './state/job-records.js';
import { probeState } from './state/probe.js';
import { RowTopicRecords } from './state/row-topic-records.js';
import { RunRecords } from './state/run-records.js';
import { StateDb, stateFile } from './state/state-db.js';
import { createTableEngine } from './tables/duck-table-engine.js';

export interface Coordinator {
  /** `host:port` as bound. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  /** Resolves with why this coordinator may change nothing any more: another one has its place. */
  readonly fenced: Promise<MlsqlError>;
  /**
   * Cancels runs and waits for their end, then ends streams and child processes.
   * @param atMostMs - how long to wait for the runs' end; default: as long as it takes
   */
  stop(atMostMs?: number): Promise<void>;
  /** Ends streams and child processes. What runs goes on, and the coordinator that comes next takes it up. */
  suspend(): Promise<void>;
}

/** @throws MlsqlError where store, state folder or addresses cannot be used */
export async function startCoordinator(config: CoordinatorConfig, logger: Logger): Promise<Coordinator> {
  const onBroken = (error: unknown): void =>
    logger.error({ err: error }, 'a token file cannot be used as it is now: the tokens before it still hold');
  const tokens = new TokenSource(config.tokens, systemClock, onBroken);
  const joinTokens = config.joinTokens && new TokenSource(config.joinTokens, systemClock, onBroken);
  const guard = new TokenGuard(tokens, joinTokens, systemClock);
  makeOwnFolder(config.stateDir, '--state');
  makeOwnFolder(config.spoolDir, 'MLSQL_SPOOL');
  const clock = systemClock;
  const startMs = clock.now();
  const points = CrashPoints.from(process.env);
  if (existsSync(stateFile(config.stateDir)) && statSync(stateFile(config.stateDir)).size > 0)
    await probeState(config.stateDir);
  const state = stateWithCrashPoints(points, await StateDb.open(config.stateDir, { now: startMs }));
  const lastEpoch = state.lastEpoch;
  const rawStore = storeWithCrashPoints(points, await openStore(config.storeUrl, process.env));
  await checkStore(rawStore);
  const claim = await StoreClaim.take({
    store: rawStore,
    clock,
    logger,
    clusterId: state.meta.clusterId,
    epochAbove: state.lastEpoch,
    leaseMs: config.leaseMs,
    takeOver: config.takeOver,
  });
  const isCopy = state.isCopy || (lastEpoch > 0 && claim.epochBefore > lastEpoch);
  if (isCopy)
    logger.warn(
      { epoch: lastEpoch, storeEpoch: claim.epochBefore },
      'this state may be older than the store: what happened since is not in it, and trains that it does not know are ended',
    );
  await state.claim(claim.epoch);
  // Outermost: each further try asks anew whether this coordinator may still write.
  const insistent = (fenced: ObjectStore): ObjectStore =>
    isRemote(fenced)
      ? new RetryingStore(fenced, (error) => logger.warn({ err: error }, 'the store is asked again'))
      : fenced;
  const store = insistent(new FencedStore(rawStore, claim));
  let tellFenced: (error: MlsqlError) => void = () => undefined;
  const fenced = new Promise<MlsqlError>((resolve) => {
    tellFenced = resolve;
  });
  void claim.lost.then(tellFenced);
  const onStateLost = (error: unknown): void => {
    if (isMlsqlError(error, 'MLSQL_COORDINATOR_FENCED')) tellFenced(error);
    // Out of whoever's call it happened in: nothing can be trusted any more, so the process ends loudly.
    else
      setImmediate(() => {
        throw error;
      });
  };
  const publisher = createPublisher({ store, logger });
  const jobs = createJobRuntime({
    clock,
    publisher: modelPublisher(publisher),
    stateDir: config.stateDir,
    logger,
    seed: process.pid,
    epoch: claim.epoch,
    stateStore: new JobRecords(state),
    leaseMs: config.leaseMs,
    heartbeatMs: config.heartbeatMs,
    clusterId: state.meta.clusterId,
    storeUrl: config.storeUrl,
    scheduling: { userWeights: config.userWeights },
    onDefect: onStateLost,
  });
  const channel = new FunctionChannel(logger);
  const functions = new FunctionPool(jobs.hub, channel, clock, logger);
  const engine = engineWithCrashPoints(
    points,
    createTableEngine({
      storage: store,
      functionCaller: functions,
      spoolDir: config.spoolDir,
      pythonPath: config.pythonPath,
      logger,
    }),
  );
  let functionLink: FunctionLinkAddress | undefined;
  engine.onFunctionLink((link) => {
    functionLink = link;
    for (const executor of jobs.hub.connected()) jobs.hub.send(executor, { functionLink });
  });
  jobs.hub.onConnected((executor) => {
    if (functionLink !== undefined) jobs.hub.send(executor, { functionLink });
  });
  const logForwarder = new LogForwarder({ jobs, stateDir: config.stateDir, clock, logger });
  const rowTopics = new RowTopics({
    store,
    noted: new RowTopicRecords(state),
    finished: (jobId) => (jobs.get(jobId) === undefined ? undefined : jobs.finished(jobId)),
    clock,
    logger,
  });
  const registry = new FunctionRegistry(store);
  const services: Services = {
    clock,
    store,
    buckets: new Buckets(process.env, (bucket) => insistent(new FencedStore(bucket, claim))),
    hasher: new ContentHasher(store),
    engine,
    jobs,
    publisher,
    registry,
    functions,
    logForwarder,
    rowTopics,
    logger,
    graceMs: config.graceMs,
    listRuns: (limit) => runs.list(limit),
  };
  const runs: RunManager = new RunManager(
    services,
    config.variableDefaults,
    new RunRecords(state),
    onStateLost,
  );

  const grpc = await startGrpcServer(
    {
      runs: runsService(runs, jobs.logs, store),
      jobs: jobsService(jobs, runs, store),
      files: filesService(store),
      functions: functionsService(registry, store),
      executors: { ...executorsService(jobs, logger), ServeFunctions: channel.serve },
    },
    guard,
    config.listen,
    { interceptors: serverCrashPoints(points), ...(config.tls && { tls: config.tls }) },
  );
  let ready = true;
  const http = createHttpServer(
    { runs, guard, logger, ready: () => ready, metrics: metricsPage(jobs, runs, logForwarder.counts) },
    config.http,
    config.tls,
  );
  const httpAddress = await listen(http, config.http).catch(async (error: unknown) => {
    grpc.stop();
    jobs.stop();
    await engine.close();
    throw error;
  });
  if (!isLoopback(config.listen.host) && tokens.isEmpty && config.tls?.clientCa === undefined)
    logger.warn({ address: grpc.address }, 'everyone who reaches this port may do everything: no token');
  logger.info({ grpc: grpc.address, http: httpAddress, store: config.storeUrl }, 'coordinator ready');
  // What another state knew is lost, or what this one knew later and a copy of it does not: the store tells of models,
  // versions and functions, and of trains that never ended.
  if ((lastEpoch === 0 && claim.followsAnother) || isCopy)
    settleClaims({ store, publisher, logger }, (jobId) => jobs.get(jobId) !== undefined, startMs).catch(
      (error: unknown) => logger.error({ err: error }, 'claims of a lost state could not be ended'),
    );
  rowTopics.recover();
  runs.recover({ goOn: !config.holdRuns });
  const end = async (): Promise<void> => {
    await Promise.all([logForwarder.stop(), rowTopics.stop()]);
    jobs.stop();
    await engine.close();
    http.closeAllConnections();
    http.close();
    grpc.stop();
    await claim.release();
    await state.close();
  };
  const refuse = (): void => {
    ready = false;
    grpc.setServing(false);
  };
  return {
    grpcAddress: grpc.address,
    httpAddress,
    fenced,
    stop: async (atMostMs) => {
      refuse();
      await (atMostMs === undefined ? runs.stop() : Promise.race([runs.stop(), sleep(atMostMs)]));
      await end();
    },
    suspend: async () => {
      refuse();
      runs.suspend();
      await end();
    },
  };
}

function listen(server: ReturnType<typeof createServer>, { host, port }: HostPort): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new MlsqlError('MLSQL_USAGE_INVALID', `cannot listen on ${host}:${port}: ${error.message}`, {
          hint: 'choose another port by --http; 0 takes any free one',
          cause: error,
        }),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string')
        throw new Error('a TCP server has an address with a port');
      resolve(`${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}

function makeOwnFolder(folder: string, setting: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    const message = `the folder ${folder} cannot be used: ${(error as Error).message}`;
    throw new MlsqlError('MLSQL_CLUSTER_SETUP', message, {
      hint: `name another one with ${setting}`,
      cause: error,
    });
  }
}
