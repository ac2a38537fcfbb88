// One story: a seed's coordinators, executors, network, store and disk; a storm of faults, then calm in which all work must
// end. The same seed tells the same story, event by event.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { selectModel } from '../../coordinator/models/select-model.js';
import type { step } from '../../coordinator/scheduling/step.js';
import { isMlsqlError } from '../../shared/errors.js';
import { COORDINATOR_KEY } from '../../shared/object-store/keys.js';
import { Oracle, Violation } from './oracle.js';
import type { Plant, PlantWorld } from './planted.js';
import { Dice, VirtualTime } from './scheduling/chaos.js';
import { sha256 } from './world/content.js';
import { CoordinatorNode, type CoordinatorWorld, LEASE_MS, type Seams } from './world/coordinator-node.js';
import { ExecutorNode } from './world/executor-node.js';
import { type Fault, Faults } from './world/faults.js';
import { MemoryStore } from './world/memory-store.js';
import { Network } from './world/network.js';
import { SimulatedProcess } from './world/process.js';
import { RemoteStore } from './world/remote-store.js';
import { StateDisk } from './world/state-disk.js';
import { SCRIPT_BYTES, SCRIPT_FILE, Train } from './world/trains.js';

const STORM_MS = 90_000;
const CALM_MS = 1_800_000;
/** What is still under way at the end must not undo anything. */
const AFTERMATH_MS = 600_000;
const EVENTS_KEPT = 50;

export interface StoryEnd {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly events: readonly string[];
  readonly faults: readonly Fault[];
  readonly steps: number;
  readonly virtualMs: number;
  readonly trace: string;
}

export class Story {
  readonly #time = new VirtualTime();
  readonly #dice: Dice;
  readonly #faults: Faults;
  readonly #oracle: Oracle;
  readonly #store: MemoryStore;
  readonly #network: Network;
  readonly #disk: StateDisk;
  readonly #seams: Seams;
  readonly #plantWorld: PlantWorld;
  readonly #executors: ExecutorNode[] = [];
  readonly #coordinators = new Set<CoordinatorNode>();
  readonly #trains = new Map<string, Train>();
  readonly #trace = createHash('sha256');
  readonly #events: string[] = [];
  /** Of the store, renewed claims apart. */
  #changes = 0;
  #processes = 0;
  #starting = false;
  #steps = 0;

  constructor(
    readonly seed: number,
    private readonly plant: Plant | undefined = undefined,
  ) {
    this.#dice = new Dice(seed);
    this.#faults = new Faults(this.#dice);
    this.#oracle = new Oracle(() => this.#store);
    this.#store = new MemoryStore(
      () => this.#time.nowMs,
      (change) => {
        this.#note(`store ${change.after === undefined ? 'removes' : 'has'} ${change.key}`);
        if (change.key !== COORDINATOR_KEY) this.#changes += 1;
        this.#oracle.storeChanged(change);
      },
    );
    this.#network = new Network(this.#faults);
    this.#disk = new StateDisk(this.#faults);
    this.#disk.committed = (epoch) => this.#oracle.diskWritten(epoch);
    this.#plantWorld = { time: this.#time, disk: this.#disk };
    this.#seams = plant?.seams?.(this.#plantWorld) ?? {};
  }

  async run(): Promise<StoryEnd> {
    const startMs = this.#time.nowMs;
    let violation: string | undefined;
    try {
      await this.#tell();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error.message;
    }
    return {
      seed: this.seed,
      violation,
      events: this.#events,
      faults: [...this.#faults.seen],
      steps: this.#steps,
      virtualMs: this.#time.nowMs - startMs,
      trace: this.#trace.digest('hex'),
    };
  }

  async #tell(): Promise<void> {
    this.#store.putNow(SCRIPT_FILE.key, SCRIPT_BYTES);
    this.#startCoordinator(false);
    const executors = this.#dice.between(2, 4);
    for (let index = 0; index < executors; index++) this.#startExecutor(`e${index}`);
    const trains = this.#dice.between(3, 7);
    for (let index = 0; index < trains; index++) this.#planTrain(index);
    this.#everySecond();
    this.#read();
    await this.#runUntil(() => false, STORM_MS);
    this.#faults.storm = false;
    this.#note('calm');
    if (!(await this.#runUntil(() => this.#allEnded(), CALM_MS)))
      throw new Violation(`not all work ended in the calm: ${this.#openWork()}`);
    await this.#runUntil(() => false, AFTERMATH_MS);
    this.#oracle.checkClaims();
    this.#checkEnd();
    await this.#oracle.check();
  }

  /** @returns false where time is up before it is so */
  async #runUntil(done: () => boolean, forMs: number): Promise<boolean> {
    const untilMs = this.#time.nowMs + forMs;
    while (!done()) {
      if (!this.#time.runNext(untilMs)) {
        this.#time.nowMs = Math.max(this.#time.nowMs, untilMs);
        return done();
      }
      this.#steps += 1;
      // All that follows from the event without time passing has happened when the next turn comes.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#oracle.check();
    }
    return true;
  }

  // ---- coordinators ----

  #startCoordinator(takeOver: boolean): void {
    this.#processes += 1;
    const process = new SimulatedProcess(`coordinator-${this.#processes}`, this.#time);
    const node = new CoordinatorNode(process, this.#coordinatorWorld());
    this.#coordinators.add(node);
    this.#note(`${process.name} starts${takeOver ? ' with --take-over' : ''}`);
    void node.start(takeOver);
  }

  #coordinatorWorld(): CoordinatorWorld {
    return {
      network: this.#network,
      disk: this.#disk,
      seams: this.#seams,
      storeFor: (process, epoch) =>
        new RemoteStore(process, this.#store, this.#faults, (key) =>
          this.#oracle.writes(epoch(), process.now(), key),
        ),
      livenessOf: (holder) =>
        [...this.#coordinators].some((node) => node.process.name === holder) ? 'alive' : 'dead',
      watched: (epoch, machine) => this.#watched(epoch, machine),
      ended: (node, why, defect) => {
        if (node.process.dead) return;
        if (defect !== undefined)
          this.#oracle.violate(`${node.process.name} has a defect: ${stackOf(defect)}`);
        this.#endCoordinator(node, why);
      },
      acknowledged: (train) => {
        this.#note(`job ${train.jobId} is acknowledged`);
        this.#oracle.acknowledged.set(train.jobId, train);
      },
      jobEnded: (train, outcome) => {
        this.#note(`job ${train.jobId} ended ${outcome.state} ${outcome.reason}`);
        this.#oracle.jobEnded(train, outcome);
      },
      trainOf: (jobId) => this.#trains.get(jobId)!,
    };
  }

  #watched(epoch: number, machine: typeof step): typeof step {
    return (state, event, now) => {
      const effects = machine(state, event, now);
      this.#note(
        `epoch ${epoch}: ${event.type}${'news' in event ? ` ${event.news.phase}` : ''} → ${effects.map((effect) => effect.type).join(' ')}`,
      );
      this.#oracle.effects(epoch, effects);
      if (event.type === 'recover')
        for (const [jobId, train] of this.#oracle.acknowledged)
          if (!state.jobs.has(train.jobId))
            this.#oracle.violate(`job ${jobId} was acknowledged, and epoch ${epoch} knows nothing of it`);
      return effects;
    };
  }

  #endCoordinator(node: CoordinatorNode, why: string): void {
    this.#note(`${node.process.name} ends: ${why}`);
    node.process.kill();
    this.#network.hangUp(node.process);
    this.#coordinators.delete(node);
    this.#superviseSoon();
  }

  /** A supervisor starts another one where none is left. */
  #superviseSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    this.#time.after(this.#dice.between(500, 6_000), () => {
      this.#starting = false;
      if (this.#coordinators.size === 0) this.#startCoordinator(false);
    });
  }

  // ---- executors ----

  #startExecutor(name: string): void {
    const node = new ExecutorNode(name, this.#dice.between(1, 3), {
      time: this.#time,
      faults: this.#faults,
      network: this.#network,
      storeFor: (process) => {
        const store = new RemoteStore(process, this.#store, this.#faults);
        return this.plant?.executorStore?.(store, this.#plantWorld) ?? store;
      },
      assigned: (executor, epoch) => this.#oracle.assigned(executor, epoch),
      started: (executor, id) => {
        this.#note(`${executor} starts ${id.jobId}/${id.algIndex}/${id.attempt}`);
        this.#oracle.started(executor, id);
      },
      ...(this.plant?.forgetsLeftWork === true && { forgetsLeftWork: true }),
    });
    this.#executors.push(node);
    this.#time.after(this.#dice.between(0, 3_000), () => node.start());
  }

  // ---- users ----

  #planTrain(index: number): void {
    const train = new Train(index, this.#dice);
    this.#trains.set(train.jobId, train);
    this.#time.after(this.#dice.between(0, STORM_MS / 2), () => this.#submit(train));
    if (!this.#dice.chance(0.3)) return;
    this.#time.after(this.#dice.between(10_000, STORM_MS), () => this.#cancel(train));
  }

  /** The user asks again until his run is noted; an answer that was lost makes him ask twice. */
  #submit(train: Train): void {
    if (this.#disk.runs.has(train.jobId)) return;
    const node = this.#present();
    if (node !== undefined) {
      this.#note(`${train.jobId} is submitted`);
      node.process.deliver(() => void node.execute(train));
      if (this.#faults.strikes('network duplicate', 0.2)) {
        // The same submit once more, while the first is under way.
        this.#time.after(5, () => node.process.deliver(() => this.#resubmit(node, train)));
      }
    }
    this.#time.after(20_000, () => this.#submit(train));
  }

  #resubmit(node: CoordinatorNode, train: Train): void {
    const job = node.runtime?.get(train.jobId);
    if (job === undefined) return;
    const spec = this.#disk.records.load().jobs.find(({ spec }) => spec.jobId === train.jobId)?.spec;
    if (spec !== undefined) void node.runtime?.submit(spec);
  }

  #cancel(train: Train): void {
    const node = this.#present();
    this.#note(`${train.jobId} is cancelled`);
    node?.process.deliver(() => void node.runtime?.cancel(train.jobId, 'enough').catch(() => undefined));
  }

  /** Whoever looks for models finds whole ones, whatever is going on. */
  #read(): void {
    const reader = new SimulatedProcess('reader', this.#time);
    const calm = new Faults(this.#dice);
    calm.storm = false;
    const store = new RemoteStore(reader, this.#store, calm);
    const look = async (path: string): Promise<void> => {
      try {
        const model = await selectModel(store, path, {}, () => Promise.reject(new Error('no manifest')));
        for (const file of model.files) {
          const bytes = await buffer((await store.get(file.key)).body);
          if (sha256(bytes.toString()) !== file.sha256)
            this.#oracle.violate(`a reader found other bytes in ${file.key}`);
        }
      } catch (error) {
        if (!isMlsqlError(error, 'MLSQL_MODEL_NOT_FOUND'))
          this.#oracle.violate(`a reader of ${path} found: ${stackOf(error)}`);
      }
    };
    const seen = new Map<string, number>();
    const again = (): void => {
      const path = this.#dice.one(['models/v0', 'models/v1', 'models/g']);
      // Where the store is as it was at the last look, another one finds the same.
      if (seen.get(path) !== this.#changes) void look(path);
      seen.set(path, this.#changes);
      this.#time.after(this.#dice.between(2_000, 8_000), again);
    };
    again();
  }

  // ---- faults ----

  #everySecond(): void {
    if (!this.#faults.storm) return;
    this.#strike();
    this.#time.after(1_000, () => this.#everySecond());
  }

  #strike(): void {
    const faults = this.#faults;
    const dice = this.#dice;
    const node = this.#present();
    const executor = dice.one(this.#executors);
    if (node !== undefined) {
      if (faults.strikes('coordinator crash', 0.015)) this.#endCoordinator(node, 'crash');
      else if (faults.strikes('take-over', 0.006)) this.#startCoordinator(true);
      else if (faults.strikes('coordinator paused beyond its lease', 0.006)) {
        this.#pause(node.process, dice.between(LEASE_MS + 1_000, 40_000));
        // A supervisor that gets no answer starts another one, patient or not.
        const takeOver = dice.chance(0.4);
        this.#time.after(dice.between(500, LEASE_MS), () => this.#startCoordinator(takeOver));
      }
      if (faults.strikes('clock jump', 0.008))
        this.#jump(node.process, dice.one([-3_600_000, -20_000, 20_000, 3_600_000]));
    }
    if (!executor.process.dead) {
      if (faults.strikes('executor crash', 0.02)) {
        this.#note(`${executor.name} crashes`);
        executor.stop(dice.between(500, 25_000));
      } else if (faults.strikes('executor paused beyond its lease', 0.012))
        this.#pause(executor.process, dice.between(LEASE_MS + 1_000, 40_000));
      else if (faults.strikes('drain', 0.006)) {
        this.#note(`${executor.name} is drained`);
        executor.drain();
      }
      if (faults.strikes('clock jump', 0.006)) this.#jump(executor.process, dice.one([-600_000, 600_000]));
    }
    const links = this.#network.links();
    if (links.length > 0) {
      if (faults.strikes('one-way partition', 0.02)) {
        this.#note('one-way partition');
        dice.one(links).block(dice.one(['toServer', 'toClient']), dice.between(1_000, 45_000));
      }
      if (faults.strikes('connections cut in turn', 0.01)) {
        this.#note('all connections are cut, one after another');
        for (const [at, link] of links.entries()) this.#time.after(at * 300, () => link.cut());
      }
    }
  }

  #pause(process: SimulatedProcess, milliseconds: number): void {
    this.#note(`${process.name} is paused for ${milliseconds} ms`);
    process.pause(milliseconds);
  }

  #jump(process: SimulatedProcess, milliseconds: number): void {
    this.#note(`the clock of ${process.name} jumps by ${milliseconds} ms`);
    process.jump(milliseconds);
  }

  // ---- the end ----

  /** The newest coordinator that answers. */
  #present(): CoordinatorNode | undefined {
    return [...this.#coordinators].filter((node) => node.ready && !node.process.paused).at(-1);
  }

  #allEnded(): boolean {
    return (
      [...this.#trains.keys()].every((jobId) => this.#disk.runs.get(jobId) === 'concluded') &&
      this.#coordinators.size === 1 &&
      this.#present() !== undefined
    );
  }

  #openWork(): string {
    const runtime = this.#present()?.runtime;
    const open = [...this.#trains.keys()].filter((jobId) => this.#disk.runs.get(jobId) !== 'concluded');
    const texts = open.map((jobId) => {
      const view = runtime?.get(jobId);
      return view === undefined ? `${jobId} not known` : `${jobId} ${view.state} ${view.reason}`;
    });
    return `${texts.join('; ')} (${this.#coordinators.size} coordinators)`;
  }

  #checkEnd(): void {
    const runtime = this.#present()?.runtime;
    if (runtime === undefined) throw new Violation('no coordinator is there at the end');
    for (const jobId of this.#oracle.acknowledged.keys()) {
      const state = runtime.get(jobId)?.state;
      if (state === undefined || state !== this.#oracle.ended.get(jobId))
        throw new Violation(
          `job ${jobId} ended ${this.#oracle.ended.get(jobId)}, and is ${state} at the end`,
        );
    }
    for (const { name, state, slotsBusy } of runtime.executors())
      if (state !== 'ready' && state !== 'quarantined')
        throw new Violation(`executor ${name} is ${state} at the end`);
      else if (slotsBusy !== 0)
        throw new Violation(`executor ${name} has ${slotsBusy} slots busy at the end`);
    for (const { name, children } of this.#executors)
      if (children.size > 0)
        throw new Violation(`${name} still holds ${[...children.keys()].join(', ')} at the end`);
  }

  #note(what: string): void {
    const line = `${String(this.#time.nowMs - 1_000_000).padStart(7)} ${what}`;
    this.#trace.update(`${line}\n`);
    this.#events.push(line);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
