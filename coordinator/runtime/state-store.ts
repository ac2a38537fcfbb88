// Where the machine's records are kept.
import type { JobId } from '../../shared/ids.js';
import type { DurableRecord } from '../scheduling/effects.js';
import type { SavedState } from '../scheduling/saved-state.js';

export interface StateStore {
  /**
   * Keeps these records, in order, all or none; a later one of the same key replaces an earlier one. What depends on them
   * is done only when the promise has resolved.
   */
  write(records: readonly DurableRecord[]): Promise<void>;
  /** Drops all records of a job. */
  forget(jobId: JobId): Promise<void>;
  /** What was kept before this coordinator. */
  load(): SavedState;
}
