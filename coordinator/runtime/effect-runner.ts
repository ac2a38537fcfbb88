// Does what the machine wants done. Records are durable before anything that depends on them leaves; every outcome of the
// world, failures too, comes back as an event, and nothing expected is ever thrown out of here.
import PQueue from 'p-queue';
import { attemptKey, type JobId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type {
  DurableRecord,
  FailJobEffect,
  PublishJobEffect,
  SchedulerEffect,
} from '../scheduling/effects.js';
import type { SchedulerEvent } from '../scheduling/events.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import { attemptIdMessage, taskMessage } from './coordinator-messages.js';
import type { ExecutorHub } from './executor-hub.js';
import { failureOf } from './failures.js';
import type { JobWatchers } from './job-watchers.js';
import type { LogStore } from './log-store.js';
import type { JobPublisher } from './publisher.js';
import type { StateStore } from './state-store.js';

/** Operations on the store at once, for acceptances and publishes together. */
const STORE_OPERATIONS_AT_ONCE = 32;

export interface EffectRunnerDependencies {
  readonly stateStore: StateStore;
  readonly publisher: JobPublisher;
  readonly hub: ExecutorHub;
  readonly logs: LogStore;
  readonly watchers: JobWatchers;
  readonly logger: Logger;
  /** First message on a stream. */
  readonly welcome: CoordinatorMessage;
  dispatch(event: SchedulerEvent, causeId: string): void;
  acknowledge(requestId: number, known: boolean): void;
  jobEnded(jobId: JobId, outcome: JobOutcome): void;
  jobForgotten(jobId: JobId): void;
  /** The records cannot be kept: nothing can be promised any more. */
  onStateLost(error: unknown): void;
}

interface Planned {
  readonly effect: SchedulerEffect;
  readonly causeId: string;
}

export class EffectRunner {
  readonly #operations = new PQueue({ concurrency: STORE_OPERATIONS_AT_ONCE });
  #planned: Planned[] = [];
  #running = false;
  #stopped = false;

  constructor(private readonly deps: EffectRunnerDependencies) {}

  /** Takes a step's effects; they run in order, behind all that were taken before. */
  enqueue(effects: readonly SchedulerEffect[], causeId: string): void {
    for (const effect of effects) this.#planned.push({ effect, causeId });
    if (!this.#running && this.#planned.length > 0) {
      this.#running = true;
      queueMicrotask(() => void this.#run());
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#operations.clear();
  }

  /** Steps that were taken while records were written share the next write. */
  async #run(): Promise<void> {
    while (this.#planned.length > 0 && !this.#stopped) {
      const batch = this.#planned;
      this.#planned = [];
      const records: DurableRecord[] = [];
      for (const { effect } of batch) if (effect.type === 'persist-record') records.push(effect.record);
      try {
        if (records.length > 0) await this.deps.stateStore.write(records);
      } catch (error) {
        this.#stopped = true;
        this.deps.onStateLost(error);
        return;
      }
      for (const { effect, causeId } of batch) this.#perform(effect, causeId);
      this.deps.watchers.flush();
    }
    this.#running = false;
  }

  #perform(effect: SchedulerEffect, causeId: string): void {
    const { hub, logs, watchers } = this.deps;
    switch (effect.type) {
      case 'persist-record':
      case 'wake-at':
        return;
      case 'acknowledge':
        this.deps.acknowledge(effect.requestId, effect.known);
        return;
      case 'send-welcome':
        hub.welcome(effect.connectionId, this.deps.welcome);
        return;
      case 'send-assign': {
        const { publisher } = this.deps;
        const task = taskMessage(effect.task, {
          stagingPrefix: publisher.stagingPrefix(effect.target, effect.ref),
          checkpointPrefix: publisher.checkpointPrefix(effect.target, effect.ref.algIndex),
        });
        hub.sendOn(effect.connectionId, { assign: { id: attemptIdMessage(effect.ref, effect.epoch), task } });
        return;
      }
      case 'send-cancel':
        hub.sendOn(effect.connectionId, {
          cancel: { id: attemptIdMessage(effect.ref, effect.epoch), reason: effect.reason },
        });
        return;
      case 'send-forget':
        hub.sendOn(effect.connectionId, {
          forget: { id: attemptIdMessage(effect.ref, effect.epoch), reason: effect.reason },
        });
        return;
      case 'send-result-ack':
        hub.sendOn(effect.connectionId, { resultAck: attemptIdMessage(effect.ref, effect.epoch) });
        return;
      case 'resume-log':
        void this.#resumeLog(effect);
        return;
      case 'send-drain':
        hub.markDraining(effect.connectionId);
        hub.sendOn(effect.connectionId, { drain: { reason: effect.reason, deadlineMs: effect.deadlineMs } });
        return;
      case 'close-connection':
        this.deps.logger.warn(
          { executor: effect.executor, reason: effect.reason, causeId },
          'executor stream ended by the coordinator',
        );
        hub.close(effect.connectionId, effect.reason);
        return;
      case 'finish-log':
        logs.finish(effect.ref, effect.lines);
        return;
      case 'accept-result':
        this.#accept(effect, causeId);
        return;
      case 'publish-job':
      case 'fail-job':
        this.#publish(effect, causeId);
        return;
      case 'notify-job':
        watchers.changed(effect.jobId, effect.changedGroups);
        return;
      case 'queue-changed':
        watchers.queueChanged();
        return;
      case 'job-ended':
        this.deps.logger.info(
          { jobId: effect.jobId, state: effect.outcome.state, reason: effect.outcome.reason, causeId },
          'job ended',
        );
        this.deps.jobEnded(effect.jobId, effect.outcome);
        return;
      case 'forget-job':
        this.#forget(effect.jobId);
        return;
    }
  }

  #accept(effect: Extract<SchedulerEffect, { type: 'accept-result' }>, causeId: string): void {
    const { ref, target, result } = effect;
    this.#operate(
      () => this.deps.publisher.accept(target, ref, result),
      ({ attempt, result: other }) => ({
        type: 'result-decided',
        ref,
        decision: { kind: 'accepted', attempt, ...(other !== undefined && { result: other }) },
      }),
      (failure) => ({ type: 'result-decided', ref, decision: { kind: 'failed', failure } }),
      { attempt: attemptKey(ref), causeId },
    );
  }

  #publish(effect: PublishJobEffect | FailJobEffect, causeId: string): void {
    const { publisher } = this.deps;
    const { jobId, target, outcome } = effect;
    const stage = effect.type === 'publish-job' ? 'publishing' : 'failing';
    this.#operate(
      () =>
        effect.type === 'publish-job' ? publisher.publish(target, outcome) : publisher.fail(target, outcome),
      (published) => ({ type: 'publish-decided', jobId, stage, decision: { kind: 'done', published } }),
      (failure) => ({ type: 'publish-decided', jobId, stage, decision: { kind: 'failed', failure } }),
      { jobId, causeId },
    );
  }

  /** Runs one operation of the store; what it says, or how it fails, is the next event. */
  #operate<T>(
    run: () => Promise<T>,
    succeeded: (value: T) => SchedulerEvent,
    failed: (failure: ReturnType<typeof failureOf>) => SchedulerEvent,
    fields: { readonly causeId: string } & Record<string, string>,
  ): void {
    void this.#operations.add(async () => {
      let event: SchedulerEvent;
      try {
        event = succeeded(await run());
      } catch (error) {
        const failure = failureOf(error);
        if (failure.code === 'MLSQL_INTERNAL')
          this.deps.logger.error({ ...fields, err: error }, 'publishing failed by a defect');
        else
          this.deps.logger.warn(
            { ...fields, code: failure.code, message: failure.message },
            'publishing failed',
          );
        event = failed(failure);
      }
      if (!this.#stopped) this.deps.dispatch(event, fields.causeId);
    });
  }

  async #resumeLog(effect: Extract<SchedulerEffect, { type: 'resume-log' }>): Promise<void> {
    try {
      const seq = await this.deps.logs.count(effect.ref);
      this.deps.hub.sendOn(effect.connectionId, {
        logAck: { id: attemptIdMessage(effect.ref, effect.epoch), seq },
      });
    } catch (error) {
      this.deps.logger.error({ attempt: attemptKey(effect.ref), err: error }, 'a log cannot be read');
    }
  }

  #forget(jobId: JobId): void {
    this.deps.jobForgotten(jobId);
    const failed = (error: unknown): void =>
      this.deps.logger.error({ jobId, err: error }, 'an old job could not be removed');
    this.deps.stateStore.forget(jobId).catch(failed);
    this.deps.logs.forget(jobId).catch(failed);
  }
}
