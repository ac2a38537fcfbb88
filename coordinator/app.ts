// Wires a coordinator: store, models, jobs, tables, functions, runs, and the servers in front of them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../shared/clock.js';
import { MlsqlError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Logger } from '../shared/logger.js';
import { openStore } from '../shared/object-store/open-store.js';
import { TokenGuard } from './api/auth.js';
import { executorsService } from './api/executors-service.js';
import { filesService } from './api/files-service.js';
import { functionsService } from './api/functions-service.js';
import { startGrpcServer } from './api/grpc-server.js';
import { createHttpServer } from './api/http-server.js';
import { jobsService } from './api/jobs-service.js';
import { metricsPage } from './api/metrics.js';
import { runsService } from './api/runs-service.js';
import { type CoordinatorConfig, type HostPort, isLoopback } from './config.js';
import { FunctionRegistry } from './models/function-registry.js';
import { createPublisher } from './models/publisher.js';
import { ContentHasher } from './planning/inputs.js';
import { FunctionChannel } from './predict/function-channel.js';
import { FunctionPool } from './predict/function-pool.js';
import type { Services } from './runs/context.js';
import { RunManager } from './runs/run-manager.js';
import { createJobRuntime } from './runtime/job-runtime.js';
import { modelPublisher } from './runtime/model-publisher.js';
import { createTableEngine } from './tables/duck-table-engine.js';

export interface Coordinator {
  /** `host:port` as bound. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  /**
   * Cancels runs and waits for their end, then ends streams and child processes.
   * @param atMostMs - how long to wait for the runs' end; default: as long as it takes
   */
  stop(atMostMs?: number): Promise<void>;
}

/** @throws MlsqlError where store, state folder or addresses cannot be used */
export async function startCoordinator(config: CoordinatorConfig, logger: Logger): Promise<Coordinator> {
  for (const folder of [config.stateDir, config.spoolDir])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const store = await openStore(config.storeUrl, process.env);
  const clock = systemClock;
  const publisher = createPublisher({ store, logger });
  const jobs = createJobRuntime({
    clock,
    publisher: modelPublisher(publisher),
    stateDir: config.stateDir,
    logger,
    seed: process.pid,
    epoch: clock.now(),
    leaseMs: config.leaseMs,
    heartbeatMs: config.heartbeatMs,
    clusterId: clusterIdOf(config.stateDir),
    storeUrl: config.storeUrl,
    // Out of whoever's call it happened in: nothing can be trusted any more, so the process ends loudly.
    onDefect: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
  });
  const channel = new FunctionChannel(logger);
  const functions = new FunctionPool(jobs.hub, channel, clock, logger);
  const engine = createTableEngine({
    storage: store,
    functionCaller: functions,
    spoolDir: config.spoolDir,
    pythonPath: config.pythonPath,
    logger,
  });
  const registry = new FunctionRegistry(store);
  const services: Services = {
    clock,
    store,
    hasher: new ContentHasher(store),
    engine,
    jobs,
    publisher,
    registry,
    functions,
    logger,
    graceMs: config.graceMs,
    listRuns: (limit) => runs.list(limit),
  };
  const runs: RunManager = new RunManager(services, config.variableDefaults);

  const guard = new TokenGuard(config.token);
  const grpc = await startGrpcServer(
    {
      runs: runsService(runs, jobs.logs, store),
      jobs: jobsService(jobs),
      files: filesService(store),
      functions: functionsService(registry, store),
      executors: { ...executorsService(jobs, logger), ServeFunctions: channel.serve },
    },
    guard,
    config.listen,
  );
  let ready = true;
  const http = createHttpServer(
    { runs, guard, logger, ready: () => ready, metrics: metricsPage(jobs, runs) },
    config.http,
  );
  const httpAddress = await listen(http, config.http).catch(async (error: unknown) => {
    grpc.stop();
    jobs.stop();
    await engine.close();
    throw error;
  });
  if (!isLoopback(config.listen.host) && config.token === '')
    logger.warn({ address: grpc.address }, 'everyone who reaches this port may do everything: no token');
  logger.info({ grpc: grpc.address, http: httpAddress, store: config.storeUrl }, 'coordinator ready');
  return {
    grpcAddress: grpc.address,
    httpAddress,
    stop: async (atMostMs) => {
      ready = false;
      grpc.setServing(false);
      await (atMostMs === undefined ? runs.stop() : Promise.race([runs.stop(), sleep(atMostMs)]));
      jobs.stop();
      await engine.close();
      http.closeAllConnections();
      http.close();
      grpc.stop();
    },
  };
}

/** The cluster's own id, made at its first start and kept with its state: executors know their cluster by it. */
function clusterIdOf(stateDir: string): string {
  const file = join(stateDir, 'cluster-id');
  if (!existsSync(file)) {
    const whole = `${file}.${process.pid}`;
    writeFileSync(whole, newId('cluster'), { mode: 0o600 });
    renameSync(whole, file);
  }
  return readFileSync(file, 'utf8').trim();
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
