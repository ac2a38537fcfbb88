// The coordinator's jobs as the rest of it sees them: submit, cancel, look, follow; and the executors behind them.
import { type Clock, steady } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import {
  type AttemptRef,
  type ExecutorName,
  executorName,
  type JobId,
  jobId as toJobId,
} from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import { PROTOCOL_MAX } from '../../shared/version.js';
import type { AttemptNews, SchedulerEvent } from '../scheduling/events.js';
import { outcomeOf } from '../scheduling/jobs.js';
import type { ExecutorFacts, JobSpec, SchedulerConfig, SchedulerState } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import { recoveredCounts } from '../scheduling/recovery.js';
import { createSchedulerState, step } from '../scheduling/step.js';
import { EffectRunner } from './effect-runner.js';
import { EventLoop } from './event-loop.js';
import { ExecutorHub, type ExecutorTransport } from './executor-hub.js';
import { ExecutorSession } from './executor-session.js';
import { type ExecutorView, executorView } from './executor-view.js';
import { type JobLogChunk, type ReadLogsOptions, readJobLogs } from './job-logs.js';
import { JobView } from './job-view.js';
import { type JobListener, JobWatchers } from './job-watchers.js';
import { LogStore } from './log-store.js';
import type { JobPublisher } from './publisher.js';
import type { StateStore } from './state-store.js';

export interface JobRuntimeDependencies {
  readonly clock: Clock;
  readonly publisher: JobPublisher;
  /** Logs lie below it. */
  readonly stateDir: string;
  readonly logger: Logger;
  /** Of the machine's own randomness. */
  readonly seed: number;
  /** This coordinator's, as claimed in the store. */
  readonly epoch: number;
  readonly leaseMs: number;
  /** How often executors send heartbeats; well below the lease. */
  readonly heartbeatMs: number;
  readonly clusterId: string;
  /** Where executors find the store. */
  readonly storeUrl: string;
  readonly stateStore: StateStore;
  /** Check the machine's invariants after each step; default false. */
  readonly checkInvariants?: boolean;
  /** Decides what follows from each event; default: the scheduling machine. */
  readonly step?: typeof step;
  /** What differs from SCHEDULER_DEFAULTS, beside epoch and lease. */
  readonly scheduling?: Partial<SchedulerConfig>;
  /** The machine or its records can be trusted no more; default: throw, which ends the process. */
  readonly onDefect?: (error: unknown) => void;
}

/** A job that has ended: all that a retry of it needs. */
export interface EndedJob {
  readonly spec: JobSpec;
  readonly outcome: JobOutcome;
}

export function createJobRuntime(deps: JobRuntimeDependencies): JobRuntime {
  return new JobRuntime(deps);
}

export class JobRuntime {
  readonly logs: LogStore;
  /** The executors' streams, for function messages. */
  readonly hub: ExecutorHub;

  /** The machine's time, for everyone who looks at it. */
  readonly #clock: Clock;
  readonly #state: SchedulerState;
  readonly #watchers: JobWatchers;
  readonly #runner: EffectRunner;
  readonly #loop: EventLoop;
  readonly #outcomes = new Map<JobId, JobOutcome>();
  readonly #ending = new Map<JobId, { resolve(outcome: JobOutcome): void; reject(error: Error): void }[]>();
  readonly #requests = new Map<number, (known: boolean) => void>();
  #lastRequest = 0;
  #stopped = false;

  constructor(private readonly deps: JobRuntimeDependencies) {
    const { logger, epoch, leaseMs, heartbeatMs, storeUrl, clusterId } = deps;
    const clock = steady(deps.clock);
    this.#clock = clock;
    this.#state = createSchedulerState({ ...deps.scheduling, epoch, leaseMs }, deps.seed);
    this.logs = new LogStore(deps.stateDir, clock);
    this.hub = new ExecutorHub(logger);
    this.#watchers = new JobWatchers((id) => this.get(id), clock, logger);
    const onDefect = (error: unknown): void => {
      logger.fatal({ err: error }, 'the job runtime stops by a defect');
      this.#runner.stop();
      if (deps.onDefect !== undefined) deps.onDefect(error);
      else throw error;
    };
    this.#loop = new EventLoop({
      state: this.#state,
      step: deps.step ?? step,
      clock,
      checkInvariants: deps.checkInvariants ?? false,
      run: (effects, causeId) => this.#runner.enqueue(effects, causeId),
      onDefect,
    });
    this.#runner = new EffectRunner({
      stateStore: deps.stateStore,
      publisher: deps.publisher,
      hub: this.hub,
      logs: this.logs,
      watchers: this.#watchers,
      logger,
      welcome: { welcome: { epoch, protocol: PROTOCOL_MAX, heartbeatMs, leaseMs, storeUrl, clusterId } },
      dispatch: (event, causeId) => this.#loop.dispatch(event, causeId),
      acknowledge: (requestId, known) => this.#requests.get(requestId)?.(known),
      jobEnded: (id, outcome) => this.#jobEnded(id, outcome),
      jobForgotten: (id) => {
        this.#outcomes.delete(id);
        this.#watchers.forget(id);
      },
      onStateLost: onDefect,
    });
    this.#loop.dispatch({ type: 'recover', saved: deps.stateStore.load() });
    const recovered = recoveredCounts(this.#state);
    if (recovered.jobs > 0) logger.info(recovered, 'jobs of an earlier coordinator are back');
  }

  /** Resolves when the job is recorded: from then on it ends, exactly once. The same jobId again starts nothing new. */
  async submit(spec: JobSpec): Promise<void> {
    if (spec.groups.length === 0) throw new Error(`job ${spec.jobId} has no groups`);
    if (new Set(spec.groups.map((group) => group.algIndex)).size < spec.groups.length) {
      throw new Error(`job ${spec.jobId} has two groups of one algIndex`);
    }
    await this.#request((requestId) => this.#loop.dispatch({ type: 'submit-job', spec, requestId }));
  }

  /**
   * Resolves when the cancel is recorded; process trees end within their grace. A job that has ended stays as it is.
   * @throws MlsqlError MLSQL_JOB_UNKNOWN
   */
  async cancel(jobId: string, reason: string): Promise<void> {
    const id = toJobId(jobId);
    const known = await this.#request((requestId) =>
      this.#loop.dispatch({ type: 'cancel-job', jobId: id, reason, requestId }),
    );
    if (!known) throw unknownJob(jobId);
  }

  get(jobId: string): JobView | undefined {
    const job = this.#state.jobs.get(toJobId(jobId));
    return job === undefined ? undefined : new JobView(this.#state, job, () => this.#clock.now());
  }

  /**
   * A job as it was submitted.
   * @throws MlsqlError MLSQL_JOB_UNKNOWN
   */
  spec(jobId: string): JobSpec {
    const job = this.#state.jobs.get(toJobId(jobId));
    if (job === undefined) throw unknownJob(jobId);
    return job.spec;
  }

  /**
   * What an ended job was, and how it ended.
   * @throws MlsqlError MLSQL_JOB_UNKNOWN, MLSQL_JOB_WORKS
   */
  ended(jobId: string): EndedJob {
    const job = this.#state.jobs.get(toJobId(jobId));
    if (job === undefined) throw unknownJob(jobId);
    if (job.stage !== 'ended') {
      const hint = `wait for its end, or end it: mlsql jobs cancel ${jobId}`;
      throw new MlsqlError('MLSQL_JOB_WORKS', `job ${jobId} has not ended yet`, { hint, jobId });
    }
    return { spec: job.spec, outcome: outcomeOf(job, job.endTimeMs) };
  }

  /** Newest first. */
  list(limit: number): JobView[] {
    const views: JobView[] = [];
    for (const jobId of [...this.#state.jobs.keys()].reverse()) {
      if (views.length >= limit) break;
      const view = this.get(jobId);
      if (view !== undefined) views.push(view);
    }
    return views;
  }

  /** Calls back with the groups that changed since the call before; the result ends it. */
  subscribe(jobId: string, listener: JobListener): () => void {
    return this.#watchers.subscribe(toJobId(jobId), listener);
  }

  /**
   * Resolves when the job has ended, with how.
   * @throws MlsqlError MLSQL_JOB_UNKNOWN; MLSQL_CLUSTER_UNREACHABLE where the runtime stops before
   */
  finished(jobId: string): Promise<JobOutcome> {
    const id = toJobId(jobId);
    const outcome = this.#outcomes.get(id);
    if (outcome !== undefined) return Promise.resolve(outcome);
    const job = this.#state.jobs.get(id);
    if (job === undefined) return Promise.reject(unknownJob(jobId));
    // It ended under an earlier coordinator.
    if (job.stage === 'ended') return Promise.resolve(outcomeOf(job, job.endTimeMs));
    if (this.#stopped) return Promise.reject(stopping());
    return new Promise((resolve, reject) => {
      const waiting = this.#ending.get(id) ?? [];
      this.#ending.set(id, waiting);
      waiting.push({ resolve, reject });
    });
  }

  /**
   * Log lines of a job's groups.
   * @throws MlsqlError MLSQL_JOB_UNKNOWN
   */
  async *readLogs(jobId: string, options: ReadLogsOptions, signal: AbortSignal): AsyncGenerator<JobLogChunk> {
    if (this.get(jobId) === undefined) throw unknownJob(jobId);
    yield* readJobLogs(this, this.logs, toJobId(jobId), options, signal);
  }

  /** By name; those lost for a while included. */
  executors(): ExecutorView[] {
    const now = this.#clock.now();
    return [...this.#state.executors.values()]
      .map((executor) => executorView(executor, now))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Gives the executor nothing new; it leaves when its work has ended.
   * @param deadlineMs - how long its work may go on; 0: as long as it takes
   * @throws MlsqlError MLSQL_EXECUTOR_UNKNOWN
   */
  drain(name: string, deadlineMs = 0, reason = 'drained by request'): void {
    const executor = executorName(name);
    const record = this.#state.executors.get(executor);
    if (record === undefined || record.connectionId === 0) throw unknownExecutor(name, this.executors());
    this.#loop.dispatch({ type: 'drain-executor', executor, reason, deadlineMs });
  }

  /**
   * Takes a stream whose Hello was read and whose protocol fits. Its first message is Welcome.
   * @throws MlsqlError MLSQL_EXECUTOR_NAME_TAKEN while another process of that name is at work: two would take the stream,
   *   and the work, from each other for ever
   */
  connectExecutor(
    facts: ExecutorFacts,
    cachedBlobs: readonly string[],
    attempts: readonly AttemptNews[],
    transport: ExecutorTransport,
  ): ExecutorSession {
    const executor = facts.name;
    const known = this.#state.executors.get(executor);
    if (known !== undefined && known.connectionId !== 0 && known.facts.session !== facts.session) {
      const leftMs = known.leaseUntilMs - this.#clock.now();
      if (leftMs > 0) throw nameTaken(known.facts, leftMs);
    }
    const connectionId = this.hub.open(executor, transport);
    this.deps.logger.info(
      { executor, host: facts.host, slots: facts.slots, attempts: attempts.length },
      'executor connected',
    );
    this.#loop.dispatch({ type: 'executor-connected', facts, connectionId, cachedBlobs, attempts });
    const { hub, logs } = this;
    const { logger } = this.deps;
    const dispatch = (event: SchedulerEvent): void => this.#loop.dispatch(event);
    const knows = (ref: AttemptRef): boolean => this.#wasMade(ref);
    return new ExecutorSession({ hub, logs, logger, dispatch, knows }, executor, connectionId);
  }

  /** Ends all streams and followers. What runs on executors goes on. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#loop.stop();
    this.#runner.stop();
    this.hub.closeAll('the coordinator stops');
    this.#watchers.close();
    this.logs.close();
    for (const waiting of this.#ending.values()) for (const { reject } of waiting) reject(stopping());
    this.#ending.clear();
  }

  #wasMade({ jobId, algIndex, attempt }: AttemptRef): boolean {
    const group = this.#state.jobs.get(jobId)?.groups.get(algIndex);
    return group !== undefined && attempt >= 1 && attempt <= group.attempts;
  }

  #jobEnded(jobId: JobId, outcome: JobOutcome): void {
    this.#outcomes.set(jobId, outcome);
    const waiting = this.#ending.get(jobId) ?? [];
    this.#ending.delete(jobId);
    for (const { resolve } of waiting) resolve(outcome);
  }

  #request(dispatch: (requestId: number) => void): Promise<boolean> {
    if (this.#stopped) return Promise.reject(stopping());
    this.#lastRequest += 1;
    const requestId = this.#lastRequest;
    return new Promise((resolve) => {
      this.#requests.set(requestId, (known) => {
        this.#requests.delete(requestId);
        resolve(known);
      });
      dispatch(requestId);
    });
  }
}

function unknownJob(jobId: string): MlsqlError {
  return new MlsqlError('MLSQL_JOB_UNKNOWN', `no job "${jobId}"`, {
    hint: 'see mlsql jobs ls; of ended jobs the newest 1,000 are kept: run the script of an older one again',
  });
}

function unknownExecutor(name: string, executors: readonly ExecutorView[]): MlsqlError {
  const names = executors
    .filter((executor) => executor.state !== 'lost' && executor.state !== 'drained')
    .map((executor) => executor.name as ExecutorName);
  return new MlsqlError('MLSQL_EXECUTOR_UNKNOWN', `no executor "${name}" is connected`, {
    hint: names.length === 0 ? 'none is connected' : `connected are: ${names.join(', ')}`,
  });
}

function nameTaken({ name, host, pid }: ExecutorFacts, leftMs: number): MlsqlError {
  return new MlsqlError(
    'MLSQL_EXECUTOR_NAME_TAKEN',
    `an executor named ${name} is at work already (host ${host}, process ${pid})`,
    {
      hint: `give this one a name of its own with --name; should the other one be gone, this one is taken in ${Math.ceil(leftMs / 1000)} s at the latest`,
    },
  );
}

function stopping(): MlsqlError {
  return new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', 'the coordinator is stopping');
}
