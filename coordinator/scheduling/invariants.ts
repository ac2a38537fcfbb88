// What must hold between any two steps. Checked after each step in tests and simulations, and in production by a flag.
import { attemptKey } from '../../shared/ids.js';
import { refOf } from './leases.js';
import {
  FINAL_PHASES,
  type GroupRecord,
  holdsSlot,
  type JobRecord,
  LIVE_PHASES,
  type SchedulerState,
} from './model.js';
import { storyText } from './story.js';

/** @throws Error that names the first invariant that does not hold, with the job's story */
export function checkInvariants(state: SchedulerState): void {
  for (const job of state.jobs.values()) checkJob(state, job);
  checkExecutors(state);
  checkUsers(state);
  checkShapes(state);
}

function checkJob(state: SchedulerState, job: JobRecord): void {
  const fail = (what: string): never => {
    throw new Error(`invariant of job ${job.spec.jobId}: ${what}; its story:\n${storyText(job)}`);
  };
  let queued = 0;
  let running = 0;
  let slotsHeld = 0;
  let accepting = 0;
  const ends = { succeeded: 0, failed: 0, cancelled: 0 };
  for (const group of job.groups.values()) {
    checkGroup(state, job, group, fail);
    if (group.ticket !== -1) queued += 1;
    if (group.live !== undefined) running += 1;
    if (holdsSlot(group)) slotsHeld += 1;
    if (group.phase === 'accepting') accepting += 1;
    if (group.phase === 'succeeded' || group.phase === 'failed' || group.phase === 'cancelled')
      ends[group.phase] += 1;
  }
  if (queued !== job.queued) fail(`${queued} groups are queued, not ${job.queued}`);
  if (running !== job.running) fail(`${running} groups are live, not ${job.running}`);
  if (slotsHeld !== job.slotsHeld) fail(`${slotsHeld} groups hold a slot, not ${job.slotsHeld}`);
  if (ends.succeeded !== job.succeeded || ends.failed !== job.failed || ends.cancelled !== job.cancelled) {
    fail(`its counts are wrong: ${JSON.stringify(ends)}`);
  }
  const open = job.groups.size - ends.succeeded - ends.failed - ends.cancelled;
  if ((job.stage === 'working') !== open > 0) fail(`${open} groups are open in stage ${job.stage}`);
  const over = job.state !== 'PENDING' && job.state !== 'RUNNING';
  if (over !== (job.stage === 'ended')) fail(`state ${job.state} in stage ${job.stage}`);
  if (over !== job.endTimeMs > 0) fail(`state ${job.state} with end time ${job.endTimeMs}`);
  const kept = job.spec.groups.filter((group) => group.kept !== undefined).length;
  if (job.state === 'PENDING' && running + accepting + ends.succeeded > kept)
    fail('it is PENDING and has work');
  if (job.state === 'SUCCEEDED' && job.succeeded < Math.max(1, job.spec.minSuccess))
    fail('too few groups succeeded');
  let length = 0;
  for (const queue of job.queues.values()) {
    length += queue.length;
    const head = job.groups.get(queue.entries[queue.head] ?? -1);
    if (head?.ticket !== queue.firstTicket + queue.head)
      fail(`the head of queue ${queue.shape} does not wait`);
  }
  if (length !== job.queued) fail(`its queues hold ${length} groups, not ${job.queued}`);
}

function checkGroup(
  state: SchedulerState,
  job: JobRecord,
  group: GroupRecord,
  fail: (what: string) => never,
): void {
  const name = `group ${group.algIndex} (${group.phase})`;
  if (LIVE_PHASES.has(group.phase) !== (group.live !== undefined))
    fail(`${name} and its live attempt differ`);
  if (group.ticket !== -1 && group.phase !== 'pending') fail(`${name} is queued`);
  if (group.phase === 'pending' && (group.ticket === -1) !== group.retryAtMs > 0)
    fail(`${name} neither waits in the queue nor for a time`);
  if (FINAL_PHASES.has(group.phase) !== group.endTimeMs > 0) fail(`${name} has end time ${group.endTimeMs}`);
  if ((group.phase === 'succeeded') !== group.acceptedAttempt > 0)
    fail(`${name} has accepted try ${group.acceptedAttempt}`);
  if (group.acceptedAttempt > group.attempts) fail(`${name} accepted a try that was never made`);
  if (group.phase === 'accepting' && group.result === undefined) fail(`${name} has no result`);
  if ((group.phase === 'failed' || group.phase === 'cancelled') && group.failure === undefined)
    fail(`${name} has no reason`);
  if (group.scriptFailures > group.spec.retries) fail(`${name} used ${group.scriptFailures} retries`);
  if (group.infrastructureFailures > state.config.infrastructureRetries)
    fail(`${name} used too many of the cluster's retries`);
  const { live } = group;
  if (live === undefined) return;
  if (live.attempt !== group.attempts) fail(`${name} has live try ${live.attempt} of ${group.attempts}`);
  if (state.executors.get(live.executor)?.attempts.get(attemptKey(refOf(job, group)))?.group !== group) {
    fail(`${name} is not known to its executor ${live.executor}`);
  }
}

function checkExecutors(state: SchedulerState): void {
  for (const [name, executor] of state.executors) {
    const fail = (what: string): never => {
      throw new Error(`invariant of executor ${name}: ${what}`);
    };
    if (executor.facts.name !== name) fail(`it is called ${executor.facts.name}`);
    const sums = { cpus: 0, memoryBytes: 0, gpus: 0 };
    let uploading = 0;
    for (const [key, { job, group }] of executor.attempts) {
      if (group.live?.executor !== name)
        fail(`it holds ${key}, which runs on ${group.live?.executor ?? 'none'}`);
      if (state.jobs.get(job.spec.jobId) !== job) fail(`it holds ${key} of a job that is not there`);
      if (!holdsSlot(group)) {
        uploading += 1;
        continue;
      }
      sums.cpus += group.live?.requirement.cpus ?? 0;
      sums.memoryBytes += group.live?.requirement.memoryBytes ?? 0;
      sums.gpus += group.live?.requirement.gpus ?? 0;
    }
    if (uploading !== executor.uploading) fail(`${uploading} models go up, not ${executor.uploading}`);
    if (Math.abs(sums.cpus - executor.cpusBusy) > 1e-6)
      fail(`${sums.cpus} cpus are busy, not ${executor.cpusBusy}`);
    if (sums.memoryBytes !== executor.memoryBusy)
      fail(`${sums.memoryBytes} bytes are busy, not ${executor.memoryBusy}`);
    if (sums.gpus !== executor.gpusBusy) fail(`${sums.gpus} gpus are busy, not ${executor.gpusBusy}`);
    if ((executor.connectionId === 0) !== executor.disconnectedMs > 0)
      fail('it is both connected and lost, or neither');
  }
}

function checkUsers(state: SchedulerState): void {
  const jobs = new Map<string, number>();
  const held = new Map<string, number>();
  for (const job of state.jobs.values()) {
    const { user } = job.spec;
    if (job.stage !== 'ended') jobs.set(user, (jobs.get(user) ?? 0) + 1);
    held.set(user, (held.get(user) ?? 0) + job.slotsHeld);
    if ((state.users.get(user)?.waiting.has(job) ?? false) !== job.queued > 0) {
      throw new Error(
        `invariant of user ${user}: job ${job.spec.jobId} waits with ${job.queued} groups queued`,
      );
    }
  }
  for (const user of state.users.values()) {
    if (user.jobs !== (jobs.get(user.name) ?? 0) || user.jobs === 0)
      throw new Error(`invariant of user ${user.name}: ${user.jobs} jobs`);
    if (user.slotsHeld !== (held.get(user.name) ?? 0))
      throw new Error(`invariant of user ${user.name}: ${user.slotsHeld} slots held`);
  }
  if (state.users.size !== jobs.size) throw new Error('invariant of users: one is missing');
}

function checkShapes(state: SchedulerState): void {
  const waiting = new Map<string, number>();
  for (const job of state.jobs.values()) {
    for (const queue of job.queues.values())
      waiting.set(queue.shape, (waiting.get(queue.shape) ?? 0) + queue.length);
  }
  for (const shape of state.shapes.values()) {
    if (waiting.get(shape.key) !== shape.waiting)
      throw new Error(`invariant of shape ${shape.key}: ${shape.waiting} wait`);
  }
  if (waiting.size !== state.shapes.size) throw new Error('invariant of shapes: one is missing');
}
