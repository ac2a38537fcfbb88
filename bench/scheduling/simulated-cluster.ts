// A job runtime with its state on disk, executors that answer at once, and results that are accepted in memory: what is
// measured is the machine, its records and its messages.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobRuntime, type JobRuntime } from '../../coordinator/runtime/job-runtime.js';
import type { JobPublisher } from '../../coordinator/runtime/publisher.js';
import type { AttemptNews } from '../../coordinator/scheduling/events.js';
import { JobRecords } from '../../coordinator/state/job-records.js';
import { StateDb } from '../../coordinator/state/state-db.js';
import { systemClock } from '../../shared/clock.js';
import { jobId } from '../../shared/ids.js';
import { createLogger } from '../../shared/logger.js';
import { facts, RESULT } from '../../test/support/machine.js';

const PUBLISHER: JobPublisher = {
  stagingPrefix: (_target, ref) => `staging/${ref.algIndex}-${ref.attempt}`,
  checkpointPrefix: (_target, algIndex) => `staging/checkpoint/${algIndex}`,
  accept: async (_target, ref) => ({ attempt: ref.attempt }),
  publish: async () => ({}),
  fail: async () => undefined,
};

export class SimulatedCluster {
  private constructor(
    readonly runtime: JobRuntime,
    readonly stateDir: string,
    private readonly db: StateDb,
  ) {}

  /** @param stateDir - default: a new folder, removed at the end */
  static async start(): Promise<SimulatedCluster> {
    const stateDir = await mkdtemp(join(tmpdir(), 'mlsql-bench-'));
    const db = await StateDb.open(stateDir, { now: Date.now() });
    const epoch = db.lastEpoch + 1;
    await db.claim(epoch);
    const runtime = createJobRuntime({
      clock: systemClock,
      publisher: PUBLISHER,
      stateDir,
      logger: createLogger('bench', 'silent'),
      seed: 1,
      epoch,
      leaseMs: 600_000,
      heartbeatMs: 200_000,
      clusterId: db.meta.clusterId,
      storeUrl: 'file:///nowhere',
      stateStore: new JobRecords(db),
    });
    return new SimulatedCluster(runtime, stateDir, db);
  }

  /** An executor in this process: it runs each attempt and succeeds at the next turn. */
  connectExecutor(name: string, slots: number): void {
    const due: AttemptNews[] = [];
    const session = this.runtime.connectExecutor(facts(name, { slots }), [], [], {
      write: ({ assign }) => {
        if (assign?.id == null) return;
        const { jobId: job, algIndex, attempt, epoch } = assign.id;
        const ref = { jobId: jobId(job ?? ''), algIndex: algIndex ?? 0, attempt: attempt ?? 0 };
        const common = { ref, epoch: Number(epoch), metrics: {}, bytesSynced: 0, warnings: [] };
        if (due.length === 0)
          setImmediate(() => {
            for (const news of due.splice(0)) session.attempt(news);
          });
        due.push(
          { ...common, phase: 'running' },
          { ...common, phase: 'uploading' },
          { ...common, phase: 'succeeded', result: RESULT, logLines: 0 },
        );
      },
      end: () => session.closed(),
    });
  }

  async stop(): Promise<void> {
    this.runtime.stop();
    await this.db.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }
}
