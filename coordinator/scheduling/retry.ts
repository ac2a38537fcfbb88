// Whether a failed attempt is followed by another one, and when. Two budgets: the script's own failures use up what the
// user allows (`retries`), the cluster's failures (lost executors, sync, upload) use up the cluster's.
import type { FailureInfo, GroupRecord, SchedulerConfig } from './model.js';
import { nextRandom, type Rng } from './rng.js';

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number; readonly budget: 'script' | 'infrastructure' }
  /** `why` in words, for the story. */
  | { readonly retry: false; readonly why: string };

/** Decides by the failures so far, this one not yet counted. */
export function decideRetry(
  group: Pick<GroupRecord, 'scriptFailures' | 'infrastructureFailures'> & {
    readonly spec: { readonly retries: number };
  },
  failure: FailureInfo,
  config: Pick<SchedulerConfig, 'infrastructureRetries' | 'retryDelayMs' | 'retryDelayMaxMs'>,
  rng: Rng,
): RetryDecision {
  if (!failure.retryable) return { retry: false, why: 'another try would end the same way' };
  if (failure.blame === 'user') {
    const { retries } = group.spec;
    if (group.scriptFailures >= retries) return { retry: false, why: `no try left (retries=${retries})` };
    return { retry: true, delayMs: 0, budget: 'script' };
  }
  const budget = config.infrastructureRetries;
  if (group.infrastructureFailures >= budget) {
    return { retry: false, why: `the cluster failed it ${budget + 1} times, which is its limit` };
  }
  // An executor that is gone says nothing about the others: the first time no time is lost.
  const first = group.infrastructureFailures === 0 && failure.cause === 'lost';
  return {
    retry: true,
    delayMs: first ? 0 : backoffMs(group.infrastructureFailures, config, rng),
    budget: 'infrastructure',
  };
}

/** Doubles with each failure before, up to the maximum; between half and all of it, so that many do not come back at once. */
export function backoffMs(
  failuresBefore: number,
  config: Pick<SchedulerConfig, 'retryDelayMs' | 'retryDelayMaxMs'>,
  rng: Rng,
): number {
  const full = Math.min(config.retryDelayMs * 2 ** Math.min(failuresBefore, 20), config.retryDelayMaxMs);
  return Math.round(full * (0.5 + nextRandom(rng) / 2));
}
