// A job's way: submitted, worked on group by group, then published or told to have failed, then ended exactly once.
import { addDeadline } from './deadlines.js';
import type { CancelJobEvent, PublishDecidedEvent, SubmitJobEvent } from './events.js';
import { firstTurn } from './fairness.js';
import { failGroup, stopGroups } from './groups.js';
import { ENDED_GROUPS_KEPT, ENDED_JOBS_KEPT } from './limits.js';
import type {
  GroupRecord,
  GroupSpec,
  JobRecord,
  JobSpec,
  KeptGroup,
  SchedulerState,
  UserRecord,
} from './model.js';
import { type JobOutcome, jobOutcome } from './outcome.js';
import { enqueue, requirementOf, shapeKey, userOf } from './queue.js';
import { waitReason } from './reasons.js';
import { backoffMs, lastingAfter } from './retry.js';
import { tell } from './story.js';
import { counted, tally } from './tally.js';
import { moveJobStage, moveJobState } from './transitions.js';
import type { Turn } from './turn.js';

export function onSubmitJob(turn: Turn, event: SubmitJobEvent): void {
  const { spec, requestId } = event;
  const { state, now } = turn;
  // A submit that is repeated because its answer was lost starts nothing new.
  if (!state.jobs.has(spec.jobId)) {
    const job = newJob(state, spec, now);
    state.jobs.set(spec.jobId, job);
    userRecord(state, spec.user).jobs += 1;
    for (const group of job.groups.values()) {
      if (group.phase === 'pending') enqueue(state, job, group);
      else turn.touch(job, group.algIndex);
    }
    watchQueue(state, job);
    turn.persist({ type: 'persist-record', record: { kind: 'spec', jobId: spec.jobId, value: spec } });
    tell(turn, job, `submitted: ${counted(job.groups.size, 'group')}${keptFrom(job)}`, true);
    turn.jobChanged(job);
    turn.queueChanged = true;
  }
  turn.emit({ type: 'acknowledge', requestId, known: true });
}

/** Looks at the job again when its groups have waited for as long as they may. */
export function watchQueue(state: SchedulerState, { spec, submitTimeMs }: JobRecord): void {
  if (spec.queueTimeoutMs === undefined) return;
  addDeadline(state, submitTimeMs + spec.queueTimeoutMs, { kind: 'queue', jobId: spec.jobId });
}

/** Groups that nobody could take until now have waited for as long as they may. */
export function onQueueDue(turn: Turn, job: JobRecord): void {
  const { queueTimeoutMs } = job.spec;
  if (job.stage !== 'working' || queueTimeoutMs === undefined) return;
  const waiting = [...job.groups.values()].filter(
    ({ phase, attempts }) => phase === 'pending' && attempts === 0,
  );
  const [first] = waiting;
  if (first === undefined) return;
  const why = waitReason(turn.state, job, first, turn.now);
  const message = `waited for its first try longer than its queueTimeout of ${queueTimeoutMs / 1000} s: ${why}`;
  tell(turn, job, `${counted(waiting.length, 'group')} waited too long (queueTimeout): ${why}`, true);
  for (const group of waiting) {
    failGroup(turn, job, group, {
      code: 'MLSQL_TRAIN_QUEUE_TIMEOUT',
      message,
      traceback: '',
      retryable: false,
      blame: 'user',
      cause: 'queue',
    });
  }
}

export function onCancelJob(turn: Turn, event: CancelJobEvent): void {
  const job = turn.state.jobs.get(event.jobId);
  if (job !== undefined && job.cancelReason === undefined) {
    if (job.stage === 'working') {
      job.cancelReason = event.reason;
      tell(turn, job, `cancel: ${event.reason}`, true);
      turn.jobChanged(job);
      stopGroups(turn, job, event.reason, true);
      turn.toSettle.add(job);
    } else if (job.stage !== 'ended') {
      tell(turn, job, 'a cancel came when its groups had ended already', true);
    }
  }
  turn.emit({ type: 'acknowledge', requestId: event.requestId, known: job !== undefined });
}

/** Looks whether the job's groups decide it: failFast, or all are final. */
export function settleJob(turn: Turn, job: JobRecord): void {
  if (job.stage !== 'working') return;
  if (job.spec.failFast && job.failed > 0 && !job.stopped && job.cancelReason === undefined) {
    job.stopped = true;
    const reason = `group ${job.firstFailure?.algIndex} failed (failFast)`;
    tell(turn, job, `stops: ${reason}`, true);
    turn.jobChanged(job);
    stopGroups(turn, job, reason, false);
  }
  if (job.succeeded + job.failed + job.cancelled < job.groups.size) return;
  if (verdictOf(job).state === 'SUCCEEDED') {
    moveJobStage(job, 'publishing');
    tell(turn, job, `publishes: ${tally(job)}`, true);
  } else {
    moveJobStage(job, 'failing');
  }
  turn.jobChanged(job);
  askForPublish(turn, job);
}

/** The publisher's answer. */
export function onPublishDecided(turn: Turn, event: PublishDecidedEvent): void {
  const job = turn.state.jobs.get(event.jobId);
  // Only the answer that is waited for counts; another is a duplicate.
  if (job === undefined || job.stage !== event.stage || job.publishAtMs !== 0) return;
  const { decision } = event;
  if (decision.kind === 'done') {
    endJob(turn, job, decision.published);
    return;
  }
  if (job.publishFailures === 0) job.publishFailedMs = turn.now;
  const failure = lastingAfter(turn, decision.failure, job.publishFailedMs);
  job.publishFailure = failure;
  turn.jobChanged(job);
  if (failure.retryable) {
    // All the work is done and lies in the store: it is published as soon as the store answers again.
    if (job.publishFailures === 0)
      tell(turn, job, `the store cannot be written yet: ${failure.message}`, true);
    job.publishAtMs = turn.now + backoffMs(job.publishFailures, turn.state.config, turn.state.rng);
    job.publishFailures += 1;
    addDeadline(turn.state, job.publishAtMs, { kind: 'publish', jobId: job.spec.jobId });
  } else if (job.stage === 'publishing') {
    tell(turn, job, `cannot be published: ${failure.message}`, true);
    job.publishRefused = failure;
    job.publishFailures = 0;
    moveJobStage(job, 'failing');
    askForPublish(turn, job);
  } else {
    tell(turn, job, `its meta cannot be written: ${failure.message}`, true);
    endJob(turn, job, undefined);
  }
}

/** The next try of a publish is due. */
export function onPublishDue(turn: Turn, job: JobRecord): void {
  if (job.publishAtMs !== 0 && job.publishAtMs <= turn.now) askForPublish(turn, job);
}

/** How the job ends as things stand, and why. */
export function verdictOf(job: JobRecord): Pick<JobOutcome, 'state' | 'reason' | 'error'> {
  if (job.cancelReason !== undefined)
    return { state: 'CANCELLED', reason: `cancelled: ${job.cancelReason}`, error: undefined };
  if (job.publishRefused !== undefined) {
    const reason = `${tally(job)}, but the version cannot be published: ${job.publishRefused.message}`;
    return { state: 'FAILED', reason, error: { failure: job.publishRefused, algIndex: undefined } };
  }
  if (job.succeeded >= Math.max(1, job.spec.minSuccess))
    return { state: 'SUCCEEDED', reason: tally(job), error: undefined };
  const first = job.firstFailure;
  const cause = first === undefined ? '' : `; first, group ${first.algIndex}: ${first.failure.message}`;
  return { state: 'FAILED', reason: `${tally(job)}, ${job.spec.minSuccess} needed${cause}`, error: first };
}

/** How the job ended, or ends as things stand; every group must be final. */
export function outcomeOf(job: JobRecord, now: number): JobOutcome {
  const { state, reason, error } = verdictOf(job);
  return jobOutcome(job, state, reason, error, job.published, now);
}

export function askForPublish(turn: Turn, job: JobRecord): void {
  const { jobId, target } = job.spec;
  job.publishAtMs = 0;
  const outcome = outcomeOf(job, turn.now);
  turn.emit({ type: job.stage === 'publishing' ? 'publish-job' : 'fail-job', jobId, target, outcome });
}

function endJob(turn: Turn, job: JobRecord, published: unknown): void {
  const { state, reason } = verdictOf(job);
  moveJobStage(job, 'ended');
  moveJobState(job, state);
  job.endTimeMs = turn.now;
  job.endReason = reason;
  job.published = published;
  tell(turn, job, `${state}: ${reason}`, true);
  turn.jobChanged(job);
  const user = userOf(turn.state, job);
  user.jobs -= 1;
  if (user.jobs === 0) turn.state.users.delete(user.name);
  turn.emit({
    type: 'job-ended',
    jobId: job.spec.jobId,
    outcome: outcomeOf(job, turn.now),
  });
  forgetOldJobs(turn, job);
}

/** Ended jobs are kept for lists and logs, but not for ever. */
function forgetOldJobs(turn: Turn, ended: JobRecord): void {
  const { state } = turn;
  state.ended.push(ended);
  state.endedGroups += ended.groups.size;
  while (
    state.ended.length > 1 &&
    (state.ended.length > ENDED_JOBS_KEPT || state.endedGroups > ENDED_GROUPS_KEPT)
  ) {
    const oldest = state.ended.shift();
    if (oldest === undefined) return;
    state.endedGroups -= oldest.groups.size;
    state.jobs.delete(oldest.spec.jobId);
    turn.emit({ type: 'forget-job', jobId: oldest.spec.jobId });
  }
}

/** The user's record, made where it is missing; whoever adds the first job has to count it. */
export function userRecord(state: SchedulerState, name: string): UserRecord {
  let user = state.users.get(name);
  if (user === undefined) {
    const weight = state.config.userWeights.get(name) ?? 1;
    const served = firstTurn(state.turn, weight);
    user = { name, weight, slotsHeld: 0, turn: 0, served, waiting: new Set(), jobs: 0 };
    state.users.set(name, user);
  }
  return user;
}

/** Of which jobs a retry keeps models. */
function keptFrom({ succeeded, spec }: JobRecord): string {
  if (succeeded === 0) return '';
  const from = new Set(spec.groups.flatMap(({ kept }) => (kept === undefined ? [] : [kept.jobId])));
  return `, ${succeeded} kept of ${[...from].join(', ')}`;
}

export function newJob(state: SchedulerState, spec: JobSpec, now: number): JobRecord {
  state.submits += 1;
  const weight = spec.weight ?? 1;
  return {
    spec,
    submitOrder: state.submits,
    submitTimeMs: now,
    weight,
    state: 'PENDING',
    stage: 'working',
    endReason: '',
    groups: new Map(spec.groups.map((group) => [group.algIndex, newGroup(group)])),
    queues: new Map(),
    queued: 0,
    running: 0,
    slotsHeld: 0,
    succeeded: spec.groups.filter(({ kept }) => kept !== undefined).length,
    failed: 0,
    cancelled: 0,
    cancelReason: undefined,
    stopped: false,
    firstFailure: undefined,
    publishFailures: 0,
    publishFailedMs: 0,
    publishFailure: undefined,
    publishRefused: undefined,
    publishAtMs: 0,
    bytesSynced: 0,
    endTimeMs: 0,
    published: undefined,
    served: firstTurn(state.users.get(spec.user)?.turn ?? 0, weight),
    story: [],
    storyDropped: 0,
  };
}

function newGroup(spec: GroupSpec): GroupRecord {
  return {
    algIndex: spec.algIndex,
    spec,
    shape: shapeKey(requirementOf({ spec })),
    phase: 'pending',
    attempts: 0,
    scriptFailures: 0,
    infrastructureFailures: 0,
    memoryFailures: 0,
    live: undefined,
    ticket: -1,
    retryAtMs: 0,
    avoid: undefined,
    result: undefined,
    acceptedAttempt: 0,
    acceptFailures: 0,
    acceptFailedMs: 0,
    acceptAtMs: 0,
    executor: '',
    progress: -1,
    score: undefined,
    metrics: {},
    failure: undefined,
    warnings: [],
    startTimeMs: 0,
    endTimeMs: 0,
    ...(spec.kept !== undefined && keptFacts(spec.kept)),
  };
}

function keptFacts({ jobId: _, ...kept }: KeptGroup): Partial<GroupRecord> {
  return { ...kept, phase: 'succeeded', progress: 1 };
}
