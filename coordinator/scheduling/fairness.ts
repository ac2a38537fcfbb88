// Whose turn it is: slots are shared among users, and within a user among his jobs, by weight. Who has less than his share
// goes first. Where slots are few that says nothing, so among equals turns are counted: each turn moves one further by
// 1 / weight, and whoever is least far goes first. So nobody starves, however many groups or whatever priority another has.
import type { JobRecord, PendingQueue, SchedulerState, UserRecord } from './model.js';

export interface Pick {
  readonly job: JobRecord;
  readonly queue: PendingQueue;
}

/** The queue to serve next among those whose shape is not blocked; undefined where none is left. */
export function pickNext(state: SchedulerState, blocked: ReadonlySet<string>): Pick | undefined {
  let best: JobRecord | undefined;
  let bestUser: UserRecord | undefined;
  for (const user of state.users.values()) {
    // Users are compared by their share, jobs only within a user.
    if (bestUser !== undefined && compareUsers(state, user, bestUser) >= 0) continue;
    let own: JobRecord | undefined;
    for (const job of user.waiting) {
      if (own !== undefined && compareJobs(user, job, own) >= 0) continue;
      if (openQueue(job, blocked) !== undefined) own = job;
    }
    if (own === undefined) continue;
    best = own;
    bestUser = user;
  }
  if (best === undefined) return undefined;
  const queue = openQueue(best, blocked);
  return queue === undefined ? undefined : { job: best, queue };
}

/** Counts a turn of the job and of its user. */
export function countTurn(state: SchedulerState, user: UserRecord, job: JobRecord): void {
  state.turn = turnOf(state, user);
  user.served = state.turn + 1 / user.weight;
  user.turn = turnOfJob(user, job);
  job.served = user.turn + 1 / job.weight;
}

/**
 * Where a newcomer begins: before whoever was served just now, and yet so far ahead that however many newcomers come, those
 * who wait have their turn.
 */
export function firstTurn(turn: number, weight: number): number {
  return turn + 0.5 / weight;
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
    const order = user === own ? 0 : compareUsers(state, user, own);
    waiting += user.waiting.size;
    if (order > 0) continue;
    if (order < 0) ahead += user.waiting.size;
    else for (const other of user.waiting) if (compareJobs(own, other, job) < 0) ahead += 1;
  }
  return { ahead, waiting };
}

/** Where a user stands: who comes back begins where the others are now. */
function turnOf(state: SchedulerState, user: UserRecord): number {
  return Math.max(state.turn, user.served);
}

function turnOfJob(user: UserRecord, job: JobRecord): number {
  return Math.max(user.turn, job.served);
}

function compareUsers(state: SchedulerState, a: UserRecord, b: UserRecord): number {
  return (
    a.slotsHeld / a.weight - b.slotsHeld / b.weight ||
    turnOf(state, a) - turnOf(state, b) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}

function compareJobs(user: UserRecord, a: JobRecord, b: JobRecord): number {
  return (
    a.slotsHeld / a.weight - b.slotsHeld / b.weight ||
    turnOfJob(user, a) - turnOfJob(user, b) ||
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
