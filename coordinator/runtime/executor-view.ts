// What others may see of an executor.
import type { ExecutorName } from '../../shared/ids.js';
import { busySlots, hasLeft } from '../scheduling/capacity.js';
import type { ExecutorRecord } from '../scheduling/model.js';
import { drainText, lostText, quarantineText } from '../scheduling/reasons.js';

export interface ExecutorView {
  readonly name: ExecutorName;
  /** quarantined: out of rotation for a while; drained: it left as it was asked to; lost: it went away by itself. */
  readonly state: 'ready' | 'quarantined' | 'draining' | 'drained' | 'lost';
  /** Why it takes no new work, and what it waits for; empty: it is ready. */
  readonly reason: string;
  /** Until when; 0: that is not known. */
  readonly untilMs: number;
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

export function executorView(executor: ExecutorRecord, now: number): ExecutorView {
  const { session: _, ...facts } = executor.facts;
  const state = stateOf(executor);
  return {
    ...facts,
    state,
    reason: reasonOf(executor, state, now),
    untilMs:
      state === 'quarantined' ? executor.quarantineUntilMs : state === 'draining' ? executor.drainUntilMs : 0,
    slotsBusy: busySlots(executor),
    cacheBytes: executor.cacheBytes,
    connectedMs: executor.connectedMs,
  };
}

function stateOf(executor: ExecutorRecord): ExecutorView['state'] {
  if (hasLeft(executor)) return 'drained';
  if (executor.connectionId === 0) return 'lost';
  if (executor.drainReason !== undefined) return 'draining';
  return executor.quarantineUntilMs === 0 ? 'ready' : 'quarantined';
}

function reasonOf(executor: ExecutorRecord, state: ExecutorView['state'], now: number): string {
  switch (state) {
    case 'quarantined':
      return quarantineText(executor, now);
    case 'draining':
      return `${executor.drainReason}; ${drainText(executor, now)}`;
    case 'drained':
      return executor.drainReason ?? '';
    case 'lost':
      return lostText(executor, now);
    case 'ready':
      return '';
  }
}
