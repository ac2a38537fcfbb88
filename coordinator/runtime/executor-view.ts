// What others may see of an executor.
import type { ExecutorName } from '../../shared/ids.js';
import type { ExecutorRecord } from '../scheduling/model.js';

export interface ExecutorView {
  readonly name: ExecutorName;
  readonly state: 'ready' | 'draining' | 'lost';
  /** Why it drains; empty: it does not. */
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
    state: executor.connectionId === 0 ? 'lost' : executor.drainReason === undefined ? 'ready' : 'draining',
    drainReason: executor.drainReason ?? '',
    slotsBusy: executor.attempts.size,
    cacheBytes: executor.cacheBytes,
    connectedMs: executor.connectedMs,
  };
}
