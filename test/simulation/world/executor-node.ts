// An executor: the real agent with its real connection, on a simulated machine. Its process dies and comes back; the
// scripts below it go on meanwhile and are taken over.
import { Metadata } from '@grpc/grpc-js';
import { Agent } from '../../../executor/agent/agent.js';
import type { ExecutorConfig } from '../../../executor/config.js';
import type { LeftAttempt } from '../../../executor/tasks/left-attempts.js';
import { attemptKey, jobId } from '../../../shared/ids.js';
import { createLogger } from '../../../shared/logger.js';
import type { ObjectStore } from '../../../shared/object-store/object-store.js';
import type { AttemptId__Output as AttemptId } from '../../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { ExecutorsClient } from '../../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { TaskSpec__Output as TaskSpec } from '../../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import type { VirtualTime } from '../scheduling/chaos.js';
import type { Faults } from './faults.js';
import { Child } from './machine.js';
import type { Network } from './network.js';
import { SimulatedProcess } from './process.js';
import { SimulatedAttempt } from './simulated-attempt.js';

const silent = createLogger('simulation', 'silent');
const NO_CACHE = { bytes: 0, contents: () => [], takeChanges: () => ({ added: [], dropped: [] }) };
const RESTART_MS = 3_000;

export interface ExecutorWorld {
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly network: Network;
  storeFor(process: SimulatedProcess): ObjectStore;
  /** A script starts on an executor. */
  started(executor: string, id: AttemptId): void;
  /** An executor takes an assignment of this epoch. */
  assigned(executor: string, epoch: number): void;
  /** True: a planted bug. */
  forgetsLeftWork?: boolean;
}

export class ExecutorNode {
  /** Scripts on the machine, ended ones until their results are not needed any more. */
  readonly children = new Map<string, Child>();
  process: SimulatedProcess;
  #agent: Agent | undefined;

  constructor(
    readonly name: string,
    readonly slots: number,
    private readonly world: ExecutorWorld,
  ) {
    this.process = new SimulatedProcess(name, world.time);
    this.process.dead = true;
  }

  start(): void {
    const { world } = this;
    const process = new SimulatedProcess(this.name, world.time);
    this.process = process;
    const store = world.storeFor(process);
    const left = world.forgetsLeftWork === true ? [] : [...this.children.values()];
    const attemptWorld = {
      process,
      store,
      faults: world.faults,
      startChild: (id: AttemptId, task: TaskSpec) => {
        world.started(this.name, id);
        const child = new Child(id, task, world.time, world.faults);
        this.children.set(keyOf(id), child);
        return child;
      },
      removeChild: (child: Child) => {
        if (this.children.get(keyOf(child.id)) === child) this.children.delete(keyOf(child.id));
      },
    };
    const agent = new Agent({
      config: this.#config(),
      client: this.#client(process),
      metadata: new Metadata(),
      clock: process,
      log: silent,
      cache: Promise.resolve(NO_CACHE),
      left: Promise.resolve(left.map(leftOf)),
      pythonVersion: Promise.resolve('3.11.7'),
      workshop: () =>
        Promise.resolve({
          functions: NO_FUNCTIONS,
          attempt: (id, task, send, leftAttempt) => {
            if (leftAttempt === undefined) world.assigned(this.name, id.epoch);
            const left = leftAttempt === undefined ? undefined : this.children.get(keyOf(leftAttempt.id));
            return new SimulatedAttempt(id, task, attemptWorld, send, left);
          },
        }),
      onConnected: () => undefined,
      random: () => world.faults.dice.between(0, 999) / 1000,
    });
    this.#agent = agent;
    const ended = (): void => {
      if (!process.dead) this.stop(world.faults.dice.between(500, RESTART_MS));
    };
    agent.run().then(ended, ended);
  }

  /** The process ends, and another one starts a while later. Scripts go on. */
  stop(restartMs: number): void {
    this.process.kill();
    this.world.network.hangUp(this.process);
    this.world.time.after(restartMs, () => this.start());
  }

  drain(): void {
    this.process.deliver(() => this.#agent?.drain('the simulation wants it', 20_000));
  }

  #config(): ExecutorConfig {
    const config: Partial<ExecutorConfig> = {
      name: this.name,
      slots: this.slots,
      cpus: this.slots,
      memoryBytes: 8 * 1024 ** 3,
      gpuDevices: [],
      orphanGraceMs: 24 * 3_600_000,
    };
    return config as ExecutorConfig;
  }

  #client(process: SimulatedProcess): ExecutorsClient {
    const { network, time } = this.world;
    const client = {
      waitForReady: (deadline: number, callback: (error?: Error) => void) => {
        const look = (): void => {
          if (network.find() !== undefined) process.deliver(() => callback());
          else if (process.now() >= deadline) process.deliver(() => callback(new Error('not ready')));
          else time.after(250, () => process.deliver(look));
        };
        time.after(5, () => process.deliver(look));
      },
      // Asked for the reason alone why nobody answers.
      listExecutors: () => undefined,
      getChannel: () => ({ getTarget: () => 'coordinator' }),
      connect: () => network.connect(process),
    };
    return client as unknown as ExecutorsClient;
  }
}

const NO_FUNCTIONS = {
  connect: () => undefined,
  disconnect: () => undefined,
  prepare: () => Promise.reject(new Error('there are no functions in the simulation')),
  drop: () => undefined,
  link: () => undefined,
  close: () => Promise.resolve(),
};

function leftOf(child: Child): LeftAttempt {
  return { id: child.id, task: child.task, dir: '', shim: { pid: 1, startTicks: 1 }, gpus: [] };
}

function keyOf(id: AttemptId): string {
  return attemptKey({ jobId: jobId(id.jobId), algIndex: id.algIndex, attempt: id.attempt });
}
