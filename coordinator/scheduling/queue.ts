// The queues of groups that wait: one for each shape of requirement in a job, first in first out, no step over all groups.
import type {
  GroupRecord,
  JobRecord,
  PendingQueue,
  Requirement,
  SchedulerState,
  ShapeRecord,
  UserRecord,
} from './model.js';

/** Groups with the same key need the same of an executor. */
export function shapeKey(requirement: Requirement): string {
  return `${requirement.cpus}/${requirement.memoryBytes}/${requirement.gpus}`;
}

export function requirementOf(group: Pick<GroupRecord, 'spec'>): Requirement {
  const { cpus, memoryBytes, gpus } = group.spec.task;
  return { cpus, memoryBytes, gpus };
}

/** Puts a pending group at the end of its queue. */
export function enqueue(state: SchedulerState, job: JobRecord, group: GroupRecord): void {
  if (group.phase !== 'pending' || group.ticket !== -1)
    throw new Error(`group ${group.algIndex} cannot be queued: ${group.phase}`);
  let queue = job.queues.get(group.shape);
  if (queue === undefined) {
    queue = newQueue(group);
    job.queues.set(group.shape, queue);
  }
  group.ticket = queue.nextTicket++;
  queue.entries.push(group.algIndex);
  queue.length += 1;
  job.queued += 1;
  shapeOf(state, group).waiting += 1;
  userOf(state, job).waiting.add(job);
}

/** Takes a queued group out, wherever it stands. */
export function dequeue(state: SchedulerState, job: JobRecord, group: GroupRecord): void {
  const queue = job.queues.get(group.shape);
  if (queue === undefined || group.ticket === -1) throw new Error(`group ${group.algIndex} is not queued`);
  group.ticket = -1;
  queue.length -= 1;
  job.queued -= 1;
  const shape = shapeOf(state, group);
  shape.waiting -= 1;
  if (shape.waiting === 0) state.shapes.delete(shape.key);
  if (queue.length === 0) job.queues.delete(group.shape);
  else skipVoid(job, queue);
  if (job.queued === 0) userOf(state, job).waiting.delete(job);
}

/** The group at the head. */
export function headOf(job: JobRecord, queue: PendingQueue): GroupRecord {
  const algIndex = queue.entries[queue.head];
  const group = algIndex === undefined ? undefined : job.groups.get(algIndex);
  if (group === undefined) throw new Error(`queue ${queue.shape} of job ${job.spec.jobId} has no head`);
  return group;
}

/** A queued group's place in its queue, from 1 (void entries count, so it is an upper bound). */
export function placeInQueue(job: JobRecord, group: GroupRecord): number {
  const queue = job.queues.get(group.shape);
  if (queue === undefined || group.ticket === -1) return 0;
  return group.ticket - queue.firstTicket - queue.head + 1;
}

export function userOf(state: SchedulerState, job: JobRecord): UserRecord {
  const user = state.users.get(job.spec.user);
  if (user === undefined) throw new Error(`job ${job.spec.jobId} has no user record`);
  return user;
}

function newQueue(group: GroupRecord): PendingQueue {
  return {
    shape: group.shape,
    requirement: requirementOf(group),
    entries: [],
    head: 0,
    firstTicket: 0,
    nextTicket: 0,
    length: 0,
  };
}

function shapeOf(state: SchedulerState, group: GroupRecord): ShapeRecord {
  let shape = state.shapes.get(group.shape);
  if (shape === undefined) {
    shape = {
      key: group.shape,
      requirement: requirementOf(group),
      waiting: 0,
      impossibleSinceMs: 0,
      blockedSinceMs: 0,
    };
    state.shapes.set(group.shape, shape);
  }
  return shape;
}

/** Moves the head behind entries whose group waits here no more, and drops them in bulk: constant time on average. */
function skipVoid(job: JobRecord, queue: PendingQueue): void {
  for (;;) {
    const algIndex = queue.entries[queue.head];
    if (algIndex === undefined || job.groups.get(algIndex)?.ticket === queue.firstTicket + queue.head) break;
    queue.head += 1;
  }
  if (queue.head > 1024 && queue.head * 2 > queue.entries.length) {
    queue.entries = queue.entries.slice(queue.head);
    queue.firstTicket += queue.head;
    queue.head = 0;
  }
}
