// Records in memory, copied as a file would copy them: a later coordinator of the same test finds what an earlier one kept.
import type { StateStore } from '../../coordinator/runtime/state-store.js';
import type { DurableRecord, ExecutorSnapshot, GroupSnapshot } from '../../coordinator/scheduling/effects.js';
import type { JobSpec, StoryLine } from '../../coordinator/scheduling/model.js';
import type { SavedJob, SavedState } from '../../coordinator/scheduling/saved-state.js';
import type { JobId } from '../../shared/ids.js';

export class MemoryStateStore implements StateStore {
  readonly #records = new Map<string, DurableRecord>();

  write(records: readonly DurableRecord[]): Promise<void> {
    for (const record of records) {
      if (record.kind === 'executor' && record.value === undefined) this.#records.delete(keyOf(record));
      else this.#records.set(keyOf(record), structuredClone(record));
    }
    return Promise.resolve();
  }

  forget(jobId: JobId): Promise<void> {
    for (const [key, record] of this.#records)
      if (record.kind !== 'executor' && record.jobId === jobId) this.#records.delete(key);
    return Promise.resolve();
  }

  /** What is kept of a job. */
  recordsOf(jobId: JobId): readonly DurableRecord[] {
    return [...this.#records.values()].filter(
      (record) => record.kind !== 'executor' && record.jobId === jobId,
    );
  }

  load(): SavedState {
    const parts = new Map<JobId, { -readonly [K in keyof SavedJob]?: SavedJob[K] }>();
    const groups = new Map<JobId, GroupSnapshot[]>();
    const stories = new Map<JobId, StoryLine[]>();
    const executors: ExecutorSnapshot[] = [];
    for (const record of structuredClone([...this.#records.values()])) {
      if (record.kind === 'executor') {
        if (record.value !== undefined) executors.push(record.value);
        continue;
      }
      const part = parts.get(record.jobId) ?? {};
      parts.set(record.jobId, part);
      if (record.kind === 'spec') part.spec = record.value as JobSpec;
      else if (record.kind === 'job') part.job = record.value;
      else if (record.kind === 'group')
        groups.set(record.jobId, [...(groups.get(record.jobId) ?? []), record.value]);
      else stories.set(record.jobId, [...(stories.get(record.jobId) ?? []), record.value]);
    }
    const jobs = [...parts].map(([jobId, part]): SavedJob => {
      if (part.spec === undefined || part.job === undefined)
        throw new Error(`the records of job ${jobId} are not whole`);
      return {
        spec: part.spec,
        job: part.job,
        groups: groups.get(jobId) ?? [],
        story: stories.get(jobId) ?? [],
      };
    });
    return { jobs, executors };
  }
}

function keyOf(record: DurableRecord): string {
  switch (record.kind) {
    case 'executor':
      return `executor/${record.executor}`;
    case 'group':
      return `job/${record.jobId}/group/${record.algIndex}`;
    case 'story':
      return `job/${record.jobId}/story/${record.index}`;
    default:
      return `job/${record.jobId}/${record.kind}`;
  }
}
