// What executors can hold, and what they have free.
import type { ExecutorRecord, InputContent, Requirement } from './model.js';

/** It is connected and takes new work, now or once its quarantine is over. */
export function takesWork(executor: ExecutorRecord): boolean {
  return executor.connectionId !== 0 && executor.drainReason === undefined;
}

/** It takes new work now. */
export function isReady(executor: ExecutorRecord): boolean {
  return takesWork(executor) && executor.quarantineUntilMs === 0;
}

/** Whether it left as it was asked to, and nothing is missed of it: who is away and was not asked is lost. */
export function hasLeft(executor: ExecutorRecord): boolean {
  return executor.connectionId === 0 && executor.drainReason !== undefined && executor.attempts.size === 0;
}

/**
 * Slots that are taken. As many models as it has slots may go up beside the scripts that run; any further one keeps its
 * slot, so that a store that has become slow does not fill the executor's disk.
 */
export function busySlots(executor: ExecutorRecord): number {
  return executor.attempts.size - Math.min(executor.uploading, executor.facts.slots);
}

export function freeSlots(executor: ExecutorRecord): number {
  return Math.max(0, executor.facts.slots - busySlots(executor));
}

/** Memory that may be given to attempts; an executor that names none is not limited. */
function memoryOf(executor: ExecutorRecord): number {
  return executor.facts.memoryBytes === 0 ? Number.POSITIVE_INFINITY : executor.facts.memoryBytes;
}

/** Whether an idle executor of this size could run it. A group of one cpu runs also where only a part of one is allowed. */
export function couldHold(executor: ExecutorRecord, need: Requirement): boolean {
  const { slots, cpus, gpus } = executor.facts;
  return (
    slots > 0 && need.cpus <= Math.max(cpus, 1) && need.gpus <= gpus && need.memoryBytes <= memoryOf(executor)
  );
}

/**
 * Whether it has room now. Whoever gives an executor more slots than cpus wants them used: among attempts each slot then
 * counts as a cpu.
 */
export function hasRoom(executor: ExecutorRecord, need: Requirement): boolean {
  const { slots, cpus, gpus } = executor.facts;
  return (
    freeSlots(executor) > 0 &&
    couldHold(executor, need) &&
    need.cpus <= Math.max(cpus, slots) - executor.cpusBusy &&
    need.gpus <= gpus - executor.gpusBusy &&
    need.memoryBytes <= memoryOf(executor) - executor.memoryBusy
  );
}

/** Memory that no attempt has asked for; Infinity where the executor names none. */
export function freeMemory(executor: ExecutorRecord): number {
  return memoryOf(executor) - executor.memoryBusy;
}

/** Bytes that it would have to fetch. */
export function missingBytes(executor: ExecutorRecord, inputs: readonly InputContent[]): number {
  let missing = 0;
  for (const input of inputs) if (!executor.cached.has(input.sha256)) missing += input.sizeBytes;
  return missing;
}
