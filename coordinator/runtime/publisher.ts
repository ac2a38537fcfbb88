// What the runtime needs of the models' publisher. All of it may be asked again after a failure whose outcome is not known,
// so each answers a repeated question as it answered the first.
import type { AttemptRef } from '../../shared/ids.js';
import type { AttemptResult } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';

/** Which attempt's result counts. */
export interface Acceptance {
  readonly attempt: number;
  /** Its result, where it is another attempt's than the one asked for. */
  readonly result?: AttemptResult;
}

/** `target` is the job's own, as it was submitted. Failures are MlsqlErrors; retryable ones are asked again. */
export interface JobPublisher {
  /** Where an attempt uploads its model: `<prefix>/model/…`. */
  stagingPrefix(target: unknown, ref: AttemptRef): string;
  /** Where a group's attempts keep checkpoints for those behind them; gone when the job has ended. */
  checkpointPrefix(target: unknown, algIndex: number): string;
  /** Decides by a conditional create that this attempt's result is the group's, unless another's is already. */
  accept(target: unknown, ref: AttemptRef, result: AttemptResult): Promise<Acceptance>;
  /** Publishes the version; readers see it whole from then on. The answer becomes `JobOutcome.published`. */
  publish(target: unknown, outcome: JobOutcome): Promise<unknown>;
  /** Writes the meta of a job that failed or was cancelled; readers never take it for a version. */
  fail(target: unknown, outcome: JobOutcome): Promise<unknown>;
}
