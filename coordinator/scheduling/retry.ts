// Whether a failed attempt is followed by another one, and when. Three budgets, none of which pays for another: the
// script's own failures use up what the user allows (`retries`); failures of the cluster (lost executors, drains, sync,
// upload) use up the cluster's; out of memory has one further try, on an executor with more free memory where there is one.

import { nextRandom, type Rng } from '../../shared/rng.js';
import type { FailureInfo, GroupRecord, SchedulerConfig } from './model.js';

export type RetryBudget = 'script' | 'infrastructure' | 'memory';

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number; readonly budget: RetryBudget }
  /** `why` in words, for the story. */
  | { readonly retry: false; readonly why: string };

type Failures = Pick<GroupRecord, 'scriptFailures' | 'infrastructureFailures' | 'memoryFailures'>;

/** Decides by the failures so far, this one not yet counted. */
export function decideRetry(
  group: Failures & { readonly spec: { readonly retries: number } },
  failure: FailureInfo,
  config: Pick<
    SchedulerConfig,
    'infrastructureRetries' | 'memoryRetries' | 'retryDelayMs' | 'retryDelayMaxMs'
  >,
  rng: Rng,
): RetryDecision {
  if (!failure.retryable) return { retry: false, why: 'another try would end the same way' };
  const budget = budgetOf(failure);
  const before = failuresOf(group, budget);
  if (before >= allowedTries(group.spec.retries, config, budget))
    return { retry: false, why: whyNoMore(budget, before + 1, group.spec.retries) };
  // An executor that is gone says nothing about the others: the first time no time is lost.
  const gone = failure.cause === 'lost' || failure.code === 'MLSQL_TASK_LOST';
  const first = budget === 'infrastructure' && before === 0 && gone;
  return { retry: true, delayMs: first ? 0 : backoffMs(before, config, rng), budget };
}

/** Whose tries a failure uses up. */
export function budgetOf(failure: Pick<FailureInfo, 'blame' | 'cause'>): RetryBudget {
  if (failure.blame === 'platform') return 'infrastructure';
  return failure.cause === 'memory' ? 'memory' : 'script';
}

function failuresOf(group: Failures, budget: RetryBudget): number {
  if (budget === 'script') return group.scriptFailures;
  return budget === 'memory' ? group.memoryFailures : group.infrastructureFailures;
}

function allowedTries(
  retries: number,
  config: Pick<SchedulerConfig, 'infrastructureRetries' | 'memoryRetries'>,
  budget: RetryBudget,
): number {
  if (budget === 'script') return retries;
  return budget === 'memory' ? config.memoryRetries : config.infrastructureRetries;
}

function whyNoMore(budget: RetryBudget, times: number, retries: number): string {
  if (budget === 'script') return `no try left (retries=${retries})`;
  if (budget === 'memory') return `it ran out of memory ${times} times, which is the limit`;
  return `the cluster failed it ${times} times, which is its limit`;
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

/** The failure of a store that has not answered since `sinceMs`: a lasting one, once that is too long. */
export function lastingAfter(
  { now, state }: { readonly now: number; readonly state: { readonly config: SchedulerConfig } },
  failure: FailureInfo,
  sinceMs: number,
): FailureInfo {
  const waitedMs = now - sinceMs;
  if (!failure.retryable || waitedMs < state.config.storeDeadlineMs) return failure;
  const hours = Math.round(waitedMs / 3_600_000);
  return { ...failure, retryable: false, message: `for ${hours} h: ${failure.message}` };
}
