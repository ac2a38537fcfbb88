// Where the machine's records are kept.
import type { JobId } from '../../shared/ids.js';
import type { DurableRecord } from '../scheduling/effects.js';

export interface StateStore {
  /**
   * Keeps these records, in order, all or none; a later one of the same key replaces an earlier one. What depends on them
   * is done only when the promise has resolved.
   */
  write(records: readonly DurableRecord[]): Promise<void>;
  /** Drops all records of a job. */
  forget(jobId: JobId): Promise<void>;
}

/** Keeps the records as long as the process lives. */
export class MemoryStateStore implements StateStore {
  readonly #jobs = new Map<JobId, Map<string, DurableRecord>>();

  write(records: readonly DurableRecord[]): Promise<void> {
    for (const record of records) {
      let job = this.#jobs.get(record.jobId);
      if (job === undefined) {
        job = new Map();
        this.#jobs.set(record.jobId, job);
      }
      job.set(recordKey(record), record);
    }
    return Promise.resolve();
  }

  forget(jobId: JobId): Promise<void> {
    this.#jobs.delete(jobId);
    return Promise.resolve();
  }

  /** What is kept of a job. */
  recordsOf(jobId: JobId): readonly DurableRecord[] {
    return [...(this.#jobs.get(jobId)?.values() ?? [])];
  }
}

/** A record's key within its job. */
export function recordKey(record: DurableRecord): string {
  switch (record.kind) {
    case 'group':
      return `group/${record.algIndex}`;
    case 'story':
      return `story/${record.index}`;
    default:
      return record.kind;
  }
}
