// Why something is as it is, in words and numbers. Whatever waits can say what for.
import { couldHold, freeSlots, hasLeft, hasRoom, isReady, takesWork } from './capacity.js';
import { rankOf } from './fairness.js';
import type {
  ExecutorRecord,
  FailureInfo,
  GroupRecord,
  JobRecord,
  Requirement,
  SchedulerState,
} from './model.js';
import { keptMessage } from './outcome.js';
import { placeInQueue } from './queue.js';
import { counted, tally } from './tally.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** A job's reason, whatever its state. */
export function jobReason(state: SchedulerState, job: JobRecord, now: number): string {
  if (job.stage === 'ended') return job.endReason;
  if (job.stage === 'publishing' || job.stage === 'failing') {
    const what = job.stage === 'publishing' ? 'publishes its version' : 'writes down how it ended';
    return job.publishAtMs === 0
      ? `${tally(job)}; ${what}`
      : `${tally(job)}; waits for the store: ${job.publishFailure?.message ?? ''}`;
  }
  if (job.cancelReason !== undefined)
    return `cancelled: ${job.cancelReason}; waits for ${job.running} to end`;
  const waiting = firstWaiting(job);
  const wait = waiting === undefined ? undefined : waitReason(state, job, waiting, now);
  if (job.state === 'PENDING') return wait ?? 'waits for its groups';
  const ended = job.succeeded + job.failed + job.cancelled;
  const parts = [`${job.running} of ${job.groups.size} run`];
  if (ended > 0) parts.push(`${ended} ended${job.failed > 0 ? ` (${job.failed} failed)` : ''}`);
  if (job.queued > 0 && wait !== undefined) parts.push(`${job.queued} wait: ${wait}`);
  return parts.join(', ');
}

/** A group's message: what it waits for, why it failed, or empty. */
export function groupMessage(state: SchedulerState, job: JobRecord, group: GroupRecord, now: number): string {
  switch (group.phase) {
    case 'pending': {
      const wait = waitReason(state, job, group, now);
      return group.failure === undefined ? wait : `${group.failure.message}; ${wait}`;
    }
    case 'accepting':
      return group.acceptAtMs === 0 ? '' : `waits for the store: ${group.failure?.message ?? ''}`;
    case 'failed':
    case 'cancelled':
      return group.failure?.message ?? '';
    case 'succeeded':
      return keptMessage(group);
    default:
      return group.live?.cancelReason === undefined ? '' : `is being ended: ${group.live.cancelReason}`;
  }
}

/** What a pending group waits for. */
export function waitReason(state: SchedulerState, job: JobRecord, group: GroupRecord, now: number): string {
  if (group.retryAtMs !== 0) {
    return `waits ${seconds(group.retryAtMs - now)} before try ${group.attempts + 1}`;
  }
  const executors = [...state.executors.values()];
  const connected = executors.filter((executor) => executor.connectionId !== 0);
  if (connected.length === 0) {
    const drained = executors.filter(hasLeft).length;
    const lost = executors.length - drained;
    const away = [...(drained > 0 ? [`${drained} drained`] : []), ...(lost > 0 ? [`${lost} lost`] : [])];
    // A drained one does not come back by itself.
    const todo = drained > 0 ? '; start one with mlsql executor' : '';
    return `waits for an executor: ${['none is connected', ...away].join(', ')}${todo}`;
  }
  const ready = connected.filter(takesWork);
  if (ready.length === 0) {
    const drains = connected.map((executor) => `${executor.facts.name} drains, ${drainText(executor, now)}`);
    return `waits for an executor: ${shortList(drains)}; start one with mlsql executor`;
  }
  const need = group.spec.task;
  const able = ready.filter((executor) => couldHold(executor, need));
  // Those in quarantine are spoken of where they are missed.
  const away = able.filter((executor) => !isReady(executor));
  if (able.length === 0) {
    const since = state.shapes.get(group.shape)?.impossibleSinceMs ?? now;
    const left = Math.max(0, since + state.config.unplaceableGraceMs - now);
    return `${whyImpossible(state, need)}; fails in ${Math.ceil(left / 1000)} s unless a larger one joins`;
  }
  if (away.length === able.length)
    return `waits for an executor: ${shortList(away.map((executor) => quarantineText(executor, now)))}`;
  const out =
    away.length === 0 ? '' : `; ${shortList(away.map((executor) => quarantineText(executor, now)))}`;
  const { ahead, waiting } = rankOf(state, job);
  // Jobs take turns, so a group's k-th place in its job means k - 1 rounds before it.
  const position = Math.max(0, placeInQueue(job, group) - 1) * Math.max(1, waiting) + ahead + 1;
  const usable = able.filter(isReady);
  const slots = usable.reduce((sum, executor) => sum + executor.facts.slots, 0);
  const free = usable.reduce((sum, executor) => sum + freeSlots(executor), 0);
  if (free === 0) return `waits for a slot: ${slots} of ${slots} busy, position ${position}${out}`;
  const held = usable.some((executor) => hasRoom(executor, need))
    ? ', which are kept for a larger group'
    : '';
  return `waits for room: needs ${describeNeed(need)}; ${free} of ${slots} slots are free${held}, position ${position}${out}`;
}

/** What a draining executor waits for: "2 attempts run, for at most 90 s more". */
export function drainText(executor: ExecutorRecord, now: number): string {
  const running = executor.attempts.size;
  if (running === 0) return 'nothing runs there any more';
  const attempts = `${counted(running, 'attempt')} ${running === 1 ? 'runs' : 'run'}`;
  if (executor.drainUntilMs === 0) return `${attempts}, until ${running === 1 ? 'it ends' : 'they end'}`;
  const leftMs = executor.drainUntilMs - now;
  return leftMs > 0 ? `${attempts}, for at most ${seconds(leftMs)} more` : `${attempts}, told to end`;
}

/** "executor e1 is out of rotation for another 12 s: attempts of 3 jobs failed there within 60 s (disk)". */
export function quarantineText(executor: ExecutorRecord, now: number): string {
  const left = seconds(executor.quarantineUntilMs - now);
  return `executor ${executor.facts.name} is out of rotation for another ${left}: ${executor.quarantineReason}`;
}

/** "gone for 12 s; 2 attempts are waited for, for at most 8.0 s more". */
export function lostText(executor: ExecutorRecord, now: number): string {
  const gone = `gone for ${seconds(now - executor.disconnectedMs)}`;
  const leases = [...executor.attempts.values()].map(({ group }) => group.live?.leaseUntilMs ?? now);
  if (leases.length === 0) return gone;
  const waited = `${counted(leases.length, 'attempt')} ${leases.length === 1 ? 'is' : 'are'} waited for`;
  return `${gone}; ${waited}, for at most ${seconds(Math.max(...leases) - now)} more`;
}

/** What is known beside a failure's message: " (exit code 1, at most 512 MiB of memory, 120 lines printed)"; empty: nothing. */
export function failureFacts({ exitCode, signal, peakMemoryBytes, logLines }: FailureInfo): string {
  const parts: string[] = [];
  if (exitCode !== undefined) parts.push(`exit code ${exitCode}`);
  if (signal !== undefined && signal !== '') parts.push(signal);
  if (peakMemoryBytes !== undefined && peakMemoryBytes > 0)
    parts.push(`at most ${bytes(peakMemoryBytes)} of memory`);
  if (logLines !== undefined && logLines > 0) parts.push(`${counted(logLines, 'line')} printed`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** "needs 8 cpus; of 2 executors the largest have 4 cpus, …": only what is too much is compared. */
export function whyImpossible(state: SchedulerState, need: Requirement): string {
  const ready = [...state.executors.values()].filter(takesWork);
  const most = (value: (executor: ExecutorRecord) => number): number => Math.max(0, ...ready.map(value));
  const cpus = most((executor) => Math.max(executor.facts.cpus, 1));
  const memory = most((executor) => executor.facts.memoryBytes || Number.POSITIVE_INFINITY);
  const gpus = most((executor) => executor.facts.gpus);
  const lacks: string[] = [];
  if (need.cpus > cpus) lacks.push(`${need.cpus} cpus where the largest has ${cpus}`);
  if (need.memoryBytes > memory)
    lacks.push(`${bytes(need.memoryBytes)} of memory where the largest has ${bytes(memory)}`);
  if (need.gpus > gpus) lacks.push(`${need.gpus} gpus where the most are ${gpus}`);
  // Each need alone could be met, but by no one executor together.
  const what = lacks.length > 0 ? lacks.join(', ') : `${describeNeed(need)} on one executor`;
  return `none of ${ready.length} connected executor${ready.length === 1 ? '' : 's'} could hold it: it needs ${what}`;
}

export function describeNeed(need: Requirement): string {
  const parts = [`${need.cpus} cpu${need.cpus === 1 ? '' : 's'}`];
  if (need.memoryBytes > 0) parts.push(`${bytes(need.memoryBytes)} of memory`);
  if (need.gpus > 0) parts.push(`${need.gpus} gpu${need.gpus === 1 ? '' : 's'}`);
  return parts.length === 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The group that the job's reason speaks of: the head of its first queue, else one that waits for its next try. */
function firstWaiting(job: JobRecord): GroupRecord | undefined {
  for (const queue of job.queues.values()) {
    const algIndex = queue.entries[queue.head];
    if (algIndex !== undefined) return job.groups.get(algIndex);
  }
  if (job.state !== 'PENDING') return undefined;
  for (const group of job.groups.values()) if (group.phase === 'pending') return group;
  return undefined;
}

/** The first few: a large cluster's list says nothing. */
function shortList(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join('; ');
  return texts.length > 3 ? `${shown}; and ${texts.length - 3} more` : shown;
}

function seconds(milliseconds: number): string {
  const left = Math.max(0, milliseconds) / 1000;
  return left < 10 ? `${left.toFixed(1)} s` : `${Math.round(left)} s`;
}

function bytes(count: number): string {
  return count >= GIB ? `${(count / GIB).toFixed(1)} GiB` : `${Math.round(count / MIB)} MiB`;
}
