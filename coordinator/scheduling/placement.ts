// Which waiting group goes to which executor. Whose turn it is, fairness.ts says; the executor is the one with room that
// has the fewest bytes to fetch. A group that no connected executor could ever hold waits for a grace, with a reason in
// numbers, since a larger executor may be about to join; then it fails. While no executor is connected it just waits.
import {
  busySlots,
  couldHold,
  freeMemory,
  freeSlots,
  hasRoom,
  isReady,
  missingBytes,
  takesWork,
} from './capacity.js';
import { addDeadline } from './deadlines.js';
import { pickNext } from './fairness.js';
import { assignGroup, failGroup } from './groups.js';
import type { ExecutorRecord, GroupRecord, SchedulerState, ShapeRecord } from './model.js';
import { headOf } from './queue.js';
import { whyImpossible } from './reasons.js';
import { tell } from './story.js';
import type { Turn } from './turn.js';

/** Fills free slots as long as some waiting group fits somewhere. */
export function placeGroups(turn: Turn): void {
  const { state } = turn;
  const blocked = new Set<string>();
  while (anySlotFree(state)) {
    const pick = pickNext(state, blocked);
    if (pick === undefined) return;
    const group = headOf(pick.job, pick.queue);
    const executor = chooseExecutor(state, group);
    if (executor === undefined) {
      blocked.add(pick.queue.shape);
      passOver(turn, pick.queue.shape);
      continue;
    }
    const shape = state.shapes.get(group.shape);
    if (shape !== undefined) shape.blockedSinceMs = 0;
    if (state.reserved.get(executor.facts.name) === group.shape) state.reserved.delete(executor.facts.name);
    assignGroup(turn, pick.job, group, executor);
  }
}

/**
 * Among executors with room: rather not the one that failed it before, then, after it ran out of memory, the most free of
 * it, then the fewest missing bytes, then the least
 * loaded, then by name, so that the choice never depends on the order of connecting.
 */
export function chooseExecutor(state: SchedulerState, group: GroupRecord): ExecutorRecord | undefined {
  let best: ExecutorRecord | undefined;
  let bestCost: readonly (number | string)[] = [];
  const need = group.spec.task;
  for (const executor of state.executors.values()) {
    if (!isReady(executor) || !hasRoom(executor, need) || isReservedForOther(state, executor, group.shape))
      continue;
    const cost = [
      executor.facts.name === group.avoid ? 1 : 0,
      group.failure?.cause === 'memory' ? -freeMemory(executor) : 0,
      missingBytes(executor, group.spec.inputs),
      busySlots(executor) / executor.facts.slots,
      executor.facts.name,
    ];
    if (best === undefined || isLess(cost, bestCost)) {
      best = executor;
      bestCost = cost;
    }
  }
  return best;
}

/** Finds shapes that nobody connected could hold, from now or no more. */
export function reviewShapes(turn: Turn): void {
  const { state, now } = turn;
  const ready = [...state.executors.values()].filter(takesWork);
  for (const shape of state.shapes.values()) {
    const impossible = ready.length > 0 && !ready.some((executor) => couldHold(executor, shape.requirement));
    if (!impossible) shape.impossibleSinceMs = 0;
    else if (shape.impossibleSinceMs === 0) {
      shape.impossibleSinceMs = now;
      addDeadline(state, now + state.config.unplaceableGraceMs, { kind: 'shape', shape: shape.key });
    }
  }
}

/** A shape's deadline: impossible for the whole grace, or passed over for long. */
export function onShapeDue(turn: Turn, shape: ShapeRecord): void {
  const { state, now } = turn;
  if (shape.impossibleSinceMs !== 0 && shape.impossibleSinceMs + state.config.unplaceableGraceMs <= now)
    failShape(turn, shape);
  if (shape.blockedSinceMs !== 0) turn.capacityChanged = true;
}

function failShape(turn: Turn, shape: ShapeRecord): void {
  const message = whyImpossible(turn.state, shape.requirement);
  for (const user of [...turn.state.users.values()]) {
    for (const job of [...user.waiting]) {
      if (!job.queues.has(shape.key)) continue;
      tell(turn, job, `cannot be placed: ${message}`, true);
      for (const group of job.groups.values()) {
        if (group.shape !== shape.key || group.ticket === -1) continue;
        failGroup(turn, job, group, {
          code: 'MLSQL_TRAIN_UNPLACEABLE',
          message,
          traceback: '',
          retryable: false,
          blame: 'user',
          cause: 'unplaceable',
        });
      }
    }
  }
}

/** Slots are free but none with room for this shape: after a while an executor that could hold it is kept free for it. */
function passOver(turn: Turn, key: string): void {
  const { state, now } = turn;
  const shape = state.shapes.get(key);
  if (shape === undefined || shape.impossibleSinceMs !== 0) return;
  if (shape.blockedSinceMs === 0) {
    shape.blockedSinceMs = now;
    addDeadline(state, now + state.config.reserveAfterMs, { kind: 'shape', shape: key });
    return;
  }
  if (now - shape.blockedSinceMs < state.config.reserveAfterMs) return;
  for (const [name, reserved] of state.reserved) {
    if (!state.shapes.has(reserved)) state.reserved.delete(name);
    else if (reserved === key) return;
  }
  let best: ExecutorRecord | undefined;
  for (const executor of state.executors.values()) {
    if (
      !isReady(executor) ||
      !couldHold(executor, shape.requirement) ||
      state.reserved.has(executor.facts.name)
    )
      continue;
    if (best === undefined || busySlots(executor) < busySlots(best)) best = executor;
  }
  if (best !== undefined) state.reserved.set(best.facts.name, key);
}

function isReservedForOther(state: SchedulerState, executor: ExecutorRecord, shape: string): boolean {
  const reserved = state.reserved.get(executor.facts.name);
  return reserved !== undefined && reserved !== shape && state.shapes.has(reserved);
}

function anySlotFree(state: SchedulerState): boolean {
  for (const executor of state.executors.values())
    if (isReady(executor) && freeSlots(executor) > 0) return true;
  return false;
}

/** Compares item by item. */
function isLess(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right;
  }
  return false;
}
