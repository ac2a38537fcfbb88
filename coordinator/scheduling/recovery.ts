// The machine put together from its records, after its coordinator ended in whatever way. Nothing that was acknowledged is
// forgotten, nothing that ended runs again: attempts go on where they are if their executors come back in time, results are
// offered and outcomes published once more, since both are answered as they were the first time.
import { attemptKey, type ExecutorName } from '../../shared/ids.js';
import { addDeadline } from './deadlines.js';
import type { GroupSnapshot } from './effects.js';
import type { RecoverEvent } from './events.js';
import { disconnectedExecutor } from './executors.js';
import { askForAcceptance, takeSlot } from './groups.js';
import { askForPublish, newJob, userRecord, watchQueue } from './jobs.js';
import { refOf, watchAttempt } from './leases.js';
import {
  type ExecutorRecord,
  type GroupRecord,
  holdsSlot,
  type JobRecord,
  type SchedulerState,
} from './model.js';
import { enqueue } from './queue.js';
import type { SavedJob } from './saved-state.js';
import { tell } from './story.js';
import type { Turn } from './turn.js';

export function onRecover(turn: Turn, { saved }: RecoverEvent): void {
  const { state } = turn;
  if (state.jobs.size > 0 || state.executors.size > 0) throw new Error('a machine that works cannot recover');
  for (const { facts, drainReason, drainUntilMs = 0, disconnectedMs } of saved.executors) {
    const executor = lostExecutor(turn, facts.name);
    executor.facts = facts;
    executor.drainReason = drainReason;
    executor.drainUntilMs = drainUntilMs;
    if (disconnectedMs !== 0) executor.disconnectedMs = disconnectedMs;
  }
  const jobs = [...saved.jobs].sort((a, b) => a.job.submitOrder - b.job.submitOrder);
  for (const job of jobs) recoverJob(turn, job);
  state.ended.sort((a, b) => a.endTimeMs - b.endTimeMs);
  turn.queueChanged = true;
}

const STARTED_ANEW = 'the coordinator was started anew';

function recoverJob(turn: Turn, { spec, job: snapshot, groups, story }: SavedJob): void {
  const { state, now } = turn;
  const job: JobRecord = {
    ...newJob(state, spec, now),
    ...snapshot,
    story: [...story],
    queued: 0,
    running: 0,
    slotsHeld: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    // Turns are counted from here: all that wait stand alike.
    served: 0,
    // Whatever was asked of the publisher is asked again below.
    publishAtMs: 0,
    publishFailures: 0,
  };
  state.submits = Math.max(state.submits, job.submitOrder);
  state.jobs.set(spec.jobId, job);
  if (job.stage !== 'ended') userRecord(state, spec.user).jobs += 1;
  for (const group of groups) Object.assign(groupOf(job, group), own(group));
  for (const group of job.groups.values()) recoverGroup(turn, job, group);
  job.firstFailure ??= firstFailureOf(job);
  if (job.stage === 'ended') {
    state.ended.push(job);
    state.endedGroups += job.groups.size;
    return;
  }
  // Once, however often it is started for a look.
  if (job.story.at(-1)?.text !== STARTED_ANEW) tell(turn, job, STARTED_ANEW, true);
  if (job.stage === 'working') {
    turn.toSettle.add(job);
    watchQueue(state, job);
  } else askForPublish(turn, job);
}

function recoverGroup(turn: Turn, job: JobRecord, group: GroupRecord): void {
  const { state, now } = turn;
  switch (group.phase) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      job[group.phase] += 1;
      return;
    case 'accepting':
      askForAcceptance(turn, job, group);
      return;
    case 'pending':
      if (group.retryAtMs <= now) {
        group.retryAtMs = 0;
        enqueue(state, job, group);
      } else {
        // A clock that was ahead when it was noted, and was set right since, must not make it wait for longer.
        group.retryAtMs = Math.min(group.retryAtMs, now + state.config.retryDelayMaxMs);
        const { retryAtMs: atMs, algIndex } = group;
        addDeadline(state, atMs, { kind: 'retry', jobId: job.spec.jobId, algIndex });
      }
      return;
    default:
      recoverAttempt(turn, job, group);
  }
}

/** It may still run: its executor has the time of a reattach to come back and say so. */
function recoverAttempt(turn: Turn, job: JobRecord, group: GroupRecord): void {
  const { state, now } = turn;
  const { live } = group;
  if (live === undefined) throw new Error(`group ${group.algIndex} of job ${job.spec.jobId} has no attempt`);
  const executor = state.executors.get(live.executor) ?? lostExecutor(turn, live.executor);
  live.confirmed = false;
  live.leaseUntilMs = now + Math.max(state.config.reattachMs, state.config.leaseMs);
  // An executor that could not be told to end it until now gets its time once more.
  if (live.guardAtMs !== 0) live.guardAtMs = Math.max(live.guardAtMs, live.leaseUntilMs);
  executor.attempts.set(attemptKey(refOf(job, group)), { job, group });
  job.running += 1;
  if (holdsSlot(group)) takeSlot(executor, job, userRecord(state, job.spec.user), live);
  else executor.uploading += 1;
  watchAttempt(state, job, group, live);
}

function groupOf(job: JobRecord, { algIndex }: GroupSnapshot): GroupRecord {
  const group = job.groups.get(algIndex);
  if (group === undefined)
    throw new Error(`job ${job.spec.jobId} has a record of group ${algIndex}, which it lacks`);
  return group;
}

/** A snapshot as a group's own: its place in a queue and what was asked of the store are of the process that ended. */
function own(snapshot: GroupSnapshot): Partial<GroupRecord> {
  const live = snapshot.live === undefined ? undefined : { ...snapshot.live };
  return { ...snapshot, live, ticket: -1, acceptAtMs: 0, acceptFailures: 0 };
}

function firstFailureOf(job: JobRecord): JobRecord['firstFailure'] {
  let first: GroupRecord | undefined;
  for (const group of job.groups.values())
    if (group.phase === 'failed' && (first === undefined || group.endTimeMs < first.endTimeMs)) first = group;
  return first?.failure === undefined ? undefined : { algIndex: first.algIndex, failure: first.failure };
}

function lostExecutor(turn: Turn, name: ExecutorName): ExecutorRecord {
  const { state, now } = turn;
  const executor = disconnectedExecutor(name, now);
  state.executors.set(name, executor);
  addDeadline(state, now + state.config.lostExecutorKeptMs, { kind: 'lost-executor', executor: name });
  return executor;
}

/** How much of the machine came back, for the log. */
export function recoveredCounts(state: SchedulerState): { jobs: number; open: number; attempts: number } {
  let open = 0;
  let attempts = 0;
  for (const job of state.jobs.values()) {
    if (job.stage === 'ended') continue;
    open += 1;
    attempts += job.running;
  }
  return { jobs: state.jobs.size, open, attempts };
}
