// A job runtime under test: a manual clock, a publisher in memory, and executors whose stream is two arrays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorSession } from '../../coordinator/runtime/executor-session.js';
import {
  createJobRuntime,
  type JobRuntime,
  type JobRuntimeDependencies,
} from '../../coordinator/runtime/job-runtime.js';
import type { AttemptNews } from '../../coordinator/scheduling/events.js';
import type { ExecutorFacts } from '../../coordinator/scheduling/model.js';
import { jobId } from '../../shared/ids.js';
import { createLogger } from '../../shared/logger.js';
import type { AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import { FakePublisher } from './fake-publisher.js';
import { EPOCH, facts, failure, RESULT } from './machine.js';
import { ManualClock } from './manual-clock.js';
import { MemoryStateStore } from './memory-state-store.js';

/** The executor's end of a stream in memory. */
export class MemoryExecutor {
  readonly received: CoordinatorMessage[] = [];
  readonly session: ExecutorSession;
  ended: string | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(runtime: JobRuntime, executor: ExecutorFacts, attempts: readonly AttemptNews[] = []) {
    this.session = runtime.connectExecutor(executor, [], attempts, {
      write: (message) => {
        this.received.push(message);
        for (const wake of [...this.#waiting]) wake();
      },
      end: (reason) => {
        this.ended = reason;
        this.session?.closed();
      },
    });
  }

  /** Resolves with the message at this place of those that were received. */
  async message(index: number): Promise<CoordinatorMessage> {
    for (;;) {
      const message = this.received[index];
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  tell(id: AttemptId | null | undefined, phase: AttemptNews['phase'], over: Partial<AttemptNews> = {}): void {
    this.session.attempt(newsAbout(id, phase, over));
  }
}

export function newsAbout(
  id: AttemptId | null | undefined,
  phase: AttemptNews['phase'],
  over: Partial<AttemptNews> = {},
): AttemptNews {
  if (id === null || id === undefined) throw new Error('the message names no attempt');
  return {
    ref: { jobId: jobId(id.jobId ?? ''), algIndex: id.algIndex ?? 0, attempt: id.attempt ?? 0 },
    epoch: Number(id.epoch),
    phase,
    metrics: {},
    bytesSynced: 0,
    warnings: [],
    ...(phase === 'succeeded' && { result: RESULT, logLines: 0 }),
    ...(phase === 'failed' && { failure: failure(), logLines: 0 }),
    ...over,
  };
}

export class RuntimeUnderTest {
  readonly clock = new ManualClock();
  readonly publisher = new FakePublisher();
  readonly defects: unknown[] = [];

  private constructor(
    readonly folder: string,
    readonly runtime: JobRuntime,
    parts: { clock: ManualClock; publisher: FakePublisher; defects: unknown[] },
  ) {
    Object.assign(this, parts);
  }

  static async start(over: Partial<JobRuntimeDependencies> = {}): Promise<RuntimeUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), 'mlsql-runtime-'));
    const parts = { clock: new ManualClock(), publisher: new FakePublisher(), defects: [] as unknown[] };
    const runtime = createJobRuntime({
      clock: parts.clock,
      publisher: parts.publisher,
      stateDir: folder,
      logger: createLogger('test', 'silent'),
      seed: 1,
      epoch: EPOCH,
      leaseMs: 10_000,
      heartbeatMs: 2_000,
      clusterId: 'cluster-1',
      storeUrl: 'file:///store',
      stateStore: new MemoryStateStore(),
      checkInvariants: true,
      onDefect: (error) => parts.defects.push(error),
      ...over,
    });
    return new RuntimeUnderTest(folder, runtime, parts);
  }

  executor(name: string, slots = 1, attempts: readonly AttemptNews[] = []): MemoryExecutor {
    return new MemoryExecutor(this.runtime, facts(name, { slots }), attempts);
  }

  async stop(): Promise<void> {
    this.runtime.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
