// A coordinator: claim of the store, fencing, publisher, job runtime and the service that executors connect to are the
// product's, wired as the product wires them. The runs in front of it are played: noted, claimed, submitted, followed.
import { executorsService } from '../../../coordinator/api/executors-service.js';
import { FencedStore } from '../../../coordinator/fencing/fenced-store.js';
import { StoreClaim } from '../../../coordinator/fencing/store-claim.js';
import { createPublisher, type Publisher } from '../../../coordinator/models/publisher.js';
import { createJobRuntime, type JobRuntime } from '../../../coordinator/runtime/job-runtime.js';
import { modelPublisher } from '../../../coordinator/runtime/model-publisher.js';
import type { JobPublisher } from '../../../coordinator/runtime/publisher.js';
import type { StateStore } from '../../../coordinator/runtime/state-store.js';
import type { JobSpec } from '../../../coordinator/scheduling/model.js';
import type { JobOutcome } from '../../../coordinator/scheduling/outcome.js';
import { step } from '../../../coordinator/scheduling/step.js';
import { isMlsqlError } from '../../../shared/errors.js';
import { createLogger } from '../../../shared/logger.js';
import type { ObjectStore } from '../../../shared/object-store/object-store.js';
import type { Liveness } from '../../../shared/object-store/process-identity.js';
import type { Network, ServerEnd } from './network.js';
import type { SimulatedProcess } from './process.js';
import { DiskFull, DiskRecords, type StateDisk } from './state-disk.js';
import type { Train } from './trains.js';

export const LEASE_MS = 10_000;
const HEARTBEAT_MS = 2_500;
const CLAIM_TRIES_MAX = 8;
const silent = createLogger('simulation', 'silent');

/** Where a planted bug may stand between the parts of a coordinator; each gets the real part. */
export interface Seams {
  stateStore?(real: StateStore): StateStore;
  /** Below the fence. */
  store?(real: ObjectStore): ObjectStore;
  fence?(fenced: ObjectStore, below: ObjectStore): ObjectStore;
  publisher?(real: JobPublisher): JobPublisher;
  step?(real: typeof step): typeof step;
}

export interface CoordinatorWorld {
  readonly network: Network;
  readonly disk: StateDisk;
  readonly seams: Seams;
  storeFor(process: SimulatedProcess, epoch: () => number): ObjectStore;
  livenessOf(holder: string): Liveness | undefined;
  /** Watches the machine of an epoch. */
  watched(epoch: number, machine: typeof step): typeof step;
  /** The process has ended; a violation where it was no end that a supervisor expects. */
  ended(node: CoordinatorNode, why: string, defect?: unknown): void;
  acknowledged(train: Train): void;
  jobEnded(train: Train, outcome: JobOutcome): void;
  trainOf(jobId: string): Train;
}

export class CoordinatorNode {
  epoch = 0;
  runtime: JobRuntime | undefined;
  #publisher: Publisher | undefined;

  constructor(
    readonly process: SimulatedProcess,
    private readonly world: CoordinatorWorld,
  ) {}

  get ready(): boolean {
    return this.runtime !== undefined && !this.process.dead;
  }

  async start(takeOver: boolean): Promise<void> {
    const { process, world } = this;
    const { seams, disk } = world;
    const remote = world.storeFor(process, () => this.epoch);
    const store = seams.store?.(remote) ?? remote;
    try {
      const claim = await StoreClaim.take({
        store,
        clock: process,
        logger: silent,
        clusterId: 'cluster-1',
        epochAbove: disk.epoch,
        leaseMs: LEASE_MS,
        takeOver,
        processes: { holder: process.name, livenessOf: world.livenessOf },
      });
      this.epoch = claim.epoch;
      await disk.commit(process, claim.epoch, () => undefined);
      void claim.lost.then(() => world.ended(this, 'fenced by the store'));
      const permitted = new FencedStore(store, claim);
      this.#serve(seams.fence?.(permitted, store) ?? permitted);
    } catch (error) {
      world.ended(
        this,
        // Its message names the process that plays it, another one at each run.
        `not started: ${isMlsqlError(error) ? error.code : (error as Error).message}`,
        isMlsqlError(error) || error instanceof DiskFull ? undefined : error,
      );
    }
  }

  #serve(store: ObjectStore): void {
    const { process, world } = this;
    const { seams, disk, network } = world;
    const publisher = createPublisher({ store, logger: silent });
    this.#publisher = publisher;
    const jobPublisher = modelPublisher(publisher);
    const records = new DiskRecords(disk, process, this.epoch);
    const runtime = createJobRuntime({
      clock: process,
      publisher: seams.publisher?.(jobPublisher) ?? jobPublisher,
      stateDir: '/nowhere',
      logger: silent,
      seed: this.epoch,
      epoch: this.epoch,
      stateStore: seams.stateStore?.(records) ?? records,
      leaseMs: LEASE_MS,
      heartbeatMs: HEARTBEAT_MS,
      clusterId: 'cluster-1',
      storeUrl: store.url,
      checkInvariants: true,
      step: world.watched(this.epoch, seams.step?.(step) ?? step),
      onDefect: (error) => {
        const expected = isMlsqlError(error, 'MLSQL_COORDINATOR_FENCED') || error instanceof DiskFull;
        world.ended(this, (error as Error).message, expected ? undefined : error);
      },
    });
    // Scripts of the simulation print nothing, and no file of this machine is touched.
    Object.assign(runtime.logs, { count: () => Promise.resolve(0), forget: () => Promise.resolve() });
    this.runtime = runtime;
    const service = executorsService(runtime, silent);
    network.listen({
      process,
      serve: (stream: ServerEnd) =>
        service.Connect(stream as unknown as Parameters<typeof service.Connect>[0]),
    });
    for (const [jobId, state] of disk.runs) if (state === 'noted') void this.execute(world.trainOf(jobId));
  }

  /** What a train statement does, from its note in the run's journal to its end. */
  async execute(train: Train): Promise<void> {
    const { runtime, world, process, epoch } = this;
    if (runtime === undefined || process.dead) return;
    try {
      if (runtime.get(train.jobId) === undefined) {
        await world.disk.commit(process, epoch, () => world.disk.runs.set(train.jobId, 'noted'));
        await runtime.submit(await this.#claim(train));
      }
      world.acknowledged(train);
      world.jobEnded(train, await runtime.finished(train.jobId));
      await world.disk.commit(process, epoch, () => world.disk.runs.set(train.jobId, 'concluded'));
    } catch (error) {
      const expected = isMlsqlError(error) || error instanceof DiskFull;
      world.ended(this, `a run failed: ${(error as Error).message}`, expected ? undefined : error);
    }
  }

  async #claim(train: Train): Promise<JobSpec> {
    for (let tries = 1; ; tries++) {
      try {
        return train.spec(await this.#publisher!.claim(train.path, train.claim(this.process.now())));
      } catch (error) {
        if (tries >= CLAIM_TRIES_MAX || !isMlsqlError(error) || !error.kind.retryable) throw error;
        await new Promise<void>((resolve) => this.process.after(500, resolve));
      }
    }
  }
}
