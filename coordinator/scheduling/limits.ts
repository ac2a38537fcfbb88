// The machine's named limits and its default times. Units stand last in the name.
import type { SchedulerConfig } from './model.js';

/** Lines of a job's story that are kept; of what comes later only the count and the end. */
export const STORY_LINES_MAX = 2_000;
/** Groups of ended jobs that are kept for lists and logs; the oldest jobs go first. */
export const ENDED_GROUPS_KEPT = 50_000;
/** Ended jobs that are kept. */
export const ENDED_JOBS_KEPT = 1_000;
/** Warnings kept for one group. */
export const GROUP_WARNINGS_MAX = 100;

/** What is not given when the machine is made. */
export const SCHEDULER_DEFAULTS: Omit<SchedulerConfig, 'epoch'> = {
  leaseMs: 10_000,
  infrastructureRetries: 5,
  memoryRetries: 1,
  retryDelayMs: 500,
  retryDelayMaxMs: 30_000,
  storeDeadlineMs: 24 * 3_600_000,
  unplaceableGraceMs: 30_000,
  cancelGuardMs: 60_000,
  reattachMs: 30_000,
  reserveAfterMs: 30_000,
  quarantineJobs: 3,
  quarantineWithinMs: 60_000,
  quarantineMs: 30_000,
  quarantineMaxMs: 600_000,
  lostExecutorKeptMs: 600_000,
  userWeights: new Map(),
};
