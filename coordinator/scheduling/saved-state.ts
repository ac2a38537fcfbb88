// The machine's records as an earlier coordinator left them.
import type { ExecutorSnapshot, GroupSnapshot, JobSnapshot } from './effects.js';
import type { JobSpec, StoryLine } from './model.js';

export interface SavedJob {
  readonly spec: JobSpec;
  readonly job: JobSnapshot;
  /** Groups that changed since the submit; one that is missing is as it was submitted. */
  readonly groups: readonly GroupSnapshot[];
  readonly story: readonly StoryLine[];
}

export interface SavedState {
  readonly jobs: readonly SavedJob[];
  readonly executors: readonly ExecutorSnapshot[];
}
