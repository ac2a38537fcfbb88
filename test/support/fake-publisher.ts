// A publisher in memory: acceptance by first come, as the store does it, and failures on demand.
import type { Acceptance, JobPublisher } from '../../coordinator/runtime/publisher.js';
import type { AttemptResult } from '../../coordinator/scheduling/model.js';
import type { JobOutcome } from '../../coordinator/scheduling/outcome.js';
import { type AttemptRef, attemptKey } from '../../shared/ids.js';

export class FakePublisher implements JobPublisher {
  /** Every call, for example "accept j/0/1". */
  readonly calls: string[] = [];
  readonly settled = new Map<string, JobOutcome>();
  readonly #failures = new Map<string, unknown>();
  readonly #accepted = new Map<string, Acceptance>();

  /** The next call of this kind fails. */
  failOnce(operation: 'accept' | 'publish' | 'fail', failure: unknown): void {
    this.#failures.set(operation, failure);
  }

  stagingPrefix(_target: unknown, ref: AttemptRef): string {
    return `staging/${ref.algIndex}-${ref.attempt}`;
  }

  checkpointPrefix(_target: unknown, algIndex: number): string {
    return `staging/checkpoint/${algIndex}`;
  }

  accept(_target: unknown, ref: AttemptRef, result: AttemptResult): Promise<Acceptance> {
    return this.#call(`accept ${attemptKey(ref)}`, () => {
      const key = `${ref.jobId}/${ref.algIndex}`;
      const accepted = this.#accepted.get(key) ?? { attempt: ref.attempt, result };
      this.#accepted.set(key, accepted);
      return accepted;
    });
  }

  publish(_target: unknown, outcome: JobOutcome): Promise<unknown> {
    return this.#call(`publish ${outcome.jobId}`, () => {
      this.settled.set(outcome.jobId, outcome);
      return { published: outcome.jobId };
    });
  }

  fail(_target: unknown, outcome: JobOutcome): Promise<unknown> {
    return this.#call(`fail ${outcome.jobId}`, () => {
      this.settled.set(outcome.jobId, outcome);
      return undefined;
    });
  }

  async #call<T>(name: string, run: () => T): Promise<T> {
    this.calls.push(name);
    const operation = name.split(' ')[0] ?? '';
    if (this.#failures.has(operation)) {
      const failure = this.#failures.get(operation);
      this.#failures.delete(operation);
      throw failure;
    }
    return run();
  }
}
