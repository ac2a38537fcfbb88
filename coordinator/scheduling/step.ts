// The machine: an event in, effects out. Nothing here waits, reads a clock, draws lots of its own, or touches the world.
import type { JobId } from '../../shared/ids.js';
import { createRng } from '../../shared/rng.js';
import { onAcceptDue, onAttemptNews, onResultDecided } from './attempts.js';
import { askForWake, createDeadlines, takeDue } from './deadlines.js';
import type { SchedulerEffect } from './effects.js';
import type { SchedulerEvent } from './events.js';
import {
  onAttemptDue,
  onDrainExecutor,
  onExecutorConnected,
  onExecutorDisconnected,
  onExecutorDraining,
  onExecutorDue,
  onHeartbeat,
  onLostExecutorDue,
} from './executors.js';
import { onCancelJob, onPublishDecided, onPublishDue, onQueueDue, onSubmitJob, settleJob } from './jobs.js';
import { forgiveSilence } from './leases.js';
import { SCHEDULER_DEFAULTS } from './limits.js';
import type { Deadline, GroupRecord, JobRecord, SchedulerConfig, SchedulerState } from './model.js';
import { onShapeDue, placeGroups, reviewShapes } from './placement.js';
import { onQuarantineDue, reviewQuarantine } from './quarantine.js';
import { enqueue } from './queue.js';
import { onRecover } from './recovery.js';
import { Turn } from './turn.js';

/**
 * An empty machine.
 * @param config - epoch and whatever differs from SCHEDULER_DEFAULTS
 * @param seed - of its own randomness (jitter of retries)
 */
export function createSchedulerState(
  config: Partial<SchedulerConfig> & Pick<SchedulerConfig, 'epoch'>,
  seed: number,
): SchedulerState {
  return {
    config: { ...SCHEDULER_DEFAULTS, ...config },
    rng: createRng(seed),
    jobs: new Map(),
    ended: [],
    endedGroups: 0,
    executors: new Map(),
    users: new Map(),
    shapes: new Map(),
    reserved: new Map(),
    deadlines: createDeadlines(),
    wakeAtMs: Number.POSITIVE_INFINITY,
    turn: 0,
    submits: 0,
  };
}

/**
 * Takes one event. Changes the state in place, and is the only thing that does.
 * @param now - milliseconds since 1970; never less than in the call before
 * @returns what is to be done, in this order
 * @throws InvalidTransitionError or Error on a defect; the state is then not to be trusted
 */
export function step(state: SchedulerState, event: SchedulerEvent, now: number): SchedulerEffect[] {
  const turn = new Turn(state, now);
  handle(turn, event);
  settle(turn);
  if (turn.capacityChanged) reviewQuarantine(turn);
  if (turn.capacityChanged || turn.queueChanged) {
    reviewShapes(turn);
    placeGroups(turn);
  }
  askForWake(turn);
  return turn.finish();
}

function handle(turn: Turn, event: SchedulerEvent): void {
  switch (event.type) {
    case 'recover':
      onRecover(turn, event);
      return;
    case 'submit-job':
      onSubmitJob(turn, event);
      return;
    case 'cancel-job':
      onCancelJob(turn, event);
      return;
    case 'executor-connected':
      onExecutorConnected(turn, event);
      return;
    case 'executor-disconnected':
      onExecutorDisconnected(turn, event);
      return;
    case 'heartbeat':
      onHeartbeat(turn, event);
      return;
    case 'attempt-news':
      onAttemptNews(turn, event);
      return;
    case 'executor-draining':
      onExecutorDraining(turn, event);
      return;
    case 'drain-executor':
      onDrainExecutor(turn, event);
      return;
    case 'result-decided':
      onResultDecided(turn, event);
      return;
    case 'publish-decided':
      onPublishDecided(turn, event);
      return;
    case 'tick':
      onTick(turn);
      return;
  }
}

function settle(turn: Turn): void {
  // Settling may make further groups final, of the same job.
  for (const job of turn.toSettle) {
    turn.toSettle.delete(job);
    settleJob(turn, job);
  }
}

function onTick(turn: Turn): void {
  const { state, now } = turn;
  if (now - state.wakeAtMs > state.config.leaseMs / 2) forgiveSilence(turn);
  state.wakeAtMs = Number.POSITIVE_INFINITY;
  for (let due = takeDue(state, now); due !== undefined; due = takeDue(state, now)) onDue(turn, due);
}

function onDue(turn: Turn, { atMs, subject }: Deadline): void {
  const { state, now } = turn;
  switch (subject.kind) {
    case 'attempt': {
      const found = find(state, subject);
      if (found?.group.live?.attempt === subject.attempt && found.group.live.deadlineAtMs === atMs) {
        onAttemptDue(turn, found.job, found.group);
      }
      return;
    }
    case 'retry': {
      const found = find(state, subject);
      if (found === undefined || found.group.retryAtMs === 0 || found.group.retryAtMs > now) return;
      found.group.retryAtMs = 0;
      enqueue(state, found.job, found.group);
      turn.groupChanged(found.job, found.group);
      turn.queueChanged = true;
      return;
    }
    case 'accept': {
      const found = find(state, subject);
      if (found !== undefined) onAcceptDue(turn, found.job, found.group);
      return;
    }
    case 'publish': {
      const job = state.jobs.get(subject.jobId);
      if (job !== undefined) onPublishDue(turn, job);
      return;
    }
    case 'queue': {
      const job = state.jobs.get(subject.jobId);
      if (job !== undefined) onQueueDue(turn, job);
      return;
    }
    case 'executor': {
      const executor = state.executors.get(subject.executor);
      if (executor !== undefined && executor.connectionId === subject.connectionId)
        onExecutorDue(turn, executor);
      return;
    }
    case 'quarantine': {
      const executor = state.executors.get(subject.executor);
      if (executor !== undefined) onQuarantineDue(turn, executor);
      return;
    }
    case 'lost-executor': {
      const executor = state.executors.get(subject.executor);
      if (executor !== undefined) onLostExecutorDue(turn, executor);
      return;
    }
    case 'shape': {
      const shape = state.shapes.get(subject.shape);
      if (shape !== undefined) onShapeDue(turn, shape);
      return;
    }
  }
}

function find(
  state: SchedulerState,
  subject: { jobId: JobId; algIndex: number },
): { job: JobRecord; group: GroupRecord } | undefined {
  const job = state.jobs.get(subject.jobId);
  const group = job?.groups.get(subject.algIndex);
  return job === undefined || group === undefined ? undefined : { job, group };
}
