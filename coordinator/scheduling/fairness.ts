// Whose turn it is: slots are shared among users, and within a user among his jobs, by weight. Who has less than his share
// goes first; among equals the one who was served longest ago. So nobody starves, however many groups another job has.
import type { JobRecord, PendingQueue, SchedulerState, UserRecord } from './model.js';

export interface Pick {
  readonly job: JobRecord;
  readonly queue: PendingQueue;
}

/** The queue to serve next among those whose shape is not blocked; undefined where none is left. */
export function pickNext(state: SchedulerState, blocked: ReadonlySet<string>): Pick | undefined {
  let best: JobRecord | undefined;
  for (const user of state.users.values()) {
    // Users are compared by their share, jobs only within a user.
    if (best !== undefined && compareUsers(user, userOfJob(state, best)) >= 0) continue;
    let own: JobRecord | undefined;
    for (const job of user.waiting) {
      if (own !== undefined && compareJobs(job, own) >= 0) continue;
      if (openQueue(job, blocked) !== undefined) own = job;
    }
    if (own !== undefined) best = own;
  }
  if (best === undefined) return undefined;
  const queue = openQueue(best, blocked);
  return queue === undefined ? undefined : { job: best, queue };
}

/** How many waiting jobs would be served before this one, and how many wait in all. */
export function rankOf(
  state: SchedulerState,
  job: JobRecord,
): { readonly ahead: number; readonly waiting: number } {
  const own = userOfJob(state, job);
  let ahead = 0;
  let waiting = 0;
  for (const user of state.users.values()) {
    const order = user === own ? 0 : compareUsers(user, own);
    waiting += user.waiting.size;
    if (order > 0) continue;
    for (const other of user.waiting) if (order < 0 || compareJobs(other, job) < 0) ahead += 1;
  }
  return { ahead, waiting };
}

function compareUsers(a: UserRecord, b: UserRecord): number {
  return (
    a.slotsHeld / a.weight - b.slotsHeld / b.weight ||
    a.servedTurn - b.servedTurn ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}

function compareJobs(a: JobRecord, b: JobRecord): number {
  return (
    a.slotsHeld / a.weight - b.slotsHeld / b.weight ||
    a.servedTurn - b.servedTurn ||
    a.submitOrder - b.submitOrder
  );
}

function userOfJob(state: SchedulerState, job: JobRecord): UserRecord {
  const user = state.users.get(job.spec.user);
  if (user === undefined) throw new Error(`job ${job.spec.jobId} has no user record`);
  return user;
}

function openQueue(job: JobRecord, blocked: ReadonlySet<string>): PendingQueue | undefined {
  for (const queue of job.queues.values()) if (!blocked.has(queue.shape)) return queue;
  return undefined;
}
