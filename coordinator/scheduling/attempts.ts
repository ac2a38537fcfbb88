// What executors say of attempts. Only news of the group's live attempt, with its number, epoch and executor, counts; all
// else is stale, changes nothing, and is answered so that the executor can clean up.

import { addDeadline } from './deadlines.js';
import type { AttemptNews, AttemptNewsEvent, ResultDecidedEvent } from './events.js';
import { currentExecutor } from './executors-lookup.js';
import {
  askForAcceptance,
  attemptFailed,
  attemptSucceeded,
  beginUpload,
  cancelGroup,
  failGroup,
  succeedGroup,
} from './groups.js';
import { guardAttempt, refOf, renewLease } from './leases.js';
import { GROUP_WARNINGS_MAX } from './limits.js';
import type { AttemptRecord, ExecutorRecord, FailureInfo, GroupRecord, JobRecord } from './model.js';
import { backoffMs, lastingAfter } from './retry.js';
import { tell } from './story.js';
import { mayMoveGroup, moveGroup } from './transitions.js';
import type { Turn } from './turn.js';

export function onAttemptNews(turn: Turn, event: AttemptNewsEvent): void {
  const executor = currentExecutor(turn.state, event.executor, event.connectionId);
  if (executor !== undefined) takeNews(turn, executor, event.news);
}

/** Takes news of one attempt that came on the executor's present stream. */
export function takeNews(turn: Turn, executor: ExecutorRecord, news: AttemptNews): void {
  const job = turn.state.jobs.get(news.ref.jobId);
  const group = job?.groups.get(news.ref.algIndex);
  const live = group?.live;
  if (job === undefined || group === undefined || live === undefined || !isAbout(news, live, executor)) {
    answerStale(turn, executor, news);
    return;
  }
  live.confirmed = true;
  renewLease(turn, live);
  takeFacts(turn, job, group, live, news);
  switch (news.phase) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      turn.emit({ type: 'finish-log', ref: news.ref, lines: news.logLines });
      acknowledge(turn, executor, news);
      endAttempt(turn, job, group, live, executor, news);
      return;
    default:
      takePhase(turn, job, group, live, executor, news.phase);
  }
}

/** The store decided, or could not be asked. */
export function onResultDecided(turn: Turn, event: ResultDecidedEvent): void {
  const job = turn.state.jobs.get(event.ref.jobId);
  const group = job?.groups.get(event.ref.algIndex);
  const waits =
    group?.phase === 'accepting' && group.attempts === event.ref.attempt && group.acceptAtMs === 0;
  if (job === undefined || group === undefined || !waits) return;
  const { decision } = event;
  if (decision.kind === 'accepted') {
    const result = decision.result ?? (decision.attempt === group.attempts ? group.result : undefined);
    if (result !== undefined) {
      succeedGroup(turn, job, group, decision.attempt, result);
      return;
    }
    failGroup(turn, job, group, {
      code: 'MLSQL_INTERNAL',
      message: `the store holds the result of try ${decision.attempt}, of which nothing is known here`,
      traceback: '',
      retryable: false,
      blame: 'platform',
      cause: 'internal',
    });
    return;
  }
  if (group.acceptFailures === 0) group.acceptFailedMs = turn.now;
  const failure = lastingAfter(turn, decision.failure, group.acceptFailedMs);
  if (!failure.retryable) {
    failGroup(turn, job, group, failure);
    return;
  }
  // The result lies in the store and costs nothing to keep; training again would cost hours. So the store is asked for a
  // long time, and a cancel is the way out.
  if (group.acceptFailures === 0)
    tell(turn, job, `group ${group.algIndex}: the store cannot be asked yet: ${failure.message}`);
  group.failure = failure;
  group.acceptAtMs = turn.now + backoffMs(group.acceptFailures, turn.state.config, turn.state.rng);
  group.acceptFailures += 1;
  addDeadline(turn.state, group.acceptAtMs, {
    kind: 'accept',
    jobId: job.spec.jobId,
    algIndex: group.algIndex,
  });
  turn.touch(job, group.algIndex);
}

/** The next try of an acceptance is due. */
export function onAcceptDue(turn: Turn, job: JobRecord, group: GroupRecord): void {
  if (group.phase === 'accepting' && group.acceptAtMs !== 0 && group.acceptAtMs <= turn.now)
    askForAcceptance(turn, job, group);
}

function isAbout(news: AttemptNews, live: AttemptRecord, executor: ExecutorRecord): boolean {
  return (
    live.attempt === news.ref.attempt && live.epoch === news.epoch && live.executor === executor.facts.name
  );
}

function answerStale(turn: Turn, executor: ExecutorRecord, news: AttemptNews): void {
  if (isLast(news)) acknowledge(turn, executor, news);
  else {
    turn.emit({
      type: 'send-forget',
      executor: executor.facts.name,
      connectionId: executor.connectionId,
      ref: news.ref,
      epoch: news.epoch,
      reason: 'this try counts no more',
    });
  }
}

function acknowledge(turn: Turn, executor: ExecutorRecord, news: AttemptNews): void {
  const { connectionId, facts } = executor;
  turn.emit({
    type: 'send-result-ack',
    executor: facts.name,
    connectionId,
    ref: news.ref,
    epoch: news.epoch,
  });
}

export function isLast(news: AttemptNews): boolean {
  return news.phase === 'succeeded' || news.phase === 'failed' || news.phase === 'cancelled';
}

function takeFacts(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
  news: AttemptNews,
): void {
  if (news.score !== undefined) group.score = Number.isFinite(news.score) ? news.score : undefined;
  if (news.progress !== undefined && Number.isFinite(news.progress))
    group.progress = Math.min(1, Math.max(0, news.progress));
  if (Object.keys(news.metrics).length > 0) group.metrics = { ...group.metrics, ...news.metrics };
  if (news.bytesSynced > live.bytesSynced) {
    job.bytesSynced += news.bytesSynced - live.bytesSynced;
    live.bytesSynced = news.bytesSynced;
  }
  turn.touch(job, group.algIndex);
  const fresh = news.warnings.filter(
    (warning) =>
      !group.warnings.some((known) => known.code === warning.code && known.message === warning.message),
  );
  if (fresh.length === 0) return;
  group.warnings = [...group.warnings, ...fresh].slice(0, GROUP_WARNINGS_MAX);
  turn.groupChanged(job, group);
}

function takePhase(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
  executor: ExecutorRecord,
  phase: 'syncing' | 'starting' | 'running' | 'uploading',
): void {
  // The same phase again, or an earlier one, is news of before: a reconnect, a duplicate.
  if (!mayMoveGroup(group.phase, phase)) return;
  moveGroup(job, group, phase);
  if (phase === 'uploading') beginUpload(turn, job, group, executor);
  if (phase === 'running') {
    live.runningSinceMs = turn.now;
    const { timeoutMs, graceMs } = group.spec.task;
    if (timeoutMs > 0)
      guardAttempt(turn, job, group, live, turn.now + timeoutMs + graceMs + turn.state.config.cancelGuardMs);
  }
  // What it needs lies on the executor now, which heartbeats will tell later.
  if (phase === 'starting' || phase === 'running')
    for (const input of group.spec.inputs) executor.cached.add(input.sha256);
}

function endAttempt(
  turn: Turn,
  job: JobRecord,
  group: GroupRecord,
  live: AttemptRecord,
  executor: ExecutorRecord,
  news: AttemptNews,
): void {
  if (live.cancelReason !== undefined) {
    tell(turn, job, `group ${group.algIndex}: try ${group.attempts} ended after its cancel`);
    cancelGroup(turn, job, group, live.cancelReason);
  } else if (news.phase === 'succeeded' && news.result !== undefined) {
    attemptSucceeded(turn, job, group, news.result);
  } else if (news.phase === 'failed' && news.failure !== undefined) {
    attemptFailed(turn, job, group, news.failure);
  } else {
    attemptFailed(turn, job, group, endedByExecutor(executor, group, news));
  }
}

/** Nobody here asked for the end (an executor that drains, say), or the executor did not say enough: another may do it. */
function endedByExecutor(executor: ExecutorRecord, group: GroupRecord, news: AttemptNews): FailureInfo {
  const why = news.failure?.message ?? `phase ${news.phase} without its details`;
  return {
    code: 'MLSQL_TASK_LOST',
    message: `executor ${executor.facts.name} ended try ${group.attempts}: ${why}`,
    traceback: '',
    retryable: true,
    blame: 'platform',
    cause: news.phase === 'cancelled' ? 'cancelled' : 'internal',
  };
}

/** An attempt's lease or guard may be over. */
export function guardFailure(turn: Turn, job: JobRecord, group: GroupRecord, live: AttemptRecord): void {
  const executor = turn.state.executors.get(live.executor);
  if (executor !== undefined && executor.connectionId !== 0) {
    turn.emit({
      type: 'send-forget',
      executor: live.executor,
      connectionId: executor.connectionId,
      ref: refOf(job, group),
      epoch: live.epoch,
      reason: live.cancelReason ?? 'it ran longer than its timeout',
    });
  }
  turn.emit({ type: 'finish-log', ref: refOf(job, group), lines: undefined });
  if (live.cancelReason !== undefined) {
    tell(
      turn,
      job,
      `group ${group.algIndex}: executor ${live.executor} did not end try ${live.attempt} in time; it is given up`,
    );
    cancelGroup(turn, job, group, live.cancelReason);
    return;
  }
  const { timeoutMs } = group.spec.task;
  attemptFailed(turn, job, group, {
    code: 'MLSQL_TASK_TIMEOUT',
    message: `the script ran longer than its timeout of ${timeoutMs / 1000} s, and executor ${live.executor} did not end it`,
    traceback: '',
    retryable: true,
    blame: 'user',
    cause: 'timeout',
  });
}
