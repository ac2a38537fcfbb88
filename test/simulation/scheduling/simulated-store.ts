// The store's part in publishing: conditional creates that tell the truth, and answers that get lost.

import type { FailureInfo } from '../../../coordinator/scheduling/model.js';
import type { JobOutcome } from '../../../coordinator/scheduling/outcome.js';
import { type AttemptRef, attemptKey, type JobId } from '../../../shared/ids.js';
import type { Dice, Weather } from './chaos.js';

const DOWN: FailureInfo = {
  code: 'MLSQL_STORE_UNAVAILABLE',
  message: 'the store does not answer',
  traceback: '',
  retryable: true,
  blame: 'platform',
  cause: 'store',
};

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: FailureInfo };

export class SimulatedStore {
  /** Which attempt was accepted, by `jobId/algIndex`. */
  readonly accepted = new Map<string, number>();
  /** What was written down for each job. */
  readonly settled = new Map<JobId, JobOutcome>();

  constructor(
    private readonly dice: Dice,
    private readonly weather: () => Weather,
  ) {}

  accept(ref: AttemptRef): Answer<number> {
    const key = attemptKey({ ...ref, attempt: 0 });
    return this.#operate(() => {
      if (!this.accepted.has(key)) this.accepted.set(key, ref.attempt);
      return this.accepted.get(key) ?? 0;
    });
  }

  /** Publishes, or writes down a failure: the first counts, as with the real meta/0. */
  settle(jobId: JobId, outcome: JobOutcome): Answer<string> {
    return this.#operate(() => {
      const before = this.settled.get(jobId);
      if (before === undefined) this.settled.set(jobId, outcome);
      else if (before.state !== outcome.state)
        throw new Error(`job ${jobId} was settled as ${before.state} and then as ${outcome.state}`);
      return outcome.state;
    });
  }

  #operate<T>(run: () => T): Answer<T> {
    if (!this.dice.chance(this.weather().storeFails)) return { ok: true, value: run() };
    if (this.dice.chance(0.5)) run();
    return { ok: false, failure: DOWN };
  }
}
