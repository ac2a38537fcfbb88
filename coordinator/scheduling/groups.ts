// What happens to one group: placed, ended, tried again, final. Whether its job goes on is settled at the end of the step.
import { attemptKey } from '../../shared/ids.js';
import { addDeadline } from './deadlines.js';
import { countTurn } from './fairness.js';
import { guardAttempt, refOf, watchAttempt } from './leases.js';
import {
  type AttemptRecord,
  type AttemptResult,
  type ExecutorRecord,
  type FailureInfo,
  FINAL_PHASES,
  type GroupRecord,
  holdsSlot,
  type JobRecord,
  type UserRecord,
} from './model.js';
import { noteTrouble, showRecovered } from './quarantine.js';
import { dequeue, enqueue, requirementOf, userOf } from './queue.js';
import { failureFacts } from './reasons.js';
import { decideRetry } from './retry.js';
import { tell } from './story.js';
import { moveGroup, moveJobState } from './transitions.js';
import type { Turn } from './turn.js';

/** The group's next attempt goes to this executor. Durable before it is sent. */
export function assignGroup(turn: Turn, job: JobRecord, group: GroupRecord, executor: ExecutorRecord): void {
  const { state, now } = turn;
  dequeue(state, job, group);
  moveGroup(job, group, 'assigned');
  group.attempts += 1;
  const live: AttemptRecord = {
    attempt: group.attempts,
    epoch: state.config.epoch,
    executor: executor.facts.name,
    requirement: requirementOf(group),
    leaseUntilMs: now + state.config.leaseMs,
    confirmed: false,
    runningSinceMs: 0,
    guardAtMs: 0,
    deadlineAtMs: 0,
    cancelReason: undefined,
    bytesSynced: 0,
  };
  Object.assign(group, {
    live,
    executor: executor.facts.name,
    progress: -1,
    score: undefined,
    metrics: {},
    failure: undefined,
  });
  group.startTimeMs = now;
  const ref = refOf(job, group);
  executor.attempts.set(attemptKey(ref), { job, group });
  const user = userOf(state, job);
  job.running += 1;
  takeSlot(executor, job, user, live);
  countTurn(state, user, job);
  watchAttempt(state, job, group, live);
  if (job.state === 'PENDING') {
    moveJobState(job, 'RUNNING');
    turn.jobChanged(job);
  }
  tell(turn, job, `group ${group.algIndex}: try ${group.attempts} goes to ${executor.facts.name}`);
  turn.groupChanged(job, group);
  turn.queueChanged = true;
  turn.emit({
    type: 'send-assign',
    executor: executor.facts.name,
    connectionId: executor.connectionId,
    ref,
    epoch: live.epoch,
    task: group.spec.task,
    target: job.spec.target,
  });
}

/** The script has ended and its model goes up: what it took is free for the next one. */
export function beginUpload(turn: Turn, job: JobRecord, group: GroupRecord, executor: ExecutorRecord): void {
  if (group.live === undefined)
    throw new Error(`group ${group.algIndex} of job ${job.spec.jobId} has no attempt`);
  freeSlot(turn, job, group.live, executor);
  executor.uploading += 1;
}

/** The executor said that it is done: nothing of it is left there, and the store is asked whether this result counts. */
export function attemptSucceeded(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  result: AttemptResult,
): void {
  showRecovered(turn, group.live?.executor);
  releaseAttempt(turn, job, group);
  moveGroup(job, group, 'accepting');
  group.result = result;
  turn.groupChanged(job, group);
  askForAcceptance(turn, job, group);
}

export function askForAcceptance(turn: Turn, job: JobRecord, group: GroupRecord): void {
  if (group.result === undefined)
    throw new Error(`group ${group.algIndex} of job ${job.spec.jobId} has no result to accept`);
  group.acceptAtMs = 0;
  turn.emit({ type: 'accept-result', ref: refOf(job, group), target: job.spec.target, result: group.result });
}

/** A live attempt ended badly: another try where the budgets allow, else the group has failed. */
export function attemptFailed(turn: Turn, job: JobRecord, group: GroupRecord, failure: FailureInfo): void {
  const { state, now } = turn;
  const executor = group.live?.executor;
  releaseAttempt(turn, job, group);
  const where = executor === undefined ? '' : ` on ${executor}`;
  // Nobody's failure: its executor is gone, or leaves.
  const what = failure.cause === 'lost' ? 'was not finished' : 'failed';
  tell(
    turn,
    job,
    `group ${group.algIndex}: try ${group.attempts} ${what}${where}: ${failure.message}${failureFacts(failure)}`,
  );
  noteTrouble(turn, executor, job, failure);
  const decision = decideRetry(group, failure, state.config, state.rng);
  if (!decision.retry) {
    tell(turn, job, `group ${group.algIndex}: failed for good: ${decision.why}`);
    failGroup(turn, job, group, failure);
    return;
  }
  if (decision.budget === 'script') group.scriptFailures += 1;
  else {
    if (decision.budget === 'memory') group.memoryFailures += 1;
    else group.infrastructureFailures += 1;
    group.avoid = executor;
  }
  moveGroup(job, group, 'pending');
  group.failure = failure;
  // What the last try said of itself is no fact of the next one.
  group.score = undefined;
  group.progress = -1;
  group.metrics = {};
  if (decision.delayMs === 0) {
    enqueue(state, job, group);
    turn.queueChanged = true;
  } else {
    group.retryAtMs = now + decision.delayMs;
    addDeadline(state, group.retryAtMs, { kind: 'retry', jobId: job.spec.jobId, algIndex: group.algIndex });
  }
  turn.groupChanged(job, group);
}

/** The executor, or the message to it, is gone. */
export function attemptLost(turn: Turn, job: JobRecord, group: GroupRecord, why: string): void {
  if (group.live === undefined)
    throw new Error(`group ${group.algIndex} of job ${job.spec.jobId} has no attempt to lose`);
  turn.emit({ type: 'finish-log', ref: refOf(job, group), lines: undefined });
  if (group.live.cancelReason !== undefined) {
    cancelGroup(turn, job, group, group.live.cancelReason);
    return;
  }
  attemptFailed(turn, job, group, {
    code: 'MLSQL_TASK_LOST',
    message: `try ${group.attempts} was lost: ${why}`,
    traceback: '',
    retryable: true,
    blame: 'platform',
    cause: 'lost',
  });
}

export function succeedGroup(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  attempt: number,
  result: AttemptResult,
): void {
  moveGroup(job, group, 'succeeded');
  group.acceptedAttempt = attempt;
  group.result = result;
  group.failure = undefined;
  job.succeeded += 1;
  tell(
    turn,
    job,
    `group ${group.algIndex}: succeeded${group.score === undefined ? '' : `, score ${group.score}`}`,
  );
  finalise(turn, job, group);
}

export function failGroup(turn: Turn, job: JobRecord, group: GroupRecord, failure: FailureInfo): void {
  leaveQueue(turn, job, group);
  moveGroup(job, group, 'failed');
  group.failure = failure;
  group.result = undefined;
  job.failed += 1;
  job.firstFailure ??= { algIndex: group.algIndex, failure };
  finalise(turn, job, group);
}

export function cancelGroup(turn: Turn, job: JobRecord, group: GroupRecord, reason: string): void {
  leaveQueue(turn, job, group);
  if (group.live !== undefined) releaseAttempt(turn, job, group);
  moveGroup(job, group, 'cancelled');
  group.result = undefined;
  group.failure = {
    code: 'MLSQL_TRAIN_CANCELLED',
    message: reason,
    traceback: '',
    retryable: false,
    blame: 'user',
    cause: 'cancelled',
  };
  job.cancelled += 1;
  finalise(turn, job, group);
}

/** Ends what has not ended: waiting groups at once, live ones by their executors, within their grace. */
export function stopGroups(turn: Turn, job: JobRecord, reason: string, alsoAccepting: boolean): void {
  for (const group of job.groups.values()) {
    if (group.phase === 'pending' || (group.phase === 'accepting' && alsoAccepting))
      cancelGroup(turn, job, group, reason);
    else if (group.live !== undefined) cancelAttempt(turn, job, group, group.live, reason);
  }
}

/** Frees what the attempt took. From now on messages about it are stale. */
export function releaseAttempt(turn: Turn, job: JobRecord, group: GroupRecord): void {
  const live = group.live;
  if (live === undefined) throw new Error(`group ${group.algIndex} of job ${job.spec.jobId} has no attempt`);
  const executor = turn.state.executors.get(live.executor);
  if (executor?.attempts.delete(attemptKey(refOf(job, group))) !== true) {
    throw new Error(`executor ${live.executor} does not hold ${attemptKey(refOf(job, group))}`);
  }
  if (holdsSlot(group)) freeSlot(turn, job, live, executor);
  else executor.uploading -= 1;
  group.live = undefined;
  job.running -= 1;
  turn.capacityChanged = true;
}

/** Counts what a live attempt takes until its script has ended. */
export function takeSlot(
  executor: ExecutorRecord,
  job: JobRecord,
  user: UserRecord,
  { requirement }: AttemptRecord,
): void {
  executor.cpusBusy += requirement.cpus;
  executor.memoryBusy += requirement.memoryBytes;
  executor.gpusBusy += requirement.gpus;
  job.slotsHeld += 1;
  user.slotsHeld += 1;
}

function freeSlot(
  turn: Turn,
  job: JobRecord,
  { requirement }: AttemptRecord,
  executor: ExecutorRecord,
): void {
  executor.cpusBusy -= requirement.cpus;
  executor.memoryBusy -= requirement.memoryBytes;
  executor.gpusBusy -= requirement.gpus;
  job.slotsHeld -= 1;
  userOf(turn.state, job).slotsHeld -= 1;
  turn.capacityChanged = true;
}

function cancelAttempt(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
  reason: string,
): void {
  if (live.cancelReason !== undefined) return;
  live.cancelReason = reason;
  guardAttempt(turn, job, group, live, turn.now + group.spec.task.graceMs + turn.state.config.cancelGuardMs);
  turn.groupChanged(job, group);
  const executor = turn.state.executors.get(live.executor);
  if (executor === undefined || executor.connectionId === 0) return;
  const { connectionId } = executor;
  turn.emit({
    type: 'send-cancel',
    executor: live.executor,
    connectionId,
    ref: refOf(job, group),
    epoch: live.epoch,
    reason,
  });
}

function leaveQueue(turn: Turn, job: JobRecord, group: GroupRecord): void {
  group.retryAtMs = 0;
  group.acceptAtMs = 0;
  if (group.ticket === -1) return;
  dequeue(turn.state, job, group);
  turn.queueChanged = true;
}

function finalise(turn: Turn, job: JobRecord, group: GroupRecord): void {
  if (!FINAL_PHASES.has(group.phase)) throw new Error(`group ${group.algIndex} is not final: ${group.phase}`);
  group.endTimeMs = turn.now;
  turn.groupChanged(job, group);
  turn.toSettle.add(job);
}
