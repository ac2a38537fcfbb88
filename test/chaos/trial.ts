// A cluster of processes under a stream of trains, disturbed in some way; at the end everything is counted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlsqlClient } from '../../client/index.js';
import { OWNER } from '../../executor/tasks/session-folder.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import { NamedProcesses } from '../support/named-processes.js';
import { eventually, ProcessCluster } from '../support/process-cluster.js';
import { countModels, countRuns } from './counts.js';
import { RESUMED, TRAIN_PY, type TrainKind, TrainStream } from './trains.js';

/** Of executors and of the coordinator's claim, in milliseconds. */
export const LEASE_MS = 3000;

const FOLDERS_PATIENCE_MS = 40_000;

export interface TrialOptions {
  readonly executors: readonly string[];
  readonly slots: number;
  /** Runs at once. */
  readonly lanes: number;
  readonly kind: TrainKind;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface Trial {
  readonly root: string;
  readonly processes: NamedProcesses;
  readonly stream: TrainStream;
}

export interface TrialResult<T> {
  readonly outcome: T;
  readonly trains: number;
  /** Further attempts that groups took, since their executor was lost. */
  readonly retries: number;
  /** Those among them that found a checkpoint. */
  readonly resumed: number;
  /** From the last train's end until every slot was free. */
  readonly slotsFreeMs: number;
  /** What was lost, doubled or left; empty: nothing. */
  readonly violations: readonly string[];
}

/** @param disturb - in the end all processes run; what was violated by then it returns or throws */
export async function trial<T>(
  options: TrialOptions,
  disturb: (trial: Trial) => Promise<T>,
): Promise<TrialResult<T>> {
  const { executors, slots, lanes, kind, seed, say } = options;
  const cluster = await ProcessCluster.make({
    MLSQL_LEASE_MS: String(LEASE_MS),
    MLSQL_HEARTBEAT_MS: '500',
  });
  const processes = new NamedProcesses(cluster, executors, slots);
  const pidsFile = join(cluster.root, 'pids');
  for (const file of [pidsFile, pidsFile + RESUMED]) writeFileSync(file, '');
  cluster.file('train.py', TRAIN_PY);
  const client = new MlsqlClient({ address: cluster.address, token: cluster.token });
  let sound = false;
  try {
    await processes.startAll();
    const stream = new TrainStream(client, cluster.scripts, pidsFile, kind, seed);
    const working = stream.run(lanes);
    const broken = working.then(() => new Promise<never>(() => undefined));
    const outcome = await Promise.race([disturb({ root: cluster.root, processes, stream }), broken]);
    stream.stop();
    await working;
    const endedMs = Date.now();
    const violations = stream.ended.flatMap(({ runId, error }) =>
      error === undefined ? [] : [`run ${runId} ended with ${error}`],
    );
    violations.push(...(await processes.untilIdle(client)));
    const slotsFreeMs = Date.now() - endedMs;
    violations.push(...(await countRuns(client, new Set(stream.acknowledged.keys()))));
    const store = await createLocalStore(cluster.store);
    violations.push(...(await countModels(store, stream.acknowledged)));
    violations.push(...((await kind.check?.(store, [...stream.acknowledged.keys()])) ?? []));
    violations.push(...(await leftFolders(cluster.root, executors)));
    const left = linesOf(pidsFile).filter(isScript);
    if (left.length > 0) violations.push(`scripts still run: ${left.join(', ')}`);
    const retries = stream.ended.reduce((sum, run) => sum + run.retries, 0);
    const resumed = linesOf(pidsFile + RESUMED).length;
    sound = violations.length === 0;
    return { outcome, trains: stream.ended.length, retries, resumed, slotsFreeMs, violations };
  } finally {
    client.close();
    if (!sound) processes.writeLogs();
    await cluster.stop({ keep: !sound });
    if (!sound) say(`files and logs are kept in ${cluster.root}`);
  }
}

const linesOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** Waits until no executor keeps an attempt's folder. @returns those that stay */
async function leftFolders(root: string, executors: readonly string[]): Promise<string[]> {
  const left = (): string[] =>
    executors.flatMap((name) => {
      const attempts = join(root, `work-${name}/attempts`);
      return entriesOf(attempts)
        .flatMap((session) => entriesOf(join(attempts, session)).map((entry) => join(session, entry)))
        .filter((path) => !path.endsWith(`/${OWNER}`))
        .map((path) => `executor ${name} keeps ${path}`);
    });
  return await eventually('nothing is left', () => left().length === 0, FOLDERS_PATIENCE_MS).then(
    () => [],
    () => left(),
  );
}

/** None of a folder that is gone meanwhile. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** Whether the pid is still a script's: it may be another's by now. */
function isScript(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('MLSQL_ALG_INDEX=');
  } catch {
    return false;
  }
}
