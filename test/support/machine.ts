// The scheduling machine under test: a virtual clock, invariants checked after each step, and short ways to say things.

import type { SchedulerEffect } from '../../coordinator/scheduling/effects.js';
import type { AttemptNews, SchedulerEvent } from '../../coordinator/scheduling/events.js';
import { checkInvariants } from '../../coordinator/scheduling/invariants.js';
import type {
  AttemptResult,
  ExecutorFacts,
  FailureInfo,
  GroupRecord,
  GroupSpec,
  InputContent,
  JobRecord,
  JobSpec,
  SchedulerConfig,
  SchedulerState,
} from '../../coordinator/scheduling/model.js';
import { createSchedulerState, step } from '../../coordinator/scheduling/step.js';
import type { TaskSpec } from '../../coordinator/scheduling/task-spec.js';
import { executorName, jobId, runId } from '../../shared/ids.js';

export const EPOCH = 7;

export function taskSpec(task: Partial<TaskSpec> = {}): TaskSpec {
  return {
    project: [],
    script: 'train.py',
    command: '',
    builtinAlg: '',
    data: [],
    dataFormat: 'json',
    dataLocal: true,
    validate: [],
    fitParam: {},
    kafkaParam: {},
    systemParam: {},
    resources: [],
    pythonPath: '',
    pythonParams: [],
    pythonVersion: '',
    envs: {},
    cpus: 1,
    memoryBytes: 0,
    gpus: 0,
    timeoutMs: 0,
    idleTimeoutMs: 0,
    graceMs: 1_000,
    keepLocalDirectory: false,
    scriptName: 'train.py',
    trainParams: {},
    expectedPackages: [],
    dataColumns: [],
    ...task,
  };
}

export interface GroupOptions {
  readonly retries?: number;
  readonly inputs?: readonly InputContent[];
  readonly task?: Partial<TaskSpec>;
}

/** @param groups - how many, all alike, or what each is */
export function jobSpec(
  id: string,
  groups: number | readonly GroupOptions[] = 1,
  job: Partial<Omit<JobSpec, 'groups' | 'jobId'>> & { each?: GroupOptions } = {},
): JobSpec {
  const { each, ...rest } = job;
  const options = typeof groups === 'number' ? Array.from({ length: groups }, () => each ?? {}) : groups;
  return {
    jobId: jobId(id),
    runId: runId(`run-of-${id}`),
    user: 'ada',
    path: `/models/${id}`,
    target: { place: id },
    failFast: false,
    minSuccess: 1,
    groups: options.map(
      ({ retries, inputs, task }, algIndex): GroupSpec => ({
        algIndex,
        task: taskSpec(task),
        inputs: inputs ?? [],
        retries: retries ?? 0,
      }),
    ),
    ...rest,
  };
}

export function facts(name: string, executor: Partial<Omit<ExecutorFacts, 'name'>> = {}): ExecutorFacts {
  const slots = executor.slots ?? 1;
  return {
    name: executorName(name),
    session: `${name}-session-1`,
    slots,
    cpus: slots,
    memoryBytes: 8 * 1024 ** 3,
    gpus: 0,
    host: 'host',
    pid: 1,
    version: '0.1.0',
    pythonVersion: '3.11.7',
    ...executor,
  };
}

export const RESULT: AttemptResult = {
  files: [{ path: 'model.pickle', sizeBytes: 3, sha256: 'ab' }],
  logLines: 2,
  interpreter: { version: '3.11.7' },
  peakMemoryBytes: 1,
};

export function failure(over: Partial<FailureInfo> = {}): FailureInfo {
  return {
    code: 'MLSQL_TASK_EXIT',
    message: 'ValueError: no',
    traceback: 'Traceback: no',
    retryable: true,
    blame: 'user',
    cause: 'exit',
    ...over,
  };
}

export const PLATFORM_FAILURE = failure({
  code: 'MLSQL_TASK_SYNC',
  message: 'cannot fetch',
  traceback: '',
  blame: 'platform',
  cause: 'sync',
});

export class Machine {
  readonly state: SchedulerState;
  now = 1_000_000;
  /** Effects of the last event. */
  effects: SchedulerEffect[] = [];
  /** Effects of all events. */
  readonly all: SchedulerEffect[] = [];
  #connections = 0;
  #requests = 0;

  constructor(config: Partial<SchedulerConfig> = {}, seed = 1) {
    this.state = createSchedulerState({ epoch: EPOCH, ...config }, seed);
  }

  step(event: SchedulerEvent): SchedulerEffect[] {
    this.effects = step(this.state, event, this.now);
    this.all.push(...this.effects);
    checkInvariants(this.state);
    return this.effects;
  }

  submit(spec: JobSpec): SchedulerEffect[] {
    this.#requests += 1;
    return this.step({ type: 'submit-job', spec, requestId: this.#requests });
  }

  cancel(id: string, reason = 'enough'): SchedulerEffect[] {
    this.#requests += 1;
    return this.step({ type: 'cancel-job', jobId: jobId(id), reason, requestId: this.#requests });
  }

  /** @returns the stream's number */
  connect(
    executor: ExecutorFacts,
    attempts: readonly AttemptNews[] = [],
    cachedBlobs: readonly string[] = [],
  ): number {
    this.#connections += 1;
    const connectionId = this.#connections;
    this.step({ type: 'executor-connected', facts: executor, connectionId, cachedBlobs, attempts });
    return connectionId;
  }

  disconnect(name: string): SchedulerEffect[] {
    return this.step({
      type: 'executor-disconnected',
      executor: executorName(name),
      connectionId: this.connection(name),
    });
  }

  heartbeat(
    name: string,
    blobsAdded: readonly string[] = [],
    blobsDropped: readonly string[] = [],
  ): SchedulerEffect[] {
    const connectionId = this.connection(name);
    return this.step({
      type: 'heartbeat',
      executor: executorName(name),
      connectionId,
      cacheBytes: 0,
      blobsAdded,
      blobsDropped,
    });
  }

  /** News of the group's present attempt, from the executor that has it. */
  report(
    id: string,
    algIndex: number,
    phase: AttemptNews['phase'],
    over: Partial<AttemptNews> = {},
  ): SchedulerEffect[] {
    const { live } = this.group(id, algIndex);
    if (live === undefined) throw new Error(`group ${algIndex} of ${id} has no live attempt`);
    return this.reportFrom(live.executor, this.news(id, algIndex, phase, over));
  }

  reportFrom(
    executor: string,
    news: AttemptNews,
    connectionId = this.connection(executor),
  ): SchedulerEffect[] {
    return this.step({ type: 'attempt-news', executor: executorName(executor), connectionId, news });
  }

  /** What an executor would say of the group's last attempt. */
  news(
    id: string,
    algIndex: number,
    phase: AttemptNews['phase'],
    over: Partial<AttemptNews> = {},
  ): AttemptNews {
    return {
      ref: { jobId: jobId(id), algIndex, attempt: this.group(id, algIndex).attempts },
      epoch: EPOCH,
      phase,
      metrics: {},
      ...(phase === 'succeeded' && { result: RESULT, logLines: RESULT.logLines }),
      ...(phase === 'failed' && { failure: failure(), logLines: 1 }),
      bytesSynced: 0,
      warnings: [],
      ...over,
    };
  }

  /** The store takes the result of the group's last attempt. */
  accept(id: string, algIndex: number, attempt = this.group(id, algIndex).attempts): SchedulerEffect[] {
    const ref = { jobId: jobId(id), algIndex, attempt: this.group(id, algIndex).attempts };
    return this.step({ type: 'result-decided', ref, decision: { kind: 'accepted', attempt } });
  }

  succeed(id: string, algIndex: number): SchedulerEffect[] {
    this.report(id, algIndex, 'succeeded');
    return this.accept(id, algIndex);
  }

  published(id: string, answer: unknown = 'published'): SchedulerEffect[] {
    const { stage } = this.job(id);
    if (stage !== 'publishing' && stage !== 'failing') throw new Error(`job ${id} is ${stage}`);
    return this.step({
      type: 'publish-decided',
      jobId: jobId(id),
      stage,
      decision: { kind: 'done', published: answer },
    });
  }

  /** Time passes; ticks come when they were asked for. */
  pass(milliseconds: number): SchedulerEffect[] {
    const until = this.now + milliseconds;
    const effects: SchedulerEffect[] = [];
    while (this.state.wakeAtMs <= until) {
      this.now = Math.max(this.now, this.state.wakeAtMs);
      effects.push(...this.step({ type: 'tick' }));
    }
    this.now = until;
    this.effects = effects;
    return effects;
  }

  /** Time passes while these executors send heartbeats. */
  passAlive(milliseconds: number, names: readonly string[]): void {
    const until = this.now + milliseconds;
    while (this.now < until) {
      this.pass(Math.min(this.state.config.leaseMs / 4, until - this.now));
      for (const name of names) this.heartbeat(name);
    }
  }

  job(id: string): JobRecord {
    const job = this.state.jobs.get(jobId(id));
    if (job === undefined) throw new Error(`no job ${id}`);
    return job;
  }

  group(id: string, algIndex: number): GroupRecord {
    const group = this.job(id).groups.get(algIndex);
    if (group === undefined) throw new Error(`no group ${algIndex} in ${id}`);
    return group;
  }

  phases(id: string): string[] {
    return [...this.job(id).groups.values()].map((group) => group.phase);
  }

  connection(name: string): number {
    return this.state.executors.get(executorName(name))?.connectionId ?? 0;
  }
}

/** The effects of this type. */
export function ofType<T extends SchedulerEffect['type']>(
  effects: readonly SchedulerEffect[],
  type: T,
): (SchedulerEffect & { readonly type: T })[] {
  return effects.filter((effect): effect is SchedulerEffect & { readonly type: T } => effect.type === type);
}

/** Types in order, without the records and notices that almost every step has. */
export function essence(effects: readonly SchedulerEffect[]): string[] {
  const usual = new Set(['persist-record', 'notify-job', 'queue-changed', 'wake-at', 'finish-log']);
  return effects.map((effect) => effect.type).filter((type) => !usual.has(type));
}

/** "jobId/algIndex/attempt → executor" of each assignment. */
export function assignments(effects: readonly SchedulerEffect[]): string[] {
  return ofType(effects, 'send-assign').map(
    ({ ref, executor }) => `${ref.jobId}/${ref.algIndex}/${ref.attempt} → ${executor}`,
  );
}
