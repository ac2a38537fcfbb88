// Another try of what failed for a passing reason: transfers, and other uses of the store.
import { backoffMs, TRANSFER_BACKOFF } from './backoff.js';
import { type Clock, systemClock } from './clock.js';
import { isMlsqlError } from './errors.js';

/** Bytes that arrived wrong so often lie there wrong. */
const CORRUPT_TRIES_MAX = 5;

/** Errors of connections and streams that another try may not see. */
const PASSING = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

export interface Retrying {
  /** So long after the first failure no further try begins. */
  readonly deadlineMs: number;
  /** Ends the tries. */
  readonly signal?: AbortSignal;
  /** Whether another try may succeed; default: mayPass. */
  readonly passes?: (error: unknown) => boolean;
  /** Told of each failure behind which it is tried again. */
  readonly onRetry?: (error: unknown) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
}

/** Whether the same transfer may succeed a moment later. Bytes that arrived wrong may arrive right. */
export function mayPass(error: unknown): boolean {
  if (isMlsqlError(error)) return error.kind.retryable || error.code === 'MLSQL_STORE_CORRUPT';
  return PASSING.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** Runs the action until it succeeds, fails for good, has failed for too long, or the signal is aborted. */
export async function retrying<T>(action: () => Promise<T>, how: Retrying): Promise<T> {
  const { deadlineMs, signal, passes = mayPass, onRetry, clock = systemClock, random = Math.random } = how;
  let failedMs: number | undefined;
  for (let failures = 1; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      failedMs ??= clock.now();
      const isOver = isMlsqlError(error, 'MLSQL_STORE_CORRUPT')
        ? failures >= CORRUPT_TRIES_MAX
        : clock.now() - failedMs >= deadlineMs;
      if (signal?.aborted === true || isOver || !passes(error)) throw error;
      onRetry?.(error);
      await pause(backoffMs(TRANSFER_BACKOFF, failures, random()), clock, signal);
    }
  }
}

/** Waits. @throws the signal's reason, once it is aborted */
export async function pause(
  milliseconds: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(milliseconds, () => {
      signal?.removeEventListener('abort', ended);
      resolve();
    });
    const ended = (): void => {
      cancel();
      resolve();
    };
    signal?.addEventListener('abort', ended, { once: true });
  });
  signal?.throwIfAborted();
}
