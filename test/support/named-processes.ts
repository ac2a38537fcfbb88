// The processes of a cluster by name, each started again when it was killed, with all that earlier ones of a name said.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MlsqlClient } from '../../client/index.js';
import type { Process, ProcessCluster } from './process-cluster.js';

export const COORDINATOR = 'coordinator';
const PATIENCE_MS = 60_000;

export class NamedProcesses {
  readonly #running = new Map<string, Process>();
  readonly #started: { readonly name: string; readonly process: Process }[] = [];

  constructor(
    private readonly cluster: ProcessCluster,
    private readonly executors: readonly string[],
    private readonly slots: number,
  ) {}

  /** Starts all of them; the coordinator is ready when the promise resolves. */
  async startAll(env: (name: string) => Readonly<Record<string, string>> = () => ({})): Promise<void> {
    const { process, line } = this.cluster.launch(COORDINATOR, { env: env(COORDINATOR) });
    this.#keep(COORDINATOR, process);
    if ((await line) === undefined) throw new Error(`the coordinator ended: ${process.errors}`);
    for (const name of this.executors) this.start(name, env(name));
  }

  start(name: string, env: Readonly<Record<string, string>> = {}): Process {
    const { cluster } = this;
    return this.#keep(
      name,
      name === COORDINATOR
        ? cluster.launch(COORDINATOR, { env }).process
        : cluster.executor(name, this.slots, [], env),
    );
  }

  get(name: string): Process {
    return this.#running.get(name)!;
  }

  /** Names of those that have ended. */
  get gone(): string[] {
    return [...this.#running].filter(([, process]) => !process.runs).map(([name]) => name);
  }

  /** Waits until every executor is there and has nothing to do. @returns what keeps them, where they never are */
  async untilIdle(client: MlsqlClient): Promise<string[]> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const executors = await client.executors.list();
      const busy = executors.filter(({ slotsBusy, state }) => slotsBusy > 0 || state === 'lost');
      if (executors.length === this.executors.length && busy.length === 0) return [];
      if (Date.now() > deadline)
        return executors.map(
          ({ name, state, slotsBusy }) => `executor ${name} is ${state}, ${slotsBusy} slots busy`,
        );
      await sleep(20);
    }
  }

  /** What each process said, in the order of their starts. */
  writeLogs(): void {
    const folder = join(this.cluster.root, 'logs');
    mkdirSync(folder, { recursive: true });
    for (const [at, { name, process }] of this.#started.entries())
      writeFileSync(join(folder, `${String(at).padStart(4, '0')}-${name}.log`), process.errors);
  }

  #keep(name: string, process: Process): Process {
    this.#running.set(name, process);
    this.#started.push({ name, process });
    return process;
  }
}
