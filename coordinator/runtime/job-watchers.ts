// Who watches which job. Changes of many steps are told in one call, and a waiting job's reason when it reads otherwise.
import type { Clock } from '../../shared/clock.js';
import type { JobId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import type { JobView } from './job-view.js';

export type JobListener = (view: JobView, changedGroups: readonly number[]) => void;

/** Reasons of waiting jobs ("position 7") are looked at again at most so often. */
const REASON_INTERVAL_MS = 250;

export class JobWatchers {
  readonly #listeners = new Map<JobId, Set<JobListener>>();
  readonly #changed = new Map<JobId, Set<number>>();
  readonly #lastReason = new Map<JobId, string>();
  #cancelLook: (() => void) | undefined;

  constructor(
    private readonly view: (jobId: JobId) => JobView | undefined,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  subscribe(jobId: JobId, listener: JobListener): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(jobId) !== listeners) return;
      this.#listeners.delete(jobId);
      this.#lastReason.delete(jobId);
    };
  }

  /** Notes a change; told at the next flush. */
  changed(jobId: JobId, groups: readonly number[]): void {
    if (!this.#listeners.has(jobId)) return;
    const noted = this.#changed.get(jobId) ?? new Set();
    this.#changed.set(jobId, noted);
    for (const algIndex of groups) noted.add(algIndex);
  }

  /** Tells what was noted, one call a job and listener. */
  flush(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const [jobId, groups] of changed) this.#tell(jobId, [...groups]);
  }

  /** What waiting jobs wait for may have changed. */
  queueChanged(): void {
    if (this.#cancelLook !== undefined || this.#listeners.size === 0) return;
    this.#cancelLook = this.clock.after(REASON_INTERVAL_MS, () => {
      this.#cancelLook = undefined;
      for (const jobId of [...this.#listeners.keys()]) {
        const view = this.view(jobId);
        if (view?.state === 'PENDING' && view.reason !== this.#lastReason.get(jobId)) this.#tell(jobId, []);
      }
    });
  }

  forget(jobId: JobId): void {
    this.#listeners.delete(jobId);
    this.#lastReason.delete(jobId);
    this.#changed.delete(jobId);
  }

  close(): void {
    this.#cancelLook?.();
    this.#listeners.clear();
  }

  #tell(jobId: JobId, changedGroups: readonly number[]): void {
    const view = this.view(jobId);
    if (view === undefined) return;
    this.#lastReason.set(jobId, view.reason);
    for (const listener of [...(this.#listeners.get(jobId) ?? [])]) {
      try {
        listener(view, changedGroups);
      } catch (error) {
        this.logger.error({ jobId, err: error }, 'a job listener failed');
      }
    }
  }
}
