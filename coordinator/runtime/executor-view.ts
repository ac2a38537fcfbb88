// What others may see of an executor.
import type { ExecutorName } from '../../shared/ids.js';
import { busySlots, hasLeft } from '../scheduling/capacity.js';
import type { ExecutorRecord } from '../scheduling/model.js';

export interface ExecutorView {
  readonly name: ExecutorName;
  /** drained: it left as it was asked to; lost: it went away by itself. */
  readonly state: 'ready' | 'draining' | 'drained' | 'lost';
  /** Why it drains or left; empty: it does not. */
  readonly drainReason: string;
  readonly slots: number;
  readonly slotsBusy: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly pythonVersion: string;
  readonly cacheBytes: number;
  /** When it connected last, milliseconds since 1970. */
  readonly connectedMs: number;
}

export function executorView(executor: ExecutorRecord): ExecutorView {
  const { session: _, ...facts } = executor.facts;
  return {
    ...facts,
    state: stateOf(executor),
    drainReason: executor.drainReason ?? '',
    slotsBusy: busySlots(executor),
    cacheBytes: executor.cacheBytes,
    connectedMs: executor.connectedMs,
  };
}

function stateOf(executor: ExecutorRecord): ExecutorView['state'] {
  if (hasLeft(executor)) return 'drained';
  if (executor.connectionId === 0) return 'lost';
  return executor.drainReason === undefined ? 'ready' : 'draining';
}
