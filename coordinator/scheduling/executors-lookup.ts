// Finding the executor that a message really comes from.
import type { ExecutorName } from '../../shared/ids.js';
import type { ExecutorRecord, SchedulerState } from './model.js';

/** The executor whose present stream this is; undefined: the stream counts no more. */
export function currentExecutor(
  state: SchedulerState,
  name: ExecutorName,
  connectionId: number,
): ExecutorRecord | undefined {
  const executor = state.executors.get(name);
  return executor !== undefined && executor.connectionId === connectionId && connectionId !== 0
    ? executor
    : undefined;
}
