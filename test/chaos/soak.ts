// A chaos soak: a coordinator and four executors train without a pause; after an undisturbed phase one process after the
// other is killed, or put to sleep for longer than its lease, and started again. Then everything is counted.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MlsqlClient } from '../../client/index.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import { type Process, ProcessCluster } from '../support/process-cluster.js';
import { countModels, countRuns } from './counts.js';
import { type Disturbance, disturbances } from './kills.js';
import { GROUPS, TRAIN_PY, TrainStream } from './trains.js';

const EXECUTORS = ['one', 'two', 'three', 'four'];
const SLOTS = 2;
/** Runs at once: more groups than slots, so that no slot waits for a client. */
const LANES = 6;
const TICK_MS = 2000;
const LEASE_MS = 3000;
const PAUSE_MS = LEASE_MS * 1.5;
/** Of the whole time. */
const UNDISTURBED_SHARE = 0.25;
/** The first trains find caches and interpreters cold. */
const WARM_UP_MS = 3000;
const PATIENCE_MS = 60_000;

export interface SoakResult {
  readonly trains: number;
  /** Further attempts that groups took, since their executor was lost. */
  readonly retries: number;
  readonly kills: number;
  readonly pauses: number;
  /** Groups that ended in a second. */
  readonly undisturbed: number;
  readonly disturbed: number;
  /** From the last train's end until every slot was free. */
  readonly slotsFreeMs: number;
  /** What was lost, doubled or left; empty: nothing. */
  readonly violations: readonly string[];
  /** Where the cluster's files and logs are, kept where something was violated. */
  readonly folder: string;
}

/** @param say - takes each disturbance, and what phase begins */
export async function soak(minutes: number, seed: number, say: (line: string) => void): Promise<SoakResult> {
  const cluster = await ProcessCluster.make({
    MLSQL_LEASE_MS: String(LEASE_MS),
    MLSQL_HEARTBEAT_MS: '500',
  });
  const processes = new Processes(cluster);
  const pidsFile = join(cluster.root, 'pids');
  writeFileSync(pidsFile, '');
  cluster.file('train.py', TRAIN_PY);
  const client = new MlsqlClient({ address: cluster.address, token: cluster.token });
  let result: SoakResult | undefined;
  try {
    await processes.startAll();
    const stream = new TrainStream(client, cluster.scripts, pidsFile, seed);
    const working = stream.run(LANES);
    const groupsSince = (sinceMs: number): number =>
      stream.ended.filter(({ endedMs }) => endedMs >= sinceMs).length * GROUPS;
    const phase = async (forMs: number): Promise<number> => {
      const start = Date.now();
      await Promise.race([sleep(forMs), working]);
      return groupsSince(start) / ((Date.now() - start) / 1000);
    };
    const totalMs = minutes * 60_000;
    await phase(WARM_UP_MS);
    say('undisturbed');
    const undisturbed = await phase(totalMs * UNDISTURBED_SHARE - WARM_UP_MS);
    say('disturbed');
    const chaos = new Chaos(processes, seed, say);
    const disturbing = chaos.run();
    const disturbed = await phase(totalMs * (1 - UNDISTURBED_SHARE));
    chaos.stop();
    stream.stop();
    await disturbing;
    await working;
    const endedMs = Date.now();
    const violations = stream.ended.flatMap(({ runId, error }) =>
      error === undefined ? [] : [`run ${runId} ended with ${error}`],
    );
    violations.push(...(await untilIdle(client)));
    const slotsFreeMs = Date.now() - endedMs;
    violations.push(...(await countRuns(client, new Set(stream.acknowledged.keys()))));
    violations.push(...(await countModels(await createLocalStore(cluster.store), stream.acknowledged)));
    const left = readFileSync(pidsFile, 'utf8').trim().split('\n').filter(isScript);
    if (left.length > 0) violations.push(`scripts still run: ${left.join(', ')}`);
    const { kills, pauses } = chaos;
    const retries = stream.ended.reduce((sum, run) => sum + run.retries, 0);
    const trains = stream.ended.length;
    result = {
      ...{ trains, retries, kills, pauses, undisturbed, disturbed, slotsFreeMs, violations },
      folder: cluster.root,
    };
    return result;
  } finally {
    client.close();
    const failed = result === undefined || result.violations.length > 0;
    if (failed) processes.writeLogs();
    await cluster.stop({ keep: failed });
    if (failed) say(`files and logs are kept in ${cluster.root}`);
  }
}

/** Waits until every executor is there and has nothing to do. */
async function untilIdle(client: MlsqlClient): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const executors = await client.executors.list();
    const busy = executors.filter(({ slotsBusy, state }) => slotsBusy > 0 || state === 'lost');
    if (executors.length === EXECUTORS.length && busy.length === 0) return [];
    if (Date.now() > deadline)
      return executors.map(({ name, state, slotsBusy }) => `executor ${name} is ${state}, ${slotsBusy} busy`);
    await sleep(20);
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

/** The cluster's processes by name, with all that earlier ones of the name said. */
class Processes {
  readonly #running = new Map<string, Process>();
  readonly #ended: { readonly name: string; readonly process: Process }[] = [];

  constructor(private readonly cluster: ProcessCluster) {}

  async startAll(): Promise<void> {
    this.#running.set('coordinator', await this.cluster.coordinator());
    for (const name of EXECUTORS) this.start(name);
  }

  start(name: string): void {
    const { cluster } = this;
    const started =
      name === 'coordinator' ? cluster.launch('coordinator').process : cluster.executor(name, SLOTS);
    this.#running.set(name, started);
  }

  get(name: string): Process {
    return this.#running.get(name)!;
  }

  async killAndStart(name: string): Promise<void> {
    const process = this.get(name);
    await process.kill();
    this.#ended.push({ name, process });
    this.start(name);
  }

  /** Names of processes that ended by themselves. */
  get gone(): string[] {
    return [...this.#running].filter(([, process]) => !process.runs).map(([name]) => name);
  }

  writeLogs(): void {
    const folder = join(this.cluster.root, 'logs');
    mkdirSync(folder, { recursive: true });
    const running = [...this.#running].map(([name, process]) => ({ name, process }));
    for (const [at, { name, process }] of [...this.#ended, ...running].entries())
      writeFileSync(join(folder, `${String(at).padStart(4, '0')}-${name}.log`), process.errors);
  }
}

/** Disturbs one process a tick until it is stopped; then all of them run. */
class Chaos {
  kills = 0;
  pauses = 0;
  readonly #stopped = new AbortController();
  readonly #pauses = new Set<Promise<void>>();

  constructor(
    private readonly processes: Processes,
    private readonly seed: number,
    private readonly say: (line: string) => void,
  ) {}

  async run(): Promise<void> {
    const start = Date.now();
    const sequence = disturbances(this.seed, ['coordinator', ...EXECUTORS], Math.ceil(PAUSE_MS / TICK_MS));
    while (!this.#stopped.signal.aborted) {
      const next = sequence.next().value;
      this.say(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${next.how} ${next.target}`);
      await this.#disturb(next);
      await this.#sleep(TICK_MS);
    }
    await Promise.all(this.#pauses);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #disturb({ target, how }: Disturbance): Promise<void> {
    const gone = this.processes.gone;
    if (gone.length > 0) throw new Error(`ended by itself: ${gone.join(', ')}`);
    if (how === 'kill') {
      this.kills += 1;
      await this.processes.killAndStart(target);
      return;
    }
    this.pauses += 1;
    const { child } = this.processes.get(target);
    child.kill('SIGSTOP');
    const awake = this.#sleep(PAUSE_MS).then(() => {
      child.kill('SIGCONT');
      this.#pauses.delete(awake);
    });
    this.#pauses.add(awake);
  }

  #sleep(forMs: number): Promise<void> {
    return sleep(forMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}
