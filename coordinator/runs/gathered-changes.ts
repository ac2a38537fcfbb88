// A job's changes on their way into the events of a run, each of which is kept on disk and sent to whoever follows.
import type { Clock } from '../../shared/clock.js';
import type { JobListener } from '../runtime/job-watchers.js';

/** After a change was told, those that follow it are gathered for so long. */
const GATHER_MS = 50;

/** Tells a change at once, what follows closely together, and the end at once again. */
export class GatheredChanges {
  readonly #groups = new Set<number>();
  #view: Parameters<JobListener>[0] | undefined;
  #cancelTimer: (() => void) | undefined;

  /** @param tell - takes the job as it is then, and the groups that changed since the call before */
  constructor(
    private readonly clock: Clock,
    private readonly tell: JobListener,
  ) {}

  readonly changed: JobListener = (view, groups) => {
    this.#view = view;
    for (const algIndex of groups) this.#groups.add(algIndex);
    if (this.#cancelTimer === undefined || view.endTimeMs > 0) this.flush();
  };

  /** Tells what is still gathered. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const view = this.#view;
    if (view === undefined) return;
    const groups = [...this.#groups];
    this.#view = undefined;
    this.#groups.clear();
    // Ahead of the call, which may bring the next change.
    this.#cancelTimer = this.clock.after(GATHER_MS, () => this.flush());
    this.tell(view, groups);
  }

  /** Tells what is still gathered, and nothing later. */
  close(): void {
    this.flush();
    this.#cancelTimer?.();
  }
}
