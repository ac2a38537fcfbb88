// An executor in this process with a coordinator, a store and a work folder of its own, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { TaskSpec } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import { type Executor, startExecutor } from '../app.js';
import { executorConfig } from '../config.js';
import { storeFile, TinyCoordinator } from './tiny-coordinator.js';

export const TOKEN = 'the-cluster-token';

export interface TestCluster {
  readonly coordinator: TinyCoordinator;
  readonly address: string;
  readonly store: ObjectStore;
  readonly root: string;
  readonly workDir: string;
  /** Starts an executor; ended with the cluster. */
  executor(name: string, options?: { slots?: number; env?: Record<string, string> }): Promise<Executor>;
  /** A task that runs this script. */
  task(script: string, overrides?: TaskSpec): Promise<TaskSpec>;
  /** An object's text. */
  text(key: string): Promise<string>;
  close(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const root = mkdtempSync(join(tmpdir(), 'mlsql-executor-'));
  const store = await createLocalStore(join(root, 'store'));
  const coordinator = new TinyCoordinator(store.url, TOKEN);
  const address = await coordinator.start();
  const executors: Executor[] = [];
  const workDir = join(root, 'work');
  let staging = 0;
  return {
    coordinator,
    address,
    store,
    root,
    workDir,
    executor: async (name, { slots = 4, env = {} } = {}) => {
      const flags = { coordinator: address, name, slots: String(slots), workDir };
      const executor = await startExecutor(
        executorConfig(flags, {
          PATH: process.env.PATH,
          HOME: root,
          MLSQL_TOKEN: TOKEN,
          MLSQL_LOG_LEVEL: 'silent',
          ...env,
        }),
      );
      executors.push(executor);
      const connected = coordinator.hellos.length;
      await coordinator.until(
        () =>
          coordinator.hellos.length > connected || coordinator.hellos.some((hello) => hello.name === name),
      );
      return executor;
    },
    task: async (script, overrides = {}) => ({
      project: [await storeFile(store, 'train.py', script)],
      script: 'train.py',
      scriptName: 'train.py',
      dataFormat: 'json',
      dataLocal: true,
      cpus: 1,
      graceMs: 500,
      stagingPrefix: `models/m/_staging/${staging++}`,
      ...overrides,
    }),
    text: async (key) => {
      const chunks: Buffer[] = [];
      for await (const chunk of (await store.get(key)).body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    close: async () => {
      for (const executor of executors) executor.stop('the test is over');
      await Promise.allSettled(executors.map((executor) => executor.done));
      coordinator.stop();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Text of a file on disk. */
export async function fileText(path: string): Promise<string> {
  return await readFile(path, 'utf8');
}
