// One lease for each live attempt. Heartbeats and news renew it; when it ends the attempt counts as lost. A guard ends what
// an executor does not end itself: a timeout or a cancel that is not obeyed.
import type { AttemptRef } from '../../shared/ids.js';
import { addDeadline } from './deadlines.js';
import type { AttemptRecord, ExecutorRecord, GroupRecord, JobRecord, SchedulerState } from './model.js';
import type { Turn } from './turn.js';

export function refOf(job: JobRecord, group: GroupRecord, attempt: number = group.attempts): AttemptRef {
  return { jobId: job.spec.jobId, algIndex: group.algIndex, attempt };
}

/** The attempt is known to live. Its deadline moves when it comes up, not now: a renewal costs nothing. */
export function renewLease(turn: Turn, live: AttemptRecord): void {
  live.leaseUntilMs = turn.now + turn.state.config.leaseMs;
}

/** The executor is known to live, with every attempt that it has spoken of on this stream. */
export function renewExecutor(turn: Turn, executor: ExecutorRecord): void {
  executor.leaseUntilMs = turn.now + turn.state.config.leaseMs;
  for (const { group } of executor.attempts.values()) {
    if (group.live?.confirmed === true) renewLease(turn, group.live);
  }
}

/** Looks at the attempt again when its lease or guard may end; a look that was planned later is void. */
export function watchAttempt(
  state: SchedulerState,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
): void {
  live.deadlineAtMs = live.guardAtMs === 0 ? live.leaseUntilMs : Math.min(live.leaseUntilMs, live.guardAtMs);
  const { jobId, algIndex, attempt } = refOf(job, group, live.attempt);
  addDeadline(state, live.deadlineAtMs, { kind: 'attempt', jobId, algIndex, attempt });
}

/** Ends the attempt at this time at the latest. */
export function guardAttempt(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
  atMs: number,
): void {
  if (live.guardAtMs !== 0 && live.guardAtMs <= atMs) return;
  live.guardAtMs = atMs;
  if (atMs < live.deadlineAtMs) watchAttempt(turn.state, job, group, live);
}

/**
 * The machine itself was not running for long (a suspended laptop, a stopped process): nobody's silence says anything, so
 * every lease starts anew.
 */
export function forgiveSilence(turn: Turn): void {
  for (const executor of turn.state.executors.values()) {
    executor.leaseUntilMs = Math.max(executor.leaseUntilMs, turn.now + turn.state.config.leaseMs);
    for (const { group } of executor.attempts.values())
      if (group.live !== undefined) renewLease(turn, group.live);
  }
}
